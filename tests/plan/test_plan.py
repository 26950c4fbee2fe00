"""The fold, and drafts over it: what is tried out leaves no trace, what is adopted is what a fold would have made."""

import gc
import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from domain.events import EVENTS, Event
from domain.plan.draft import Draft
from domain.plan.evolve import evolve
from domain.plan.number_order import natural_order
from domain.plan.plan import PENDING, Action, Measure, Plan, Priority
from domain.plan.record import PlanRecord
from domain.plan.timeline import Timeline
from projections.changes import changes_between
from projections.document_history import document_history
from projections.measures import measures_over_time
from projections.overdue import overdue_at
from projections.plan_as_at import plan_as_at
from projections.rag_comparison import rag_comparison
from tests.kit import (
    APRIL,
    AUGUST,
    GRADES,
    JUNE,
    LATER,
    MAY,
    OFFICER,
    SECONDED,
    added,
    as_bytes,
    assured,
    closed,
    completed,
    confirmed,
    contents,
    evidenced,
    fold,
    given,
    in_error,
    inspected,
    issued,
    measure,
    measured,
    part,
    plan_closed,
    presented,
    priority,
    priority_reworded,
    progressed,
    rated,
    read_history,
    reassigned,
    recommended,
    record_at,
    recorded,
    redacted,
    reinstated,
    renumbered,
    rescaled,
    rescheduled,
    reworded,
    taken_in,
    withdrawn,
)

EXAMPLES = Path(__file__).parents[2] / "examples"


def everything_that_can_happen():
    wrong = rated("2.4", "red")
    return given(
        inspected(), recommended("R1"), recommended("R01"), priority("4", answers=["R1"]), priority("04"),
        added("2.4", timescale="June 2019", outcome="Better", leads=["Head"]), part("2.4a", "2.4"), part("2.4b", "2.4"),
        reworded("2.4"), renumbered("2.4", "4.1", priority="4"), rescheduled("2.4"), reassigned("2.4"), wrong,
        progressed("2.4"), evidenced("2.4"), in_error(wrong), completed("2.4a"), completed("2.4b"),
        confirmed("2.4a", 21), confirmed("2.4b", 22), closed("2.4"),
        reinstated("2.4", reason="Slipped"), withdrawn("2.4b", on=JUNE), assured("4"), measure("visits"),
        measured("visits"), measure("visits", "Other"), issued("1.0"), presented(current="issue:1.0"),
        priority_reworded("04"), redacted(13, "text"), rescaled(GRADES, on=AUGUST), plan_closed(), scale=SECONDED,
    ).events  # fmt: skip


TOLD = everything_that_can_happen()
SOME_VERSIONS = (0, 1, 7, 12, 20, 30)


def adopted(plan: Plan, told: list[Event]) -> Plan:
    """The plan that has adopted these events as one batch, stored at the instant of its last version."""
    draft = taken_in(Draft(plan), told)
    draft.give_to_base(recorded(draft.version), UUID(int=draft.version))
    return plan


def folded_as_adopted(told: list[Event], batches: list[int]) -> Plan:
    """A fold of the events, each with the instant of the last version of its batch; batches end at these versions."""
    plan, ends = Plan("plan"), iter(batches)
    end = next(ends)
    for event in told:
        if plan.version == end:
            end = next(ends)
        evolve(plan, event, recorded(end), OFFICER)
    return plan


def answers(record: PlanRecord) -> list[bytes]:
    """What is answered from a record, to the byte."""
    days = (APRIL, JUNE, LATER)
    told: list[Any] = [plan_as_at(record.on(day), everything=True) for day in days]
    told += [ask(record.on(day)) for day in days for ask in (overdue_at, document_history, measures_over_time)]
    told += [changes_between(record.on(APRIL), record.on(LATER)), rag_comparison(record.on(APRIL), record.on(LATER))]
    told += [record.issue_labels(), sorted(record.withdrawals().items()), record.version, str(record.latest_day())]
    return [as_bytes(one) for one in told]


def test_something_of_every_kind_happens():
    assert {type(event).__name__ for event in TOLD} == set(EVENTS)


def test_a_draft_holds_what_a_fold_of_all_the_events_holds_and_the_plan_what_it_held():
    for version in range(len(TOLD) + 1):
        plan = fold(TOLD[:version])
        draft = taken_in(Draft(plan), TOLD[version:])
        assert contents(draft) == contents(fold(TOLD))
        assert contents(plan) == contents(fold(TOLD[:version]))
        assert plan.published == (0, None)


