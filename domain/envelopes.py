"""The two envelopes of an event: the proposal before it is stored, and the record after.

A proposal is read from one JSON object. An error names the field in a sentence. The rules decide later whether the
event may be recorded.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from difflib import get_close_matches
from functools import lru_cache
from uuid import UUID, uuid4

from pydantic import TypeAdapter, ValidationError

from domain.bulk import without_collecting
from domain.events import EVENTS, Event
from domain.instants import instant_text
from domain.misfits import lower_case, problems_of
from domain.refusals import EventCode, NotAnEvent, Problem
from domain.strict_json import BrokenJson, Json, NotJson, read_json
from domain.texts import Slug, unrecordable


@dataclass(frozen=True, slots=True)
class Proposal:
    """An event proposed for a plan. Proposed again with the same `event_id`, it is stored once."""

    plan: str
    event: Event
    event_id: UUID | None = None
    # Fields left out and filled in. A repeated proposal is compared without them: today may be another day by then.
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

    def fields(self) -> dict[str, Json]:
        """The record as data: the envelope, then the event's fields as recorded.

        `version` is the record's own. An event about another event names that one's version as `withdraws`, `confirms`
        or `redacts`. If texts were destroyed, `redacted` lists their fields.
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


#: Type of an event about another event -> the field for that one's version.
_WHAT_IT_DOES = {"EventWithdrawn": "withdraws", "RatingConfirmed": "confirms", "TextRedacted": "redacts"}


#: Most entries of a list in an event: a page shows them all, and council papers have a few dozen.
LONGEST_LIST = 1000
_SLUG = TypeAdapter(Slug)
_EVENT_ID = TypeAdapter(UUID)


@lru_cache(maxsize=1024)
def _read_slug(text: object) -> str:
    return _SLUG.validate_python(text)


def read_proposal(data: object, today: date, plan: str | None = None) -> Proposal:
    """Read one proposed event from its parsed JSON; raises NotAnEvent.

    `today` is its effective day where it gives none, `plan` the slug of the plan where the address names one.
    """
    if not isinstance(data, dict):
        raise _not_an_event(
            EventCode.NOT_AN_OBJECT, "", 'an event is a JSON object, such as {"type": "ActionRated", ...}'
        )
    try:
        # A null means the same as a field left out, and only one of the two forms may be stored.
        fields: dict[str, Json] = _without_nulls(data)
    except RecursionError:
        raise _not_an_event(EventCode.TOO_DEEP, "", "this is nested too deeply to be an event") from None
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
        raise _not_an_event(EventCode.WRONG_FORM, "event_id", f"{str(event_id)[:60]!r} is not a UUID") from None
    try:
        proposal = Proposal(slug, kind.__pydantic_validator__.validate_python(fields), read_id, assumed)
    except ValidationError as error:
        raise NotAnEvent(problems_of(error, kind)) from error
    if problems := list(_unrecordable(fields)):
        raise NotAnEvent(problems)
    return proposal


def _not_an_event(code: EventCode, field: str, sentence: str) -> NotAnEvent:
    return NotAnEvent([Problem(code, field, sentence)])


def _unrecordable(said: Json, path: str = "") -> Iterator[Problem]:
    """A problem for each text that is recorded no longer, in fields that were validated as an event before."""
    for name, value in said.items() if isinstance(said, dict) else enumerate(said):
        if type(value) in _NESTED:
            yield from _unrecordable(value, f"{path}{name}.")
        elif isinstance(value, str) and not value.isascii() and (problem := unrecordable(value, f"{path}{name}")):
            yield problem


def _without_nulls(said: Json, field: str = "") -> Json:
    """A copy without null fields, at any depth; raises NotAnEvent where a list or object is too long."""
    if len(said) > LONGEST_LIST:
        raise _not_an_event(
            EventCode.TOO_LONG, field, f"at most {LONGEST_LIST:,} in one list or object; here are {len(said):,}"
        )
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
        raise _not_an_event(EventCode.NOT_JSON, "", str(error)) from None
    return read_proposal(data, today, plan)


def read_lines(lines: Iterable[bytes], today: date) -> list[tuple[int, Proposal]]:
    """Read a file of proposed events, one a line, into pairs (line number, proposal). Empty lines are skipped.

    Raises NotAnEvent for the first line that is no event; the message names the line.
    """
    proposals = []
    with without_collecting():
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                proposals.append((number, read_proposal(read_json(line), today)))
            except NotJson as error:
                # Broken JSON may be a table, or an object over several lines.
                hint = _A_LINE if isinstance(error, BrokenJson) else ""
                wrong = _not_an_event(EventCode.NOT_JSON, "", f"line {number}: {error}{hint}")
                wrong.index = len(proposals)
                raise wrong from None
            except NotAnEvent as error:
                error.index = len(proposals)
                raise error.reworded(f"line {number}: {error}") from None
    return proposals


_A_LINE = "; a file of events holds one whole JSON object a line (see EVENTS.md)"


def _event_class(name: object) -> type[Event]:
    if name is None:
        raise _not_an_event(EventCode.MISSING, "type", "say which event it is, such as ActionRated")
    if isinstance(name, str) and name in EVENTS:
        return EVENTS[name]
    near = get_close_matches(str(name)[:100], EVENTS, n=1)
    hint = f"did you mean {near[0]}?" if near else f"the events are {', '.join(EVENTS)}"
    raise _not_an_event(EventCode.UNKNOWN_EVENT, "type", f"there is no event {str(name)[:100]!r}; {hint}")


def _slug(given: object, addressed: str | None) -> str:
    if given is None and addressed is None:
        raise _not_an_event(EventCode.MISSING, "plan", "say which plan the event is for")
    if given is not None and addressed is not None and given != addressed:
        raise _not_an_event(
            EventCode.OTHER_PLAN, "plan", f"the event names plan {str(given)[:100]!r}, its address {addressed!r}"
        )
    try:
        return _read_slug(addressed if given is None else given)
    except (ValidationError, TypeError):
        sentence = "a plan's name is lower-case words joined by hyphens, such as stockton-ilacs"
        if near := lower_case(given):
            sentence += f"; did you mean {near!r}?"
        raise _not_an_event(
            EventCode.WRONG_FORM, "plan", f"{str(given)[:100]!r} cannot name a plan: {sentence}"
        ) from None
