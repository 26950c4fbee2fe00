"""For work on thousands of events at a time."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

#: From how many events on it is worth while.
LONG = 1000


@contextmanager
def without_collecting() -> Iterator[None]:
    """Disable garbage collection while thousands of events are read, folded or recorded.

    They make hundreds of thousands of objects, none of them garbage; looking for some among them takes half as long
    again as everything else. Afterwards all of them count as old, as the collector would else make up for lost time
    right after the block; they are looked at when it next looks at everything.
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
