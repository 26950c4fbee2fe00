"""What the plan said at a point."""

import re

import pytest

from projections.action import ActionUnknown, action_at
from projections.assurance import assurances_at
from projections.gaps import gaps_at
from projections.measures import measures_over_time
from projections.not_known import action_not_known
from tests.kit import (
    APRIL,
    DECEMBER,
    FEBRUARY,
    GRADES,
    JANUARY,
    JULY,
    JUNE,
    MARCH,
    MAY,
    OPENED,
    added,
    as_bytes,
    assured,
    closed,
    completed,
    evidenced,
    given,
    in_error,
    inspected,
    issued,
    listed,
    measure,
    measured,
    opened,
    part,
    plan_closed,
    priority,
    progressed,
    rated,
    recommended,
    recorded,
    reinstated,
    renumbered,
    rescaled,
    rescheduled,
    withdrawn,
)


def test_an_answer_states_its_point_and_can_be_asked_for_again():
    story = given(added("2.4"), issued("1.0", on=MARCH), rated("2.4", on=APRIL))
    document = story.show("issue:1.0")
    known_at = recorded(6).isoformat().replace("+00:00", ".000000Z")
    assert document["point"] == {"effective_on": "2019-03-15", "basis": 6, "known_at": known_at, "asked": "issue:1.0"}
    again = story.show("2019-03-15@6")
    assert as_bytes({**again, "point": None}) == as_bytes({**document, "point": None})


def test_the_heading_is_what_the_plan_was_opened_with():
    story = given(opening=opened(title="Plan 2019", organisation="Council", priority_word="Theme"))
    document = story.show()
    assert [document[name] for name in ("plan", "title", "organisation", "priority_word", "status")] == [
        "plan", "Plan 2019", "Council", "Theme", "open",
    ]  # fmt: skip


def test_before_anything_was_true_a_plan_is_empty():
    document = given(added("2.4")).show("2018-12-31")
    assert (document["priorities"], document["measures"], document["document_version"]) == ([], [], None)


def test_before_its_day_a_plan_is_not_opened():
    story = given(added("2.4"))
    before, opened_ = story.show("2019-01-06"), story.show(OPENED)
    assert [(one["status"], one["opened_on"]) for one in (before, opened_)] == [
        ("not opened", "2019-01-07"), ("open", "2019-01-07"),
    ]  # fmt: skip


def test_a_plan_is_closed_from_its_day_on():
    story = given(added("2.4"), plan_closed(on=JUNE))
    assert [story.show(day)["status"] for day in (MAY, JUNE, JULY)] == ["open", "closed", "closed"]
    assert listed(story.show(JULY)) == ["2.4"]


def test_the_document_version_in_force_is_the_last_issued_by_the_day():
    story = given(issued("2.0", on=APRIL), issued("1.0", on=MARCH))
    versions = [story.show(day)["document_version"] for day in (FEBRUARY, MARCH, MAY)]
    assert [version and version["label"] for version in versions] == [None, "1.0", "2.0"]
    assert versions[1] == {"label": "1.0", "issued_on": "2019-03-15", "frozen": True}


def test_a_version_is_shown_only_at_the_very_point_it_was_frozen_at():
    story = given(added("2.4"), issued("1.0", on=MARCH), rated("2.4", on=MARCH))
    shown = [
        story.show(day, basis)["document_version"] for day, basis in ((MARCH, 6), (MARCH, 7), (APRIL, 6), (APRIL, 7))
    ]
    assert [version and version["frozen"] for version in shown] == [True, False, False, False]


def test_the_scale_is_that_of_the_day():
    story = given(rescaled(GRADES, on=JUNE))
    assert [story.show(day)["scale"]["name"] for day in (MAY, JUNE)] == ["RAG", "Grades"]
    assert [rating["code"] for rating in story.show(JUNE)["scale"]["ratings"]] == ["4", "3", "2", "1"]


def test_the_key_has_the_ratings_of_former_scales():
    story = given(added("2.4"), rated("2.4", "amber"), rescaled(GRADES, on=JUNE))
    codes = [rating["code"] for rating in story.show(JUNE)["ratings"]]
    assert codes == ["4", "3", "2", "1", "red", "amber", "green", "completed"]


