"""The fold: going back to a version is as if nothing had been evolved after it; numbers sort as people sort them."""

import random
from pathlib import Path

import pytest

from domain.evolve import evolve
from domain.order import natural_order
from tests.kit import (
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
    recorded,
    reinstated,
    renumbered,
    rescaled,
    rescheduled,
    reworded,
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
        priority_reworded("04"), rescaled(GRADES, on=AUGUST), plan_closed(), scale=SECONDED,
    ).events  # fmt: skip


def test_after_going_back_to_any_version_a_plan_is_what_a_fresh_fold_makes_of_it():
    told = everything_that_can_happen()
    for version in range(len(told) + 1):
        plan = fold(told)
        plan.forget_after(version)
        assert contents(plan) == contents(fold(told[:version]))


def test_after_going_back_a_plan_goes_on_as_if_nothing_had_been_tried_out():
    told = everything_that_can_happen()
    for version in (0, 1, 7, 12, 20, 30):
        plan = fold(told)
        plan.forget_after(version)
        for event in told[version:]:
            evolve(plan, event, recorded(plan.version + 1), OFFICER)
        assert contents(plan) == contents(fold(told))


def test_what_was_tried_out_does_not_change_the_order_of_an_answer():
    story = given()
    before = story.plan.version
    story.when(priority("04"), recommended("R01"))
    story.plan.forget_after(before)
    del story.events[before:]
    story.when(priority("4"), recommended("R1"), priority("04"), recommended("R01"))
    fresh = given(priority("4"), recommended("R1"), priority("04"), recommended("R01"))
    assert as_bytes(story.show()) == as_bytes(fresh.show())


def test_trying_out_again_and_again_leaves_nothing_behind():
    story = given(added("2.4"))
    held = len(story.plan._timelines)
    for _ in range(50):
        story.when(added("2.5"), part("2.5a", "2.5"), priority("9"), measure("calls"), recommended("R2"))
        story.plan.forget_after(5)
        del story.events[5:]
    assert len(story.plan._timelines) == held


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.jsonl")), ids=lambda path: path.stem)
def test_an_example_history_folds_the_same_in_any_steps(path):
    told = read_history(path)
    whole, stepped = fold(told), fold([])
    steps = random.Random(7)
    while stepped.version < len(told):
        ahead = min(len(told), stepped.version + steps.randrange(1, 40))
        for event in told[stepped.version : ahead]:
            evolve(stepped, event, recorded(stepped.version + 1), OFFICER)
        if stepped.version < len(told):
            stepped.forget_after(max(0, stepped.version - steps.randrange(15)))
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
    assert story.plan.find_action("2.9", 5) is None
    assert story.plan.find_action("2.9", 6) is story.plan.find_action("2.4", 5) is story.plan.actions[5]
    assert story.plan.find_action("9.9", 6) is None


def test_points_are_resolved_by_the_instant_something_was_recorded():
    plan = given(added("2.4")).plan
    assert [plan.basis_at(recorded(version)) for version in (1, 3, 5)] == [1, 3, 5]
    assert plan.basis_at(recorded(1).replace(year=2020)) == 0
    assert plan.known_at(3) == recorded(3)
    assert plan.basis_at(recorded(99)) == 5
    assert recorded(1).date() > LATER
