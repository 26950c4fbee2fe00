"""What does the committee need to be told? Everything its paper says of a plan between two points, in one document.

It is composed of the other answers, so that its figures are those of the comparison, and its versions those of the
document history.
"""

from typing import NotRequired

from typing_extensions import TypedDict

from domain.plan.action_at import ActionAt
from domain.plan.number_order import natural_order
from domain.plan.plan_at import PlanAt
from projections.action import ActionDocument, ActionsAt, AwaitingDocument, awaiting_document
from projections.assurance import AssuranceDocument, assurance_at
from projections.comparison_tables import ComparisonDocument, Pair, TotalsDocument
from projections.document_history import HistoryDocument, document_history
from projections.heading import Heading, heading
from projections.measures import MeasureDocument, measures_at
from projections.overdue import OverdueDocument, overdue_at
from projections.plan_as_at import IssueDocument, document_version
from projections.point import PointDocument, point_document
from projections.rag_comparison import Counts, counted_at, rag_comparison
from projections.ratings_over_time import RatingsOverTimeDocument, ratings_over_time
from projections.scale import RatingDocument, ScaleDocument, scale_document


class SummaryLine(TypedDict):
    """The number of actions with a rating at either point, and their share of all.

    `code` and `label` are null of the actions without a rating, and of all actions. Shares are per cent of all actions
    at the point, rounded to whole ones (a half upwards), so that they need not add up to 100; null where it had none.
    """

    code: str | None
    label: str | None
    colour: str | None
    previous: int
    current: int
    difference: int
    previous_share: int | None
    current_share: int | None


class ReportedPriority(TypedDict):
    """A priority as the paper reports it. `concerns` are its actions whose rating is one, as at the current point."""

    number: str
    title: str
    narrative: str
    assurance: AssuranceDocument | None
    concerns: list[ActionDocument]


class AwaitingAction(TypedDict):
    """An action with a rating that awaits confirmation: its number and text, the rating that counts, and that one."""

    action: str
    text: str
    rating: str | None
    awaiting: AwaitingDocument


class CommitteePaperDocument(Heading):
    """A report of progress between two points.

    `previous_version` is the document version in force at the previous point, `document_version` and `scale` are those
    in force at the current one, `ratings` is the key to the codes,
    `summary` has a line for every rating and one for the actions without, `total` is that of all actions; `opening` is
    what the narrative says of the whole plan; `awaiting`, which stands there only where a rating awaits confirmation by
    a second person, lists those; `overdue`, `measures`, `history` and `over_time` are as at the current point.
    """

    previous: PointDocument
    current: PointDocument
    previous_version: IssueDocument | None
    document_version: IssueDocument | None
    scale: ScaleDocument
    ratings: list[RatingDocument]
    comparison: ComparisonDocument
    summary: list[SummaryLine]
    total: SummaryLine
    opening: list[str]
    awaiting: NotRequired[list[AwaitingAction]]
    priorities: list[ReportedPriority]
    overdue: OverdueDocument
    measures: list[MeasureDocument]
    history: HistoryDocument
    over_time: RatingsOverTimeDocument


def committee_paper(previous: PlanAt, current: PlanAt) -> CommitteePaperDocument:
    """The committee's paper: the plan at the current point against the previous one; raises PointsReversed."""
    comparison = rag_comparison(previous, current)
    scale = current.scale
    # The first paragraph of the narrative is about the whole plan, the others about one row each.
    first = len(comparison["narrative"]) - len(comparison["rows"])
    counted = counted_at(current)
    head = heading(current)
    document: CommitteePaperDocument = {
        "plan": head["plan"],
        "title": head["title"],
        "organisation": head["organisation"],
        "priority_word": head["priority_word"],
        "previous": point_document(previous.point),
        "current": point_document(current.point),
        "previous_version": document_version(previous),
        "document_version": document_version(current),
        "scale": scale_document(scale.value if scale else None),
        "ratings": comparison["ratings"],
        "comparison": comparison,
        "summary": _summary(comparison["ratings"], comparison["totals"]),
        "total": _line(None, comparison["totals"]["total"], comparison["totals"]["total"]),
        "opening": comparison["narrative"][:first],
        "priorities": _priorities(current, counted, comparison, comparison["narrative"][first:]),
        "overdue": overdue_at(current),
        "measures": measures_at(current),
        "history": document_history(current),
        "over_time": ratings_over_time(current),
    }
    if awaiting := _awaiting(counted):
        document["awaiting"] = awaiting
    return document


def _awaiting(counted: Counts) -> list[AwaitingAction]:
    """The counted actions whose rating awaits confirmation, in the order of their numbers."""
    found: list[AwaitingAction] = []
    for one in counted.values():
        if waiting := one.action.awaiting:
            number, text = one.action.number, one.action.text
            assert number is not None and text is not None, (
                "an action has a number and a text from the day it was added"
            )
            rating = one.rating.code if one.rating else None
            found.append(
                {"action": number.value, "text": text.value, "rating": rating, "awaiting": awaiting_document(waiting)}
            )
    return sorted(found, key=lambda one: natural_order(one["action"]))


def _summary(ratings: list[RatingDocument], totals: TotalsDocument) -> list[SummaryLine]:
    lines = [_line(rating, totals["ratings"][rating["code"]], totals["total"]) for rating in ratings]
    return [*lines, _line(None, totals["unrated"], totals["total"])]


def _line(rating: RatingDocument | None, counts: Pair, total: Pair) -> SummaryLine:
    return {
        "code": rating["code"] if rating else None,
        "label": rating["label"] if rating else None,
        "colour": rating["colour"] if rating else None,
        "previous": counts["previous"],
        "current": counts["current"],
        "difference": counts["current"] - counts["previous"],
        "previous_share": _per_cent(counts["previous"], total["previous"]),
        "current_share": _per_cent(counts["current"], total["current"]),
    }


def _per_cent(count: int, total: int) -> int | None:
    # In integers, because binary fractions would round some halves down.
    return (200 * count + total) // (2 * total) if total else None


def _priorities(
    current: PlanAt, counted: Counts, comparison: ComparisonDocument, narrative: list[str]
) -> list[ReportedPriority]:
    concerns = _concerns(counted)
    actions = ActionsAt(current)
    at = {priority.number: priority for priority in current.priorities}
    return [
        {
            "number": row["priority"],
            "title": row["title"],
            "narrative": said,
            "assurance": assurance_at(at[row["priority"]]) if row["priority"] in at else None,
            "concerns": actions.documents(concerns.get(row["priority"], [])),
        }
        for row, said in zip(comparison["rows"], narrative, strict=True)
    ]


def _concerns(counted: Counts) -> dict[str, list[ActionAt]]:
    """The counted actions whose rating is a concern, by priority."""
    concerns: dict[str, list[ActionAt]] = {}
    for one in counted.values():
        if one.rating is not None and one.rating.concern:
            concerns.setdefault(one.priority, []).append(one.action)
    return concerns
