"""Signing in and out: by password, by an identity that another vouches for, and by a link that works once."""

import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from math import ceil
from uuid import uuid4

from domain.access.events import (
    IdentityLinked,
    LinkMade,
    LinkUsed,
    Means,
    PasswordSet,
    SignedIn,
    SignedOut,
)
from domain.access.events import SignInRefused as SignInWasRefused
from domain.access.principals import ANYONE, Principal, fold
from domain.ledger.access.beginning import stream_of
from domain.ledger.access.checking import checked
from domain.ledger.access.passwords import is_password, looking, rehashed
from domain.ledger.access.principals import Principals, identity_stream
from domain.ledger.access.said import AccessRefused, PrincipalUnknown, Session, SignInRefused
from domain.ledger.access.streams import Kept, Taken, Told
from domain.ledger.access.tokens import secret_digest
from domain.ledger.errors import ReplicaOnly
from domain.names import name_key

#: A working day: who signs in in the morning is not asked again, and a screen left on is not signed in at night.
SESSION = timedelta(hours=8)

#: After so many refusals of an account within this time, the next is refused unseen, until as long after the last.
REFUSALS = 5
WITHIN = timedelta(minutes=15)

_WRONG = "the name or the password is wrong"
_LINK_OVER = "this link has been used, or its time is over: ask for another"
_NOT_HERE = "nobody can sign in here: this is a replica, which only answers; sign in at the primary"
_BUSY = "too many are signing in just now; try again in a moment"


