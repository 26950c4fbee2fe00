"""Today, as the product has it, asked for by a test as it runs: a suite that runs past midnight has two."""

from api import clock


def today() -> str:
    """As it is written in a point or a form."""
    return clock.today().isoformat()