@pytest.mark.parametrize("event", TOLD, ids=lambda event: type(event).__name__)
def test_a_single_event_that_is_tried_out_changes_nothing_beneath(event: Event):
    version = next(place for place, one in enumerate(TOLD) if one is event)
    plan = fold(TOLD[:version])
    before = contents(plan)
    draft = taken_in(Draft(plan), [event])
    assert contents(plan) == before == contents(fold(TOLD[:version]))
    assert contents(draft) == contents(fold(TOLD[: version + 1])) != before


def test_a_draft_is_asked_as_the_plan_would_be():
    for version in (0, 4, 7, 12, 20, 30):
        draft = taken_in(Draft(fold(TOLD[:version])), TOLD[version:])
        assert answers(record_at(draft)) == answers(record_at(fold(TOLD)))


def test_after_a_draft_is_dropped_a_plan_goes_on_as_if_nothing_had_been_tried_out():
    for version in SOME_VERSIONS:
        plan = fold(TOLD[:version])
        taken_in(Draft(plan), TOLD[version:])
        for event in TOLD[version:]:
            evolve(plan, event, recorded(plan.version + 1), OFFICER)
        assert contents(plan) == contents(fold(TOLD))


def test_a_plan_that_adopts_a_draft_holds_what_a_fold_of_the_events_holds():
    newest = len(TOLD)
    for version in range(newest):
        plan = adopted(fold(TOLD[:version]), TOLD[version:])
        fresh = folded_as_adopted(TOLD, [*range(1, version + 1), newest])
        assert contents(plan) == contents(fresh)
        assert plan.published == (newest, UUID(int=newest))
    for size in (1, 2, 3, 5, 8):
        plan, ends = Plan("plan"), [*range(size, newest, size), newest]
        for begin, end in zip([0, *ends], ends, strict=False):
            adopted(plan, TOLD[begin:end])
        assert contents(plan) == contents(folded_as_adopted(TOLD, ends))


def test_who_holds_a_plan_from_before_is_answered_the_same_while_and_after_a_batch_is_adopted():
    for version in range(4, len(TOLD)):
        plan = fold(TOLD[:version])
        held = record_at(plan)
        points = [held.on(day) for day in (APRIL, JUNE, LATER)]
        before = answers(held)
        shown = [as_bytes(plan_as_at(point, everything=True)) for point in points]
        draft = Draft(plan)
        for event in TOLD[version:]:
            taken_in(draft, [event])
            assert answers(held) == before
        draft.give_to_base(recorded(draft.version), UUID(int=1))
        assert answers(held) == before
        assert [as_bytes(plan_as_at(point, everything=True)) for point in points] == shown
        assert answers(record_at(plan, version)) == before


def test_who_holds_a_plan_from_before_is_answered_the_same_while_it_is_caught_up():
    for version in (4, 7, 12, 20, 30):
        plan = fold(TOLD[:version])
        held = record_at(plan)
        before = answers(held)
        for event in TOLD[version:]:
            evolve(plan, event, recorded(plan.version + 1), OFFICER)
            assert answers(held) == before


def test_an_adoption_that_has_come_to_any_step_shows_nothing_of_it_to_who_reads():
    """What is published is assigned last: whatever else is in place by then lies after every reader's basis."""
    version = 10
    looks: list[int] = []
    fresh = folded_as_adopted(TOLD, [*range(1, version + 1), len(TOLD)])
    plan = fold(TOLD[:version])
    plan.published = version, UUID(int=version)
    held = PlanRecord(plan, version)
    before = answers(held)

    def look() -> None:
        published, _ = plan.published
        assert published in (version, len(TOLD))
        looks.append(published)
        assert answers(held) == before
        if published == version:
            assert answers(PlanRecord(plan, published)) == before
        else:
            assert answers(PlanRecord(plan, published)) == answers(record_at(fresh))

    draft = taken_in(Draft(watched(plan, look)), TOLD[version:])
    draft.give_to_base(recorded(draft.version), UUID(int=draft.version))
    assert len(looks) > 3 * (len(TOLD) - version), "at least after each event's place in each of the three sequences"


def watched(plan: Plan, look: Callable[[], None]) -> Plan:
    """The plan, which calls this after every single change of what it holds."""

    class Mapped(dict[Any, Any]):
        def update(self, more: Any) -> None:  # type: ignore[override]
            for key, value in more.items():
                self[key] = value
                look()

    class Listed(list[Any]):
        def extend(self, more: Any) -> None:
            for one in more:
                self.append(one)
                look()

    class Watched(Plan):
        def __setattr__(self, name: str, value: Any) -> None:
            object.__setattr__(self, name, value)
            if looking:
                look()

    looking: list[str] = []
    for name, value in list(vars(plan).items()):
        if isinstance(value, dict | list):
            setattr(plan, name, Mapped(value) if isinstance(value, dict) else Listed(value))
    plan.__class__ = Watched
    looking.append("from now on")
    return plan


