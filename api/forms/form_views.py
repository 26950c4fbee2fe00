"""The pages of forms, rendered from templates."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from fastapi import Request, Response
from markupsafe import Markup, escape

from api.forms.current_values import Standing, options
from api.forms.drafts import Draft, as_day
from api.forms.dry_run import Since, entry_at, rehearsed, timescale_read
from api.forms.event_forms import SOURCE, Field, fields_of
from api.forms.proposing import WAYS
from api.forms.redaction_form import is_redaction, texts_shown
from api.http.access.callers import recorded_by
from api.pages.choices import written
from api.pages.rendering import Said, capital, page
from api.pages.tags import Tags
from api.papers.wording import day_in_words
from api.questions.asker import Asker
from domain.envelopes import Proposal

_OPTIONAL = " (optional)"
_CHOOSE_PRIORITY = "Choose a priority"
#: The most events of others listed: the newest.
_OTHERS = 20
_SOURCE = {field.name for field in SOURCE}


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
    form = draft.form
    known = form.about if shown["facts"] else ""
    fields = [_field(field, draft, stands, errors or {}) for field in fields_of(form) if field.name != known]
    said = {name: capital(sentence) for name, sentence in (errors or {}).items()}
    said = {name: in_plan_words(one, stands.word) if one == _CHOOSE_PRIORITY else one for name, one in said.items()}
    source = [field for field in fields if field["name"] in _SOURCE]
    return page(
        request,
        "form.html",
        status,
        **shown,
        fields=[field for field in fields if field["name"] not in _SOURCE],
        source=source,
        source_open=any(field["value"] or field["name"] in said for field in source),
        errors=Said(said),
        names={field["name"]: field["label"].removesuffix(_OPTIONAL).rstrip("?") for field in fields},
        given=Said({name: escape(value) for name, value in draft.said.items()}),
        issues=[(escape(code), said) for code, said in options("issues", form, stands)],
        ways=WAYS,
        texts=texts_shown(draft, shown["facts"], stands.word),
        check_first=is_redaction(form),
    )


def check_shown(request: Request, ask: Asker, draft: Draft, stands: Standing, proposal: Proposal) -> Response:
    """The page with the effects of the event; raises Refused if a rule refuses it."""
    shown = _shown(request, ask, draft, stands)
    answers = _answers(draft, stands)
    texts = texts_shown(draft, shown["facts"], stands.word)
    destroyed = [text for text in texts if text[0] in getattr(proposal.event, "fields", ())]
    if read := timescale_read(proposal.event):
        answers.append(("The timescale", read))
    would = rehearsed(ask, proposal, shown["by"])
    return page(request, "check.html", **shown, **would, answers=answers, destroyed=destroyed)


def overtaken_shown(request: Request, ask: Asker, draft: Draft, stands: Standing, since: Since) -> Response:
    """The page with others' events since the form was opened; the form continues from there."""
    shown = _shown(request, ask, draft, stands)
    by = {entry["recorded_by"] for entry in since.others}
    return page(
        request,
        "overtaken.html",
        412,
        **shown,
        others=since.others[-_OTHERS:],
        more=max(0, len(since.others) - _OTHERS),
        trail=_trail_of(draft, since),
        somebody_else=by != {recorded_by(request)},
        answers=_answers(draft, stands),
    )


def _trail_of(draft: Draft, since: Since) -> str:
    """The address of others' events, from the first one on."""
    action = draft.said.get("action", "").strip() if draft.form.about == "action" else ""
    now = replace(draft.here, at="now")
    return now.to("trail", action=action or None, after=since.others[0]["version"] - 1 or None)


def _shown(request: Request, ask: Asker, draft: Draft, stands: Standing) -> dict[str, Any]:
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


def _facts(ask: Asker, draft: Draft, stands: Standing) -> dict[str, Any]:
    """The subject of the form; empty if its address names none, or the plan does not have it."""
    [(name, value)] = draft.about.items() or [("", "")]
    if stands.action is not None:
        return {"of": "action", **stands.action}
    if name in ("number", "priority"):
        return next(({"of": "priority", **one} for one in stands.plan["priorities"] if one["number"] == value), {})
    if name == "measure":
        return next(({"of": "measure", **one} for one in stands.plan["measures"] if one["measure"] == value), {})
    entry = entry_at(ask, draft.here.plan, value) if name == "version" else None
    return {"of": "entry", **entry} if entry else {}


def _field(field: Field, draft: Draft, stands: Standing, errors: Mapping[str, str]) -> dict[str, Any]:
    """A field with its exact value: what a person typed is not normalised."""
    label = in_plan_words(field.label, stands.word)
    chosen_from = options(field.options, draft.form, stands) if field.options and field.kind != "point" else []
    return {
        "name": field.name,
        "label": label if field.needed or field.unless else label + _OPTIONAL,
        "kind": field.kind,
        "hint": field.hint,
        "value": escape(draft.said.get(field.name, "")),
        "options": [(escape(code), said) for code, said in chosen_from],
        "was": _was(field.name, draft, stands, field.name in errors) if field.kind == "point" else "",
    }


def _was(name: str, draft: Draft, stands: Standing, told: bool) -> str:
    """A point's hidden field: its values as first shown or, if the sender was `told` of a mistake, as they are now.

    A list without a choice shows its first entry.
    """
    if not told and (was := draft.said.get(f"{name}_was")) is not None:
        return was
    shown = {part: draft.said.get(f"{name}_{part}", "") for part in ("issue", "day", "known")}
    first = next((code for code, _ in options("issues", draft.form, stands)), "")
    return written({**shown, "issue": shown["issue"] or first})


def in_plan_words(text: str, word: str) -> str:
    """A text of the program, with the plan's word for a priority."""
    return text.replace("Priority", word).replace("a priority", f"a {word.lower()}")


def _answers(draft: Draft, stands: Standing) -> list[tuple[str, str | Markup]]:
    """The typed values by field, as they are understood."""
    answers: list[tuple[str, str | Markup]] = []
    for field in fields_of(draft.form):
        typed = draft.said.get(field.name, "").strip()
        if field.kind == "point":
            typed = _point_words(typed, field.name, draft)
        elif typed and field.options in ("actions", "priorities", "parents", "measures"):
            typed = dict(options(field.options, draft.form, stands)).get(typed, typed)
        elif field.kind == "day" and (day := as_day(typed)):
            typed = day_in_words(day.isoformat())
        elif typed and field.kind == "radios":
            typed = next((one["label"] for one in stands.ratings if one["code"] == typed), typed)
        if typed:
            answers.append((in_plan_words(field.label, stands.word), typed))
    return answers


def _point_words(chosen: str, name: str, draft: Draft) -> str:
    said = {part: draft.said.get(f"{name}_{part}", "") for part in ("issue", "day", "known")}
    match chosen:
        case "met":
            return "As it stood on that day, as it was known by its end"
        case "issue":
            return f"Document version {said['issue']}"
        case "day":
            return f"As at {said['day']}" + (f", as known at {said['known']}" if said["known"] else "")
    return ""
