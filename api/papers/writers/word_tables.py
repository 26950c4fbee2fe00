"""The tables of a Word paper: a repeated header row, rows kept whole, columns wide enough for figures.

They are built element by element, because python-docx takes quadratic time to find the cells of a table.
"""

from collections.abc import Iterator, Sequence

from api.papers.paper import Cell, Column, Facts, Pair, Table, Tag, Text, lines_of
from api.papers.writers.plain import shown_as
from api.papers.writers.word_elements import Element, element, on_colour, paragraph, possible, run, runs

# In twentieths of a point: the margins of a cell, and the longest word that is not broken.
_MARGINS, _WIDEST_WORD = 180, 1700
# A table of at most these numbers of rows and letters is kept on one page.
_SHORT_ROWS, _SHORT_LETTERS = 18, 2500
_FACTS = (Column("", 1), Column("", 2.4))
# The widths of letters in Arial, as shares of the font size.
_WIDTHS = dict.fromkeys("iljtfI.,:;'|!()[] /-", 0.33) | dict.fromkeys("mwMW→–%@", 0.9)


def table_element(table: Table, width: int) -> Element:
    """A table `width` twentieths of a point wide."""
    rows = [_row([element("w:tblHeader")], [_heading_cell(column) for column in table.columns])]
    last = len(table.rows) - 1
    for place, cells in enumerate(table.rows):
        total = table.totals and place == last
        rows.append(
            _row(
                [],
                [
                    _cell(cell, column, "TableTotal" if total else "TableText")
                    for cell, column in zip(cells, table.columns, strict=True)
                ],
            )
        )
    if _is_short(table):
        _keep_together(rows)
    look = {"firstRow": 1, "firstColumn": int(table.row_headings), "lastRow": int(table.totals)}
    return _framed(table.caption, look, _widths(table.columns, table.rows, width), rows)


def _is_short(table: Table) -> bool:
    letters = sum(len(shown_as(line)) for row in table.rows for line in lines_of(row))
    return len(table.rows) <= _SHORT_ROWS and letters <= _SHORT_LETTERS


def _keep_together(rows: Sequence[Element]) -> None:
    """Keep the rows together on one page."""
    for row in rows[:-1]:
        for one in row.iterfind(".//w:p", row.nsmap):
            one.get_or_add_pPr().keepNext_val = True


def facts_element(facts: Facts, width: int) -> Element:
    """A summary list as a table of two columns, names and values."""
    name, text = _FACTS
    rows = [
        _row([], [_cell(one, name, "TableRowHeading"), _cell(cell, text, whole=False)]) for one, cell in facts.facts
    ]
    look = {"firstRow": 0, "firstColumn": 1, "lastRow": 0}
    return _framed(facts.caption, look, _widths(_FACTS, facts.facts, width), rows)


def _framed(caption: str, look: dict[str, int], widths: list[int], rows: list[Element]) -> Element:
    """The rows in a table of fixed column widths, with its caption as alternative text."""
    # The same flags as one number, for programs that read only that; 0600: no banded rows or columns.
    bits = 0x0600 | look["firstRow"] << 5 | look["lastRow"] << 6 | look["firstColumn"] << 7
    properties = element(
        "w:tblPr",
        element("w:tblStyle", val="AsAtTable"),
        element("w:tblW", w=sum(widths), type="dxa"),
        element("w:tblLayout", type="fixed"),
        element("w:tblLook", val=f"{bits:04X}", **look, lastColumn=0, noHBand=1, noVBand=1),
        element("w:tblCaption", val=possible(caption)),
        element("w:tblDescription", val=possible(caption)),
    )
    for row in rows:
        cells = row.findall("w:tc", row.nsmap)
        for cell, width in zip(cells, widths, strict=True):
            cell[0].insert(0, element("w:tcW", w=width, type="dxa"))
    return element("w:tbl", properties, element("w:tblGrid", *(element("w:gridCol", w=one) for one in widths)), *rows)


def _row(properties: list[Element], cells: list[Element]) -> Element:
    return element("w:tr", element("w:trPr", element("w:cantSplit"), *properties), *cells)


def _heading_cell(column: Column) -> Element:
    return element("w:tc", element("w:tcPr"), paragraph([run(column.title)], "TableHeading", *_aligned(column)))


def _cell(cell: Cell, column: Column, style: str = "TableText", *, whole: bool = True) -> Element:
    """A cell: a rating alone colours the `whole` cell, one among other lines only its own word."""
    lines = list(lines_of(cell)) or [""]
    properties = element("w:tcPr")
    alone = lines[0] if len(lines) == 1 else None
    shown = on_colour(alone.colour) if isinstance(alone, Tag) and whole else None
    if isinstance(alone, Tag) and shown:
        letters, shading = shown
        properties.extend((_apart(), shading))
        return element("w:tc", properties, paragraph([run(alone.label, letters)], style, *_aligned(column)))
    return element("w:tc", properties, *(paragraph(_line(line, style), style, *_aligned(column)) for line in lines))


def _aligned(column: Column) -> list[Element]:
    return [element("w:jc", val="right")] if column.figures else []


def _apart() -> Element:
    """White borders beside a coloured cell, to separate it from a neighbour of the same colour."""
    sides = [element(f"w:{side}", val="single", sz=12, space=0, color="FFFFFF") for side in ("left", "right")]
    return element("w:tcBorders", *sides)


def _line(cell: Cell, style: str) -> list[Element]:
    if isinstance(cell, Tag):
        return [run(cell.label, *(on_colour(cell.colour) or ()))]
    return runs(cell if isinstance(cell, Text) else shown_as(cell), bold=style != "TableText")


def _widths(columns: Sequence[Column], rows: Sequence[Sequence[Cell]], width: int) -> list[int]:
    """The widths of the columns by their shares, none narrower than its longest word if there is room."""
    least = [min(_longest(column, [row[place] for row in rows]), _WIDEST_WORD) for place, column in enumerate(columns)]
    if (needed := sum(least)) >= width:
        return [one * width // needed for one in least]
    kept: set[int] = set()
    while True:
        room = width - sum(least[place] for place in kept)
        shares = sum(column.width for place, column in enumerate(columns) if place not in kept) or 1
        made = [
            least[place] if place in kept else int(room * column.width / shares) for place, column in enumerate(columns)
        ]
        short = {place for place, one in enumerate(made) if one < least[place]}
        if not short:
            return made
        kept |= short


def _longest(column: Column, cells: Sequence[Cell]) -> int:
    """The width of a column's longest word in 9 point type, with its margins, in twentieths of a point.

    A pair of figures is one word, so that it is not split at its arrow.
    """
    words = {max(column.title.split(), key=len, default="")}
    for cell in cells:
        words |= set(_words(cell))
    return max(_length(word) for word in words) + _MARGINS


def _words(cell: Cell) -> Iterator[str]:
    for line in lines_of(cell):
        text = shown_as(line)
        yield text if isinstance(line, Pair) else max(text.split(), key=len, default="")


def _length(word: str) -> int:
    # The words of a header row are bold, and a tenth wider.
    return int(sum(_WIDTHS.get(letter, 0.72 if letter.isupper() else 0.56) for letter in word[:40]) * 180 * 1.1)
