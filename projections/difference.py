"""One fact at two points: what it was, what it is, and which events are behind the difference."""

from collections.abc import Iterator
from typing import Any, Generic, NamedTuple, TypeVar

from domain.plan import Plan
from domain.points import Point
from domain.timeline import Assertion, Timeline

V = TypeVar("V")


class Difference(NamedTuple, Generic[V]):
    """A fact that other events are behind at the two points, even where they say the same.

    `versions` are those of the events behind what it is now; where the only reason is that an event was withdrawn
    (`by_withdrawal`), that of the withdrawal; where going back in time leaves nothing, that of the event undone.
    """

    was: Assertion[V] | None
    is_: Assertion[V] | None
    versions: list[int]
    by_withdrawal: bool


class Between:
    """Two points of a plan, between which facts are compared."""

    def __init__(self, plan: Plan, previous: Point, current: Point) -> None:
        self.plan, self._previous = plan, previous
        self.before = plan.day_end(previous), previous.basis
        self.now = plan.day_end(current), current.basis

    def fact(self, timeline: Timeline[V]) -> Difference[V] | None:
        """What became of a fact; None where the same event is behind it at both points."""
        return self.difference(timeline.at(*self.before), timeline.at(*self.now))

    def difference(self, was: Assertion[V] | None, is_: Assertion[V] | None) -> Difference[V] | None:
        """The difference between two assertions of a fact; None where they are the same one."""
        if was == is_ or (was and is_ and was.version == is_.version):
            return None
        return Difference(was, is_, *self._behind(was, is_))

    def gathered(self, timeline: Timeline[V]) -> Iterator[Difference[V]]:
        """What was added to, or is gone from, a fact of which every assertion stands beside the others."""
        was = {said.version: said for said in timeline.all(*self.before)}
        is_ = {said.version: said for said in timeline.all(*self.now)}
        for version, said in is_.items():
            if version not in was:
                yield Difference(None, said, [version], False)
        for version, said in was.items():
            if version not in is_:
                yield Difference(said, None, *self._behind(said, None))

    def last(self, timeline: Timeline[V]) -> Assertion[V] | None:
        """What a fact is now or, where it is nothing now, was before."""
        return timeline.at(*self.now) or timeline.at(*self.before)

    def _behind(self, was: Assertion[Any] | None, is_: Assertion[Any] | None) -> tuple[list[int], bool]:
        basis = self.now[1]
        withdrawal = self.plan.withdrawn.get(was.version, basis + 1) if was else basis + 1
        if was is None or withdrawal > basis:
            return [said.version for said in (is_ or was,) if said], False
        if is_ is None:
            return [withdrawal], True
        if (is_.effective_on, is_.version) > (was.effective_on, was.version):
            return [is_.version], False  # it would be in force whether or not the other had been withdrawn
        if is_.version <= self._previous.basis and is_.effective_on <= self._previous.effective_on:
            return [withdrawal], True
        return sorted([is_.version, withdrawal]), False
