"""Is an action late? The one rule for the plan, its lists and its counts.

A part without its own timescale has that of the action it is part of (`ActionAt.due`): the agreement on the whole
also binds its parts. "Ongoing" is a timescale of its own, though without a day.
"""

from datetime import date

from domain.plan.action_at import ActionAt
from domain.plan.facts import Due
from domain.plan.timeline import Assertion


def is_past(due: Assertion[Due] | None, day: date) -> bool:
    """Whether the last possible day of a timescale is before a day; False if it has none."""
    by = due.value.timescale.due if due else None
    return by is not None and by < day


def is_late(action: ActionAt, due: Assertion[Due] | None, day: date) -> bool:
    """Whether an action in the plan is not complete although the last day of its timescale is before the point's day.

    An action that has parts in the plan is late only through them.
    """
    return is_past(due, day) and action.is_open and not action.open_parts and not action.is_complete
