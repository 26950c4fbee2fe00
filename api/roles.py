"""Which role it takes to record each event."""

from domain.access.roles import Role
from domain.events import EVENTS, Event

#: What officers report of their own actions, and what stewards alone do; all else changes the plan itself.
_OTHERS: dict[str, Role] = {
    "ProgressReported": "recorder",
    "EvidenceAdded": "recorder",
    "ActionRated": "recorder",
    "RatingConfirmed": "recorder",
    "MeasureReported": "recorder",
    "TextRedacted": "steward",
}

#: Every event by its name -> the role that whoever records it needs for its plan.
EVENT_ROLES: dict[str, Role] = {name: _OTHERS.get(name, "keeper") for name in EVENTS}


def role_of(event: Event) -> Role:
    """The role that whoever records this event needs for its plan."""
    return EVENT_ROLES[type(event).__name__]
