"""Group commit: concurrent appends of one process go to the disk in one transaction.

Every append holds the ledger's lock until its commit is on disk, so writers queue for the disk. Batches that arrive
while one append is under way become the next append, in one transaction: eight officers who record at once wait for
the disk twice, not eight times. Each batch still succeeds or fails by itself.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Condition

from eventsourcing.persistence import IntegrityError

from domain.ledger.recorder import LedgerRecorder
from domain.ledger.stored_rows import UnstoredRow
from domain.postgres.database_errors import in_short
from domain.refusals import InDoubt, NothingRecorded, Refused, in_doubt

#: The last position and the instant of stored rows; None if a version or an event_id was taken.
Stored = tuple[int, datetime] | None


@dataclass(slots=True, eq=False)
class _Waiting:
    """A batch that waits to be appended, and its outcome."""

    rows: Sequence[UnstoredRow]
    author: str
    #: An append was tried, and its outcome is unknown.
    doubtful: bool = False
    done: bool = False
    stored: Stored = None
    error: Exception | None = None


class GroupCommit:
    """Appends batches; those that wait at the same time go into one transaction."""

    def __init__(self, recorder: LedgerRecorder, alone: Callable[[Sequence[UnstoredRow], str, bool], Stored]) -> None:
        """`alone` appends one batch by itself; its last argument: the batch may be stored already."""
        self._recorder = recorder
        self._alone = alone
        #: Notified when an append has ended.
        self._ended = Condition()
        self._appending = False
        self._waiting: list[_Waiting] = []

    def append(self, rows: Sequence[UnstoredRow], author: str) -> Stored:
        """Append the rows of one batch; returns and raises what `alone` would."""
        mine = _Waiting(rows, author)
        with self._ended:
            self._waiting.append(mine)
            # Those whose batch is done leave at once: nobody waits for the append of others.
            while self._appending and not mine.done:
                self._ended.wait()
            if not mine.done:  # it appends all batches that gathered meanwhile
                self._appending = True
                batches, self._waiting = self._waiting, []
        if not mine.done:
            try:
                self._append_all(batches if mine in batches else [mine, *batches])
            finally:
                with self._ended:
                    self._appending = False
                    self._ended.notify_all()
        if mine.error is not None:
            raise mine.error
        return mine.stored

    def _append_all(self, batches: list[_Waiting]) -> None:
        doubtful = [batch.doubtful for batch in batches]
        # A batch counts as perhaps stored until it is done: if this thread is interrupted, the batch's own goes on.
        for batch in batches:
            batch.doubtful = True
        if len(batches) > 1:
            try:
                self._in_one(batches)
                return
            except (IntegrityError, Refused):
                pass  # nothing was stored: a version or an event_id is taken, or a day has not come
            except NothingRecorded as error:  # for all: no batch waits for the same again
                for batch, perhaps_stored in zip(batches, doubtful, strict=True):
                    batch.error = in_doubt(in_short(error)) if perhaps_stored else type(error)(str(error))
                    batch.done = True
                return
            except InDoubt as error:  # one wait for all
                for batch in batches:
                    batch.error, batch.done = InDoubt(str(error)), True
                return
            except Exception:  # whether it is stored is unknown
                doubtful = [True] * len(batches)
        lost: InDoubt | None = None
        for batch, perhaps_stored in zip(batches, doubtful, strict=True):
            try:
                if lost is not None:  # one wait for all; eight writers do not wait in turn
                    raise InDoubt(str(lost))
                batch.stored = self._alone(batch.rows, batch.author, perhaps_stored)
            except InDoubt as error:
                batch.error = lost = error
            except Exception as error:
                batch.error = error
            batch.done = True

    def _in_one(self, batches: list[_Waiting]) -> None:
        """Append all in one transaction."""
        rows = [row for batch in batches for row in batch.rows]
        authors = [batch.author for batch in batches for _ in batch.rows]
        position, recorded_at = self._recorder.append(rows, authors)
        for batch in reversed(batches):
            batch.stored, batch.done = (position, recorded_at), True
            position -= len(batch.rows)
