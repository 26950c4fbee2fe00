"""Identities that others vouch for: to whom they are linked, and that some steward can always sign in."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from itertools import groupby

from domain.access.events import AccessEvent, IdentityLinked, IdentityUnlinked
from domain.access.names import is_operator
from domain.ledger.access.checking import checked
from domain.ledger.access.principals import TRIES, Principals, person
from domain.ledger.access.said import AccessRefused, LinkedIdentity
from domain.ledger.access.streams import Kept, Taken
from domain.names import name_key
from domain.refusals import LedgerUnusable
from domain.texts import direction_refused, unpaired_direction

_Decision = Callable[[list[Kept]], AccessEvent]


class Identities(Principals):
    """The identities by which principals sign in."""

    def identities(self) -> list[LinkedIdentity]:
        """Every identity that is linked, by the name of its principal."""
        kept = self._streams.beginning_with("identity:") if self._begun() else []
        last = [list(told)[-1].event for _, told in groupby(kept, key=lambda one: one.stream)]
        found = [
            LinkedIdentity(one.principal, one.issuer, one.subject) for one in last if isinstance(one, IdentityLinked)
        ]
        return sorted(found, key=lambda one: (name_key(one.principal), one.issuer, one.subject))

    def link_identity(self, name: str, issuer: str, subject: str, by: str) -> None:
        """Let whom the OpenID Connect issuer knows as this subject sign in.

        Linked again, the last principal counts, and whoever is signed in by it as the one before is out.

        Raises PrincipalUnknown, AccessRefused.
        """
        principal, _ = self._living(name)
        for said in (issuer, subject):
            if mark := unpaired_direction(said):
                raise AccessRefused(f"{said[:60]!a} is no identity: {direction_refused(mark)}")
        event = checked(IdentityLinked, principal=person(principal), issuer=issuer, subject=subject)

        def decide(told: list[Kept]) -> AccessEvent:
            if told and told[-1].event == event:
                raise AccessRefused(f"{principal.name} is linked to this identity already")
            return event

        self._decide_identity(issuer, subject, decide, by)

    def unlink_identity(self, name: str, issuer: str, subject: str, by: str) -> None:
        """Have an identity sign in nobody any more; whoever is signed in by it is out.

        Raises PrincipalUnknown, AccessRefused.
        """
        principal, _ = self._known(name)
        event = checked(IdentityUnlinked, principal=person(principal), issuer=issuer, subject=subject)

        def decide(told: list[Kept]) -> AccessEvent:
            last = told[-1].event if told else None
            if not isinstance(last, IdentityLinked) or last.principal != principal.name:
                raise AccessRefused(f"{principal.name} is not linked to this identity")
            return event

        with self._leaving_a_steward(by, unlinked=LinkedIdentity(principal.name, issuer, subject)):
            self._decide_identity(issuer, subject, decide, by)

    def _decide_identity(self, issuer: str, subject: str, decide: _Decision, by: str) -> None:
        stream = identity_stream(issuer, subject)
        for _ in range(TRIES):
            told = self._of(stream)
            try:
                self._tell(stream, told, [decide(told)], by)
            except Taken:
                continue
            return
        raise LedgerUnusable("others kept linking the same identity; nothing was recorded, try again")

    @contextmanager
    def _leaving_a_steward(
        self, by: str, ended: str | None = None, unlinked: LinkedIdentity | None = None
    ) -> Iterator[None]:
        """Raises AccessRefused where the block would leave no steward who can sign in, unless the operator decides.

        Args:
            by: who decides.
            ended: whose access as a steward the block ends.
            unlinked: what the block unlinks.
        """
        if is_operator(by) or not self._begun():
            yield
            return
        # One at a time, or of two stewards each could end the other.
        with self._streams.alone("stewards") as alone:
            if not alone:
                raise AccessRefused("somebody else is deciding about stewards at this moment: try again")
            before = self._stewards()
            after = self._stewards(unlinked) - {name_key(ended or "")}
            if before and not after:
                raise AccessRefused(
                    "then no steward would be left who can sign in again, with a password or an organisation's account,"
                    " and whose role has no last day: first see that there is another, or have it done on the machine"
                )
            yield

    def _stewards(self, unlinked: LinkedIdentity | None = None) -> set[str]:
        """The keys of those stewards for good who can sign in by themselves, were this identity unlinked."""
        can = self._streams.with_password() | {name_key(one.principal) for one in self.identities() if one != unlinked}
        return {
            key
            for one in self.principals()
            if (key := name_key(one.name)) in can
            and not one.left
            and any((held.role, held.plan, held.until) == ("steward", None, None) for held in one.grants)
        }


def identity_stream(issuer: str, subject: str) -> str:
    """The stream of an identity: issuer and subject together, each of any length."""
    return "identity:" + sha256(f"{len(issuer)} {issuer} {subject}".encode("utf-8", "surrogatepass")).hexdigest()
