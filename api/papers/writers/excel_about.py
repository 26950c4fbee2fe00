"""The first sheet of a workbook: the head of the paper, a list of its tables, and everything outside them.

It has two columns, names and values, and no merged cells, so that a screen reader reads it in order.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from xlsxwriter.worksheet import Worksheet

from api.papers.paper import Cell, Facts, Heading, Paper, Piece, Prose, Tag, Text, lines_of, pieces_of
from api.papers.writers.excel_cells import Formats, Look, write_cell
from api.papers.writers.excel_sheets import Sheet
from api.papers.writers.excel_sizes import row_height

_WIDTHS = (32, 88)
_SAID: Look = {"text_wrap": True, "valign": "top", "align": "left"}


@dataclass(frozen=True, slots=True)
class _Look:
    """The look of a row's first cell, and its line height in points; a row that wraps is higher."""

    properties: Look
    line: float = 15
    wraps: bool = False


_TITLE = _Look({"bold": True, "font_size": 16}, 24)
_UNDER = _Look({"font_size": 13}, 18)
_SECTION = _Look({"bold": True, "font_size": 13, "valign": "bottom"}, 30)
_PART = _Look({"bold": True, "valign": "bottom"}, 22)
_NAME = _Look({"bold": True, **_SAID}, wraps=True)
_LINK = _Look({"underline": 1, "font_color": "#1D70B8", **_SAID}, wraps=True)

_Row = tuple[_Look, Cell, Cell]


def write_about(about: Worksheet, paper: Paper, sheets: Sequence[Sheet], formats: Formats) -> None:
    """Write the title, the subject, the foot of the paper, the list of sheets, and everything outside the tables."""
    for place, width in enumerate(_WIDTHS):
        about.set_column(place, place, width)
    about.hide_gridlines(2)
    for number, (look, name, content) in enumerate(_rows(paper, sheets)):
        if look is _LINK:
            quoted = str(name).replace("'", "''")
            about.write_url(number, 0, f"internal:'{quoted}'!A1", formats(look.properties), str(name))
        else:
            write_cell(about, number, 0, name, formats, look.properties)
        if content != "":
            write_cell(about, number, 1, content, formats, _SAID)
        about.set_row(number, row_height((name, content), _WIDTHS) if look.wraps else look.line)


def _rows(paper: Paper, sheets: Sequence[Sheet]) -> Iterator[_Row]:
    yield _TITLE, paper.title, ""
    yield from ((_UNDER, line, "") for line in paper.under)
    yield _NAME, "What it shows", paper.sentence
    yield _NAME, "Made by AsAt", paper.made
    yield _NAME, "To make it again", paper.command
    if sheets:
        yield _SECTION, "Sheets", ""
    yield from ((_LINK, sheet.name, sheet.captions) for sheet in sheets)
    yield from _said_outside_tables(paper)


def _said_outside_tables(paper: Paper) -> Iterator[_Row]:
    """Headings, paragraphs and facts, without the headings that have only tables below them."""
    pending = [Heading("What it says")]
    for block in paper.blocks:
        if isinstance(block, Heading):
            pending = [*(one for one in pending if one.level < block.level), block]
        elif isinstance(block, Prose | Facts):
            yield from ((_SECTION if one.level == 1 else _PART, one.text, "") for one in pending)
            pending = []
            yield from _said(block)


def _said(block: Prose | Facts) -> Iterator[_Row]:
    if isinstance(block, Facts):
        yield from ((_NAME, name, _in_words(content)) for name, content in block.facts)
        return
    pieces = pieces_of(block.text)
    strong = tuple(Piece(one.text, one.mark or "strong") for one in pieces)
    yield _NAME, "", Text(strong if block.strong else pieces)


def _in_words(cell: Cell) -> Cell:
    """A cell with its ratings as text: on a colour, they would fill the whole width."""
    return tuple(Text((Piece(one.label, "strong"),)) if isinstance(one, Tag) else one for one in lines_of(cell))
