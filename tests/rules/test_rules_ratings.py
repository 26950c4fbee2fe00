"""How an action may be rated: by the scale of the day, with evidence or a reason where one is owed."""

from datetime import date

import pytest

from domain.refusals import Refused
from domain.rules import judge
from tests.kit import (
    APRIL,
    AUGUST,
    FEBRUARY,
    GRADES,
    JULY,
    JUNE,
    LATER,
    MARCH,
    MAY,
    OFFICER,
    OPENED,
    SCALE,
    added,
    completed,
    fold,
    given,
    in_error,
    opened,
    priority,
    rated,
    rescaled,
)

NEVER_RATED = {"name": "No ratings", "ratings": []}


def test_a_rating_that_the_scale_does_not_have_is_refused():
    given(added("2.4")).when(rated("2.4", "blue", on=MARCH)).then_refused(
        "'blue' is not on the plan's scale on 15 March 2019", "RAG: red, amber, green, completed"
    )


def test_a_plan_that_does_not_rate_refuses_every_rating():
    given(added("2.4"), scale=NEVER_RATED).when(rated("2.4", "green")).then_refused("No ratings: no ratings")


def test_before_a_plan_was_opened_it_has_no_scale():
    long_before = "2018-06-01"
    story = given(added("2.4", on=MARCH, priority="2"))
    scale = story.show(long_before)["scale"]
    assert (scale["name"], scale["ratings"]) == ("None yet", [])


def test_an_action_that_was_stored_for_a_day_before_the_opening_is_rated_from_the_opening_on():
    before = date(2018, 10, 1)
    plan = fold([opened(), priority("9", on=before), added("9.1", on=before)])
    with pytest.raises(Refused, match="plan plan had no rating scale on 1 November 2018"):
        judge(plan, rated("9.1", on=date(2018, 11, 1)), LATER, OFFICER, proposed=False)
    judge(plan, rated("9.1", on=OPENED), LATER, OFFICER)


def test_the_same_rating_again_is_a_fact():
    story = given(added("2.4"), rated("2.4", "amber", on=FEBRUARY)).when(rated("2.4", "amber", on=APRIL))
    story.then_as_at(APRIL, rating="amber", rated_on="2019-04-15")
    story.then_as_at(MARCH, rating="amber", rated_on="2019-02-15")


def test_of_two_ratings_for_a_day_the_later_recorded_stands():
    story = given(added("2.4"), rated("2.4", "amber", on=MARCH)).when(rated("2.4", "green", on=MARCH))
    story.then_as_at(MARCH, rating="green").then_as_at(MARCH, basis=6, rating="amber")


def test_an_action_may_be_rated_worse_without_a_reason():
    given(added("2.4"), rated("2.4", "green")).when(rated("2.4", "red", on=APRIL)).then_as_at(APRIL, rating="red")


# Evidence


def test_a_rating_that_needs_evidence_is_refused_without_any():
    given(added("2.4")).when(rated("2.4", "completed")).then_refused("rating action 2.4 Completed needs evidence")


def test_a_rating_that_needs_evidence_is_accepted_with_it():
    given(added("2.4")).when(completed("2.4", evidence=["Case audit"])).then_as_at(
        MARCH, rating="completed", status="complete", evidence=["Case audit"]
    )


# Reopening


def test_reopening_a_completed_action_needs_a_reason():
    story = given(added("2.4"), completed("2.4", on=MARCH))
    story.when(rated("2.4", "amber", on=MAY)).then_refused(
        "reopening action 2.4, which was Completed on 15 May 2019", "needs a reason"
    )
    story.when(rated("2.4", "amber", on=MAY, reason="Audit failed")).then_as_at(MAY, rating="amber", status="open")


def test_a_rating_for_a_day_before_completion_needs_no_reason():
    given(added("2.4"), completed("2.4", on=MAY)).when(rated("2.4", "amber", on=MARCH)).then_as_at(
        MAY, status="complete"
    )


def test_a_completed_action_may_be_rated_complete_again():
    given(added("2.4"), completed("2.4")).when(completed("2.4", on=MAY)).then_as_at(MAY, rated_on="2019-05-15")


# Another scale


def test_a_rating_is_judged_by_the_scale_of_its_own_day():
    story = given(added("2.4"), rescaled(GRADES, on=JUNE))
    story.when(rated("2.4", "amber", on=JUNE)).then_refused("'amber' is not on", "15 June 2019", "Grades: 4, 3, 2, 1")
    story.when(rated("2.4", "3", on=MAY)).then_refused("'3' is not on the plan's scale on 15 May 2019")
    story.when(rated("2.4", "amber", on=MAY), rated("2.4", "2", on=JUNE)).then_accepted()
    story.then_as_at(MAY, rating="amber").then_as_at(JUNE, rating="2")


def test_a_rating_of_a_former_scale_keeps_its_meaning():
    story = given(added("2.4"), completed("2.4", on=MARCH), rescaled(GRADES, on=JUNE))
    story.then_as_at(JULY, "2.4", rating="completed", status="complete")
    story.when(rated("2.4", "3", on=AUGUST)).then_refused("which was Completed on 15 August 2019")


def test_a_code_that_both_scales_have_means_what_the_scale_of_the_day_says():
    other = {"name": "Other", "ratings": [{"code": "amber", "label": "On track"}, {"code": "green", "label": "Done",
             "complete": True}]}  # fmt: skip
    story = given(added("2.4"), rated("2.4", "green", on=MARCH), rescaled(other, on=JUNE))
    story.then_as_at(MAY, "2.4", status="open").then_as_at(JUNE, "2.4", status="complete")


def test_a_scale_adopted_late_does_not_take_the_meaning_of_ratings_given_before():
    story = given(added("2.4"), completed("2.4", on=APRIL)).when(rescaled(GRADES, on=MARCH))
    story.then_as_at(MAY, "2.4", rating="completed", status="complete")
    assert story.compare(FEBRUARY, MAY)["totals"]["ratings"]["completed"] == {"previous": 0, "current": 1}


def test_a_scale_adopted_in_error_is_no_longer_judged_by():
    wrong = rescaled(GRADES, on=MARCH)
    story = given(added("2.4"), wrong, in_error(wrong))
    story.when(rated("2.4", "2", on=APRIL)).then_refused("'2' is not on", "RAG")
    story.when(rated("2.4", "green", on=APRIL)).then_as_at(APRIL, rating="green")
    assert [story.show(APRIL, basis=basis)["scale"]["name"] for basis in (5, 6, 7)] == ["RAG", "Grades", "RAG"]


def test_of_two_scales_for_a_day_the_later_recorded_stands():
    story = given(added("2.4"), rescaled(GRADES, on=MARCH), rescaled(SCALE, on=MARCH))
    story.when(rated("2.4", "green", on=MARCH)).then_accepted()
