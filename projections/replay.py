"""How did the plan come to stand where it does? Event by event: its sentence, and the ratings after it.

The counts after an event are those of the plan as known at its version, on the latest effective day so far: a late
event does not set the day back. For an action with parts, its parts are counted, as in a comparison.
"""

from collections import Counter
from collections.abc import Iterable, Iterator

from typing_extensions import TypedDict

from domain.envelopes import Recorded
from domain.instants import instant_text
from domain.plan.record import PlanRecord
from domain.scales import Rating, Scale
from projections.heading import Heading, heading
from projections.scale import RatingDocument, key_of, ratings_key
from projections.sentence import sentence_in
from projections.tally import Tally
from projections.trail import WithdrawalDocument, withdrawal_document


class ReplayStep(TypedDict):
    """One event, and the counts after it; `as_at` is the day they are counted on."""

    version: int
    effective_on: str
    recorded_at: str
    recorded_by: str
    type: str
    sentence: str
    as_at: str
    ratings: dict[str, int]
    unrated: int
    total: int


class StepChange(TypedDict):
    """By how many an event changed the counts."""

    ratings: dict[str, int]
    unrated: int
    total: int


class PageStep(ReplayStep):
    """A step of a page, which also knows which version withdrew its event as recorded in error, if one did.

    `withdrawal` says by whom, when and why, as in a trail.
    `change` is by how many the counts differ from those of the step before; ratings whose count stayed are left out.
    """

    withdrawn_by: int | None
    withdrawal: WithdrawalDocument | None
    change: StepChange


class ReplayDocument(Heading):
    """A page of steps. `ratings` is the key to their codes; `next` is the `after` of the page that follows.

    `basis` is the version up to which the plan is replayed, and `known_at` is when it was recorded.
    """

    basis: int
    known_at: str
    ratings: list[RatingDocument]
    steps: list[PageStep]
    next: int | None


def replay(record: PlanRecord, plan_events: Iterable[Recorded]) -> Iterator[ReplayStep]:
    """Every event of one plan, in the order of the versions from 1, each with the counts by rating after it."""
    tally = Tally(record)
    for recorded in plan_events:
        tally.take_in(recorded.event)
        yield _step(recorded, sentence_in(record, recorded.version, recorded.event), tally)


def withdrawals_of(record: PlanRecord, after: int = 0, limit: int | None = None) -> list[int]:
    """The versions that withdrew events of a page, in order: input of `replay_page`."""
    last = record.basis if limit is None else min(record.basis, after + limit)
    return sorted(by for version, by in record.withdrawals().items() if after < version <= last)


def replay_page(
    record: PlanRecord,
    plan_events: Iterable[Recorded],
    after: int = 0,
    limit: int | None = None,
    withdrawals: Iterable[Recorded] = (),
) -> ReplayDocument:
    """The steps of `replay` after a version, without replaying the earlier ones.

    Args:
        record: the plan's record, up to the version to replay to.
        plan_events: its records after version `after`, in the order of their versions; read no further than needed.
        after: the version before the first step.
        limit: the most steps; None for all.
        withdrawals: the records of `withdrawals_of` the same page, except those that are among its own events.
    """
    basis = record.basis
    last = basis if limit is None else min(basis, after + limit)
    told = {one.version: one for one in withdrawals}
    steps, scales = _steps(record, plan_events, Tally(record, min(after, basis)), last, told)
    for step in steps:
        if step["withdrawn_by"] is not None:
            step["withdrawal"] = withdrawal_document(told[step["withdrawn_by"]])
    return {
        **heading(record),
        "basis": basis,
        "known_at": instant_text(record.known_at(basis)),
        "ratings": _key(record, scales),
        "steps": steps,
        "next": last if steps and last < basis else None,
    }


def _steps(
    record: PlanRecord, plan_events: Iterable[Recorded], tally: Tally, last: int, told: dict[int, Recorded]
) -> tuple[list[PageStep], list[Scale]]:
    """The steps up to version `last` and the scales in force at any; their records are added to `told`."""
    steps: list[PageStep] = []
    scales: list[Scale] = []
    for recorded in plan_events:
        if recorded.version > last:
            break
        told[recorded.version] = recorded
        before = tally.counts.copy()
        tally.take_in(recorded.event)
        steps.append({
            **_step(recorded, sentence_in(record, recorded.version, recorded.event), tally),
            "withdrawn_by": record.withdrawn_by(recorded.version),
            "withdrawal": None,  # known once all have been read
            "change": _change(before, tally.counts),
        })  # fmt: skip
        scales += tally.scales()
        if recorded.version == last:  # stop before the next one, which may have to be read from the ledger
            break
    return steps, scales


def _step(recorded: Recorded, said: str, tally: Tally) -> ReplayStep:
    return {
        "version": recorded.version,
        "effective_on": recorded.event.effective_on.isoformat(),
        "recorded_at": instant_text(recorded.recorded_at),
        "recorded_by": recorded.recorded_by,
        "type": type(recorded.event).__name__,
        "sentence": said,
        "as_at": tally.day.isoformat(),
        "ratings": tally.ratings(),
        "unrated": tally.counts[None],
        "total": tally.counts.total(),
    }


def _change(before: Counter[str | None], after: Counter[str | None]) -> StepChange:
    codes = sorted(code for code in before | after if code is not None and before[code] != after[code])
    return {
        "ratings": {code: after[code] - before[code] for code in codes},
        "unrated": after[None] - before[None],
        "total": after.total() - before.total(),
    }


def _key(record: PlanRecord, scales: Iterable[Scale]) -> list[RatingDocument]:
    """The key at the basis, then the ratings of scales that were in force at a step and were withdrawn later."""
    key = ratings_key(record.on(record.latest_day()))
    known = {rating["code"] for rating in key}
    more: dict[str, Rating] = {}
    for scale in scales:
        more.update((rating.code, rating) for rating in scale.ratings if rating.code not in known)
    return [*key, *key_of(more.values())]
