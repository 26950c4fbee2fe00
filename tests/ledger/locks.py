"""Locks of folded plans that note who takes them, and who waits."""

from collections import Counter
from threading import Lock, current_thread
from types import TracebackType
from typing import Any

import pytest

from domain.ledger.folded_plans import Folded


class Noted:
    """What was noted of the locks of all folded plans made since."""

    def __init__(self) -> None:
        #: (name of the lock, name of the thread) -> how often the thread has taken it.
        self.taken: Counter[tuple[str, str]] = Counter()
        #: Name of the lock -> how many threads wait for one of that name now.
        self.waiting: Counter[str] = Counter()
        self._lock = Lock()

    def takes(self, name: str) -> None:
        with self._lock:
            self.taken[name, current_thread().name] += 1

    def waits(self, name: str, by: int) -> None:
        with self._lock:
            self.waiting[name] += by

    def taken_by(self, threads: str) -> list[str]:
        """The names of the locks that threads whose names begin so have taken."""
        return sorted({name for name, thread in self.taken if thread.startswith(threads)})


class NotedLock:
    """A lock that notes who takes it."""

    def __init__(self, name: str, lock: Any, noted: Noted) -> None:
        self._name, self._lock, self._noted = name, lock, noted

    def __enter__(self) -> None:
        if not self._lock.acquire(blocking=False):
            self._noted.waits(self._name, 1)
            self._lock.acquire()
            self._noted.waits(self._name, -1)
        self._noted.takes(self._name)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._lock.release()


def note_locks(monkeypatch: pytest.MonkeyPatch) -> Noted:
    """From now on note who takes the locks of folded plans."""
    noted, made = Noted(), Folded.__init__

    def make(folded: Folded, slug: str) -> None:
        made(folded, slug)
        for name in ("writing", "growing", "loading"):
            setattr(folded, name, NotedLock(name, getattr(folded, name), noted))

    monkeypatch.setattr(Folded, "__init__", make)
    return noted
