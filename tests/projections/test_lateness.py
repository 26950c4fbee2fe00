"""How late an event was told: by the days of London, and for which document versions too late."""

from datetime import timedelta

from domain.envelopes import Recorded
from projections.lateness import late_by_days, missing_from
from projections.trail import TrailQuery, trail_page
from tests.kit import (
    APRIL,
    FEBRUARY,
    JUNE,
    MARCH,
    MAY,
    added,
    given,
    in_error,
    issued,
    presented,
    progressed,
    rated,
    recorded,
)
from tests.projections.test_trail import records, versions


def test_late_news_is_found_by_how_late_it_came():
    story = given(added("2.4", MAY), rated("2.4", on=MAY))
    late = late_by_days(records(story)[5])
    assert late == (recorded(6).date() - MAY).days
    assert versions(story, late_by=late) == [1, 2, 3, 4, 6]
    assert versions(story, late_by=10**6) == []
    assert versions(story, late_by=0) == [1, 2, 3, 4, 5, 6]


def test_news_is_never_late_by_less_than_nothing():
    one = records(given(issued()))[-1]
    early = Recorded("plan", 5, 5, one.recorded_at - timedelta(days=2000), "x", one.event_id, one.event)
    assert late_by_days(early) == 0


def test_the_day_it_was_recorded_is_a_day_of_london():
    one = records(given(issued(on=APRIL)))[-1]
    summer_night = one.recorded_at.replace(year=2019, month=4, day=15, hour=23, minute=30)
    assert late_by_days(Recorded("plan", 5, 5, summer_night, "x", one.event_id, one.event)) == 1


def test_a_version_issued_before_the_news_came_does_not_hold_it():
    record = given(added("2.4"), issued("1.0", MARCH), issued("2.0", MAY), progressed("2.4", on=APRIL)).record()
    assert missing_from(record, record.version) == ["2.0"], "version 1.0 speaks of an earlier day"


def test_what_was_true_on_the_very_day_of_issue_is_missing_too():
    record = given(added("2.4"), issued("1.0", MARCH), rated("2.4", on=MARCH), issued("2.0", JUNE)).record()
    assert missing_from(record, record.version - 1) == ["1.0"]


def test_a_version_that_was_issued_in_error_misses_nothing():
    wrong = issued("1.0", MARCH)
    story = given(added("2.4"), wrong, rated("2.4", on=FEBRUARY), in_error(wrong))
    event = story.plan.version - 1
    assert missing_from(story.record(event), event) == ["1.0"], "as known before the withdrawal"
    assert missing_from(story.record(), event) == []


def test_an_event_about_a_document_is_in_none():
    record = given(added("2.4"), issued("2.0", MAY), issued("1.0", MARCH), presented(on=APRIL)).record()
    assert missing_from(record, record.version) == missing_from(record, record.version - 1) == []


def test_a_trail_says_which_versions_do_not_hold_an_event():
    story = given(added("2.4"), issued("1.0", MARCH), progressed("2.4", on=FEBRUARY))
    page = trail_page(story.record(), records(story), TrailQuery(action="2.4"))
    assert [event["missing_from"] for event in page["events"]] == [[], ["1.0"]]
