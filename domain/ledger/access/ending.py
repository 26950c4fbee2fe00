"""Ending what lets people in without a password: a ledger that was restored does not know what was ended since."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import groupby

from domain.access.events import LinkEnded, LinkMade, SignedIn, SignedOut
from domain.ledger.access.ledger import AccessLedger
from domain.ledger.access.streams import Kept, Taken, Told
from domain.refusals import LedgerUnusable

#: So many are ended with one transaction, and each is begun anew so often where somebody else ended one of them.
_AT_ONCE, _TRIES = 1000, 5


def end_sessions_and_links(access: AccessLedger, now: datetime, by: str) -> tuple[int, int]:
    """End every session, and every link that nobody has used; how many there were of each.

    Raises:
        LedgerUnusable: others kept coming in and going out; some may be ended.
    """
    return _end(access, "session:", now, by), _end(access, "link:", now, by)


def _end(access: AccessLedger, kind: str, now: datetime, by: str) -> int:
    ended = 0
    for _ in range(_TRIES):
        left = list(_begun(access, kind, now))
        try:
            for start in range(0, len(left), _AT_ONCE):
                some = left[start : start + _AT_ONCE]
                access._streams.tell(some, by)
                ended += len(some)
            return ended
        except Taken:
            continue
    raise LedgerUnusable("people kept coming in while all sessions were to be ended: stop what serves, and try again")


def _begun(access: AccessLedger, kind: str, now: datetime) -> Iterator[Told]:
    """What ends each that has begun and is not over."""
    kept = access._streams.beginning_with(kind) if access._begun() else []
    for stream, told in groupby(kept, key=lambda one: one.stream):
        match list(told):
            case [Kept(event=SignedIn() as begun)] if now < begun.until:
                yield Told(stream, 2, SignedOut(principal=begun.principal))
            case [Kept(event=LinkMade() as made, recorded_at=at)] if now < at + timedelta(minutes=made.minutes):
                yield Told(stream, 2, LinkEnded(principal=made.principal))
