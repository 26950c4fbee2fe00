"""The wall clock, read here and nowhere else; everything inside takes the day as an argument."""

from datetime import date, datetime

from domain.points import LONDON


def today() -> date:
    """Today's date in London, by which councils keep their days."""
    return datetime.now(LONDON).date()
