"""The difference of one fact between two points: both values, and the events behind it."""

from collections.abc import Iterable, Iterator
from typing import Generic, NamedTuple, TypeVar

from domain.plan.plan_at import PlanAt
from domain.plan.timeline import Assertion

V = TypeVar("V")


class Difference(NamedTuple, Generic[V]):
    """A fact that has different events behind it at the two points, even if its value is the same.

    `versions` are the events behind the current value. If only a withdrawal made the difference (`by_withdrawal`), they
    are the withdrawal; if going back in time leaves no value, the event undone.
    """

    was: Assertion[V] | None
    is_: Assertion[V] | None
    versions: list[int]
    by_withdrawal: bool


class Between:
    """A plan at two points, to compare facts between them."""

    def __init__(self, previous: PlanAt, current: PlanAt) -> None:
        self.before, self.now = previous, current

    def difference(self, was: Assertion[V] | None, is_: Assertion[V] | None) -> Difference[V] | None:
        """The difference of a fact; None if the same event is behind it at both points."""
        if was == is_ or (was and is_ and was.version == is_.version):
            return None
        return Difference(was, is_, *self._behind(was, is_))

    def gathered(self, before: Iterable[Assertion[V]], now: Iterable[Assertion[V]]) -> Iterator[Difference[V]]:
        """The differences of a fact with several assertions in force at once: those added, and those gone."""
        was = {said.version: said for said in before}
        is_ = {said.version: said for said in now}
        for version, said in is_.items():
            if version not in was:
                yield Difference(None, said, [version], False)
        for version, said in was.items():
            if version not in is_:
                yield Difference(said, None, *self._behind(said, None))

    def _behind(self, was: Assertion[V] | None, is_: Assertion[V] | None) -> tuple[list[int], bool]:
        withdrawal = self.now.withdrawn_by(was.version) if was and was.version <= self.now.basis else None
        if was is None or withdrawal is None:
            return [said.version for said in (is_ or was,) if said], False
        if is_ is None:
            return [withdrawal], True
        if (is_.effective_on, is_.version) > (was.effective_on, was.version):
            return [is_.version], False  # in force whether or not the other had been withdrawn
        if is_.version <= self.before.basis and is_.effective_on <= self.before.effective_on:
            return [withdrawal], True
        return sorted([is_.version, withdrawal]), False
