"""Who recorded what, when? A plan's events in the order they were recorded, each with how late it came.

A trail is paged, never capped: `next` is the version after which the rest follows. The folded plan knows which events
match, so that only those shown are read.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NotRequired, cast

from typing_extensions import TypedDict

from domain.envelopes import Recorded
from domain.instants import instant_text
from domain.plan.record import PlanRecord
from projections.action import ActionUnknown
from projections.event_fields import RecordedFields
from projections.heading import Heading, heading
from projections.lateness import late_by_days, late_versions, missing_from
from projections.sentence import sentence_in


class TrailQueryDocument(TypedDict):
    """The query of a trail, as in `TrailQuery`."""

    action: str | None
    recorded_after: str | None
    late_by: int | None


class WithdrawalDocument(TypedDict):
    """That an event was withdrawn as recorded in error: by which version, recorded when, by whom and why."""

    version: int
    recorded_at: str
    recorded_by: str
    reason: str | None


class TrailEntry(RecordedFields):
    """An event with what is known of it besides.

    `withdrawn_by` is the version that withdrew it, null of what still counts, as `withdrawal` is; `late_by_days` says
    how late it was recorded, `missing_from` for which document versions that was too late, `sentence` what it says in
    words. Where texts of it were destroyed, `redacted_by` names the versions that did, whatever the basis.
    """

    withdrawn_by: int | None
    withdrawal: WithdrawalDocument | None
    late_by_days: int
    missing_from: list[str]
    sentence: str
    redacted_by: NotRequired[list[int]]


class TrailDocument(Heading):
    """A page of events.

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
    events: list[TrailEntry]
    previous: int | None
    next: int | None


@dataclass(frozen=True, slots=True)
class TrailQuery:
    """The events that are asked for; None asks for all.

    Attributes:
        action: a current or former number of an action: the events about it, and their withdrawals.
        recorded_after: the instant after which they were recorded: "since my last visit".
        late_by: the least number of days between their effective day and their recording.
    """

    action: str | None = None
    recorded_after: datetime | None = None
    late_by: int | None = None


def trail_page(
    record: PlanRecord, events: Iterable[Recorded], query: TrailQuery, limit: int | None = None, after: int = 0
) -> TrailDocument:
    """The first matching events after a version, and the version to go on from.

    Args:
        record: the plan's record, up to the version that the trail is asked at.
        events: its records after that version, at least those to be shown and those that withdrew any of them
            (`with_withdrawals`), in the order of their versions; read no further than needed.
        query: the events asked for.
        limit: the most events; None for all.
        after: the version before the first that may be shown.

    Raises:
        ActionUnknown: the record never had an action of the number asked for.
    """
    found = matching_versions(record, query)
    first = bisect_right(found, after)
    shown = found[first:] if limit is None else found[first : first + limit]
    records = {one.version: one for one in _only(with_withdrawals(record, shown), events)}
    previous = (found[first - limit - 1] if limit is not None and first > limit else 0) if first else None
    return {
        **heading(record),
        "basis": record.basis,
        "known_at": instant_text(record.known_at(record.basis)),
        "query": {
            "action": query.action,
            "recorded_after": instant_text(query.recorded_after) if query.recorded_after else None,
            "late_by": query.late_by,
        },
        "matching": len(found),
        "before": first,
        "rest": len(found) - first,
        "events": [trail_entry(record, version, records) for version in shown],
        "previous": previous,
        "next": shown[-1] if first + len(shown) < len(found) else None,
    }


def with_withdrawals(record: PlanRecord, versions: Iterable[int]) -> list[int]:
    """These versions and their withdrawals, in order."""
    wanted = set(versions)
    return sorted(wanted | {by for version in wanted if (by := record.withdrawn_by(version)) is not None})


def _only(versions: Sequence[int], events: Iterable[Recorded]) -> Iterator[Recorded]:
    """The records of these versions; reads nothing after the last."""
    wanted = set(versions)
    for recorded in events if wanted else ():
        if recorded.version in wanted:
            yield recorded
        if recorded.version == versions[-1]:
            return


def trail_action(record: PlanRecord, number: str) -> int:
    """The action (the version that added it) that bears or last bore the number; raises ActionUnknown.

    It is found also if its adding was withdrawn.
    """
    action = record.find_action(number)
    if action is not None:
        return action
    if bearers := record.bearers(number):
        return bearers[-1][0]
    raise ActionUnknown(number, f"plan {record.slug} has never had an action {number}")


def matching_versions(record: PlanRecord, query: TrailQuery) -> Sequence[int]:
    """The versions of the events asked for, in order; raises ActionUnknown."""
    first = 1 if query.recorded_after is None else record.basis_at(query.recorded_after) + 1
    found: Sequence[int] = range(first, record.basis + 1)
    if query.action is not None:
        about = record.events_about(trail_action(record, query.action))
        found = [version for version in about if first <= version]
    if query.late_by is not None:
        found = late_versions(record, found, query.late_by)
    return found


def trail_entry(record: PlanRecord, version: int, records: Mapping[int, Recorded]) -> TrailEntry:
    """One event in a trail; `records` has its record and, if it was withdrawn, that of its withdrawal."""
    recorded, withdrawn_by = records[version], record.withdrawn_by(version)
    fields = recorded.fields()
    del fields["plan"]
    # Whatever the basis: a destroyed text is missing at every one.
    by = sorted(set(record.redactions(version).values()))
    told = {
        **fields,
        "withdrawn_by": withdrawn_by,
        "withdrawal": None if withdrawn_by is None else withdrawal_document(records[withdrawn_by]),
        "late_by_days": late_by_days(recorded),
        "missing_from": missing_from(record, version),
        "sentence": sentence_in(record, version, recorded.event),
        **({"redacted_by": by} if by else {}),
    }
    return cast(TrailEntry, told)


def withdrawal_document(recorded: Recorded) -> WithdrawalDocument:
    """A withdrawal as part of the event that it withdraws."""
    return {
        "version": recorded.version,
        "recorded_at": instant_text(recorded.recorded_at),
        "recorded_by": recorded.recorded_by,
        "reason": recorded.event.reason,
    }
