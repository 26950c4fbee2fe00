"""The envelopes an event travels in: a proposal on its way to the ledger, a record as it came out.

A proposal is one JSON object as an officer, a file or a program wrote it. Reading it says what is wrong with it in a
sentence that names the field; whether it may be recorded is for the rules.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from difflib import get_close_matches
from functools import lru_cache
from typing import Any, get_args
from uuid import UUID, uuid4

from pydantic import BaseModel, TypeAdapter, ValidationError

from domain.bulk import without_collecting
from domain.events import EVENTS, Event, FieldName, Sha256
from domain.scales import Colour
from domain.strict_json import NotJson, read_json
from domain.texts import Code, Line, Number, Slug, Text, direction_refused, unpaired_direction


class NotAnEvent(ValueError):
    """What was proposed is not an event: unknown type, a field missing, unknown or not of its kind.

    `problems` holds (field, sentence) pairs, so that a form can put each beside its field.
    """

    def __init__(self, problems: list[tuple[str, str]]) -> None:
        self.problems = problems
        said = [f"{field}: {sentence}" if field else sentence for field, sentence in problems[:10]]
        more = [f"and {len(problems) - 10} more"] if len(problems) > 10 else []
        super().__init__("; ".join(said + more))


@dataclass(frozen=True, slots=True)
class Proposal:
    """An event proposed for a plan; `event_id` makes it repeatable without being stored twice."""

    plan: str
    event: Event
    event_id: UUID | None = None
    # Fields left out by the proposer and filled in here. They do not count when a repeated proposal is compared with
    # what was stored: "today" may have become another day in between.
    assumed: frozenset[str] = frozenset()


def with_event_ids(proposals: Iterable[Proposal]) -> list[Proposal]:
    """The proposals, each with an event_id: its own, or a new one."""
    return [one if one.event_id else Proposal(one.plan, one.event, uuid4(), one.assumed) for one in proposals]


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event as the ledger holds it."""

    plan: str
    version: int
    position: int
    recorded_at: datetime
    recorded_by: str
    event_id: UUID
    event: Event
    #: The fields whose texts were destroyed, and read as `domain.redaction.REDACTED`.
    redacted: tuple[str, ...] = ()

    def fields(self) -> dict[str, Any]:
        """The record as data: the envelope, then the event's own fields as they were said.

        `version` is the record's own place in its stream; the one that an event is about stands under what it does to
        it: `withdraws`, `confirms` or `redacts`.
        Where texts were destroyed, `redacted` names their fields.
        """
        said = self.event.model_dump(mode="json", exclude_unset=True)
        if "version" in said:
            said[_WHAT_IT_DOES[type(self.event).__name__]] = said.pop("version")
        return {
            "plan": self.plan,
            "version": self.version,
            "position": self.position,
            "recorded_at": instant_text(self.recorded_at),
            "recorded_by": self.recorded_by,
            "event_id": str(self.event_id),
            "type": type(self.event).__name__,
            **({"redacted": list(self.redacted)} if self.redacted else {}),
            **said,
        }


#: What an event that is about another calls that one's version, beside its own.
_WHAT_IT_DOES = {"EventWithdrawn": "withdraws", "RatingConfirmed": "confirms", "TextRedacted": "redacts"}


def instant_text(instant: datetime) -> str:
    """An instant as it is written everywhere: ISO 8601 in UTC with microseconds, ending in Z."""
    # Not strftime, which writes the year 1 as `1` and is slower.
    return f"{instant.astimezone(UTC).isoformat(timespec='microseconds')[:-6]}Z"


#: Most entries of a list in an event. The papers have a few dozen; every page that shows the event shows them all.
LONGEST_LIST = 1000
#: Most things said to be wrong with one event, each in a sentence.
_MOST_PROBLEMS = 1000

_SLUG = TypeAdapter(Slug)
_EVENT_ID = TypeAdapter(UUID)


@lru_cache(maxsize=1024)
def _read_slug(text: object) -> str:
    return _SLUG.validate_python(text)


def read_proposal(data: object, today: date, plan: str | None = None) -> Proposal:
    """Read one proposed event.

    Args:
        data: the JSON object, as a mapping.
        today: the effective day where none is given.
        plan: the plan's slug where the address already names it.

    Raises:
        NotAnEvent: what is proposed is not an event of the vocabulary.
    """
    if not isinstance(data, dict):
        raise NotAnEvent([("", "an event is a JSON object, such as " + '{"type": "ActionRated", ...}')])
    try:
        # Null says no more than leaving a field out, and one of the two must be the form that is stored for ever.
        fields: dict[str, Any] = _without_nulls(data)
    except RecursionError:
        raise NotAnEvent([("", "this is nested too deeply to be an event")]) from None
    kind = _event_class(fields.pop("type", None))
    slug = _slug(fields.pop("plan", None), plan)
    event_id = fields.pop("event_id", None)
    assumed: frozenset[str] = frozenset()
    if "effective_on" not in fields:
        fields["effective_on"] = today
        assumed = frozenset({"effective_on"})
    try:
        read_id = None if event_id is None else _EVENT_ID.validate_python(event_id)
    except ValidationError:
        raise NotAnEvent([("event_id", f"{str(event_id)[:60]!r} is not a UUID")]) from None
    try:
        proposal = Proposal(slug, kind.__pydantic_validator__.validate_python(fields), read_id, assumed)
    except ValidationError as error:
        raise NotAnEvent(_problems(error, kind)) from error
    if unpaired := list(_unpaired(fields)):
        raise NotAnEvent(unpaired)
    return proposal


