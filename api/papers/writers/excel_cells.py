"""The cells of a workbook: dates and figures as such, and text that stays text."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import TypeAlias

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from api.papers.colours import ink_on
from api.papers.paper import Cell, Day, Figure, Instant, Mark, Piece, Tag, Text, lines_of
from api.papers.wording import instant_in_figures
from api.papers.writers.excel_sheets import cut_to, utf16
from api.papers.writers.plain import shown_as

# Excel takes 1900 for a leap year, so that its days are right only from here on.
_FIRST_DAY = date(1900, 3, 1)
#: The most characters of a cell, as Excel counts them.
LONGEST_TEXT = 32_767
# Excel keeps fifteen digits of a number.
_LARGEST_FIGURE = 10**15 - 1
# The first characters of a formula, also in full width: Excel would run such text when a user edits it.
_FORMULA = tuple("=+-@\t\r\n＝＋－＠")  # noqa: RUF001 - the full-width forms are meant
#: How a cell looks, as XlsxWriter names its properties.
Look: TypeAlias = dict[str, str | int]
#: A sans-serif typeface of every office program, or with a substitute of the same widths.
TYPE: Look = {"font_name": "Arial", "font_size": 11}
_CLOCK = "%d/%m/%Y %H:%M"
#: The look of each mark: never its colour alone.
_MARKS: dict[Mark, Look] = {
    "": {},
    "strong": {"bold": True},
    "inserted": {"underline": 1, "font_color": "#003078"},
    "deleted": {"font_strikeout": True, "font_color": "#942514"},
    "struck": {"font_strikeout": True},
}


class Formats:
    """The formats of a workbook, each set of properties made once."""

    def __init__(self, workbook: Workbook) -> None:
        self._workbook = workbook
        self._made: dict[tuple[tuple[str, str | int], ...], Format] = {}

    def __call__(self, properties: Look) -> Format:
        """The format with these XlsxWriter properties."""
        key = tuple(sorted(properties.items()))
        if key not in self._made:
            self._made[key] = self._workbook.add_format({**TYPE, **properties})
        return self._made[key]


def write_cell(sheet: Worksheet, row: int, column: int, cell: Cell, formats: Formats, look: Look) -> None:
    """Write a cell: a date, a figure, a rating on its colour, or text."""
    lines = [*lines_of(cell)]
    only = lines[0] if len(lines) == 1 else None
    moment = _moment(only)
    if moment is not None:
        clock = "dd/mm/yyyy hh:mm" if isinstance(only, Instant) else "dd/mm/yyyy"
        sheet.write_datetime(row, column, moment, formats({**look, "align": "left", "num_format": clock}))
    elif isinstance(only, int) and abs(only) <= _LARGEST_FIGURE:
        sheet.write_number(row, column, only, formats(look))
    elif isinstance(only, Figure):
        sheet.write_number(row, column, only.value, formats({**look, "num_format": only.form}))
    else:
        tags = [one.colour for one in lines if isinstance(one, Tag) and one.colour]
        shade = {"bg_color": tags[0], "font_color": ink_on(tags[0])} if len(tags) == 1 else {}
        write_text(sheet, row, column, [*_pieces(lines)], formats, {**look, **shade})


def write_text(sheet: Worksheet, row: int, column: int, pieces: list[Piece], formats: Formats, look: Look) -> None:
    """Write text, also if it looks like a formula; text too long for a cell is cut, and ends with a note."""
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
    """The lines of a cell as displayed, for the width of its column."""
    yield from "".join(piece.text for piece in _pieces([*lines_of(cell)])).split("\n")


def _moment(cell: "Cell | None") -> date | datetime | None:
    """The date, or the time in London, of a cell, if Excel can hold it."""
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
    """The pieces merged by mark, without empty ones: Excel's rich text allows no others."""
    runs: list[Piece] = []
    for piece in pieces:
        if runs and runs[-1].mark == piece.mark:
            runs[-1] = Piece(runs[-1].text + piece.text, piece.mark)
        elif piece.text:
            runs.append(piece)
    return runs


def _cut(runs: list[Piece]) -> list[Piece]:
    """The runs that fit into a cell, with a note of the number of characters left out, if any."""
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
