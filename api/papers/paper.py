"""A paper: an answer composed for people, with its data for programs.

`compose/` makes a paper from a document, and each writer writes it in one format. All text for people is safe to show
(`wording.safe_text`) and contains no markup. No writer computes a figure or chooses a word.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from domain.refusals import Unprocessable
from projections.point import PointDocument

#: The emphasis of a piece of text; in print it must not rely on colour alone.
Mark: TypeAlias = Literal["", "strong", "inserted", "deleted", "struck"]


#: The most letters on the line at the head of a page.
_RUNNING = 120


class PaperTooLong(Unprocessable):
    """The paper has more text than the format takes; the message names formats that take it."""

    code = "paper-too-long"


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text within a line, with the colour (`#rrggbb`) of a rating, which a format may leave out.

    Inserted and deleted text is a revision; struck text no longer counts.
    """

    text: str
    mark: Mark = ""
    colour: str | None = None


@dataclass(frozen=True, slots=True)
class Text:
    """Text with emphasis."""

    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Day:
    """A day (ISO 8601): a date in a spreadsheet; in a table as `written`, by default `31/05/2019`."""

    iso: str
    written: str = ""


@dataclass(frozen=True, slots=True)
class Instant:
    """An instant (ISO 8601, UTC): `04/06/2019 10:00` UK time in a table, a date and time in a spreadsheet."""

    iso: str


@dataclass(frozen=True, slots=True)
class Tag:
    """A rating: its label on its colour (`#rrggbb`), if the scale gives one. The label alone says everything."""

    label: str
    colour: str | None = None


@dataclass(frozen=True, slots=True)
class Pair:
    """A figure at the previous point and at the current one: `3 → 0`; two columns in a spreadsheet."""

    previous: int
    current: int


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure as it was written (`+89`, `3.20`, `45%`): in a spreadsheet its value in a number format."""

    written: str
    value: float
    form: str


#: The content of a cell. Text keeps its line breaks; the items of a tuple stand on lines of their own.
Cell: TypeAlias = "str | int | Day | Instant | Figure | Tag | Pair | Text | tuple[Cell, ...]"

#: The content of a cell of data. Text is unaltered, as it was recorded, or a code.
Value: TypeAlias = "str | int | bool | Day | Instant | None"


@dataclass(frozen=True, slots=True)
class Data:
    """A table for programs.

    Attributes:
        keys: the key of each column.
        rows: makes the rows, each with a cell for every key except those of `last`.
        last: the last cells of every row: the plan and the points.
    """

    keys: tuple[str, ...] = ()
    rows: Callable[[], Iterable[Sequence[Value]]] = tuple
    last: tuple[Value, ...] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, its share of the width, and whether it holds figures (aligned right).

    Attributes:
        pairs: every cell is a `Pair` (or empty).
        split: the headings of two columns in a spreadsheet: for the first line of each cell, and for its other lines.
        optional: a format may leave it out where all its figures are 0.
        colour: the colour (`#rrggbb`) of the rating that it counts; a format may leave it out.
    """

    title: str
    width: float = 1
    figures: bool = False
    pairs: bool = False
    split: tuple[str, str] | None = None
    optional: bool = False
    colour: str | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A table with one row of headings. Its first column names the rows unless `row_headings` is off.

    Attributes:
        caption: its description, complete without the text around it.
        sheet: the name of its sheet in a spreadsheet, at most 31 characters.
        rows: a cell for every column.
        totals: whether the last row is that of totals.
        before: further first cells on a sheet that joins several tables, such as the priority; `before_columns` are
            their headings.
    """

    caption: str
    sheet: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    totals: bool = False
    row_headings: bool = True
    before_columns: tuple[Column, ...] = ()
    before: tuple[Cell, ...] = ()


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; level 1 is a section of the paper, whose title has level 0."""

    text: str
    level: int = 1


@dataclass(frozen=True, slots=True)
class Prose:
    """A paragraph; a `strong` one must not be missed."""

    text: str | Text
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """A summary list: names and their values."""

    caption: str
    facts: tuple[tuple[str, Cell], ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing (SVG, in millimetres) with its alternative text; a table of the paper shows the same."""

    svg: str
    alternative: str
    width: int = 160
    height: int = 70


@dataclass(frozen=True, slots=True)
class PageBreak:
    """A page break: the next block begins on a new page."""


Block: TypeAlias = Heading | Prose | Facts | Table | Picture | PageBreak


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper.

    Attributes:
        title: the first line, and the title of the file.
        under: the lines under the title: the organisation, then the subject.
        sentence: the points, and the record they are based on.
        blocks: its content.
        command: the command that makes the paper again; it stands on every page, with `made`.
        made: the points and versions that were taken into account.
        landscape: whether its tables need the width.
        points: the points it was made at.
        data: the same for programs.
    """

    title: str
    under: tuple[str, ...]
    sentence: str
    blocks: tuple[Block, ...]
    command: str
    made: str
    landscape: bool = False
    points: tuple[PointDocument, ...] = field(default=(), compare=False)
    data: Data = field(default=Data(), compare=False)

    @property
    def footer(self) -> str:
        """The line at the foot of each page, with the command that makes the paper again."""
        return f"Made by AsAt: {self.made}. To make it again: {self.command}"

    @property
    def running(self) -> str:
        """The line at the head of each page but the first: the title, in at most 120 letters."""
        head = " – ".join((self.title, *self.under[1:2]))
        return head if len(head) <= _RUNNING else head[: _RUNNING - 1].rstrip() + "…"

    @property
    def known_at(self) -> str:
        """The latest instant of its points (ISO 8601): the time inside its file, which is thereby reproducible."""
        return max((point["known_at"] for point in self.points), default="1980-01-01T00:00:00.000000Z")


def pieces_of(text: str | Text) -> tuple[Piece, ...]:
    """The pieces of a text, with or without emphasis."""
    return text.pieces if isinstance(text, Text) else (Piece(text),)


def lines_of(cell: Cell) -> Iterator[Cell]:
    """The lines of a cell, each a cell."""
    if isinstance(cell, tuple):
        for one in cell:
            yield from lines_of(one)
    else:
        yield cell


def table_of(
    caption: str, columns: Sequence[Column], rows: Sequence[Sequence[Cell]], *, sheet: str = "", totals: bool = False
) -> Table:
    """A table; its sheet has the name of its caption by default."""
    return Table(caption, (sheet or caption)[:31], tuple(columns), tuple(tuple(row) for row in rows), totals)