def test_priorities_and_actions_come_in_the_order_of_their_numbers():
    numbers = ["2.10", "2.9", "2.1", "1.2", "10.1"]
    story = given(priority("10"), *[added(number) for number in numbers])
    assert [one["number"] for one in story.show()["priorities"]] == ["1", "2", "3", "10"]
    assert listed(story.show()) == ["1.2", "2.1", "2.9", "2.10", "10.1"]


def test_parts_stand_inside_their_action():
    story = given(added("2.4"), part("2.4b", "2.4"), part("2.4a", "2.4"), part("2.4a-i", "2.4a"))
    (action,) = story.show()["priorities"][1]["actions"]
    assert [one["number"] for one in action["actions"]] == ["2.4a", "2.4b"]
    assert listed(story.show()) == ["2.4", "2.4a", "2.4a-i", "2.4b"]


def test_what_was_closed_or_withdrawn_is_shown_only_with_everything():
    story = given(added("2.4"), added("2.5"), added("2.6"), completed("2.4"), closed("2.4"), withdrawn("2.5"))
    assert listed(story.show(MAY)) == ["2.6"]
    everything = story.show(MAY, everything=True)["priorities"][1]["actions"]
    assert [(one["number"], one["status"]) for one in everything] == [
        ("2.4", "closed"), ("2.5", "withdrawn"), ("2.6", "open"),
    ]  # fmt: skip


def test_everything_does_not_show_what_was_added_in_error_or_later():
    wrong = added("2.5")
    story = given(added("2.4", on=JUNE), wrong, in_error(wrong))
    assert listed(story.show(MAY, everything=True)) == []


def test_an_action_without_a_rating_says_so():
    given(added("2.4")).then_as_at(MARCH, "2.4", rating=None, rated_on=None, status="open", overdue=False)


def test_an_action_says_only_what_was_said():
    (action,) = given(added("2.4")).show()["priorities"][1]["actions"]
    assert action == {
        "number": "2.4", "text": "Do 2.4", "outcome": None, "status": "open", "rating": None, "rated_on": None,
        "timescale": None, "overdue": False, "leads": [], "reports_to": None, "progress": None, "progress_on": None,
        "evidence": [], "added_on": "2019-01-15", "actions": [],
    }  # fmt: skip


def test_a_complete_action_is_not_overdue():
    story = given(added("2.4", timescale="31/03/19"), completed("2.4", on=MAY))
    story.then_as_at(APRIL, "2.4", overdue=True).then_as_at(MAY, "2.4", overdue=False, status="complete")


def test_an_action_that_has_left_is_not_overdue():
    given(added("2.4", timescale="31/03/19"), withdrawn("2.4", on=APRIL)).then_as_at(MAY, "2.4", overdue=False)


@pytest.mark.parametrize("timescale", ["Ongoing", "When resources allow"])
def test_an_action_without_a_date_is_never_overdue(timescale):
    given(added("2.4", timescale=timescale)).then_as_at(DECEMBER, "2.4", overdue=False, due=None)


def test_evidence_counts_from_its_own_day_with_that_of_the_rating():
    story = given(added("2.4"), evidenced("2.4", "Minutes", on=FEBRUARY, location="Shelf 4"))
    story.when(completed("2.4", on=APRIL, evidence=["Audit"]))
    story.then_as_at(JANUARY, evidence=[]).then_as_at(MARCH, evidence=["Minutes"])
    story.then_as_at(APRIL, evidence=["Minutes", "Audit"])
    assert story.action("2.4", APRIL)["action"]["evidence"][0]["on"] == "2019-02-15"


def test_progress_keeps_the_day_it_was_reported_for():
    story = given(added("2.4"), progressed("2.4", "Begun", on=FEBRUARY), rated("2.4", on=JUNE))
    story.then_as_at(JULY, "2.4", progress="Begun", progress_on="2019-02-15", rated_on="2019-06-15")


def test_a_moved_action_is_shown_where_it_stood_on_the_day():
    story = given(added("2.4"), renumbered("2.4", "3.1", priority="3", on=APRIL))
    places = [[len(one["actions"]) for one in story.show(day)["priorities"]] for day in (MARCH, APRIL)]
    assert places == [[0, 1, 0], [0, 0, 1]]


