"""The point of an answer as data, to ask for the same answer again."""

from datetime import date

from typing_extensions import TypedDict

from domain.instants import instant_text
from domain.points import Point


class PointDocument(TypedDict):
    """A resolved point: ask for `effective_on@basis` and the answer comes out the same, to the byte."""

    effective_on: str
    basis: int
    known_at: str
    asked: str


def point_document(point: Point) -> PointDocument:
    """The resolved point as data; `known_at` is when the event at the basis was recorded."""
    return {
        "effective_on": point.effective_on.isoformat(),
        "basis": point.basis,
        "known_at": instant_text(point.known_at),
        "asked": point.asked,
    }


def in_words(day: date) -> str:
    """A day as a sentence names it: `31 May 2019`."""
    return f"{day.day} {day:%B %Y}"
