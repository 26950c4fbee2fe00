"""What stands in the cells of a workbook: dates and figures as what they are, and text that never is anything else."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from api.papers.colours import ink_on
from api.papers.paper import Cell, Day, Instant, Mark, Piece, Tag, Text, lines_of
from api.papers.wording import instant_in_figures
from api.papers.writers.excel_sheets import cut_to, utf16
from api.papers.writers.plain import shown_as

# Excel counts days from 1900 on and takes that year for a leap year, so that the first days it gets right are these.
_FIRST_DAY = date(1900, 3, 1)
#: What a cell holds at most, as Excel counts.
LONGEST_TEXT = 32_767
# Beyond fifteen digits a number would change.
_LARGEST_FIGURE = 10**15 - 1
# What a spreadsheet would take for the start of a formula when the text is typed in again, in the widths it knows.
_FORMULA = tuple("=+-@\t\r\n＝＋－＠")  # noqa: RUF001 - the full-width forms are meant
#: A typeface without serifs that every office program has, or has one of the same widths for.
TYPE = {"font_name": "Arial", "font_size": 11}
_CLOCK = "%d/%m/%Y %H:%M"
#: How each mark looks: never by its colour alone.
_MARKS: dict[Mark, dict[str, Any]] = {
    "": {},
    "strong": {"bold": True},
    "inserted": {"underline": 1, "font_color": "#003078"},
    "deleted": {"font_strikeout": True, "font_color": "#942514"},
    "struck": {"font_strikeout": True},
}


class Formats:
    """The formats of a workbook: one for each set of properties, however often it is used."""

    def __init__(self, workbook: Workbook) -> None:
        self._workbook = workbook
        self._made: dict[tuple[tuple[str, Any], ...], Format] = {}

    def __call__(self, properties: dict[str, Any]) -> Format:
        """The format with these properties of XlsxWriter's."""
        key = tuple(sorted(properties.items()))
        if key not in self._made:
            self._made[key] = self._workbook.add_format({**TYPE, **properties})
        return self._made[key]


def write_cell(sheet: Worksheet, row: int, column: int, cell: Cell, formats: Formats, look: dict[str, Any]) -> None:
    """Write a cell with that look: a date, a figure, a rating on its colour, or text."""
    lines = [*lines_of(cell)]
    only = lines[0] if len(lines) == 1 else None
    moment = _moment(only)
    if moment is not None:
        clock = "dd/mm/yyyy hh:mm" if isinstance(only, Instant) else "dd/mm/yyyy"
        sheet.write_datetime(row, column, moment, formats({**look, "align": "left", "num_format": clock}))
    elif isinstance(only, int) and abs(only) <= _LARGEST_FIGURE:
        sheet.write_number(row, column, only, formats(look))
    else:
        tags = [one.colour for one in lines if isinstance(one, Tag) and one.colour]
        shade = {"bg_color": tags[0], "font_color": ink_on(tags[0])} if len(tags) == 1 else {}
        write_text(sheet, row, column, [*_pieces(lines)], formats, {**look, **shade})


def write_text(
    sheet: Worksheet, row: int, column: int, pieces: list[Piece], formats: Formats, look: dict[str, Any]
) -> None:
    """Write text, whatever it begins with; text too long for a cell says at its end how much of it is left out."""
    kept = _cut(_runs(pieces))
    if not kept:
        sheet.write_blank(row, column, None, formats(look))
        return
    if kept[0].text.startswith(_FORMULA):
        look = {**look, "quote_prefix": True}
    if len(kept) == 1:
        sheet.write_string(row, column, kept[0].text, formats({**look, **_MARKS[kept[0].mark]}))
        return
    font = {name: value for name, value in look.items() if name in ("bold", "font_color", "font_size")}
    parts = [part for one in kept for part in (formats({**font, **_MARKS[one.mark]}), one.text)]
    sheet.write_rich_string(row, column, *parts, formats(look))


def lines_shown(cell: Cell) -> Iterator[str]:
    """The lines of a cell as they are seen, for the width of its column."""
    yield from "".join(piece.text for piece in _pieces([*lines_of(cell)])).split("\n")


def _moment(cell: "Cell | None") -> date | datetime | None:
    """The date or time (of the clock of London) that a cell is, if Excel can hold it."""
    if isinstance(cell, Day):
        day = date.fromisoformat(cell.iso)
        return day if day >= _FIRST_DAY else None
    if isinstance(cell, Instant):
        moment = datetime.strptime(instant_in_figures(cell.iso), _CLOCK)  # noqa: DTZ007 - a cell has no time zone
        return moment if moment.date() >= _FIRST_DAY else None
    return None


def _pieces(lines: list[Cell]) -> Iterator[Piece]:
    for place, line in enumerate(lines):
        if place:
            yield Piece("\n")
        if isinstance(line, Text):
            yield from line.pieces
        else:
            yield Piece(shown_as(line))


def _runs(pieces: list[Piece]) -> list[Piece]:
    """The pieces without empty ones, neighbours of one mark as one: a rich text may hold no others."""
    runs: list[Piece] = []
    for piece in pieces:
        if runs and runs[-1].mark == piece.mark:
            runs[-1] = Piece(runs[-1].text + piece.text, piece.mark)
        elif piece.text:
            runs.append(piece)
    return runs


def _cut(runs: list[Piece]) -> list[Piece]:
    """The runs as far as a cell can hold them, and how many characters are left out where it cannot hold all."""
    length = sum(utf16(run.text) for run in runs)
    if length <= LONGEST_TEXT:
        return runs
    characters = sum(len(run.text) for run in runs)
    note = " […{} characters are left out, as a cell holds no more; the JSON and Word forms have them all]"
    room = LONGEST_TEXT - len(note.format(f"{characters:,}"))
    kept: list[Piece] = []
    for run in runs:
        kept.append(Piece(cut_to(run.text, room), run.mark))
        room -= utf16(kept[-1].text)
    left_out = characters - sum(len(run.text) for run in kept)
    return _runs([*kept, Piece(note.format(f"{left_out:,}"))])
