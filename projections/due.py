"""Is an action late? The one rule by which the plan, its lists and its counts go.

A part without a timescale of its own is due when the action it is part of is (`ActionAt.due`): what was agreed for the
whole holds for what it was split into. One that says "Ongoing" has a timescale of its own, though no day.
"""

from datetime import date

from domain.plan.action_at import ActionAt
from domain.plan.facts import Due
from domain.plan.timeline import Assertion


def is_past(due: Assertion[Due] | None, day: date) -> bool:
    """Whether the last possible day of a timescale is before a day; never where it has none."""
    by = due.value.timescale.due if due else None
    return by is not None and by < day


def is_late(action: ActionAt, due: Assertion[Due] | None, day: date) -> bool:
    """Whether an action in the plan is not complete although its last possible day has passed.

    An action that has parts in the plan is late through them and never for itself.

    Args:
        action: an action at a point.
        due: its timescale there.
        day: the point's day.
    """
    return is_past(due, day) and action.is_open and not action.open_parts and not action.is_complete
