"""A draft: a plan with events that are not stored yet, as an overlay that holds only their changes.

Proposals are judged on it one after the other, while readers see the plan unchanged. Once they are stored, the plan
takes over the changes.
"""

from collections.abc import Callable, Iterator, Mapping, MutableMapping, MutableSequence
from datetime import datetime
from typing import Any, TypeVar, overload
from uuid import UUID

from domain.plan.facts import Logged
from domain.plan.plan import Action, Measure, Plan, Priority
from domain.plan.timeline import Timeline

K = TypeVar("K")
V = TypeVar("V")


class _Layer(MutableMapping[K, V]):
    """A mapping over another, which it never changes."""

    __slots__ = ("base", "own")

    def __init__(self, base: Mapping[K, V]) -> None:
        self.base = base
        self.own: dict[K, V] = {}

    def __getitem__(self, key: K) -> V:
        return self.own[key] if key in self.own else self.base[key]

    def get(self, key: K, default: Any = None) -> Any:
        return self.own[key] if key in self.own else self.base.get(key, default)

    def __contains__(self, key: object) -> bool:
        return key in self.own or key in self.base

    def __setitem__(self, key: K, value: V) -> None:
        self.own[key] = value

    def __delitem__(self, key: K) -> None:
        raise TypeError("nothing of a plan is ever taken away")

    def __iter__(self) -> Iterator[K]:
        yield from self.base
        yield from (key for key in self.own if key not in self.base)

    def __len__(self) -> int:
        return len(self.base) + sum(key not in self.base for key in self.own)

    def changed(self, key: K, copy: Callable[[V], V], make: Callable[[], V]) -> V:
        """The value of a key, to be changed: the layer's own, which is first copied from the base or made new."""
        if key not in self.own:
            found = self.base.get(key)
            self.own[key] = make() if found is None else copy(found)
        return self.own[key]


class _Tail(MutableSequence[V]):
    """A sequence that continues another, which it never changes."""

    __slots__ = ("base", "length", "own")

    def __init__(self, base: MutableSequence[V]) -> None:
        self.base, self.length = base, len(base)
        self.own: list[V] = []

    def __len__(self) -> int:
        return self.length + len(self.own)

    @overload
    def __getitem__(self, index: int) -> V: ...
    @overload
    def __getitem__(self, index: slice) -> MutableSequence[V]: ...
    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return [self[place] for place in range(*index.indices(len(self)))]
        if index < 0:
            index += len(self)
        return self.base[index] if index < self.length else self.own[index - self.length]

    def __setitem__(self, index: Any, value: Any) -> None:
        raise TypeError("nothing of a plan is ever replaced")

    def __delitem__(self, index: Any) -> None:
        raise TypeError("nothing of a plan is ever taken away")

    def insert(self, index: int, value: V) -> None:
        assert index == len(self), "a plan grows at its end"
        self.own.append(value)

    def append(self, value: V) -> None:
        self.own.append(value)


class Draft(Plan):
    """A plan with more events than its base, which must not grow meanwhile."""

    actions: _Layer[int, Action]
    priorities: _Layer[str, Priority]
    measures: _Layer[str, Measure]
    recommendations: _Layer[str, Timeline[Any]]
    numbers: _Layer[str, list[tuple[int, int]]]
    dependents: _Layer[int, list[int]]
    withdrawn: _Layer[int, int]
    redactions: _Layer[int, dict[str, int]]
    recorded_at: _Tail[datetime]
    log: _Tail[Logged]
    furthest: _Tail[int]

    def __init__(self, base: Plan) -> None:
        vars(self).update(vars(base))
        for name in _MAPPINGS:
            setattr(self, name, _Layer(getattr(base, name)))
        for name in _SEQUENCES:
            setattr(self, name, _Tail(getattr(base, name)))
        self.base = base
        self.started_at = base.version
        #: About how many bytes the base grows by when it takes over the changes.
        self.grown = 0
        self._owned = ()

    def changed_action(self, added: int) -> Action:
        return self.actions.changed(added, Action.copy, _missing)

    def changed_priority(self, number: str) -> Priority:
        return self.priorities.changed(number, Priority.copy, lambda: Priority(number))

    def changed_measure(self, code: str) -> Measure:
        return self.measures.changed(code, Measure.copy, lambda: Measure(code))

    def changed_recommendation(self, number: str) -> Timeline[Any]:
        return self.recommendations.changed(number, Timeline.copy, Timeline)

    def changed_bearers(self, number: str) -> list[tuple[int, int]]:
        return self.numbers.changed(number, list, list)

    def changed_dependents(self, version: int) -> list[int]:
        return self.dependents.changed(version, list, list)

    def give_to_base(self, recorded_at: datetime, event_id: UUID) -> None:
        """Give the changes to the base, once the events are stored, at this instant, the last with this id.

        Readers see nothing of them before the assignment to `published`.
        """
        assert self.base.version == self.started_at, "a plan does not grow while a draft lies over it"
        self.recorded_at.own = [recorded_at] * len(self.recorded_at.own)
        self.published = self.version, event_id
        self._give_to(self.base)

    def successor(self) -> Plan:
        """An independent plan with the changes; the base stays as it is."""
        plan = Plan(self.slug)
        for name, held in vars(self.base).items():
            setattr(plan, name, held.copy() if type(held) in _GROWING else held)
        self._give_to(plan)
        return plan

    def _give_to(self, plan: Plan) -> None:
        for name, held in vars(self).items():
            if type(held) is _Tail:
                getattr(plan, name).extend(held.own)
            elif type(held) is _Layer and held.own:
                getattr(plan, name).update(held.own)
        for name in self._owned or ():
            setattr(plan, name, getattr(self, name))
        plan.opening, plan.version, plan.published = self.opening, self.version, self.published


_MAPPINGS = tuple(name for name, held in vars(Plan("")).items() if type(held) is dict)
_SEQUENCES = tuple(name for name, held in vars(Plan("")).items() if type(held) is list)
#: The types of a plan's attributes that grow.
_GROWING = {dict, list, Timeline}


def _missing() -> Any:
    raise LookupError("only what is there can be changed")
