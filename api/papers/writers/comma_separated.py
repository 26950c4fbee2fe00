"""The data of a paper as comma-separated values that no spreadsheet will run. Days and instants are ISO 8601."""

import re
from collections.abc import Iterable, Sequence
from itertools import chain

from api.papers.paper import Day, Instant, Paper, Value

# The first characters of a formula, also in full width; and the characters that a spreadsheet skips before one.
_FORMULA = "=+-@\t\r\n＝＋－＠"  # noqa: RUF001 - the full-width forms are meant
_SKIPPED = " \u00a0\u061c\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"

# The characters that separate cells or lines, in this format or for a spreadsheet with other separators.
_PARTS = re.compile('[,;|\t"\r\n]')
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")


def comma_separated_values(paper: Paper) -> str:
    """The data of a paper: a header row and the rows."""
    data = paper.data
    return comma_separated(data.keys, ((*row, *data.last) for row in data.rows()))


def comma_separated(columns: Sequence[str], rows: Iterable[Sequence[Value]]) -> str:
    """A header row and the rows, as in RFC 4180: lines end in CR LF."""
    return "".join(",".join(map(_field, row)) + "\r\n" for row in chain([columns], rows))


def cell(value: Value) -> str | int:
    """A value as written: figures as figures, text as text, yes or no in words.

    Text that a spreadsheet would run as a formula gets an apostrophe before it (OWASP: CSV injection). A plain decimal
    number, such as a measure's -3.2, is no formula and stays a number.
    """
    if isinstance(value, Day | Instant):
        value = value.iso
    if isinstance(value, str):
        if _NUMBER.fullmatch(value):
            return value
        start = value.lstrip(_SKIPPED)[:1]
        return f"'{value}" if start and (start in _FORMULA or value[0] in _FORMULA) else value
    if value is None:
        return ""
    return ("no", "yes")[value] if isinstance(value, bool) else value


def _field(value: Value) -> str:
    """A cell as a field, in quotation marks if it contains a separator of any spreadsheet.

    A spreadsheet that also splits at semicolons or tabs would otherwise run the rest of the text as a formula.
    """
    written = str(cell(value))
    return '"' + written.replace('"', '""') + '"' if _PARTS.search(written) else written
