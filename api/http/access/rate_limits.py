"""How fast anybody may sign in or write, counted in the memory of this process: each process counts for itself.

The throttle of an account, which the ledger keeps, is what stops a guessed password. These stop one address from trying
many accounts, a program gone wrong from filling the ledger, and many who sign in from keeping everybody else waiting.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from threading import BoundedSemaphore

from fastapi import Request

from api.http.access.callers import Caller
from api.http.access.moving_window import MovingWindow, PerMinute
from api.http.request_refusals import TooFast

#: A council's people may share one address, but they do not all sign in within one minute.
SIGN_INS = PerMinute(10)
#: Nobody types an event a second; a program that has more to say sends them in one list.
WRITES = PerMinute(120)
#: Refusals of one principal that are noted in the ledger; others are only logged, so that nobody fills the disk.
REFUSALS_NOTED = PerMinute(30)
#: That there were more is noted once.
REFUSALS_LEFT_OUT_NOTED = PerMinute(1)
#: What one principal takes away that is noted in the ledger; the rest is only logged. Nobody reads more files.
EXPORTS_NOTED = PerMinute(60)
#: Sign-ins looked at at once. Each may keep a thread for ten seconds, waiting for a processor or for a provider, and
#: the server has forty for everybody.
SIGNING_IN_AT_ONCE = 8
#: When to try again where it was only too many at once, in seconds.
_A_MOMENT = 5


class Limiter:
    """Counts by kind and by who; each application has its own. `signing_in` are the places of those who sign in."""

    def __init__(self) -> None:
        self._windows: dict[str, MovingWindow] = {}
        self.signing_in = BoundedSemaphore(SIGNING_IN_AT_ONCE)

    def hit(self, limit: PerMinute, kind: str, who: str) -> int:
        """Count one more: 0 where it is within the limit, and else in how many seconds one more would be."""
        window = self._windows.get(kind)
        if window is None:  # there are as many kinds as are named in this program
            window = self._windows.setdefault(kind, MovingWindow(limit))
        return window.hit(who)


@contextmanager
def sign_in_no_faster(request: Request, step: str = "sign-in") -> Iterator[None]:
    """Count a step of signing in from the address of a request, and be one of the few who take one now.

    Raises TooFast, at once.
    """
    limiter = limiter_of(request)
    if wait := limiter.hit(SIGN_INS, step, _counted_as(request)):
        raise TooFast("too many have tried to sign in from your address", wait)
    if not limiter.signing_in.acquire(blocking=False):
        raise TooFast("too many are signing in just now", _A_MOMENT)
    try:
        yield
    finally:
        limiter.signing_in.release()


def write_no_faster(request: Request, caller: Caller) -> None:
    """Count something that a principal writes, or an address where it is not known who asks; raises TooFast."""
    who, name = ("write", caller.principal.name) if caller.is_known else ("unknown write", _counted_as(request))
    if wait := limiter_of(request).hit(WRITES, who, name):
        sender = name if caller.is_known else "your address"
        raise TooFast(f"{sender} has sent more than {WRITES.amount} in a minute; nothing was recorded of this: send "
                      "many events as one list", wait)  # fmt: skip


def limiter_of(request: Request) -> Limiter:
    """The limiter of the application."""
    limiter: Limiter = request.app.state.limiter
    return limiter


def address_of(request: Request) -> str:
    """From which address a request comes.

    Where there is a public address, a proxy on this machine is believed about its own peer, which is the last hop of
    all that stands in X-Forwarded-For; nothing else that a request says of where it comes from is believed.
    """
    peer = request.client.host if request.client else ""
    near = _address(peer)
    if request.app.state.url is None or near is None or not near.is_loopback:
        return peer
    hops = ",".join(request.headers.getlist("x-forwarded-for"))
    return str(_address(hops.rpartition(",")[2].strip()) or peer)


def _counted_as(request: Request) -> str:
    """As what an address counts: whoever has one of version 6 has all of its network of 64 bits."""
    said = address_of(request)
    address = _address(said)
    return str(IPv6Network((int(address), 64), strict=False)) if isinstance(address, IPv6Address) else said


def _address(said: str) -> IPv4Address | IPv6Address | None:
    """The address in a text; None where it is none, or names a zone, of which one could make up any number."""
    try:
        address = None if "%" in said else ip_address(said)
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address
