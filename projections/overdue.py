"""What is late, and what has slipped? Actions past their day, and every one rescheduled with its original day."""

from datetime import date
from typing import NotRequired

from typing_extensions import TypedDict

from domain.plan.action_at import ActionAt
from domain.plan.facts import Due
from domain.plan.number_order import natural_order
from domain.plan.plan_at import PlanAt
from domain.plan.timeline import Assertion
from projections.action import AwaitingDocument, awaiting_document
from projections.due import is_late
from projections.heading import Heading, heading
from projections.point import PointDocument, point_document
from projections.scale import RatingDocument, ratings_key


class OverdueAction(TypedDict):
    """An action that is not complete although its last possible day has passed.

    `version` is that of the event that set its timescale: of a part without its own, that of the action above it.
    `awaiting` stands there only where a rating awaits confirmation: until it has it, it completes nothing.
    """

    number: str
    priority: str
    text: str
    rating: str | None
    awaiting: NotRequired[AwaitingDocument]
    timescale: str
    due: str
    original: str
    original_due: str | None
    days_overdue: int
    slippage: int | None
    leads: list[str]
    version: int


class WhenDue(TypedDict):
    """When an action is due: as written, and as understood."""

    text: str
    due: str | None


#: One change of an action's timescale, and who approved it. (`from` is a Python keyword, hence this form.)
Rescheduling = TypedDict(
    "Rescheduling",
    {
        "on": str,
        "from": str | None,
        "to": str,
        "approved_by": str | None,
        "reason": str | None,
        "version": int,
    },
)


class RescheduledAction(TypedDict):
    """An action whose timescale was changed. `days` is null where its original or current timescale has no day."""

    number: str
    priority: str
    text: str
    rating: str | None
    original: WhenDue
    current: WhenDue
    days: int | None
    times: int
    approvals: list[Rescheduling]


class OverdueDocument(Heading):
    """The late actions of a plan at a point, and those that have slipped.

    `undated` counts the actions that are not complete and cannot be late: they have no timescale, or one that is in
    words that settle no day. One that is ongoing is not among them.
    """

    point: PointDocument
    ratings: list[RatingDocument]
    overdue: list[OverdueAction]
    rescheduled: list[RescheduledAction]
    undated: int


def overdue_at(plan: PlanAt) -> OverdueDocument:
    """The overdue actions and the rescheduled ones in the plan at a point, in the order of the plan."""
    overdue = [_overdue(action, due, by, (plan.effective_on - by).days) for action, due, by in overdue_actions(plan)]
    rescheduled = [document for action in plan.actions if action.is_open and (document := _rescheduled(action))]
    overdue.sort(key=lambda entry: (natural_order(entry["priority"]), natural_order(entry["number"])))
    rescheduled.sort(key=lambda entry: (natural_order(entry["priority"]), natural_order(entry["number"])))
    return {
        **heading(plan),
        "point": point_document(plan.point),
        "ratings": ratings_key(plan),
        "overdue": overdue,
        "rescheduled": rescheduled,
        "undated": sum(_is_undated(action) for action in plan.actions),
    }


def _is_undated(action: ActionAt) -> bool:
    due = action.due
    if due and (due.value.timescale.due or due.value.timescale.precision == "ongoing"):
        return False
    return action.is_open and not action.open_parts and not action.is_complete


def overdue_actions(plan: PlanAt) -> list[tuple[ActionAt, Assertion[Due], date]]:
    """The late actions in the plan, each with the timescale that it has missed and the last day of that timescale.

    They are the actions marked as overdue in the plan at the point, except those that are so through their parts.
    """
    late: list[tuple[ActionAt, Assertion[Due], date]] = []
    for action in plan.actions:
        due = action.due
        if due and (by := due.value.timescale.due) and is_late(action, due, plan.effective_on):
            late.append((action, due, by))
    return late


def _overdue(action: ActionAt, due: Assertion[Due], by: date, days: int) -> OverdueAction:
    number, priority, text, rating = _named(action)
    leads, first = action.leads, action.first_due or due
    document: OverdueAction = {
        "number": number,
        "priority": priority,
        "text": text,
        "rating": rating,
        "timescale": due.value.timescale.text,
        "due": by.isoformat(),
        "original": first.value.timescale.text,
        "original_due": _iso(first.value.timescale.due),
        "days_overdue": days,
        "slippage": _days(first.value.timescale.due, by),
        "leads": list(leads.value) if leads else [],
        "version": due.version,
    }
    if waiting := action.awaiting:
        document["awaiting"] = awaiting_document(waiting)
    return document


def _rescheduled(action: ActionAt) -> RescheduledAction | None:
    """The action with every change of its own timescale; None if the timescale has never changed."""
    given, first = action.own_dues, action.own_first_due
    changes: list[Rescheduling] = [
        {
            "on": said.effective_on.isoformat(),
            "from": given[place - 1].value.timescale.text if place else None,
            "to": said.value.timescale.text,
            "approved_by": said.value.approved_by,
            "reason": said.value.reason,
            "version": said.version,
        }
        for place, said in enumerate(given)
        if first is not None and said.version != first.version
    ]
    if first is None or not changes:
        return None
    was, is_ = first.value.timescale, given[-1].value.timescale
    number, priority, text, rating = _named(action)
    return {
        "number": number,
        "priority": priority,
        "text": text,
        "rating": rating,
        "original": {"text": was.text, "due": _iso(was.due)},
        "current": {"text": is_.text, "due": _iso(is_.due)},
        "days": _days(was.due, is_.due),
        "times": len(changes),
        "approvals": changes,
    }


def _named(action: ActionAt) -> tuple[str, str, str, str | None]:
    number, text, rated, priority = action.number, action.text, action.rating, action.priority_number
    assert number is not None and text is not None and priority is not None, "an action in the plan has these"
    return number.value, priority, text.value, rated.value.code if rated else None


def _days(original: date | None, current: date | None) -> int | None:
    return (current - original).days if original and current else None


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
