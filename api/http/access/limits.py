"""How fast anybody may sign in or write, counted by this process in memory.

The throttle of an account, which the ledger keeps, is what stops a guessed password. These stop one address from trying
many accounts, and a program gone wrong from filling the ledger.
"""

import math
import time
from ipaddress import ip_address

from fastapi import Request
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from api.http.access.callers import Caller

#: A council's people may share one address, but they do not all sign in within one minute.
SIGN_INS = RateLimitItemPerMinute(10)
#: Nobody types an event a second; a program that has more to say sends them in one list.
WRITES = RateLimitItemPerMinute(120)
#: Refusals of one principal that are noted in the ledger; others are only logged, so that nobody fills the disk.
REFUSALS_NOTED = RateLimitItemPerMinute(30)


class TooFast(Exception):
    """More was sent than a limit allows; `retry_after` is in seconds."""

    def __init__(self, sentence: str, retry_after: int) -> None:
        self.retry_after = retry_after
        super().__init__(f"{sentence}; try again in {retry_after} seconds")


class Limiter:
    """Counts by kind and by who; each application has its own."""

    def __init__(self) -> None:
        self._window = MovingWindowRateLimiter(MemoryStorage())

    def hit(self, item: RateLimitItem, kind: str, who: str) -> int:
        """Count one more: 0 where it is within the limit, and else in how many seconds one more would be."""
        if self._window.hit(item, kind, who):
            return 0
        return max(1, math.ceil(self._window.get_window_stats(item, kind, who).reset_time - time.time()))


def sign_in_no_faster(request: Request) -> None:
    """Count a sign-in tried from the address of a request; raises TooFast."""
    if wait := limiter_of(request).hit(SIGN_INS, "sign-in", address_of(request)):
        raise TooFast("too many have tried to sign in from your address", wait)


def write_no_faster(request: Request, caller: Caller) -> None:
    """Count something that a principal writes; raises TooFast."""
    if wait := limiter_of(request).hit(WRITES, "write", caller.principal.name):
        raise TooFast(f"{caller.principal.name} has sent more than {WRITES.amount} in a minute; nothing was recorded "
                      "of this: send many events as one list", wait)  # fmt: skip


def limiter_of(request: Request) -> Limiter:
    """The limiter of the application."""
    limiter: Limiter = request.app.state.limiter
    return limiter


def address_of(request: Request) -> str:
    """From which address a request comes.

    A proxy on this machine is believed about its own peer, the last hop of X-Forwarded-For; nothing else that a
    request says of where it comes from is believed.
    """
    peer = request.client.host if request.client else ""
    hops = request.headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
    try:
        if hops and ip_address(peer).is_loopback:
            return str(ip_address(hops))
    except ValueError:
        pass
    return peer