def test_a_plan_that_has_grown_does_not_adopt_a_draft_from_before():
    plan = fold(TOLD[:10])
    draft = taken_in(Draft(plan), TOLD[10:12])
    evolve(plan, TOLD[10], recorded(11), OFFICER)
    with pytest.raises(AssertionError, match="does not grow"):
        draft.give_to_base(recorded(12), UUID(int=12))
    assert contents(plan) == contents(fold(TOLD[:11]))


def test_nothing_of_a_plan_is_taken_away_or_replaced_through_a_draft():
    draft = Draft(fold(TOLD))
    with pytest.raises(TypeError, match="ever taken away"):
        del draft.actions[10]
    for change in (lambda: draft.log.__delitem__(0), lambda: draft.log.__setitem__(0, draft.log[1])):
        with pytest.raises(TypeError, match=r"ever (taken away|replaced)"):
            change()
    with pytest.raises(LookupError, match="only what is there can be changed"):
        draft.changed_action(4)


def test_what_was_tried_out_does_not_change_the_order_of_an_answer():
    story = given()
    taken_in(Draft(story.plan), [priority("04"), recommended("R01")])
    story.when(priority("4"), recommended("R1"), priority("04"), recommended("R01"))
    fresh = given(priority("4"), recommended("R1"), priority("04"), recommended("R01"))
    assert as_bytes(story.show()) == as_bytes(fresh.show())


def test_trying_out_again_and_again_leaves_nothing_behind():
    story = given(added("2.4"))
    before = contents(story.plan)
    tried = [added("2.5"), part("2.5a", "2.5"), priority("9"), measure("calls"), recommended("R2")]
    gc.collect()
    gc.disable()
    try:
        held = alive()
        for _ in range(50):
            taken_in(Draft(story.plan), tried)
        assert alive() == held, "a draft is freed at once: it holds no cycles"
    finally:
        gc.enable()
    assert contents(story.plan) == before


def alive() -> Counter[str]:
    """How many of the things that plans are made of there are, whoever holds them."""
    kinds = (Plan, Action, Priority, Measure, Timeline)
    return Counter(type(one).__name__ for one in gc.get_objects() if isinstance(one, kinds))


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.jsonl")), ids=lambda path: path.stem)
def test_an_example_history_folds_the_same_in_any_steps(path):
    told = read_history(path)
    whole, stepped = fold(told), fold([])
    steps = random.Random(7)
    while stepped.version < len(told):
        ahead = min(len(told), stepped.version + steps.randrange(1, 40))
        taken_in(Draft(stepped), told[stepped.version : ahead + steps.randrange(15)])  # and dropped
        draft = Draft(stepped)
        for event in told[stepped.version : ahead]:
            evolve(draft, event, PENDING, OFFICER)
        instants = [recorded(version) for version in range(stepped.version + 1, ahead + 1)]
        draft.give_to_base(instants[0], UUID(int=ahead))
        stepped.recorded_at[-len(instants) :] = instants
    assert contents(stepped) == contents(whole)


def test_numbers_sort_as_people_sort_them():
    numbers = ["1", "2", "2.1", "2.9", "2.10", "2.10.1", "6.1", "6.1a", "6.1B", "10", "LSCB-1", "LSCB-12", "R1"]
    shuffled = random.Random(1).sample(numbers, len(numbers))
    assert sorted(shuffled, key=natural_order) == numbers


def test_no_two_numbers_have_the_same_place():
    alike = ["2.1", "2.01", "02.1", "a", "A", "1a", "1A"]
    assert len({natural_order(number) for number in alike}) == len(alike)


def test_an_action_is_found_by_its_numbers_as_they_were_known():
    story = given(added("2.4"), renumbered("2.4", "2.9", on=MAY))
    assert story.record(5).find_action("2.9") is None
    assert story.record(6).find_action("2.9") == story.record(5).find_action("2.4") == 5
    assert story.record(6).find_action("9.9") is None
    for day in (APRIL, LATER):
        assert story.at(day, 5).find_action("2.9") is None
        assert story.at(day, 6).find_action("2.9") == story.at(day, 5).find_action("2.4") == story.at(day, 6).action(5)
        assert story.at(day, 6).find_action("9.9") is None


def test_points_are_resolved_by_the_instant_something_was_recorded():
    record = given(added("2.4")).record()
    assert [record.basis_at(recorded(version)) for version in (1, 3, 5)] == [1, 3, 5]
    assert record.basis_at(recorded(1).replace(year=2020)) == 0
    assert record.known_at(3) == recorded(3)
    assert record.basis_at(recorded(99)) == 5
    assert record.up_to(3).basis_at(recorded(99)) == 3
    assert recorded(1).date() > LATER
