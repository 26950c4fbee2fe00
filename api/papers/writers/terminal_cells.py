"""The cells of a paper as lines on a terminal: ratings on their colours, marks, and revised texts before and after."""

from collections.abc import Sequence

from rich.cells import cell_len
from rich.style import Style
from rich.text import Text as Line

from api.papers.colours import ink_on
from api.papers.paper import Cell, Column, Day, Figure, Instant, Mark, Pair, Piece, Tag, Text, lines_of, pieces_of
from api.papers.writers.plain import shown_as

_STYLES: dict[Mark, str] = {
    "": "", "strong": "bold", "inserted": "underline", "deleted": "strike", "struck": "strike",
}  # fmt: skip
#: Columns of this share or more hold running text.
RUNNING = 2.5


def marked(text: str | Text, style: str = "") -> Line:
    """Text with its marks; no character of it is markup."""
    line = Line(style=style)
    for piece in pieces_of(text):
        line.append(piece.text, on_colour(piece.colour) if piece.colour else _STYLES[piece.mark])
    return line


def on_colour(colour: str) -> Style:
    """Text on a colour, in black or white, whichever is easier to read; fit for dark and for light terminals."""
    return Style(color=ink_on(colour), bgcolor=colour.lower())


def shown(cell: Cell, width: int | None = None) -> Line:
    """A cell, one line each; if one of several is longer than the width, semicolons separate them."""
    lines = [*filter(None, map(_one, lines_of(cell)))]
    broken = width and len(lines) > 1 and any(cell_len(line.plain) > width for line in lines)
    return Line(";\n" if broken else "\n").join(lines)


def named(column: Column, cell: Cell) -> Line:
    """A cell as running text after the heading of its column; a day before a running text is in brackets."""
    lines, on = [*lines_of(cell)], ""
    if column.width >= RUNNING and isinstance(lines[0], Day):
        on, lines = f" ({plain(lines[0])})", lines[1:]
    name = Line(column.title, on_colour(column.colour) if column.colour else "dim")
    return Line.assemble(name, (f"{on}: ", "dim"), Line("; ").join(filter(None, map(_one, lines))))


def _one(cell: Cell) -> Line:
    match cell:
        case Tag(label, colour):
            return Line(label, on_colour(colour) if colour else "")
        case Text(pieces) if any(piece.mark == "deleted" for piece in pieces):
            return _revision(pieces)
        case str() | Text():
            return marked(cell)
        case Figure(written, value):
            return Line(written, "" if value else "dim")
        case Day() | Instant() | Pair() | int():
            return Line(plain(cell), "dim" if cell in (0, Pair(0, 0)) else "")
        case _:
            raise TypeError("a line of a cell is no tuple")


def _revision(pieces: Sequence[Piece]) -> Line:
    """A revised text before and after, readable also on a terminal without strikethrough or underline."""
    before, after = (
        marked(Text(tuple(piece for piece in pieces if piece.mark != left_out))) for left_out in ("inserted", "deleted")
    )
    start = len(after.plain) - len(after.plain.lstrip())
    return Line.assemble(("was: ", "dim"), before, "\n", ("now: ", "dim"), after[start:])


def plain(cell: Cell) -> str:
    """A cell as plain text, one line each."""
    return "\n".join(
        shown_as(one).replace("-", "−") if isinstance(one, int) else shown_as(one) for one in lines_of(cell)
    )
