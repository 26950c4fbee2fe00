"""The wall clock. Only this module reads it; all other code takes the day or the instant as an argument."""

from datetime import UTC, date, datetime

from domain.points import LONDON


def today() -> date:
    """Today's date in London, the time zone of the councils."""
    return datetime.now(LONDON).date()


def now() -> datetime:
    """The current instant in UTC, to which expiries of roles and sessions are compared."""
    return datetime.now(UTC)
