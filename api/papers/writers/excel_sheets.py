"""Which sheets a paper's tables become: tables that are one list are joined, and every sheet has a name of its own."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from api.papers.paper import Block, Cell, Column, Instant, Pair, Table, lines_of

#: The first sheet of every workbook, and the name that Excel keeps for itself.
ABOUT, _KEPT = "About", "History"
_LONGEST_NAME = 31
_LONGEST_HEADING = 255
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\\x00-\x1f\ufffe\uffff]+")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table as it stands on a sheet: a cell for each of its columns, pairs taken apart, the totals by themselves."""

    name: str
    captions: tuple[str, ...]
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    totals: tuple[tuple[Cell, ...], ...]


def sheets_of(blocks: Iterable[Block]) -> list[Sheet]:
    """The sheets of a paper's tables, in the order in which they first come."""
    joined: dict[tuple[str, tuple[tuple[str, bool], ...]], list[Table]] = {}
    for block in blocks:
        if isinstance(block, Table):
            kind = tuple((column.title, column.pairs) for column in (*block.before_columns, *block.columns))
            joined.setdefault((block.sheet, kind), []).append(block)
    taken = {ABOUT.casefold(), _KEPT.casefold()}
    return [_joined(_name(name, taken), tables) for (name, _), tables in joined.items()]


def utf16(text: str) -> int:
    """The length of a text as Excel counts it, in which an emoji is two."""
    return len(text) + sum(character > "\uffff" for character in text)


def cut_to(text: str, length: int) -> str:
    """As much of a text as has that length for Excel, no character halved."""
    text = text[:length]
    return text if text.isascii() else text.encode("utf-16-le")[: 2 * length].decode("utf-16-le", "ignore")


def _name(wanted: str, taken: set[str]) -> str:
    """A name that Excel accepts and that none of those taken differs from by its capitals alone; it is taken then."""
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
        each = [tuple(_single(columns, (*table.before, *row))) for row in table.rows]
        rows += each[:-1] if table.totals else each
        totals += each[-1:] if table.totals else []
    captions = tuple(dict.fromkeys(table.caption for table in tables))
    return Sheet(name, captions, tuple(_headed(columns, [*rows, *totals])), tuple(rows), tuple(totals))


def _single(columns: Iterable[Column], row: Iterable[Cell]) -> Iterator[Cell]:
    """The cells of a row, a pair in two."""
    for column, cell in zip(columns, row, strict=True):
        if not column.pairs:
            yield cell
        elif isinstance(cell, Pair):
            yield from (cell.previous, cell.current)
        else:
            yield from (cell, "")


def _headed(columns: Iterable[Column], rows: list[tuple[Cell, ...]]) -> Iterator[Column]:
    """The columns as they stand, each with a heading of its own, as a table in Excel must have."""
    single: list[Column] = []
    for column in columns:
        whens = (" previous", " current") if column.pairs else ("",)
        single += [replace(column, title=f"{column.title}{when}", pairs=False) for when in whens]
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
