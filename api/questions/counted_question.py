"""Which actions does a figure count?"""

from dataclasses import replace
from typing import get_args

from api.papers.compose.counted_paper import counted_paper
from api.questions.question import Given, OfTwoPoints, Page
from api.questions.question_parameters import CURRENT, PREVIOUS, Parameter
from domain.plan.plan_at import PlanAt
from projections.counted import CountedDocument, CountQuery, Population, When, counted_actions

#: Where there is no previous point, it is the current one.
_PREVIOUS = replace(PREVIOUS, help=f"{PREVIOUS.help}; left out, it is the current one", stands="option", required=False)
WHEN = Parameter(
    name="when",
    kind="choice",
    options=get_args(When),
    default="current",
    help="At which of the two points the actions are looked at",
)
POPULATION = Parameter(
    name="population",
    kind="choice",
    options=get_args(Population),
    default="all",
    help="All actions, those due by the point's day, or those that came, left or moved between the points",
)
RATING = Parameter(
    name="rating", longest=63, metavar="CODE", example="green", help="Only those with this rating; `unrated`: with none"
)
PRIORITY = Parameter(
    name="priority", longest=32, metavar="NUMBER", example="2", help="Only those in the priority of this number"
)


def _counted(
    previous: PlanAt, current: PlanAt, *, when: When, population: Population, rating: str | None, priority: str | None
) -> CountedDocument:
    return counted_actions(previous, current, CountQuery(when, population, rating, priority))


def _compared(given: Given) -> tuple[str, str]:
    return given["current"] if given["previous"] is None else given["previous"], given["current"]


COUNTED = OfTwoPoints(
    name="counted",
    place=60,
    sentence="List the actions behind a figure.",
    help="List the actions of a PLAN that a figure of `asat compare` counts, with the events behind each.",
    examples=("sunderland --current issue:3.0 --rating amber", "sunderland --previous issue:2.0 --population new"),
    points=(_PREVIOUS, replace(CURRENT, stands="option")),
    compared=_compared,
    own=(WHEN, POPULATION, RATING, PRIORITY),
    projection=_counted,
    compose=counted_paper,
    page=Page(name="The actions behind a figure", own=True),
)