class SigningIn(Principals):
    """The sessions of an access ledger."""

    def sign_in(self, account: str, password: str, now: datetime, address: str | None) -> str:
        """Sign in with a password; the secret of a new session.

        Raises SignInRefused, which takes as long and says the same whether the name is wrong or the password.
        """
        principal = self._living_or_none(account)
        key = name_key(account)
        # Somebody's password may have been typed for a name: of a name that is none, next to nothing is kept.
        about = key if principal else sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:5]
        stream = f"sign-in:{'of' if principal else 'unknown'}:{about}"
        with looking() as place:
            if not place:
                raise SignInRefused(_BUSY, 5)
            # One at a time, or as many could be tried as can be sent before the first is refused.
            with self._streams.alone(stream) as alone:
                if not alone:
                    raise SignInRefused(_BUSY, 1)
                self._not_too_often(stream, now)
                hashed = self._streams.password_hash(key if principal else "")
                if not is_password(password, hashed) or principal is None or hashed is None:
                    self._refused(stream, principal, "password", address)
                    raise SignInRefused(_WRONG)
        if stronger := rehashed(password, hashed):
            self._streams.rehash_password(key, hashed, stronger)
        secret = self._begin(principal.name, "password", now, address)
        # Set while this one was looked at, before the session's event, where `session` cannot tell.
        by_now = self._streams.password_hash(key)
        if by_now != hashed and not is_password(password, by_now):
            self.sign_out(secret, now)
            raise SignInRefused(_WRONG)
        return secret

    def sign_in_by_identity(self, issuer: str, subject: str, now: datetime, address: str | None) -> str:
        """Sign in whom an issuer vouches for; the secret of a new session. Raises SignInRefused."""
        told = self._of(identity_stream(issuer, subject))
        linked = told[-1].event if told else None
        principal = self._living_or_none(linked.principal) if isinstance(linked, IdentityLinked) else None
        if principal is None:
            self._refused(f"notice:{uuid4()}", None, "identity", address)
            raise SignInRefused(
                f"{issuer} knows you as {subject}, and this ledger does not yet: ask a steward to link that to you"
            )
        return self._begin(principal.name, "identity", now, address)

    def make_link(self, name: str, by: str, minutes: int) -> str:
        """The secret of a link by which a principal signs in once, unless a password is set before.

        Raises PrincipalUnknown, AccessRefused.
        """
        principal, _ = self._living(name)
        if principal.name == ANYONE:
            raise AccessRefused(f"{ANYONE} is whoever is not signed in, and cannot sign in")
        secret = secrets.token_urlsafe(32)
        made = checked(LinkMade, principal=principal.name, minutes=minutes)
        self._streams.tell([Told(f"link:{secret_digest(secret)}", 1, made)], by)
        return secret

    def use_link(self, secret: str, now: datetime, address: str | None) -> str:
        """Sign in with a link, which is then used up; the secret of a new session. Raises SignInRefused."""
        stream = f"link:{secret_digest(secret)}"
        told = self._of(stream)
        made = told[0].event if len(told) == 1 else None
        if not isinstance(made, LinkMade) or now >= told[0].recorded_at + timedelta(minutes=made.minutes):
            raise SignInRefused(_LINK_OVER)
        principal = self._living_or_none(made.principal)
        if principal is None or _password_since(self._of(stream_of(name_key(made.principal))), told[0]):
            raise SignInRefused(_LINK_OVER)
        used = Told(stream, 2, checked(LinkUsed, principal=principal.name))
        session = self._begin(principal.name, "link", now, address, used)
        if _password_since(self._of(stream_of(name_key(made.principal))), told[0]):  # set in between
            self.sign_out(session, now)
            raise SignInRefused(_LINK_OVER)
        return session

    def session(self, secret: str, now: datetime) -> Session | None:
        """Who signed in with this secret; None where nobody, or nobody any more."""
        told = self._of(f"session:{secret_digest(secret)}")
        if len(told) != 1:
            return None
        begun = told[0].event
        if not isinstance(begun, SignedIn) or now >= begun.until:
            return None
        of_principal = self._of(stream_of(name_key(begun.principal)))
        # Whoever sets a new password wants those out who know the old one.
        if _password_since(of_principal, told[0]):
            return None
        principal = fold(begun.principal, (one.event for one in of_principal))
        if principal.left:
            return None
        return Session(principal, begun.until, _csrf(secret))

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

    def _begin(self, name: str, means: Means, now: datetime, address: str | None, *first: Told) -> str:
        secret = secrets.token_urlsafe(32)
        begun = SignedIn(principal=name, means=means, until=now + SESSION, address=_shown(address))
        try:
            self._streams.tell([*first, Told(f"session:{secret_digest(secret)}", 1, begun)], name)
        except Taken:
            raise SignInRefused(_LINK_OVER) from None
        except ReplicaOnly:
            raise SignInRefused(_NOT_HERE) from None
        return secret

    def _not_too_often(self, stream: str, now: datetime) -> None:
        refused = self._streams.newest(stream, REFUSALS)
        if len(refused) < REFUSALS or refused[0].recorded_at - refused[-1].recorded_at > WITHIN:
            return
        left = (refused[0].recorded_at + WITHIN - now).total_seconds()
        if left > 0:
            minutes = ceil(left / 60)
            raise SignInRefused(
                f"signing in was refused {REFUSALS} times: try again in {minutes} minute{'' if minutes == 1 else 's'}",
                ceil(left),
            )

    def _refused(self, stream: str, principal: Principal | None, means: Means, address: str | None) -> None:
        event = SignInWasRefused(principal=principal.name if principal else None, means=means, address=_shown(address))
        newest = self._streams.newest(stream, 1)
        try:
            self._streams.tell([Told(stream, newest[0].version + 1 if newest else 1, event)], ANYONE)
        except ReplicaOnly:
            raise SignInRefused(_NOT_HERE) from None

    def _living_or_none(self, name: str) -> Principal | None:
        try:
            principal, _ = self._known(name)
        except PrincipalUnknown:
            return None
        return None if principal.left or principal.name == ANYONE else principal


def _password_since(of_principal: Sequence[Kept], since: Kept) -> bool:
    return any(isinstance(one.event, PasswordSet) and one.position > since.position for one in of_principal)


def _shown(address: str | None) -> str | None:
    """The network address as it can be kept; what is none is left out, as callers may be told it by others."""
    return address if address and len(address) <= 100 and address.isascii() and address.isprintable() else None


def _csrf(secret: str) -> str:
    return hmac.new(secret.encode("utf-8", "surrogatepass"), b"asat csrf", sha256).hexdigest()