def test_the_original_timescale_is_the_first_recorded():
    story = given(added("2.4", timescale="31/03/19"), rescheduled("2.4", "June 2019"), rescheduled("2.4", "May 2020"))
    story.then_as_at(APRIL, "2.4", timescale="May 2020", original="31/03/19")


# One action


def test_an_action_that_has_left_still_answers():
    story = given(added("2.4"), rated("2.4", "amber"), withdrawn("2.4", on=APRIL))
    story.then_as_at(MAY, "2.4", status="withdrawn", rating="amber", priority="2")


def why_unknown(story, number, day, basis):
    """What is told of an action that a point does not have, besides that it does not."""
    plan = story.at(day, basis)
    with pytest.raises(ActionUnknown) as unknown:
        action_at(plan, number)
    assert str(unknown.value) == f"plan plan had no action {number} at {day}@{basis}"
    assert unknown.value.number == number
    return action_not_known(story.record(), number, plan)


def test_an_action_is_unknown_before_it_was_added_and_before_it_was_recorded():
    story = given(added("2.4", on=APRIL))
    for day, basis, later in ((MARCH, 5, ""), (APRIL, 4, ", which was recorded later")):
        assert why_unknown(story, "2.4", day, basis) == (
            f"action 2.4 was not known at this point ({day}@{basis}): "
            f"it is in the plan from {APRIL.day} {APRIL:%B %Y}, by event 5{later}"
        )


def test_an_action_that_got_its_number_after_the_point_is_told_by_the_number_it_bore_then():
    story = given(added("2.4"), renumbered("2.4", "2.6", on=MAY))
    assert re.search(
        r"it has that number from .*, by event 6; it bore the number 2\.4 then$", why_unknown(story, "2.6", APRIL, 5)
    )


def test_an_action_added_in_error_is_not_known_and_says_by_which_events():
    wrong = added("2.4")
    story = given(wrong, in_error(wrong))
    assert why_unknown(story, "2.4", MAY, 6).endswith(": event 5, which added it, was withdrawn by event 6")


def test_an_action_that_never_was_is_told_from_one_not_yet_known():
    assert why_unknown(given(), "9.9", MAY, 4) is None


def test_a_number_used_after_an_error_finds_whom_it_meant_at_the_basis():
    wrong = added("2.4", text="Wrong")
    story = given(wrong, rated("2.4", "red"), in_error(6), in_error(wrong), added("2.4", text="Right"))
    story.then_as_at(MARCH, "2.4", text="Right", rating=None)
    story.then_as_at(MARCH, "2.4", basis=6, text="Wrong", rating="red").then_absent(MARCH, "2.4", basis=8)


# Recommendations, assurance, measures, inspections


def test_a_recommendation_says_which_priorities_answer_it():
    story = given(recommended("R1"), recommended("R2"), priority("8", answers=["R1"]), priority("9", answers=["R1"]))
    answered = [(one["number"], one["answered_by"]) for one in story.show()["recommendations"]]
    assert answered == [("R1", ["8", "9"]), ("R2", [])]


def gaps(story, day=DECEMBER):
    return [(gap["number"], gap["why"]) for gap in gaps_at(story.at(day))["gaps"]]


def test_a_recommendation_that_no_priority_names_is_a_gap():
    assert gaps(given(recommended("R1"))) == [("R1", "no priority answers it")]


def test_a_recommendation_whose_priority_has_no_action_is_a_gap():
    story = given(recommended("R1"), priority("9", answers=["R1"]))
    assert gaps(story) == [("R1", "its priority has no action")]
    story.when(added("9.1", on=MARCH))
    assert (gaps(story, FEBRUARY), gaps(story, MARCH)) == ([("R1", "its priority has no action")], [])


def test_a_withdrawn_action_answers_nothing_and_a_closed_one_has_answered():
    out = [recommended("R1"), priority("9", answers=["R1"]), added("9.1")]
    assert gaps(given(*out, withdrawn("9.1"))) == [("R1", "its priority has no action")]
    assert gaps(given(*out, completed("9.1"), closed("9.1"))) == []
    assert gaps(given(*out, withdrawn("9.1"), reinstated("9.1"))) == []


def test_the_gap_list_speaks_the_plans_own_word():
    story = given(recommended("R1"), opening=opened(priority_word="Focus area"))
    assert gaps(story) == [("R1", "no focus area answers it")]


