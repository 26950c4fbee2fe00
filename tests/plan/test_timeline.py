"""One fact over both times."""

from datetime import date

import pytest

from domain.plan.timeline import Assertion, Place, Timeline, end_of
from tests.kit import APRIL, FEBRUARY, JANUARY, JUNE, MARCH, MAY


def timeline(*said):
    """(value, day, version) triples, as they were recorded."""
    made: Timeline[str] = Timeline()
    for value, day, version in said:
        made.add(value, day, version)
    return made


def place(day, basis, withdrawn=None):
    """The end of a day as known at a basis, and version of each event withdrawn -> version of its withdrawal."""
    return Place(end_of(day), basis, {} if withdrawn is None else withdrawn)


def value(made, day, basis, withdrawn=None):
    found = made.at(place(day, basis, withdrawn))
    return None if found is None else found.value


def test_nothing_was_said_yet():
    made = timeline()
    assert value(made, MAY, 9) is None
    assert made.all(place(MAY, 9)) == list(made.known(place(MAY, 9))) == []
    assert made.first(place(MAY, 9)) is None
    assert not made
    assert timeline(("green", MARCH, 1))


def test_a_value_holds_from_its_day_on():
    made = timeline(("green", MARCH, 1))
    assert [value(made, day, 1) for day in (FEBRUARY, MARCH, date.max)] == [None, "green", "green"]
    assert value(made, date.min, 1) is None


def test_a_value_is_known_from_its_version_on():
    made = timeline(("green", MARCH, 4))
    assert [value(made, MAY, basis) for basis in (3, 4, 5)] == [None, "green", "green"]


def test_late_news_stands_until_the_next_effective_day():
    made = timeline(("green", APRIL, 1), ("amber", FEBRUARY, 2))
    assert [value(made, day, 2) for day in (JANUARY, FEBRUARY, MARCH, APRIL)] == [None, "amber", "amber", "green"]
    assert value(made, MARCH, 1) is None


def test_of_one_day_the_later_recorded_stands():
    made = timeline(("green", MARCH, 1), ("amber", MARCH, 2), ("red", MARCH, 5))
    assert [value(made, MARCH, basis) for basis in (1, 2, 3, 5)] == ["green", "amber", "amber", "red"]


def test_a_withdrawn_assertion_does_not_count_from_the_basis_of_its_withdrawal():
    made = timeline(("green", MARCH, 1), ("red", APRIL, 2))
    assert [value(made, MAY, basis, {2: 3}) for basis in (2, 3)] == ["red", "green"]


def test_when_all_was_withdrawn_there_is_no_value():
    made = timeline(("green", MARCH, 1), ("red", APRIL, 2))
    assert [value(made, MAY, basis, {2: 3, 1: 4}) for basis in (1, 2, 3, 4)] == ["green", "red", "green", None]


def test_a_withdrawal_added_later_is_seen_from_its_own_basis_because_the_plan_owns_the_withdrawals():
    withdrawn: dict[int, int] = {}
    made = timeline(("green", MARCH, 1))
    before, after = place(MAY, 1, withdrawn), place(MAY, 2, withdrawn)
    assert [made.at(before), made.at(after)] == [Assertion("green", MARCH, 1)] * 2
    withdrawn[1] = 2
    assert [made.at(before), made.at(after)] == [Assertion("green", MARCH, 1), None]


def test_asking_with_an_early_basis_skips_what_was_recorded_since():
    later = [(f"later {version}", MAY, version) for version in range(10, 500)]
    made = timeline(("green", MARCH, 1), ("amber", JUNE, 2), *later)
    assert [value(made, MAY, basis) for basis in (1, 2, 9, 10, 499)] == [
        "green",
        "green",
        "green",
        "later 10",
        "later 499",
    ]
    assert value(made, JUNE, 9) == "amber"


def test_all_are_those_effective_by_the_day_oldest_first():
    made = timeline(("c", APRIL, 1), ("a", FEBRUARY, 2), ("b", FEBRUARY, 3), ("d", JUNE, 4))
    assert [said.value for said in made.all(place(MAY, 4, {3: 5}))] == ["a", "b", "c"]
    assert [said.value for said in made.all(place(MAY, 5, {3: 5}))] == ["a", "c"]
    assert [said.value for said in made.all(place(MAY, 1, {3: 5}))] == ["c"]


