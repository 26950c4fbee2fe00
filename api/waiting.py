"""Waiting for one of a few places, where something takes a processor for seconds or much memory.

On the command line it is waited for as long as it takes. A server keeps a thread for whoever waits, and has few, so
over HTTP it is waited for a moment only.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Semaphore

from domain.refusals import Refusal

#: How long a place is waited for over HTTP, in seconds: it takes a thread away from everybody else.
PATIENCE = 2.0
#: How long is waited at most, in seconds; None: as long as it takes.
_patience: ContextVar[float | None] = ContextVar("patience", default=None)


class NoPlace(Refusal):
    """Every place is taken, and was for as long as may be waited; `retry_after` is in seconds."""

    code = "no-place"

    def __init__(self, what: str) -> None:
        self.retry_after = 5
        super().__init__(f"too many {what} are being worked on just now: ask again in {self.retry_after} seconds")


@contextmanager
def waiting_at_most(seconds: float) -> Iterator[None]:
    """Within this, a place is waited for no longer, by this request and nobody else."""
    before = _patience.set(seconds)
    try:
        yield
    finally:
        _patience.reset(before)


@contextmanager
def one_of(places: Semaphore, what: str) -> Iterator[None]:
    """Have one of the places for what is made there; raises NoPlace."""
    if not places.acquire(timeout=_patience.get()):
        raise NoPlace(what)
    try:
        yield
    finally:
        places.release()
