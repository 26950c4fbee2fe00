"""What does one event say, who recorded it when, and does it still count? The trail's entry for a single version."""

from collections.abc import Iterable

from typing_extensions import TypedDict

from domain import events
from domain.envelopes import Recorded
from domain.instants import instant_text
from domain.plan.record import PlanRecord
from domain.refusals import Unknown
from projections.heading import Heading, heading
from projections.scale import RatingDocument, rating_document
from projections.trail import TrailEntry, trail_entry, with_withdrawals


class EventUnknown(Unknown):
    """The plan has no event of that version."""

    code, field = "unknown-event", "version"


class EventAction(TypedDict):
    """The action an event is about: the number it was given last, and its own events before and after this one.

    `known` says whether the record still has it: not where its being added was withdrawn.
    """

    number: str
    known: bool
    previous: int | None
    next: int | None


class EventDocument(Heading):
    """One event. `event` is its entry of the trail, and `withdrawn` the entry of the event that it withdraws.

    `basis` is the newest version that was taken into account and `known_at` is when it was recorded. `previous` and
    `next` are the plan's versions around it. `ratings` is the key to the code that it gives, if it does.
    """

    basis: int
    known_at: str
    ratings: list[RatingDocument]
    event: TrailEntry
    withdrawn: TrailEntry | None
    action: EventAction | None
    previous: int | None
    next: int | None


def event_versions(record: PlanRecord, version: int) -> list[int]:
    """The versions needed to show an event: its own, its withdrawal's, that of the event it withdraws.

    Raises:
        EventUnknown: the record has no event of that version.
    """
    if not 1 <= version <= record.basis:
        raise EventUnknown(f"plan {record.slug} has no record number {version}; its newest is {record.basis}")
    target = _withdrawn_by_it(record, version)
    return with_withdrawals(record, [version] if target is None else [version, target])


def event_in_trail(record: PlanRecord, version: int, told: Iterable[Recorded]) -> EventDocument:
    """One event of a plan; `told` are the records of its `event_versions`; raises EventUnknown."""
    event_versions(record, version)
    records = {one.version: one for one in told}
    target = _withdrawn_by_it(record, version)
    return {
        **heading(record),
        "basis": record.basis,
        "known_at": instant_text(record.known_at(record.basis)),
        "ratings": _key(record, records[version].event, version),
        "event": trail_entry(record, version, records),
        "withdrawn": None if target is None else trail_entry(record, target, records),
        "action": _action(record, version if target is None else target, version),
        "previous": version - 1 or None,
        "next": version + 1 if version < record.basis else None,
    }


def _withdrawn_by_it(record: PlanRecord, version: int) -> int | None:
    return next((target for target, by in record.withdrawals().items() if by == version), None)


def _key(record: PlanRecord, event: events.Event, version: int) -> list[RatingDocument]:
    """The rating that an event gives, from the scale of its day as known just before it."""
    if not isinstance(event, events.ActionRated):
        return []
    scale = record.up_to(version - 1).on(event.effective_on).scale
    rating = scale.value.find(event.rating) if scale else None
    return [] if rating is None else [rating_document(rating)]


def _action(record: PlanRecord, about: int, version: int) -> EventAction | None:
    """The action that the event of version `about` concerns, and its events around `version`."""
    action = record.action_of(about)
    if action is None:
        return None
    versions, number = record.events_about(action), record.last_number(action)
    place = versions.index(version)
    return {
        "number": number,
        "known": record.find_action(number) == action,
        "previous": versions[place - 1] if place else None,
        "next": versions[place + 1] if place + 1 < len(versions) else None,
    }
