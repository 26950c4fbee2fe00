"""Signing in: by password, by an identity that another vouches for, and by a link that works once."""

import secrets
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from math import ceil
from uuid import uuid4

from domain.access.events import IdentityLinked, LinkMade, LinkUsed, Lock, LockLifted, Means
from domain.access.events import SignInRefused as SignInWasRefused
from domain.access.principals import ANYONE, Principal
from domain.ledger.access.beginning import stream_of
from domain.ledger.access.checking import checked
from domain.ledger.access.identities import identity_stream
from domain.ledger.access.passwords import check_password, is_password, looking, rehashed
from domain.ledger.access.said import AccessRefused, Session, SignInRefused
from domain.ledger.access.sessions import IDENTITY, LINK_OVER, NOT_HERE, Sessions, password_at, shown
from domain.ledger.access.streams import Kept, Taken, Told
from domain.ledger.access.throttle import OF_ACCOUNT, Locked, account_stream, counting, locked, locks, network_of
from domain.ledger.access.tokens import secret_digest
from domain.names import name_key
from domain.refusals import ReplicaOnly

#: No name is longer. What is typed beyond that is not looked at: comparing takes time by the letter.
_LONGEST_ACCOUNT = 500
_WRONG = "the name or the password is wrong"
_FORMER_WRONG = "that is not your password"
_BUSY = "too many are signing in just now; try again in a moment"


class SigningIn(Sessions):
    """How people come in."""

    def sign_in(self, account: str, password: str, now: datetime, address: str | None) -> str:
        """Sign in with a password; the secret of a new session.

        Raises SignInRefused, which takes as long and says the same whether the name is wrong or the password.
        """
        account = account[:_LONGEST_ACCOUNT]
        principal, hashed = self._shown_to_be(account, password, now, address)
        key = name_key(account)
        if stronger := rehashed(password, hashed):
            self._streams.rehash_password(key, hashed, stronger)
        secret = self._begin(principal.name, "password", now, address)
        # Set while this one was looked at, before the session's event, where `session` cannot tell.
        by_now = self._streams.password_hash(key)
        if by_now != hashed and not is_password(password, by_now):
            self.sign_out(secret, now)
            raise SignInRefused(_WRONG)
        return secret

    def set_own_password(self, session: Session, former: str, password: str, now: datetime, address: str | None) -> str:
        """Somebody who is signed in sets a password of their own; the secret of a new session, as the others end.

        Whoever came in by a link need not know the former one: that is how a forgotten one is replaced.

        Raises:
            SignInRefused: the former password is wrong.
            AccessRefused: the new one cannot be taken, or they sign in with their organisation's account.
        """
        name = session.principal.name
        check_password(password, name)
        if session.means != "link":
            if self._streams.password_hash(name_key(name)) is None:
                raise AccessRefused(
                    "you sign in with your organisation's account and have no password here: whoever needs one asks a"
                    " steward for a link to sign in once"
                )
            self._shown_to_be(name, former, now, address, _FORMER_WRONG)
        self.set_password(name, password, name)
        secret = self._begin(name, "password", now, address)
        if not is_password(password, self._streams.password_hash(name_key(name))):  # replaced in between
            self.sign_out(secret, now)
            raise SignInRefused(_WRONG)
        return secret

    def _shown_to_be(
        self, account: str, password: str, now: datetime, address: str | None, wrong: str = _WRONG
    ) -> tuple[Principal, str]:
        """Who an account is, by its password, and its hash; raises SignInRefused."""
        principal, told = self._living_or_none(account)
        key, network = name_key(account), network_of(shown(address))
        stream = account_stream(key)
        with looking() as place:
            if not place:
                raise SignInRefused(_BUSY, 5)
            # One at a time, or as many could be tried as can be sent before the first is refused.
            with self._streams.alone(stream) as alone:
                if not alone:
                    raise SignInRefused(_BUSY, 1)
                newest = self._streams.newest(stream, OF_ACCOUNT)
                refused = counting(newest, password_at(told))
                if found := locked(refused, network, now):
                    raise _locked(found, now)
                hashed = self._streams.password_hash(key if principal else "")
                if is_password(password, hashed) and principal is not None and hashed is not None:
                    return principal, hashed
                locking = locks(refused, network, now)
                self._refused(stream, newest, principal, "password", address, locking)
                raise SignInRefused(wrong)

    def sign_in_by_identity(self, issuer: str, subject: str, now: datetime, address: str | None) -> str:
        """Sign in whom an issuer vouches for; the secret of a new session. Raises SignInRefused."""
        stream = identity_stream(issuer, subject)
        told = self._of(stream)
        linked = told[-1].event if told else None
        principal = self._living_or_none(linked.principal)[0] if isinstance(linked, IdentityLinked) else None
        if principal is None:
            self._refused(f"notice:{uuid4()}", [], None, "identity", address)
            raise SignInRefused(
                f"{issuer} knows you as {subject}, and this ledger does not yet: ask a steward to link that to you"
            )
        return self._begin(principal.name, "identity", now, address, identity=stream.removeprefix(IDENTITY))

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
            raise SignInRefused(LINK_OVER)
        principal, of_principal = self._living_or_none(made.principal)
        if principal is None or password_at(of_principal) > told[0].position:
            raise SignInRefused(LINK_OVER)
        used = Told(stream, 2, checked(LinkUsed, principal=principal.name))
        session = self._begin(principal.name, "link", now, address, used)
        if password_at(self._of(stream_of(name_key(made.principal)))) > told[0].position:  # set in between
            self.sign_out(session, now)
            raise SignInRefused(LINK_OVER)
        self._lift_lock(principal.name)
        return session

    def _refused(
        self, stream: str, newest: Sequence[Kept], principal: Principal | None, means: Means, address: str | None,
        locking: Lock | None = None,
    ) -> None:  # fmt: skip
        event = SignInWasRefused(
            principal=principal.name if principal else None, means=means, address=shown(address), locks=locking
        )
        try:
            self._streams.tell([Told(stream, newest[0].version + 1 if newest else 1, event)], ANYONE)
        except Taken:
            raise SignInRefused(_BUSY, 1) from None  # a lock was lifted at this moment
        except ReplicaOnly:
            raise SignInRefused(NOT_HERE) from None

    def _lift_lock(self, name: str) -> None:
        """What was refused to somebody who came in by a link counts no longer, or whoever knows a name locks it."""
        stream = account_stream(name_key(name))
        newest = self._streams.newest(stream, 1)
        if newest and isinstance(newest[0].event, SignInWasRefused):
            # Refused once more in the meantime: it counts from then on.
            with suppress(Taken):
                self._streams.tell([Told(stream, newest[0].version + 1, LockLifted(principal=name))], name)


def _locked(found: Locked, now: datetime) -> SignInRefused:
    left = ceil((found.until - now).total_seconds())
    minutes = ceil(left / 60)
    return SignInRefused(
        f"signing in was refused {found.refusals} times: try again in {minutes} minute{'' if minutes == 1 else 's'}, or"
        " ask a steward for a link",
        left,
    )
