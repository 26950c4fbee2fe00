"""A paper: an answer composed for people, with the data behind it for programs.

`compose/` makes a paper of a document, and each writer writes it in one format. All text for people is safe to show
(`wording.safe_text`), none of it is markup, and no writer computes a figure or chooses a word.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from domain.refusals import Unprocessable
from projections.point import PointDocument

#: How a piece of text stands out; in print it must not be by colour alone.
Mark: TypeAlias = Literal["", "strong", "inserted", "deleted", "struck"]


#: So many letters fit on a line at the head of a page.
_RUNNING = 120


class PaperTooLong(Unprocessable):
    """The paper has more text than the format takes; the message names formats that take it."""

    code = "paper-too-long"


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text within a line, with the colour (`#rrggbb`) of a rating, which a format may leave out.

    Inserted and deleted text is a revision; what is struck no longer counts.
    """

    text: str
    mark: Mark = ""
    colour: str | None = None


@dataclass(frozen=True, slots=True)
class Text:
    """Text with marks."""

    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Day:
    """A day (ISO 8601): `31/05/2019` in a table, a date in a spreadsheet."""

    iso: str


@dataclass(frozen=True, slots=True)
class Instant:
    """An instant (ISO 8601, UTC): `04/06/2019 10:00` UK time in a table, a date and time in a spreadsheet."""

    iso: str


@dataclass(frozen=True, slots=True)
class Tag:
    """A rating: its word, on its colour (`#rrggbb`) where the scale gives one. The word alone says it all."""

    label: str
    colour: str | None = None


@dataclass(frozen=True, slots=True)
class Pair:
    """A figure at the previous point and at the current one: `3 → 0`; two columns in a spreadsheet."""

    previous: int
    current: int


#: What stands in a cell. Text keeps its line breaks; a tuple stands line under line.
Cell: TypeAlias = "str | int | Day | Instant | Tag | Pair | Text | tuple[Cell, ...]"

#: What stands in a cell of data. Text is what somebody wrote, letter by letter, or a code.
Value: TypeAlias = "str | int | bool | Day | Instant | None"


@dataclass(frozen=True, slots=True)
class Data:
    """A table for programs.

    Attributes:
        keys: the key of each column.
        rows: makes the rows, each with a cell for every key but those of `last`.
        last: the cells that every row ends with: which plan and which points it is of.
    """

    keys: tuple[str, ...] = ()
    rows: Callable[[], Iterable[Sequence[Value]]] = tuple
    last: tuple[Value, ...] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, its share of the width, and whether it holds figures (set to the right).

    Attributes:
        pairs: every cell is a `Pair` (or empty).
        optional: a format may leave it out where all its figures are 0.
        colour: of the rating that it counts (`#rrggbb`); a format may leave it out.
    """

    title: str
    width: float = 1
    figures: bool = False
    pairs: bool = False
    optional: bool = False
    colour: str | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A table with one row of headings, whose first column names its rows unless `row_headings` is off.

    Attributes:
        caption: what it shows, for those who come upon it alone.
        sheet: a name for its sheet in a spreadsheet, at most 31 characters.
        rows: a cell for every column.
        totals: whether the last row is that of totals.
        before: cells before each row's own on a sheet, where several tables become one: such as their priority.
            `before_columns` are their headings.
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
    """A heading; 1 is a section of the paper (its title stands above, at 0)."""

    text: str
    level: int = 1


@dataclass(frozen=True, slots=True)
class Prose:
    """A paragraph. `strong` for one that must not be missed."""

    text: str | Text
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """A summary list: names and what is said of them."""

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
    """What follows begins on a new page."""


Block: TypeAlias = Heading | Prose | Facts | Table | Picture | PageBreak


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper.

    Attributes:
        title: the first line, and the title of the file.
        under: the lines under the title: whose it is and what it is.
        sentence: the points and what was known.
        blocks: its content.
        command: the command that makes it again; with `made`, what was taken into account, it stands on every page.
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
        """How it can be made again, word for word."""
        return f"Made by AsAt: {self.made}. To make it again: {self.command}"

    @property
    def running(self) -> str:
        """What it is, in at most 120 letters, for the head of each page but the first."""
        head = " – ".join((self.title, *self.under[1:2]))
        return head if len(head) <= _RUNNING else head[: _RUNNING - 1].rstrip() + "…"

    @property
    def known_at(self) -> str:
        """The latest instant of its points (ISO 8601): the time inside its file, which every making has."""
        return max((point["known_at"] for point in self.points), default="1980-01-01T00:00:00.000000Z")


def pieces_of(text: str | Text) -> tuple[Piece, ...]:
    """The pieces of a text, marked or not."""
    return text.pieces if isinstance(text, Text) else (Piece(text),)


def lines_of(cell: Cell) -> Iterator[Cell]:
    """The cells that stand line under line in a cell."""
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