def _unpaired(said: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every text in which a mark of direction stands unpaired. It is no deeper than an event, which was read before."""
    if isinstance(said, str):
        if mark := unpaired_direction(said):
            yield path, direction_refused(mark)
    elif type(said) in _NESTED:
        for name, value in said.items() if isinstance(said, dict) else enumerate(said):
            yield from _unpaired(value, f"{path}.{name}" if path else str(name))


def _without_nulls(said: Any, field: str = "") -> Any:
    """The same without the fields that are null, here and in what is nested; raises NotAnEvent where it is too long."""
    if len(said) > LONGEST_LIST:
        raise NotAnEvent([(field, f"at most {LONGEST_LIST:,} in one list or object; here are {len(said):,}")])
    if isinstance(said, dict):
        return {
            name: _without_nulls(value, name[:60]) if type(value) in _NESTED else value
            for name, value in said.items()
            if value is not None
        }
    return [_without_nulls(value, field) if type(value) in _NESTED else value for value in said]


_NESTED = frozenset({dict, list})


def read_proposal_json(line: str | bytes, today: date, plan: str | None = None) -> Proposal:
    """Read one proposed event from its JSON text; raises NotAnEvent."""
    try:
        data = read_json(line)
    except NotJson as error:
        raise NotAnEvent([("", str(error))]) from None
    return read_proposal(data, today, plan)


def read_lines(lines: Iterable[bytes], today: date) -> list[tuple[int, Proposal]]:
    """Read a file of proposed events, one a line; each comes with the number of its line. Empty lines are passed over.

    Raises:
        NotAnEvent: the first line that is no event ends it; the message names the line.
    """
    proposals = []
    with without_collecting():
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                proposals.append((number, read_proposal(read_json(line), today)))
            except NotJson as error:
                # What is cut off or is not even begun may be a table, or JSON over several lines.
                hint = _A_LINE if str(error).startswith("this is not JSON (") else ""
                raise NotAnEvent([("", f"line {number}: {error}{hint}")]) from None
            except NotAnEvent as error:
                raise NotAnEvent([("", f"line {number}: {error}")]) from error
    return proposals


_A_LINE = "; a file of events holds one whole JSON object a line (see EVENTS.md)"


def _event_class(name: object) -> type[Event]:
    if name is None:
        raise NotAnEvent([("type", "say which event it is, such as ActionRated")])
    if isinstance(name, str) and name in EVENTS:
        return EVENTS[name]
    near = get_close_matches(str(name)[:100], EVENTS, n=1)
    hint = f"did you mean {near[0]}?" if near else f"the events are {', '.join(EVENTS)}"
    raise NotAnEvent([("type", f"there is no event {str(name)[:100]!r}; {hint}")])


def _slug(given: object, addressed: str | None) -> str:
    if given is None and addressed is None:
        raise NotAnEvent([("plan", "say which plan the event is for")])
    if given is not None and addressed is not None and given != addressed:
        raise NotAnEvent([("plan", f"the event names plan {str(given)[:100]!r}, its address {addressed!r}")])
    try:
        return _read_slug(addressed if given is None else given)
    except (ValidationError, TypeError):
        sentence = "a plan's name is lower-case words joined by hyphens, such as stockton-ilacs"
        if near := _lower_case(given):
            sentence += f"; did you mean {near!r}?"
        raise NotAnEvent([("plan", f"{str(given)[:100]!r} cannot name a plan: {sentence}")]) from None


# What is wrong with a field, and what to write in it


def _problems(error: ValidationError, kind: type[Event]) -> list[tuple[str, str]]:
    if error.error_count() > _MOST_PROBLEMS:
        return [("", f"{error.error_count():,} things are wrong with it, so it is hardly {kind.__name__} at all")]
    details = error.errors(include_url=False)
    # What is in a list but wrong is not counted as being in it.
    nested = {detail["loc"][:-1] for detail in details}
    return [
        (".".join(str(part)[:60] for part in detail["loc"]), _misfit(detail, kind))
        for detail in details
        if detail["type"] != "too_short" or detail["loc"] not in nested
    ]


def _misfit(detail: Mapping[str, Any], kind: type[Event]) -> str:
    """What is wrong with one field and what to write there, in a sentence to go on after its name."""
    given, limits = detail["input"], detail.get("ctx", {})
    match detail["type"]:
        case "missing":
            sentence = f"{_model_at(kind, detail['loc'][:-1]).__name__} needs this field"
        case "extra_forbidden":
            sentence = _no_such_field(_model_at(kind, detail["loc"][:-1]), str(detail["loc"][-1]))
        case "string_type":
            number = isinstance(given, int | float) and not isinstance(given, bool)
            sentence = "write it in quotation marks" + (f': "{str(given)[:60]}"' if number else ', such as "2.4"')
        case "string_unicode":
            sentence = "this holds half a character; write the character itself"
        case "string_pattern_mismatch":
            sentence = _PATTERNS[limits["pattern"]](given)
        case "string_too_short":
            sentence = "must not be empty"
        case "string_too_long":
            sentence = f"at most {limits['max_length']:,} characters"
        case "tuple_type":
            sentence = f"write a list: {_as_list(given, _model_at(kind, detail['loc']))}"
        case "too_short":
            name = str(detail["loc"][-1])
            sentence = f'the list must not be empty: ["{"text" if name == "fields" else "Head of Service"}"]'
        case "too_long":
            sentence = f"at most {limits['max_length']} in the list"
        case "model_type":
            fields = ", ".join(_model_at(kind, detail["loc"]).model_fields)
            sentence = f"write an object with the fields {fields}: {{...}}"
        case "bool_type":
            sentence = "write true or false, without quotation marks"
        case "int_type":
            sentence = "write a whole number without quotation marks, such as 212"
        case "greater_than_equal":
            sentence = f"write a whole number of at least {limits['ge']}"
        case "less_than_equal":
            sentence = f"write a whole number of at most {limits['le']}"
        case "date_from_datetime_parsing" | "date_parsing":
            sentence = f"{str(given)[:60]!r} is not a day of the calendar; write the day as 2019-05-31"
        case "date_type":
            sentence = "write the day as 2019-05-31, in quotation marks"
        case _:
            sentence = str(detail["msg"]).removeprefix("Value error, ")
    return sentence


def _model_at(kind: type[BaseModel], path: tuple[str | int, ...]) -> type[BaseModel]:
    """The class of the object at this place in an event, or around it where the place holds none."""
    for part in path:
        if (field := kind.model_fields.get(str(part))) is not None:
            kind = next(_models(field.annotation), kind)
    return kind


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models(argument)


def _no_such_field(model: type[BaseModel], name: str) -> str:
    common = Event.model_fields if issubclass(model, Event) else {}
    own = [field for field in model.model_fields if field not in common]
    near = get_close_matches(name[:60], model.model_fields, n=1)
    hint = f"did you mean {near[0]}? " if near else ""
    takes = ", ".join(own) or f"only {', '.join(common)}"
    return f"{model.__name__} has no such field; {hint}{model.__name__} takes {takes}"


def _as_list(given: object, model: type[BaseModel]) -> str:
    if not issubclass(model, Event):
        return f"[{{...}}], of objects with the fields {', '.join(model.model_fields)}"
    text = given[:60] if isinstance(given, str) and given.strip() else "Minutes"
    return json.dumps([text], ensure_ascii=not text.isprintable())


def _lower_case(given: object) -> str | None:
    """The short name that was probably meant: `Not started` is `not-started`."""
    near = re.sub(r"[\s_]+", "-", str(given).strip().lower())
    return near if _SHORT_NAME.fullmatch(near) and len(near) <= 63 else None


_SHORT_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*", re.ASCII)


def _code_sentence(given: str) -> str:
    if near := _lower_case(given):
        return f"short names are lower case, such as amber; did you mean {near!r}?"
    return _not_as("a short name: lower-case letters and digits joined by hyphens, such as amber")(given)


def _not_as(form: str) -> Callable[[str], str]:
    return lambda given: f"{given[:60]!r} is not {form}" if given.strip() else "must not be empty"


def _text_sentence(given: str, allowed: str = "") -> str:
    bad = next((one for one in given if one not in allowed and (_CONTROL.match(one) or one in "\ufffe\uffff")), None)
    if bad is None:
        return "must not be empty"
    names = {"\n": "a line break", "\r": "a line break", "\t": "a tab"}
    what = names.get(bad, f"a control character, U+{ord(bad):04X}")
    return f"{given[:60]!r} holds a character that cannot stand here ({what}); leave it out"


_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")


def _pattern(kind: Any) -> str:
    return str(kind.__metadata__[0].pattern)


#: Pattern of a kind of text -> what to say of a text that is not of it.
_PATTERNS: dict[str, Callable[[str], str]] = {
    _pattern(Code): _code_sentence,
    _pattern(Colour): _not_as("a colour; write it as #rrggbb, such as #f47738"),
    _pattern(Number): _not_as("a number as the paper prints it, such as 2.4 or 6.1a: letters, digits and .()_-, "
                              "at most 32, no spaces"),
    _pattern(Sha256): _not_as("a SHA-256: write its 64 hexadecimal digits, in lower case"),
    _pattern(FieldName): _not_as("the name of an event's field, such as text, leads or approved_by"),
    _pattern(Line): _text_sentence,
    _pattern(Text): lambda given: _text_sentence(given, "\t\n\r"),
}  # fmt: skip
