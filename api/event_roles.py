"""What it takes to record each event: a role and, of some, a person."""

from datetime import datetime

from domain.access.principals import PersonNeeded, Principal
from domain.access.roles import Role
from domain.events import EVENTS

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

#: The events that no token records: a second person is one, and who made a token could confirm with it.
PERSONS_EVENTS = frozenset({"RatingConfirmed"})


def may_record(principal: Principal, kind: str, plan: str, now: datetime) -> bool:
    """Whether somebody may record an event of this name of a plan."""
    return principal.may(EVENT_ROLES[kind], plan, now) and not (principal.program and kind in PERSONS_EVENTS)


def must_record(principal: Principal, kind: str, plan: str, now: datetime) -> None:
    """Raises NotAllowed unless they may."""
    principal.must(EVENT_ROLES[kind], plan, now)
    if not may_record(principal, kind, plan, now):
        raise PersonNeeded(principal.name, EVENT_ROLES[kind], plan, kind)
