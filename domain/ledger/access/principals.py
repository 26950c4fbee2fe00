"""Principals in the access ledger: who there is, what was granted to them, and their passwords."""

from collections.abc import Callable, Sequence
from itertools import groupby

from domain.access.events import (
    AccessEvent,
    PasswordSet,
    PrincipalAdded,
    RoleGranted,
)
from domain.access.names import can_be_known
from domain.access.principals import ANYONE, Grant, Principal, fold
from domain.ledger.access.beginning import Beginning, stream_of
from domain.ledger.access.checking import checked, checked_name
from domain.ledger.access.passwords import hash_password
from domain.ledger.access.said import AccessRefused, PrincipalUnknown
from domain.ledger.access.streams import Kept, Password, Taken
from domain.names import name_key
from domain.refusals import LedgerUnusable

#: How often something is decided again because somebody else decided about the same principal at the same moment.
TRIES = 20

Decision = Callable[[Principal], Sequence[AccessEvent]]


class Principals(Beginning):
    """Who there is."""

    def principals(self) -> list[Principal]:
        """Everybody ever added, by name, those who left too, and `anyone` where it was granted something."""
        kept = self._streams.beginning_with("principal:") if self._begun() else []
        streams = [list(told) for _, told in groupby(kept, key=lambda one: one.stream)]
        found = [_folded(told) for told in streams if not _is_token(told)]
        return sorted(found, key=lambda principal: name_key(principal.name))

    def principal(self, name: str) -> Principal:
        """The principal of this name, in which capitals do not matter; raises PrincipalUnknown."""
        return self._known(name)[0]

    def anyone(self) -> Principal:
        """What whoever shows no credentials may; on an open ledger everything."""
        if self.is_open():
            return Principal(ANYONE, (), open=True)
        return _folded(self._of(stream_of(ANYONE)), ANYONE)

    def add(self, name: str, grants: Sequence[Grant], by: str) -> None:
        """Make a principal known, with what it may; raises AccessRefused."""
        if name_key(name) == ANYONE:
            for grant in grants:
                self.grant(ANYONE, grant, by)
            return
        name = checked_name(name)
        self._not_by_itself(name, by)
        events = [checked(PrincipalAdded, principal=name), *(_granted(name, grant) for grant in grants)]
        if len({(grant.role, grant.plan) for grant in grants}) < len(grants):
            raise AccessRefused("the same role for the same plan is granted twice; grant it once")
        try:
            self._tell(stream_of(name_key(name)), [], events, by)
        except Taken:
            raise AccessRefused(
                f"the name {name} was already given, and a name is not given twice: grant a role to who has it, or take"
                " another name"
            ) from None

    def grant(self, name: str, grant: Grant, by: str) -> None:
        """Grant a role, in place of one for the same plan; raises PrincipalUnknown, AccessRefused."""

        def decide(principal: Principal) -> Sequence[AccessEvent]:
            if principal.name == ANYONE and grant.role != "reader":
                raise AccessRefused(f"{ANYONE} is whoever is not signed in, and can be granted the role reader only")
            if grant in principal.grants:
                raise AccessRefused(f"{principal.name} has been granted just this already")
            return [_granted(principal.name, grant)]

        self._not_by_itself(name, by)
        self._decide(name, decide, by)

    def set_password(self, name: str, password: str, by: str) -> None:
        """Give a password of 12 to 1,024 characters; the former is destroyed, its sessions and unused links are over.

        What was refused to them before no longer keeps them from signing in. Raises PrincipalUnknown, AccessRefused.
        """
        hashed = Password(hash_password(password, name))
        self._decide(name, lambda principal: [checked(PasswordSet, principal=person(principal))], by, hashed)

    def has_passwords(self) -> bool:
        """Whether anybody has a password."""
        return self._begun() and bool(self._streams.with_password())

    def has_password(self, name: str) -> bool:
        """Whether a principal has a password."""
        return self._begun() and self._streams.password_hash(name_key(name)) is not None

    def _decide(self, name: str, decide: Decision, by: str, password: Password | None = None) -> None:
        """Decide about a principal who has not left, and again where somebody else decided at the same moment."""
        for _ in range(TRIES):
            principal, told = self._living(name)
            try:
                self._tell(stream_of(name_key(name)), told, decide(principal), by, password)
            except Taken:
                continue
            return
        raise LedgerUnusable("others kept deciding about the same principal; nothing was recorded, try again")

    def _known(self, name: str) -> tuple[Principal, list[Kept]]:
        key = name_key(name)
        told = self._of(stream_of(key)) if can_be_known(name) else []
        if key != ANYONE and (not told or _is_token(told)):
            raise PrincipalUnknown(f"there is no principal {name!r}; `asat principal list` lists those there are")
        return _folded(told, key), told

    def _living(self, name: str) -> tuple[Principal, list[Kept]]:
        principal, told = self._known(name)
        if principal.left:
            raise AccessRefused(f"{principal.name} has left, for good; whoever comes back is added under another name")
        return principal, told

    def _not_by_itself(self, name: str, by: str) -> None:
        if name_key(name) == name_key(by):
            raise AccessRefused(f"nobody grants a role to themselves: have another steward grant it to {name}")


def _granted(name: str, grant: Grant) -> AccessEvent:
    return checked(RoleGranted, principal=name, role=grant.role, plan=grant.plan, until=grant.until)


def person(principal: Principal) -> str:
    """The name of somebody who can sign in; raises AccessRefused for whoever is not signed in."""
    if principal.name == ANYONE:
        raise AccessRefused(f"{ANYONE} is whoever is not signed in, and cannot sign in")
    return principal.name


def _is_token(told: Sequence[Kept]) -> bool:
    # The streams of names: a principal's begins with its being added, a token's with its being named.
    return type(told[0].event).__name__ == "TokenNamed"


def _folded(told: Sequence[Kept], name: str = ANYONE) -> Principal:
    return fold(name, (one.event for one in told))
