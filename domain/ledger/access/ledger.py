"""The access ledger as a whole, and its audit."""

import logging
from collections.abc import Iterator
from uuid import uuid4

from domain.access.events import AccessEvent
from domain.access.sentences import sentence
from domain.integrity.invariants import Broken, along_the_ledger
from domain.ledger.access.ending_roles import EndingRoles
from domain.ledger.access.said import AccessRecord
from domain.ledger.access.signing_in import SigningIn
from domain.ledger.access.streams import Told
from domain.ledger.access.tokens import Tokens
from domain.refusals import LedgerDamaged, ReplicaOnly

_log = logging.getLogger("asat.access")
_PAGE = 5000


class AccessLedger(Tokens, EndingRoles, SigningIn):
    """Who may do what in one ledger, `Ledger.access`.

    Nothing is remembered between two questions, so that what was decided counts at once in every process; but that a
    ledger is no longer open is, as it never opens again. Every method raises LedgerUnusable when the database cannot be
    reached, and those that record raise ReplicaOnly where it is a replica.
    """

    def note(self, event: AccessEvent, by: str) -> None:
        """Add to the audit; a replica can keep nothing, and there it is only logged."""
        try:
            self._streams.tell([Told(f"notice:{uuid4()}", 1, event)], by)
        except ReplicaOnly:
            _log.warning("%s: %s", by, sentence(event))

    def check(self) -> Iterator[Broken]:
        """Every invariant of the access ledger that does not hold, as `Ledger.check`; nothing when all is well."""
        if not self._begun():
            return
        for broken in along_the_ledger(self._streams, lambda _: None):
            yield Broken(f"access, {broken.where}", broken.what)
        after = 0
        try:
            while kept := self._streams.every(after, _PAGE):
                after = kept[-1].position
        except LedgerDamaged as error:
            yield Broken("access", str(error))

    def log(self, after: int = 0, limit: int | None = None) -> list[AccessRecord]:
        """The audit after a position, oldest first."""
        kept = self._streams.every(after, limit) if self._begun() else []
        return [AccessRecord(one.position, one.recorded_at, one.recorded_by, one.event) for one in kept]

    def size(self) -> int:
        """How many events the audit holds: the position of its newest."""
        return (self._streams.max_notification_id() or 0) if self._begun() else 0
