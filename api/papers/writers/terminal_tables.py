"""A table on a terminal, in its width; columns are folded if the table is too wide.

The cells of folded columns stand under those of the main column, each after the heading of its column. Columns of
running text are folded first, then all columns of words, then all but the first.
"""

from collections.abc import Sequence
from typing import NamedTuple

from rich import box
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.table import Table as Grid
from rich.text import Text as Line

from api.papers.paper import Cell, Pair, Table
from api.papers.writers.terminal_cells import RUNNING, named, on_colour, shown

#: The minimum widths of columns: of running text, of others; a column with shorter lines may be narrower.
_WIDE, _SNUG, _TIGHT = (24, 18), (24, 0), (16, 0)
#: A longer word may be broken.
_LONGEST_WORD = 18


class _Layout(NamedTuple):
    """The layout of a table: the columns kept and their widths, the columns folded under the main one, and the gap."""

    kept: list[int]
    widths: list[int]
    folded: list[int]
    gap: int


class FoldingTable:
    """A table that is laid out for the width of the terminal."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._columns = [
            place for place, column in enumerate(table.columns) if not (column.optional and _is_nil(table, place))
        ]
        shares = {place: table.columns[place].width for place in self._columns}
        self._main = next((place for place in shares if shares[place] >= RUNNING), max(shares, key=shares.__getitem__))

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield self._grid(self._layout(options.max_width))

    def _layout(self, width: int) -> _Layout:
        """The first layout that fits, in the order of increasing folding."""
        columns, ends, main = self._table.columns, {self._columns[0], self._main}, self._main
        others = [place for place in self._columns if place not in ends]
        running = [place for place in others if columns[place].width >= RUNNING]
        words = [place for place in others if not columns[place].figures]
        lengths = {place: self._lengths(place) for place in self._columns}
        foldings: Sequence[tuple[list[int], tuple[int, int], int]] = (
            ([], _WIDE, 2), (running, _WIDE, 2), (running, _SNUG, 2), (running, _TIGHT, 1),
            (words, _WIDE, 2), (words, _TIGHT, 1), (others, _TIGHT, 1),
        )  # table: the layouts in the order of increasing folding  # fmt: skip
        for folded, room_for, gap in foldings:
            kept = [place for place in self._columns if place not in folded]
            least = [self._least(place, *lengths[place], room_for) for place in kept]
            room = width - gap * (len(kept) - 1)
            if sum(least) <= room:
                most = [width if folded and place == main else lengths[place][1] for place in kept]
                return _Layout(kept, _shared(least, most, [columns[place].width for place in kept], room), folded, gap)
        return _Layout([main], [width], [place for place in self._columns if place != main], 0)

    def _least(self, place: int, word: int, longest: int, room_for: tuple[int, int]) -> int:
        """The minimum width of a column: its longest word, and its longest line up to `room_for`."""
        return max(word, min(longest, room_for[self._table.columns[place].width < RUNNING]))

    def _lengths(self, place: int) -> tuple[int, int]:
        """The minimum width of a column, and the maximum that it can use."""
        column = self._table.columns[place]
        texts = [column.title, *(shown(row[place]).plain for row in self._table.rows)]
        most = max(cell_len(line) for text in texts for line in text.split("\n"))
        if column.figures:
            return most, most
        return min(max((cell_len(word) for text in texts for word in text.split()), default=0), _LONGEST_WORD), most

    def _grid(self, layout: _Layout) -> Grid:
        table, alone = self._table, len(layout.kept) == 1
        space = (0, max(layout.gap - 1, 0), 0, 0)
        grid = Grid(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=space, leading=int(alone))
        for place, width in zip(layout.kept, layout.widths, strict=True):
            column = table.columns[place]
            title = Line(column.title, on_colour(column.colour) if column.colour else "")
            grid.add_column(title, justify="right" if column.figures else "left", width=width, overflow="fold")
        repeats = table.columns[0].width >= RUNNING and layout.kept[0] == 0 and not layout.folded
        above: Cell = ""
        for number, row in enumerate(table.rows):
            if table.totals and number == len(table.rows) - 1:
                grid.add_section()
            cells = [
                self._cell(row, place, layout, width) for place, width in zip(layout.kept, layout.widths, strict=True)
            ]
            if repeats and row[0] == above:
                cells[0] = Line()
            above = row[0]
            grid.add_row(*cells, style="bold" if table.totals and number == len(table.rows) - 1 else "")
        return grid

    def _cell(self, row: Sequence[Cell], place: int, layout: _Layout, width: int) -> Line:
        if place != self._main:
            return shown(row[place], width if self._table.columns[place].width < RUNNING else None)
        lines = [shown(row[place])]
        for folded in layout.folded:
            column = self._table.columns[folded]
            if row[folded] not in ("", (), Pair(0, 0)) and not (column.optional and row[folded] == 0):
                lines.append(named(column, row[folded]))
        return Line("\n").join(line for line in lines if line)


def _is_nil(table: Table, place: int) -> bool:
    return all(row[place] in (0, "", Pair(0, 0)) for row in table.rows)


def _shared(least: list[int], most: list[int], shares: list[float], room: int) -> list[int]:
    """Widths for columns, in proportion to their shares of the room, each between its minimum and its maximum."""
    low, high = 0.0, float(room)
    for _ in range(30):  # halvings: the unit of a share is then exact enough
        unit = (low + high) / 2
        widths = [max(few, min(many, int(unit * share))) for few, many, share in zip(least, most, shares, strict=True)]
        low, high = (unit, high) if sum(widths) <= room else (low, unit)
    return [max(few, min(many, int(low * share))) for few, many, share in zip(least, most, shares, strict=True)]
