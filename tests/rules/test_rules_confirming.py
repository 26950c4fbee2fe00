"""A rating that needs a second person: who may confirm it, when, and what stands on that."""

import pytest

from tests.kit import (
    APRIL,
    FEBRUARY,
    GRADES,
    JUNE,
    LATER,
    MARCH,
    MAY,
    OFFICER,
    SCALE,
    SECOND,
    SECONDED,
    Story,
    added,
    closed,
    completed,
    confirmed,
    given,
    in_error,
    part,
    rated,
    rescaled,
    withdrawn,
)

RATED = 7


def waiting() -> Story:
    """Amber from February; completed from March as version 7, which nobody has confirmed."""
    return given(added("2.4"), rated("2.4", "amber", FEBRUARY), completed("2.4", MARCH), scale=SECONDED)


def test_a_rating_counts_from_the_day_on_which_somebody_else_confirmed_it():
    story = waiting().when(confirmed("2.4", RATED, APRIL), by=SECOND).then_accepted()
    story.then_as_at(MARCH, rating="amber", status="open")
    story.then_as_at(APRIL, rating="completed", rated_on="2019-04-15", status="complete", evidence=["Audit"])


def test_nobody_confirms_a_rating_of_their_own():
    waiting().when(confirmed("2.4", RATED), by=OFFICER).then_refused(
        "event 7, which rated action 2.4 Completed, was recorded by An Officer", "confirmed by somebody else"
    )


@pytest.mark.parametrize("name", ["an officer", "An  Officer", "An Officer\u200b", "\uff21n Officer"])
def test_nobody_confirms_their_own_under_a_name_that_looks_the_same(name: str):
    waiting().when(confirmed("2.4", RATED), by=name).then_refused("confirmed by somebody else")


def test_a_confirmation_names_a_rating_of_the_action_itself():
    story = waiting().when(added("2.5"), part("2.4a", "2.4"))
    story.when(confirmed("2.5", RATED)).then_refused("event 7 of plan plan is no rating of action 2.5")
    story.when(confirmed("2.4a", RATED)).then_refused("event 7 of plan plan is no rating of action 2.4a")
    story.when(confirmed("2.4", 5)).then_refused("event 5 of plan plan is no rating of action 2.4")
    story.when(confirmed("2.4", 99)).then_refused("event 99 of plan plan is no rating of action 2.4")


def test_a_rating_that_needs_no_second_person_is_not_confirmed():
    waiting().when(confirmed("2.4", 6)).then_refused("event 6 counts by itself")


def test_a_rating_is_confirmed_once():
    story = waiting().when(confirmed("2.4", RATED, APRIL))
    story.when(confirmed("2.4", RATED, MAY)).then_refused("was already confirmed on 15 April 2019, by event 8")


def test_a_rating_cannot_have_been_confirmed_before_the_day_it_is_about():
    waiting().when(confirmed("2.4", RATED, FEBRUARY)).then_refused(
        "cannot have been confirmed on 15 February 2019, before the day it is about (15 March 2019)"
    )


def test_a_rating_that_was_withdrawn_is_not_confirmed():
    story = waiting().when(in_error(RATED, APRIL))
    story.when(confirmed("2.4", RATED, MAY)).then_refused("event 7 was withdrawn as recorded in error, by event 8")


def test_a_rating_that_another_has_taken_the_place_of_is_not_confirmed():
    story = waiting().when(rated("2.4", "green", MAY))
    story.when(confirmed("2.4", RATED, JUNE)).then_refused(
        "no longer awaits confirmation: another rating stands from 15 May 2019 (event 8)"
    )
    story.when(confirmed("2.4", RATED, APRIL)).then_accepted()
    story.then_as_at(APRIL, rating="completed").then_as_at(MAY, rating="green")


def test_of_two_ratings_that_wait_only_the_later_is_confirmed():
    story = waiting().when(completed("2.4", APRIL))
    story.when(confirmed("2.4", RATED, MAY)).then_refused("another rating stands from 15 April 2019 (event 8)")
    story.when(confirmed("2.4", 8, MAY)).then_accepted().then_as_at(MAY, rating="completed")


def test_a_rating_that_the_scale_no_longer_has_is_given_anew_and_not_confirmed():
    story = waiting().when(rescaled(GRADES, APRIL))
    story.when(confirmed("2.4", RATED, MAY)).then_refused("'completed' is not on the plan's scale on 15 May 2019")
    story.when(confirmed("2.4", RATED, MARCH)).then_accepted().then_as_at(LATER, rating="completed")


def test_an_action_is_not_closed_on_a_rating_that_awaits_confirmation():
    story = waiting().when(closed("2.4", APRIL))
    story.then_refused("was not rated complete on 15 April 2019", "Completed (event 7) still awaits confirmation")
    story.when(confirmed("2.4", RATED, APRIL), closed("2.4", APRIL)).then_accepted()


def test_what_was_rated_is_not_withdrawn_from_under_its_confirmation_nor_that_from_under_a_closing():
    story = waiting().when(confirmed("2.4", RATED, APRIL), closed("2.4", APRIL)).then_accepted()
    story.when(in_error(RATED)).then_refused("event 7 (action rated)", "event 8 (rating confirmed)")
    story.when(in_error(8)).then_refused("event 8 (rating confirmed)", "event 9 (action closed)")


def test_when_its_confirmation_is_withdrawn_a_rating_waits_again_and_can_be_confirmed_anew():
    story = waiting().when(confirmed("2.4", RATED, APRIL), in_error(8, APRIL)).then_accepted()
    story.then_as_at(LATER, rating="amber")
    story.when(confirmed("2.4", RATED, MAY)).then_accepted().then_as_at(LATER, rating="completed")


def test_an_action_that_has_left_the_plan_is_not_confirmed():
    story = waiting().when(withdrawn("2.4", APRIL))
    story.when(confirmed("2.4", RATED, MAY)).then_refused("action 2.4 was withdrawn on 15 April 2019")


def test_going_on_from_a_rating_that_waits_owes_no_reason_as_it_was_never_complete():
    waiting().when(rated("2.4", "green", APRIL)).then_accepted()


def test_late_news_of_another_scale_does_not_change_which_ratings_wait():
    story = waiting().when(rescaled(SCALE, FEBRUARY)).then_accepted()
    assert story.action("2.4", LATER)["action"]["awaiting"]["version"] == RATED
    story.then_as_at(LATER, rating="amber")


def test_what_was_known_before_a_confirmation_stays_answered():
    story = waiting()
    before = story.action("2.4", LATER, RATED)
    story.when(confirmed("2.4", RATED, MARCH)).then_accepted()
    assert story.action("2.4", LATER, RATED) == before
    assert "awaiting" in before["action"]
    assert "awaiting" not in story.action("2.4", LATER)["action"]
