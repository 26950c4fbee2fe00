"""The natural order of numbers: 2.10 after 2.9."""

import re
from functools import lru_cache


@lru_cache(maxsize=65536)
def natural_order(number: str) -> tuple[tuple[int, int, str], ...]:
    """A key that sorts 2.10 after 2.9, and 6.1b after 6.1a; no two numbers have the same key."""
    runs = re.findall(r"[0-9]+|[^0-9]+", number)
    keys = [(0, int(run), "") if run.isdigit() else (1, 0, run.casefold()) for run in runs]
    # The number itself ends the key, so that the order of 2.1 and 2.01 is fixed.
    return (*keys, (-1, 0, number))
