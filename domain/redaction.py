"""The texts of an event that can be redacted, that is, destroyed for a legal reason.

The ledger commits to each of these texts by a salted digest, and keeps text and salt beside it: both can be destroyed
while every proof still holds. Free texts and the names of people and roles can be redacted. Answers depend on the rest:
numbers, codes, ratings, timescales, periods, values, the labels of versions and the names of forums.
"""

from collections.abc import Iterable

#: Stands in place of a redacted text.
REDACTED = "[redacted]"

_TEXTS = "reason", "text", "outcome", "title", "summary", "location"
_PEOPLE_AND_ROLES = "source", "author", "approved_by", "reports_to", "made_by", "report"
_LISTS = "leads", "evidence"

#: The names of the fields that can be redacted, in any event.
REDACTABLE = frozenset((*_TEXTS, *_PEOPLE_AND_ROLES, *_LISTS))

# The rules compare the titles of measures: without them, a later definition could look like a repetition.
_NOT_OF: dict[str, frozenset[str]] = {"MeasureDefined": frozenset({"title"})}


def redactable(kind: str, fields: Iterable[str]) -> list[str]:
    """Those of an event's fields that can be redacted, in the order given; `kind` is the event's name."""
    kept = _NOT_OF.get(kind, frozenset())
    return [field for field in fields if field in REDACTABLE and field not in kept]


def redacted_value(field: str) -> str | list[str] | dict[str, str]:
    """The JSON value of a redacted field."""
    if field in _LISTS:
        return [REDACTED]
    return {"title": REDACTED} if field == "source" else REDACTED
