"""Drawings of ratings: a column chart of a plan's ratings over time, and a bar of its ratings.

Each is one SVG string for pages, Word and PDF. Colour is never the only sign: the layers have the order of the legend,
from the bottom up, and show their figures; a table (`over_time_table`) repeats the figures.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import count as counting
from math import ceil
from typing import NamedTuple

from api.papers.colours import ink_on
from api.papers.drawing import INK, OUTLINE, UNRATED, blank, box, fills, is_pale, letters, line, number
from api.papers.paper import Cell, Column, Day, Table, table_of
from api.papers.wording import NOT_RATED, count, day_in_words, safe_text
from projections.ratings_over_time import CountsDocument, RatingsOverTimeDocument
from projections.register import RatingCount

#: The size of the chart in its own units. On paper, four units are one millimetre.
WIDTH, HEIGHT = 640, 280
WIDTH_ON_PAPER, HEIGHT_ON_PAPER = 160, 70

_FONT = "Arial, Helvetica, 'Liberation Sans', 'Open Sans', sans-serif"  # Open Sans: that of our PDF
_GRID = "#d8dadb"
# Text is 12 units high: 8.5 points on paper. A word is at most this wide, per letter, in the plain fonts.
_LETTER = 6.8
_LINE = 18
# The height of the bar, and the gap between its parts.
_TALL, _GAP = 12, 4


class _Layer(NamedTuple):
    """A layer of the stack: its label, its colour, and its number of actions on each day."""

    label: str
    fill: str
    counts: tuple[int, ...]


class _Frame(NamedTuple):
    """The area of the columns: its edges, the figure at its top, and the distance between its grid lines."""

    left: float
    top: float
    right: float
    foot: float
    most: int
    step: int

    def height(self, actions: int) -> float:
        return (self.foot - self.top) * actions / self.most


def ratings_chart(document: RatingsOverTimeDocument) -> str:
    """The ratings over time as stacked columns, one for each day counted, the best rating at the bottom.

    It is hidden from screen readers: the caller shows the alternative text (`alternative`).
    """
    layers, counts = _layers(document), document["counts"]
    legend, lines = _legend(layers)
    largest = max(entry["total"] for entry in counts)
    step = _step(largest)
    most = max(1, ceil(largest / step)) * step
    right = WIDTH - (4 if len(counts) <= 12 else 14)  # the label under a narrow column is wider than the column
    frame = _Frame(12 + _LETTER * len(str(most)), lines * _LINE + 40, right, HEIGHT - 24, most, step)
    drawn = [*legend, *_grid(frame, document["every"]), *_columns(frame, layers, counts), *_days(frame, counts)]
    if not largest:
        drawn.append(letters(WIDTH / 2, HEIGHT / 2, "No actions in the plan", "middle"))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}"'
        f' font-family="{_FONT}" font-size="12" fill="{INK}" aria-hidden="true">{"".join(drawn)}</svg>'
    )


def alternative(document: RatingsOverTimeDocument) -> str:
    """The alternative text of the chart: the ratings on its first day and on its last."""
    first, last = document["counts"][0], document["counts"][-1]
    if first is last:
        return f"Ratings as at {day_in_words(last['on'])}: {_said(document, last)}."
    span = f"from {_month_in_words(first['on'])} to {_month_in_words(last['on'])}"
    return (
        f"Ratings {span}, by {_in_full(document['every'])}. At the start, {_said(document, first)}. "
        f"At the end, {_said(document, last)}."
    )


def over_time_table(document: RatingsOverTimeDocument) -> Table:
    """The figures of the chart as a table, a row for each day."""
    codes = [rating["code"] for rating in document["ratings"]]
    labels = [safe_text(rating["label"]) for rating in document["ratings"]]
    columns = [Column("As at", 1.4), *(Column(title, figures=True) for title in (*labels, NOT_RATED, "Total"))]
    rows: list[tuple[Cell, ...]] = [
        (Day(entry["on"]), *(entry["ratings"][code] for code in codes), entry["unrated"], entry["total"])
        for entry in document["counts"]
    ]
    return table_of(
        f"Ratings at the end of each {_in_full(document['every'])}", columns, rows, sheet="Ratings over time"
    )


def rating_bar(ratings: Sequence[RatingCount], unrated: int) -> str:
    """The ratings as a bar that fills its width, the best rating first; its figures must stand beside it."""
    coloured = zip(ratings, fills([one["colour"] for one in ratings]), strict=True)
    parts = [*[(one["count"], fill) for one, fill in coloured][::-1], (unrated, UNRATED)]
    parts = [(actions, fill) for actions, fill in parts if actions]
    total, left, drawn = sum(actions for actions, _ in parts), 0.0, ""
    for actions, fill in parts:
        wide = (1000 - _GAP * (len(parts) - 1)) * actions / total
        # The line keeps its width however the bar is stretched; its outer half is cut off above and below.
        outline = f' stroke="{OUTLINE}" stroke-width="2" vector-effect="non-scaling-stroke"' if is_pale(fill) else ""
        drawn += f'<rect x="{number(left)}" width="{number(wide)}" height="{_TALL}" fill="{fill}"{outline}/>'
        left += wide + _GAP
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1000 {_TALL}" width="100%" height="{_TALL}"'
        f' preserveAspectRatio="none" aria-hidden="true">{drawn}</svg>'
    )


def _layers(document: RatingsOverTimeDocument) -> list[_Layer]:
    """The layers, from the bottom up: the best rating first, the actions without one last."""
    key, counts = document["ratings"], document["counts"]
    coloured = zip(key, fills([one["colour"] for one in key]), strict=True)
    layers = [
        _Layer(safe_text(one["label"]), fill, tuple(entry["ratings"][one["code"]] for entry in counts))
        for one, fill in coloured
    ][::-1]
    unrated = tuple(entry["unrated"] for entry in counts)
    return [*layers, _Layer(NOT_RATED, UNRATED, unrated)] if any(unrated) else layers


def _legend(layers: Sequence[_Layer]) -> tuple[list[str], int]:
    """The legend, in the order of the layers, and the number of lines that it takes."""
    longest = 34 if len(layers) <= 6 else 16
    drawn: list[str] = []
    x, lines = 0.0, 1
    for layer in layers:
        label = layer.label if len(layer.label) <= longest else layer.label[: longest - 1].rstrip() + "…"
        wide = 18 + _LETTER * len(label)
        if x and x + wide > WIDTH:
            x, lines = 0.0, lines + 1
        foot = lines * _LINE - 6
        drawn += [box(x, foot - 10, 12, 12, layer.fill), letters(x + 18, foot, label)]
        x += wide + 16
    return drawn, lines


def _step(largest: int) -> int:
    """The distance between the grid lines, so that there are at most five: 1, 2, 5, 10, 20, 25, 50 and so on."""
    tens = (int(10**power) for power in counting())
    steps = (step * ten // 10 for ten in tens for step in (10, 20, 25, 50) if ten > 1 or step != 25)
    return next(step for step in steps if largest <= 5 * step)


def _grid(frame: _Frame, every: str) -> Iterator[str]:
    """The title of the chart, and the grid lines with their figures."""
    yield letters(0, frame.top - 26, f"Actions by rating over time, at the end of each {_in_full(every)}")
    for actions in range(0, frame.most + 1, frame.step):
        y = round(frame.foot - frame.height(actions)) + 0.5
        yield line(frame.left, y, frame.right, _GRID if actions else OUTLINE)
        yield letters(frame.left - 6, y + 4, str(actions), "end")


def _columns(frame: _Frame, layers: Sequence[_Layer], counts: Sequence[CountsDocument]) -> Iterator[str]:
    """A column for each day, with the figures that fit into it, and its total above."""
    slot = (frame.right - frame.left) / len(counts)
    wide = min(0.78 * slot, 64)
    for place, entry in enumerate(counts):
        middle, y = frame.left + slot * (place + 0.5), frame.foot
        for layer in layers:
            actions = layer.counts[place]
            tall = frame.height(actions)
            if actions:
                gap = 1 if tall > 3 else 0
                yield box(middle - wide / 2, y - tall, wide, tall - gap, layer.fill)
            if tall >= 14 and wide >= _LETTER * len(str(actions)) + 2:
                yield letters(middle, y - tall / 2 + 4, str(actions), "middle", ink_on(layer.fill))
            y -= tall
        room = _LETTER * len(str(entry["total"]))
        if entry["total"] and (slot >= room + 3 or place == len(counts) - 1):
            yield blank(middle - room / 2, y - 14, room, 12)  # hides the grid line behind the figure
            yield letters(middle, y - 4, str(entry["total"]), "middle")


def _days(frame: _Frame, counts: Sequence[CountsDocument]) -> Iterator[str]:
    """The days under the columns: as many as fit, always the last."""
    slot = (frame.right - frame.left) / len(counts)
    for place in range(len(counts) - 1, -1, -ceil((6 * _LETTER + 4) / slot)):
        day = date.fromisoformat(counts[place]["on"])
        yield letters(frame.left + slot * (place + 0.5), frame.foot + 16, f"{day:%b} {day.year % 100:02}", "middle")


def _said(document: RatingsOverTimeDocument, entry: CountsDocument) -> str:
    """The counts of a day in words, without those that are 0."""
    key = [(entry["ratings"][one["code"]], safe_text(one["label"])) for one in document["ratings"]]
    counts = [f"{actions} {label}" for actions, label in [*key, (entry["unrated"], NOT_RATED.lower())] if actions]
    return f"{count(entry['total'], 'action')}{': ' + ', '.join(counts) if counts else ''}"


def _in_full(every: str) -> str:
    """The period of each count, in words. A year ends on 31 March, as the financial year of councils does."""
    return "financial year (31 March)" if every == "year" else every


def _month_in_words(day: str) -> str:
    read = date.fromisoformat(day)
    return f"{read:%B} {read.year}"
