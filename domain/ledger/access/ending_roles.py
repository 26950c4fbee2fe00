"""Ending what people may: a role, or everything; never one's own, nor the last steward's who can sign in."""

from collections.abc import Sequence

from domain.access.events import AccessEvent, PrincipalLeft, RoleEnded
from domain.access.principals import ANYONE, Principal
from domain.access.roles import Role
from domain.ledger.access.checking import checked
from domain.ledger.access.identities import Identities
from domain.ledger.access.said import AccessRefused
from domain.ledger.access.streams import Password
from domain.names import name_key


class EndingRoles(Identities):
    """Those whose roles end."""

    def end_grant(self, name: str, role: Role, plan: str | None, by: str) -> None:
        """End a role as it was granted; raises PrincipalUnknown, AccessRefused."""

        def decide(principal: Principal) -> Sequence[AccessEvent]:
            if (role, plan) not in {(held.role, held.plan) for held in principal.grants}:
                held = ", ".join(f"{one.role} for {one.plan or 'all plans'}" for one in principal.grants) or "nothing"
                raise AccessRefused(
                    f"{principal.name} was not granted the role {role} for {plan or 'all plans'}; it holds {held}"
                )
            return [checked(RoleEnded, principal=principal.name, role=role, plan=plan)]

        if role != "steward":
            self._decide(name, decide, by)
            return
        _not_ones_own(name, by)
        with self._leaving_a_steward(by, ended=name):
            self._decide(name, decide, by)

    def leave(self, name: str, by: str) -> None:
        """A principal has left: it may nothing from now on, and its password is destroyed.

        Raises PrincipalUnknown, AccessRefused.
        """

        def decide(principal: Principal) -> Sequence[AccessEvent]:
            if principal.name == ANYONE:
                raise AccessRefused(f"{ANYONE} does not leave; end what it was granted")
            return [checked(PrincipalLeft, principal=principal.name)]

        _not_ones_own(name, by)
        with self._leaving_a_steward(by, ended=name):
            self._decide(name, decide, by, Password(None))


def _not_ones_own(name: str, by: str) -> None:
    if name_key(name) == name_key(by):
        raise AccessRefused("another steward must end your own access")
