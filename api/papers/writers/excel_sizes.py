"""The widths of a sheet's columns and the heights of its rows, computed from their contents.

Desktop Excel fits the heights itself; viewers, printers and other programs show only the height that is set.
"""

from collections.abc import Iterable, Sequence

from api.papers.paper import Cell
from api.papers.writers.excel_cells import lines_shown
from api.papers.writers.excel_sheets import Sheet

# Widths in characters: the narrowest column, the widest one, and a landscape page in readable type.
_NARROWEST, _WIDEST, _PAGE = 9, 60, 190
_ARROW = 3  # the filter button beside the heading
# Widths count figures: letters and spaces are narrower, capitals are wider.
_LETTERS, _CAPITALS = 1.1, 0.8
# Heights in points: a line, and the maximum of a row.
_LINE, _HIGHEST = 15.0, 409.0


def widths_of(sheet: Sheet) -> list[int]:
    """A width for each column by its contents; the widest are reduced until all fit the page."""
    wanted = []
    for place, column in enumerate(sheet.columns):
        shown = (len(line) for row in (*sheet.rows, *sheet.totals) for line in lines_shown(row[place]))
        longest_word = max(len(word) for word in column.title.split())
        wanted.append(max(_NARROWEST, longest_word + _ARROW, 2 + max(shown, default=0)))
    widest = _WIDEST
    while widest > 2 * _NARROWEST and sum(min(one, widest) for one in wanted) > _PAGE:
        widest -= 1
    return [min(one, widest) for one in wanted]


def heading_height(sheet: Sheet, widths: Sequence[int]) -> float:
    """The height of the header row; each heading has a filter button beside it."""
    titles = [column.title for column in sheet.columns]
    return row_height(titles, [width - _ARROW for width in widths])


def row_height(cells: Iterable[Cell], widths: Iterable[int], line: float = _LINE) -> float:
    """The height of a row of cells in columns of these widths; `line` is the height of a line in its type."""
    lines = (_wrapped(cell, width) for cell, width in zip(cells, widths, strict=True))
    return min(line * max(lines, default=1), _HIGHEST)


def _wrapped(cell: Cell, width: int) -> int:
    """The number of lines of a cell in a column, up to the maximum; words are kept whole where they fit."""
    most, lines = int(_HIGHEST / _LINE) + 1, 0
    for line in lines_shown(cell):
        room = max(int(width * (_CAPITALS if line.isupper() else _LETTERS)), 1)
        lines += 1
        used = 0
        for word in line.split(" ") if len(line) > room else ():
            if used and used + 1 + len(word) > room:
                lines, used = lines + 1, 0
            used += len(word) + bool(used)
            if used > room:
                lines, used = lines + (used - 1) // room, (used - 1) % room + 1
            if lines > most:
                return most
    return lines
