"""Links by which a principal signs in once."""

import secrets
from contextlib import suppress
from datetime import datetime, timedelta

from domain.access.access_errors import SignInFailed
from domain.access.access_events import AccessEvent, LinkEnded, LinkMade, LinkUsed, LockLifted, SignInRefused, new_event
from domain.access.access_streams import AccessRecord, AccessStreams, StreamTaken, secret_stream
from domain.access.known_principals import KnownPrincipals, password_position, person
from domain.access.sessions import LINK_OVER, Sessions, end_each
from domain.access.sign_in_throttle import account_stream


class SignInLinks:
    """The links of a ledger."""

    def __init__(self, streams: AccessStreams, principals: KnownPrincipals, sessions: Sessions) -> None:
        self._streams, self._principals, self._sessions = streams, principals, sessions

    def make(self, name: str, by: str, minutes: int) -> str:
        """The secret of a new link, valid for so many minutes unless a password is set before.

        Raises PrincipalUnknown, AccessRefused.
        """
        made = new_event(LinkMade, principal=person(self._principals.staying(name)), minutes=minutes)
        secret = secrets.token_urlsafe(32)
        self._streams.append([(secret_stream("link", secret), 1, made)], by)
        return secret

    def sign_in(self, secret: str, now: datetime, address: str | None) -> str:
        """Sign in with a link, once; the secret of a new session. Raises SignInFailed."""
        records = self._streams.of(secret_stream("link", secret))
        if (made := _usable(records, now)) is None:
            raise SignInFailed(LINK_OVER)
        principal, of_principal = self._principals.account(made.principal)
        if principal is None or password_position(of_principal) > records[0].position:
            raise SignInFailed(LINK_OVER)
        used = (records[0].stream, 2, LinkUsed(principal=principal.name))
        session = self._sessions.begin(principal.name, "link", now, address, used)
        # A password may have been set in between.
        if password_position(self._principals.account(made.principal)[1]) > records[0].position:
            self._sessions.end(session, now)
            raise SignInFailed(LINK_OVER)
        self._lift_lock(principal.name)
        return session

    def end_all(self, now: datetime, by: str) -> int:
        """End every unused link; their number. Raises LedgerUnusable where people keep signing in."""

        def ending(records: list[AccessRecord]) -> AccessEvent | None:
            made = _usable(records, now)
            return made and LinkEnded(principal=made.principal)

        return end_each(self._streams, "link", ending, by)

    def _lift_lock(self, name: str) -> None:
        """Void earlier refusals of an account: otherwise anybody who knows its name could keep it locked."""
        stream = account_stream(name)
        newest = self._streams.newest(stream, 1)
        if newest and isinstance(newest[0].event, SignInRefused):
            with suppress(StreamTaken):  # refused once more in the meantime: that refusal counts
                self._streams.append([(stream, newest[0].version + 1, LockLifted(principal=name))], name)


def _usable(records: list[AccessRecord], now: datetime) -> LinkMade | None:
    """The link with these records; None where it is used, ended or expired."""
    match records:
        case [AccessRecord(event=LinkMade() as made, recorded_at=at)] if now < at + timedelta(minutes=made.minutes):
            return made
    return None
