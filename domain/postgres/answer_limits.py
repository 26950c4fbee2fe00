"""Waiting for the database's answer, but not for ever.

A commit waits for a synchronous replica for as long as that takes. It is stored at the primary by then, so it is not
cancelled (DECISIONS 69): whoever waits for it gives up and closes the connection, of which the server takes notice only
when it answers. Until it has answered, no other write is begun: each would wait for the same.
"""

import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Lock
from typing import Any, TypeVar

import psycopg
from psycopg import Connection
from psycopg.abc import PQGen

from domain.refusals import InDoubt, LedgerLocked, LedgerUnusable, NothingRecorded

T = TypeVar("T")

#: How long the database may be silent when it is asked something, in seconds; the largest ledger is counted in less.
SILENCE = 60.0
#: How long when something is written, and how much longer for each row of it.
ANSWER_PATIENCE, PATIENCE_A_ROW = 20.0, 0.002

_patience: ContextVar[float | None] = ContextVar("patience", default=None)
#: When the request that is being worked on came.
_came: ContextVar[float | None] = ContextVar("came", default=None)


class Unanswered(psycopg.OperationalError):
    """The database was silent for too long; the connection is closed, and what was asked goes on in it."""

    def __init__(self, seconds: float, process: int) -> None:
        #: The process of the database that has not answered.
        self.process = process
        super().__init__(f"the database has not answered for {seconds:.0f} s")


class Silent(LedgerUnusable):
    """The database was silent for too long."""

    code = "database-silent"

    def __init__(self, unanswered: Unanswered) -> None:
        self.process = unanswered.process
        super().__init__(f"{unanswered}: look whether it hangs, and try again")


class PatientConnection(Connection[Any]):
    """A connection that waits for an answer, but not for ever; raises Unanswered."""

    def wait(self, gen: PQGen[T], *args: Any, **options: Any) -> T:
        """Wait for what a generator of psycopg waits for, as psycopg does."""
        seconds = _patience.get() or SILENCE
        process = self.pgconn.backend_pid
        try:
            return super().wait(_impatiently(gen, seconds, process), *args, **options)
        except Unanswered:
            self.close()
            raise


def _impatiently(gen: PQGen[T], seconds: float, process: int) -> Generator[Any, Any, T]:
    """The same generator, which ends with Unanswered when nothing comes for so long."""
    heard = time.monotonic()
    try:
        wants = next(gen)
        while True:
            ready = yield wants
            if ready:
                heard = time.monotonic()
            elif time.monotonic() - heard > seconds:
                raise Unanswered(seconds, process)
            wants = gen.send(ready)
    except StopIteration as ended:
        result: T = ended.value
        return result


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

    def __init__(self, which_wait: Callable[[list[int]], list[int] | None]) -> None:
        """`which_wait` tells which of these processes of the database wait for a replica; None: it cannot tell."""
        self._which_wait = which_wait
        self._lock = Lock()
        #: The processes of the database that have not answered a write.
        self._unanswered: set[int] = set()
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
        patience = ANSWER_PATIENCE + rows * PATIENCE_A_ROW
        before = _patience.set(patience)
        try:
            return write()
        except Silent as silent:
            with self._lock:
                self._unanswered.add(silent.process)
            raise InDoubt(
                f"outcome not known: the database has not answered for {patience:.0f} s, as when a synchronous replica "
                "is stuck. Send it again with the same event_id: nothing is stored twice"
            ) from silent
        except LedgerLocked as error:
            self._locked = time.monotonic(), error
            raise
        finally:
            _patience.reset(before)

    def _may_begin(self) -> None:
        if self._unanswered and self._still_unanswered():
            raise NothingRecorded(
                "nothing was recorded: the database has not answered an earlier recording yet, as when a synchronous "
                "replica is stuck; see to the replica, then try again"
            )
        came = _came.get()
        if self._locked is not None and came is not None and came < self._locked[0]:
            raise LedgerLocked(str(self._locked[1]))  # waited for already: nobody waits for it one after the other

    def _still_unanswered(self) -> bool:
        with self._lock:
            waiting = self._which_wait(list(self._unanswered))
            # Where it cannot tell, the next write finds out.
            self._unanswered = set(waiting or ())
            return bool(self._unanswered)
