"""The pages of forms, rendered from templates."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import cast

from fastapi import Request, Response
from markupsafe import Markup, escape

from api.forms.current_values import Options, Standing, options
from api.forms.drafts import Draft, as_day
from api.forms.dry_run import Shown, Since, entry_at, rehearsed, timescale_read
from api.forms.event_forms import Form
from api.forms.field_words import in_plan_words
from api.forms.form_fields import Field
from api.forms.proposing import WAYS
from api.forms.usual_scales import USUAL, in_a_line
from api.http.access.callers import recorded_by
from api.pages.choices import written
from api.pages.rendering import Said, capital, page
from api.pages.tags import Tags
from api.papers.wording import day_in_words
from api.papers.wording_events import texts_left
from api.questions.asker import Asker
from domain.envelopes import Proposal
from projections.trail import TrailEntry

#: The most events of others listed: the newest.
_OTHERS = 20


def form_shown(
    request: Request,
    ask: Asker,
    draft: Draft,
    stands: Standing,
    errors: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    """The form, with its values and errors."""
    shown = _shown(request, ask, draft, stands)
    fields = [field for field in draft.form.fields if not (shown["facts"] and field == draft.form.subject)]
    texts = _texts(draft, shown["facts"], stands.word)
    asked = fields_shown(draft.form, fields, draft.said, errors or {}, stands, texts)
    return page(request, "form.html", status, **shown, **asked, check_first=_redacts(draft.form))


def fields_shown(
    form: Form,
    fields: Sequence[Field],
    said: Mapping[str, str],
    errors: Mapping[str, str],
    stands: Standing | None = None,
    texts: Sequence[tuple[str, str, str]] = (),
) -> Shown:
    """The fields of a form for its template, with exactly what was typed and what is wrong with it.

    Without `stands` there is no plan yet. `texts` are those that may be destroyed.
    """
    word, issues = (stands.word, stands.issues) if stands else ("Priority", [])
    missing = {field.words.missing: in_plan_words(field.words.missing or "", word) for field in fields}
    errors = {name: missing.get(one, one) for name, one in errors.items()}
    given = {name: escape(value) for name, value in said.items()}
    for field in fields:
        if field.control == "point":
            given[f"{field.name}_was"] = escape(_was(field.name, said, issues, field.name in errors))
    return {
        "fields": fields,
        "given": Said(given),
        "errors": Said({name: capital(one) for name, one in errors.items()}),
        "labels": {field.name: in_plan_words(field.label, word) for field in fields},
        "open_groups": {field.group for field in fields if said.get(field.name) or field.name in errors},
        "choices": {
            "options": {field.name: _escaped(options(field, form, stands)) if stands else [] for field in fields},
            "issues": _escaped(issues),
            "scales": [(name, scale.name, in_a_line(scale)) for name, scale in USUAL.items()],
            "texts": texts,
            "ways": WAYS,
        },
    }


def _escaped(chosen_from: Options) -> list[tuple[Markup, str]]:
    """The values exactly as they are sent back, with their labels."""
    return [(escape(value), label) for value, label in chosen_from]


def check_shown(request: Request, ask: Asker, draft: Draft, stands: Standing, proposal: Proposal) -> Response:
    """The page with the effects of the event; raises Refused if a rule refuses it."""
    shown = _shown(request, ask, draft, stands)
    answers = _answers(draft, stands)
    texts = _texts(draft, shown["facts"], stands.word)
    destroyed = [text for text in texts if text[0] in getattr(proposal.event, "fields", ())]
    if read := timescale_read(proposal.event):
        answers.append(("The timescale", read))
    would = rehearsed(ask, proposal, shown["by"])
    return page(request, "check.html", **shown, **would, answers=answers, destroyed=destroyed)


def overtaken_shown(request: Request, ask: Asker, draft: Draft, stands: Standing, since: Since) -> Response:
    """The page with others' events since the form was opened; the form continues from there."""
    by = {entry["recorded_by"] for entry in since.others}
    action = draft.said.get("action", "").strip() if draft.form.about == "action" else ""
    first = since.others[0]["version"]
    return page(
        request,
        "overtaken.html",
        412,
        **_shown(request, ask, draft, stands),
        others=since.others[-_OTHERS:],
        more=max(0, len(since.others) - _OTHERS),
        trail=replace(draft.here, at="now").to("trail", action=action or None, after=first - 1 or None),
        somebody_else=by != {recorded_by(request)},
        answers=_answers(draft, stands),
    )


