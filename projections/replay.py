"""How did the plan come to stand where it does? Event by event: what was said, and the ratings after it.

The counts after an event are those of the plan as known at its version, on the latest effective day of any event so
far: late news does not take the day back. Actions are counted as in a comparison, one with parts by its parts.
"""

from collections import Counter
from collections.abc import Iterable, Iterator

from typing_extensions import TypedDict

from domain.envelopes import Recorded, instant_text
from domain.evolve import evolve
from domain.plan import Plan
from domain.points import Point
from domain.scales import Rating, Scale
from projections.heading import Heading, heading
from projections.scale import RatingDocument, rating_document, ratings_key
from projections.sentence import sentence
from projections.tally import Tally, latest_day
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


def replay(plan_events: Iterable[Recorded]) -> Iterator[ReplayStep]:
    """Every event of one plan from its first, each with the counts by rating after it.

    Args:
        plan_events: the plan's records, in the order of their versions from 1.
    """
    plan: Plan | None = None
    tally: Tally | None = None
    for recorded in plan_events:
        if plan is None or tally is None:
            plan = Plan(recorded.plan)
            tally = Tally(plan)
        said = sentence(plan, recorded.event)
        evolve(plan, recorded.event, recorded.recorded_at, recorded.recorded_by)
        tally.take_in(recorded.event)
        yield _step(recorded, said, tally)


def withdrawals_of(plan: Plan, after: int = 0, limit: int | None = None, basis: int | None = None) -> list[int]:
    """The versions that by the basis had withdrawn events of a page, for `replay_page` to tell of them, in order."""
    basis = plan.version if basis is None else basis
    last = basis if limit is None else min(basis, after + limit)
    return sorted(by for version, by in plan.withdrawn.items() if after < version <= last and by <= basis)


def replay_page(
    plan: Plan,
    plan_events: Iterable[Recorded],
    after: int = 0,
    limit: int | None = None,
    basis: int | None = None,
    withdrawals: Iterable[Recorded] = (),
) -> ReplayDocument:
    """The steps that `replay` gives after a version, from the folded plan: none of those before is gone through.

    Args:
        plan: the plan, folded up to the basis or further.
        plan_events: its records after version `after`, in the order of their versions; read no further than needed.
        after: the version before the first step.
        limit: how many steps at most; None for all.
        basis: the version to replay up to; by default the plan's newest.
        withdrawals: the records of `withdrawals_of` the same page, except those that stand among its own events.
    """
    basis = plan.version if basis is None else basis
    last = basis if limit is None else min(basis, after + limit)
    tally = Tally(plan, min(after, basis))
    steps: list[PageStep] = []
    scales: list[Scale] = []
    told = {one.version: one for one in withdrawals}
    for recorded in plan_events:
        if recorded.version > last:
            break
        told[recorded.version] = recorded
        said = sentence(plan, recorded.event, recorded.version - 1)
        before = tally.counts.copy()
        tally.take_in(recorded.event)
        by = plan.withdrawn.get(recorded.version)
        withdrawn_by = by if by is not None and by <= basis else None
        steps.append({
            **_step(recorded, said, tally),
            "withdrawn_by": withdrawn_by,
            "withdrawal": None,  # it comes later
            "change": _change(before, tally.counts),
        })  # fmt: skip
        scales += tally.scales()
        if recorded.version == last:  # not asked for another, for which the ledger might have to be read again
            break
    for step in steps:
        if step["withdrawn_by"] is not None:
            step["withdrawal"] = withdrawal_document(told[step["withdrawn_by"]])
    return {
        **heading(plan),
        "basis": basis,
        "known_at": instant_text(plan.known_at(basis)),
        "ratings": _key(plan, basis, scales),
        "steps": steps,
        "next": last if steps and last < basis else None,
    }


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


def _key(plan: Plan, basis: int, scales: Iterable[Scale]) -> list[RatingDocument]:
    """The key at the basis, then the ratings of scales that were in force at a step and have since been withdrawn."""
    key = ratings_key(plan, Point(latest_day(plan, basis), basis, plan.known_at(basis), ""))
    known = {rating["code"] for rating in key}
    more: dict[str, Rating] = {}
    for scale in scales:
        more.update((rating.code, rating) for rating in scale.ratings if rating.code not in known)
    return [*key, *(rating_document(rating) for rating in more.values())]
