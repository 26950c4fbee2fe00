"""Who recorded what, when? A plan's events in the order they were recorded, each with how late it came.

A trail is paged, never capped: `next` is the version after which the rest follows. Which events match is told by the
folded plan, so that only those shown need be read.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from typing_extensions import TypedDict

from domain.envelopes import Recorded, instant_text
from domain.plan import Action, Plan
from projections.action import ActionUnknown
from projections.heading import Heading, heading
from projections.lateness import late_by_days, late_versions, missing_from
from projections.not_known import action_not_known
from projections.sentence import sentence


class TrailQueryDocument(TypedDict):
    """What a trail was asked for, as in `TrailQuery`."""

    action: str | None
    recorded_after: str | None
    late_by: int | None


class WithdrawalDocument(TypedDict):
    """That an event was withdrawn as recorded in error: by which version, recorded when, by whom and why."""

    version: int
    recorded_at: str
    recorded_by: str
    reason: str | None


class TrailDocument(Heading):
    """A page of events; each is the record as data, with what is known of it besides.

    `withdrawn_by` is the version that withdrew it and `withdrawal` a `WithdrawalDocument`, both null of what still
    counts; `late_by_days` says how late it was recorded, `missing_from` for which document versions that was too late,
    `sentence` what it says in words. Where texts of it were destroyed, `redacted` names their fields and `redacted_by`
    the versions by which that was done, whatever the basis.

    `basis` is the newest version that was taken into account, whichever events were asked for, and `known_at` is when
    it was recorded. `matching` counts all events asked for; `before` are those of them on earlier pages, `rest` those
    on this one and later. `previous` and `next` are the `after` of the page before and of the one that follows, if any.
    """

    basis: int
    known_at: str
    query: TrailQueryDocument
    matching: int
    before: int
    rest: int
    events: list[dict[str, Any]]
    previous: int | None
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


def trail_page(
    plan: Plan,
    events: Iterable[Recorded],
    query: TrailQuery,
    limit: int | None = None,
    after: int = 0,
    basis: int | None = None,
) -> TrailDocument:
    """The first events after a version that match, and where to go on.

    Args:
        plan: the plan, folded up to the basis or further.
        events: its records after that version, at least those to be shown and those that withdrew any of them
            (`with_withdrawals`), in the order of their versions; read no further than needed.
        query: which of them.
        limit: how many at most; None for all.
        after: the version before the first that may be shown.
        basis: the version the trail is asked at, later events are left out; by default the plan's newest.

    Raises:
        ActionUnknown: by the basis the plan never had an action of the number asked for.
    """
    basis = plan.version if basis is None else basis
    found = matching_versions(plan, query, basis)
    first = bisect_right(found, after)
    shown = found[first:] if limit is None else found[first : first + limit]
    records = {one.version: one for one in _only(with_withdrawals(plan, shown, basis), events)}
    previous = (found[first - limit - 1] if limit is not None and first > limit else 0) if first else None
    return {
        **heading(plan),
        "basis": basis,
        "known_at": instant_text(plan.known_at(basis)),
        "query": {
            "action": query.action,
            "recorded_after": instant_text(query.recorded_after) if query.recorded_after else None,
            "late_by": query.late_by,
        },
        "matching": len(found),
        "before": first,
        "rest": len(found) - first,
        "events": [trail_entry(plan, version, records, basis) for version in shown],
        "previous": previous,
        "next": shown[-1] if first + len(shown) < len(found) else None,
    }


def with_withdrawals(plan: Plan, versions: Iterable[int], basis: int) -> list[int]:
    """These versions and those that by the basis had withdrawn any of them, in order."""
    wanted = set(versions)
    return sorted(wanted | {by for version in wanted if (by := _withdrawn_by(plan, version, basis)) is not None})


def _withdrawn_by(plan: Plan, version: int, basis: int) -> int | None:
    by = plan.withdrawn.get(version)
    return by if by is not None and by <= basis else None


def _only(versions: Sequence[int], events: Iterable[Recorded]) -> Iterator[Recorded]:
    """The records of these versions, reading none after the last."""
    wanted = set(versions)
    for recorded in events if wanted else ():
        if recorded.version in wanted:
            yield recorded
        if recorded.version == versions[-1]:
            return


def trail_action(plan: Plan, number: str, basis: int | None = None) -> Action:
    """The action that a trail of this number is about, even where its being added was withdrawn; raises ActionUnknown.

    It is the one that bears or last bore the number as known at the basis, by default the plan's newest version.
    """
    basis = plan.version if basis is None else basis
    if action := plan.find_action(number, basis):
        return action
    if bearers := [action for action, version in plan.numbers.get(number, ()) if version <= basis]:
        return bearers[-1]
    why = action_not_known(plan, number, f"version {basis}", basis)
    raise ActionUnknown(why or f"plan {plan.slug} has never had an action {number}")


def matching_versions(plan: Plan, query: TrailQuery, basis: int) -> Sequence[int]:
    """The versions up to a basis of the events asked for, in order; raises ActionUnknown."""
    first = 1 if query.recorded_after is None else plan.basis_at(query.recorded_after) + 1
    found: Sequence[int] = range(first, basis + 1)
    if query.action is not None:
        about = _about(plan, trail_action(plan, query.action, basis))
        found = sorted(version for version in about if first <= version <= basis)
    if query.late_by is not None:
        found = late_versions(plan, found, query.late_by)
    return found


def action_versions(plan: Plan, action: Action, basis: int) -> list[int]:
    """The versions of an action's own events and of the withdrawals of any of them, up to a basis, in order."""
    return sorted(version for version in _about(plan, action) if version <= basis)


def _about(plan: Plan, action: Action) -> set[int]:
    """The versions of the action's own events, not of its parts', and of the withdrawals of any of them.

    Every event about an action stands on its being added, by whatever number it named it. Those about its parts may
    stand on it as well.
    """
    own = set(plan.dependents.get(action.added, ())).difference(plan.actions)
    for part in _within(action):
        own.difference_update(plan.dependents.get(part.added, ()))
    own.add(action.added)
    return own | {plan.withdrawn[version] for version in own if version in plan.withdrawn}


def _within(action: Action) -> Iterator[Action]:
    below = [*action.parts]
    while below:
        part = below.pop()
        yield part
        below += part.parts


def trail_entry(plan: Plan, version: int, records: Mapping[int, Recorded], basis: int) -> dict[str, Any]:
    """One event as it stands in a trail, as known at a basis.

    Args:
        plan: the plan, folded up to the basis or further.
        version: the event's.
        records: the record of that version and, where it was withdrawn, of its withdrawal.
        basis: the version up to which the record is taken into account.
    """
    recorded, withdrawn_by = records[version], _withdrawn_by(plan, version, basis)
    fields = recorded.fields()
    del fields["plan"]
    return {
        **fields,
        "withdrawn_by": withdrawn_by,
        "withdrawal": None if withdrawn_by is None else withdrawal_document(records[withdrawn_by]),
        "late_by_days": late_by_days(recorded),
        "missing_from": missing_from(plan, version, basis),
        "sentence": sentence(plan, recorded.event, version - 1),
        # Whatever the basis: the texts are gone at every one.
        **({"redacted_by": sorted(set(by.values()))} if (by := plan.redactions.get(version)) else {}),
    }


def withdrawal_document(recorded: Recorded) -> WithdrawalDocument:
    """What the record of a withdrawal says of the event that it withdraws."""
    return {
        "version": recorded.version,
        "recorded_at": instant_text(recorded.recorded_at),
        "recorded_by": recorded.recorded_by,
        "reason": recorded.event.reason,
    }
