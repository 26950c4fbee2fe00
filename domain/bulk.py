"""Garbage collection during work on thousands of events."""

import atexit
import gc
from collections.abc import Iterator
from contextlib import contextmanager

#: The fewest events for which it is worthwhile.
LONG = 1000

# Otherwise the interpreter would search every object for garbage when it ends, which takes a tenth of a second.
atexit.register(gc.freeze)


@contextmanager
def without_collecting() -> Iterator[None]:
    """Disable garbage collection while thousands of events are read, folded or recorded.

    They make hundreds of thousands of objects, none of them garbage; collections would add half to the time. Afterwards
    all are in the oldest generation: otherwise the collector would scan them right after the block.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.freeze()
            gc.unfreeze()
            gc.enable()
