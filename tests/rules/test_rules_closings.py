"""Late news and a closing: what comes late is refused where the same events in their order would be."""

from tests.kit import (
    APRIL,
    FEBRUARY,
    GRADES,
    JUNE,
    MARCH,
    MAY,
    added,
    closed,
    completed,
    given,
    in_error,
    part,
    rated,
    reinstated,
    rescaled,
    withdrawn,
)  # fmt: skip

AGAINST = ("was closed as complete on 15 May 2019", "withdraw that closing first, or give a later day")


def story():
    return given(added("2.4"), completed("2.4", on=MARCH), closed("2.4", on=MAY))


def test_a_late_rating_that_is_not_complete_is_refused_under_a_closing():
    late = rated("2.4", "red", on=APRIL, reason="Audit failed")
    story().when(late).then_refused(*AGAINST, "would not have been complete then")


def test_a_late_rating_that_another_has_replaced_by_the_closing_is_accepted():
    story().when(rated("2.4", "amber", on=FEBRUARY)).then_as_at(MAY, status="closed", rating="completed")


def test_a_late_rating_that_is_complete_is_accepted_under_a_closing():
    story().when(completed("2.4", on=APRIL)).then_as_at(MAY, status="closed")


def test_late_news_that_an_action_left_is_refused_under_a_closing():
    story().when(withdrawn("2.4", on=APRIL)).then_refused(*AGAINST, "would have left the plan before that")
    story().when(closed("2.4", on=APRIL)).then_refused(*AGAINST, "would have left the plan before that")


def test_a_part_that_was_closed_keeps_its_whole_in_the_plan_until_then():
    whole = given(added("2.4"), part("2.4a", "2.4"), completed("2.4a", on=MARCH), closed("2.4a", on=MAY))
    whole.when(withdrawn("2.4", on=APRIL)).then_refused("action 2.4a was closed as complete on 15 May 2019")
    whole.when(withdrawn("2.4", on=JUNE)).then_accepted()


def test_a_late_part_is_refused_under_a_closing():
    story().when(part("2.4a", "2.4", on=APRIL)).then_refused(*AGAINST, "its part 2.4a is not rated")


def test_a_late_rating_of_a_part_is_refused_where_its_whole_was_closed():
    whole = given(added("2.4"), part("2.4a", "2.4"), completed("2.4a", on=MARCH), closed("2.4", on=MAY))
    whole.when(rated("2.4a", "red", on=APRIL, reason="Audit failed")).then_refused("action 2.4 was closed as complete")


def test_a_late_scale_by_which_the_closed_action_is_not_complete_is_refused():
    unfinished = {"name": "Stricter", "ratings": [{"code": "completed", "label": "Reported complete"}]}
    story().when(rescaled(unfinished, on=APRIL)).then_refused(*AGAINST, "by the scale Stricter")
    story().when(rescaled(GRADES, on=APRIL)).then_accepted()
    story().when(rescaled(unfinished, on=JUNE)).then_accepted()


def test_once_the_closing_is_withdrawn_the_late_news_is_accepted():
    mended = story()
    mended.when(in_error(mended.plan.version), rated("2.4", "red", on=APRIL, reason="Audit failed")).then_accepted()
    mended.then_as_at(MAY, status="open", rating="red")


def test_an_action_that_was_reinstated_is_rated_as_any_other():
    again = story().when(
        reinstated("2.4", on=JUNE, reason="Reopened"), rated("2.4", "red", on=JUNE, reason="Audit failed")
    )
    again.then_as_at(JUNE, status="open", rating="red")
