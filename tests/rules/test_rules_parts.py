"""Actions that are part of another: they go with it."""

import pytest

from domain import events
from domain.refusals import Refused
from domain.rules import judge
from tests.kit import (
    APRIL,
    AUGUST,
    FEBRUARY,
    JULY,
    JUNE,
    LATER,
    MARCH,
    MAY,
    OFFICER,
    added,
    closed,
    completed,
    given,
    in_error,
    part,
    rated,
    reinstated,
    renumbered,
    withdrawn,
)


def split(*more):
    """Action 6.1 of priority 2 in two parts."""
    return given(added("6.1", priority="2"), part("6.1a", "6.1"), part("6.1b", "6.1"), *more)


def test_a_part_stands_under_the_priority_of_what_it_is_part_of():
    split().then_as_at(MARCH, "6.1a", priority="2").then_as_at(MARCH, "6.1", actions=["6.1a", "6.1b"])


def test_a_part_of_an_action_that_the_plan_does_not_have_is_refused():
    given().when(part("6.1a", "6.1")).then_refused("plan plan has no action 6.1")


def test_a_part_is_not_added_before_what_it_is_part_of():
    given(added("2.4", on=APRIL)).when(part("2.4a", "2.4", on=MARCH)).then_refused(
        "action 2.4 was added on 15 April 2019, after 15 March 2019"
    )


def test_a_part_says_no_other_priority_than_that_of_what_it_is_part_of():
    story = given(added("2.4"))
    story.when(part("2.4a", "2.4", priority="3")).then_refused(
        "2.4a is to be part of 2.4, which is in priority 2, not 3"
    )
    story.when(part("2.4a", "2.4", priority="2")).then_as_at(MARCH, priority="2")


def test_a_part_says_the_priority_that_its_parent_had_on_the_day():
    story = given(added("2.4"), renumbered("2.4", "3.4", priority="3", on=APRIL))
    story.when(part("2.4a", "2.4", MAY, priority="2")).then_refused("which is in priority 3, not 2")
    story.when(part("2.4a", "2.4", MARCH, priority="2")).then_as_at(MARCH, priority="2").then_as_at(MAY, priority="3")


def test_parts_move_with_what_they_are_part_of():
    story = split().when(renumbered("6.1", "3.9", priority="3", on=APRIL))
    story.then_as_at(MARCH, "6.1a", priority="2").then_as_at(APRIL, "6.1a", priority="3")


def test_a_part_is_not_moved_by_itself():
    split().when(renumbered("6.1a", "3.1", priority="3")).then_refused("action 6.1a is part of another")


def test_a_part_is_renumbered_by_itself():
    split().when(renumbered("6.1a", "6.1c", priority="2")).then_as_at(MARCH, "6.1a", number="6.1c", priority="2")


def test_parts_leave_the_plan_with_what_they_are_part_of():
    story = split(withdrawn("6.1", on=APRIL)).then_in_plan(APRIL).then_in_plan(MARCH, "6.1", "6.1a", "6.1b")
    story.then_as_at(APRIL, "6.1a", status="withdrawn")
    story.when(rated("6.1a", on=MAY)).then_refused("action 6.1a was withdrawn on 15 April 2019")
    story.when(rated("6.1a", on=MARCH)).then_accepted()


def test_parts_come_back_with_what_they_are_part_of():
    story = split(withdrawn("6.1b", on=MARCH), withdrawn("6.1", on=APRIL)).when(reinstated("6.1", on=JUNE))
    story.then_in_plan(JUNE, "6.1", "6.1a").then_in_plan(MAY).then_in_plan(MARCH, "6.1", "6.1a")


def test_a_part_is_not_reinstated_while_what_it_is_part_of_has_left():
    story = split(withdrawn("6.1b", on=MARCH), withdrawn("6.1", on=APRIL))
    for number in ("6.1a", "6.1b"):
        story.when(reinstated(number, on=MAY)).then_refused(
            f"the action that {number} is part of was not in the plan on 15 May 2019", "reinstate that one first"
        )
    story.when(reinstated("6.1", on=MAY), reinstated("6.1b", on=MAY)).then_in_plan(MAY, "6.1", "6.1a", "6.1b")


