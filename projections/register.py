"""Which plans are there, and how do they stand? One line for each plan, at the point asked of it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NotRequired

from typing_extensions import TypedDict

from domain.plan.plan_at import PlanAt
from projections.overdue import overdue_actions
from projections.plan_as_at import IssueDocument, document_version
from projections.point import PointDocument, point_document
from projections.rag_comparison import columns, counted_at


class RatingCount(TypedDict):
    """The number of actions that bear a rating."""

    code: str
    label: str
    colour: str | None
    count: int


class LastPresented(TypedDict):
    """The forum that the plan was last presented to, and when."""

    forum: str
    on: str


class RegisterEntry(TypedDict):
    """One plan. Its actions are counted as in a comparison: one with parts by its parts."""

    plan: str
    title: str
    organisation: str
    point: PointDocument
    status: str
    document_version: IssueDocument | None
    actions: int
    ratings: list[RatingCount]
    unrated: int
    overdue: int
    presented: LastPresented | None


class RegisterDocument(TypedDict):
    """The plans of the ledger, in the order of their organisations and titles."""

    plans: list[RegisterEntry]
    #: The plans with an event that cannot be read; present only if there are any.
    unreadable: NotRequired[list[str]]


def plans_register(entries: Iterable[RegisterEntry], unreadable: Sequence[str] = ()) -> RegisterDocument:
    """The plans with their figures, sorted by organisation and title, and the names of those that cannot be read."""
    in_order = sorted(
        entries, key=lambda entry: (entry["organisation"].casefold(), entry["title"].casefold(), entry["plan"])
    )
    return {"plans": in_order, "unreadable": list(unreadable)} if unreadable else {"plans": in_order}


def register_entry(plan: PlanAt) -> RegisterEntry:
    """A plan with its figures at a point."""
    opening = plan.opening
    counted = counted_at(plan).values()
    by_code = Counter(one.rating.code if one.rating else None for one in counted)
    presented = plan.presentation
    return {
        "plan": plan.slug,
        "title": opening.title,
        "organisation": opening.organisation,
        "point": point_document(plan.point),
        "status": "closed" if plan.closing else "open",
        "document_version": document_version(plan),
        "actions": len(counted),
        "ratings": [
            {"code": rating.code, "label": rating.label, "colour": rating.colour, "count": by_code[rating.code]}
            for rating in columns(plan, plan, counted).values()
        ],
        "unrated": by_code[None],
        "overdue": len(overdue_actions(plan)),
        "presented": {"forum": presented.value.forum, "on": presented.effective_on.isoformat()} if presented else None,
    }
