"""The invariants of the access ledger, checked by reading all of it."""

from collections.abc import Iterator

from domain.access.access_ledger import AccessLedger
from domain.integrity.findings import Broken
from domain.integrity.invariants import along_the_ledger
from domain.ledger.access_marks import AccessLost
from domain.refusals import LedgerDamaged

_PAGE = 5000


def broken_access(access: AccessLedger) -> Iterator[Broken]:
    """Every invariant of the access ledger that does not hold."""
    streams = access.streams
    if (since := streams.lost_from()) is not None:
        yield Broken("access", str(AccessLost(since)))
    if not streams.is_there():
        return
    for broken in along_the_ledger(streams.recorder, lambda _: None):
        yield Broken(f"access, {broken.where}", broken.what)
    after = 0
    try:
        while records := access.audit.records(after, _PAGE):
            after = records[-1].position
    except AccessLost:
        return  # nothing is left of it
    except LedgerDamaged as error:
        yield Broken("access", str(error))
