"""What is late, and what has slipped? Actions past their day, and every one rescheduled with its original day."""

from datetime import date

from typing_extensions import TypedDict

from domain.facts import Due
from domain.plan import Action, Plan, natural_order
from domain.points import Point
from domain.timeline import Assertion, end_of
from projections.heading import Heading, heading
from projections.point import PointDocument, point_document
from projections.scale import RatingDocument, ratings_key


class OverdueAction(TypedDict):
    """An action that is not complete although its last possible day has passed."""

    number: str
    priority: str
    text: str
    rating: str | None
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


#: One change of an action's timescale, and who approved it. (`from` is a word of Python, hence this form.)
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
    """What is late in a plan at a point, and what has slipped."""

    point: PointDocument
    ratings: list[RatingDocument]
    overdue: list[OverdueAction]
    rescheduled: list[RescheduledAction]


def overdue_at(plan: Plan, point: Point) -> OverdueDocument:
    """The overdue actions and the rescheduled ones in the plan at a point, in the order of the plan."""
    overdue = [_overdue(action, due, by, point) for action, due, by in overdue_actions(plan, point)]
    end, basis = plan.day_end(point), point.basis
    rescheduled = [
        document
        for action in plan.actions.values()
        if action.is_open(end, basis) and (document := _rescheduled(action, point))
    ]
    overdue.sort(key=lambda entry: (natural_order(entry["priority"]), natural_order(entry["number"])))
    rescheduled.sort(key=lambda entry: (natural_order(entry["priority"]), natural_order(entry["number"])))
    return {
        **heading(plan),
        "point": point_document(point),
        "ratings": ratings_key(plan, point),
        "overdue": overdue,
        "rescheduled": rescheduled,
    }


def overdue_actions(plan: Plan, point: Point) -> list[tuple[Action, Assertion[Due], date]]:
    """The actions in the plan that are late, each with its timescale in force and the last day that was.

    An action with parts is late through its parts; it stands for itself only where none of them has a day of its own.
    """
    end, basis, day = plan.day_end(point), point.basis, point.effective_on
    late: list[tuple[Action, Assertion[Due], date]] = []
    for action in plan.actions.values():
        due = action.due.at(end, basis)
        by = due.value.timescale.due if due else None
        if due is None or by is None or by >= day or not action.is_open(end, basis):
            continue
        parts = action.open_parts(end, basis)
        if any(own.value.timescale.due for part in parts if (own := part.due.at(end, basis))):
            continue
        if not plan.is_complete(action, end, basis):
            late.append((action, due, by))
    return late


def _overdue(action: Action, due: Assertion[Due], by: date, point: Point) -> OverdueAction:
    end, basis = end_of(point.effective_on), point.basis
    number, priority, text, rating = _named(action, end, basis)
    leads, first = action.leads.at(end, basis), action.due.first(basis) or due
    return {
        "number": number,
        "priority": priority,
        "text": text,
        "rating": rating,
        "timescale": due.value.timescale.text,
        "due": by.isoformat(),
        "original": first.value.timescale.text,
        "original_due": _iso(first.value.timescale.due),
        "days_overdue": (point.effective_on - by).days,
        "slippage": _days(first.value.timescale.due, by),
        "leads": list(leads.value) if leads else [],
        "version": due.version,
    }


def _rescheduled(action: Action, point: Point) -> RescheduledAction | None:
    """The action with every change of its timescale; None where it still has the first it was given."""
    end, basis = end_of(point.effective_on), point.basis
    given, first = list(action.due.all(end, basis)), action.due.first(basis)
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
    number, priority, text, rating = _named(action, end, basis)
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


def _named(action: Action, end: int, basis: int) -> tuple[str, str, str, str | None]:
    number, text, rated = action.number.at(end, basis), action.text.at(end, basis), action.rating.at(end, basis)
    priority = action.priority_at(end, basis)
    assert number is not None and text is not None and priority is not None, "an action in the plan has these"
    return number.value, priority, text.value, rated.value.code if rated else None


def _days(original: date | None, current: date | None) -> int | None:
    return (current - original).days if original and current else None


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
