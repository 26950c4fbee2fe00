"""One thing that differs between two points, as data."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import NamedTuple, TypeAlias, TypeVar, cast

from typing_extensions import TypedDict

from projections.difference import Difference

V = TypeVar("V")


#: The value of one field of a fact that has several.
Field: TypeAlias = str | list[str] | list[dict[str, str]] | Mapping[str, str | None] | None
#: The value of a fact: for most facts a text.
Value: TypeAlias = str | list[str] | Mapping[str, Field]


class Change(TypedDict):
    """One thing that differs.

    `kind` says what happened to which `fact`: "rating", "awaiting confirmation", "progress", "wording", "timescale",
    "leads", "number", "priority", "evidence", "added", "removed", "closed", "withdrawn", "reinstated" of an action;
    "priority added", "priority reworded", "answers", "assurance", "measure defined", "measure reported",
    "recommendation made", "inspection", "version issued", "report presented", "scale adopted", "plan opened", "plan
    closed"; and "reviewed" where the same was said again. `versions` are the events behind the current value; with
    `by_withdrawal`, the withdrawal that alone made the difference. Former numbers are given only where they differ.
    """

    kind: str
    fact: str
    action: str | None
    previous_action: str | None
    priority: str | None
    previous_priority: str | None
    measure: str | None
    recommendation: str | None
    text: str | None
    previous: Value | None
    current: Value | None
    on: str | None
    versions: list[int]
    by_withdrawal: bool


def as_change(
    kind: str, fact: str, found: Difference[V], said: Callable[[V], Value], named: Mapping[str, str | None]
) -> Change:
    """A difference as data.

    Args:
        kind: the name of the change if the two values differ.
        fact: the name of the fact.
        found: the difference.
        said: converts a value to data.
        named: the subject; its keys are those of a change.
    """
    previous = said(found.was.value) if found.was else None
    current = said(found.is_.value) if found.is_ else None
    again = previous == current and fact not in {"standing", "reading"}
    return {
        "kind": "reviewed" if again else kind,
        "fact": fact,
        "action": named.get("action"),
        "previous_action": named.get("previous_action"),
        "priority": named.get("priority"),
        "previous_priority": named.get("previous_priority"),
        "measure": named.get("measure"),
        "recommendation": named.get("recommendation"),
        "text": named.get("text"),
        "previous": previous,
        "current": current,
        "on": found.is_.effective_on.isoformat() if found.is_ else None,
        "versions": found.versions,
        "by_withdrawal": found.by_withdrawal,
    }


#: The facts that are running text.
_RUNNING = {"text", "outcome", "title", "progress"}


def is_revision(change: Change) -> bool:
    """Whether a running text became another; the paper then marks the revision."""
    return change["fact"] in _RUNNING and isinstance(change["previous"], str) and isinstance(change["current"], str)


def iso(day: date | None) -> str | None:
    """A day as data."""
    return day.isoformat() if day else None


def itself(value: str) -> Value:
    """The value of a text: the text itself."""
    return value


def by_name(value: NamedTuple) -> Value:
    """The value of a named tuple: a dictionary of its fields."""
    return cast(Value, value._asdict())
