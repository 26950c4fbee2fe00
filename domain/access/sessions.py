"""Sessions: they begin with a sign-in, and end by a sign-out, by time, or by a decision about their principal."""

import hmac
import secrets
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from domain.access.access_errors import SignInFailed
from domain.access.access_events import AccessEvent, IdentityLinked, Means, SignedIn, SignedOut
from domain.access.access_streams import AccessRecord, AccessStreams, Addition, StreamTaken, secret_stream
from domain.access.known_principals import password_position, principal_stream
from domain.access.principals import Principal, fold
from domain.access.sign_in_throttle import ON_A_REPLICA, storable_address
from domain.refusals import LedgerUnusable, ReplicaOnly

#: A working day.
SESSION = timedelta(hours=8)

#: The most attempts to end all sessions while others end some.
_TRIES = 5

LINK_OVER = "this link has been used, or its time is over: ask whoever gave it to you for another"


@dataclass(frozen=True, slots=True)
class PrincipalSession:
    """The session of a principal who signed in; `csrf` is the token that its forms carry."""

    principal: Principal
    expires_at: datetime
    csrf: str
    means: Means


class Sessions:
    """The sessions of a ledger."""

    def __init__(self, streams: AccessStreams) -> None:
        self._streams = streams

    def find(self, secret: str, now: datetime) -> PrincipalSession | None:
        """The session with this secret; None where there is none, or it has ended."""
        records = self._streams.of(_stream(secret))
        if len(records) != 1:
            return None
        [started] = records
        event = started.event
        if not isinstance(event, SignedIn) or now >= event.until:
            return None
        account = principal_stream(event.principal)
        found = self._streams.of(account, f"identity:{event.identity}")
        of_principal = [one for one in found if one.stream == account]
        # A new password ends the sessions of those who know the former one.
        if password_position(of_principal) > started.position:
            return None
        of_identity = [one for one in found if one.stream != account]
        if event.identity and not _is_linked(of_identity, started, event.principal):
            return None
        principal = fold(event.principal, (one.event for one in of_principal))
        if principal.left:
            return None
        return PrincipalSession(principal, event.until, _form_token(secret), event.means)

    def begin(
        self, name: str, means: Means, now: datetime, address: str | None, *first: Addition, identity: str | None = None
    ) -> str:
        """Begin a session, with the use of a link as `first`; its secret. Raises SignInFailed: used, or a replica."""
        secret = secrets.token_urlsafe(32)
        event = SignedIn(
            principal=name, means=means, until=now + SESSION, address=storable_address(address), identity=identity
        )
        try:
            self._streams.append([*first, (_stream(secret), 1, event)], name)
        except StreamTaken:
            raise SignInFailed(LINK_OVER) from None
        except ReplicaOnly:
            raise SignInFailed(ON_A_REPLICA) from None
        return secret

    def end(self, secret: str, now: datetime) -> None:
        """End a session, if it has not ended."""
        if (session := self.find(secret, now)) is None:
            return
        name = session.principal.name
        with suppress(StreamTaken):
            self._streams.append([(_stream(secret), 2, SignedOut(principal=name))], name)

    def end_all(self, now: datetime, by: str) -> int:
        """End every session; their number. Raises LedgerUnusable where people keep signing in."""

        def ending(records: list[AccessRecord]) -> AccessEvent | None:
            match [one.event for one in records]:
                case [SignedIn() as started] if now < started.until:
                    return SignedOut(principal=started.principal)
            return None

        return end_each(self._streams, "session", ending, by)


def end_each(
    streams: AccessStreams, kind: str, ending: Callable[[list[AccessRecord]], AccessEvent | None], by: str
) -> int:
    """Append to each stream of a kind its ending event, if any; their number. Raises LedgerUnusable: none ended."""
    for _ in range(_TRIES):
        each = streams.of_kind(kind)
        left = [(one[0].stream, len(one) + 1, event) for one in each if (event := ending(one))]
        with suppress(StreamTaken):
            if left:
                streams.append(left, by)
            return len(left)
    raise LedgerUnusable("people kept coming in while all sessions were to be ended: stop what serves, and try again")


def _stream(secret: str) -> str:
    return secret_stream("session", secret)


def _form_token(secret: str) -> str:
    return hmac.new(secret.encode("utf-8", "surrogatepass"), b"asat csrf", sha256).hexdigest()


def _is_linked(identity: Sequence[AccessRecord], started: AccessRecord, principal: str) -> bool:
    """Whether an identity is linked to a principal, and was when a session started."""
    last = identity[-1] if identity else None
    return (
        last is not None
        and last.position < started.position
        and isinstance(last.event, IdentityLinked)
        and last.event.principal == principal
    )
