"""A timeline: the values of one fact over both clocks.

A timeline holds every assertion ever made of one fact, each with the day from which it was true (`effective_on`) and
the stream version that recorded it. The value at a place is the assertion with the greatest (effective day, version)
among those recorded by the basis and effective by the day, leaving out those withdrawn by the basis. It is found by
bisection, so that the past costs what today costs.

A timeline grows while others read it without a lock: a reader holds a basis, and every addition is recorded after it.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Generic, NamedTuple, Self, TypeVar

V = TypeVar("V")

# A key is one integer, the day's ordinal above the version: integers compare several times faster than pairs.
_VERSION_BITS = 40
_VERSION_MASK = (1 << _VERSION_BITS) - 1


class Assertion(NamedTuple, Generic[V]):
    """A value of a fact, true from a day and recorded by a version."""

    value: V
    effective_on: date
    version: int


@dataclass(slots=True, eq=False)
class Place:
    """The bounds within which timelines are read.

    Attributes:
        day_end: the greatest key that counts: the end of a day, or the furthest key known at the basis if smaller.
        basis: the version up to which events are known.
        withdrawn: the version of each event that was withdrawn -> the version that withdrew it.
    """

    day_end: int
    basis: int
    withdrawn: Mapping[int, int]

    def stands(self, version: int) -> bool:
        """Whether the event of that version was recorded, and not withdrawn, by the basis."""
        return version <= self.basis and (version not in self.withdrawn or self.withdrawn[version] > self.basis)


# One object for each day, for the processor's cache: ten thousand assertions of a plan share a few hundred days.
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

    Invariants: keys ascend, in parallel to the assertions; versions are added in ascending order. Lists that a reader
    holds change only at their end: late news makes new lists, which are put in place by one assignment.
    """

    __slots__ = ("_entries", "_first")

    def __init__(self) -> None:
        self._entries: tuple[list[int], list[Assertion[V]]] = _NOTHING  # type: ignore[assignment]
        self._first: Assertion[V] | None = None

    def add(self, value: V, effective_on: date, version: int) -> None:
        """Take in an assertion; versions must come in ascending order."""
        key = key_of(effective_on, version)
        assertion = Assertion(value, _days.setdefault(effective_on, effective_on), version)
        if self._first is None:
            self._first = assertion
        keys, assertions = self._entries
        if keys and key > keys[-1]:
            assertions.append(assertion)  # before its key, by which readers find it
            keys.append(key)
        else:
            place = bisect_right(keys, key)
            self._entries = (
                [*keys[:place], key, *keys[place:]],
                [*assertions[:place], assertion, *assertions[place:]],
            )

    def copy(self) -> Self:
        """A copy; adding to either leaves the other unchanged."""
        copied = type(self)()
        if self:
            keys, assertions = self._entries
            copied._entries, copied._first = (keys[:], assertions[:]), self._first
        return copied

    def at(self, place: Place) -> Assertion[V] | None:
        """The assertion in force at a place; None before the first.

        The walk back skips those recorded after the basis or withdrawn by it; `day_end` excludes most of the former.
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

        `in_force` is the result of `at` for the place, where it is known.
        """
        first = self._first
        if first is None or first is in_force:
            return first
        if key_of(first.effective_on, first.version) <= place.day_end and place.stands(first.version):
            return first
        return min(self.all(place), key=lambda said: said.version, default=None)


def in_force(place: Place, *timelines: Timeline[Any]) -> list[Assertion[Any] | None]:
    """The result of `Timeline.at` for each timeline, without a call for each: a plan has a thousand of them."""
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
