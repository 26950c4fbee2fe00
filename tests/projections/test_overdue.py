"""What is late and what has slipped."""

from datetime import date

from projections.overdue import overdue_at
from tests.kit import (
    APRIL,
    FEBRUARY,
    JUNE,
    MARCH,
    MAY,
    added,
    completed,
    given,
    in_error,
    part,
    progressed,
    rated,
    rescheduled,
    withdrawn,
)  # fmt: skip


def late(story, day, basis=None):
    return [entry["number"] for entry in overdue_at(story.at(day, basis))["overdue"]]


def test_an_action_is_late_from_the_day_after_its_last_possible_day():
    story = given(added("2.4", timescale="March 2019"))
    assert late(story, date(2019, 3, 31)) == []
    assert late(story, date(2019, 4, 1)) == ["2.4"]


def test_a_late_action_says_by_how_much_and_how_far_it_has_slipped():
    story = given(added("2.4", timescale="31/03/19", leads=["Head"]), rated("2.4", "red"))
    story.when(rescheduled("2.4", "30/04/19", MARCH))
    (entry,) = overdue_at(story.at(date(2019, 5, 10)))["overdue"]
    assert entry == {
        "number": "2.4", "priority": "2", "text": "Do 2.4", "rating": "red", "timescale": "30/04/19",
        "due": "2019-04-30", "original": "31/03/19", "original_due": "2019-03-31", "days_overdue": 10, "slippage": 30,
        "leads": ["Head"], "version": 7,
    }  # fmt: skip


def test_what_is_complete_gone_or_without_a_day_is_not_late():
    story = given(
        added("1.1", timescale="March 2019"), completed("1.1"),
        added("1.2", timescale="March 2019"), withdrawn("1.2"),
        added("1.3", timescale="Ongoing"), added("1.4"),
    )  # fmt: skip
    assert late(story, JUNE) == []


def test_an_action_is_late_through_its_parts():
    story = given(
        added("2.1", timescale="March 2019"), part("2.1a", "2.1", timescale="March 2019"),
        part("2.1b", "2.1", timescale="May 2019"),
    )  # fmt: skip
    assert late(story, APRIL) == ["2.1a"]


def test_a_part_without_a_day_is_late_by_its_parents():
    story = given(added("2.1", timescale="March 2019"), part("2.1a", "2.1"), part("2.1b", "2.1"))
    assert late(story, APRIL) == ["2.1a", "2.1b"]
    entry = overdue_at(story.at(APRIL))["overdue"][0]
    assert (entry["timescale"], entry["original"], entry["days_overdue"]) == ("March 2019", "March 2019", 15)


def test_a_part_without_a_day_is_late_beside_one_that_had_its_own_and_is_complete():
    story = given(
        added("2.1", timescale="31/03/19"), part("2.1a", "2.1", timescale="28/02/19"), part("2.1b", "2.1"),
        completed("2.1a", FEBRUARY), rated("2.1b", "amber"),
    )  # fmt: skip
    assert late(story, date(2019, 5, 1)) == ["2.1b"]


def test_a_timescale_from_after_the_day_is_neither_original_nor_a_slippage():
    story = given(added("2.4"), rescheduled("2.4", "30/09/19", JUNE), rescheduled("2.4", "31/03/19", FEBRUARY))
    document = overdue_at(story.at(APRIL))
    assert [(one["original"], one["slippage"]) for one in document["overdue"]] == [("31/03/19", 0)]
    assert document["rescheduled"] == []


def test_rescheduling_recorded_later_does_not_change_what_was_known():
    story = given(added("2.4", timescale="March 2019"), rescheduled("2.4", "July 2019", MARCH))
    assert late(story, MAY) == []
    assert late(story, MAY, 5) == ["2.4"]


def test_slippage_is_told_with_every_approval():
    story = given(
        added("2.4", timescale="31/01/19"), rescheduled("2.4", "April 2019", MARCH, approved_by="Board"),
        rescheduled("2.4", "June 2019", MAY, reason="Staff left"), progressed("2.4"),
    )  # fmt: skip
    (entry,) = overdue_at(story.at(JUNE))["rescheduled"]
    assert (entry["days"], entry["times"]) == (150, 2)
    assert entry["original"] == {"text": "31/01/19", "due": "2019-01-31"}
    assert entry["current"] == {"text": "June 2019", "due": "2019-06-30"}
    assert entry["approvals"] == [
        {"on": "2019-03-15", "from": "31/01/19", "to": "April 2019", "approved_by": "Board",
         "reason": "Agreed by the board", "version": 6},
        {"on": "2019-05-15", "from": "April 2019", "to": "June 2019", "approved_by": None,
         "reason": "Staff left", "version": 7},
    ]  # fmt: skip


def test_slippage_has_no_days_where_a_timescale_has_none():
    story = given(added("2.4", timescale="Ongoing"), rescheduled("2.4", "April 2019", MARCH))
    assert overdue_at(story.at(JUNE))["rescheduled"][0]["days"] is None


def test_a_first_timescale_and_a_withdrawn_one_are_no_slippage():
    wrong = rescheduled("2.5", "July 2019", MARCH)
    story = given(added("2.4"), rescheduled("2.4", "April 2019", MARCH), added("2.5", timescale="May 2019"), wrong)
    story.when(in_error(wrong)).then_accepted()
    assert overdue_at(story.at(JUNE))["rescheduled"] == []


def test_what_is_not_complete_and_has_no_day_is_counted_but_not_what_is_ongoing():
    story = given(
        added("1.1"), added("1.2", timescale="When resources allow"), added("1.3", timescale="Ongoing"),
        added("1.4", timescale="March 2019"), added("1.5"), completed("1.5"), added("1.6"), withdrawn("1.6"),
        added("2.1"), part("2.1a", "2.1"), added("2.2", timescale="May 2019"), part("2.2a", "2.2"),
    )  # fmt: skip
    assert overdue_at(story.at(JUNE))["undated"] == 3
