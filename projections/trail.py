"""Who recorded what, when? A plan's events in the order they were recorded, each with how late it came.

A trail is paged, never capped: `next` is the version after which the rest follows.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from typing_extensions import TypedDict

from domain.envelopes import Recorded, instant_text
from domain.events import EventWithdrawn
from domain.plan import Action, Plan
from domain.points import LONDON
from projections.action import ActionUnknown
from projections.heading import Heading, heading
from projections.sentence import sentence


class TrailQueryDocument(TypedDict):
    """What a trail was asked for, as in `TrailQuery`."""

    action: str | None
    recorded_after: str | None
    late_by: int | None


class TrailDocument(Heading):
    """A page of events; each is the record as data, with `withdrawn_by`, `late_by_days` and `sentence`.

    `basis` is the newest version that was taken into account, whichever events were asked for, and `known_at` is when
    it was recorded.
    """

    basis: int
    known_at: str
    query: TrailQueryDocument
    events: list[dict[str, Any]]
    next: int | None


@dataclass(frozen=True, slots=True)
class TrailQuery:
    """Which events are asked for; what is None asks for all.

    Attributes:
        action: number of an action, of now or of before; its own events, and the withdrawals of any of them.
        recorded_after: the instant after which they were recorded: "since my last visit".
        late_by: how many days after they were true they were recorded, at least.
    """

    action: str | None = None
    recorded_after: datetime | None = None
    late_by: int | None = None


def trail_page(plan: Plan, events: Iterable[Recorded], query: TrailQuery, limit: int | None = None) -> TrailDocument:
    """The first events that match, and where to go on.

    Args:
        plan: the plan, folded up to the version the trail is asked at; later events are left out.
        events: its records in the order of their versions; read no further than needed.
        query: which of them.
        limit: how many at most; None for all.

    Raises:
        ActionUnknown: the plan never had an action of the number asked for.
    """
    if query.action is not None:
        trail_action(plan, query.action)
    found: list[dict[str, Any]] = []
    last, following = 0, None
    for recorded in events:
        if recorded.version > plan.version:
            break
        if not matches(plan, recorded, query):
            continue
        if limit is not None and len(found) >= limit:
            following = last
            break
        found.append(_entry(plan, recorded))
        last = recorded.version
    return {
        **heading(plan),
        "basis": plan.version,
        "known_at": instant_text(plan.known_at(plan.version)),
        "query": {
            "action": query.action,
            "recorded_after": instant_text(query.recorded_after) if query.recorded_after else None,
            "late_by": query.late_by,
        },
        "events": found,
        "next": following,
    }


def trail_action(plan: Plan, number: str) -> Action:
    """The action that a trail of this number is about, even where its being added was withdrawn; raises ActionUnknown.

    It is the one that bears or last bore the number as known at the plan's newest version.
    """
    if action := plan.find_action(number, plan.version):
        return action
    if bearers := plan.numbers.get(number):
        return bearers[-1][0]
    raise ActionUnknown(f"plan {plan.slug} has never had an action {number}")


def matches(plan: Plan, recorded: Recorded, query: TrailQuery) -> bool:
    """Whether the record is among those asked for."""
    if query.recorded_after is not None and recorded.recorded_at <= query.recorded_after:
        return False
    if query.late_by is not None and late_by_days(recorded) < query.late_by:
        return False
    if query.action is None:
        return True
    action = trail_action(plan, query.action)
    event = recorded.event
    version = event.version if isinstance(event, EventWithdrawn) else recorded.version
    return _is_about(plan, version, action)


def late_by_days(recorded: Recorded) -> int:
    """How many days after it was true the event was recorded, by the days of London."""
    return max(0, (_london_day(recorded.recorded_at) - recorded.event.effective_on).days)


def _london_day(instant: datetime) -> date:
    return instant.astimezone(LONDON).date()


def _is_about(plan: Plan, version: int, action: Action) -> bool:
    """Whether the event of that version is the action's own, and not one of its parts'.

    Every event about an action stands on its being added, by whatever number it named it. Those about its parts may
    stand on it as well.
    """
    if version in plan.actions or version not in plan.dependents.get(action.added, ()):
        return version == action.added
    return not any(version in plan.dependents.get(part.added, ()) for part in _within(action))


def _within(action: Action) -> Iterator[Action]:
    for part in action.parts:
        yield part
        yield from _within(part)


def _entry(plan: Plan, recorded: Recorded) -> dict[str, Any]:
    fields = recorded.fields()
    del fields["plan"]
    return {
        **fields,
        "withdrawn_by": plan.withdrawn.get(recorded.version),
        "late_by_days": late_by_days(recorded),
        "sentence": sentence(plan, recorded.event, recorded.version - 1),
    }
