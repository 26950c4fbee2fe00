"""The sheets of a workbook: tables that form one list are joined, and every sheet has its own name."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from api.papers.paper import Block, Cell, Column, Instant, Pair, Table, lines_of

#: The name of the first sheet, and a name that Excel reserves.
ABOUT, _KEPT = "About", "History"
_LONGEST_NAME = 31
_LONGEST_HEADING = 255
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\\x00-\x1f\ufffe\uffff]+")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table on a sheet: a cell for each column, in two columns what is a pair or split, the totals apart."""

    name: str
    captions: tuple[str, ...]
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    totals: tuple[tuple[Cell, ...], ...]


def sheets_of(blocks: Iterable[Block]) -> list[Sheet]:
    """The sheets of a paper's tables, in the order of their first tables."""
    joined: dict[tuple[str, tuple[tuple[str, bool], ...]], list[Table]] = {}
    for block in blocks:
        if isinstance(block, Table):
            kind = tuple((column.title, column.pairs) for column in (*block.before_columns, *block.columns))
            joined.setdefault((block.sheet, kind), []).append(block)
    taken = {ABOUT.casefold(), _KEPT.casefold()}
    return [_joined(_name(name, taken), tables) for (name, _), tables in joined.items()]


def utf16(text: str) -> int:
    """The length of a text as Excel counts it, in UTF-16 code units: an emoji counts as two."""
    return len(text) + sum(character > "\uffff" for character in text)


def cut_to(text: str, length: int) -> str:
    """The start of a text, cut to that length for Excel without splitting a character."""
    text = text[:length]
    return text if text.isascii() else text.encode("utf-16-le")[: 2 * length].decode("utf-16-le", "ignore")


def _name(wanted: str, taken: set[str]) -> str:
    """A sheet name that Excel accepts, distinct from those taken also without regard to case; it is added to them."""
    clean = " ".join(_NOT_IN_NAMES.sub(" ", wanted).split()) or "Table"
    place = 1
    while True:
        last = "" if place == 1 else f" ({place})"
        name = cut_to(clean, _LONGEST_NAME - len(last)).strip("' ") or "Table"
        if (name + last).casefold() not in taken:
            taken.add((name + last).casefold())
            return name + last
        place += 1


def _joined(name: str, tables: list[Table]) -> Sheet:
    columns = (*tables[0].before_columns, *tables[0].columns)
    rows: list[tuple[Cell, ...]] = []
    totals: list[tuple[Cell, ...]] = []
    for table in tables:
        each = [
            tuple(
                one for column, cell in zip(columns, (*table.before, *row), strict=True) for one in _cells(column, cell)
            )
            for row in table.rows
        ]
        rows += each[:-1] if table.totals else each
        totals += each[-1:] if table.totals else []
    captions = tuple(dict.fromkeys(table.caption for table in tables))
    return Sheet(name, captions, tuple(_headed(columns, [*rows, *totals])), tuple(rows), tuple(totals))


def _cells(column: Column, cell: Cell) -> tuple[Cell, ...]:
    """The cell of a column as one cell, or as two."""
    if column.split:
        first, *others = [*lines_of(cell)] or [""]
        return first, tuple(others)
    if column.pairs:
        return (cell.previous, cell.current) if isinstance(cell, Pair) else (cell, "")
    return (cell,)


def _headed(columns: Iterable[Column], rows: list[tuple[Cell, ...]]) -> Iterator[Column]:
    """The columns with unique headings, as Excel requires of a table."""
    single: list[Column] = []
    for column in columns:
        two = column.split or (f"{column.title} previous", f"{column.title} current")
        titles = two if column.split or column.pairs else (column.title,)
        single += [replace(column, title=title, pairs=False, split=None) for title in titles]
    taken: set[str] = set()
    for place, column in enumerate(single):
        clean = " ".join(column.title.split()) or f"Column {place + 1}"
        if "UK time" not in clean and any(isinstance(one, Instant) for row in rows for one in lines_of(row[place])):
            clean += " (UK time)"
        title, count = cut_to(clean, _LONGEST_HEADING), 1
        while title.casefold() in taken:
            count += 1
            title = f"{cut_to(clean, _LONGEST_HEADING - 8)} ({count})"
        taken.add(title.casefold())
        yield replace(column, title=title)
