"""What may be recorded of an action: added, changed, renumbered, closed, withdrawn, reinstated, on which days."""

import pytest

from tests.kit import (
    APRIL,
    AUGUST,
    FEBRUARY,
    JANUARY,
    JULY,
    JUNE,
    MARCH,
    MAY,
    added,
    closed,
    completed,
    evidenced,
    given,
    in_error,
    priority,
    progressed,
    rated,
    reassigned,
    reinstated,
    renumbered,
    rescheduled,
    reworded,
    withdrawn,
)

# Unknown, not yet, no longer

CHANGES = {
    "reworded": lambda on: reworded("2.4", on=on),
    "renumbered": lambda on: renumbered("2.4", "2.9", on=on),
    "rescheduled": lambda on: rescheduled("2.4", on=on),
    "reassigned": lambda on: reassigned("2.4", on=on),
    "rated": lambda on: rated("2.4", on=on),
    "progressed": lambda on: progressed("2.4", on=on),
    "evidenced": lambda on: evidenced("2.4", on=on),
    "withdrawn": lambda on: withdrawn("2.4", on=on),
    "part added": lambda on: added("2.4a", on=on, parent="2.4"),
}
ALL_CHANGES = {**CHANGES, "closed": lambda on: closed("2.4", on=on)}


@pytest.mark.parametrize("change", [*ALL_CHANGES.values(), lambda on: reinstated("2.4", on=on)])
def test_nothing_is_recorded_of_an_action_that_the_plan_does_not_have(change):
    given(added("2.5")).when(change(MARCH)).then_refused("plan plan has no action 2.4")


@pytest.mark.parametrize("change", [*ALL_CHANGES.values(), lambda on: reinstated("2.4", on=on)])
def test_nothing_is_recorded_of_an_action_before_the_day_it_was_added(change):
    given(added("2.4", on=APRIL)).when(change(MARCH)).then_refused(
        "action 2.4 was added on 15 April 2019, after 15 March 2019"
    )


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_an_action_is_changed_on_the_day_it_was_added(change):
    given(added("2.4", on=APRIL)).when(change(APRIL)).then_accepted()


@pytest.mark.parametrize("change", ALL_CHANGES.values(), ids=ALL_CHANGES)
def test_nothing_is_recorded_of_an_action_for_a_day_after_it_was_withdrawn(change):
    given(added("2.4"), withdrawn("2.4", on=APRIL)).when(change(MAY)).then_refused(
        "action 2.4 was withdrawn on 15 April 2019", "for 15 May 2019", "reinstate it first"
    )


@pytest.mark.parametrize("change", ALL_CHANGES.values(), ids=ALL_CHANGES)
def test_nothing_is_recorded_of_an_action_for_a_day_after_it_was_closed(change):
    given(added("2.4"), completed("2.4"), closed("2.4", on=APRIL)).when(change(MAY)).then_refused(
        "action 2.4 was closed on 15 April 2019", "for 15 May 2019"
    )


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_late_news_of_a_withdrawn_action_is_accepted_for_days_on_which_it_was_open(change):
    given(added("2.4"), withdrawn("2.4", on=APRIL)).when(change(MARCH)).then_accepted()


#: Late news of these kinds would leave nothing for a later closing to close (test_rules_closings.py).
UNDER_A_CLOSING = {"rated", "withdrawn", "part added"}


@pytest.mark.parametrize("kind", CHANGES)
def test_late_news_of_a_closed_action_is_accepted_for_days_on_which_it_was_open(kind):
    story = given(added("2.4"), completed("2.4", on=FEBRUARY), closed("2.4", on=APRIL))
    event = CHANGES[kind](MARCH)
    if kind == "rated":
        story.when(event).then_refused("reopening action 2.4", "needs a reason")
        event = rated("2.4", on=MARCH, reason="Not finished after all")
    story.when(event)
    if kind in UNDER_A_CLOSING:
        story.then_refused("action 2.4 was closed as complete on 15 April 2019", "withdraw that closing first")
    else:
        story.then_accepted()


def test_on_the_day_it_is_withdrawn_an_action_is_no_longer_in_the_plan():
    story = given(added("2.4"), withdrawn("2.4", on=APRIL)).then_as_at(MARCH, "2.4", status="open")
    story.then_as_at(APRIL, "2.4", status="withdrawn").then_in_plan(APRIL)
    story.when(rated("2.4", on=APRIL)).then_refused("was withdrawn on 15 April 2019")


def test_late_news_does_not_overwrite_a_later_rating():
    given(added("2.4"), rated("2.4", "green", on=MARCH)).when(rated("2.4", "amber", on=FEBRUARY)).then_as_at(
        APRIL, rating="green"
    ).then_as_at(FEBRUARY, rating="amber")


# Adding


def test_an_action_is_not_added_to_a_priority_that_the_plan_does_not_have():
    given().when(added("7.1")).then_refused("plan plan has no priority 7")