def _shown(request: Request, ask: Asker, draft: Draft, stands: Standing) -> Shown:
    return {
        "here": draft.here,
        "draft": draft,
        "title": in_plan_words(draft.title, stands.word),
        "plan_title": stands.plan["title"],
        "by": recorded_by(request),
        "facts": _facts(ask, draft, stands),
        "tags": Tags([*stands.ratings, *(one for one in stands.plan["ratings"] if one not in stands.ratings)]),
        "back": draft.here.to("record", action=draft.named.get("action")),
    }


def _facts(ask: Asker, draft: Draft, stands: Standing) -> Mapping[str, object]:
    """The subject of the form; empty if its address names none, or the plan does not have it."""
    of = draft.form.about
    name = draft.named.get(of, "")
    found = entry_at(ask, draft.here.plan, name) if of == "version" else stands.subject(of, name)
    return {"of": of, **found} if found else {}


def _was(name: str, said: Mapping[str, str], issues: Options, told: bool) -> str:
    """A point's hidden field: its values as first shown or, if the sender was `told` of a mistake, as they are now.

    A list without a choice shows its first entry.
    """
    if not told and (was := said.get(f"{name}_was")) is not None:
        return was
    shown = {part: said.get(f"{name}_{part}", "") for part in ("issue", "day", "known")}
    return written({**shown, "issue": shown["issue"] or next((code for code, _ in issues), "")})


def _answers(draft: Draft, stands: Standing) -> list[tuple[str, str | Markup]]:
    """The typed values by field, as they are understood."""
    answers: list[tuple[str, str | Markup]] = []
    for field in draft.form.fields:
        typed = draft.said.get(field.name, "").strip()
        match field.control:
            case "point":
                typed = _point_words(typed, field.name, draft)
            case "select":
                typed = dict(options(field, draft.form, stands)).get(typed, typed) if typed else ""
            case "radios":
                typed = next((one["label"] for one in stands.ratings if one["code"] == typed), typed)
            case "scale":
                typed = USUAL[typed].name if typed in USUAL else typed
            case "tick":
                typed = "Yes" if typed else ""
            case "day" if day := as_day(typed):
                typed = day_in_words(day.isoformat())
        if typed:
            answers.append((in_plan_words(field.label, stands.word), typed))
    return answers


def _point_words(chosen: str, name: str, draft: Draft) -> str:
    said = {part: draft.said.get(f"{name}_{part}", "") for part in ("issue", "day", "known")}
    match chosen:
        case "met":
            return WAYS["met"]
        case "issue":
            return f"Document version {said['issue']}"
        case "day":
            return f"As at {said['day']}" + (f", as known at {said['known']}" if said["known"] else "")
    return ""


# The form that redacts texts: it asks for the event first, then shows its texts as checkboxes


def asked_first(request: Request, ask: Asker, draft: Draft, stands: Standing) -> Response | None:
    """The page that asks for the event, if the address names none with texts to redact; None for other forms."""
    if not _redacts(draft.form):
        return None
    here, version = draft.here, draft.about.get("version", "")
    entry = entry_at(ask, here.plan, version)
    if entry and (draft.said or texts_left(entry, stands.word)):  # the rules judge what was sent
        return None
    error = {"version": _why_not(entry, version, stands)} if version else {}
    field = draft.form.fields[0]
    return page(
        request,
        "which-event.html",
        422 if error else 200,
        here=here,
        title=draft.title,
        plan_title=stands.plan["title"],
        label=field.label,
        hint=field.words.hint,
        value=escape(version),
        errors=Said(error),
        kept=[(name, escape(value)) for name, value in (("at", here.at), ("previous", here.previous)) if value],
    )


def _why_not(entry: Mapping[str, object] | None, version: str, stands: Standing) -> str:
    if entry:
        return f"Event {entry['version']} has no text that could be destroyed"
    return f"The plan has no event {version[:20]}; its newest is {stands.plan['point']['basis']}"


def _redacts(form: Form) -> bool:
    """Whether a form destroys texts; that cannot be undone, so it is always checked first."""
    return any(field.control == "texts" for field in form.fields)


def _texts(draft: Draft, facts: Mapping[str, object], word: str) -> list[tuple[str, str, str]]:
    """The texts that can be destroyed: field, label and text; empty for other forms. `facts` is their event."""
    return texts_left(cast(TrailEntry, facts), word) if facts and _redacts(draft.form) else []
