"""The form that redacts texts: it asks for the event first, then shows its texts as checkboxes."""

from collections.abc import Mapping
from typing import Any, cast

from fastapi import Request, Response
from markupsafe import escape

from api.forms.current_values import Standing
from api.forms.drafts import Draft
from api.forms.dry_run import entry_at
from api.forms.event_forms import ABOUT, Form
from api.pages.rendering import Said, page
from api.papers.wording_events import texts_left
from api.questions.asker import Asker
from domain.events import TextRedacted
from projections.trail import TrailEntry


def is_redaction(form: Form) -> bool:
    """Whether a form redacts texts; that cannot be undone, so it is always checked first."""
    return form.event == TextRedacted.__name__


def asked_first(request: Request, ask: Asker, draft: Draft, stands: Standing) -> Response | None:
    """The page that asks for the event, if the address names none with texts to redact; None for other forms."""
    if not is_redaction(draft.form):
        return None
    here, version = draft.here, draft.about.get("version", "")
    entry = entry_at(ask, here.plan, version)
    if entry and (draft.said or texts_left(entry, stands.word)):  # the rules judge what was sent
        return None
    error = {"version": _why_not(entry, version, stands)} if version else {}
    return page(
        request,
        "which-event.html",
        422 if error else 200,
        here=here,
        title=draft.title,
        plan_title=stands.plan["title"],
        field=ABOUT["version"],
        value=escape(version),
        errors=Said(error),
        kept=[(name, escape(value)) for name, value in (("at", here.at), ("previous", here.previous)) if value],
    )


def _why_not(entry: Mapping[str, Any] | None, version: str, stands: Standing) -> str:
    if entry:
        return f"Event {entry['version']} has no text that could be destroyed"
    return f"The plan has no event {version[:20]}; its newest is {stands.plan['point']['basis']}"


def texts_shown(draft: Draft, facts: Mapping[str, Any], word: str) -> list[tuple[str, str, str]]:
    """The texts as checkboxes: field, label and text; empty for other forms.

    Args:
        draft: the form.
        facts: the event it is about.
        word: the plan's word for a priority.
    """
    return texts_left(cast(TrailEntry, facts), word) if is_redaction(draft.form) and facts else []
