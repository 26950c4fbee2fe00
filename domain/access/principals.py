"""Principals: persons and programs known by name, with the roles granted to them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from domain.access.access_events import AccessEvent, PrincipalAdded, PrincipalLeft, RoleEnded, RoleGranted
from domain.access.roles import Role, includes
from domain.refusals import Refusal

#: The principal of a request without credentials. It may be granted the role reader.
ANYONE = "anyone"


class NotAllowed(Refusal):
    """A principal lacks the role that something needs; the sentence says which, and who can give it."""

    code = "not-allowed"

    def __init__(self, name: str, role: Role, plan: str | None, *, program: bool = False) -> None:
        self.name, self.role, self.plan = name, role, plan
        # A list of plans needs the role reader for any plan, not for all.
        where = f" for plan {plan[:63]}" if plan is not None else "" if role == "reader" else " for all plans"
        lacking = f"{name} lacks the role {role}{where}"
        if name == ANYONE:
            remedy = f"nobody is signed in, and it needs the role {role}{where}: sign in, or show a token"
        elif program and role == "steward":
            remedy = f"{lacking}, which no token has: sign in for it, or run it on the machine without a token"
        else:
            remedy = f"{lacking}; a steward can {'make a token that has it' if program else 'grant it'}"
        super().__init__(f"this is not allowed: {remedy}")


class PersonNeeded(NotAllowed):
    """A program has the role, but this kind of event is recorded by persons only."""

    code = "person-needed"

    def __init__(self, name: str, role: Role, plan: str | None, kind: str) -> None:
        super().__init__(name, role, plan, program=True)
        self.reworded(
            f"this is not allowed: {name} is a token, and {kind} takes a person: sign in with a browser to record it"
        )


@dataclass(frozen=True, slots=True)
class Grant:
    """A role for one plan, or for all (None), until an instant or for good (None)."""

    role: Role
    plan: str | None = None
    until: datetime | None = None

    def counts(self, now: datetime) -> bool:
        """Whether it has not expired; it expires at `until` itself."""
        return self.until is None or now < self.until


@dataclass(frozen=True, slots=True)
class Principal:
    """A person or a program with its roles.

    Attributes:
        left: it has left, and may nothing.
        open: no principal was ever added to the ledger, and everybody may do everything.
        program: it is a token, which is never a steward: its holder could grant itself anything.
    """

    name: str
    grants: tuple[Grant, ...]
    left: bool = False
    open: bool = False
    program: bool = False

    def may(self, role: Role, plan: str | None, now: datetime) -> bool:
        """Whether it now has this role for a plan; None: for all plans, or the ledger itself."""
        if self.open:
            return True
        if self.left or (self.program and role == "steward"):
            return False
        return any(
            includes(grant.role, role) and (grant.plan is None or grant.plan == plan) and grant.counts(now)
            for grant in self.grants
        )

    def may_read_some(self, now: datetime) -> bool:
        """Whether it may now read any plan, existing or not."""
        return self.open or (not self.left and any(grant.counts(now) for grant in self.grants))

    def must(self, role: Role, plan: str | None, now: datetime) -> None:
        """Raises NotAllowed unless it may."""
        if not self.may(role, plan, now):
            raise self.lacks(role, plan)

    def lacks(self, role: Role, plan: str | None) -> NotAllowed:
        """The error that says that it lacks a role."""
        return NotAllowed(self.name, role, plan, program=self.program)


def fold(name: str, events: Iterable[AccessEvent]) -> Principal:
    """The principal after these events of its stream; without any it may nothing."""
    principal = Principal(name, ())
    for event in events:
        match event:
            case PrincipalAdded():
                principal = replace(principal, name=event.principal)
            case RoleGranted():
                kept = _without(principal.grants, event.role, event.plan)
                principal = replace(principal, grants=(*kept, Grant(event.role, event.plan, event.until)))
            case RoleEnded():
                principal = replace(principal, grants=_without(principal.grants, event.role, event.plan))
            case PrincipalLeft():
                principal = replace(principal, left=True)
            case _:
                pass
    return principal


def _without(grants: tuple[Grant, ...], role: Role, plan: str | None) -> tuple[Grant, ...]:
    return tuple(grant for grant in grants if (grant.role, grant.plan) != (role, plan))
