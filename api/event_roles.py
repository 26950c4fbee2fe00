"""The role needed to record each event; some events need a person."""

from datetime import datetime

from domain.access.principals import PersonNeeded, Principal
from domain.access.roles import Role
from domain.events import EVENTS

#: Recorders report on their actions, stewards destroy texts, and keepers do everything else.
_OTHERS: dict[str, Role] = {
    "ProgressReported": "recorder",
    "EvidenceAdded": "recorder",
    "ActionRated": "recorder",
    "RatingConfirmed": "recorder",
    "MeasureReported": "recorder",
    "TextRedacted": "steward",
}

#: Name of an event -> the role, for its plan, needed to record it.
EVENT_ROLES: dict[str, Role] = {name: _OTHERS.get(name, "keeper") for name in EVENTS}

#: No token records these: the maker of a token could confirm their own rating with it.
PERSONS_EVENTS = frozenset({"RatingConfirmed"})


def may_record(principal: Principal, kind: str, plan: str, now: datetime) -> bool:
    """Whether a principal may record an event of this name in a plan."""
    return principal.may(EVENT_ROLES[kind], plan, now) and not (principal.program and kind in PERSONS_EVENTS)


def must_record(principal: Principal, kind: str, plan: str, now: datetime) -> None:
    """Raises NotAllowed unless the principal may record it."""
    principal.must(EVENT_ROLES[kind], plan, now)
    if not may_record(principal, kind, plan, now):
        raise PersonNeeded(principal.name, EVENT_ROLES[kind], plan, kind)
