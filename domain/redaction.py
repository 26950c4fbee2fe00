"""Which texts of an event can be destroyed for a legal reason, and what reads in their place.

The ledger commits to each of these texts by a salted digest and keeps text and salt beside it, so that both can go
while every proof still holds. They are the free texts and the names of people and roles. What questions are answered by
is none of them: numbers, codes, ratings, timescales, periods, values, the labels of versions and the names of forums.
"""

from collections.abc import Iterable
from typing import Any

#: What reads in place of a text that is gone.
REDACTED = "[redacted]"

#: The fields of an event, whatever its kind, that can be redacted.
REDACTABLE = frozenset(
    ("reason", "source", "text", "outcome", "title", "summary", "author", "leads", "evidence", "location",
     "approved_by", "reports_to", "made_by", "report")
)  # fmt: skip

# A measure's title is part of what the rules compare: gone, a later definition would look like a repetition.
_NOT_OF: dict[str, frozenset[str]] = {"MeasureDefined": frozenset({"title"})}

_LISTS = frozenset({"leads", "evidence"})


def redactable(kind: str, fields: Iterable[str]) -> list[str]:
    """Those of an event's fields that can be redacted, in the order given; `kind` is the event's name."""
    kept = _NOT_OF.get(kind, frozenset())
    return [field for field in fields if field in REDACTABLE and field not in kept]


def redacted_value(field: str) -> Any:
    """What a field that can be redacted reads as, in JSON, once its text is gone."""
    if field in _LISTS:
        return [REDACTED]
    return {"title": REDACTED} if field == "source" else REDACTED
