"""A paper as an Excel workbook: everything outside the tables on the first sheet, then a sheet for each table.

Nothing in it runs: it has no formulas, no macros and no links to the outside, and text is stored as text.
"""

import io
import re
from datetime import UTC, datetime

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from api.papers.paper import Column, Paper
from api.papers.writers.excel_about import write_about
from api.papers.writers.excel_cells import TYPE, Formats, Look, write_cell
from api.papers.writers.excel_sheets import ABOUT, Sheet, cut_to, sheets_of, utf16
from api.papers.writers.excel_sizes import heading_height, row_height, widths_of

_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}

_CELL: Look = {"text_wrap": True, "valign": "top", "border": 1, "border_color": "#B1B4B6"}
_HEADING = {**_CELL, "bold": True, "bg_color": "#F3F2F1", "bottom": 2, "bottom_color": "#505A5F"}
_TOTALS = {**_CELL, "bold": True, "top": 2, "top_color": "#505A5F"}

# Limits of Excel: a property of the file, and a printed header or footer with its codes.
_LONGEST_PROPERTY = 255
_LONGEST_PRINTED = 255
_A4 = 9
# Escape sequences of workbooks: Excel would read such a heading in two ways, and repair the file.
_ESCAPED = re.compile("_x[0-9a-fA-F]{4}_|[\ufffe\uffff]")


def excel(paper: Paper) -> bytes:
    """The paper as a workbook (`.xlsx`); the same paper gives the same bytes."""
    file = io.BytesIO()
    workbook = Workbook(file, {**_OPTIONS, "default_format_properties": {**TYPE}})
    workbook.set_properties({
        "title": cut_to(paper.title, _LONGEST_PROPERTY),
        "author": "AsAt",
        "comments": cut_to(paper.footer, _LONGEST_PROPERTY),
        "created": datetime.fromisoformat(paper.known_at).astimezone(UTC),
    })  # fmt: skip
    workbook.set_custom_property("Language", "en-GB")
    formats = Formats(workbook)
    sheets = sheets_of(paper.blocks)
    about = workbook.add_worksheet(ABOUT)
    write_about(about, paper, sheets, formats)
    _make_printable(about, paper)
    for sheet in sheets:
        written = workbook.add_worksheet(sheet.name)
        _write_sheet(written, sheet, formats)
        _make_printable(written, paper)
        written.repeat_rows(0)
    workbook.close()
    return file.getvalue()


def _write_sheet(written: Worksheet, sheet: Sheet, formats: Formats) -> None:
    """A header row that stays in view, the rows as a table to sort and filter, and the totals below."""
    widths = widths_of(sheet)
    for place, (column, width) in enumerate(zip(sheet.columns, widths, strict=True)):
        written.set_column(place, place, width)
        written.write_string(0, place, column.title, formats(_HEADING))
    written.set_row(0, heading_height(sheet, widths))
    for number, row in enumerate((*sheet.rows, *sheet.totals), 1):
        look = _CELL if number <= len(sheet.rows) else _TOTALS
        for place, cell in enumerate(row):
            write_cell(written, number, place, cell, formats, {**look, **_align(sheet.columns[place])})
        written.set_row(number, row_height(row, widths))
    written.freeze_panes(1, 0)
    # Numbers such as 1.10 are names of actions, and stay text.
    written.ignore_errors({"number_stored_as_text": f"A1:XFD{1 + len(sheet.rows) + len(sheet.totals)}"})
    _make_sortable(written, sheet, formats)


def _align(column: Column) -> Look:
    """Figures are aligned right, with a space to the next column."""
    return {"align": "right", "indent": 1} if column.figures else {"align": "left"}


def _make_sortable(written: Worksheet, sheet: Sheet, formats: Formats) -> None:
    """Make the headings and rows a table, which screen readers announce; only filter them if no table is possible."""
    last = len(sheet.rows), len(sheet.columns) - 1
    if not sheet.rows or any(_ESCAPED.search(column.title) for column in sheet.columns):
        written.autofilter(0, 0, *last)
        return
    written.add_table(0, 0, *last, {
        "columns": [{"header": column.title, "header_format": formats(_HEADING)} for column in sheet.columns],
        "style": "Table Style Light 1",
        "banded_rows": False,
        "title": cut_to(_ESCAPED.sub("", sheet.captions[0]), _LONGEST_PROPERTY),
    })  # fmt: skip


def _make_printable(written: Worksheet, paper: Paper) -> None:
    """A4, one page wide, with the title and page number above and the command that makes the paper again below."""
    written.set_landscape()
    written.set_paper(_A4)
    written.fit_to_pages(1, 0)
    written.set_margins(left=0.5, right=0.5, top=0.8, bottom=0.8)
    title, page = " ".join(paper.title.split()), "&RPage &P of &N"
    in_its_own_size = {"scale_with_doc": False}
    written.set_header(f"&L{_cut_code(title, '', _LONGEST_PRINTED - len(page) - 2)}{page}", in_its_own_size)
    made, again = f"Made by AsAt: {paper.made}.", f" To make it again: {paper.command}"
    written.set_footer(f"&L&8{_cut_code(made, again, _LONGEST_PRINTED - 4)}", in_its_own_size)


def _cut_code(text: str, last: str, length: int) -> str:
    """Text for a printed header or footer (in which `&` begins a code), followed by `last`.

    If both are too long for Excel, the end of `text` is cut first, and `last` only if it is too long alone.
    """
    last = _escaped(last, length)
    return _escaped(text, length - utf16(last)) + last


def _escaped(text: str, length: int) -> str:
    kept = cut_to(text, length)
    while kept and utf16(kept.replace("&", "&&")) + (kept != text) > length:
        kept = kept[:-1]
    return kept.replace("&", "&&") + ("…" if kept != text and length else "")
