"""What the tests may know of time: that something hangs, and which of two things costs more.

No test fails because a machine is slow. It counts (statements, rows, bytes, `calls`), or it compares two measurements
of one run with a wide margin (`times_as_long`). Only this file looks at a clock to measure; `test_of_the_tests` sees to
that.
"""

import sys
import time
from collections.abc import Callable
from typing import Any

#: Seconds after which what has not come hangs. No test waits so long for what works.
HANGS = 120.0


def until(holds: Callable[[], bool], within: float = HANGS, what: str = "it") -> None:
    """Wait until something holds; fails once it must be taken to hang."""
    deadline = time.monotonic() + within
    while not holds():
        assert time.monotonic() < deadline, f"{what} does not come to hold"
        time.sleep(0.01)


def calls(work: Callable[[], Any]) -> int:
    """How many functions are called in this thread for a piece of work, those of the interpreter too.

    The same on every machine, for the same work.
    """
    number = 0

    def count(_frame: Any, event: str, _argument: Any) -> None:
        nonlocal number
        number += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(before)
    return number


def times_as_long(one: Callable[[], Any], other: Callable[[], Any], rounds: int = 5) -> float:
    """How many times as long one piece of work takes as another, by the processor's time of this process.

    Both are done in turns, and the quickest round of each counts, so that what else the machine does has little part
    in it. A test leaves a factor of 4 at least between what it allows and what it is to find.
    """
    taken = [(_takes(one), _takes(other)) for _ in range(rounds)]
    return min(first for first, _ in taken) / min(second for _, second in taken)


def _takes(work: Callable[[], Any]) -> float:
    began = time.process_time()
    work()
    return max(time.process_time() - began, 1e-6)
