"""After a redaction the database's files are written anew: by `asat purge`, or by itself on the embedded server.

No request waits for it. What is owed is known from the ledger: a program that was stopped takes it up when next it
serves, and another that serves the same folder within a minute or so.
"""

import logging
import threading
from collections.abc import Iterable
from typing import Self

from domain.envelopes import Recorded
from domain.events import TextRedacted
from domain.ledger.ledger import Ledger
from domain.refusals import LedgerUnusable
from domain.safekeeping.backups import owner_conninfo
from domain.safekeeping.purging import copied_elsewhere

_log = logging.getLogger("asat")

#: What is said of a redaction until a purge is done: of the table, and of the server's log where the table is.
STILL_ON_DISK = "destroyed in the record; still on disk until `asat purge`"
STILL_IN_THE_LOG = "destroyed in the record; still in old log files of the database: `asat purge` says why"

#: Seconds from a redaction to the purge, in which the page that follows is shown: during a purge nobody reads.
SOON = 1.0
#: Seconds until what could not be done is tried again; each time twice as long, up to the longest.
AGAIN, LONGEST = 60.0, 3600.0
#: Seconds between two looks whether anything is owed: another program on the folder may have died before its purge.
LOOK = 60.0
#: Seconds in which it ends: what then goes on is ended with the server, and done when next it serves.
_ENDED_WITHIN = 10.0


def still_on_disk(ledger: Ledger, position: int) -> str | None:
    """What is to be said of the redaction at a position of the ledger; None once it has left the files.

    Raises:
        LedgerUnusable: the database does not answer.
    """
    purged = ledger.purged()
    if position > purged.table:
        return STILL_ON_DISK
    return STILL_IN_THE_LOG if position > purged.log else None


def owed(ledger: Ledger) -> str | None:
    """What is to be said of the newest redaction; None where nothing is owed, and where nothing was redacted."""
    newest = ledger.purged().redacted
    return still_on_disk(ledger, newest) if newest else None


class Forgetting:
    """Purges what is owed, in a thread of its own, one purge at a time; where that is not its part it only says so."""

    def __init__(self, ledger: Ledger, soon: float = SOON, again: float = AGAIN, look: float = LOOK) -> None:
        self._ledger, self._soon, self._again, self._look = ledger, soon, again, look
        self._wanted, self._ended = threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None

    def after(self, stored: Iterable[Recorded]) -> None:
        """Have the files forget what these events redacted, after the answer."""
        if not any(isinstance(one.event, TextRedacted) for one in stored):
            return
        if self._ledger.purges_itself:
            self._wanted.set()
        else:
            _log.warning("texts were %s", STILL_ON_DISK)

    def __enter__(self) -> Self:
        """Begin with what is owed from before; nothing happens where the program does not purge by itself."""
        if self._ledger.purges_itself:
            self._wanted.set()
            self._thread = threading.Thread(target=self._run, name="purge", daemon=True)
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End, mostly after the purge that is under way: what is owed still is done when next it serves."""
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
                self._wanted.wait(pause)  # or until there is another redaction, or the end
                self._wanted.set()
                pause = min(2 * pause, LONGEST)

    def _another_left_some(self) -> bool:
        """Whether a purge is owed that this program was not asked for."""
        try:
            return owed(self._ledger) is not None
        except Exception as error:  # a thread that ended would purge nothing any more
            # Nothing is known to be owed: it looks again soon, and whoever asks the ledger is told what is wrong.
            _log.debug("whether a purge is owed was not seen: %s", error)
            return False

    def _purge(self) -> bool:
        """Purge what is owed; whether nothing is any more."""
        try:
            if owed(self._ledger) is None:
                return True
            left = self._ledger.purge()
            if copied := copied_elsewhere(owner_conninfo(self._ledger)):
                _log.warning("after a redaction: %s", copied)
        except LedgerUnusable as error:
            left = [str(error)]
        except Exception as error:  # a thread that ended would purge nothing any more
            left = [f"{type(error).__name__}: {error}"]
        for step in left:
            _log.warning("not done after a redaction, it is tried again: %s", step)
        return not left
