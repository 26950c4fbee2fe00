"""A form on its way: what it is about, what was typed, and as which version of the plan it was opened and last seen."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import Depends, Query
from markupsafe import Markup, escape

from api.forms.event_forms import Form, fields_of
from api.forms.form_bodies import only_known
from api.http.request_refusals import RequestCode, Unreadable
from api.pages.here import Here
from domain.redaction import REDACTABLE

#: What a form carries unseen: what makes it repeatable, and the versions of the plan it was opened at and last seen at.
HIDDEN = ("event_id", "shown", "seen")
#: The fields that a kind of field has within it. Of a point: those under the ways to say it, and what carries what they
#: were filled in with. Of texts: one to be ticked for each that an event may have.
_PARTS = {"point": ("issue", "day", "known", "was"), "texts": tuple(sorted(REDACTABLE))}

_Name = Annotated[str | None, Query(max_length=63)]


def named_subjects(
    action: _Name = None, priority: _Name = None, measure: _Name = None, version: _Name = None
) -> dict[str, str]:
    """What an address says a form is about."""
    named = {"action": action, "priority": priority, "measure": measure, "version": version}
    return {name: value for name, value in named.items() if value}


Named = Annotated[dict[str, str], Depends(named_subjects)]


@dataclass(frozen=True, slots=True)
class Draft:
    """A form on its way.

    Attributes:
        here: the page.
        form: the form.
        named: what its address says it is about.
        past: whether it was opened to name a past point.
        said: what was typed, by field.
        event_id: makes it repeatable.
        shown: the plan's version when it was opened.
        seen: the plan's version up to which its sender has seen what others recorded.
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
        """What it is about, by the field that says so; empty where that is asked for."""
        field = self.form.about
        given = self.named.get("priority" if field == "number" else field)
        return {field: given} if given else {}

    @property
    def address(self) -> str:
        """Where it is shown and sent."""
        return self.here.to(f"record/{self.form.name}", **self.named, past=1 if self.past else None)

    @property
    def title(self) -> str:
        """What one does with it."""
        return "Name a past point: what was presented" if self.past else self.form.title

    @property
    def day(self) -> date | None:
        """The day it is about, where what was typed is one."""
        return as_day(self.said.get("effective_on", ""))

    @property
    def hidden(self) -> list[tuple[str, str]]:
        """What it carries unseen."""
        return [("event_id", self.event_id), ("shown", str(self.shown)), ("seen", str(self.seen))]

    @property
    def typed(self) -> list[tuple[str, Markup]]:
        """All that was typed, to be carried unseen exactly as it was: marks of direction are part of it."""
        return [(name, escape(value)) for name, value in self.said.items() if self.about.get(name) != value]


def as_day(text: str) -> date | None:
    """The day that was typed, where it is one."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


def new_draft(here: Here, form: Form, named: Mapping[str, str], past: bool, version: int) -> Draft:
    """A form that has just been opened, with the plan at this version."""
    return Draft(here, form, named, past, {}, str(uuid4()), version, version)


def read_draft(here: Here, form: Form, named: Mapping[str, str], past: bool, sent: Mapping[str, str]) -> Draft:
    """A form as it was sent; raises Unreadable where it is none of ours."""
    names = [*HIDDEN, "do"]
    for field in fields_of(form):
        names += [field.name, *(f"{field.name}_{part}" for part in _PARTS.get(field.kind, ()))]
    only_known(sent, names)
    shown, seen = (sent.get(name, "") for name in ("shown", "seen"))
    try:
        event_id = str(UUID(sent.get("event_id", "")))
    except ValueError:
        event_id = ""
    if not (event_id and all(one.isascii() and one.isdigit() and len(one) <= 12 for one in (shown, seen))):
        raise Unreadable(
            RequestCode.NOT_A_FORM, "", "the form was not sent as it was shown; nothing was recorded: open it anew"
        )
    said = {name: value for name, value in sent.items() if name not in (*HIDDEN, "do")}
    draft = Draft(here, form, named, past, said, event_id, int(shown), int(seen))
    for name, value in draft.about.items():
        said.setdefault(name, value)
    return draft
