"""Words that nobody has touched since they went out of date."""

from datetime import date
from pathlib import Path

from projections.stale_text import reporting_cycle, stale_texts_at
from tests.kit import (
    APRIL,
    DECEMBER,
    FEBRUARY,
    JANUARY,
    JULY,
    JUNE,
    MARCH,
    MAY,
    OCTOBER,
    added,
    completed,
    fold,
    given,
    in_error,
    issued,
    part,
    plan_at,
    presented,
    progressed,
    read_history,
    withdrawn,
)  # fmt: skip

EXAMPLES = Path(__file__).parents[2] / "examples"


def whys(story, day, basis=None):
    return {entry["number"]: entry["why"] for entry in stale_texts_at(story.at(day, basis))["stale"]}


def test_a_text_that_looks_ahead_to_a_month_goes_stale_when_the_month_is_over():
    story = given(added("2.4"), progressed("2.4", "A second post is anticipated in October 2019", JULY))
    assert whys(story, OCTOBER) == {}
    assert whys(story, date(2019, 11, 1)) == {"2.4": "speaks of October 2019, now past"}


def test_a_text_about_what_was_past_when_it_was_written_is_not_stale():
    story = given(added("2.4"), progressed("2.4", "The panel has met since June 2018", JULY))
    assert whys(story, DECEMBER) == {}


def test_a_later_text_takes_the_place_of_a_stale_one():
    story = given(added("2.4"), progressed("2.4", "Due June 2019", MAY), progressed("2.4", "Done at last", JULY))
    assert whys(story, DECEMBER) == {}
    assert whys(story, DECEMBER, 6) == {"2.4": "speaks of June 2019, now past"}


def test_what_is_complete_or_gone_needs_no_new_text():
    story = given(
        added("2.4"), progressed("2.4", "Due June 2019", MAY), completed("2.4", JUNE),
        added("2.5"), progressed("2.5", "Due June 2019", MAY), withdrawn("2.5", JUNE),
    )  # fmt: skip
    assert whys(story, DECEMBER) == {}


def test_the_cycle_is_the_median_of_the_days_between_reports():
    story = given(issued("1", JANUARY), presented(on=FEBRUARY), issued("2", FEBRUARY), issued("3", JULY))
    assert reporting_cycle(story.at(JANUARY)) is None
    assert reporting_cycle(story.at(MARCH)) == 31
    assert reporting_cycle(story.at(DECEMBER)) == 150
    assert reporting_cycle(story.at(DECEMBER, 7)) == 31


def test_a_text_older_than_the_cycle_is_stale():
    story = given(added("2.4"), progressed("2.4", "Going well", MARCH), issued("1", MARCH), issued("2", APRIL))
    assert whys(story, APRIL) == {}
    assert whys(story, MAY) == {"2.4": "older than the reporting cycle of 31 days"}
    assert stale_texts_at(story.at(MAY))["stale"][0]["age_days"] == 61


def test_both_reasons_are_given():
    story = given(added("2.4"), progressed("2.4", "Due April 2019", MARCH), issued("1", MARCH), issued("2", APRIL))
    assert whys(story, JUNE)["2.4"] == "speaks of April 2019, now past; older than the reporting cycle of 31 days"


def test_an_action_nobody_reports_on_is_silent_after_a_cycle():
    story = given(added("2.4", MARCH), added("2.5", MAY), issued("1", MARCH), issued("2", APRIL))
    document = stale_texts_at(story.at(MAY))
    assert document["cycle_days"] == 31
    assert [(entry["number"], entry["age_days"]) for entry in document["silent"]] == [("2.4", 61)]


def test_a_part_is_not_silent_where_the_whole_is_reported_on():
    story = given(
        added("2.4"), part("2.4a", "2.4"), progressed("2.4"), added("2.5"), part("2.5a", "2.5"),
        issued("1", MARCH), issued("2", APRIL),
    )  # fmt: skip
    silent = stale_texts_at(story.at(APRIL))["silent"]
    assert [entry["number"] for entry in silent] == ["2.5a"]


def test_a_text_recorded_in_error_leaves_the_action_as_it_was():
    wrong = progressed("2.4", "Due June 2019", MAY)
    story = given(added("2.4"), wrong, in_error(wrong))
    assert whys(story, DECEMBER) == {}


def test_stockton_spoke_of_october_in_february():
    plan = fold(read_history(EXAMPLES / "stockton-ilacs.jsonl"), "stockton-ilacs")
    stale = stale_texts_at(plan_at(plan, "issue:5.0"))["stale"]
    assert "October 2019" in next(entry["why"] for entry in stale if entry["number"] == "3.3")


def test_a_statement_of_what_was_done_in_the_month_it_was_written_is_no_promise():
    done = (
        "Completed in October 2019", "Completed: Oct 2019", "The audit was completed on 15 October 2019.",
        "The panel met on the 3rd of October 2019", "Training took place in October 2019", "Held 03/10/2019",
        "It was formally launched nationally in October 2019",
        "The policy was introduced from 1st October 2019 and the forum launched in October 2019",
    )  # fmt: skip
    for text in done:
        story = given(added("2.4"), progressed("2.4", text, OCTOBER))
        assert whys(story, DECEMBER) == {}, text


def test_a_promise_is_one_also_where_it_names_what_will_have_been_done():
    promised = (
        "To be completed in October 2019", "It will be fully implemented in October 2019", "Completed by October 2019",
        "Should be launched in October 2019", "Not completed. October 2019 is the new date",
        "Once introduced in October 2019 it will help", "Completed in part, the rest follows in October 2019",
        "Completed in October 2019; the review is due in October 2019", "The panel met to plan for October 2019",
        "Due October 2019", "The pilot launched will end October 2019", "Sessions held, the review in October 2019",
    )  # fmt: skip
    for text in promised:
        story = given(added("2.4"), progressed("2.4", text, OCTOBER))
        assert whys(story, DECEMBER) == {"2.4": "speaks of October 2019, now past"}, text


def test_what_was_said_of_a_month_to_come_was_a_promise_whatever_its_words():
    story = given(added("2.4"), progressed("2.4", "All actions completed in October 2019", JULY))
    assert whys(story, DECEMBER) == {"2.4": "speaks of October 2019, now past"}
