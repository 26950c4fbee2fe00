"""The published figures of Sunderland's report of 31 May 2019, rebuilt from its events."""

import json
from pathlib import Path

import pytest

from projections.assurance import assurances_at
from projections.plan_as_at import plan_as_at
from projections.rag_comparison import rag_comparison
from tests.kit import as_bytes, fold, plan_at, point_of, read_history, reconciles, record_at

HERE = Path(__file__).parent
PAPER = json.loads((HERE / "sunderland_2019_05.json").read_text(encoding="utf-8"))
PLAN = fold(read_history(HERE.parents[1] / "examples" / "sunderland.jsonl"), "sunderland")
POINTS = [("2019-03-29", "2019-05-31"), ("issue:2.0", "issue:3.0"), ("issue:2.0", "2019-05-31")]


@pytest.fixture(params=POINTS, ids=" and ".join)
def comparison(request):
    return rag_comparison(*(plan_at(PLAN, text) for text in request.param))


@pytest.mark.parametrize("published", PAPER["rows"], ids=lambda row: f"priority {row['priority']}")
def test_every_figure_of_a_priority_is_the_papers(comparison, published):
    row = next(row for row in comparison["rows"] if row["priority"] == published["priority"])
    assert {name: row[name] for name in published} == published


def test_every_figure_of_the_whole_plan_is_the_papers(comparison):
    assert comparison["totals"] == PAPER["totals"]
    assert [row["priority"] for row in comparison["rows"]] == [row["priority"] for row in PAPER["rows"]]
    reconciles(comparison)


def test_the_appendix_lists_the_actions_that_the_paper_lists_in_its_order(comparison):
    listed = [{name: change[name] for name in PAPER["changes"][0]} for change in comparison["changes"]]
    assert listed == PAPER["changes"]
    directions = {change["action"]: change["direction"] for change in comparison["changes"]}
    assert directions == {
        change["action"]: "better" if change["why"] == "changed" else "same" for change in PAPER["changes"]
    }


def test_the_narrative_says_what_the_paragraphs_add_up_to_and_not_what_the_headline_says(comparison):
    headline, due = PAPER["headline_of_the_paper"], PAPER["totals"]["due"]
    assert (headline["completed"], headline["green"]) != (due["completed"], due["green"])
    assert comparison["narrative"][0] == (
        "The plan has 101 actions, against 95 at the previous point: six added. "
        "Of the 101 actions, 73 were due by 31 May 2019: 34 Completed, 35 Green and four Amber."
    )
    assert len(comparison["narrative"]) == 3 + len(PAPER["rows"])


def test_the_timescales_of_the_appendix_are_the_papers():
    document = plan_as_at(plan_at(PLAN, "2019-05-31"))
    actions = {action["number"]: action for priority in document["priorities"] for action in priority["actions"]}
    written = {number: actions[number]["timescale"] for number in PAPER["timescales"]}
    assert {number: timescale and timescale["text"] for number, timescale in written.items()} == PAPER["timescales"]
    assert all(actions[number]["overdue"] for number in PAPER["timescales"])


def test_the_priorities_answer_the_recommendations_of_the_paper():
    document = plan_as_at(plan_at(PLAN, "2019-05-31"))
    assert {priority["number"]: priority["answers"] for priority in document["priorities"]} == PAPER["answers"]


def test_the_six_new_actions_are_unrated():
    document = plan_as_at(plan_at(PLAN, "2019-05-31"))
    unrated = {
        priority["number"]: len(new)
        for priority in document["priorities"]
        if (new := [action for action in priority["actions"] if action["rating"] is None])
    }
    assert unrated == PAPER["new_actions"]


def test_assurance_and_measures_are_the_papers():
    plan = plan_at(PLAN, "2019-07-04")
    given = {one["priority"]: one["assurance"] for one in assurances_at(plan)["priorities"]}
    assert {number: one["level"] for number, one in given.items() if one} == PAPER["assurance"]
    measures = plan_as_at(plan_at(PLAN, "2019-05-31"))["measures"]
    found = [
        (one["priority"], one["latest"] and (one["latest"]["value"], one["latest"]["standing"])) for one in measures
    ]
    assert found == [(one["priority"], (one["value"], one["standing"])) for one in PAPER["measures"]]


def test_both_committees_were_told_the_same():
    for presented in PAPER["presented"]:
        point = point_of(PLAN, f"told:{presented['forum']}@{presented['on']}")
        assert point.fixed == point_of(PLAN, "issue:3.0").fixed


def test_a_version_once_issued_is_the_same_to_the_byte_with_all_that_came_later():
    issue = point_of(PLAN, "issue:3.0")
    then = fold(read_history(HERE.parents[1] / "examples" / "sunderland.jsonl")[: issue.basis], "sunderland")
    previous = point_of(PLAN, "issue:2.0")
    before, now = (record_at(plan) for plan in (then, PLAN))
    assert as_bytes(rag_comparison(before.at(previous), before.at(issue))) == as_bytes(
        rag_comparison(now.at(previous), now.at(issue))
    )
