"""When is an action due, and is it late? The one rule by which the plan, its lists and its counts go.

A part without a timescale of its own is due when the action it is part of is: what was agreed for the whole holds for
what it was split into. One that says "Ongoing" has a timescale of its own, though no day.
"""

from datetime import date

from domain.facts import Due
from domain.plan import Action, Plan
from domain.points import Point
from domain.timeline import Assertion


def due_at(action: Action, day_end: int, basis: int) -> Assertion[Due] | None:
    """The timescale in force at a point: its own or, where it has none, that of the nearest action above that has."""
    one: Action | None = action
    while one is not None:
        if due := one.due.at(day_end, basis):
            return due
        one = one.parent
    return None


def first_due_at(action: Action, day_end: int, basis: int) -> Assertion[Due] | None:
    """The original of the timescale that is in force at a point: what was recorded first of those effective by then."""
    one: Action | None = action
    while one is not None:
        if first := one.due.first(day_end, basis):
            return first
        one = one.parent
    return None


def is_past(due: Assertion[Due] | None, day: date) -> bool:
    """Whether the last possible day of a timescale is before a day; never where it has none."""
    by = due.value.timescale.due if due else None
    return by is not None and by < day


def is_late(plan: Plan, action: Action, due: Assertion[Due] | None, point: Point) -> bool:
    """Whether an action in the plan is not complete although its last possible day has passed.

    An action that has parts in the plan is late through them and never for itself.

    Args:
        plan: the plan.
        action: one of its actions.
        due: what `due_at` says of it at the point.
        point: the point.
    """
    if not is_past(due, point.effective_on):
        return False
    end, basis = plan.day_end(point), point.basis
    if not action.is_open(end, basis) or action.open_parts(end, basis):
        return False
    return not plan.is_complete(action, end, basis)
