"""The draft of a form: its subject, its values, and the plan versions at which it was opened and last seen."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query
from markupsafe import Markup, escape

from api.forms.event_forms import Form
from api.http.form_bodies import only_known
from api.http.request_refusals import RequestCode, Unreadable
from api.http.whole_numbers import is_whole
from api.pages.here import Here

#: The hidden fields: the event_id, against double recording, and the plan versions at opening and last seen.
HIDDEN = ("event_id", "shown", "seen")

_Name = Annotated[str | None, Query(max_length=63)]


def named_subjects(
    action: _Name = None, priority: _Name = None, measure: _Name = None, version: _Name = None
) -> dict[str, str]:
    """The subjects that an address names, by kind."""
    named = {"action": action, "priority": priority, "measure": measure, "version": version}
    return {name: value for name, value in named.items() if value}


Named = Annotated[dict[str, str], Depends(named_subjects)]


@dataclass(frozen=True, slots=True)
class Draft:
    """A form in progress.

    Attributes:
        here: the page.
        form: the form.
        named: the subjects that the address names, by kind.
        past: whether it was opened to name a past point.
        said: the typed values by field.
        event_id: makes the form idempotent.
        shown: the plan's version when the form was opened.
        seen: the plan's version up to which the sender has seen others' events.
    """

    here: Here
    form: Form
    named: Mapping[str, str]
    past: bool
    said: dict[str, str]
    event_id: str
    shown: int
    seen: int

    @property
    def about(self) -> dict[str, str]:
        """The subject by its field; empty if the address does not name it."""
        field = self.form.subject
        return {field.name: self.named[field.of]} if field and field.of in self.named else {}

    @property
    def address(self) -> str:
        """The address where the form is shown and sent."""
        return self.here.to(f"record/{self.form.name}", **self.named, past=1 if self.past else None)

    @property
    def title(self) -> str:
        """The title, which names the task."""
        return "Name a past point: what was presented" if self.past else self.form.title

    @property
    def day(self) -> date | None:
        """The typed effective date, if it is valid."""
        return as_day(self.said.get("effective_on", ""))

    @property
    def typed(self) -> list[tuple[str, Markup]]:
        """All typed values, as hidden fields with the exact text, including direction marks."""
        return [(name, escape(value)) for name, value in self.said.items() if self.about.get(name) != value]


def as_day(text: str) -> date | None:
    """The typed day, or None if it is invalid."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


def read_draft(opened: Draft, sent: Mapping[str, str]) -> Draft:
    """The draft in a sent form; raises Unreadable if its fields are not those of the form."""
    only_known(sent, [*HIDDEN, "do", *(name for field in opened.form.fields for name in field.names)])
    shown, seen = (sent.get(name, "") for name in ("shown", "seen"))
    if not all(is_whole(one, 12) for one in (shown, seen)):
        raise not_as_shown()
    said = opened.about | {name: value for name, value in sent.items() if name not in (*HIDDEN, "do")}
    return replace(opened, said=said, event_id=id_in(sent), shown=int(shown), seen=int(seen))


def id_in(sent: Mapping[str, str]) -> str:
    """The event_id in a sent form; raises Unreadable."""
    try:
        return str(UUID(sent.get("event_id", "")))
    except ValueError:
        raise not_as_shown() from None


def asked_to(sent: Mapping[str, str]) -> str:
    """The button that sent a form: `check`, `record` or `change`; raises Unreadable."""
    do = sent.get("do", "check")
    if do not in ("check", "record", "change"):
        raise Unreadable(RequestCode.NOT_A_FORM, "", "a form is checked, recorded or changed; nothing was recorded")
    return do


def not_as_shown() -> Unreadable:
    """The refusal of a form that lacks what it was shown with."""
    sentence = "the form was not sent as it was shown; nothing was recorded: open it anew"
    return Unreadable(RequestCode.NOT_A_FORM, "", sentence)
