"""One fact's values over both times.

A timeline holds every assertion ever made of one fact, each with the day from which it was true (`effective_on`) and
the stream version that recorded it. The value at a point is the assertion with the greatest (effective day, version)
among those recorded by the basis and effective by the day, leaving out those withdrawn by the basis. It is found by
bisection, so that asking of long ago costs what asking of today costs.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from datetime import date
from functools import lru_cache
from typing import Generic, NamedTuple, TypeVar

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


# One object for each day: ten thousand assertions of a plan speak of a few hundred days, and what a processor has just
# had in its hands it is quicker to take up again.
_days: dict[date, date] = {}


@lru_cache(maxsize=65536)
def end_of(day: date) -> int:
    """The greatest key an assertion effective on this day can have."""
    return key_of(day, _VERSION_MASK)


def key_of(day: date, version: int) -> int:
    """An assertion's place in the order of (effective day, version)."""
    return day.toordinal() << _VERSION_BITS | version


class Timeline(Generic[V]):
    """Every assertion of one fact, in the order of (effective day, version).

    Invariants: `_keys` ascends and `_assertions` stands beside it; versions are added in their order.
    """

    __slots__ = ("_assertions", "_first", "_keys", "_newest", "_withdrawn")

    def __init__(self, withdrawn: Mapping[int, int]) -> None:
        """`withdrawn` maps an event's version to that of the event that withdrew it; the plan owns and extends it."""
        self._withdrawn = withdrawn
        self._keys: list[int] = []
        self._assertions: list[Assertion[V]] = []
        self._first: Assertion[V] | None = None
        self._newest = 0

    def add(self, value: V, effective_on: date, version: int) -> None:
        """Take in an assertion; versions must come in ascending order."""
        key = key_of(effective_on, version)
        assertion = Assertion(value, _days.setdefault(effective_on, effective_on), version)
        if self._first is None:
            self._first = assertion
        if not self._keys or key > self._keys[-1]:
            self._keys.append(key)
            self._assertions.append(assertion)
        else:
            place = bisect_right(self._keys, key)
            self._keys.insert(place, key)
            self._assertions.insert(place, assertion)
        self._newest = version

    def at(self, day_end: int, basis: int) -> Assertion[V] | None:
        """The assertion in force at a point, given `Plan.day_end` of the point and its basis; None before the first.

        The walk back passes over what was recorded after the basis or withdrawn by it. It is short when `day_end` is no
        later than anything known at the basis (which `Plan.day_end` sees to): what remains is late news.
        """
        keys = self._keys
        place = bisect_right(keys, day_end) if keys and keys[-1] > day_end else len(keys)
        gone = self._withdrawn.get
        while place:
            place -= 1
            version = keys[place] & _VERSION_MASK
            if version <= basis < gone(version, basis + 1):
                return self._assertions[place]
        return None

    def __len__(self) -> int:
        return len(self._keys)

    def all(self, day_end: int, basis: int) -> list[Assertion[V]]:
        """Every assertion standing at a point, oldest effective day first."""
        keys = self._keys
        if not keys:
            return []
        assertions = self._assertions if keys[-1] <= day_end else self._assertions[: bisect_right(keys, day_end)]
        gone, never = self._withdrawn.get, basis + 1
        return [said for said in assertions if said[2] <= basis < gone(said[2], never)]

    def known(self, basis: int) -> Iterator[Assertion[V]]:
        """Every assertion standing at a basis, whatever its day, oldest effective day first."""
        return (assertion for assertion in self._assertions if self.stands(assertion.version, basis))

    def first(self, day_end: int, basis: int) -> Assertion[V] | None:
        """The assertion recorded first of those standing at a point: by its basis, and effective by its day."""
        first = self._first
        if first is None:
            return None
        if key_of(first.effective_on, first.version) <= day_end and self.stands(first.version, basis):
            return first
        return min(self.all(day_end, basis), key=lambda said: said.version, default=None)

    def stands(self, version: int, basis: int) -> bool:
        """Whether the event of that version was recorded, and not withdrawn, by the basis."""
        return version <= basis and self._withdrawn.get(version, basis + 1) > basis

    def forget_after(self, version: int) -> None:
        """Drop what versions after this one said: proposals that were tried out and not stored."""
        if self._newest <= version:
            return
        keep = [(key, said) for key, said in zip(self._keys, self._assertions, strict=True) if said.version <= version]
        self._keys = [key for key, _ in keep]
        self._assertions = [said for _, said in keep]
        self._first = min(self._assertions, key=lambda said: said.version, default=None)
        self._newest = max((said.version for said in self._assertions), default=0)
