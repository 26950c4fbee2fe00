"""Makes the first cells of the rows in a PDF's tables row headings, which typst's Python package cannot do.

Typst can tag them (`pdf.header-cell`), but only with a switch that its Python package does not offer. It writes a file
of plain objects with one classic cross-reference table, so the tags can be replaced in place; a file of another
structure is returned unchanged.
"""

import re
from collections.abc import Sequence

_START = re.compile(rb"startxref\n(\d+)\n%%EOF\s*\Z")
_PLACES = re.compile(rb"xref\r?\n0 (\d+)\r?\n")
_PLACE_LENGTH = 20
# The identifier of the column heading that a cell names contains the numbers of its table and its column.
_CELL = re.compile(rb"(\d+ 0 obj\n<</Type/StructElem/S)/TD(/P \d+ 0 R/A\[<</O/Table)/Headers\[\(U(\d+)x(\d+)y0\)\]")


def with_row_headings(file: bytes, wanted: Sequence[bool]) -> bytes:
    """The PDF with the first cells of rows as their headings; `wanted` says for each table whether it has them."""
    start = _START.search(file)
    places = start and _PLACES.match(file, int(start[1]))
    if not start or not places:
        return file
    numbers = range(1, int(places[1]))
    begins = [int(file[places.end() + _PLACE_LENGTH * number :][:10]) for number in numbers]
    ordered = sorted(zip(begins, numbers, strict=True))
    ends = [*(begin for begin, _ in ordered[1:]), places.start()]
    written, moved = [file[: ordered[0][0]]], {}
    size = len(written[0])
    for (begin, number), end in zip(ordered, ends, strict=True):
        moved[number] = size
        written.append(_retagged(file[begin:end], wanted))
        size += len(written[-1])
    table = b"".join(b"%010d 00000 n\r\n" % moved[number] for number in numbers)
    head = file[places.start() : places.end() + _PLACE_LENGTH]
    tail = file[places.end() + _PLACE_LENGTH * (len(numbers) + 1) : start.start()]
    return b"".join([*written, head, table, tail, b"startxref\n%d\n%%%%EOF\n" % size])


def _retagged(described: bytes, wanted: Sequence[bool]) -> bytes:
    """An object of the file; in a table with row headings, a cell no longer lists its headings: they have a scope."""
    cell = _CELL.match(described)
    if not cell or not wanted[int(cell[3]) - 1]:
        return described
    tag, scope = (b"/TH", b"/Scope/Row") if cell[4] == b"0" else (b"/TD", b"")
    return cell[1] + tag + cell[2] + scope + described[cell.end() :]
