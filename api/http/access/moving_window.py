"""Counts hits within the last minute by name, in bounded memory: the name longest without a hit is forgotten first."""

import math
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from threading import Lock

#: Seconds that a hit counts.
WINDOW = 60.0
#: Some 10 MB with every name at its limit.
MOST_NAMES = 10_000


class MovingWindow:
    """Counts hits of one kind, at most `limit` of a name within any minute by a monotonic clock in seconds."""

    def __init__(self, limit: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._limit, self._clock = limit, clock
        #: Name -> the times of its hits, oldest first; the name that was hit last stands last.
        self._hits: OrderedDict[str, deque[float]] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        """How many names are counted."""
        return len(self._hits)

    def hit(self, name: str) -> int:
        """Count a hit: 0 within the limit, and beyond it the seconds until another hit would be within it."""
        with self._lock:
            now = self._clock()
            self._forget(now - WINDOW)
            hits = self._hits.get(name)
            if hits is None:
                hits = self._hits[name] = deque(maxlen=self._limit)
            if len(hits) == self._limit and hits[0] > now - WINDOW:
                return max(1, math.ceil(hits[0] + WINDOW - now))
            hits.append(now)  # the oldest goes where it is full
            self._hits.move_to_end(name)
            if len(self._hits) > MOST_NAMES:
                self._hits.popitem(last=False)
            return 0

    def _forget(self, before: float) -> None:
        while self._hits and next(iter(self._hits.values()))[-1] <= before:
            self._hits.popitem(last=False)
