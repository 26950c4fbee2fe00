"""The wall clock, read here and nowhere else; everything inside takes the day or the instant as an argument."""

from datetime import UTC, date, datetime

from domain.points import LONDON


def today() -> date:
    """Today's date in London, by which councils keep their days."""
    return datetime.now(LONDON).date()


def now() -> datetime:
    """The instant, in UTC: until when something is granted or somebody is signed in is told by it."""
    return datetime.now(UTC)
