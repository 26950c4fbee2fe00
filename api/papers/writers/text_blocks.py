"""What every answer in the terminal is built from: headings, paragraphs, rating words and tables that fit.

Every text goes through `safe_text`, and becomes a `Text`, in which markup means nothing.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from rich import box
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.style import Style
from rich.table import Table
from rich.text import Text

from api.papers.colours import ink_on
from api.papers.wording import NOT_RATED, ratings_of, safe_lines, safe_text
from projections.action import ActionDocument
from projections.counted import CountedAction
from projections.overdue import OverdueAction
from projections.scale import RatingDocument

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


def line(text: str, style: str = "") -> Text:
    """One line of text, wrapped where it must be."""
    return Text(safe_text(text), style=style)


def lines(text: str, style: str = "") -> Text:
    """Running text with its own line breaks."""
    return Text(safe_lines(text).strip(), style=style)


def each_of(names: Iterable[str]) -> Text:
    """Names below each other in a narrow cell; where one is broken the semicolon still tells them apart."""
    return Text(";\n".join(map(safe_text, names)))


def title_block(title: str, under: Iterable[str], sentence: str) -> list[RenderableType]:
    """What stands at the head: the title, what else names the answer, and a sentence on what is shown."""
    return [line(title, "bold"), *(line(text) for text in under), Text(), line(sentence)]


def heading(text: str) -> Group:
    """A heading with the space before it."""
    return Group(Text(), line(text, "bold"))


def paragraphs(texts: Iterable[str]) -> list[RenderableType]:
    """Paragraphs with a blank line before each."""
    return [part for text in texts for part in (Text(), lines(text))]


def page(*parts: RenderableType) -> Group:
    """The parts below each other."""
    return Group(*parts)


def joined(parts: Iterable[Text | str], by: str = "\n") -> Text:
    """The parts that are not empty, as one text."""
    shown = [part if isinstance(part, Text) else Text(part) for part in parts]
    return Text(by).join(part for part in shown if part)


class Key:
    """The ratings of an answer: shows a code as its word on its colour, so that either alone tells which it is."""

    def __init__(self, ratings: Iterable[RatingDocument]) -> None:
        self._ratings = {rating["code"]: rating for rating in ratings}

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> "Key":
        """The key that a document carries, by itself or in its scale; an empty one shows the codes."""
        return cls(ratings_of(document))

    def __call__(self, code: str | None) -> Text:
        if code is None:
            return Text(NOT_RATED)
        rating = self._ratings.get(code)
        return coloured(rating["label"], rating["colour"]) if rating else line(code)


def with_awaiting(counts: Text, entry: ActionDocument | CountedAction | OverdueAction, key: Key) -> Text:
    """What counts, and under it in plain words what awaits confirmation, if anything does."""
    waiting = entry.get("awaiting")
    said = f"awaiting confirmation: {key(waiting['rating']).plain}" if waiting else ""
    return joined([counts, said])


def coloured(label: str, colour: str | None) -> Text:
    """A word on a background of the colour, black or white, whichever reads better: good on dark and on light."""
    if colour is None or not _COLOUR.fullmatch(colour):
        return line(label)
    return Text(safe_text(label), style=Style(color=ink_on(colour), bgcolor=colour.lower()))


def table(*columns: str | Text, numbers: Iterable[int] = ()) -> Table:
    """A table with these column headings; those at the places in `numbers` hold figures and are set to the right."""
    made = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    right = set(numbers)
    for place, column in enumerate(columns):
        figure = place in right
        header = column if isinstance(column, Text) else Text(safe_text(column))
        made.add_column(header, justify="right" if figure else "left", no_wrap=figure, overflow="fold")
    return made


def kept_whole(made: Table) -> Table:
    """The table, once filled, with its columns that do not wrap never narrower than what is in them."""
    for column in made.columns:
        if column.no_wrap and column.overflow == "fold":
            cells = [cell.plain if isinstance(cell, Text) else str(cell) for cell in (column.header, *column.cells)]
            column.min_width = max(cell_len(part) for cell in cells for part in cell.split("\n"))
    return made


class FirstThatFits:
    """Shows the first of several forms of the same thing that is no wider than the terminal; the last if none is."""

    def __init__(self, *forms: RenderableType) -> None:
        self._forms = forms

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        unbounded = options.update(max_width=100_000)
        for form in self._forms:
            if console.measure(form, options=unbounded).minimum <= options.max_width:
                yield form
                return
        yield self._forms[-1]
