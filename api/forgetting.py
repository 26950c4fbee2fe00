"""Purging after a redaction: the database's files are rewritten by `asat purge`, or by the embedded server itself.

No request waits for a purge. The ledger shows which purge is pending: a program that was stopped does it when it next
serves, and another program that serves the same folder does it within about a minute.
"""

import logging
import threading
from collections.abc import Iterable
from typing import Self

from domain.envelopes import Recorded
from domain.events import TextRedacted
from domain.opened_ledger import Ledger
from domain.refusals import LedgerUnusable
from domain.safekeeping.purging import copied_elsewhere, purge

_log = logging.getLogger("asat")

#: The notes on a redaction until its purge is done: for the table, then for old log files of the database.
STILL_ON_DISK = "destroyed in the record; still on disk until `asat purge`"
STILL_IN_THE_LOG = "destroyed in the record; still in old log files of the database: `asat purge` says why"

#: Seconds from a redaction to the purge, so that the next page can be shown first: nobody can read during a purge.
SOON = 1.0
#: Seconds until a failed purge is tried again; doubled each time, up to the longest.
AGAIN, LONGEST = 60.0, 3600.0
#: Seconds between two checks for a pending purge: another program on the folder may have died before its own.
LOOK = 60.0
#: Seconds to wait for a purge on shutdown. After that it ends with the server and is done at the next start.
_ENDED_WITHIN = 10.0


def still_on_disk(ledger: Ledger, position: int) -> str | None:
    """The note on the pending purge of the redaction at a ledger position; None once it is purged.

    Raises:
        LedgerUnusable: the database does not answer.
    """
    purged = ledger.recorder.select_purged()
    if position > purged.table:
        return STILL_ON_DISK
    return STILL_IN_THE_LOG if position > purged.log else None


def owed(ledger: Ledger) -> str | None:
    """The note on the pending purge of the newest redaction; None if none is pending, or nothing was redacted."""
    newest = ledger.recorder.select_purged().redacted
    return still_on_disk(ledger, newest) if newest else None


class Forgetting:
    """Purges in a thread, one purge at a time. If the program does not purge by itself, it only logs a warning."""

    def __init__(self, ledger: Ledger, soon: float = SOON, again: float = AGAIN, look: float = LOOK) -> None:
        self._ledger, self._soon, self._again, self._look = ledger, soon, again, look
        self._wanted, self._ended = threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None

    def after(self, stored: Iterable[Recorded]) -> None:
        """If one of these events is a redaction, start a purge once the answer is sent."""
        if not any(isinstance(one.event, TextRedacted) for one in stored):
            return
        if self._ledger.server is not None:
            self._wanted.set()
        else:
            _log.warning("texts were %s", STILL_ON_DISK)

    def __enter__(self) -> Self:
        """Start the thread with any pending purge; do nothing if the program does not purge by itself."""
        if self._ledger.server is not None:
            self._wanted.set()
            self._thread = threading.Thread(target=self._run, name="purge", daemon=True)
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop, usually after the purge under way; a purge still pending is done at the next start."""
        self._ended.set()
        self._wanted.set()
        if self._thread is not None:
            self._thread.join(timeout=_ENDED_WITHIN)

    def _run(self) -> None:
        pause = self._again
        while True:
            wanted = self._wanted.wait(self._look)
            self._ended.wait(self._soon)
            self._wanted.clear()
            if self._ended.is_set():
                return
            if not wanted and not self._another_left_some():
                continue
            if self._purge():
                pause = self._again
            else:
                self._wanted.wait(pause)  # until another redaction, or the end
                self._wanted.set()
                pause = min(2 * pause, LONGEST)

    def _another_left_some(self) -> bool:
        """Whether a purge is pending that this program was not asked for."""
        try:
            return owed(self._ledger) is not None
        except Exception as error:  # the thread must survive, or nothing is purged any more
            # Not known to be pending: the thread checks again soon, and anybody who asks the ledger sees the error.
            _log.debug("whether a purge is owed was not seen: %s", error)
            return False

    def _purge(self) -> bool:
        """Do the pending purge; return whether none is pending any more."""
        try:
            if owed(self._ledger) is None:
                return True
            left = purge(self._ledger)
            if copied := copied_elsewhere(self._ledger):
                _log.warning("after a redaction: %s", copied)
        except LedgerUnusable as error:
            left = [str(error)]
        except Exception as error:  # the thread must survive, or nothing is purged any more
            left = [f"{type(error).__name__}: {error}"]
        for step in left:
            _log.warning("not done after a redaction, it is tried again: %s", step)
        return not left
