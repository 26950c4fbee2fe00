"""How often something was done within the last minute, and by whom, counted in a bounded memory of this process.

Whatever comes from outside can be counted under any number of names. So each count ends with its minute, and of one
kind no more than so many are kept: the one that was longest quiet is forgotten first.
"""

import math
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

#: Seconds that a hit counts.
WINDOW = 60.0
#: Most names that are counted of one kind: some 10 MB with every count at its limit.
MOST_NAMES = 10_000


@dataclass(frozen=True, slots=True)
class PerMinute:
    """At most so many within any minute."""

    amount: int


class MovingWindow:
    """Counts hits of one kind by name.

    Args:
        limit: how many are within the limit.
        clock: the time in seconds; it never goes back.
    """

    def __init__(self, limit: PerMinute, clock: Callable[[], float] = time.monotonic) -> None:
        self._amount, self._clock = limit.amount, clock
        #: Name -> when it was hit within the window, oldest first; the name that was hit last stands last.
        self._hits: OrderedDict[str, deque[float]] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        """How many names are counted."""
        return len(self._hits)

    def hit(self, name: str) -> int:
        """Count one more: 0 where it is within the limit, and else in how many seconds one more would be."""
        with self._lock:
            now = self._clock()
            self._forget(now - WINDOW)
            hits = self._hits.get(name)
            if hits is None:
                hits = self._hits[name] = deque(maxlen=self._amount)
            if len(hits) == self._amount and hits[0] > now - WINDOW:
                return max(1, math.ceil(hits[0] + WINDOW - now))
            hits.append(now)  # the oldest goes where it is full
            self._hits.move_to_end(name)
            if len(self._hits) > MOST_NAMES:
                self._hits.popitem(last=False)
            return 0

    def _forget(self, before: float) -> None:
        while self._hits and next(iter(self._hits.values()))[-1] <= before:
            self._hits.popitem(last=False)
