"""The one notation of points in time, read and resolved."""

from datetime import UTC, date, datetime, timedelta, timezone
from types import SimpleNamespace
from typing import Any

import pytest

from domain.points import LONDON, Asked, Point, PointUnknown, PointUnreadable, read_instant, read_point, resolve
from tests.kit import (
    APRIL,
    JULY,
    JUNE,
    LATER,
    MARCH,
    MAY,
    added,
    given,
    in_error,
    issued,
    presented,
    rated,
    recorded,
)

DAY = date(2019, 5, 31)
NINE = datetime(2019, 6, 4, 9, tzinfo=UTC)

# Reading

READ = {
    "now": Asked("now"),
    "2019-05-31": Asked("2019-05-31", day=DAY),
    "2019-05-31@212": Asked("2019-05-31@212", day=DAY, version=212),
    "2019-05-31@1": Asked("2019-05-31@1", day=DAY, version=1),
    "2019-05-31@2019-06-04T09:00:00Z": Asked("2019-05-31@2019-06-04T09:00:00Z", day=DAY, instant=NINE),
    "issue:3.0": Asked("issue:3.0", label="3.0"),
    "issue: 3.0 ": Asked("issue: 3.0 ", label="3.0"),
    "issue:Draft 2 @ May": Asked("issue:Draft 2 @ May", label="Draft 2 @ May"),
    "issue:now": Asked("issue:now", label="now"),
    "told:Scrutiny Panel@2019-05-31": Asked("told:Scrutiny Panel@2019-05-31", day=DAY, forum="Scrutiny Panel"),
    "told: Cabinet @ 2019-05-31": Asked("told: Cabinet @ 2019-05-31", day=DAY, forum="Cabinet"),
    "told:Health @ Home@2019-05-31": Asked("told:Health @ Home@2019-05-31", day=DAY, forum="Health @ Home"),
    "told:@@2019-05-31": Asked("told:@@2019-05-31", day=DAY, forum="@"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "asked"), READ.items(), ids=READ)
def test_the_notation_is_read(text, asked):
    assert read_point(text) == asked


UNREADABLE = {
    "": "is not a point in time",
    "today": "is not a point in time",
    "Now": "is not a point in time",
    " now": "is not a point in time",
    "now@5": "is not a point in time",
    "2019-5-1": "is not a point in time",
    "31/05/2019": "is not a point in time",
    "20190531": "is not a point in time",
    "2019-05-31 ": "is not a point in time",
    "2019-05-31T00:00:00Z": "is not a point in time",
    "\u0662019-05-31": "is not a point in time",
    "issue3.0": "is not a point in time",
    "2019-02-30": "'2019-02-30' is not a day of the calendar",
    "0000-01-01": "is not a day of the calendar",
    "2019-02-30@5": "'2019-02-30' in '2019-02-30@5' is not a day of the calendar",
    "issue:": "needs the label of a document version",
    "issue:   ": "needs the label of a document version",
    "told:Cabinet": "needs a forum and a day",
    "told:@2019-05-31": "needs a forum and a day",
    "told: @2019-05-31": "needs a forum and a day",
    "told:Cabinet@": "is not a point in time",
    "told:Cabinet@yesterday": "is not a point in time",
    "told:Cabinet@2019-02-30": "is not a day of the calendar",
    "told:Cabinet@2019-05-31@5": "is not a point in time",
    "2019-05-31@": "is not an instant",
    "2019-05-31@0": "is no record number; give one such as 212",
    "2019-05-31@-1": "is not an instant",
    "2019-05-31@007": "is no record number",
    "2019-05-31@v5": "is not an instant",
    "2019-05-31@1e3": "is not an instant",
    "2019-05-31@" + "9" * 30: "is no record number",
    "2019-05-31@2019-06-04T09:00:00": "does not say its offset from UTC",
    "2019-05-31@2019-06-04 09:00:00.5": "does not say its offset from UTC",
    "2019-05-31@2019-06-04T25:00:00Z": "is not an instant",
    "2019-05-31@0001-01-01T00:00:00+14:00": "is not an instant",
    "2019-05-31@5@6": "is not an instant",
}


@pytest.mark.parametrize(("text", "why"), UNREADABLE.items(), ids=[repr(text[:30]) for text in UNREADABLE])
def test_what_is_not_in_the_notation_is_refused_in_a_sentence(text, why):
    with pytest.raises(PointUnreadable, match=why):
        read_point(text)


