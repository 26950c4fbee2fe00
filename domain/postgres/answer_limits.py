"""Limits on the wait for the database's answer.

A commit waits for a synchronous replica for as long as that takes. It is stored at the primary by then, so it is not
cancelled (DECISIONS 69): this program gives up and closes the connection, which the server notices only when it
answers. Until it has answered, no other write begins: each would wait for the same.
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

#: Seconds that the database may be silent on a read; counting the largest ledger takes less.
SILENCE = 60.0
#: Seconds that it may be silent on a write, and further seconds for each row.
ANSWER_PATIENCE, PATIENCE_A_ROW = 20.0, 0.002

_patience: ContextVar[float | None] = ContextVar("patience", default=None)
#: The arrival of the present request, by `time.monotonic`.
_came: ContextVar[float | None] = ContextVar("came", default=None)


class Unanswered(psycopg.OperationalError):
    """The database was silent for too long; the connection is closed, and the database goes on with the statement."""

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


class PatientConnection(Connection[Any]):  # any: what it makes of rows is left open
    """A connection with a limit on the wait for an answer; raises Unanswered."""

    def wait(self, gen: PQGen[T], *args: Any, **options: Any) -> T:  # any: as psycopg has them
        """Wait for a generator of psycopg, as psycopg does."""
        seconds = _patience.get() or SILENCE
        process = self.pgconn.backend_pid
        try:
            return super().wait(_impatiently(gen, seconds, process), *args, **options)
        except Unanswered:
            self.close()
            raise


def _impatiently(gen: PQGen[T], seconds: float, process: int) -> Generator[Any, Any, T]:  # any: as psycopg has them
    """The same generator, which raises Unanswered when nothing comes for this many seconds."""
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
    """All writes within the block belong to one request, which came now."""
    before = _came.set(time.monotonic())
    try:
        yield
    finally:
        _came.reset(before)


class Writes:
    """The writes of one process to one database."""

    def __init__(self, which_wait: Callable[[list[int]], list[int] | None]) -> None:
        """`which_wait`: those of these database processes that wait for a replica; None if that is unknown."""
        self._which_wait = which_wait
        self._lock = Lock()
        #: The processes of the database that have not answered a write.
        self._unanswered: set[int] = set()
        #: The time of the last refusal because of a lock, by `time.monotonic`, and that refusal.
        self._locked: tuple[float, LedgerLocked] | None = None

    def run(self, write: Callable[[], T], rows: int = 1) -> T:
        """Run a write, and return its result.

        Raises:
            InDoubt: the database has not answered in time; whether it is stored is not known yet.
            NothingRecorded: the write was not begun: an earlier one is not answered yet, or the ledger was found locked
                while this request waited for its turn.
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
            raise LedgerLocked(str(self._locked[1]))  # waited for already: requests do not wait in turn

    def _still_unanswered(self) -> bool:
        with self._lock:
            waiting = self._which_wait(list(self._unanswered))
            # If that is unknown, the next write finds out.
            self._unanswered = set(waiting or ())
            return bool(self._unanswered)
