"""From typed values to the event they propose, or to messages by field in the words of the form."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from api.forms.event_forms import Field, Form, fields_of
from api.forms.form_words import Unfit, by_field, missing
from api.pages.choices import unheard, which_is_meant
from domain.envelopes import Proposal, read_proposal
from domain.points import PointUnreadable, read_point
from domain.refusals import NotAnEvent

#: Forms whose unchanged fields are left out of the event.
_AS_IT_STANDS = {"reword", "reword-priority"}
#: Alternatives for a point -> their labels; `_UNDER` has their fields.
WAYS = {
    "met": "As it stood on that day, as it was known by its end",
    "": "With nothing",
    "issue": "A document version, as it was issued",
    "day": "Another day",
}
_UNDER = {"issue": ("issue",), "day": ("day", "known")}


@dataclass(frozen=True, slots=True)
class Typed:
    """The typed values of a form.

    Attributes:
        form: the form.
        said: text by field.
        stood: the values that the form had when it was first shown.
        known_by: the version known by the end of a day; 0 if nothing was.
    """

    form: Form
    said: Mapping[str, str]
    stood: Mapping[str, str]
    known_by: Callable[[date], int]


def propose(typed: Typed, plan: str, event_id: str, today: date) -> Proposal:
    """The proposed event.

    Raises:
        Unfit: the values make no valid event.
    """
    fields: dict[str, Any] = {"type": typed.form.event, "event_id": event_id}
    problems: dict[str, str] = {}
    for field in fields_of(typed.form):
        try:
            value = _READ[field.kind](field, typed)
        except ValueError as error:
            problems[field.name] = str(error)
            continue
        if value is not None:
            fields[field.name] = value
        elif field.needed:
            problems[field.name] = missing(typed.form, field)
    _gather_source(fields, problems)
    if problems:
        raise Unfit(problems)
    try:
        return read_proposal(fields, today, plan)
    except NotAnEvent as error:
        raise Unfit(by_field(error.problems, typed.form)) from None


def _gather_source(fields: dict[str, Any], problems: dict[str, str]) -> None:
    names = ("title", "reference", "published_on")
    source = {name: fields.pop(f"source_{name}") for name in names if f"source_{name}" in fields}
    if source and "title" not in source:
        problems["source_title"] = "say which document it is"
    elif source:
        fields["source"] = source


# One reader for each kind of field: the value for the event, or None if nothing was typed


def _text(field: Field, typed: Typed) -> str | None:
    text = typed.said.get(field.name, "").strip()
    if typed.form.name in _AS_IT_STANDS and text == _as_typed(typed.stood.get(field.name, "")):
        return None
    return text or None


def _lines(field: Field, typed: Typed) -> list[str] | None:
    lines = _split(typed.said.get(field.name, ""))
    if typed.form.name in _AS_IT_STANDS and field.name in typed.stood:
        return None if lines == _split(typed.stood[field.name]) else lines  # emptied: it answers none from now on
    return lines or None


def _judgements(field: Field, typed: Typed) -> list[dict[str, str]] | None:
    judgements = []
    for line in _split(typed.said.get(field.name, "")):
        area, colon, grade = line.rpartition(":")
        if not (colon and area.strip() and grade.strip()):
            raise ValueError(f"write the area, a colon and the grade on each line; {line[:60]!r} has not all of them")
        judgements.append({"area": area.strip(), "grade": grade.strip()})
    return judgements or None


def _whole(field: Field, typed: Typed) -> int | None:
    text = typed.said.get(field.name, "").strip()
    if text and not (text.isascii() and text.isdigit() and len(text) <= 12):
        raise ValueError("write a whole number, such as 212")
    return int(text) if text else None


def _texts(field: Field, typed: Typed) -> list[str] | None:
    """The names of the ticked checkboxes; each is sent as a field of its own."""
    begins = f"{field.name}_"
    return [name.removeprefix(begins) for name, said in typed.said.items() if name.startswith(begins) and said] or None


def _point(field: Field, typed: Typed) -> str | None:
    """The chosen alternative of a point field, in the notation."""
    said, name = typed.said, field.name
    chosen = said.get(name, "")
    under = {part: said.get(f"{name}_{part}", "").strip() for part in ("issue", "day", "known")}
    if (other := unheard(chosen, _UNDER, under, said.get(f"{name}_was"))) and chosen in WAYS:
        raise ValueError(which_is_meant(WAYS[other], WAYS[chosen]))
    match chosen:
        case "met":
            return _as_met(said.get("effective_on", "").strip(), typed)
        case "issue":
            if label := under["issue"]:
                return f"issue:{label}"
            raise ValueError("choose a document version")
        case "day":
            day, known = under["day"], under["known"]
            if not day:
                raise ValueError("give the day that was shown")
            return _as_written(f"{day}@{known}" if known else day, day)
    return None


def _as_written(point: str, day: str) -> str:
    for text, what in ((day, "day as 2019-05-31"), (point, "time known by as 2019-06-04, 2019-06-04T09:00:00Z or 212")):
        try:
            read_point(text)
        except PointUnreadable:
            raise ValueError(f"write the {what}") from None
    return point


def _as_met(day: str, typed: Typed) -> str:
    try:
        known = typed.known_by(date.fromisoformat(day))
    except (ValueError, OverflowError):
        return "now"  # the error is reported at the day's own field
    if known:
        return f"{day}@{known}"
    raise ValueError("nothing of the plan had been recorded by the end of that day; choose another state of the plan")


def _split(text: str) -> list[str]:
    return [line.strip() for line in text.split("\n") if line.strip()]


def _as_typed(text: str) -> str:
    """A text as a browser returns it unedited."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


_READ: dict[str, Callable[[Field, Typed], Any]] = {
    "line": _text,
    "area": _text,
    "day": _text,
    "select": _text,
    "radios": _text,
    "lines": _lines,
    "judgements": _judgements,
    "whole": _whole,
    "point": _point,
    "texts": _texts,
}
