"""Events recorded in error: withdrawn on every day from the basis of the withdrawal on, unless others stand on them."""

import pytest

from domain.events import kind_in_words
from tests.kit import (
    APRIL,
    AUGUST,
    DECEMBER,
    FEBRUARY,
    GRADES,
    JULY,
    JUNE,
    MARCH,
    MAY,
    added,
    assured,
    closed,
    completed,
    evidenced,
    given,
    in_error,
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


def test_withdrawing_an_event_acts_on_every_day_from_its_basis_on():
    wrong = rated("2.4", "red", on=MARCH)
    story = given(added("2.4"), rated("2.4", "green", on=FEBRUARY), wrong).when(in_error(wrong, on=DECEMBER))
    for day in (MARCH, APRIL, DECEMBER):
        story.then_as_at(day, "2.4", rating="green").then_as_at(day, "2.4", basis=7, rating="red")
    story.then_as_at(FEBRUARY, "2.4", basis=7, rating="green")


def test_an_event_is_withdrawn_for_a_reason():
    wrong = rated("2.4", "red")
    given(added("2.4"), wrong).when(in_error(wrong, reason=None)).then_refused(
        "withdrawing event 6 (action rated) needs a reason"
    )


def test_a_version_to_come_is_not_withdrawn():
    given().when(in_error(5)).then_refused("plan plan has no record number 5; its newest is 4")


def test_an_event_is_withdrawn_once():
    wrong = rated("2.4", "red")
    given(added("2.4"), wrong, in_error(wrong)).when(in_error(wrong)).then_refused(
        "event 6 (action rated) was already withdrawn, by event 7"
    )


def test_a_withdrawal_is_not_withdrawn():
    wrong = rated("2.4", "red")
    given(added("2.4"), wrong, in_error(wrong)).when(in_error(7)).then_refused(
        "event 7 is itself a withdrawal; record again what it withdrew"
    )


def test_the_opening_is_not_withdrawn():
    given().when(in_error(1)).then_refused("the opening of plan plan cannot be withdrawn", "close the plan instead")


STANDING_ON = {
    "a part": part("2.4a", "2.4"),
    "rewording": reworded("2.4"),
    "renumbering": renumbered("2.4", "2.9"),
    "rescheduling": rescheduled("2.4"),
    "reassigning": reassigned("2.4"),
    "rating": rated("2.4"),
    "progress": progressed("2.4"),
    "evidence": evidenced("2.4"),
    "withdrawal": withdrawn("2.4"),
}


@pytest.mark.parametrize("event", STANDING_ON.values(), ids=STANDING_ON)
def test_an_action_that_others_stand_on_was_not_added_in_error(event):
    story = given(added("2.4"), event).when(in_error(5))
    story.then_refused(
        "event 5 (action added)", f"event 6 ({kind_in_words(type(event).__name__)})", "withdraw those first"
    )
    story.when(in_error(6), in_error(5)).then_absent(MAY, "2.4").then_absent(MARCH, "2.4")


def test_more_than_ten_events_are_not_all_named():
    twelve = [progressed("2.4", f"Report {count}") for count in range(12)]
    given(added("2.4"), *twelve).when(in_error(5)).then_refused("event 6 (p", "15 (progress reported) and 2 more")


def test_an_event_that_stands_on_another_in_two_ways_is_named_once():
    story = given(issued("1.0"), presented(previous="issue:1.0", current="issue:1.0", on=MAY)).when(in_error(5))
    story.then_refused("stand on it: event 6 (report presented); withdraw")


def test_only_events_that_stand_hold_an_event():
    wrong, also = added("2.4"), rated("2.4")
    given(wrong, also, rated("2.4", on=APRIL), in_error(also)).when(in_error(wrong)).then_refused(
        "event 7 (action rated);"
    )


def test_nothing_stands_on_an_action_to_which_nothing_happened():
    wrong = added("2.4")
    given(added("2.5"), rated("2.5"), wrong).when(in_error(wrong)).then_in_plan(APRIL, "2.5")


@pytest.mark.parametrize(
    "event", [added("9.1"), priority_reworded("9"), assured("9"), measure(priority="9"), renumbered("2.4", "9.4",
              priority="9")],
)  # fmt: skip
def test_a_priority_that_others_stand_on_was_not_added_in_error(event):
    story = given(added("2.4"), priority("9"), event).when(in_error(6))
    story.then_refused("event 6 (priority added)", f"7 ({kind_in_words(type(event).__name__)})")
    story.when(in_error(7), in_error(6)).then_accepted()
    assert [one["number"] for one in story.show()["priorities"]] == ["1", "2", "3"]


def test_a_move_recorded_in_error_is_undone_before_the_priority_moved_to():
    story = given(
        added("2.4"), priority("9"), renumbered("2.4", "9.4", priority="9", on=MARCH), in_error(7), in_error(6)
    )
    story.then_as_at(APRIL, "2.4", priority="2", number="2.4").then_as_at(APRIL, "2.4", basis=7, priority="9")


def test_a_scale_by_which_actions_were_rated_was_not_adopted_in_error():
    story = given(added("2.4"), rescaled(GRADES, on=MARCH), rated("2.4", "2", on=APRIL))
    story.when(in_error(6)).then_refused("event 6 (scale adopted)", "7 (action rated)")
    story.when(in_error(7), in_error(6)).then_as_at(APRIL, "2.4", rating=None)


def test_a_scale_by_which_an_action_was_complete_and_closed_was_not_adopted_in_error():
    """The rating itself was given by the scale before; only the new one says that it is complete."""
    done = {"name": "Done", "ratings": [{"code": "green", "label": "Done", "complete": True}]}
    story = given(added("2.4"), rated("2.4", "green", on=MARCH)).when(closed("2.4", on=MAY)).then_refused("not rated")
    story.when(rescaled(done, on=APRIL), closed("2.4", on=MAY)).then_accepted()
    story.when(in_error(7)).then_refused("event 7 (scale adopted)", "event 8 (action closed)", "withdraw those first")
    story.when(in_error(8), in_error(7)).then_as_at(JUNE, "2.4", status="open", rating="green")


def test_a_scale_adopted_for_days_after_a_closing_does_not_hold_it():
    story = given(added("2.4"), completed("2.4"), closed("2.4", on=MAY), rescaled(GRADES, on=JUNE))
    story.when(in_error(8)).then_accepted()


def test_a_definition_by_which_a_measure_was_reported_was_not_made_in_error():
    story = given(measure("visits"), measured("visits")).when(in_error(5))
    story.then_refused("event 5 (measure defined)", "6 (measure reported)")
    story.when(in_error(6), in_error(5)).then_accepted()
    assert story.show()["measures"] == []


def test_a_rating_on_which_a_closing_rests_is_not_withdrawn():
    story = given(added("2.4"), completed("2.4"), closed("2.4")).when(in_error(6))
    story.then_refused("event 6 (action rated)", "7 (action closed)")
    story.when(in_error(7), in_error(6)).then_as_at(MAY, "2.4", status="open", rating=None)


def test_ratings_of_parts_on_which_a_closing_rests_are_not_withdrawn():
    parts = [part("2.4a", "2.4"), part("2.4b", "2.4"), part("2.4b1", "2.4b")]
    story = given(added("2.4"), *parts, completed("2.4a"), completed("2.4b1"), closed("2.4"))
    story.when(in_error(9)).then_refused("event 9 (action rated)", "11 (action closed)")
    story.when(in_error(10)).then_refused("event 10 (action rated)", "11 (action closed)")


def test_a_withdrawal_of_an_action_that_was_since_reinstated_stands():
    story = given(added("2.4"), withdrawn("2.4", on=APRIL), reinstated("2.4", on=MAY)).when(in_error(6))
    story.then_refused("event 6 (action withdrawn)", "7 (action reinstated)")


def test_a_closing_of_an_action_that_was_since_reinstated_stands():
    story = given(added("2.4"), completed("2.4"), closed("2.4"), reinstated("2.4", reason="Slipped")).when(in_error(7))
    story.then_refused("event 7 (action closed)", "8 (action reinstated)")


def test_a_reinstatement_on_which_a_rating_stands_is_not_withdrawn():
    story = given(added("2.4"), withdrawn("2.4", on=APRIL), reinstated("2.4", on=MAY), rated("2.4", on=JUNE))
    story.when(in_error(7)).then_refused("event 7 (action reinstated)", "8 (action rated)")
    story.when(in_error(8), in_error(7)).then_as_at(JUNE, "2.4", status="withdrawn")


def test_a_reinstatement_on_which_something_about_a_part_stands_is_not_withdrawn():
    story = given(added("2.4"), part("2.4a", "2.4"), withdrawn("2.4", on=APRIL), reinstated("2.4", on=MAY))
    story.when(rated("2.4a", on=JUNE), in_error(8)).then_refused("event 8 (action reinstated)", "9 (action rated)")
    story.when(in_error(9), in_error(8)).then_as_at(JUNE, "2.4a", status="withdrawn")


def test_a_withdrawal_recorded_in_error_brings_the_action_back():
    wrong = withdrawn("2.4", on=APRIL)
    story = given(added("2.4"), rated("2.4", "amber"), wrong).when(in_error(wrong))
    story.then_as_at(MAY, "2.4", status="open", rating="amber").then_as_at(MAY, "2.4", basis=7, status="withdrawn")


def test_a_version_as_at_which_a_report_was_presented_was_not_issued_in_error():
    story = given(issued("1.0"), issued("2.0", on=APRIL), presented(previous="issue:1.0", current="issue:2.0", on=MAY))
    story.when(in_error(5)).then_refused("event 5 (document version issued)", "7 (report presented)")
    story.when(in_error(6)).then_refused("event 6 (document version issued)", "7 (report presented)")
    story.when(in_error(7), in_error(6), in_error(5)).then_accepted()


@pytest.mark.parametrize("field", ["previous", "current"])
def test_a_presentation_that_another_was_made_of_was_not_recorded_in_error(field: str):
    story = given(presented("Cabinet", on=FEBRUARY), presented("Cabinet", on=MARCH))
    story.when(presented("Scrutiny", on=JUNE, **{field: "told:cabinet@2019-04-01"})).then_accepted()
    story.when(in_error(6)).then_refused("event 6 (report presented)", "7 (report presented)", "withdraw those first")
    story.when(in_error(5)).then_accepted()  # it was not the last of which the Cabinet knew
    story.when(in_error(7), in_error(6)).then_accepted()


def test_a_presentation_of_what_was_told_stands_on_what_was_known_then():
    story = given(presented("Cabinet", on=FEBRUARY), presented("Scrutiny", "told:Cabinet@2019-04-01", on=JUNE))
    story.when(presented("Cabinet", on=MARCH), in_error(7)).then_accepted()
    story.when(in_error(5)).then_refused("6 (report presented);")


@pytest.mark.parametrize(
    "answer", [priority("9", answers=["R0", "R1"]), priority_reworded("2", None, answers=["R1", "R0"])]
)
def test_a_recommendation_that_a_priority_answers_was_not_made_in_error(answer):
    story = given(recommended("R0"), recommended("R1"), answer)
    for version in (5, 6):
        story.when(in_error(version)).then_refused(
            f"event {version} (recommendation made)", f"7 ({kind_in_words(type(answer).__name__)}); withdraw"
        )
    story.when(in_error(7), in_error(6), in_error(5)).then_accepted()


def test_a_recommendation_that_no_standing_priority_answers_is_withdrawn():
    unknown = priority("8", answers=["R2"])  # answered before it was heard of
    story = given(recommended("R1"), unknown, recommended("R2"), priority("9", answers=["R1"]), in_error(8))
    story.when(in_error(5), in_error(7)).then_accepted()


def test_a_presentation_recorded_in_error_was_not_what_the_forum_knows():
    wrong = presented("Cabinet", on=JULY)
    story = given(presented("Cabinet", on=MARCH), wrong).when(in_error(wrong)).then_accepted()
    assert story.point("told:Cabinet@2019-12-31").effective_on == MARCH
    assert story.point("told:Cabinet@2019-12-31", basis=6).effective_on == JULY


@pytest.mark.parametrize(
    "event",
    [
        rescaled(on=AUGUST), plan_closed(), recommended("R9"), priority_reworded(), reworded("2.4"), issued("9"),
        renumbered("2.4", "2.9"), rescheduled("2.4"), reassigned("2.4"), progressed("2.4"), evidenced("2.4"),
        assured(), measure("other"), measured("visits"), presented("Cabinet"),
    ],
    ids=lambda event: type(event).__name__,
)  # fmt: skip
def test_what_nothing_stands_on_leaves_no_trace_when_withdrawn_except_at_its_basis(event):
    story = given(added("2.4"), measure("visits"))
    before = {day: story.show(day, everything=True) for day in (FEBRUARY, JULY, DECEMBER)}
    story.when(event, in_error(event)).then_accepted()
    for day, document in before.items():
        for basis in (6, 8):
            now = story.show(day, basis, everything=True)
            assert {**now, "point": None} == {**document, "point": None}


def test_a_plan_is_opened_before_it_is_withdrawn_from():
    given(opening=opened()).when(in_error(1)).then_refused("cannot be withdrawn")
