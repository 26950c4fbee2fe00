"""A paper's figures against the record and against each other."""

import json
from pathlib import Path
from typing import Any

import pytest

from domain.refusals import Refused, RuleCode
from projections.audit import AuditDocument, audit
from projections.claims import Claim, ClaimUnreadable, read_claims
from tests.kit import (
    APRIL,
    FEBRUARY,
    JUNE,
    MARCH,
    MAY,
    Story,
    added,
    closed,
    completed,
    fold,
    given,
    part,
    plan_at,
    rated,
    read_history,
    rescheduled,
    withdrawn,
)  # fmt: skip

EXAMPLES = Path(__file__).parents[2] / "examples"


def claim(
    count: int, rating: str | None = None, priority: str | None = None, population: str = "all", at: str = "current",
    where: str = "table",
) -> Claim:  # fmt: skip
    return Claim.model_validate(
        {"where": where, "priority": priority, "population": population, "at": at, "rating": rating, "count": count}
    )


def audited(story: Story, *claims: Claim) -> AuditDocument:
    return audit(story.at(APRIL), story.at(JUNE), claims)


def records(story: Story, *claims: Claim) -> list[int]:
    """What the record says where each claim says 99."""
    return [difference["record"] for difference in audited(story, *claims)["differences"]]


def contradictions(*claims: Claim) -> list[str]:
    return [found["why"] for found in audited(given(), *claims)["contradictions"]]


def plan_with_movements() -> Story:
    return given(
        added("1.1", timescale="March 2019"), rated("1.1", "amber", FEBRUARY),
        added("1.2", timescale="June 2019"), completed("1.2", MARCH), closed("1.2", MAY),
        added("2.1"), rated("2.1", "red", FEBRUARY), withdrawn("2.1", MAY),
        added("2.2", MAY, timescale="May 2019"), rated("2.2", "green", MAY),
        added("2.3", MAY),
    )  # fmt: skip


# Against the record


def test_sunderlands_headline_is_borne_out_but_for_two_figures():
    plan = fold(read_history(EXAMPLES / "sunderland.jsonl"), "sunderland")
    paper = read_claims((EXAMPLES / "sunderland-claims.json").read_text(encoding="utf-8"))
    document = audit(plan_at(plan, paper.previous), plan_at(plan, paper.current), paper.claims)
    assert (document["claims"], document["borne_out"]) == (229, 227)
    found = [
        (d["claim"]["where"], d["claim"]["rating"], d["claim"]["count"], d["record"]) for d in document["differences"]
    ]
    assert found == [("headline", "completed", 33, 34), ("headline", "green", 36, 35)]
    told = [(found["claims"][0]["count"], len(found["claims"]), found["why"]) for found in document["contradictions"]]
    assert [(count, claims) for count, claims, _ in told] == [(33, 16), (36, 16)]
    assert told[0][2] == (
        "headline says 33 actions due rated completed in the whole plan at the current point; "
        "by priority (paragraph) they add up to 34, which is more"
    )


def test_all_actions_are_counted_at_either_point():
    story = plan_with_movements()
    assert records(story, claim(99), claim(99, at="previous"), claim(99, "unrated"), claim(99, "amber", "1")) == [
        3,
        3,
        1,
        1,
    ]


def test_what_is_due_is_counted_by_the_day_of_its_own_point():
    story = plan_with_movements()
    at_current = [
        claim(99, population="due"),
        claim(99, "green", population="due"),
        claim(99, "unrated", population="due"),
    ]
    at_previous = [claim(99, code, population="due", at="previous") for code in (None, "amber", "red")]
    assert records(story, *at_current) == [2, 1, 0]
    assert records(story, *at_previous) == [1, 1, 0]


def test_movements_are_counted_by_rating_too():
    story = plan_with_movements()
    assert records(
        story,
        claim(99, population="new"), claim(99, "green", population="new"), claim(99, "unrated", population="new"),
        claim(99, "green", population="new", at="previous"), claim(99, "unrated", population="new", at="previous"),
        claim(99, population="closed"), claim(99, "completed", population="closed", at="previous"),
        claim(99, population="withdrawn"), claim(99, "red", population="withdrawn"),
        claim(99, "red", "2", population="withdrawn", at="previous"), claim(99, "red", "1", population="withdrawn"),
    ) == [2, 1, 1, 0, 2, 1, 1, 1, 1, 1, 0]  # fmt: skip


def test_new_by_rating_adds_up_to_new_when_an_action_was_split():
    story = given(added("1.1"), part("1.1a", "1.1", MAY), part("1.1b", "1.1", MAY), rated("1.1a", "red", MAY))
    assert records(
        story, claim(99, population="new"), claim(99, "red", population="new"), claim(99, "unrated", population="new")
    ) == [1, 0, 1]  # fmt: skip


