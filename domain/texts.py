"""The kinds of text an event may carry, and what each refuses.

Control characters are refused everywhere because no paper (Word, Excel, PDF) can carry them; line breaks and tabs
stay in running text.
"""

import re
from typing import Annotated

from pydantic import StringConstraints

# One character that is not a space, and nothing that is a control character or one of the two that XML lacks. Spelled
# so that the JSON Schema in the OpenAPI document and the validator agree on every string.
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
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=63)]


# Marks that turn the direction of what follows (Unicode, UAX #9) -> what ends them.
_CLOSED_BY = {**dict.fromkeys("\u202a\u202b\u202d\u202e", "\u202c"), **dict.fromkeys("\u2066\u2067\u2068", "\u2069")}
_DIRECTION = re.compile("[\u202a-\u202e\u2066-\u2069]")
#: A mark lasts to the end of its paragraph; what is written out breaks a text into lines at any of these.
_PARAGRAPHS = re.compile("[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")


def unpaired_direction(text: str) -> str | None:
    """The first mark of direction that stands unpaired in a text; None where there is none.

    A mark (U+202A to U+202E, U+2066 to U+2069) is paired where it is closed on its own line, and what it encloses is
    so too. One that is not turns what stands around the text where it is shown. This holds for what is proposed; what
    is stored may have some, as they were once taken.
    """
    if text.isascii() or not _DIRECTION.search(text):
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


def direction_refused(mark: str) -> str:
    """What to say of a text in which this mark stands unpaired, in a sentence to go on after the field's name."""
    closing = _CLOSED_BY.get(mark)
    remedy = f"close it on its line with U+{ord(closing):04X}, or leave it out" if closing else "leave it out"
    what = "is not closed" if closing else "closes none"
    return f"this holds a mark that turns the direction of writing and {what} (U+{ord(mark):04X}); {remedy}"