def test_an_action_is_not_added_to_a_priority_before_that_was_added():
    given(priority("7", on=APRIL)).when(added("7.1", on=MARCH)).then_refused(
        "priority 7 was added on 15 April 2019, after 15 March 2019"
    )


def test_an_action_is_added_on_the_day_its_priority_was():
    given(priority("7", on=APRIL)).when(added("7.1", on=APRIL)).then_as_at(APRIL, priority="7")


def test_a_number_is_not_used_twice():
    given(added("2.4")).when(added("2.4", on=MAY)).then_refused("number 2.4 is already used", "never used again")


def test_the_number_of_a_withdrawn_action_is_not_used_again():
    given(added("2.4"), withdrawn("2.4")).when(added("2.4", on=MAY)).then_refused("number 2.4 is already used")


def test_a_number_that_an_action_has_left_is_not_used_again():
    given(added("2.4"), renumbered("2.4", "2.9")).when(added("2.4", on=MAY)).then_refused("number 2.4 is already used")


def test_a_number_is_free_again_when_its_action_was_added_in_error():
    wrong = added("2.4", text="Wrong")
    story = given(wrong, in_error(wrong)).when(added("2.4", text="Right", on=MAY))
    story.then_as_at(JUNE, text="Right").then_absent(APRIL).then_as_at(APRIL, basis=5, text="Wrong")


def test_an_action_added_in_error_is_unknown_from_then_on():
    wrong = added("2.4")
    given(wrong, in_error(wrong)).when(rated("2.4")).then_refused("plan plan has no action 2.4")


# Rewording, leads, progress, evidence


def test_rewording_keeps_what_it_does_not_say():
    story = given(added("2.4", text="Text", outcome="Outcome")).when(reworded("2.4", None, outcome="Better", on=MARCH))
    story.then_as_at(MARCH, text="Text", outcome="Better").then_as_at(FEBRUARY, outcome="Outcome")


def test_what_an_action_says_is_what_was_last_said_of_the_day():
    story = given(added("2.4", leads=["Director"], timescale="31/03/19"))
    story.when(reassigned("2.4", ["Head"], on=MARCH), progressed("2.4", "Begun", on=MARCH), evidenced("2.4", "Minutes"))
    story.then_as_at(MARCH, leads=["Head"], progress="Begun", progress_on="2019-03-15", evidence=["Minutes"])
    story.then_as_at(FEBRUARY, leads=["Director"], progress=None, evidence=[])


def test_of_two_assertions_for_a_day_the_later_recorded_stands():
    story = given(added("2.4"), progressed("2.4", "First", on=MARCH)).when(progressed("2.4", "Second", on=MARCH))
    story.then_as_at(MARCH, progress="Second").then_as_at(MARCH, basis=6, progress="First")


# Rescheduling


def test_rescheduling_needs_a_reason():
    given(added("2.4")).when(rescheduled("2.4", reason=None)).then_refused("rescheduling action 2.4 needs a reason")


def test_a_new_timescale_stands_beside_the_original():
    story = given(added("2.4", timescale="31/03/19")).when(rescheduled("2.4", "November 2019", approved_by="Board"))
    story.then_as_at(MARCH, timescale="November 2019", due="2019-11-30", original="31/03/19")
    story.then_as_at(FEBRUARY, timescale="31/03/19", due="2019-03-31", original="31/03/19")


def test_an_action_is_overdue_from_the_day_after_its_last_possible_day():
    story = given(added("2.4", timescale="March 2019"))
    story.then_as_at("2019-03-31", "2.4", overdue=False).then_as_at("2019-04-01", "2.4", overdue=True)


# Renumbering and moving


def test_an_action_keeps_all_its_numbers():
    story = given(added("2.4"), rated("2.4", "amber", on=FEBRUARY), renumbered("2.4", "3.1", priority="3", on=MARCH))
    for number in ("2.4", "3.1"):
        story.then_as_at(APRIL, number, number="3.1", priority="3", rating="amber", numbers=["2.4", "3.1"])
        story.then_as_at(FEBRUARY, number, number="2.4", priority="2")
    story.when(rated("2.4", "green", on=MAY)).then_as_at(MAY, "3.1", rating="green")


def test_an_action_is_not_given_the_number_of_another():
    given(added("2.4"), added("2.5")).when(renumbered("2.4", "2.5")).then_refused("number 2.5 is already used")


def test_an_action_is_not_given_a_number_that_another_has_left():
    story = given(added("2.4"), added("2.5"), renumbered("2.5", "2.6"))
    story.when(renumbered("2.4", "2.5")).then_refused("number 2.5 is already used")


def test_an_action_gets_an_old_number_of_its_own_back():
    story = given(added("2.4"), renumbered("2.4", "2.9", on=MARCH)).when(renumbered("2.9", "2.4", on=MAY))
    story.then_as_at(MAY, "2.9", number="2.4").then_as_at(APRIL, "2.4", number="2.9")


