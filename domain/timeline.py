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


@lru_cache(maxsize=65536)
def end_of(day: date) -> int:
    """The greatest key an assertion effective on this day can have."""
    return day.toordinal() << _VERSION_BITS | _VERSION_MASK


class Timeline(Generic[V]):
    """Every assertion of one fact, in the order of (effective day, version).

    Invariants: `_keys` ascends and `_assertions` stands beside it; `_versions` ascends, because versions are recorded
    in their order; `_furthest[i]` is the greatest key among the first i + 1 recorded.
    """

    __slots__ = ("_assertions", "_first", "_furthest", "_keys", "_versions", "_withdrawn")

    def __init__(self, withdrawn: Mapping[int, int]) -> None:
        """`withdrawn` maps an event's version to that of the event that withdrew it; the plan owns and extends it."""
        self._withdrawn = withdrawn
        self._keys: list[int] = []
        self._assertions: list[Assertion[V]] = []
        self._versions: list[int] = []
        self._furthest: list[int] = []
        self._first: Assertion[V] | None = None

    def add(self, value: V, effective_on: date, version: int) -> None:
        """Take in an assertion; versions must come in ascending order."""
        key = effective_on.toordinal() << _VERSION_BITS | version
        assertion = Assertion(value, effective_on, version)
        if self._first is None:
            self._first = assertion
        if not self._keys or key > self._keys[-1]:
            self._keys.append(key)
            self._assertions.append(assertion)
        else:
            place = bisect_right(self._keys, key)
            self._keys.insert(place, key)
            self._assertions.insert(place, assertion)
        self._versions.append(version)
        self._furthest.append(self._keys[-1])

    def at(self, day_end: int, basis: int) -> Assertion[V] | None:
        """The assertion in force at a point, given `end_of(day)` and the basis; None before the first."""
        versions = self._versions
        if not versions or versions[0] > basis:
            return None
        if versions[-1] > basis:
            # Start no later than the furthest assertion known at the basis. Without this, asking with an early basis
            # would walk back over everything recorded since.
            furthest = self._furthest[bisect_right(versions, basis) - 1]
            if furthest < day_end:
                day_end = furthest
        keys = self._keys
        place = len(keys) if keys[-1] <= day_end else bisect_right(keys, day_end)
        gone = self._withdrawn.get
        while place:
            place -= 1
            version = keys[place] & _VERSION_MASK
            if version <= basis < gone(version, basis + 1):
                return self._assertions[place]
        return None

    def __len__(self) -> int:
        return len(self._versions)

    def all(self, day_end: int, basis: int) -> list[Assertion[V]]:
        """Every assertion standing at a point, oldest effective day first."""
        keys = self._keys
        if not keys:
            return []
        assertions = self._assertions if keys[-1] <= day_end else self._assertions[: bisect_right(keys, day_end)]
        gone = self._withdrawn.get
        return [said for said in assertions if said[2] <= basis < gone(said[2], basis + 1)]

    def known(self, basis: int) -> Iterator[Assertion[V]]:
        """Every assertion standing at a basis, whatever its day, oldest effective day first."""
        return (assertion for assertion in self._assertions if self.stands(assertion.version, basis))

    def first(self, basis: int) -> Assertion[V] | None:
        """The assertion recorded first of those that stand at a basis."""
        if self._first is not None and self.stands(self._first.version, basis):
            return self._first
        return min(self.known(basis), key=lambda said: said.version, default=None)

    def stands(self, version: int, basis: int) -> bool:
        """Whether the event of that version was recorded, and not withdrawn, by the basis."""
        return version <= basis and self._withdrawn.get(version, basis + 1) > basis

    def forget_after(self, version: int) -> None:
        """Drop what versions after this one said: proposals that were tried out and not stored."""
        if not self._versions or self._versions[-1] <= version:
            return
        keep = [(key, said) for key, said in zip(self._keys, self._assertions, strict=True) if said.version <= version]
        self._keys = [key for key, _ in keep]
        self._assertions = [said for _, said in keep]
        del self._versions[bisect_right(self._versions, version) :]
        del self._furthest[len(self._versions) :]
        if not self._versions:
            self._first = None
