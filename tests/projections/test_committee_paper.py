from pathlib import Path

import pytest

from projections.committee_paper import committee_paper
from projections.document_history import document_history
from projections.rag_comparison import PointsReversed, rag_comparison
from tests.kit import (
    APRIL,
    FEBRUARY,
    GRADES,
    JUNE,
    MARCH,
    MAY,
    added,
    as_bytes,
    assured,
    closed,
    completed,
    fold,
    given,
    issued,
    part,
    plan_at,
    priority,
    progressed,
    rated,
    read_history,
    renumbered,
    rescaled,
)

PLAN = fold(read_history(Path(__file__).parents[2] / "examples" / "sunderland.jsonl"), "sunderland")


def paper(story, previous=FEBRUARY, current=MAY):
    return committee_paper(story.at(previous), story.at(current))


def concerns(document):
    return {
        one["number"]: [action["number"] for action in one["concerns"]] for one in document["priorities"]
    }  # fmt: skip


def test_it_holds_the_comparison_and_the_history_as_they_answer_by_themselves():
    previous, current = plan_at(PLAN, "issue:2.0"), plan_at(PLAN, "issue:3.0")
    document = committee_paper(previous, current)
    assert document["comparison"] == rag_comparison(previous, current)
    assert document["history"] == document_history(current)
    assert (document["previous"], document["current"]) == (
        document["comparison"]["previous"],
        document["comparison"]["current"],
    )


def test_the_narrative_is_divided_into_the_whole_plan_and_a_paragraph_for_each_priority():
    document = committee_paper(plan_at(PLAN, "issue:2.0"), plan_at(PLAN, "issue:3.0"))
    told = [one["narrative"] for one in document["priorities"]]
    assert [*document["opening"], *told] == document["comparison"]["narrative"]
    assert len(document["opening"]) == 3
    assert all(
        said.startswith(f"Priority {one['number']} has") for one, said in zip(document["priorities"], told, strict=True)
    )


def test_the_summary_counts_each_rating_and_adds_up_to_the_total():
    document = committee_paper(plan_at(PLAN, "issue:2.0"), plan_at(PLAN, "issue:3.0"))
    counts = {one["code"]: (one["previous"], one["current"], one["difference"]) for one in document["summary"]}
    assert counts == {
        "red": (0, 0, 0),
        "amber": (4, 4, 0),
        "green": (62, 56, -6),
        "completed": (29, 35, 6),
        None: (0, 6, 6),
    }
    for when in ("previous", "current", "difference"):
        assert sum(one[when] for one in document["summary"]) == document["total"][when]
    assert [one["current_share"] for one in document["summary"]] == [0, 4, 55, 35, 6]
    assert document["total"]["current_share"] == 100


def test_half_a_per_cent_is_rounded_upwards():
    actions = [added(f"1.{number}") for number in range(1, 9)]
    document = paper(given(*actions, rated("1.1", "red"), *(rated(f"1.{number}") for number in range(2, 9))))
    assert [one["current_share"] for one in document["summary"]] == [13, 0, 88, 0, 0]


def test_a_plan_without_actions_has_no_shares():
    document = paper(given())
    assert {(one["previous_share"], one["current_share"]) for one in [*document["summary"], document["total"]]} == {
        (None, None)
    }


def test_a_priority_lists_its_actions_of_concern_with_their_progress_as_at_the_current_point():
    story = given(
        added("1.1", leads=["Head of Service"], timescale="31/03/19"), added("1.2"), added("2.1"),
        rated("1.1", "red"), rated("1.2"), rated("2.1", "amber", on=FEBRUARY), rated("2.1", "green", on=APRIL),
        progressed("1.1", "Under way", on=MARCH), progressed("1.1", "Too late to be told", on=JUNE),
    )  # fmt: skip
    document = paper(story)
    assert concerns(document) == {"1": ["1.1"], "2": [], "3": []}
    action = document["priorities"][0]["concerns"][0]
    assert (action["progress"], action["leads"], action["overdue"]) == ("Under way", ["Head of Service"], True)


def test_of_an_action_with_parts_the_parts_are_the_concern():
    story = given(
        added("1.1"), rated("1.1", "red"), part("1.1a", "1.1"), part("1.1b", "1.1"), rated("1.1a", "amber"),
        rated("1.1b"),
    )  # fmt: skip
    assert concerns(paper(story))["1"] == ["1.1a"]


def test_what_left_the_plan_is_no_concern_and_what_moved_is_one_of_its_new_priority():
    story = given(
        added("1.1"), added("1.2"), rated("1.1", "red"), rated("1.2", "red"),
        completed("1.1", on=MARCH), closed("1.1", on=APRIL), renumbered("1.2", "2.9", priority="2", on=APRIL),
    )  # fmt: skip
    assert concerns(paper(story)) == {"1": [], "2": ["2.9"], "3": []}


def test_what_is_a_concern_is_said_by_the_scale_of_the_current_day():
    story = given(added("1.1"), rated("1.1", "amber"), rescaled(GRADES, on=APRIL), rated("1.1", "4", on=APRIL))
    document = paper(story)
    assert concerns(document)["1"] == ["1.1"]
    assert [rating["code"] for rating in document["scale"]["ratings"]] == ["4", "3", "2", "1"]
    assert concerns(paper(given(added("1.1"), rated("1.1", "3"), scale=GRADES)))["1"] == []


def test_a_priority_bears_the_assurance_in_force_at_the_current_point():
    story = given(
        assured("2", "limited", on=FEBRUARY), assured("2", "partial", on=APRIL), assured("2", "full", on=JUNE)
    )
    given_on_2 = paper(story)["priorities"][1]["assurance"]
    assert given_on_2 is not None
    assert given_on_2["level"] == "partial"


def test_it_names_the_document_version_in_force_at_the_current_point():
    story = given(issued("1.0", on=MARCH), issued("2.0", on=JUNE))
    assert paper(story)["document_version"] == {"label": "1.0", "issued_on": MARCH.isoformat(), "frozen": False}
    assert paper(story, FEBRUARY, FEBRUARY)["document_version"] is None


def test_a_priority_added_since_is_reported_too():
    story = given(priority("9", title="Late", on=APRIL), added("9.1", priority="9", on=APRIL))
    told = paper(story)["priorities"][-1]
    assert (told["number"], told["title"], told["narrative"]) == (
        "9",
        "Late",
        "Priority 9 has one action; none is due by 15 May 2019. One action (9.1) is new.",
    )


def test_the_earlier_point_comes_first():
    with pytest.raises(PointsReversed):
        paper(given(added("1.1")), MAY, FEBRUARY)


def test_nothing_recorded_later_changes_it():
    story = given(added("1.1"), rated("1.1", "red"))
    basis = story.plan.version
    then = story.at(FEBRUARY, basis), story.at(MAY, basis)
    before = as_bytes(committee_paper(*then))
    story.when(rated("1.1", "green", on=APRIL), issued("1.0", on=MARCH), assured("1"))
    for plan in (story.plan, fold(story.events)):
        assert as_bytes(committee_paper(plan_at(plan, FEBRUARY, basis), plan_at(plan, MAY, basis))) == before
    assert as_bytes(committee_paper(*then)) == before, "whoever held the plan from before"
