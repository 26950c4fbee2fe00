"""The papers whose figures are worked out anew, and the comparison of a paper with the events."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from domain.proofs.verifying.compared_paper import Paper
from domain.proofs.verifying.expected_comparison import check_due, expected_comparison
from domain.proofs.verifying.expected_counts import expected_counts
from domain.proofs.verifying.expected_lateness import expected_overdue
from domain.proofs.verifying.expected_paper import expected_paper
from domain.proofs.verifying.expected_plan import expected_plan
from domain.proofs.verifying.failure import Failed, shown
from domain.proofs.verifying.json_values import Json, read_json
from domain.proofs.verifying.pack_events import Event
from domain.proofs.verifying.paper_parts import expected
from domain.proofs.verifying.paper_points import POINTS, check_paper_of
from domain.proofs.verifying.plan_fold import Fold
from domain.proofs.verifying.statement import Statement


class Figures(NamedTuple):
    """A paper as it follows from the events; in words what is worked out anew, and what is not."""

    expected: Callable[[Paper, dict[str, Json]], dict[str, Json]]
    done: str
    left: str


#: The papers whose figures are worked out anew. The README in packs and the documents say the same of each.
FIGURES = {
    "plan.json": Figures(
        expected_plan,
        "the plan's title and whose it is; the scale and the key to the ratings; every priority and every action"
        " in the plan, none left out, none twice and none invented; the titles of priorities; the words, the place"
        " and the rating of each action, since when it has that, whether it is complete, and what awaits"
        " confirmation",
        "everything else: what its point was asked for as;"
        " timescales and what is overdue; outcomes, leads, to whom is reported, progress,"
        " evidence, when an action was added; what priorities answer to and their assurance; recommendations,"
        " measures, inspections, document versions, and whether the plan is open",
    ),
    "comparison.json": Figures(
        expected_comparison,
        "the plan's title and whose it is; the key to the ratings; every priority of either point, once, with its"
        " title; at both points the actions by priority and rating, without a rating and in all; in every row and"
        " in the totals what is new, closed, withdrawn and moved; every change of a rating with its direction and"
        " the versions behind it, and every action whose rating is a concern; how many actions are due, as far as"
        " timescales are written as a day, such as 31/03/2019",
        "everything else: what its points were asked for as, how other words of a timescale are read, and the"
        " sentences",
    ),
    "paper.json": Figures(
        expected_paper,
        "the same of the comparison in it; the summary with its differences and shares; the actions that are a"
        " concern, by priority, as in plan.json; what awaits confirmation; what is listed as late and as rescheduled,"
        " as in overdue.json; the counts over time",
        "everything else: what its points were asked for as;"
        " the sentences; how other words of a timescale are read; assurance, measures, document"
        " versions and the document history; of actions that are a concern what is not in plan.json either",
    ),
    "ratings.json": Figures(
        expected_counts,
        "the plan's title and whose it is; the days, from the plan's opening on, and on each the actions by"
        " rating, without a rating and in all; the key to the ratings",
        "what its point was asked for as; nothing else stands in it",
    ),
    "overdue.json": Figures(
        expected_overdue,
        "the plan's title and whose it is; the key to the ratings; every action that is late by a timescale that is"
        " written as a day, such as 31/03/2019; of each that is listed as late that it is in the plan and not complete,"
        " its words, place and rating, the words of its timescale now and at first, and that its day has passed, by so"
        " many days; every action that was rescheduled, with each change, its reason and who approved it",
        "everything else: what its point was asked for as;"
        " how other words of a timescale are read as a day, so also whether an action that is late by"
        " those was left out, and how many have no day; leads",
    ),
}

#: The fields of the papers whose figures are not worked out, beside their heading and their points.
_UNCHECKED = {
    "history": ("versions", "presented"),
    "gaps": ("recommendations", "gaps", "unknown"),
    "measures": ("measures",),
    "assurance": ("priorities",),
    "stale": ("cycle_days", "stale", "silent"),
    "changes": ("ratings", "changes", "counts"),
}


def compared_figures(paper: Paper, document: dict[str, Json]) -> int:
    """Check that a paper is what follows from the events; returns how many figures were compared, and raises Failed."""
    kind = paper.name.removeprefix("papers/")
    compared = paper.compare(document, FIGURES[kind].expected(paper, document))
    if kind in ("comparison.json", "paper.json"):
        check_due(paper, document.get("comparison", document))
    return compared


def check_figures(
    name: str, data: bytes, fold: Fold | None, events: Sequence[Event], statement: Statement
) -> int | None:
    """Check that a paper is of the plan and the point that it is said to be, and is what follows from the events.

    Returns how many figures were compared, None if none are of such a paper or without a fold; raises Failed.
    """
    document = read_json(data, name)
    try:
        if not isinstance(document, dict):
            raise Failed(name, f"it is {shown(document)}, which is no object")
        check_paper_of(name, document, events, statement)
        kind = name.removeprefix("papers/").removesuffix(".json")
        if fold is None or kind not in POINTS:
            return None
        paper = Paper(name, fold, events)
        if kind in _UNCHECKED:
            paper.compare(document, expected(paper, document, _UNCHECKED[kind]))
            return None
        return compared_figures(paper, document)
    except (KeyError, TypeError, AttributeError, ValueError, IndexError, RecursionError):
        raise Failed(name, "it is not in the form of such a paper, so its figures cannot be compared") from None
