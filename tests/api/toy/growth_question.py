"""A question of several points that the tests add: it tells of each point, and of the periods between them."""

from collections.abc import Sequence
from itertools import pairwise

from typing_extensions import TypedDict

from api.papers.compose.parts import figures, paper_along
from api.papers.paper import Column, Data, Day, Paper, table_of
from api.questions.question import OfSeveralPoints, Page
from api.questions.question_parameters import Parameter
from domain.plan.plan_at import PlanAt
from projections.heading import Heading, heading
from projections.point import PointDocument, point_document


class GrowthAtDocument(TypedDict):
    """How many actions there are at a point, and how many more than at the point before."""

    actions: int
    more: int


class GrowthDocument(Heading):
    """How a plan grew over several points."""

    points: list[PointDocument]
    growth: list[GrowthAtDocument]


def growth(plans: Sequence[PlanAt], *, doubled: bool) -> GrowthDocument:
    """The number of actions at each point; `doubled` counts each twice."""
    counts = [len(plan.actions) * (2 if doubled else 1) for plan in plans]
    told: list[GrowthAtDocument] = [
        {"actions": now, "more": now - before} for before, now in pairwise([counts[0], *counts])
    ]
    return {**heading(plans[-1]), "points": [point_document(plan.point) for plan in plans], "growth": told}


def growth_paper(document: GrowthDocument) -> Paper:
    """How many actions there are, point by point."""
    told = list(zip(document["points"], document["growth"], strict=True))
    rows = [(Day(point["effective_on"]), one["actions"], one["more"]) for point, one in told]
    table = table_of("Actions by point", [Column("Day"), *figures("Actions", "More")], rows)
    data = Data(("on", "actions", "more"), lambda: rows)
    return paper_along(document, "growth", ["Growth"], [table], data)


GROWTH = OfSeveralPoints(
    name="growth",
    place=166,
    sentence="Show how a plan grew.",
    help="Show how many actions a PLAN had at each of several points.",
    examples=("sunderland --points issue:2.0 --points issue:3.0",),
    own=(Parameter(name="doubled", word="twice", kind="flag", default=False, help="Count each action twice"),),
    projection=growth,
    compose=growth_paper,
    page=Page(name="Growth", among="lists"),
    packed=True,
)
