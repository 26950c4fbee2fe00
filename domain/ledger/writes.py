"""Writing to the database without waiting for its answer for ever.

A commit waits for a synchronous replica for as long as that takes. It is stored at the primary by then, so it is not
cancelled (DECISIONS 69): a write runs in a thread of its own and goes on when its caller has given up waiting. Until
the database has answered it, no other write is begun: each would wait the same way, in a thread and a connection more.
"""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Lock, Thread
from typing import Any, TypeVar

from domain.ledger.errors import InDoubt, LedgerLocked, NothingRecorded

T = TypeVar("T")

#: How long a write is waited for, in seconds, and how much longer for each row of it.
ANSWER_PATIENCE, PATIENCE_A_ROW = 20.0, 0.002

#: When the request that is being worked on came.
_came: ContextVar[float | None] = ContextVar("came", default=None)


@contextmanager
def one_request() -> Iterator[None]:
    """Within this, all that is written is asked for by one request, which came now."""
    before = _came.set(time.monotonic())
    try:
        yield
    finally:
        _came.reset(before)


class Writes:
    """The writes of one process to one database."""

    def __init__(self) -> None:
        self._lock = Lock()
        #: Writes whose callers have given up waiting, and which the database has not answered yet.
        self._unanswered: set[Future[Any]] = set()
        #: The last refusal for a lock, and when it was given.
        self._locked: tuple[float, LedgerLocked] | None = None

    def run(self, write: Callable[[], T], rows: int = 1) -> T:
        """Write, and return or raise what that does.

        Raises:
            InDoubt: the database has not answered in time; whether it is stored is not known yet.
            NothingRecorded: the write was not begun, as an earlier one is not answered yet, or as the ledger was found
                locked while this request waited for its turn.
        """
        self._may_begin()
        answer: Future[T] = Future()
        Thread(target=self._work, args=(write, answer), name="asat write", daemon=True).start()
        patience = ANSWER_PATIENCE + rows * PATIENCE_A_ROW
        try:
            return answer.result(patience)
        except TimeoutError:
            with self._lock:
                if answer.done():
                    return answer.result()
                self._unanswered.add(answer)
            raise InDoubt(
                f"outcome not known: the database has not answered for {patience:.0f} s, as when a synchronous replica "
                "is stuck. Send it again with the same event_id: nothing is stored twice"
            ) from None
        except LedgerLocked as error:
            self._locked = time.monotonic(), error
            raise

    def _work(self, write: Callable[[], T], answer: "Future[T]") -> None:
        try:
            result = write()
        except BaseException as error:
            with self._lock:
                self._unanswered.discard(answer)
                answer.set_exception(error)
        else:
            with self._lock:
                self._unanswered.discard(answer)
                answer.set_result(result)

    def _may_begin(self) -> None:
        with self._lock:
            waits = bool(self._unanswered)
        if waits:
            raise NothingRecorded(
                "nothing was recorded: the database has not answered an earlier recording yet, as when a synchronous "
                "replica is stuck; see to the replica, then try again"
            )
        came = _came.get()
        if self._locked is not None and came is not None and came < self._locked[0]:
            raise LedgerLocked(str(self._locked[1]))  # waited for already: nobody waits for it one after the other