def test_the_sentence_shows_the_notation():
    with pytest.raises(PointUnreadable, match="issue:LABEL"):
        read_point("tomorrow")


# Instants

INSTANTS = {
    "2019-06-04T09:00:00Z": NINE,
    "2019-06-04T09:00:00+00:00": NINE,
    "2019-06-04T10:00:00+01:00": NINE,
    "2019-06-04T04:00:00-05:00": NINE,
    "2019-06-04T09:00:00.000001Z": NINE + timedelta(microseconds=1),
    "2019-06-04T09:00:00.0000010Z": NINE + timedelta(microseconds=1),
    "2019-06-04 09:00:00+00:00": NINE,
    "2019-06-04 09:00:00Z": NINE,
}


@pytest.mark.parametrize(("text", "instant"), INSTANTS.items(), ids=INSTANTS)
def test_an_instant_says_its_offset(text, instant):
    read = read_instant(text)
    assert (read, read.tzinfo) == (instant, UTC)


@pytest.mark.parametrize(
    "text", ["2019-06-04T10:00:00 01:00", "2019-06-04 10:00:00 01:00", "2019-06-04T10:00:00.0 01:00"]
)
def test_a_plus_sign_that_became_a_space_on_the_way_is_read_as_one(text):
    assert read_instant(text) == NINE
    assert read_point(f"2019-05-31@{text}").instant == NINE


@pytest.mark.parametrize(
    ("day", "end"),
    [
        ("2019-01-15", "2019-01-16T00:00:00Z"),
        ("2019-03-30", "2019-03-31T00:00:00Z"),
        ("2019-03-31", "2019-03-31T23:00:00Z"),  # the clocks went forward: the day had 23 hours
        ("2019-06-04", "2019-06-04T23:00:00Z"),
        ("2019-10-26", "2019-10-26T23:00:00Z"),
        ("2019-10-27", "2019-10-28T00:00:00Z"),  # and back: 25 hours
    ],
)
def test_a_bare_day_as_instant_is_its_end_in_london(day, end):
    assert read_instant(day) == datetime.fromisoformat(end)


@pytest.mark.parametrize(
    "text",
    ["2019-W23-2T09Z", "2019W232T09Z", "20190604T090000Z", "2019-06-04T09Z", "2019-06-04T09:00Z",
     "2019-06-04x09:00:00Z", "2019-06-04T10:00:00+0100", "2019-06-04T10:00:00+01", "2019-06-04T10:00:00+01:00:30",
     "2019-06-04T09:00:00,5Z",
     "2019-06-04T09:00:00z", "2019-06-04T24:00:00Z", "2019-06-04T09:00:60Z", "2019-06-04T09:00:00+24:00",
     "2019-06-31T09:00:00Z", "٢019-06-04T09:00:00Z", "2019-06-04T09:00:00Z ", ""],
)  # fmt: skip
def test_an_instant_is_written_as_rfc_3339_writes_it(text):
    with pytest.raises(PointUnreadable, match="is not an instant; write it as 2019-06-04T09:00:00Z"):
        read_instant(text)


def test_an_instant_in_any_zone_is_the_same_instant():
    there = NINE.astimezone(timezone(timedelta(hours=5, minutes=30)))
    assert read_instant(there.isoformat()) == NINE == NINE.astimezone(LONDON)


# Resolving


def story():
    """Version 5 adds 2.4, 6 rates it amber from March, 7 issues 1.0 for April, 8 tells Cabinet, 9 rates it green."""
    return given(
        added("2.4"), rated("2.4", "amber", on=MARCH), issued("1.0", on=APRIL),
        presented("Cabinet", "issue:1.0", on=MAY), rated("2.4", "green", on=JUNE),
    )  # fmt: skip


def resolved(text, today=LATER, basis=None):
    return story().record(basis).resolve(read_point(text), today)


def test_now_is_today_with_all_that_is_recorded():
    assert resolved("now") == Point(LATER, 9, recorded(9), "now")


def test_a_day_is_that_day_with_all_that_is_recorded():
    assert resolved("2019-03-15") == Point(MARCH, 9, recorded(9), "2019-03-15")


def test_a_day_as_known_at_a_version():
    assert resolved("2019-03-15@5") == Point(MARCH, 5, recorded(5), "2019-03-15@5")


