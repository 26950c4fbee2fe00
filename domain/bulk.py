"""For work on thousands of events at a time."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

#: From how many events on it is worth while.
LONG = 1000


@contextmanager
def without_collecting() -> Iterator[None]:
    """Keep the garbage collector from looking in.

    Reading and recording a long file makes hundreds of thousands of objects, none of them garbage; looking for some
    among them takes half as long again as everything else. They are taken out of its sight for good, as it would else
    make up for lost time right after the block; what nobody holds any more is freed all the same, unless it is a cycle.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.freeze()
            gc.enable()
