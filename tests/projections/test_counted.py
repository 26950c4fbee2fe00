"""The actions behind a figure: exactly those that the comparison counts, each with the events behind it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from domain.plan.plan_at import PlanAt
from projections.claims import Claim
from projections.claims_record import ClaimsRecord
from projections.comparison_tables import ComparisonDocument
from projections.counted import CountQuery, CountUnknown, counted_actions
from projections.rag_comparison import PointsReversed, rag_comparison
from tests.kit import (
    APRIL,
    FEBRUARY,
    GRADES,
    JANUARY,
    JUNE,
    MARCH,
    MAY,
    Story,
    added,
    as_bytes,
    closed,
    completed,
    fold,
    given,
    in_error,
    part,
    plan_at,
    rated,
    read_history,
    reinstated,
    renumbered,
    rescaled,
    withdrawn,
)

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.jsonl"))


def behind(story: Story, previous: Any, current: Any, **query: Any) -> list[dict[str, Any]]:
    points = story.at(previous), story.at(current)
    return [dict(entry) for entry in counted_actions(*points, CountQuery(**query))["actions"]]


def told(entries: list[dict[str, Any]], *fields: str) -> list[tuple[Any, ...]]:
    return [tuple(entry[field] for field in fields) for entry in entries]


def figures(document: ComparisonDocument) -> Iterator[tuple[CountQuery, int]]:
    """Every figure of a comparison, and how to ask for the actions behind it."""
    tables: list[tuple[str | None, Any]] = [(row["priority"], row) for row in document["rows"]]
    for priority, table in [*tables, (None, document["totals"])]:
        ratings = {**table["ratings"], "unrated": table["unrated"], None: table["total"]}
        for code, pair in ratings.items():
            for when in ("previous", "current"):
                yield CountQuery(when=when, rating=code, priority=priority), pair[when]
        for population in ("new", "closed", "withdrawn", "moved"):
            yield CountQuery(population=population, priority=priority), table[population]
        for code, count in table["due"].items():
            rating = None if code == "total" else code
            yield CountQuery(population="due", rating=rating, priority=priority), count


def every_figure_is_counted(previous: PlanAt, current: PlanAt) -> int:
    """Compares every figure with its list, and movements by rating with what a paper's claims are held against."""
    document, walked = rag_comparison(previous, current), 0
    for query, count in figures(document):
        found = counted_actions(previous, current, query)
        assert found["count"] == sum(entry["count"] for entry in found["actions"]) == count, query
        walked += 1
        if query.population not in ("all", "due"):
            assert all(entry["versions"] for entry in found["actions"]), (query, found["actions"])
    record = ClaimsRecord(previous, current, document)
    for population in ("due", "new", "closed", "withdrawn"):
        for when in ("previous", "current"):
            for code in [*(rating["code"] for rating in document["ratings"]), "unrated"]:
                claim = Claim.model_validate(
                    {"where": "x", "population": population, "at": when, "rating": code, "count": 0}
                )
                asked = CountQuery(when=when, population=population, rating=code)
                assert counted_actions(previous, current, asked)["count"] == record.count(claim), asked
    return walked


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.stem)
def test_every_figure_of_an_example_leads_to_the_actions_it_counts(file):
    plan = fold(read_history(file), file.stem)
    days = sorted({day for _, day in plan.log})
    first, middle, last = days[0], days[len(days) // 2], days[-1]
    half = plan.version // 2
    for (day, basis), (later, newest) in [
        ((first, None), (last, None)), ((middle, None), (last, None)), ((first, half), (middle, None)),
        ((last, half), (last, None)), ((last, None), (last, half)),
    ]:  # fmt: skip
        assert every_figure_is_counted(plan_at(plan, day, basis), plan_at(plan, later, newest)) > 10


WRONG = part("2.4a", "2.4")

STORIES = {
    "split": given(
        added("2.4"), rated("2.4", "amber", on=FEBRUARY), *[part(f"2.4{x}", "2.4", on=APRIL) for x in "abc"]
    ),
    "split and rated": given(
        added("2.4"), part("2.4a", "2.4", APRIL), part("2.4b", "2.4", APRIL), rated("2.4a", "red", on=APRIL)
    ),
    "split into one": given(added("2.4"), part("2.4a", "2.4", on=APRIL)),
    "split and moved": given(
        added("2.4"), rated("2.4", "green", on=FEBRUARY), renumbered("2.4", "3.1", priority="3", on=MARCH),
        part("3.1a", "3.1", on=APRIL), part("3.1b", "3.1", on=APRIL),
    ),
    "moved": given(
        added("2.4"), rated("2.4", "amber", on=FEBRUARY), renumbered("2.4", "3.1", priority="3", on=APRIL)
    ),
    "parts of parts": given(
        added("2.4"), part("2.4a", "2.4", on=MARCH), part("2.4a-i", "2.4a", on=MAY), part("2.4a-ii", "2.4a", on=MAY)
    ),
    "parts left": given(
        added("2.4"), part("2.4a", "2.4"), part("2.4b", "2.4"), withdrawn("2.4a", on=APRIL), withdrawn("2.4b", on=APRIL)
    ),
    "closed by its parts": given(
        added("2.4"), part("2.4a", "2.4"), part("2.4b", "2.4"), completed("2.4a"), completed("2.4b"),
        closed("2.4", on=APRIL),
    ),
    "added in error": given(added("2.4"), rated("2.4", "amber"), WRONG, in_error(WRONG)),
    "reinstated": given(added("2.4"), part("2.4a", "2.4"), withdrawn("2.4", on=MARCH), reinstated("2.4", on=MAY)),
    "rescaled": given(
        added("2.4", timescale="31/03/19"), added("2.5"), rated("2.4", "amber"), rescaled(GRADES, on=MAY),
        rated("2.5", "2", on=MAY),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", STORIES)
@pytest.mark.parametrize("days", [(FEBRUARY, MAY), (MARCH, MAY), (FEBRUARY, APRIL), (APRIL, JUNE), (MAY, MAY)])
def test_every_figure_of_a_plan_in_motion_leads_to_the_actions_it_counts(name, days):
    plan = STORIES[name].plan
    for before, now in ((None, None), (plan.version - 1, None), (None, plan.version - 1), (5, None)):
        every_figure_is_counted(plan_at(plan, days[0], before), plan_at(plan, days[1], now))


def test_an_action_is_told_with_the_event_that_rated_it():
    story = given(added("2.4", timescale="31/03/19"), rated("2.4", "amber", on=FEBRUARY), rated("2.4", on=APRIL))
    assert told(behind(story, MARCH, MAY), "action", "rating", "rating_version") == [("2.4", "green", 7)]
    [then] = behind(story, MARCH, MAY, when="previous", rating="amber")
    assert (then["action"], then["rating_version"], then["timescale"]["due"]) == ("2.4", 6, "2019-03-31")
    assert (then["count"], then["why"], then["versions"], then["known"]) == (1, None, [], True)


def test_a_new_action_names_the_event_that_added_it():
    story = given(added("2.4"), added("2.5", on=APRIL), rated("2.5", on=APRIL))
    assert told(behind(story, MARCH, MAY, population="new"), "action", "why", "versions", "rating") == [
        ("2.5", "added", [6], "green")
    ]


def test_a_reinstated_action_names_the_event_that_reinstated_it():
    whole = STORIES["reinstated"]
    assert told(behind(whole, APRIL, JUNE, population="new"), "action", "why", "versions") == [
        ("2.4a", "reinstated", [8])
    ]
    assert told(behind(whole, FEBRUARY, APRIL, population="withdrawn"), "action", "why", "versions") == [
        ("2.4a", "withdrawn", [7])
    ]


def test_what_left_names_the_event_by_which_it_left():
    story = given(added("2.4"), added("2.5"), completed("2.4"), closed("2.4"), withdrawn("2.5"))
    assert told(behind(story, MARCH, MAY, population="closed"), "action", "versions", "status", "rating") == [
        ("2.4", [8], "closed", "completed")
    ]
    assert told(behind(story, MARCH, MAY, population="withdrawn"), "action", "versions", "status") == [
        ("2.5", [9], "withdrawn")
    ]


def test_a_split_action_takes_one_from_the_new_and_names_the_events_that_split_it():
    entries = behind(STORIES["split"], MARCH, MAY, population="new")
    assert told(entries, "action", "count", "why", "versions") == [
        ("2.4", -1, "split", [7, 8, 9]), ("2.4a", 1, "added", [7]), ("2.4b", 1, "added", [8]),
        ("2.4c", 1, "added", [9]),
    ]  # fmt: skip


def test_an_action_whose_parts_left_is_counted_again_by_the_events_that_took_them():
    [entry] = behind(STORIES["parts left"], MARCH, MAY, population="new")
    assert (entry["action"], entry["why"], entry["versions"]) == ("2.4", "parts left", [8, 9])


def test_a_moved_action_stands_in_both_places_and_says_the_other():
    entries = behind(STORIES["moved"], MARCH, MAY, population="moved")
    assert told(entries, "action", "priority", "count", "other_priority", "versions") == [
        ("3.1", "2", -1, "3", [7]), ("3.1", "3", 1, "2", [7]),
    ]  # fmt: skip
    assert told(behind(STORIES["moved"], MARCH, MAY, population="moved", priority="3"), "count") == [(1,)]


def test_an_action_added_in_error_is_no_longer_known_and_names_the_withdrawal():
    wrong = added("2.4")
    story = given(wrong, in_error(wrong))
    found = counted_actions(story.at(MARCH, 5), story.at(MARCH, 6), CountQuery(population="withdrawn"))
    [entry] = found["actions"]
    assert (entry["action"], entry["why"], entry["versions"]) == ("2.4", "not in the record", [6])
    assert (entry["known"], entry["added_version"]) == (False, 5)


def test_due_are_those_due_by_the_day_of_the_point():
    story = given(added("2.1", timescale="31/03/19"), added("2.2", timescale="30/04/19"), rated("2.1"))
    assert told(behind(story, FEBRUARY, APRIL, population="due"), "action", "overdue") == [("2.1", True)]
    assert told(behind(story, FEBRUARY, MAY, population="due", rating="unrated"), "action") == [("2.2",)]
    assert behind(story, FEBRUARY, MAY, population="due", when="previous") == []


def test_actions_come_in_the_order_of_priorities_and_numbers():
    story = given(added("2.10"), added("1.2"), added("2.9"))
    assert told(behind(story, MARCH, MARCH), "action") == [("1.2",), ("2.9",), ("2.10",)]


def test_a_rating_or_priority_that_the_comparison_does_not_have_is_named_with_those_it_has():
    story = given(added("2.4"))
    with pytest.raises(CountUnknown) as unknown:
        behind(story, MARCH, MAY, rating="purple")
    assert str(unknown.value.args[0]) == (
        "there is no rating 'purple' in this comparison; there is red, amber, green, completed, unrated"
    )
    with pytest.raises(CountUnknown, match="there is no priority '9' in this comparison; there is 1, 2, 3"):
        behind(story, MARCH, MAY, priority="9")


def test_a_list_says_what_was_asked_and_at_which_points():
    story = given(added("2.4"))
    query = CountQuery(when="previous", population="due", rating="red", priority="2")
    document = counted_actions(story.at(MARCH), story.at(MAY), query)
    assert document["query"] == {"when": "previous", "population": "due", "rating": "red", "priority": "2"}
    assert (document["priority_title"], document["count"], document["actions"]) == ("Priority 2", 0, [])
    assert (document["previous"]["effective_on"], document["current"]["effective_on"]) == ("2019-03-15", "2019-05-15")


def test_nothing_recorded_later_changes_a_list():
    story = given(added("2.4"), rated("2.4", "amber", on=FEBRUARY))
    then = story.at(JANUARY, 6), story.at(APRIL, 6)
    before = as_bytes(counted_actions(*then, CountQuery(population="all")))
    story.when(rated("2.4", "green", on=MARCH), in_error(6), renumbered("2.4", "3.1", priority="3"))
    story.when(withdrawn("3.1", on=MARCH)).then_accepted()
    assert as_bytes(counted_actions(*then, CountQuery(population="all"))) == before
    now = story.at(JANUARY, 6), story.at(APRIL, 6)
    assert as_bytes(counted_actions(*now, CountQuery(population="all"))) == before


@pytest.mark.parametrize("population", ["all", "due", "new", "closed", "withdrawn", "moved"])
def test_points_in_the_wrong_order_are_refused_as_the_comparison_refuses_them(population):
    story = given(added("2.4"))
    with pytest.raises(PointsReversed) as refused:
        behind(story, MAY, MARCH, population=population)
    with pytest.raises(PointsReversed) as compared:
        rag_comparison(story.at(MAY), story.at(MARCH))
    assert str(refused.value) == str(compared.value)
