"""What has nobody answered? The recommendations made, and which of them no action answers."""

from typing_extensions import TypedDict

from domain.plan.number_order import natural_order
from domain.plan.plan_at import PlanAt
from projections.heading import Heading, heading
from projections.point import PointDocument, point_document


class RecommendationDocument(TypedDict):
    """A recommendation, and the priorities that say they answer it."""

    number: str
    text: str
    made_by: str | None
    answered_by: list[str]


class Gap(TypedDict):
    """A recommendation that no action answers, and why: no priority names it, or those that do have no action.

    `version` is that of the event that made it.
    """

    number: str
    text: str
    made_by: str | None
    made_on: str
    answered_by: list[str]
    why: str
    version: int


class UnknownAnswer(TypedDict):
    """A recommendation that a priority says it answers although no such recommendation was made by the point."""

    priority: str
    title: str
    recommendation: str


class GapsDocument(Heading):
    """The gap list of a plan at a point."""

    point: PointDocument
    recommendations: int
    gaps: list[Gap]
    unknown: list[UnknownAnswer]


def recommendations_at(plan: PlanAt) -> list[RecommendationDocument]:
    """Every recommendation made by the point, in the order of their numbers."""
    answered_by: dict[str, list[str]] = {}
    for priority in plan.priorities:
        answers = priority.answers
        for answered in answers.value if answers else ():
            answered_by.setdefault(answered, []).append(priority.number)
    documents: list[RecommendationDocument] = [
        {
            "number": number,
            "text": made.value.text,
            "made_by": made.value.made_by,
            "answered_by": answered_by.get(number, []),
        }
        for number, made in plan.recommendations.items()
    ]
    documents.sort(key=lambda document: natural_order(document["number"]))
    return documents


def gaps_at(plan: PlanAt) -> GapsDocument:
    """The recommendations that no action in the plan answers at a point.

    An action answers the recommendations of its priority. Closed actions count as answers; withdrawn ones do not.
    """
    head = heading(plan)
    with_actions: set[str | None] = set()
    for action in plan.actions:
        standing = action.standing
        if standing is not None and standing.value != "withdrawn":
            with_actions.add(action.priority_number)
    recommendations, made_at = recommendations_at(plan), plan.recommendations
    gaps: list[Gap] = []
    for recommendation in recommendations:
        if with_actions.intersection(recommendation["answered_by"]):
            continue
        made = made_at[recommendation["number"]]
        word = head["priority_word"].lower()
        gaps.append(
            {
                **recommendation,
                "made_on": made.effective_on.isoformat(),
                "why": f"its {word} has no action" if recommendation["answered_by"] else f"no {word} answers it",
                "version": made.version,
            }
        )
    return {
        **head,
        "point": point_document(plan.point),
        "recommendations": len(recommendations),
        "gaps": gaps,
        "unknown": _unknown_answers(plan, {made["number"] for made in recommendations}),
    }


def _unknown_answers(plan: PlanAt, made: set[str]) -> list[UnknownAnswer]:
    unknown: list[UnknownAnswer] = []
    for priority in plan.priorities:
        answers, title = priority.answers, priority.title
        unknown += [
            {"priority": priority.number, "title": title.value if title else "", "recommendation": answered}
            for answered in sorted(set(answers.value if answers else ()) - made, key=natural_order)
        ]
    return unknown
