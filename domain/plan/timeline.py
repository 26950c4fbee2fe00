"""One fact's values over both times.

A timeline holds every assertion ever made of one fact, each with the day from which it was true (`effective_on`) and
the stream version that recorded it. The value at a place is the assertion with the greatest (effective day, version)
among those recorded by the basis and effective by the day, leaving out those withdrawn by the basis. It is found by
bisection, so that asking of long ago costs what asking of today costs.

A timeline grows at its end while others read it, and they take no lock: whoever reads holds a basis, and what is added
is recorded after it.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Generic, NamedTuple, Self, TypeVar

V = TypeVar("V")

# An assertion's place in the order of days is one integer, the day's ordinal above the version: integers compare
# several times faster than pairs.
_VERSION_BITS = 40
_VERSION_MASK = (1 << _VERSION_BITS) - 1


class Assertion(NamedTuple, Generic[V]):
    """Something said of a fact: what, true from which day, recorded by which version."""

    value: V
    effective_on: date
    version: int


@dataclass(slots=True, eq=False)
class Place:
    """Where timelines are read.

    Attributes:
        day_end: the greatest key that counts: the end of a day, or the furthest thing known at the basis if sooner.
        basis: the version up to which events are known.
        withdrawn: the version of each event that was withdrawn -> the version that withdrew it.
    """

    day_end: int
    basis: int
    withdrawn: Mapping[int, int]

    def stands(self, version: int) -> bool:
        """Whether the event of that version was recorded, and not withdrawn, by the basis."""
        return version <= self.basis and (version not in self.withdrawn or self.withdrawn[version] > self.basis)


# One object for each day: ten thousand assertions of a plan speak of a few hundred days, and what a processor has just
# had in its hands it is quicker to take up again.
_days: dict[date, date] = {}

_NOTHING: tuple[list[int], list[Assertion[object]]] = ([], [])


@lru_cache(maxsize=65536)
def end_of(day: date) -> int:
    """The greatest key an assertion effective on this day can have."""
    return key_of(day, _VERSION_MASK)


def key_of(day: date, version: int) -> int:
    """An assertion's place in the order of (effective day, version)."""
    return day.toordinal() << _VERSION_BITS | version


class Timeline(Generic[V]):
    """Every assertion of one fact, in the order of (effective day, version).

    Invariants: keys ascend and the assertions stand beside them; versions are added in their order. What a reader took
    up stays as it is but for its end: late news makes new lists, which are put in place by one assignment. So does
    whatever is added first after a copy was made.
    """

    __slots__ = ("_entries", "_first", "_shared")

    def __init__(self) -> None:
        self._entries: tuple[list[int], list[Assertion[V]]] = _NOTHING  # type: ignore[assignment]
        self._first: Assertion[V] | None = None
        #: Whether another timeline may have the same lists, so that neither of the two may add to them.
        self._shared = False

    def add(self, value: V, effective_on: date, version: int) -> None:
        """Take in an assertion; versions must come in ascending order."""
        key = key_of(effective_on, version)
        assertion = Assertion(value, _days.setdefault(effective_on, effective_on), version)
        if self._first is None:
            self._first = assertion
        keys, assertions = self._entries
        if keys and key > keys[-1] and not self._shared:
            assertions.append(assertion)  # before its key, by which readers find it
            keys.append(key)
        else:
            place = bisect_right(keys, key)
            self._entries = (
                [*keys[:place], key, *keys[place:]],
                [*assertions[:place], assertion, *assertions[place:]],
            )
            self._shared = False

    def copy(self) -> Self:
        """A timeline that says the same; either may be added to without the other's changing."""
        copied = type(self).__new__(type(self))
        copied._entries, copied._first = self._entries, self._first
        copied._shared = self._shared = True
        return copied

    def at(self, place: Place) -> Assertion[V] | None:
        """The assertion in force at a place; None before the first.

        The walk back passes over what was recorded after the basis or withdrawn by it. It is short as `day_end` is no
        later than anything known at the basis: what remains is late news.
        """
        keys, assertions = self._entries
        if not keys:
            return None
        basis, withdrawn = place.basis, place.withdrawn
        index = bisect_right(keys, place.day_end)
        while index:
            index -= 1
            assertion = assertions[index]
            version = assertion[2]
            if version <= basis and (version not in withdrawn or withdrawn[version] > basis):
                return assertion
        return None

    def __bool__(self) -> bool:
        return self._first is not None

    def all(self, place: Place) -> list[Assertion[V]]:
        """Every assertion standing at a place, oldest effective day first."""
        keys, assertions = self._entries
        if not keys:
            return []
        if keys[-1] > place.day_end:
            assertions = assertions[: bisect_right(keys, place.day_end)]
        basis, withdrawn = place.basis, place.withdrawn
        return [
            said for said in assertions if said[2] <= basis and (said[2] not in withdrawn or withdrawn[said[2]] > basis)
        ]

    def known(self, place: Place) -> Iterator[Assertion[V]]:
        """Every assertion standing at the basis of a place, whatever its day, oldest effective day first."""
        return (assertion for assertion in self._entries[1] if place.stands(assertion.version))

    def first(self, place: Place, in_force: Assertion[V] | None = None) -> Assertion[V] | None:
        """The assertion recorded first of those standing at a place: by its basis, and effective by its day.

        `in_force` is what `at` says of the place, where that is known.
        """
        first = self._first
        if first is None or first is in_force:
            return first
        if key_of(first.effective_on, first.version) <= place.day_end and place.stands(first.version):
            return first
        return min(self.all(place), key=lambda said: said.version, default=None)


def in_force(place: Place, *timelines: Timeline[Any]) -> list[Assertion[Any] | None]:
    """What `at` says of each of these timelines, without a call for each: a plan has a thousand of them to be read."""
    day_end, basis, withdrawn = place.day_end, place.basis, place.withdrawn
    found: list[Assertion[Any] | None] = []
    for timeline in timelines:
        keys, assertions = timeline._entries
        index = bisect_right(keys, day_end)
        while index:
            index -= 1
            assertion = assertions[index]
            version = assertion[2]
            if version <= basis and (version not in withdrawn or withdrawn[version] > basis):
                found.append(assertion)
                break
        else:
            found.append(None)
    return found
