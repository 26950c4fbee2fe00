"""The draft of a form: its subject, its values, and the plan versions at which it was opened and last seen."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import Depends, Query
from markupsafe import Markup, escape

from api.forms.event_forms import Form, fields_of
from api.http.form_bodies import only_known
from api.http.request_refusals import RequestCode, Unreadable
from api.pages.here import Here
from domain.redaction import REDACTABLE

#: The hidden fields: the event_id, against double recording, and the plan versions at opening and last seen.
HIDDEN = ("event_id", "shown", "seen")
#: Kind of field -> its subfields. A point has those of its alternatives, and the hidden one with their first values;
#: texts have a checkbox for each redactable field.
_PARTS = {"point": ("issue", "day", "known", "was"), "texts": tuple(sorted(REDACTABLE))}

_Name = Annotated[str | None, Query(max_length=63)]


def named_subjects(
    action: _Name = None, priority: _Name = None, measure: _Name = None, version: _Name = None
) -> dict[str, str]:
    """The subjects that an address names."""
    named = {"action": action, "priority": priority, "measure": measure, "version": version}
    return {name: value for name, value in named.items() if value}


Named = Annotated[dict[str, str], Depends(named_subjects)]


@dataclass(frozen=True, slots=True)
class Draft:
    """A form in progress.

    Attributes:
        here: the page.
        form: the form.
        named: the subjects that the address names.
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
        field = self.form.about
        given = self.named.get("priority" if field == "number" else field)
        return {field: given} if given else {}

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
    def hidden(self) -> list[tuple[str, str]]:
        return [("event_id", self.event_id), ("shown", str(self.shown)), ("seen", str(self.seen))]

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


def new_draft(here: Here, form: Form, named: Mapping[str, str], past: bool, version: int) -> Draft:
    """The draft of a newly opened form, with the plan at this version."""
    return Draft(here, form, named, past, {}, str(uuid4()), version, version)


def read_draft(here: Here, form: Form, named: Mapping[str, str], past: bool, sent: Mapping[str, str]) -> Draft:
    """The draft in a sent form; raises Unreadable if its fields are not those of the form."""
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
