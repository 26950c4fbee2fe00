"""What did the plan say? Its priorities, actions, ratings, recommendations, measures and inspections at a point."""

from typing_extensions import TypedDict

from domain.plan.action_at import ActionAt
from domain.plan.plan_at import PlanAt
from projections.action import ActionDocument, ActionsAt
from projections.assurance import AssuranceDocument, assurance_at
from projections.gaps import RecommendationDocument, recommendations_at
from projections.heading import Heading, heading
from projections.inspections import InspectionDocument, inspections_at
from projections.measures import MeasureDocument, measures_at
from projections.point import PointDocument, point_document
from projections.scale import RatingDocument, ScaleDocument, ratings_key, scale_document


class PriorityDocument(TypedDict):
    """A priority at a point, with the actions that stand under it."""

    number: str
    title: str
    answers: list[str]
    assurance: AssuranceDocument | None
    actions: list[ActionDocument]


class IssueDocument(TypedDict):
    """The document version in force: the last issued by the day.

    `frozen`: what is shown is exactly what that version holds, and not also what became known or true since.
    """

    label: str
    issued_on: str
    frozen: bool


class PlanDocument(Heading):
    """A plan at a point.

    `status` is "not opened" on a day before the plan was opened, then "open" or "closed". `ratings` is the key to the
    codes of the actions: those of the scale, then those of former scales.
    """

    point: PointDocument
    status: str
    opened_on: str
    document_version: IssueDocument | None
    scale: ScaleDocument
    ratings: list[RatingDocument]
    priorities: list[PriorityDocument]
    recommendations: list[RecommendationDocument]
    measures: list[MeasureDocument]
    inspections: list[InspectionDocument]


def plan_as_at(plan: PlanAt, *, everything: bool = False) -> PlanDocument:
    """The plan at a point; with `everything`, also the actions that were closed or withdrawn by then."""
    scale, point = plan.scale, plan.point
    opened_on = plan.opening.effective_on
    status = "closed" if plan.closing else "open"
    return {
        **heading(plan),
        "point": point_document(point),
        "status": "not opened" if point.effective_on < opened_on else status,
        "opened_on": opened_on.isoformat(),
        "document_version": document_version(plan),
        "scale": scale_document(scale.value if scale else None),
        "ratings": ratings_key(plan),
        "priorities": _priorities(plan, everything),
        "recommendations": recommendations_at(plan),
        "measures": measures_at(plan),
        "inspections": inspections_at(plan),
    }


def document_version(plan: PlanAt) -> IssueDocument | None:
    """The document version in force at a point; None if none had been issued."""
    issue = plan.issue
    if issue is None:
        return None
    return {
        "label": issue.value.label,
        "issued_on": issue.effective_on.isoformat(),
        "frozen": (issue.effective_on, issue.version) == (plan.effective_on, plan.basis),
    }


def _priorities(plan: PlanAt, everything: bool) -> list[PriorityDocument]:
    under: dict[str, list[ActionAt]] = {}
    for action in plan.actions:
        if placed := action.priority:  # a part has the priority of its parent
            under.setdefault(placed.value, []).append(action)
    actions = ActionsAt(plan, everything=everything)
    documents: list[PriorityDocument] = []
    for priority in plan.priorities:
        title, answers = priority.title, priority.answers
        documents.append(
            {
                "number": priority.number,
                "title": title.value if title else "",
                "answers": list(answers.value) if answers else [],
                "assurance": assurance_at(priority),
                "actions": actions.documents(under.get(priority.number, [])),
            }
        )
    return documents
