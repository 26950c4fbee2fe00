"""Throttling of sign-ins: after a number of refusals an account is locked, and attempts are refused unchecked.

It is locked for the network of the sender long before it is locked for everybody: otherwise anybody who knows a name
could keep its owner out.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from ipaddress import IPv6Address, ip_address, ip_network
from math import ceil

from domain.access.access_errors import SignInFailed
from domain.access.access_events import Lock, LockLifted, SignInRefused
from domain.access.access_streams import AccessRecord, AccessStreams, StreamTaken
from domain.access.password_hashing import BUSY
from domain.access.principals import ANYONE
from domain.names import name_key
from domain.refusals import ReplicaOnly

#: After so many refusals within this time, of one network or of all, an account is locked for the same time after the
#: last of them: for that network, or for everybody.
OF_NETWORK, OF_ACCOUNT = 5, 50
WITHIN = timedelta(minutes=15)

ON_A_REPLICA = "nobody can sign in here: this is a replica, which only answers; sign in at the primary"


def account_stream(name: str) -> str:
    """The stream of the refusals of an account.

    A password may have been typed in place of the name, so only 20 bits of its digest are stored. All names share
    streams, so that a lock does not show whether a name is a principal's.
    """
    return f"sign-in:{sha256(name_key(name).encode('utf-8', 'surrogatepass')).hexdigest()[:5]}"


def storable_address(address: str | None) -> str | None:
    """The network address; None where it is not a short line of printable ASCII, as a proxy may pass on anything."""
    return address if address and len(address) <= 100 and address.isascii() and address.isprintable() else None


def network_of(address: str | None) -> str | None:
    """The network of an address: 24 bits, or 64 in version 6; a text that is no address stands for itself."""
    try:
        read = ip_address(address or "")
    except ValueError:
        return address
    if isinstance(read, IPv6Address):
        read = read.ipv4_mapped or read
    return str(ip_network((int(read), 64 if isinstance(read, IPv6Address) else 24), strict=False))


def counted_refusals(newest: Sequence[AccessRecord], password_position: int) -> list[AccessRecord]:
    """The refusals, newest first, that count: those since the last password and the last sign-in by a link."""
    counted: list[AccessRecord] = []
    for one in newest:
        if isinstance(one.event, LockLifted) or one.position < password_position:
            break
        counted.append(one)
    return counted


def lock_of(refusals: Sequence[AccessRecord], network: str | None, now: datetime) -> SignInFailed | None:
    """The lock of an account with these refusals, newest first, for a network; None where it is not locked."""
    for limit, counted in ((OF_ACCOUNT, refusals), (OF_NETWORK, _from(refusals, network))):
        if len(counted) < limit or counted[0].recorded_at - counted[limit - 1].recorded_at > WITHIN:
            continue
        if now < (until := counted[0].recorded_at + WITHIN):
            seconds = ceil((until - now).total_seconds())
            minutes = ceil(seconds / 60)
            return SignInFailed(
                f"signing in was refused {limit} times: try again in {minutes} minute{'' if minutes == 1 else 's'}, or"
                " ask a steward for a link",
                seconds,
            )
    return None


def next_lock(refusals: Sequence[AccessRecord], network: str | None, now: datetime) -> Lock | None:
    """The lock that one more refusal would bring."""
    recent = [one for one in refusals if one.recorded_at >= now - WITHIN]
    if len(recent) + 1 >= OF_ACCOUNT:
        return "account"
    return "network" if len(_from(recent, network)) + 1 >= OF_NETWORK else None


def note_refusal(streams: AccessStreams, stream: str, version: int, event: SignInRefused) -> None:
    """Store a refused sign-in; raises SignInFailed where it cannot be."""
    try:
        streams.append([(stream, version, event)], ANYONE)
    except StreamTaken:  # a lock was lifted at this moment
        raise SignInFailed(BUSY, 1) from None
    except ReplicaOnly:
        raise SignInFailed(ON_A_REPLICA) from None


def _from(refusals: Sequence[AccessRecord], network: str | None) -> list[AccessRecord]:
    return [
        one for one in refusals if isinstance(one.event, SignInRefused) and network_of(one.event.address) == network
    ]
