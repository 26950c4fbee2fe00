"""What does one event say, who recorded it when, and does it still count? The trail's entry for a single version."""

from collections.abc import Iterable
from typing import Any

from typing_extensions import TypedDict

from domain import events
from domain.envelopes import Recorded, instant_text
from domain.plan import Action, Plan
from domain.timeline import end_of
from projections.heading import Heading, heading
from projections.scale import RatingDocument, rating_document
from projections.trail import action_versions, trail_entry, with_withdrawals


class EventUnknown(LookupError):
    """The plan has no event of that version."""


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
    event: dict[str, Any]
    withdrawn: dict[str, Any] | None
    action: EventAction | None
    previous: int | None
    next: int | None


def event_versions(plan: Plan, version: int, basis: int | None = None) -> list[int]:
    """The versions that tell of an event: itself, the one that withdrew it and, of a withdrawal, the one it withdrew.

    Raises:
        EventUnknown: the plan has no event of that version, or had none by the basis.
    """
    newest = plan.version if basis is None else basis
    if not 1 <= version <= newest:
        raise EventUnknown(f"plan {plan.slug} has no event of version {version}; its newest is {newest}")
    target = _withdrawn_by_it(plan, version)
    return with_withdrawals(plan, [version] if target is None else [version, target], newest)


def event_in_trail(plan: Plan, version: int, told: Iterable[Recorded], basis: int | None = None) -> EventDocument:
    """One event of a plan.

    Args:
        plan: the plan, folded up to the basis or further.
        version: the event's.
        told: the records of `event_versions`.
        basis: the version up to which the record is taken into account; by default the plan's newest.

    Raises:
        EventUnknown: the plan has no event of that version, or had none by the basis.
    """
    newest = plan.version if basis is None else basis
    event_versions(plan, version, newest)
    records = {one.version: one for one in told}
    target = _withdrawn_by_it(plan, version)
    event = records[version].event
    return {
        **heading(plan),
        "basis": newest,
        "known_at": instant_text(plan.known_at(newest)),
        "ratings": _key(plan, event, version),
        "event": trail_entry(plan, version, records, newest),
        "withdrawn": None if target is None else trail_entry(plan, target, records, newest),
        "action": _action(plan, version if target is None else target, version, newest),
        "previous": version - 1 or None,
        "next": version + 1 if version < newest else None,
    }


def _withdrawn_by_it(plan: Plan, version: int) -> int | None:
    return next((target for target, by in plan.withdrawn.items() if by == version), None)


def _key(plan: Plan, event: events.Event, version: int) -> list[RatingDocument]:
    """The rating that an event gives, from the scale it was judged by."""
    if not isinstance(event, events.ActionRated):
        return []
    scale = plan.scale.at(end_of(event.effective_on), version - 1)
    rating = scale.value.find(event.rating) if scale else None
    return [] if rating is None else [rating_document(rating)]


def _action(plan: Plan, about: int, version: int, basis: int) -> EventAction | None:
    """The action that the event of version `about` concerns, and its events around `version`."""
    for action in plan.actions.values():
        if about != action.added and about not in plan.dependents.get(action.added, ()):
            continue
        versions = action_versions(plan, action, basis)
        if version not in versions:  # it stands on the action, but tells of a part of it
            continue
        place = versions.index(version)
        number = _last_number(plan, action, basis)
        return {
            "number": number,
            "known": plan.find_action(number, basis) is action,
            "previous": versions[place - 1] if place else None,
            "next": versions[place + 1] if place + 1 < len(versions) else None,
        }
    return None


def _last_number(plan: Plan, action: Action, basis: int) -> str:
    """The number that an action was given last; also where its being added was withdrawn."""
    given = [
        (plan.stands(version, basis), version, number)
        for number, bearers in plan.numbers.items()
        for bearer, version in bearers
        if bearer is action and version <= basis
    ]
    return max(given)[2]