def test_an_answer_to_a_recommendation_never_made_is_listed():
    story = given(recommended("R1"), priority("9", "Nine", answers=["R10", "R1", "R2"]), recommended("R2", on=MARCH))
    unknown = [gaps_at(story.at(day))["unknown"] for day in (FEBRUARY, MARCH)]
    assert [[one["recommendation"] for one in listed_] for listed_ in unknown] == [["R2", "R10"], ["R10"]]
    assert unknown[1] == [{"priority": "9", "title": "Nine", "recommendation": "R10"}]


def test_assurance_stands_beside_what_was_given_before():
    story = given(assured("2", "limited", on=MARCH), assured("2", "partial", on=JUNE, report="Audit"))
    (_, second, _) = assurances_at(story.at(JULY))["priorities"]
    assert second["assurance"] == {"level": "partial", "report": "Audit", "on": "2019-06-15", "version": 6}
    assert [one["level"] for one in second["earlier"]] == ["limited"]
    assert assurances_at(story.at(FEBRUARY))["priorities"][1]["assurance"] is None


def test_a_period_reported_twice_keeps_the_later_telling():
    story = given(
        measure("visits"), measured("visits", "80%", "Q1", on=APRIL), measured("visits", "85%", "Q2", on=JULY)
    )
    story.when(measured("visits", "81%", "Q1", on=APRIL))
    (told,) = measures_over_time(story.at(DECEMBER))["measures"]
    assert [(one["value"], one["version"]) for one in told["readings"]] == [("81%", 8), ("85%", 7)]
    assert [(one["period"], one["value"]) for one in told["readings"]] == [("Q1", "81%"), ("Q2", "85%")]
    assert told["latest"] and told["latest"]["value"] == "85%"
    (before,) = measures_over_time(story.at(DECEMBER, 7))["measures"]
    assert [one["value"] for one in before["readings"]] == ["80%", "85%"]


def test_measures_of_no_priority_come_last():
    story = given(measure("b"), measure("a", priority="2"), measure("c", priority="1"))
    assert [one["measure"] for one in story.show()["measures"]] == ["c", "a", "b"]


def test_inspections_come_oldest_first():
    story = given(
        inspected("Second", on=MARCH), inspected("First", on=OPENED, judgements=[{"area": "All", "grade": "Good"}])
    )
    assert [one["body"] for one in story.show()["inspections"]] == ["First", "Second"]
    assert story.show()["inspections"][0]["judgements"] == [{"area": "All", "grade": "Good"}]


# Timescales


def test_the_original_timescale_is_not_one_from_after_the_day():
    story = given(added("2.4"), rescheduled("2.4", "30/09/19", JUNE)).when(rescheduled("2.4", "31/05/19", APRIL))
    story.then_as_at(APRIL, timescale="31/05/19", original="31/05/19")
    story.then_as_at(JUNE, timescale="30/09/19", original="30/09/19")


def test_a_part_without_a_timescale_takes_its_parents():
    story = given(added("2.1", timescale="31/03/19"), part("2.1a", "2.1"), part("2.1a-i", "2.1a"))
    story.when(part("2.1b", "2.1", timescale="Ongoing"), rescheduled("2.1", "31/05/19", MARCH))
    story.then_as_at(FEBRUARY, "2.1a-i", timescale="31/03/19", due="2019-03-31", original="31/03/19")
    story.then_as_at(APRIL, "2.1a", timescale="31/05/19", original="31/03/19", overdue=False)
    story.then_as_at(JUNE, "2.1a-i", overdue=True)
    story.then_as_at(JUNE, "2.1b", timescale="Ongoing", due=None, overdue=False)


def test_an_action_with_parts_is_overdue_when_one_of_its_open_parts_is():
    story = given(added("2.1", timescale="31/03/19"), part("2.1a", "2.1", timescale="31/05/19"))
    story.then_as_at(APRIL, "2.1", overdue=False).then_as_at(JUNE, "2.1", overdue=True)
    story.when(completed("2.1a", APRIL)).then_as_at(JUNE, "2.1", overdue=False)
    story.when(part("2.1b", "2.1")).then_as_at(APRIL, "2.1", overdue=True).then_as_at(APRIL, "2.1a", overdue=False)
    story.when(withdrawn("2.1b", MARCH)).then_as_at(APRIL, "2.1", overdue=False)