def test_a_claim_is_judged_as_known_at_its_points():
    story = given(added("1.1", timescale="May 2019"), rescheduled("1.1", "July 2019"))
    due = [claim(1, population="due")]
    assert audit(story.at(APRIL, 5), story.at(JUNE, 5), due)["borne_out"] == 1
    assert audit(story.at(APRIL), story.at(JUNE), due)["borne_out"] == 0


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (
            claim(1, "blue"),
            r"claim 2 \(table\): there is no rating 'blue'; there is red, amber, green, completed, unrated",
        ),
        (claim(1, None, "16"), r"claim 2 \(table\): there is no priority '16'; there is 1, 2, 3"),
    ],
)
def test_a_claim_about_what_the_plan_does_not_have_is_refused_by_its_place(wrong, sentence):
    with pytest.raises(Refused, match=sentence) as refused:
        audited(given(), claim(0), wrong)
    assert (refused.value.code, refused.value.index) == (RuleCode.NOT_IN_THE_COMPARISON, 1)


# Against each other


def test_the_same_figure_twice_must_be_the_same():
    assert contradictions(claim(4, "red"), claim(5, "red", where="headline"), claim(4, "red")) == [
        "table says 4 and headline says 5 actions rated red in the whole plan at the current point"
    ]


def test_parts_by_rating_may_not_exceed_their_whole():
    assert contradictions(claim(4, None, "1"), claim(3, "red", "1"), claim(2, "green", "1")) == [
        "table says 4 actions in Priority 1 at the current point; by rating (table) they add up to 5, which is more"
    ]


def test_ratings_left_out_may_make_up_the_whole():
    said = [claim(9), *[claim(2, code) for code in ("red", "amber", "green", "completed")]]
    assert contradictions(*said) == []
    assert contradictions(*said, claim(1, "unrated")) == []
    assert contradictions(*said, claim(0, "unrated"))[0].endswith("they add up to 8, which is fewer")


def test_priorities_left_out_may_make_up_the_whole():
    said = [claim(5, "red"), claim(2, "red", "1"), claim(2, "red", "2")]
    assert contradictions(*said) == []
    assert len(contradictions(*said, claim(0, "red", "3"))) == 1
    assert len(contradictions(*said, claim(2, "red", "3"))) == 1
    assert contradictions(*said, claim(1, "red", "3")) == []


def test_opening_and_movements_make_closing_where_all_are_given():
    said = [
        claim(91, at="previous"), claim(13, population="new"), claim(5, population="closed", at="previous"),
        claim(98),
    ]  # fmt: skip
    assert contradictions(*said) == []
    assert contradictions(*said, claim(0, population="withdrawn")) == [
        "91 at the previous point, 13 new, 5 closed and 0 withdrawn make 99 at the current point, where 98 are given"
    ]
    assert contradictions(*said, claim(1, population="withdrawn")) == []


def test_a_movement_is_the_same_at_either_point():
    assert len(contradictions(claim(2, population="new"), claim(3, population="new", at="previous"))) == 1
    assert len(contradictions(claim(2, population="new", at="previous"), claim(3, population="new", priority="1"))) == 1


def test_a_total_is_held_against_the_cells_where_no_row_has_a_total():
    cells = [claim(2, code, number) for code in ("red", "green") for number in ("1", "2")]
    (why,) = contradictions(claim(7), *cells)
    assert why.endswith("they add up to 8, which is more")
    assert contradictions(claim(8), *cells) == []


def test_a_figure_given_twice_is_not_reported_again_as_a_sum():
    said = [
        claim(33, where="headline"),
        claim(34),
        claim(30, priority="1"),
        claim(4, priority="2"),
        claim(0, priority="3"),
    ]
    assert len(contradictions(*said)) == 1


# Reading


def paper(**changed: Any) -> str:
    one = {"where": "headline", "priority": None, "population": "due", "at": "current", "rating": None, "count": 33}
    return json.dumps({"previous": "issue:2.0", "current": "2019-05-31", "claims": [one, {**one, **changed}]})


def test_a_paper_is_read_as_it_is_written():
    assert read_claims(paper(rating="green", count=0)).claims[1] == claim(
        0, "green", population="due", where="headline"
    )


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{", "this is not JSON"),
        ("[]", "claims are a JSON object"),
        (
            "{}",
            "previous: is missing; say the point that the paper compares from, such as issue:2.0; current: is missing",
        ),
        (paper(count=-1), r"claim 2\.count: should be greater than or equal to 0"),
        (paper(count="33"), r"claim 2\.count: should be a whole number"),
        (paper(population="late"), r"claim 2\.population: should be 'all', 'due'"),
        (paper(colour="red"), r"claim 2\.colour: is no field here; there are previous, current, claims, where"),
        (paper(where="a\x1b"), r"claim 2\.where: is empty or holds a character"),
        (paper() + "{}", "there is more after its end"),
        (paper().replace("{", '{"previous": "now", ', 1), "the field 'previous' stands twice"),
        (paper().replace("issue:2.0", "May"), "previous: 'May' is not a point in time"),
    ],
)
def test_what_cannot_be_read_is_named(text, sentence):
    with pytest.raises(ClaimUnreadable, match=sentence):
        read_claims(text)


def test_what_is_due_and_unrated_is_counted_as_such():
    story = given(added("1.1", timescale="March 2019"), added("1.2", timescale="March 2019"), rated("1.2", "red"))
    assert records(story, claim(99, "unrated", population="due"), claim(99, population="due")) == [1, 2]
