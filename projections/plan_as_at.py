"""What did the plan say? Its priorities, actions, ratings, recommendations, measures and inspections at a point."""

from typing_extensions import TypedDict

from domain.plan import Action, Plan
from domain.points import Point
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


def plan_as_at(plan: Plan, point: Point, *, everything: bool = False) -> PlanDocument:
    """The plan at a point.

    Args:
        plan: the plan, folded at least up to the point's basis.
        point: the effective day and basis asked for.
        everything: also the actions that were closed or withdrawn by then.
    """
    day_end, basis = plan.day_end(point), point.basis
    scale = plan.scale.at(day_end, basis)
    assert plan.opening is not None, "a plan that has a version has been opened"
    opened_on = plan.opening.effective_on
    status = "closed" if plan.closing.at(day_end, basis) else "open"
    return {
        **heading(plan),
        "point": point_document(point),
        "status": "not opened" if point.effective_on < opened_on else status,
        "opened_on": opened_on.isoformat(),
        "document_version": document_version(plan, point),
        "scale": scale_document(scale.value if scale else None),
        "ratings": ratings_key(plan, point),
        "priorities": _priorities(plan, point, everything),
        "recommendations": recommendations_at(plan, point),
        "measures": measures_at(plan, point),
        "inspections": inspections_at(plan, point),
    }


def document_version(plan: Plan, point: Point) -> IssueDocument | None:
    """The document version in force at a point; None where none had been issued."""
    issue = plan.issues.at(plan.day_end(point), point.basis)
    if issue is None:
        return None
    return {
        "label": issue.value.label,
        "issued_on": issue.effective_on.isoformat(),
        "frozen": (issue.effective_on, issue.version) == (point.effective_on, point.basis),
    }


def _priorities(plan: Plan, point: Point, everything: bool) -> list[PriorityDocument]:
    day_end, basis = plan.day_end(point), point.basis
    under: dict[str, list[Action]] = {}
    for action in plan.actions.values():
        if action.parent is None and (priority := action.priority.at(day_end, basis)):
            under.setdefault(priority.value, []).append(action)
    actions = ActionsAt(plan, point, everything=everything)
    documents: list[PriorityDocument] = []
    for number, title in plan.priorities_at(day_end, basis):
        priority_ = plan.priorities[number]
        answers = priority_.answers.at(day_end, basis)
        documents.append({
            "number": number,
            "title": title,
            "answers": list(answers.value) if answers else [],
            "assurance": assurance_at(priority_, day_end, basis),
            "actions": actions.documents(under.get(number, [])),
        })  # fmt: skip
    return documents
