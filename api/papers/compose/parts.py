"""What every paper is composed with: its head and foot, text made safe to show, ratings, and the points it names."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from api.papers.paper import Block, Cell, Column, Paper, Tag
from api.papers.wording import NOT_RATED, Labels, fixed, known, ratings_of, safe_lines, safe_text
from projections.event import EventDocument
from projections.heading import Heading
from projections.point import PointDocument
from projections.replay import ReplayDocument
from projections.trail import TrailDocument

_COLOUR = re.compile("#[0-9a-fA-F]{6}")

#: What stands where there is nothing to list.
NONE = "None."


def line(text: str | None) -> str:
    """What somebody wrote, on one line; nothing where nothing was written."""
    return safe_text(text or "")


def lines(text: str | None) -> str:
    """What somebody wrote, with its line breaks."""
    return safe_lines(text or "").strip()


def stacked(texts: Iterable[str]) -> tuple[Cell, ...]:
    """Several texts in one cell, a line each."""
    return tuple(safe_text(text) for text in texts)


class Tags:
    """The ratings of a document as tags: the word of each, on its colour."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.labels = Labels(document)
        self._colours = {rating["code"]: rating["colour"] for rating in ratings_of(document)}

    def __call__(self, code: str | None) -> Cell:
        """The tag of a rating; that there is none, in plain words."""
        if code is None:
            return NOT_RATED
        return tag(self.labels(code), self._colours.get(code))


def tag(label: str, colour: str | None) -> Tag:
    """A rating by its word, which is made safe; a colour that is not one is left out."""
    return Tag(safe_text(label), colour if colour and _COLOUR.fullmatch(colour) else None)


def figures(*titles: str, width: float = 1) -> list[Column]:
    """Columns that hold figures."""
    return [Column(title, width, figures=True) for title in titles]


def pairs(titles: Iterable[str], width: float = 1.2) -> list[Column]:
    """Columns that hold a figure at either point."""
    return [Column(title, width, figures=True, pairs=True) for title in titles]


def taken(*points: PointDocument) -> str:
    """What was taken into account: up to which versions, recorded by when."""
    return "; ".join(f"{fixed(point)}, {known(point)}" for point in points)


def points_of_record(document: EventDocument | ReplayDocument | TrailDocument) -> tuple[PointDocument, ...]:
    """The point that an answer about the record itself was made at: its newest version, on the day of that."""
    known_at = document["known_at"]
    return ({"effective_on": known_at[:10], "basis": document["basis"], "known_at": known_at, "asked": "now"},)


def paper_of(
    document: Heading,
    what: Iterable[str],
    sentence: str,
    blocks: Iterable[Block],
    command: str,
    points: tuple[PointDocument, ...],
    *,
    landscape: bool = False,
) -> Paper:
    """A paper about a plan, under the plan's title and its organisation.

    Args:
        document: the answer.
        what: the lines under the organisation: what the paper is.
        sentence: what it shows, with its points.
        blocks: what it says.
        command: the command that makes it again.
        points: the points it was made at.
        landscape: whether its tables need the width.
    """
    under = tuple(safe_text(text) for text in (document["organisation"], *what))
    return Paper(
        safe_text(document["title"]), under, sentence, tuple(blocks), command, taken(*points), landscape, points
    )