def test_an_action_keeps_its_number_in_another_priority():
    given(added("2.4")).when(renumbered("2.4", "2.4", priority="3")).then_as_at(MARCH, priority="3", number="2.4")


def test_an_action_is_not_moved_to_a_priority_that_the_plan_does_not_have():
    given(added("2.4")).when(renumbered("2.4", "7.1", priority="7")).then_refused("plan plan has no priority 7")


def test_an_action_is_not_moved_to_a_priority_before_that_was_added():
    given(added("2.4"), priority("7", on=APRIL)).when(renumbered("2.4", "7.1", priority="7", on=MARCH)).then_refused(
        "priority 7 was added on 15 April 2019, after 15 March 2019"
    )


def test_a_number_given_in_error_is_free_again():
    wrong = renumbered("2.4", "2.9")
    story = given(added("2.4"), wrong, in_error(wrong)).when(added("2.9", text="Another"))
    story.then_as_at(MARCH, "2.9", text="Another").then_as_at(MARCH, "2.4", number="2.4", numbers=["2.4"])
    story.then_as_at(MARCH, "2.9", basis=6, text="Do 2.4")


# Closing


def test_an_action_that_is_not_complete_is_not_closed():
    given(added("2.4"), rated("2.4", "green")).when(closed("2.4", on=APRIL)).then_refused(
        "action 2.4 was not rated complete on 15 April 2019", "withdraw it"
    )


def test_an_action_without_a_rating_is_not_closed():
    given(added("2.4")).when(closed("2.4")).then_refused("action 2.4 was not rated complete")


def test_an_action_is_not_closed_before_the_day_it_was_complete():
    given(added("2.4"), completed("2.4", on=MAY)).when(closed("2.4", on=APRIL)).then_refused("not rated complete")


def test_a_complete_action_is_closed_on_the_day_it_was_rated_so():
    story = given(added("2.4"), completed("2.4", on=APRIL)).when(closed("2.4", on=APRIL))
    story.then_as_at(APRIL, status="closed", rating="completed").then_in_plan(APRIL).then_in_plan(MARCH, "2.4")


def test_a_closed_action_is_not_closed_again():
    given(added("2.4"), completed("2.4"), closed("2.4")).when(closed("2.4", on=MAY)).then_refused(
        "action 2.4 was closed on 15 April 2019"
    )


# Withdrawing and reinstating


def test_withdrawing_needs_a_reason():
    given(added("2.4")).when(withdrawn("2.4", reason=None)).then_refused("withdrawing action 2.4 needs a reason")


def test_an_action_in_the_plan_is_not_reinstated():
    given(added("2.4"), withdrawn("2.4", on=APRIL)).when(reinstated("2.4", on=MARCH)).then_refused(
        "action 2.4 was in the plan on 15 March 2019; nothing to reinstate"
    )


def test_a_withdrawn_action_comes_back_with_what_was_said_of_it():
    story = given(added("2.4"), rated("2.4", "amber"), withdrawn("2.4", on=APRIL)).when(reinstated("2.4", on=JUNE))
    story.then_as_at(JUNE, status="open", rating="amber").then_as_at(MAY, status="withdrawn")
    story.when(rated("2.4", "green", on=JULY)).then_as_at(JULY, rating="green")
    story.when(rated("2.4", on=MAY)).then_refused("was withdrawn on 15 April 2019", "15 May 2019")


def test_an_action_is_reinstated_on_the_day_it_was_withdrawn():
    given(added("2.4"), withdrawn("2.4", on=APRIL)).when(reinstated("2.4", on=APRIL)).then_as_at(APRIL, status="open")


def test_reinstating_a_closed_action_needs_a_reason():
    story = given(added("2.4"), completed("2.4"), closed("2.4", on=APRIL))
    story.when(reinstated("2.4", on=MAY)).then_refused("reopening action 2.4", "complete and closed", "needs a reason")
    story.when(reinstated("2.4", on=MAY, reason="Slipped back")).then_as_at(MAY, status="complete")


def test_an_action_is_withdrawn_again_after_it_was_reinstated():
    story = given(added("2.4"), withdrawn("2.4", on=APRIL), reinstated("2.4", on=MAY))
    story.when(withdrawn("2.4", on=JULY)).then_as_at(JULY, status="withdrawn").then_as_at(JUNE, status="open")


def test_a_withdrawal_may_come_late_for_a_day_before_another():
    story = given(added("2.4"), withdrawn("2.4", on=JUNE)).when(withdrawn("2.4", on=MARCH))
    story.then_as_at(APRIL, status="withdrawn").then_as_at(APRIL, basis=6, status="open")
    story.then_as_at(JANUARY, status="open").then_as_at(AUGUST, status="withdrawn")
