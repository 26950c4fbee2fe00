"""The role that each event needs of who records it; some need a person."""

from datetime import datetime

from domain.access.principals import PersonNeeded, Principal
from domain.access.roles import Role
from domain.events import EVENTS

#: Officers report on their actions, stewards destroy texts; keepers do all else.
_OTHERS: dict[str, Role] = {
    "ProgressReported": "recorder",
    "EvidenceAdded": "recorder",
    "ActionRated": "recorder",
    "RatingConfirmed": "recorder",
    "MeasureReported": "recorder",
    "TextRedacted": "steward",
}

#: Name of an event -> the role for its plan that recording it needs.
EVENT_ROLES: dict[str, Role] = {name: _OTHERS.get(name, "keeper") for name in EVENTS}

#: No token records these: whoever made the token could confirm their own rating with it.
PERSONS_EVENTS = frozenset({"RatingConfirmed"})


def may_record(principal: Principal, kind: str, plan: str, now: datetime) -> bool:
    """Whether a principal may record an event of this name of a plan."""
    return principal.may(EVENT_ROLES[kind], plan, now) and not (principal.program and kind in PERSONS_EVENTS)


def must_record(principal: Principal, kind: str, plan: str, now: datetime) -> None:
    """Raises NotAllowed unless they may."""
    principal.must(EVENT_ROLES[kind], plan, now)
    if not may_record(principal, kind, plan, now):
        raise PersonNeeded(principal.name, EVENT_ROLES[kind], plan, kind)