def test_a_withdrawn_part_is_reinstated_for_a_day_before_its_parent_left():
    story = split(withdrawn("6.1b", on=MARCH), withdrawn("6.1", on=JUNE)).when(reinstated("6.1b", on=APRIL))
    story.then_in_plan(APRIL, "6.1", "6.1a", "6.1b").then_in_plan(JUNE)


def test_a_part_in_the_plan_is_not_reinstated():
    split().when(reinstated("6.1a", on=MAY)).then_refused("action 6.1a was in the plan on 15 May 2019")


def test_an_action_with_parts_is_complete_when_they_all_are():
    story = split(completed("6.1a", on=MARCH), completed("6.1", on=MARCH)).then_as_at(MARCH, "6.1", status="open")
    story.when(closed("6.1", on=APRIL)).then_refused("action 6.1 was not rated complete")
    story.when(completed("6.1b", on=APRIL)).then_as_at(APRIL, "6.1", status="complete")
    story.when(closed("6.1", on=MAY)).then_as_at(MAY, "6.1b", status="closed").then_in_plan(MAY)


def test_a_part_that_has_left_does_not_hold_its_parent_open():
    story = split(completed("6.1a", on=MARCH), withdrawn("6.1b", on=APRIL))
    story.then_as_at(MARCH, "6.1", status="open").then_as_at(APRIL, "6.1", status="complete")


def test_parts_have_parts():
    story = split(part("6.1a-i", "6.1a"), completed("6.1a-i"), completed("6.1b"))
    story.then_as_at(MARCH, "6.1a-i", priority="2").then_as_at(MARCH, "6.1", status="complete")
    story.when(withdrawn("6.1", on=JUNE)).then_in_plan(JUNE).then_as_at(JUNE, "6.1a-i", status="withdrawn")
    story.when(reinstated("6.1", on=JULY)).then_in_plan(JULY, "6.1", "6.1a", "6.1a-i", "6.1b")
    story.when(closed("6.1", on=AUGUST)).then_as_at(AUGUST, "6.1a-i", status="closed")


def test_a_part_added_late_to_an_action_that_has_left_since_left_with_it():
    story = given(added("2.4"), withdrawn("2.4", on=APRIL)).when(part("2.4a", "2.4", on=MARCH))
    story.then_in_plan(MARCH, "2.4", "2.4a").then_in_plan(APRIL).then_as_at(APRIL, "2.4a", status="withdrawn")


def test_a_part_added_in_error_leaves_the_action_whole():
    wrong = part("2.4a", "2.4")
    story = given(added("2.4"), completed("2.4"), wrong).then_as_at(MARCH, "2.4", status="open", actions=["2.4a"])
    story.when(in_error(wrong)).then_as_at(MARCH, "2.4", status="complete", actions=[])
    story.then_as_at(FEBRUARY, "2.4", basis=7, actions=["2.4a"])


# How deep


def nested(levels: int) -> list[events.ActionAdded]:
    """Action 2.4 and a part on each of so many levels below it: 2.4a, 2.4aa and so on."""
    return [added("2.4"), *(part("2.4" + "a" * level, "2.4" + "a" * (level - 1)) for level in range(1, levels + 1))]


def test_parts_nest_five_deep() -> None:
    given(*nested(4)).when(part("2.4aaaaa", "2.4aaaa")).then_accepted()


def test_a_part_on_a_sixth_level_is_refused_naming_the_limit_and_the_way_out() -> None:
    given(*nested(5)).when(part("2.4aaaaaa", "2.4aaaaa")).then_refused(
        "parts nest at most 5 deep, and action 2.4aaaaa is on the last level: add 2.4aaaaaa beside it, as a part of "
        "what it is part of"
    )


def test_beside_the_last_level_there_is_room_for_any_number() -> None:
    given(*nested(5)).when(part("2.4x", "2.4aaaa")).then_accepted()


def test_what_was_stored_deeper_stays_valid() -> None:
    plan = given(*nested(5)).plan
    judge(plan, part("2.4aaaaaa", "2.4aaaaa"), LATER, OFFICER, proposed=False)
    with pytest.raises(Refused, match="nest at most 5 deep"):
        judge(plan, part("2.4aaaaaa", "2.4aaaaa"), LATER, OFFICER)
