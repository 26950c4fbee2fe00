"""One fact over both times."""

from datetime import date

from domain.timeline import Assertion, Timeline, end_of
from tests.kit import APRIL, FEBRUARY, JANUARY, JUNE, MARCH, MAY


def timeline(*said, withdrawn=None):
    """(value, day, version) triples, as they were recorded."""
    made: Timeline[str] = Timeline({} if withdrawn is None else withdrawn)
    for value, day, version in said:
        made.add(value, day, version)
    return made


def value(made, day, basis):
    found = made.at(end_of(day), basis)
    return None if found is None else found.value


def test_nothing_was_said_yet():
    made = timeline()
    assert value(made, MAY, 9) is None
    assert list(made.all(end_of(MAY), 9)) == list(made.known(9)) == []
    assert made.first(end_of(MAY), 9) is None
    assert len(made) == 0


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
    made = timeline(("green", MARCH, 1), ("red", APRIL, 2), withdrawn={2: 3})
    assert [value(made, MAY, basis) for basis in (2, 3)] == ["red", "green"]


def test_when_all_was_withdrawn_there_is_no_value():
    made = timeline(("green", MARCH, 1), ("red", APRIL, 2), withdrawn={2: 3, 1: 4})
    assert [value(made, MAY, basis) for basis in (1, 2, 3, 4)] == ["green", "red", "green", None]


def test_a_withdrawal_added_later_is_seen_because_the_plan_owns_the_withdrawals():
    withdrawn: dict[int, int] = {}
    made = timeline(("green", MARCH, 1), withdrawn=withdrawn)
    withdrawn[1] = 2
    assert [value(made, MAY, basis) for basis in (1, 2)] == ["green", None]


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
    made = timeline(("c", APRIL, 1), ("a", FEBRUARY, 2), ("b", FEBRUARY, 3), ("d", JUNE, 4), withdrawn={3: 5})
    assert [said.value for said in made.all(end_of(MAY), 4)] == ["a", "b", "c"]
    assert [said.value for said in made.all(end_of(MAY), 5)] == ["a", "c"]
    assert [said.value for said in made.all(end_of(MAY), 1)] == ["c"]


def test_known_are_those_of_any_day():
    made = timeline(("c", APRIL, 1), ("a", FEBRUARY, 2), ("d", JUNE, 3), withdrawn={2: 4})
    assert [said.value for said in made.known(3)] == ["a", "c", "d"]
    assert [said.value for said in made.known(4)] == ["c", "d"]


def test_the_first_is_the_first_recorded_that_stands():
    made = timeline(("b", APRIL, 1), ("a", FEBRUARY, 2), withdrawn={1: 3})
    assert [made.first(end_of(MAY), basis) for basis in (0, 2, 3)] == [
        None,
        Assertion("b", APRIL, 1),
        Assertion("a", FEBRUARY, 2),
    ]


def test_going_back_forgets_what_later_versions_said():
    said = [("c", APRIL, 1), ("a", FEBRUARY, 2), ("b", MARCH, 3), ("e", JUNE, 4), ("d", MAY, 5)]
    for version in range(6):
        made = timeline(*said)
        made.forget_after(version)
        fresh = timeline(*[one for one in said if one[2] <= version])
        assert [getattr(made, slot) for slot in Timeline.__slots__] == [
            getattr(fresh, slot) for slot in Timeline.__slots__
        ]
        made.add("new", MARCH, 9)
        assert value(made, MARCH, 9) == "new"


def test_the_first_and_last_days_of_the_calendar_have_their_place():
    made = timeline(("first", date.min, 1), ("last", date.max, 2))
    assert [value(made, day, 2) for day in (date.min, MAY, date.max)] == ["first", "first", "last"]


def test_the_first_is_the_one_recorded_first_of_those_effective_by_the_day():
    made: Timeline[str] = Timeline({})
    made.add("30/09/19", JUNE, 1)
    made.add("31/05/19", APRIL, 2)
    assert [found and found.value for found in (made.first(end_of(day), 2) for day in (MARCH, APRIL, JUNE))] == [
        None, "31/05/19", "30/09/19",
    ]  # fmt: skip
