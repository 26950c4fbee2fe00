"""Rehearsing: the plan as it would be, and afterwards as if nobody had asked."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.events import Event
from domain.opened_ledger import Ledger
from domain.plan.plan import PENDING
from domain.plan.record import PlanRecord
from domain.points import Point
from domain.refusals import PlanUnknown, Refused
from projections.changes import changes_between
from projections.document_history import document_history
from projections.measures import measures_over_time
from projections.overdue import overdue_at
from projections.plan_as_at import plan_as_at
from projections.rag_comparison import rag_comparison
from tests.kit import (
    APRIL,
    FEBRUARY,
    GRADES,
    JULY,
    JUNE,
    LATER,
    added,
    as_bytes,
    assured,
    closed,
    completed,
    contents,
    evidenced,
    in_error,
    inspected,
    issued,
    measure,
    measured,
    opened,
    part,
    plan_closed,
    presented,
    priority,
    priority_reworded,
    progressed,
    rated,
    reassigned,
    recommended,
    reinstated,
    renumbered,
    rescaled,
    rescheduled,
    reworded,
    withdrawn,
)
from tests.laws.naive import Naive, differences
from tests.measuring import HANGS
from tests.real_ledgers import begin, everything, held_by, proposed, record, remembers_what_is_stored

#: One of every kind of event, each acceptable to the plan that `long` records, or after those before it.
EVERY_KIND: list[Event] = [
    rated("2.4", "green", on=APRIL), rated("2.4", "red", on=FEBRUARY), completed("2.4"), progressed("2.4"),
    evidenced("2.4"), reworded("2.4"), renumbered("2.4", "9.9", priority="1"), rescheduled("2.4"), reassigned("2.4"),
    withdrawn("2.4", on=JULY), added("2.9"), part("2.4a", of="2.4", on=JULY), priority("7"), priority_reworded("2"),
    recommended("R7"), inspected(), measure("new"), measured(), assured("2"), issued("9.0"), presented(),
    rescaled(GRADES), plan_closed(), in_error(5),
]  # fmt: skip


def long(ledger: Ledger) -> None:
    """A plan with something of everything, at version 16."""
    record(ledger, opened(), priority("1"), priority("2"), added("2.4", timescale="31/03/19"), rated("2.4", "amber"))
    record(ledger, recommended(), measure(), measured(), progressed("2.4"), issued("1.0"), presented(on=JUNE))
    record(ledger, added("1.1"), withdrawn("1.1"), completed("2.4", on=JUNE), closed("2.4", on=JUNE))
    record(ledger, reinstated("2.4", on=JUNE, reason="Not yet"))


def held(record: PlanRecord) -> str:
    """Everything that the plan of a record holds, as text: what it is made of goes on changing."""
    return repr(contents(held_by(record)))


def answers(record: PlanRecord) -> list[bytes]:
    """What is answered from a record at several points, to the byte."""
    points = [
        Point(day, basis, record.known_at(basis), "now")
        for day in (FEBRUARY, APRIL, LATER)
        for basis in (4, record.version)
    ]
    told: list[Any] = [plan_as_at(record.at(point), everything=True) for point in points]
    told += [ask(record.at(point)) for point in points for ask in (overdue_at, document_history, measures_over_time)]
    told += [ask(record.at(points[0]), record.at(points[-1])) for ask in (rag_comparison, changes_between)]
    return [as_bytes(one) for one in told]


def test_the_plan_yielded_is_as_if_the_proposal_had_been_recorded(ledger: Ledger) -> None:
    begin(ledger)
    with ledger.rehearse([proposed(rated("2.4", "red"))], today=LATER) as plan:
        assert plan.version == 4
        point = Point(LATER, 4, plan.known_at(3), "now")
        [under] = plan_as_at(plan.at(point))["priorities"]
        assert under["actions"][0]["rating"] == "red"


@pytest.mark.parametrize("event", EVERY_KIND, ids=lambda event: type(event).__name__)
def test_after_a_rehearsal_every_answer_is_as_before_to_the_byte(ledger: Ledger, event: Event) -> None:
    long(ledger)
    plan = ledger.plan("plan")
    before, all_of_it = answers(plan), held(plan)
    with ledger.rehearse([proposed(event)], today=LATER) as tried:
        assert tried.version == 17
        assert held(tried) != all_of_it
        assert (plan.version, answers(plan), held(plan)) == (16, before, all_of_it), "who reads meanwhile"
    for record_now in (plan, ledger.plan("plan")):
        assert (record_now.version, answers(record_now), held(record_now)) == (16, before, all_of_it)
    assert len(everything(ledger)) == 16


def test_what_is_recorded_after_a_rehearsal_is_what_would_have_been_without_it(ledger: Ledger) -> None:
    long(ledger)
    with ledger.rehearse([proposed(rated("2.4", "red")), proposed(progressed("2.4"))], today=LATER):
        pass
    [stored] = record(ledger, rated("2.4", "green"))
    assert (stored.version, stored.position) == (17, 17)
    plan = ledger.plan("plan")
    assert PENDING not in [plan.known_at(version) for version in range(1, 18)]
    naive = Naive([one.event for one in ledger.events("plan")])
    shown = plan_as_at(plan.at(Point(LATER, 17, plan.known_at(17), "now")))
    assert differences(naive.plan((LATER, 17), everything=False), shown) == []


def test_what_a_rule_refuses_is_refused_in_the_words_of_recording_and_leaves_nothing(ledger: Ledger) -> None:
    begin(ledger)
    with (
        pytest.raises(Refused, match=r"has no action 8\.8") as refused,
        ledger.rehearse([proposed(rated("2.4")), proposed(rated("8.8"))], today=LATER),
    ):
        raise AssertionError("a refused proposal is not rehearsed")
    assert refused.value.index == 1
    plan = ledger.plan("plan")
    assert plan.version == 3


def test_an_error_within_a_rehearsal_leaves_nothing_either(ledger: Ledger) -> None:
    begin(ledger)
    with pytest.raises(ZeroDivisionError), ledger.rehearse([proposed(rated("2.4"))], today=LATER) as plan:
        assert plan.version == 4
        _ = 1 / 0
    plan = ledger.plan("plan")
    assert plan.version == 3


def test_a_rehearsal_takes_in_what_others_have_recorded(ledger: Ledger, ledgers: Callable[[], Ledger]) -> None:
    begin(ledger)
    record(ledgers(), added("2.5"))
    with ledger.rehearse([proposed(rated("2.5"))], today=LATER) as plan:
        assert plan.version == 5


def test_a_plan_that_nobody_opened_stays_unknown_after_a_rehearsal_of_its_opening(ledger: Ledger) -> None:
    with ledger.rehearse([proposed(opened())], today=LATER) as plan:
        assert plan.version == 1
    with pytest.raises(PlanUnknown):
        ledger.plan("plan")
    with pytest.raises(Refused, match="there is no plan"), ledger.rehearse([proposed(rated("2.4"))], today=LATER):
        raise AssertionError("there is no such plan")


def test_a_rehearsal_is_of_one_plan(ledger: Ledger) -> None:
    for proposals in ([], [proposed(opened(), "one"), proposed(opened(), "two")]):
        with pytest.raises(ValueError, match="one plan"), ledger.rehearse(proposals, today=LATER):
            raise AssertionError("these are not of one plan")


def test_within_a_rehearsal_the_ledger_reads_and_records_what_is_stored_and_the_rehearsal_goes_on(
    ledger: Ledger,
) -> None:
    begin(ledger)
    with ledger.rehearse([proposed(rated("2.4", "red"))], today=LATER) as tried:
        before = as_bytes(plan_as_at(tried.on(LATER)))
        assert ledger.plan("plan").version == 3
        with ledger.rehearse([proposed(rated("2.4", "green"))], today=LATER) as other:
            assert as_bytes(plan_as_at(other.on(LATER))) != before
        assert [one.version for one in record(ledger, added("2.5"), rated("2.5", "amber"))] == [4, 5]
        stored = ledger.plan("plan")
        assert stored.version == 5
        [under] = plan_as_at(stored.on(LATER))["priorities"]
        assert [(one["number"], one["rating"]) for one in under["actions"]] == [("2.4", None), ("2.5", "amber")]
        assert tried.version == 4
        assert as_bytes(plan_as_at(tried.on(LATER))) == before
    assert [one.version for one in record(ledger, rated("2.4"))] == [6]
    remembers_what_is_stored(ledger)


def test_others_who_ask_during_a_rehearsal_are_answered_from_what_is_stored(ledger: Ledger) -> None:
    """At once: they wait for nobody. So do those who go through all plans."""
    begin(ledger)

    def ask() -> tuple[int, bytes]:
        record_now = ledger.plan("plan")
        return record_now.version, as_bytes(plan_as_at(record_now.on(LATER)))

    stored = ask()
    with ThreadPoolExecutor(1) as others, ledger.rehearse([proposed(rated("2.4"))], today=LATER) as tried:
        assert others.submit(ask).result(timeout=HANGS) == stored, "and the rehearsal goes on"
        assert tried.version == 4
        assert as_bytes(plan_as_at(tried.on(LATER))) != stored[1]
    assert ask() == stored == (3, stored[1])


@pytest.mark.parametrize("instead", ["record", "rehearse"])
def test_others_who_propose_during_a_rehearsal_are_judged_by_what_is_stored(ledger: Ledger, instead: str) -> None:
    """At once: 2.5 is only tried out, and its number is free."""
    begin(ledger)

    def propose() -> int:
        if instead == "record":
            return record(ledger, added("2.5"))[0].version
        with ledger.rehearse([proposed(added("2.5"))], today=LATER) as tried:
            return tried.version

    with ThreadPoolExecutor(1) as others, ledger.rehearse([proposed(added("2.5"))], today=LATER) as tried:
        before = as_bytes(plan_as_at(tried.on(LATER)))
        assert others.submit(propose).result(timeout=HANGS) == 4
        assert as_bytes(plan_as_at(tried.on(LATER))) == before


KINDS = st.lists(st.sampled_from(EVERY_KIND), min_size=1, max_size=6)


@given(KINDS, KINDS)
@settings(max_examples=30, deadline=None, derandomize=True, database=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
def test_whatever_is_rehearsed_in_whatever_order_nothing_of_it_stays(
    ledger: Ledger, first: list[Event], second: list[Event]
) -> None:
    if not ledger.plans():
        long(ledger)
    plan = ledger.plan("plan")
    all_of_it = held(plan)
    for told in (first, second, first + second):
        try:
            with ledger.rehearse([proposed(one) for one in told], today=LATER) as tried:
                assert tried.version == 16 + len(told)
        except Refused as refused:
            assert refused.index < len(told)
        plan = ledger.plan("plan")
        assert held(plan) == all_of_it


def test_nothing_can_be_rehearsed_for_a_day_to_come(ledger: Ledger) -> None:
    begin(ledger)
    tomorrow: date = LATER + timedelta(days=1)
    with pytest.raises(Refused, match="in the future"):  # noqa: SIM117 - the refusal is of entering the block
        with ledger.rehearse([proposed(rated("2.4", on=tomorrow))], today=LATER):
            raise AssertionError("tomorrow is not known yet")
