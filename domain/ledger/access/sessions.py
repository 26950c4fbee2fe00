"""Sessions: how they begin, what ends them, and who they show somebody to be."""

import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256

from domain.access.events import (
    IdentityLinked,
    Means,
    PasswordSet,
    SignedIn,
    SignedOut,
)
from domain.access.principals import ANYONE, Principal, fold
from domain.ledger.access.beginning import stream_of
from domain.ledger.access.checking import checked
from domain.ledger.access.identities import Identities
from domain.ledger.access.said import PrincipalUnknown, Session, SignInRefused
from domain.ledger.access.streams import Kept, Taken, Told
from domain.ledger.access.tokens import secret_digest
from domain.names import name_key
from domain.refusals import ReplicaOnly

#: A working day: who signs in in the morning is not asked again, and a screen left on is not signed in at night.
SESSION = timedelta(hours=8)

#: How the stream of an identity begins; what follows is its digest.
IDENTITY = "identity:"

LINK_OVER = "this link has been used, or its time is over: ask whoever gave it to you for another"
NOT_HERE = "nobody can sign in here: this is a replica, which only answers; sign in at the primary"


class Sessions(Identities):
    """The sessions of an access ledger."""

    def session(self, secret: str, now: datetime) -> Session | None:
        """Who signed in with this secret; None where nobody, or nobody any more."""
        told = self._of(f"session:{secret_digest(secret)}")
        if len(told) != 1:
            return None
        begun = told[0].event
        if not isinstance(begun, SignedIn) or now >= begun.until:
            return None
        of_principal, identity = stream_of(name_key(begun.principal)), f"{IDENTITY}{begun.identity}"
        kept = self._of(of_principal, identity)
        about = [one for one in kept if one.stream == of_principal]
        # Whoever sets a new password wants those out who know the old one.
        if password_at(about) > told[0].position:
            return None
        if begun.identity and not _is_linked([one for one in kept if one.stream == identity], told[0], begun.principal):
            return None
        principal = fold(begun.principal, (one.event for one in about))
        if principal.left:
            return None
        return Session(principal, begun.until, _csrf(secret), begun.means)

    def sign_out(self, secret: str, now: datetime) -> None:
        """End a session; one that is over stays so."""
        if (session := self.session(secret, now)) is None:
            return
        name = session.principal.name
        ended = Told(f"session:{secret_digest(secret)}", 2, checked(SignedOut, principal=name))
        try:
            self._streams.tell([ended], name)
        except Taken:
            return

    def _begin(
        self, name: str, means: Means, now: datetime, address: str | None, *first: Told, identity: str | None = None
    ) -> str:
        secret = secrets.token_urlsafe(32)
        begun = SignedIn(
            principal=name, means=means, until=now + SESSION, address=shown(address), identity=identity
        )  # fmt: skip
        try:
            self._streams.tell([*first, Told(f"session:{secret_digest(secret)}", 1, begun)], name)
        except Taken:
            raise SignInRefused(LINK_OVER) from None
        except ReplicaOnly:
            raise SignInRefused(NOT_HERE) from None
        return secret

    def _living_or_none(self, name: str) -> tuple[Principal | None, list[Kept]]:
        try:
            principal, told = self._known(name)
        except PrincipalUnknown:
            return None, []
        return (None, []) if principal.left or principal.name == ANYONE else (principal, told)


def password_at(of_principal: Sequence[Kept]) -> int:
    """The position at which a principal was last given a password; 0 where never."""
    return max((one.position for one in of_principal if isinstance(one.event, PasswordSet)), default=0)


def _is_linked(of_identity: Sequence[Kept], since: Kept, principal: str) -> bool:
    """Whether an identity is a principal's, and nothing was decided about it since a session began."""
    last = of_identity[-1] if of_identity else None
    return (
        last is not None
        and last.position < since.position
        and isinstance(last.event, IdentityLinked)
        and last.event.principal == principal
    )


def shown(address: str | None) -> str | None:
    """The network address as it can be kept; what is none is left out, as callers may be told it by others."""
    return address if address and len(address) <= 100 and address.isascii() and address.isprintable() else None


def _csrf(secret: str) -> str:
    return hmac.new(secret.encode("utf-8", "surrogatepass"), b"asat csrf", sha256).hexdigest()
