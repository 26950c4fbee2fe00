"""The counts by rating at the end of each month, quarter or year, and how quickly they are made."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import given as for_all
from hypothesis import strategies as st

from bench.event_history import TODAY, generate
from domain.plan.evolve import evolve
from domain.plan.plan import Plan
from domain.refusals import Refused
from domain.rules import judge
from projections.rag_comparison import counted_at
from projections.ratings_over_time import ratings_over_time
from tests.kit import (
    APRIL,
    DECEMBER,
    FEBRUARY,
    JUNE,
    LATER,
    MARCH,
    MAY,
    OFFICER,
    added,
    closed,
    completed,
    fold,
    given,
    in_error,
    part,
    plan_at,
    rated,
    read_history,
    recorded,
    reinstated,
    rescaled,
    today,
    withdrawn,
)  # fmt: skip
from tests.measuring import calls

EXAMPLES = Path(__file__).parents[2] / "examples"
NAMES = ["sunderland", "stockton-ilacs", "stockton-scrutiny", "stockton-strategy", "ofsted-2016"]


def check_against_counting_anew(plan, day, basis=None):
    """Every entry is what a comparison counts on its day; returns the document."""
    document = ratings_over_time(plan_at(plan, day, basis))
    codes = [rating["code"] for rating in document["ratings"]]
    assert document["counts"][-1]["on"] == day.isoformat()
    for entry in document["counts"]:
        counted = counted_at(plan_at(plan, date.fromisoformat(entry["on"]), basis))
        expected = Counter(one.rating.code for one in counted.values() if one.rating)
        assert list(entry["ratings"]) == codes
        assert {code: count for code, count in entry["ratings"].items() if count} == dict(expected)
        assert (entry["total"], entry["unrated"]) == (len(counted), len(counted) - expected.total())
    return document


def days(story, day):
    document = ratings_over_time(story.at(day))
    return document["every"], [entry["on"] for entry in document["counts"]]


def test_every_month_is_counted_at_its_end_and_the_last_on_the_day_asked_for():
    story = given(added("2.4"), rated("2.4", "green", MARCH))
    assert days(story, date(2019, 3, 20)) == ("month", ["2019-01-31", "2019-02-28", "2019-03-20"])
    assert days(story, date(2019, 2, 28)) == ("month", ["2019-01-31", "2019-02-28"])


def test_before_the_plan_was_opened_only_the_day_asked_for_is_counted():
    story = given(added("2.4"))
    document = ratings_over_time(story.at(date(2018, 6, 1)))
    assert document["ratings"] == []
    assert document["counts"] == [{"on": "2018-06-01", "ratings": {}, "unrated": 0, "total": 0}]


def test_beyond_two_years_the_counts_go_by_quarters_and_beyond_six_by_years():
    story = given(added("2.4"))
    assert len(days(story, date(2020, 12, 31))[1]) == 24
    every, counted = days(story, date(2021, 1, 1))
    assert (every, counted[0], counted[-2:]) == ("quarter", "2019-03-31", ["2020-12-31", "2021-01-01"])
    assert len(days(story, date(2024, 12, 31))[1]) == 24
    every, counted = days(story, date(2025, 1, 1))
    assert (every, counted[0], counted[-2:]) == ("year", "2019-03-31", ["2024-03-31", "2025-01-01"])


def test_a_day_far_in_the_future_is_reached_in_sixty_years():
    every, counted = days(given(added("2.4")), date.max)
    assert (every, len(counted), counted[-1]) == ("year", 61, "9999-12-31")


def test_an_entry_gives_the_counts_of_its_own_day():
    story = given(added("2.4"), added("2.5", FEBRUARY), rated("2.4", "green", MARCH))
    document = ratings_over_time(story.at(MARCH))
    none = {"red": 0, "amber": 0, "green": 0, "completed": 0}
    assert document["counts"] == [
        {"on": "2019-01-31", "ratings": none, "unrated": 1, "total": 1},
        {"on": "2019-02-28", "ratings": none, "unrated": 2, "total": 2},
        {"on": "2019-03-15", "ratings": {**none, "green": 1}, "unrated": 1, "total": 2},
    ]


def test_late_news_counts_on_its_own_day_from_the_basis_on():
    story = given(added("2.4"), rated("2.4", "amber", MAY), rated("2.4", "red", FEBRUARY))
    reds = [
        [entry["ratings"]["red"] for entry in check_against_counting_anew(story.plan, MAY, basis)["counts"]]
        for basis in (story.plan.version - 1, story.plan.version)
    ]
    assert reds == [[0, 0, 0, 0, 0], [0, 1, 1, 1, 0]]


def test_the_key_has_the_scale_of_the_point_first_and_then_what_was_counted_before_it():
    story = given(added("2.4"), added("2.5"), rated("2.4", "green", MARCH), rescaled(on=JUNE), rated("2.4", "1", JUNE))
    document = check_against_counting_anew(story.plan, JUNE)
    assert [rating["code"] for rating in document["ratings"]] == ["4", "3", "2", "1", "green"]


def test_counts_follow_parts_closures_withdrawals_and_errors():
    wrong = rated("2.2", "red", MAY)
    story = given(
        added("2.1"), rated("2.1", "red", FEBRUARY), part("2.1a", "2.1", MARCH), part("2.1b", "2.1", MARCH),
        rated("2.1a", "green", APRIL), completed("2.1b", APRIL), closed("2.1b", MAY), withdrawn("2.1", MAY),
        reinstated("2.1", JUNE), withdrawn("2.1a", DECEMBER), added("2.2"), wrong, in_error(wrong), rescaled(on=JUNE),
    )  # fmt: skip
    for basis in range(1, story.plan.version + 1):
        check_against_counting_anew(story.plan, DECEMBER, basis)


@pytest.mark.parametrize("name", NAMES)
def test_the_examples_are_counted_as_a_comparison_counts_them(name):
    plan = fold(read_history(EXAMPLES / f"{name}.jsonl"))
    for basis in (plan.version, plan.version // 2, plan.version // 3, 1):
        for day in (LATER, date(2019, 5, 31), date(2016, 7, 1)):
            check_against_counting_anew(plan, day, basis)


ANY_DAY = st.dates(date(2019, 1, 15), date(2019, 9, 30))
NUMBERS = st.sampled_from(["1.1", "1.2", "1.1a", "1.1b", "2.1"])
ANYTHING = st.one_of(
    st.builds(rated, NUMBERS, st.sampled_from(["red", "amber", "green", "1", "4"]), ANY_DAY),
    st.builds(completed, NUMBERS, ANY_DAY),
    st.builds(added, st.sampled_from(["1.2", "2.1", "3.1"]), ANY_DAY),
    st.builds(part, st.sampled_from(["1.1a", "1.1b"]), st.just("1.1"), ANY_DAY),
    st.builds(closed, NUMBERS, ANY_DAY),
    st.builds(withdrawn, NUMBERS, ANY_DAY),
    st.builds(reinstated, NUMBERS, ANY_DAY, reason=st.just("Needed after all")),
    st.builds(rescaled, on=ANY_DAY),
    st.builds(in_error, st.integers(5, 25)),
)


@settings(max_examples=150, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))
@for_all(told=st.lists(ANYTHING, min_size=5, max_size=40), back=st.integers(0, 10), day=ANY_DAY)
def test_any_plan_is_counted_as_a_comparison_counts_it(told, back, day):
    plan = given(added("1.1")).plan
    for event in told:
        version = plan.version + 1
        try:
            judge(plan, event, today(version), OFFICER)
        except Refused:
            continue
        evolve(plan, event, recorded(version), OFFICER)
    check_against_counting_anew(plan, day, max(1, plan.version - back))
    check_against_counting_anew(plan, LATER)


def long_plan(size: int) -> Plan:
    plan = Plan("bench")
    for proposal in generate(size, "bench").proposals:
        evolve(plan, proposal.event, datetime(2016, 4, 1, tzinfo=UTC) + timedelta(hours=plan.version), OFFICER)
    return plan


@pytest.mark.slow
def test_ten_thousand_events_are_counted_right():
    plan = long_plan(10_000)
    for day, basis in ((TODAY, 10_000), (date(2018, 3, 31), 5_000), (date(2022, 1, 1), 10_000)):
        check_against_counting_anew(plan, day, basis)


@pytest.mark.slow
def test_ten_times_the_events_of_the_same_actions_take_few_more_steps_to_count():
    few, many = long_plan(1_000), long_plan(10_000)
    assert len(few.actions) == len(many.actions)

    def asked(plan: Plan) -> int:
        return calls(lambda: ratings_over_time(plan_at(plan, date(2018, 1, 1))))

    assert asked(many) < 4 * asked(few)
