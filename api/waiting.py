"""Waiting for one of a few slots, for work that takes seconds of a processor, or much memory.

The command line waits without limit. Over HTTP the wait is short, because each waiting request holds one of the
server's few threads.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Semaphore

from domain.refusals import Refusal

#: The longest wait over HTTP, in seconds: a waiting request holds a thread.
PATIENCE = 2.0
#: The longest wait, in seconds; None for no limit.
_patience: ContextVar[float | None] = ContextVar("patience", default=None)


class NoPlace(Refusal):
    """Every place is taken, and was for as long as may be waited; `retry_after` is in seconds."""

    code = "no-place"

    def __init__(self, what: str) -> None:
        self.retry_after = 5
        super().__init__(f"too many {what} are being worked on just now: ask again in {self.retry_after} seconds")


@contextmanager
def waiting_at_most(seconds: float) -> Iterator[None]:
    """Within this block, limit the wait for a slot, for this request only."""
    before = _patience.set(seconds)
    try:
        yield
    finally:
        _patience.reset(before)


@contextmanager
def one_of(places: Semaphore, what: str) -> Iterator[None]:
    """Hold one of the slots during the block; raises NoPlace."""
    if not places.acquire(timeout=_patience.get()):
        raise NoPlace(what)
    try:
        yield
    finally:
        places.release()
