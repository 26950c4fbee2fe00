"""The envelopes an event travels in: a proposal on its way to the ledger, a record as it came out.

A proposal is one JSON object as an officer, a file or a program wrote it. Reading it says what is wrong with it in a
sentence that names the field; whether it may be recorded is for the rules.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from difflib import get_close_matches
from functools import lru_cache
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter, ValidationError

from domain.bulk import without_collecting
from domain.events import EVENTS, Event
from domain.strict_json import NotJson, read_json
from domain.texts import Slug


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

    def fields(self) -> dict[str, Any]:
        """The record as data: the envelope, then the event's own fields as they were said.

        `version` is the record's own place in its stream; what EventWithdrawn calls so stands under `withdraws`.
        """
        said = self.event.model_dump(mode="json", exclude_unset=True)
        if "version" in said:
            said["withdraws"] = said.pop("version")
        return {
            "plan": self.plan,
            "version": self.version,
            "position": self.position,
            "recorded_at": instant_text(self.recorded_at),
            "recorded_by": self.recorded_by,
            "event_id": str(self.event_id),
            "type": type(self.event).__name__,
            **said,
        }


def instant_text(instant: datetime) -> str:
    """An instant as it is written everywhere: ISO 8601 in UTC with microseconds, ending in Z."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


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
        return Proposal(slug, kind.__pydantic_validator__.validate_python(fields), read_id, assumed)
    except ValidationError as error:
        raise NotAnEvent(_problems(error, kind)) from error


def _without_nulls(said: Any) -> Any:
    """The same without the fields that are null, here and in what is nested."""
    if isinstance(said, dict):
        return {
            name: _without_nulls(value) if type(value) in _NESTED else value
            for name, value in said.items()
            if value is not None
        }
    return [_without_nulls(value) if type(value) in _NESTED else value for value in said]


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
                proposals.append((number, read_proposal_json(line, today)))
            except NotAnEvent as error:
                raise NotAnEvent([("", f"line {number}: {error}")]) from error
    return proposals


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
        raise NotAnEvent([("plan", f"{str(given)[:100]!r} cannot name a plan: {sentence}")]) from None


def _problems(error: ValidationError, kind: type[Event]) -> list[tuple[str, str]]:
    problems = []
    for detail in error.errors(include_url=False, include_context=False, include_input=True):
        field = ".".join(str(part)[:60] for part in detail["loc"])
        match detail["type"]:
            case "missing":
                sentence = f"{kind.__name__} needs this field"
            case "extra_forbidden":
                fields = [name for name in kind.model_fields if name not in {"effective_on", "reason", "source"}]
                near = get_close_matches(field, fields, n=1)
                sentence = f"{kind.__name__} has no such field" + (f"; did you mean {near[0]}?" if near else "")
            case "string_unicode":
                sentence = "this holds half a character; write the character itself"
            case "string_pattern_mismatch":
                sentence = f"{str(detail['input'])[:60]!r} is empty or holds a character that cannot stand here"
            case _:
                sentence = detail["msg"].removeprefix("Value error, ")
        problems.append((field, sentence))
    return problems
