"""What a forum was told never moves: not by what is recorded with it, nor by what comes after."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random

import pytest

from domain.events import Event
from domain.opened_ledger import Ledger
from domain.plan.record import PlanRecord
from domain.refusals import Refused
from tests.kit import (
    APRIL,
    FEBRUARY,
    JUNE,
    LATER,
    MARCH,
    MAY,
    in_error,
    issued,
    presented,
    progressed,
    rated,
)
from tests.real_ledgers import Connection, begin, record, remembers_what_is_stored, set_clock_back

Ledgers = Callable[[], Ledger]

DAYS = [FEBRUARY, MARCH, APRIL, MAY]
FORUMS = ["Cabinet", "Scrutiny"]


def some_point(random: Random, plan: PlanRecord) -> str:
    """A point in any form; some name what is not there, or not past, or a later day."""
    day = random.choice(DAYS).isoformat()
    instant = plan.known_at(random.randint(1, plan.version)) + timedelta(microseconds=random.choice([-1, 0, 1]))
    match random.randrange(7):
        case 0:
            return "now"
        case 1:
            return day
        case 2:
            return f"{day}@{random.randrange(1, plan.version + 4)}"
        case 3:
            return f"{day}@{instant.isoformat()}"
        case 4:
            return f"{day}@{(datetime.now().astimezone() + timedelta(seconds=random.choice([-1, 1]))).isoformat()}"
        case 5:
            return f"issue:{random.randrange(1, 6)}"
        case _:
            return f"told:{random.choice(FORUMS)}@{day}"


def some_event(random: Random, plan: PlanRecord) -> Event:
    day = random.choice(DAYS)
    match random.randrange(8):
        case 0:
            return issued(str(random.randrange(1, 6)), on=day)
        case 1:
            return in_error(random.randrange(4, plan.version + 3))  # type: ignore[no-any-return]
        case 2:
            return rated("2.4", random.choice(["red", "amber", "green"]), on=day)
        case 3:
            return progressed("2.4", on=day)
        case _:
            previous = random.choice([None, some_point(random, plan)])
            return presented(random.choice(FORUMS), some_point(random, plan), on=random.choice([day, JUNE]),
                             previous=previous)  # fmt: skip


def told(ledger: Ledger) -> dict[int, object]:
    return {said.version: said.value for said in ledger.plan("plan").on(LATER).presentations}


@pytest.mark.parametrize("seed", range(3))
def test_after_batches_with_presentations_the_plan_in_memory_is_the_fold_of_what_is_stored(
    ledger: Ledger, ledgers: Ledgers, seed: int
):
    random, accepted, refused = Random(seed), 0, Counter[str]()
    begin(ledger)
    writers = [ledger, ledgers()]
    for _ in range(60):
        writer = random.choice(writers)
        plan = writer.plan("plan")
        batch = [some_event(random, plan) for _ in range(random.choice([1, 2, 2, 3]))]
        before = told(ledger)
        try:
            record(writer, *batch)
            accepted += 1
        except Refused as refusal:
            refused[str(refusal)[-60:-20]] += 1
        after = told(ledger)
        for version in before.keys() & after.keys():
            assert after[version] == before[version], f"version {version} moved"
        for each in writers:
            remembers_what_is_stored(each)
    assert accepted > 8
    assert len(refused) > 4
    assert len(told(ledger)) > 3


def instant_of(ledger: Ledger, version: int) -> str:
    return ledger.events("plan")[version - 1].recorded_at.isoformat()


@pytest.mark.parametrize("many", [1, 3])
def test_an_instant_is_past_only_when_something_of_the_plan_was_stored_after_it(ledger: Ledger, many: int):
    begin(ledger)
    begin(ledger, "other")  # which says nothing of this plan
    point = f"2019-03-15@{instant_of(ledger, 3)}"
    batch = [*[rated("2.4")] * (many - 1), presented(current=point, on=MARCH)]
    with pytest.raises(
        Refused, match=f"name the record number that was presented, such as 2019-03-15@{2 + many}"
    ) as refused:
        record(ledger, *batch)
    assert refused.value.index == many - 1
    remembers_what_is_stored(ledger)
    record(ledger, rated("2.4"))
    record(ledger, *batch)
    remembers_what_is_stored(ledger)
    (said,) = ledger.plan("plan").on(LATER).presentations
    assert said.value.current == (MARCH, 3)


def test_an_instant_is_past_also_for_who_has_not_heard_of_what_was_stored_after_it(ledger: Ledger, ledgers: Ledgers):
    begin(ledger)
    other = ledgers()
    remembers_what_is_stored(other)
    record(ledger, rated("2.4"))
    point = f"2019-03-15@{instant_of(ledger, 3)}"
    assert record(other, progressed("2.4"), presented(current=point))[1].version == 6
    remembers_what_is_stored(other)


def test_while_the_clock_is_behind_nothing_gets_an_instant_that_was_past(ledger: Ledger, owner: Connection):
    begin(ledger)
    set_clock_back(owner, "2 minutes")
    record(ledger, rated("2.4"))
    point = f"2019-03-15@{instant_of(ledger, 4)}"
    for _ in range(2):
        with pytest.raises(Refused, match="may still come to mean more"):
            record(ledger, progressed("2.4"), presented(current=point))
        record(ledger, progressed("2.4"))  # with the same instant
    remembers_what_is_stored(ledger)


def test_in_the_batch_that_opens_a_plan_no_instant_is_past(ledger: Ledger):
    begin(ledger, "other")
    with pytest.raises(Refused, match="may still come to mean more"):
        begin_with = ledger.events("other")
        record(ledger, *[event.event for event in begin_with], presented(current="2019-02-15@2001-01-01T00:00:00Z"))
    assert ledger.plans() == ["other"]
