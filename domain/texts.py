"""The kinds of text an event may carry, and what each refuses.

Control characters are refused everywhere because no paper (Word, Excel, PDF) can carry them; line breaks and tabs
stay in running text.
"""

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