def test_a_day_as_known_at_an_instant_is_what_was_recorded_by_then():
    at = recorded(6).isoformat().replace("+00:00", "Z")
    assert resolved(f"2019-03-15@{at}").basis == 6
    before = (recorded(6) - timedelta(microseconds=1)).isoformat()
    assert resolved(f"2019-03-15@{before}").basis == 5
    assert resolved("2019-03-15@2999-01-01").basis == 9


def test_a_day_as_known_at_the_end_of_a_day():
    assert resolved(f"2019-03-15@{recorded(6).date()}").basis == 6
    assert resolved(f"2019-03-15@{recorded(6).date() - timedelta(days=1)}").basis == 5


def test_an_issue_is_frozen_at_its_day_and_version():
    assert resolved("issue:1.0") == Point(APRIL, 7, recorded(7), "issue:1.0")


def test_a_forum_knows_what_it_was_last_presented_with():
    assert resolved("told:Cabinet@2019-07-15") == Point(APRIL, 7, recorded(7), "told:Cabinet@2019-07-15")


def test_a_forum_is_found_whatever_its_capitals():
    assert resolved("told:CABINET@2019-05-15").basis == resolved("told:cabinet@2019-05-15").basis == 7


def test_a_forum_may_have_an_at_sign_in_its_name():
    story = given(presented("Health @ Home", on=MAY))
    assert story.point("told:Health @ Home@2019-05-15").fixed == "2019-05-15@4"


def test_what_all_that_is_recorded_means_can_be_given():
    assert resolved("now", basis=6).basis == resolved("2019-03-15", basis=6).basis == 6
    assert resolved("2019-03-15@2999-01-01", basis=6).basis == 6


def test_the_fixed_form_resolves_to_the_same_point():
    for text in ("now", "2019-03-15", "issue:1.0", "told:Cabinet@2019-12-31"):
        point = resolved(text)
        again = resolved(point.fixed)
        assert (again.effective_on, again.basis, again.known_at) == (point.effective_on, point.basis, point.known_at)


UNKNOWN = {
    "2019-03-15@10": "plan plan has no record number 10; its newest is 9",
    "issue:2.0": "no document version '2.0' (issued: 1.0)",
    "issue:1": "no document version '1' (issued: 1.0)",
    "told:Cabinet@2019-05-14": "'Cabinet' had not been presented with plan plan by 2019-05-14 "
    "(presented to: 'Cabinet' since 15 May 2019)",
    "told:Scrutiny@2019-12-31": "(presented to: 'Cabinet' since 15 May 2019)",
    "2019-03-15@2020-01-01": "nothing of plan plan had been recorded at '2019-03-15@2020-01-01'; its first event was "
    "recorded at 2021-01-04T09:30:00Z",
}


@pytest.mark.parametrize(("text", "why"), UNKNOWN.items(), ids=UNKNOWN)
def test_a_point_that_the_plan_does_not_have_is_refused_in_a_sentence(text, why):
    with pytest.raises(PointUnknown) as unknown:
        resolved(text)
    assert why in str(unknown.value)


def test_a_version_after_the_basis_in_question_is_unknown():
    with pytest.raises(PointUnknown, match="no record number 7; its newest is 6"):
        resolved("2019-03-15@7", basis=6)
    with pytest.raises(PointUnknown, match="none has been issued"):
        resolved("issue:1.0", basis=6)
    with pytest.raises(PointUnknown, match="none so far"):
        resolved("told:Cabinet@2019-12-31", basis=7)


def test_a_plan_of_which_nothing_is_recorded_has_no_points():
    nothing: Any = SimpleNamespace(slug="plan", version=0)
    for text in ("now", "2019-03-15"):
        with pytest.raises(PointUnknown, match="nothing had been recorded of plan plan"):
            resolve(read_point(text), nothing, LATER)


def test_labels_are_known_as_at_the_basis():
    wrong = issued("2.0", on=JUNE)
    story = given(issued("1.0"), wrong, in_error(wrong), issued("3.0", on=JULY))
    assert [story.record(basis).issue_labels() for basis in (5, 6, 7, 8)] == [
        ["1.0"],
        ["1.0", "2.0"],
        ["1.0"],
        ["1.0", "3.0"],
    ]


def test_the_last_day_of_the_calendar_ends_as_any_other():
    assert read_instant("9999-12-31") > read_instant("9999-12-30")
    assert read_point("2019-05-31@9999-12-31").instant == read_instant("9999-12-31")
