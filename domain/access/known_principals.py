"""The principals of an access ledger: adding them, granting and ending their roles."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from domain.access.access_errors import AccessRefused
from domain.access.access_events import AccessEvent, PrincipalAdded, PrincipalLeft, RoleEnded, RoleGranted, new_event
from domain.access.access_streams import AccessStreams, StreamTaken
from domain.access.principal_names import is_operator, read_name
from domain.access.principal_streams import (
    all_principals,
    decide_about,
    find_principal,
    folded,
    linked_identities,
    principal_stream,
)
from domain.access.principals import ANYONE, Grant, Principal
from domain.access.roles import Role
from domain.names import name_key


class KnownPrincipals:
    """Everybody known to a ledger, with their roles."""

    def __init__(self, streams: AccessStreams) -> None:
        self._streams = streams
        self._is_closed = False

    def is_open(self) -> bool:
        """Whether no principal was ever added: everybody on this machine may do everything."""
        if not self._is_closed:  # a ledger never opens again
            self._is_closed = self._streams.any_principal_but(principal_stream(ANYONE))
        return not self._is_closed

    def all(self) -> list[Principal]:
        """Every principal ever added, by name, with those who left and, where it was granted something, `anyone`."""
        return all_principals(self._streams)

    def find(self, name: str) -> Principal:
        """The principal of this name, however it is written; raises PrincipalUnknown."""
        return find_principal(self._streams, name)[0]

    def anyone(self) -> Principal:
        """The principal of a request without credentials; on an open ledger it may do everything."""
        if self.is_open():
            return Principal(ANYONE, (), open=True)
        return folded(self._streams.of(principal_stream(ANYONE)))

    def add(self, name: str, grants: Sequence[Grant], by: str) -> None:
        """Add a principal with its roles; raises AccessRefused."""
        if name_key(name) == ANYONE:
            for grant in grants:
                self.grant(ANYONE, grant, by)
            return
        name = read_name(name)
        _not_to_oneself(name, by)
        events = [new_event(PrincipalAdded, principal=name), *(_granted(name, grant) for grant in grants)]
        if len({(grant.role, grant.plan) for grant in grants}) < len(grants):
            raise AccessRefused("the same role for the same plan is granted twice; grant it once")
        try:
            stream = principal_stream(name)
            self._streams.append([(stream, 1 + n, event) for n, event in enumerate(events)], by)
        except StreamTaken:
            raise AccessRefused(
                f"the name {name} was already given, and a name is not given twice: grant a role to who has it, or take"
                " another name"
            ) from None

    def grant(self, name: str, grant: Grant, by: str) -> None:
        """Grant a role, in place of the same role for the same plan; raises PrincipalUnknown, AccessRefused."""

        def decide(principal: Principal) -> Sequence[AccessEvent]:
            if principal.name == ANYONE and grant.role != "reader":
                raise AccessRefused(f"{ANYONE} is whoever is not signed in, and can be granted the role reader only")
            if grant in principal.grants:
                raise AccessRefused(f"{principal.name} has been granted just this already")
            return [_granted(principal.name, grant)]

        _not_to_oneself(name, by)
        decide_about(self._streams, name, decide, by)

    def end_grant(self, name: str, role: Role, plan: str | None, by: str) -> None:
        """End a role as it was granted; raises PrincipalUnknown, AccessRefused."""

        def decide(principal: Principal) -> Sequence[AccessEvent]:
            if (role, plan) not in {(held.role, held.plan) for held in principal.grants}:
                held = ", ".join(f"{one.role} for {one.plan or 'all plans'}" for one in principal.grants) or "nothing"
                raise AccessRefused(
                    f"{principal.name} was not granted the role {role} for {plan or 'all plans'}; it holds {held}"
                )
            return [new_event(RoleEnded, principal=principal.name, role=role, plan=plan)]

        if role != "steward":
            decide_about(self._streams, name, decide, by)
            return
        _not_ones_own(name, by)
        with keeping_a_steward(self._streams, by, ended=name):
            decide_about(self._streams, name, decide, by)

    def leave(self, name: str, by: str) -> None:
        """End all roles of a principal for good, and destroy its password; raises PrincipalUnknown, AccessRefused."""

        def decide(principal: Principal) -> Sequence[AccessEvent]:
            if principal.name == ANYONE:
                raise AccessRefused(f"{ANYONE} does not leave; end what it was granted")
            return [new_event(PrincipalLeft, principal=principal.name)]

        _not_ones_own(name, by)
        with keeping_a_steward(self._streams, by, ended=name):
            decide_about(self._streams, name, decide, by)


def _granted(name: str, grant: Grant) -> AccessEvent:
    return new_event(RoleGranted, principal=name, role=grant.role, plan=grant.plan, until=grant.until)


def _not_to_oneself(name: str, by: str) -> None:
    if name_key(name) == name_key(by):
        raise AccessRefused(f"nobody grants a role to themselves: have another steward grant it to {name}")


@contextmanager
def keeping_a_steward(
    streams: AccessStreams, by: str, ended: str = "", unlinked: AccessEvent | None = None
) -> Iterator[None]:
    """Raises AccessRefused where the block would leave no steward who can sign in.

    Args:
        by: who decides; an operator may.
        ended: the name of the principal whose role as a steward the block ends.
        unlinked: the identity that the block unlinks.
    """
    if is_operator(by) or not streams.have_begun():
        yield
        return
    # One at a time, or of two stewards each could end the other.
    with streams.locked("stewards") as alone:
        if not alone:
            raise AccessRefused("somebody else is deciding about stewards at this moment: try again")
        if _stewards(streams) and not _stewards(streams, unlinked) - {name_key(ended)}:
            raise AccessRefused(
                "then no steward would be left who can sign in again, with a password or an organisation's account,"
                " and whose role has no last day: first see that there is another, or have it done on the machine"
            )
        yield


def _not_ones_own(name: str, by: str) -> None:
    """Raises AccessRefused where somebody would end their own access."""
    if name_key(name) == name_key(by):
        raise AccessRefused("another steward must end your own access")


def _stewards(streams: AccessStreams, unlinked: AccessEvent | None = None) -> set[str]:
    """The keys of the stewards for good who can sign in by themselves, were this identity unlinked."""
    accounts = {name_key(one.principal) for one in linked_identities(streams) if one != unlinked}
    can_sign_in = accounts | streams.with_password()
    stewards = {
        name_key(one.name) for one in all_principals(streams) if not one.left and Grant("steward") in one.grants
    }
    return stewards & can_sign_in
