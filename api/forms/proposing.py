"""From typed values to the event they propose, or to messages by field in the words of the form."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from api.forms.form_fields import Control, Field
from api.forms.usual_scales import COMPLETING, USUAL, completed_with
from api.http.whole_numbers import is_whole
from api.pages.choices import unheard, which_is_meant
from domain.envelopes import Proposal, read_proposal
from domain.points import PointUnreadable, read_point
from domain.refusals import NotAnEvent

#: Alternatives for a point -> their labels; `_UNDER` has their fields.
WAYS = {
    "met": "As it stood on that day, with what was known by the end of it",
    "": "With nothing",
    "issue": "A document version, as it was issued",
    "day": "Another day",
}
_UNDER = {"issue": ("issue",), "day": ("day", "known")}

#: For an unknown outcome of recording; the form carries its event_id.
NOT_KNOWN = (
    "the database has not answered, so whether this was recorded is not known. Send the same form again in a while: "
    "nothing is stored twice"
)


class Unfit(ValueError):
    """The values make no valid event: messages by field, with "" for those of no field."""

    def __init__(self, problems: dict[str, str]) -> None:
        self.problems = problems
        super().__init__("; ".join(problems.values()))


class Typed(NamedTuple):
    """The typed values of a form.

    Attributes:
        fields: the fields of the form.
        said: text by field.
        known_by: the version known by the end of a day; 0 if nothing was.
        stood: the values that the form had when it was first shown; fields that are as they stood are left out.
    """

    fields: Sequence[Field]
    said: Mapping[str, str]
    known_by: Callable[[date], int] = lambda _: 0
    stood: Mapping[str, str] = {}


def propose(event: str, typed: Typed, plan: str | None, event_id: str, today: date) -> Proposal:
    """The proposed event.

    Raises:
        Unfit: the values make no valid event.
    """
    given: dict[str, object] = {"type": event, "event_id": event_id}
    groups: dict[str, dict[str, object]] = {}
    problems: dict[str, str] = {}
    missing: list[Field] = []
    for field in typed.fields:
        try:
            value = _READ.get(field.control, _text)(field, typed)
        except ValueError as error:
            problems[field.name] = str(error)
            continue
        if value is None:
            missing += [field] if field.needed else []
        elif field.group:
            groups.setdefault(field.group, {})[field.name.removeprefix(f"{field.group}_")] = value
        else:
            given[field.name] = value
    problems |= {one.name: one.words.missing or "" for one in missing if not one.group or one.group in groups}
    if problems:
        raise Unfit({field.name: problems[field.name] for field in typed.fields if field.name in problems})
    try:
        return read_proposal(given | groups, today, plan)
    except NotAnEvent as error:
        found: dict[str, str] = {}
        for _, path, sentence in error.problems:
            name, within = beside(path, typed.fields)
            line = f"line {int(within[0]) + 1}: " if within and within[0].isdigit() else ""
            found.setdefault(name, line + sentence)
        raise Unfit(found) from None


def beside(path: str, fields: Sequence[Field]) -> tuple[str, list[str]]:
    """The form's field for a path in the event, and the rest of the path; "" if it is of no field."""
    name, *within = path.split(".")
    names = [field.name for field in fields]
    if (whole := "_".join([name, *within[:1]])) in names:
        return whole, within[1:]
    return next((field.name for field in fields if name in (field.name, field.group)), ""), within


# One reader for each control: the value for the event, or None if nothing was typed


def _text(field: Field, typed: Typed) -> str | None:
    text = typed.said.get(field.name, "").strip()
    if text == _as_typed(typed.stood.get(field.name, "")):
        return None
    return text or None


def _lines(field: Field, typed: Typed) -> list[str] | None:
    lines = _split(typed.said.get(field.name, ""))
    if field.name in typed.stood:
        return None if lines == _split(typed.stood[field.name]) else lines  # emptied: there are none from now on
    return lines or None


def _rows(field: Field, typed: Typed) -> list[dict[str, str]] | None:
    rows = []
    for line in _split(typed.said.get(field.name, "")):
        values = [value.strip() for value in line.rsplit(":", len(field.values) - 1)]
        if len(values) < len(field.values) or not all(values):
            columns = ", a colon and the ".join(field.values)
            raise ValueError(f"write the {columns} on each line; {line[:60]!r} has not all of them")
        rows.append(dict(zip(field.values, values, strict=True)))
    return rows or None


def _whole(field: Field, typed: Typed) -> int | None:
    text = typed.said.get(field.name, "").strip()
    if text and not is_whole(text, 12):
        raise ValueError("write a whole number, such as 212")
    return int(text) if text else None


def _tick(field: Field, typed: Typed) -> bool | None:
    return True if typed.said.get(field.name) else None


def _texts(field: Field, typed: Typed) -> list[str] | None:
    """The names of the ticked checkboxes; each is sent as a field of its own."""
    begins = f"{field.name}_"
    return [name.removeprefix(begins) for name, said in typed.said.items() if name.startswith(begins) and said] or None


def _scale(field: Field, typed: Typed) -> dict[str, object] | None:
    """The chosen scale; its rating for complete actions needs what is ticked."""
    scale = USUAL.get(typed.said.get(field.name, ""))
    if scale is None:
        return None
    ticked = {name: True for name in COMPLETING if typed.said.get(f"{field.name}_{name}")}
    if ticked and not any(rating.complete for rating in scale.ratings):
        raise ValueError("this scale has no rating for what is complete: choose another, or leave these empty")
    return completed_with(scale, ticked)


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


#: Control -> its reader; `_text` for all others.
_READ: dict[Control, Callable[[Field, Typed], object]] = {
    "lines": _lines,
    "rows": _rows,
    "whole": _whole,
    "tick": _tick,
    "point": _point,
    "texts": _texts,
    "scale": _scale,
}
