"""The parts that papers share: head and foot, safe text, rating tags, and the points."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from api.papers.paper import Block, Cell, Column, Data, Day, Figure, Paper, Tag
from api.papers.wording import (
    NOT_RATED,
    Labels,
    as_at,
    as_at_both,
    as_at_each,
    fixed,
    known,
    ratings_of,
    safe_lines,
    safe_text,
)
from projections.heading import Heading
from projections.point import PointDocument
from projections.scale import RatingDocument

_COLOUR = re.compile("#[0-9a-fA-F]{6}")
_FIGURE = re.compile(r"(-?(?:0|[1-9][0-9]{0,11}))((?:\.[0-9]{1,6})?)(%?)")

#: Shown in place of an empty list.
NONE = "None."


class AtPoint(Heading):
    """An answer at one point."""

    point: PointDocument


class BetweenPoints(Heading):
    """An answer about two points."""

    previous: PointDocument
    current: PointDocument


class AlongPoints(Heading):
    """An answer about several points."""

    points: list[PointDocument]


class OfRecord(Heading):
    """An answer about the record itself, up to a version."""

    basis: int
    known_at: str


def line(text: str | None) -> str:
    """A text on one line, made safe to show; empty for None."""
    return safe_text(text or "")


def lines(text: str | None) -> str:
    """A text with its line breaks, made safe to show; empty for None."""
    return safe_lines(text or "").strip()


def stacked(texts: Iterable[str]) -> tuple[Cell, ...]:
    """Several texts in one cell, a line each."""
    return tuple(map(safe_text, texts))


def day(iso: str | None) -> Day | None:
    """A day of the data as a cell."""
    return Day(iso) if iso else None


def day_as_written(text: str, iso: str | None) -> Cell:
    """A due date as it was written: as a day where it has no letters and settles one."""
    written = safe_text(text)
    return Day(iso, written) if iso and not any(letter.isalpha() for letter in written) else written


def signed(number: int) -> Figure:
    """A number with its sign: `+89`."""
    return Figure(f"{number:+d}".replace("-", "−"), number, "+0;-0;+0")


def per_cent(share: int | None) -> Cell:
    """A share in per cent; empty for None."""
    return "" if share is None else Figure(str(share), share / 100, "0%")


def measured(text: str | None) -> Cell:
    """A value as somebody wrote it: a figure where it is a plain number or share, such as 80, -3.2 or 45%."""
    written = line(text)
    if not (found := _FIGURE.fullmatch(written)):
        return written
    whole, decimals, of_a_hundred = found.groups()
    value = float(whole + decimals) / (100 if of_a_hundred else 1)
    return Figure(written, value, f"0{'.' + '0' * (len(decimals) - 1) if decimals else ''}{of_a_hundred}")


def events_cell(versions: Sequence[int]) -> Cell:
    """The events behind something, by their record numbers."""
    return versions[0] if len(versions) == 1 else ", ".join(map(str, versions))


class Tags:
    """The ratings of a document as tags: each label on its colour."""

    def __init__(self, document: Mapping[str, object]) -> None:
        self.labels = Labels(document)
        self._colours = {rating["code"]: rating["colour"] for rating in ratings_of(document)}

    def __call__(self, code: str | None) -> Cell:
        """The tag of a rating; plain words for no rating."""
        if code is None:
            return NOT_RATED
        return tag(self.labels(code), self._colours.get(code))


def tag(label: str, colour: str | None) -> Tag:
    """A rating as a tag: its label is made safe, and a colour that is not valid is left out."""
    return Tag(safe_text(label), colour if colour and _COLOUR.fullmatch(colour) else None)


def figures(*titles: str, width: float = 1, optional: bool = False) -> list[Column]:
    """Columns that hold figures."""
    return [Column(title, width, figures=True, optional=optional) for title in titles]


def rating_columns(ratings: Sequence[RatingDocument], width: float = 1, *, pairs: bool = False) -> list[Column]:
    """A column for each rating, for the number of actions that bear it."""
    tags = [tag(rating["label"], rating["colour"]) for rating in ratings]
    return [Column(one.label, width, figures=True, pairs=pairs, colour=one.colour) for one in tags]


def taken(*points: PointDocument) -> str:
    """The basis of a paper: each point in its fixed form, with its version and the time of its recording."""
    return "; ".join(f"{fixed(point)}, {known(point)}" for point in points)


def paper_at(
    document: AtPoint,
    command: str,
    what: Iterable[str],
    blocks: Iterable[Block],
    data: Data,
    *,
    argument: str = "",
    options: str = "",
    landscape: bool = False,
) -> Paper:
    """A paper about a plan at a point.

    Args:
        document: the answer.
        command: the command that answers it, such as `overdue`; `argument` follows the plan, `options` the point.
        what: the lines under the organisation.
        blocks: its content.
        data: the same for programs; the plan and the point are added.
        landscape: whether its tables need the width.
    """
    point = document["point"]
    again = f"asat {command} {document['plan']}{argument} --at {fixed(point)}{options}"
    last = {"plan": document["plan"], "point": fixed(point)}
    return _paper(document, what, as_at(point), blocks, again, (point,), _ending(data, last), landscape)


def paper_between(
    document: BetweenPoints,
    command: str,
    what: Iterable[str],
    blocks: Iterable[Block],
    data: Data,
    *,
    landscape: bool = True,
) -> Paper:
    """A paper about a plan between two points; see `paper_at`."""
    previous, current = document["previous"], document["current"]
    again = f"asat {command} {document['plan']} {fixed(previous)} {fixed(current)}"
    names = (f"{name} point" if name in data.keys else name for name in ("previous", "current"))
    last = {"plan": document["plan"], **dict(zip(names, (fixed(previous), fixed(current)), strict=True))}
    sentence, points = as_at_both(previous, current), (previous, current)
    return _paper(document, what, sentence, blocks, again, points, _ending(data, last), landscape)


def paper_along(
    document: AlongPoints,
    command: str,
    what: Iterable[str],
    blocks: Iterable[Block],
    data: Data,
    *,
    landscape: bool = True,
) -> Paper:
    """A paper about a plan at several points; see `paper_at`."""
    points = tuple(document["points"])
    again = " ".join([f"asat {command} {document['plan']}", *(f"--points {fixed(one)}" for one in points)])
    last = {"plan": document["plan"], "points": " ".join(map(fixed, points))}
    return _paper(document, what, as_at_each(points), blocks, again, points, _ending(data, last), landscape)


def paper_of_record(
    document: OfRecord,
    again: str,
    what: str,
    sentence: str,
    made: str,
    blocks: Iterable[Block],
    data: Data,
    *,
    landscape: bool = True,
) -> Paper:
    """A paper about the record of a plan, with the command that makes it again; see `paper_at` and `Paper`."""
    basis, known_at = document["basis"], document["known_at"]
    point: PointDocument = {"effective_on": known_at[:10], "basis": basis, "known_at": known_at, "asked": "now"}
    ended = _ending(data, {"plan": document["plan"], "basis": basis})
    return replace(_paper(document, [what], sentence, blocks, again, (point,), ended, landscape), made=made)


def _paper(
    document: Heading,
    what: Iterable[str],
    sentence: str,
    blocks: Iterable[Block],
    again: str,
    points: tuple[PointDocument, ...],
    data: Data,
    landscape: bool,
) -> Paper:
    under = tuple(safe_text(text) for text in (document["organisation"], *what))
    title, made = safe_text(document["title"]), taken(*points)
    return Paper(title, under, sentence, tuple(blocks), again, made, landscape, points, data)


def _ending(data: Data, last: Mapping[str, str | int]) -> Data:
    return replace(data, keys=(*data.keys, *last), last=tuple(last.values()))


def labels_apart(ratings: Sequence[RatingDocument], *others: str) -> list[str]:
    """The labels of ratings as keys of data; the code is added where a label is not unique or is one of the others."""
    labels = [rating["label"] for rating in ratings]
    return [
        f"{label} ({rating['code']})" if label in others or labels.count(label) > 1 else label
        for label, rating in zip(labels, ratings, strict=True)
    ]