def test_known_are_those_of_any_day():
    made = timeline(("c", APRIL, 1), ("a", FEBRUARY, 2), ("d", JUNE, 3))
    assert [said.value for said in made.known(place(JANUARY, 3, {2: 4}))] == ["a", "c", "d"]
    assert [said.value for said in made.known(place(JANUARY, 4, {2: 4}))] == ["c", "d"]


def test_the_first_is_the_first_recorded_that_stands():
    made = timeline(("b", APRIL, 1), ("a", FEBRUARY, 2))
    assert [made.first(place(MAY, basis, {1: 3})) for basis in (0, 2, 3)] == [
        None,
        Assertion("b", APRIL, 1),
        Assertion("a", FEBRUARY, 2),
    ]


SAID = [("c", APRIL, 1), ("a", FEBRUARY, 2), ("b", MARCH, 3), ("e", JUNE, 4), ("d", MAY, 5)]


def held(made):
    return repr(made._entries), made._first


@pytest.mark.parametrize("version", range(6))
def test_a_copy_is_added_to_and_what_was_copied_stays_as_it_is(version):
    """What a batch that is refused had said is gone with the copy it was said to."""
    made = timeline(*SAID[:version])
    before = held(made)
    copied = made.copy()
    assert held(copied) == before
    for one in [*SAID[version:], ("new", MARCH, 9)]:
        copied.add(*one)
    assert held(made) == before == held(timeline(*SAID[:version]))
    assert held(copied) == held(timeline(*SAID, ("new", MARCH, 9)))
    assert value(copied, MARCH, 9) == "new"


@pytest.mark.parametrize("late", [("new", MARCH, 9), ("last", JUNE, 9)])
def test_a_timeline_is_added_to_and_its_copies_stay_as_they_are(late):
    made = timeline(*SAID)
    copied = made.copy()
    again = copied.copy()
    made.add(*late)
    assert held(copied) == held(again) == held(timeline(*SAID))
    copied.add("other", *late[1:])
    assert held(again) == held(timeline(*SAID))
    assert [value(one, JUNE, 9) for one in (made, copied)] == [
        value(timeline(*SAID, late), JUNE, 9),
        value(timeline(*SAID, ("other", *late[1:])), JUNE, 9),
    ]


def test_what_was_copied_is_added_to_in_place_again():
    made = timeline(*SAID)
    made.copy()
    made.add("new", JUNE, 9)
    lists = made._entries
    made.add("newer", JUNE, 10)
    assert made._entries is lists


@pytest.mark.parametrize("late", [("late", MARCH, 9), ("last", JUNE, 9), ("first", JANUARY, 9)])
def test_what_is_added_while_somebody_reads_is_not_read_at_their_basis(late):
    made = timeline(*SAID)
    at = place(JUNE, 5)
    asked = {day: made.at(place(day, 5)) for day in (JANUARY, FEBRUARY, MARCH, APRIL, MAY, JUNE)}
    every, first, reading = made.all(at), made.first(at), made.known(at)
    read = [next(reading), next(reading)]
    made.add(*late)
    assert [*read, *reading] == every == made.all(at) == list(made.known(at))
    assert made.first(at) == first
    assert {day: made.at(place(day, 5)) for day in asked} == asked


def test_what_stands_at_a_place_was_recorded_and_not_withdrawn_by_its_basis():
    assert [place(MAY, basis, {2: 4}).stands(2) for basis in (1, 2, 3, 4, 5)] == [False, True, True, False, False]


def test_the_first_and_last_days_of_the_calendar_have_their_place():
    made = timeline(("first", date.min, 1), ("last", date.max, 2))
    assert [value(made, day, 2) for day in (date.min, MAY, date.max)] == ["first", "first", "last"]


def test_the_first_is_the_one_recorded_first_of_those_effective_by_the_day():
    made = timeline(("30/09/19", JUNE, 1), ("31/05/19", APRIL, 2))
    assert [found and found.value for found in (made.first(place(day, 2)) for day in (MARCH, APRIL, JUNE))] == [
        None, "31/05/19", "30/09/19",
    ]  # fmt: skip
