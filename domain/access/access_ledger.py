"""The access ledger, which says who may do what: its parts, and its audit."""

import logging
from collections.abc import Callable
from uuid import uuid4

from domain.access.access_events import AccessEvent
from domain.access.access_streams import AccessRecord, AccessStreams
from domain.access.identities import Identities
from domain.access.known_principals import KnownPrincipals
from domain.access.passwords import Passwords
from domain.access.sentences import sentence
from domain.access.sessions import Sessions
from domain.access.sign_in_links import SignInLinks
from domain.access.tokens import Tokens
from domain.ledger.datastore import LedgerDatastore
from domain.refusals import ReplicaOnly

_log = logging.getLogger("asat.access")


class AccessAudit:
    """The audit of access: every event of the access ledger."""

    def __init__(self, streams: AccessStreams) -> None:
        self._streams = streams

    def note(self, event: AccessEvent, by: str) -> None:
        """Add an event; on a replica it is logged instead."""
        try:
            self._streams.append([(f"notice:{uuid4()}", 1, event)], by)
        except ReplicaOnly:
            _log.warning("%s: %s", by, sentence(event))

    def records(self, after: int = 0, limit: int | None = None) -> list[AccessRecord]:
        """The records after a position, oldest first."""
        return self._streams.select("position > %b order by position limit %b", after, limit)

    def newest(self, before: int | None, limit: int) -> list[AccessRecord]:
        """The newest records, before a position where one is given, newest first."""
        end = 2**62 if before is None else before
        return self._streams.select("position < %b order by position desc limit %b", end, limit)

    def size(self) -> int:
        """The number of records, which is the position of the newest."""
        return (self._streams.recorder.max_notification_id() or 0) if self._streams.have_begun() else 0


class AccessLedger:
    """The access ledger of one ledger.

    Nothing that can change is cached between calls, so a decision counts at once in every process. Every method of a
    part raises LedgerUnusable where the database cannot be reached; recording raises ReplicaOnly on a replica.
    """

    def __init__(self, plans: LedgerDatastore, open_schema: Callable[[str], str]) -> None:
        """As `AccessStreams`; nothing is opened yet."""
        self.streams = streams = AccessStreams(plans, open_schema)
        self.audit = AccessAudit(streams)
        self.principals = KnownPrincipals(streams)
        self.tokens = Tokens(streams, self.principals)
        self.sessions = Sessions(streams)
        parts = streams, self.principals, self.sessions
        self.passwords, self.identities, self.links = Passwords(*parts), Identities(*parts), SignInLinks(*parts)
