"""One fact at two points: what it was, what it is, and which events are behind the difference."""

from collections.abc import Iterable, Iterator
from typing import Any, Generic, NamedTuple, TypeVar

from domain.plan.plan_at import PlanAt
from domain.plan.timeline import Assertion

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
    """A plan at two points, between which facts are compared."""

    def __init__(self, previous: PlanAt, current: PlanAt) -> None:
        self.before, self.now = previous, current

    def difference(self, was: Assertion[V] | None, is_: Assertion[V] | None) -> Difference[V] | None:
        """What became of a fact; None where the same event is behind it at both points."""
        if was == is_ or (was and is_ and was.version == is_.version):
            return None
        return Difference(was, is_, *self._behind(was, is_))

    def gathered(self, before: Iterable[Assertion[V]], now: Iterable[Assertion[V]]) -> Iterator[Difference[V]]:
        """What was added to, or is gone from, a fact of which every assertion stands beside the others."""
        was = {said.version: said for said in before}
        is_ = {said.version: said for said in now}
        for version, said in is_.items():
            if version not in was:
                yield Difference(None, said, [version], False)
        for version, said in was.items():
            if version not in is_:
                yield Difference(said, None, *self._behind(said, None))

    def _behind(self, was: Assertion[Any] | None, is_: Assertion[Any] | None) -> tuple[list[int], bool]:
        withdrawal = self.now.withdrawn_by(was.version) if was and was.version <= self.now.basis else None
        if was is None or withdrawal is None:
            return [said.version for said in (is_ or was,) if said], False
        if is_ is None:
            return [withdrawal], True
        if (is_.effective_on, is_.version) > (was.effective_on, was.version):
            return [is_.version], False  # it would be in force whether or not the other had been withdrawn
        if is_.version <= self.before.basis and is_.effective_on <= self.before.effective_on:
            return [withdrawal], True
        return sorted([is_.version, withdrawal]), False
