"""The principals of an access ledger and their roles. A steward who can sign in must always remain."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from domain.access import access_events as events
from domain.access.access_errors import AccessCode, AccessRefused, PrincipalUnknown
from domain.access.access_streams import AccessRecord, AccessStreams, StreamTaken
from domain.access.principal_names import is_operator, read_name
from domain.access.principals import ANYONE, Grant, Principal, fold
from domain.access.roles import Role
from domain.names import name_key


def principal_stream(name: str) -> str:
    """The stream of a principal, or of the name of a token."""
    return f"principal:{name_key(name)}"


def password_position(records: Sequence[AccessRecord]) -> int:
    """The position at which a principal with these records was last given a password; 0 where it never was."""
    return max((one.position for one in records if isinstance(one.event, events.PasswordSet)), default=0)


def principal_of(records: Sequence[AccessRecord], name: str = ANYONE) -> Principal:
    """The principal with these records; raises PrincipalUnknown where the name is a token's or nobody's."""
    if name_key(name) != ANYONE and (not records or _is_token(records)):
        raise PrincipalUnknown(f"there is no principal {name!r}; `asat principal list` lists those there are")
    return fold(name_key(name), (one.event for one in records))


def person(principal: Principal) -> str:
    """The name of a person; raises AccessRefused for `anyone`."""
    if principal.name == ANYONE:
        raise AccessRefused(
            AccessCode.ANYONE_CANNOT_SIGN_IN, f"{ANYONE} is whoever is not signed in, and cannot sign in"
        )
    return principal.name


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
        found = [records for records in self._streams.of_kind("principal") if not _is_token(records)]
        everybody = [fold(ANYONE, (one.event for one in records)) for records in found]
        return sorted(everybody, key=lambda principal: name_key(principal.name))

    def find(self, name: str) -> Principal:
        """The principal of this name, however it is written; raises PrincipalUnknown."""
        return principal_of(self._streams.of(principal_stream(name)), name)

    def staying(self, name: str) -> Principal:
        """As `find`; raises AccessRefused where the principal has left."""
        return _not_left(self.find(name))

    def account(self, name: str) -> tuple[Principal | None, list[AccessRecord]]:
        """The principal who can sign in with this name, and its records; None and no records where there is none."""
        records = self._streams.of(principal_stream(name))
        try:
            principal = principal_of(records, name)
        except PrincipalUnknown:
            return None, []
        return (None, []) if principal.left or principal.name == ANYONE else (principal, records)

    def anyone(self) -> Principal:
        """The principal of a request without credentials; on an open ledger it may do everything."""
        return Principal(ANYONE, (), open=True) if self.is_open() else self.find(ANYONE)

    def add(self, name: str, grants: Sequence[Grant], by: str) -> None:
        """Add a principal with its roles; raises AccessRefused."""
        if name_key(name) == ANYONE:
            for grant in grants:
                self.grant(ANYONE, grant, by)
            return
        name = read_name(name)
        _not_to_oneself(name, by)
        added = [events.new_event(events.PrincipalAdded, principal=name), *(_granted(name, grant) for grant in grants)]
        if len({(grant.role, grant.plan) for grant in grants}) < len(grants):
            raise AccessRefused(
                AccessCode.GRANTED_TWICE, "the same role for the same plan is granted twice; grant it once"
            )
        try:
            self._streams.append([(principal_stream(name), 1 + n, event) for n, event in enumerate(added)], by)
        except StreamTaken:
            raise AccessRefused(
                AccessCode.NAME_TAKEN,
                f"the name {name} was already given, and a name is not given twice: grant a role to who has it, or take"
                " another name",
            ) from None

    def grant(self, name: str, grant: Grant, by: str) -> None:
        """Grant a role, in place of the same role for the same plan; raises PrincipalUnknown, AccessRefused."""

        def decide(principal: Principal) -> events.AccessEvent:
            if principal.name == ANYONE and grant.role != "reader":
                raise AccessRefused(
                    AccessCode.ANYONE_READS_ONLY,
                    f"{ANYONE} is whoever is not signed in, and can be granted the role reader only",
                )
            if grant in principal.grants:
                raise AccessRefused(AccessCode.ALREADY_GRANTED, f"{principal.name} has been granted just this already")
            return _granted(principal.name, grant)

        _not_to_oneself(name, by)
        self.decide(name, decide, by)

    def end_grant(self, name: str, role: Role, plan: str | None, by: str) -> None:
        """End a role as it was granted; raises PrincipalUnknown, AccessRefused."""

        def decide(principal: Principal) -> events.AccessEvent:
            if (role, plan) not in {(held.role, held.plan) for held in principal.grants}:
                held = ", ".join(f"{one.role} for {one.plan or 'all plans'}" for one in principal.grants) or "nothing"
                raise AccessRefused(
                    AccessCode.NOT_GRANTED,
                    f"{principal.name} was not granted the role {role} for {plan or 'all plans'}; it holds {held}",
                )
            return events.new_event(events.RoleEnded, principal=principal.name, role=role, plan=plan)

        if role == "steward":
            self._end(name, decide, by)
        else:
            self.decide(name, decide, by)

    def leave(self, name: str, by: str) -> None:
        """End all roles of a principal for good, and destroy its password; raises PrincipalUnknown, AccessRefused."""

        def decide(principal: Principal) -> events.AccessEvent:
            if principal.name == ANYONE:
                raise AccessRefused(AccessCode.ANYONE_STAYS, f"{ANYONE} does not leave; end what it was granted")
            return events.PrincipalLeft(principal=principal.name)

        self._end(name, decide, by)

    def decide(
        self, name: str, decide: Callable[[Principal], events.AccessEvent], by: str, password_hash: str | None = None
    ) -> None:
        """Record what is decided about a principal; raises PrincipalUnknown, and AccessRefused where it has left."""

        def decided(records: list[AccessRecord]) -> events.AccessEvent:
            return decide(_not_left(principal_of(records, name)))

        self._streams.decide(principal_stream(name), decided, by, password_hash)

    def _end(self, name: str, decide: Callable[[Principal], events.AccessEvent], by: str) -> None:
        if name_key(name) == name_key(by):
            raise AccessRefused(AccessCode.OWN_ACCESS, "another steward must end your own access")
        with self.keeping_a_steward(by, ended=name):
            self.decide(name, decide, by)

    @contextmanager
    def keeping_a_steward(self, by: str, ended: str = "", unlinked: events.AccessEvent | None = None) -> Iterator[None]:
        """Raises AccessRefused where the block would leave no steward who can sign in; an operator may do so.

        Args:
            by: who decides.
            ended: the name of the principal whose role as a steward the block ends.
            unlinked: the identity that the block unlinks.
        """
        if is_operator(by) or not self._streams.have_begun():
            yield
            return
        # One at a time: otherwise two stewards could end each other.
        with self._streams.locked("stewards") as alone:
            if not alone:
                raise AccessRefused(
                    AccessCode.DECIDED_ELSEWHERE, "somebody else is deciding about stewards at this moment: try again"
                )
            if self._stewards() and not self._stewards(unlinked) - {name_key(ended)}:
                raise AccessRefused(
                    AccessCode.LAST_STEWARD,
                    "then no steward would be left who can sign in again, with a password or an organisation's account,"
                    " and whose role has no last day: first see that there is another, or have it done on the machine",
                )
            yield

    def _stewards(self, unlinked: events.AccessEvent | None = None) -> set[str]:
        """The keys of the names of stewards without expiry who can sign in, also after this identity is unlinked."""
        last = [records[-1].event for records in self._streams.of_kind("identity")]
        linked = [one for one in last if isinstance(one, events.IdentityLinked) and one != unlinked]
        stewards = [one for one in self.all() if not one.left and Grant("steward") in one.grants]
        can_sign_in = self._streams.with_password() | {name_key(one.principal) for one in linked}
        return can_sign_in & {name_key(one.name) for one in stewards}


def _granted(name: str, grant: Grant) -> events.AccessEvent:
    return events.new_event(events.RoleGranted, principal=name, role=grant.role, plan=grant.plan, until=grant.until)


def _is_token(records: Sequence[AccessRecord]) -> bool:
    return isinstance(records[0].event, events.TokenNamed)


def _not_left(principal: Principal) -> Principal:
    if principal.left:
        raise AccessRefused(
            AccessCode.HAS_LEFT, f"{principal.name} has left, for good; whoever comes back is added under another name"
        )
    return principal


def _not_to_oneself(name: str, by: str) -> None:
    if name_key(name) == name_key(by):
        raise AccessRefused(
            AccessCode.OWN_GRANT, f"nobody grants a role to themselves: have another steward grant it to {name}"
        )
