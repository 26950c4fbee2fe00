"""The kinds of text in an event, and the characters that each refuses.

Control characters are refused: no paper (Word, Excel, PDF) can carry them. Running text may have line breaks and tabs.
Stored events hold more than is recorded today: `unrecordable` finds that.
"""

import re
from typing import Annotated

from pydantic import StringConstraints

from domain.refusals import EventCode, Problem

# At least one character other than a space; no control character, and neither of the two that XML lacks. Written so
# that the JSON Schema in the OpenAPI document and the validator agree on every string.
_RUNNING = (
    r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]*[^\s\x00-\x1f\x7f-\x9f\ufffe\uffff]"
    r"[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]*$"
)
_ONE_LINE = r"^[^\x00-\x1f\x7f-\x9f\ufffe\uffff]*[^\s\x00-\x1f\x7f-\x9f\ufffe\uffff][^\x00-\x1f\x7f-\x9f\ufffe\uffff]*$"

#: Running text: progress, outcomes, reasons. At most 20,000 characters.
Text = Annotated[str, StringConstraints(pattern=_RUNNING, min_length=1, max_length=20_000)]

#: One line: titles, names of forums and roles, timescales. At most 500 characters.
Line = Annotated[str, StringConstraints(pattern=_ONE_LINE, min_length=1, max_length=500)]

#: The number of a priority, action or recommendation as the paper prints it: `2.4`, `6.1a`, `LSCB-1`.
Number = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9.()_-]{0,31}$")]

#: A rating's or a measure's short name in data.
Code = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=63)]

#: A plan's name in addresses and on the command line: lower-case words joined by hyphens.
SLUG = r"^[a-z0-9]+(-[a-z0-9]+)*$"
Slug = Annotated[str, StringConstraints(pattern=SLUG, max_length=63)]


# Marks of direction (Unicode, UAX #9) -> the mark that closes each.
_CLOSED_BY = {**dict.fromkeys("\u202a\u202b\u202d\u202e", "\u202c"), **dict.fromkeys("\u2066\u2067\u2068", "\u2069")}
_DIRECTION = re.compile("[\u202a-\u202e\u2066-\u2069]")
#: A mark lasts to the end of its paragraph; output breaks lines at any of these.
_PARAGRAPHS = re.compile("[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")


#: The two separators that are no control characters; many programs take them for the end of a line.
_SEPARATORS = {"\u2028": "a line separator", "\u2029": "a paragraph separator"}


def unrecordable(text: str, field: str = "") -> Problem | None:
    """The problem of a text of the right kind that is recorded no longer, but may be stored; None where it has none.

    It holds a separator of lines or paragraphs, which breaks the line of a title or a cell, or an unpaired mark of
    direction, which turns the text shown around it.
    """
    if text.isascii():
        return None
    if found := _SEPARATOR.search(text.strip()):
        name = f"{_SEPARATORS[found[0]]}, U+{ord(found[0]):04X}"
        sentence = f"this holds a character that breaks a line ({name}); write a space instead, or a line break if"
        return Problem(EventCode.WRONG_FORM, field, f"{sentence} there may be one")
    if mark := unpaired_direction(text):
        return Problem(EventCode.UNPAIRED_DIRECTION, field, _direction_refused(mark))
    return None


_SEPARATOR = re.compile(f"[{''.join(_SEPARATORS)}]")


def unpaired_direction(text: str) -> str | None:
    """The first unpaired mark of direction in a text; None where there is none.

    A mark (U+202A to U+202E, U+2066 to U+2069) is paired where it is closed on its own line, as are all marks within
    it.
    """
    if not _DIRECTION.search(text):
        return None
    for line in _PARAGRAPHS.split(text):
        opened: list[str] = []
        for mark in _DIRECTION.findall(line):
            if mark in _CLOSED_BY:
                opened.append(mark)
            elif not opened or _CLOSED_BY[opened.pop()] != mark:
                return str(mark)
        if opened:
            return opened[-1]
    return None


def _direction_refused(mark: str) -> str:
    closing = _CLOSED_BY.get(mark)
    remedy = f"close it on its line with U+{ord(closing):04X}, or leave it out" if closing else "leave it out"
    what = "is not closed" if closing else "closes none"
    return f"this holds a mark that turns the direction of writing and {what} (U+{ord(mark):04X}); {remedy}"
