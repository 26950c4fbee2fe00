"""How often signing in to an account may be refused before the next try is refused unseen.

An account is locked for the network that the refusals come from long before it is for everybody, or whoever knows a
name could keep its owner out. Refusals before a new password, or before the owner came in by a link, do not count.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from ipaddress import IPv6Address, ip_address, ip_network

from domain.access.events import Lock, LockLifted, SignInRefused
from domain.ledger.access.streams import Kept

#: After so many refusals within this time, the next try is refused unseen until as long after the last of them: of an
#: account from one network, and of an account from anywhere.
OF_NETWORK, OF_ACCOUNT = 5, 50
WITHIN = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Locked:
    """An account is locked: after so many refusals, until an instant."""

    refusals: int
    until: datetime


def account_stream(key: str) -> str:
    """Where refusals of an account stand, by the key of its name.

    Somebody's password may have been typed for a name, so next to nothing of the name is kept; and the same of a name
    that is one as of a name that is none, or whoever tries both could tell them apart by which of them share a lock.
    """
    return f"sign-in:{sha256(key.encode('utf-8', 'surrogatepass')).hexdigest()[:5]}"


def network_of(address: str | None) -> str | None:
    """The network that an address counts as: of 24 bits, or in version 6 of 64; what is no address is its own."""
    try:
        read = ip_address(address or "")
    except ValueError:
        return address
    if isinstance(read, IPv6Address):
        read = read.ipv4_mapped or read
    if isinstance(read, IPv6Address):
        return str(ip_network((int(read), 64), strict=False))
    return str(ip_network((int(read), 24), strict=False))


def counting(newest: Sequence[Kept], password_at: int) -> list[Kept]:
    """Those refusals, newest first, that count: since the last password, set at this position, and the last link."""
    found: list[Kept] = []
    for one in newest:
        if isinstance(one.event, LockLifted) or one.position < password_at:
            break
        found.append(one)
    return found


def locked(refused: Sequence[Kept], network: str | None, now: datetime) -> Locked | None:
    """Whether an account with these refusals, newest first, is locked for a network now."""
    for limit, counted in ((OF_ACCOUNT, refused), (OF_NETWORK, _from(refused, network))):
        if len(counted) < limit or counted[0].recorded_at - counted[limit - 1].recorded_at > WITHIN:
            continue
        if now < (until := counted[0].recorded_at + WITHIN):
            return Locked(limit, until)
    return None


def locks(refused: Sequence[Kept], network: str | None, now: datetime) -> Lock | None:
    """What one more refusal, now, would lock."""
    recent = [one for one in refused if one.recorded_at >= now - WITHIN]
    if len(recent) + 1 >= OF_ACCOUNT:
        return "account"
    return "network" if len(_from(recent, network)) + 1 >= OF_NETWORK else None


def _from(refused: Sequence[Kept], network: str | None) -> list[Kept]:
    return [one for one in refused if isinstance(one.event, SignInRefused) and network_of(one.event.address) == network]
