"""Rate limits of sign-ins and writes; each process counts for itself.

The throttle of an account (domain.access.sign_in_throttle) stops guessing a password. These limits stop one address
from trying many accounts, a faulty program from filling the ledger, and sign-ins from taking every thread.
"""

import math
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from threading import BoundedSemaphore, Lock

from fastapi import Request

from api.http.access.callers import Caller
from api.http.request_refusals import TooFast

#: Per minute: sign-ins from an address, which many people may share, and writes of a principal.
SIGN_INS, WRITES = 10, 120
#: Per minute and principal: refusals noted in the ledger, notes that there were more, and exports noted. The rest is
#: logged only, so that nobody fills the disk.
REFUSALS_NOTED, REFUSALS_LEFT_OUT_NOTED, EXPORTS_NOTED = 30, 1, 60
#: Concurrent sign-ins. Each may hold one of the server's forty threads for ten seconds.
SIGNING_IN_AT_ONCE = 8
#: Seconds to wait after too many concurrent sign-ins.
_A_MOMENT = 5
#: The length of the window, in seconds.
WINDOW = 60.0
#: The most names counted of one kind (about 10 MB); the name with the oldest last hit is dropped first.
MOST_NAMES = 10_000


class MovingWindow:
    """Counts hits of one kind: at most `limit` for a name in any `WINDOW`, by a monotonic clock in seconds."""

    def __init__(self, limit: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._limit, self._clock = limit, clock
        #: Name -> the times of its hits, oldest first; the most recently hit name is last.
        self._hits: OrderedDict[str, deque[float]] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._hits)

    def hit(self, name: str) -> int:
        """Count a hit; return 0 within the limit, else the seconds until another hit is allowed."""
        with self._lock:
            now = self._clock()
            self._forget(now - WINDOW)
            hits = self._hits.get(name)
            if hits is None:
                hits = self._hits[name] = deque(maxlen=self._limit)
            if len(hits) == self._limit and hits[0] > now - WINDOW:
                return max(1, math.ceil(hits[0] + WINDOW - now))
            hits.append(now)  # drops the oldest when full
            self._hits.move_to_end(name)
            if len(self._hits) > MOST_NAMES:
                self._hits.popitem(last=False)
            return 0

    def _forget(self, before: float) -> None:
        while self._hits and next(iter(self._hits.values()))[-1] <= before:
            self._hits.popitem(last=False)


class Limiter:
    """The counts of an application, by kind and name; `signing_in` bounds concurrent sign-ins."""

    def __init__(self) -> None:
        self._windows: dict[str, MovingWindow] = {}
        self.signing_in = BoundedSemaphore(SIGNING_IN_AT_ONCE)

    def hit(self, limit: int, kind: str, name: str) -> int:
        """As `MovingWindow.hit`, for a kind with this limit."""
        window = self._windows.get(kind)
        if window is None:
            window = self._windows.setdefault(kind, MovingWindow(limit))
        return window.hit(name)


@contextmanager
def sign_in_no_faster(request: Request, step: str = "sign-in") -> Iterator[None]:
    """Count a step of signing in for the address of a request, and hold a slot during the block; raises TooFast."""
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
    """Count a write of a principal or, if it is unknown, of its address; raises TooFast."""
    kind, name = ("write", caller.principal.name) if caller.is_known else ("unknown write", _counted_as(request))
    if wait := limiter_of(request).hit(WRITES, kind, name):
        sender = name if caller.is_known else "your address"
        raise TooFast(
            f"{sender} has sent more than {WRITES} in a minute; nothing was recorded of this: send "
            "many events as one list",
            wait,
        )


def limiter_of(request: Request) -> Limiter:
    """The limiter of the application."""
    limiter: Limiter = request.app.state.limiter
    return limiter


def address_of(request: Request) -> str:
    """The network address of the sender.

    Behind a public address, a proxy on this machine is trusted about its own peer: the last hop in X-Forwarded-For.
    """
    peer = request.client.host if request.client else ""
    near = _address(peer)
    if request.app.state.url is None or near is None or not near.is_loopback:
        return peer
    hops = ",".join(request.headers.getlist("x-forwarded-for"))
    return str(_address(hops.rpartition(",")[2].strip()) or peer)


def _counted_as(request: Request) -> str:
    """The key under which an address is counted: for IPv6 its /64 network, which belongs to one site."""
    sender = address_of(request)
    address = _address(sender)
    return str(IPv6Network((int(address), 64), strict=False)) if isinstance(address, IPv6Address) else sender


def _address(text: str) -> IPv4Address | IPv6Address | None:
    """The IP address in a text; None if it is none, or has a zone, which can be varied without end."""
    try:
        address = None if "%" in text else ip_address(text)
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address
