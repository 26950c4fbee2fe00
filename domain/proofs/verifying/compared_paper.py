"""The comparison of a paper with the one that follows from the events: every field, every row, and their order."""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from domain.proofs.verifying.calendar_days import instant, read_day
from domain.proofs.verifying.failure import Failed, shown
from domain.proofs.verifying.folded_plan import At
from domain.proofs.verifying.json_values import Json, alike
from domain.proofs.verifying.pack_events import Event
from domain.proofs.verifying.plan_fold import Fold

#: Stands in an expected paper for a value that is not worked out: there is one, and it may be any.
UNCHECKED: Final = object()


class Between(NamedTuple):
    """Stands in an expected paper for a count of which no more than its bounds are worked out."""

    least: int
    most: int


class Rows(NamedTuple):
    """Stands in an expected paper for rows in their order, each with a name that stands in its field `key`."""

    #: Their name in a report, and that of the list: `action`, `its changes`.
    kind: str
    of: str
    key: str
    rows: Sequence[dict[str, Json]]


class Place(NamedTuple):
    """The place of something in a paper, as a report names it."""

    of: str = ""
    row: str = ""

    @property
    def within(self) -> str:
        """The list of the paper in which it stands."""
        return f" in {self.of}" if self.of else ""

    @property
    def which(self) -> str:
        """The object at the place."""
        return f"{self.row}{self.within}" if self.row else "it"


WHOLE = Place()


@dataclass(frozen=True)
class Paper:
    """A paper, and the events that its figures are compared with."""

    name: str
    fold: Fold
    events: Sequence[Event]
    _seen: dict[tuple[str, int], At] = field(default_factory=dict)

    def at(self, point: dict[str, Json]) -> At:
        """The plan at a point that the paper names; it must be one."""
        check_point(self.name, point, self.events)
        key = point["effective_on"], point["basis"]
        if key not in self._seen:
            self._seen[key] = At(self.fold, *key)
        return self._seen[key]

    def fail(self, what: str) -> Failed:
        """The failure of this paper."""
        return Failed(self.name, what)

    def compare(self, given: Json, expected: Json, place: Place = WHOLE, path: str = "") -> int:
        """Check that the paper holds at a place what is expected there; returns the number of figures compared."""
        if expected is UNCHECKED:
            return 0
        if isinstance(expected, Rows):
            return self._compare_rows(given, expected)
        if isinstance(expected, dict):
            only(self.name, given, expected, place.which + (f", {path}," if path else ""))
            under = f"{path}." if path else ""
            return sum(self.compare(given[name], value, place, under + name) for name, value in expected.items())
        if isinstance(expected, list) and isinstance(given, list) and len(given) == len(expected):
            pairs = enumerate(zip(given, expected, strict=True))
            return sum(self.compare(one, value, place, f"{path}[{at}]") for at, (one, value) in pairs)
        if isinstance(expected, Between):
            right = type(given) is int and expected.least <= given <= expected.most
            words = " to ".join(dict.fromkeys(map(str, expected)))
        else:
            right, words = alike(given, expected), shown(expected)
        if not right:
            row = place.row or "the plan"
            raise self.fail(
                f"it says{place.within} that the {path} of {row} is {shown(given)}, and the events say {words}"
            )
        return 1

    def _compare_rows(self, given: Json, expected: Rows) -> int:
        """Check that the rows are those that follow from the events, each once, as it should be and in its place."""
        left: dict[str | None, deque[dict[str, Json]]] = {}
        for row in expected.rows:
            left.setdefault(row[expected.key], deque()).append(row)
        if not isinstance(given, list):
            raise self.fail(f"the {expected.kind} rows in {expected.of} are {shown(given)}, which is no list")
        names, compared = [self._name(row, expected) for row in given], 0
        for name, row in zip(names, given, strict=True):
            which = f"{expected.kind} {name or 'unrated'}"
            if name not in left:
                raise self.fail(f"{which} stands in {expected.of}, and by the events does not belong there")
            if not left[name]:
                raise self.fail(f"{which} stands in {expected.of} twice")
            compared += max(1, self.compare(row, left[name].popleft(), Place(expected.of, which)))
        for name, rest in left.items():
            if rest:
                which = f"{expected.kind} {name or 'unrated'}"
                raise self.fail(f"{which} stands in {expected.of} nowhere, and by the events belongs there")
        for name, row in zip(names, expected.rows, strict=True):
            if name != row[expected.key]:
                which = f"{expected.kind} {name or 'unrated'}"
                raise self.fail(f"{which} stands in {expected.of} in another order than by the events")
        return compared

    def _name(self, row: Json, rows: Rows) -> str | None:
        name = row.get(rows.key, 0) if isinstance(row, dict) else 0
        if name is not None and type(name) is not str:
            raise self.fail(f"a row in {rows.of} is {shown(row)}, which has no {rows.key!r} that names a {rows.kind}")
        return name


def only(paper: str, document: Json, names: Iterable[str], which: str) -> None:
    """Check that an object in a paper has these names and no others; raises Failed."""
    if not isinstance(document, dict):
        raise Failed(paper, f"{which} is {shown(document)}, which is no object")
    for name in names:
        if name not in document:
            raise Failed(paper, f"{which} has no {name!r}")
    for name in document:
        if name not in names:
            raise Failed(paper, f"{which} has a field {shown(name)}, which no such paper has")


def check_point(paper: str, point: Json, events: Sequence[Event]) -> None:
    """Check that a point has a day of the calendar, and a version that was recorded at the instant beside it."""
    only(paper, point, ("effective_on", "basis", "known_at", "asked"), "a point in it")
    if type(point["asked"]) is not str:
        raise Failed(paper, f"it says that {shown(point['asked'])} was asked, which is no text")
    read_day(point["effective_on"], paper)
    basis = point["basis"]
    known = type(basis) is int and 1 <= basis <= len(events)
    if not known or point["known_at"] != instant(events[basis - 1].entry.recorded_at):
        raise Failed(paper, f"the ledger had no version {shown(basis)} at the instant that it names")
