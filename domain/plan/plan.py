"""A plan: the fold of one stream.

`Plan` holds no current state. Each fact has a timeline over both clocks, so one folded plan answers for every point.
`domain.plan.evolve` takes events in. Nothing outside `domain` reads it: questions are asked of a `PlanRecord`, bounded
by a version, or of a `PlanAt`, bounded by a point.

A plan only grows, and readers take no lock: a reader holds a basis, and everything added is recorded after it. Shared
collections are replaced, or added to at their end; then `published` is assigned, and readers see the new events.
"""

from collections.abc import Callable, Mapping, MutableMapping, MutableSequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Self, TypeVar
from uuid import UUID

from domain.plan.facts import (
    Assurance,
    Awaiting,
    Definition,
    Due,
    Evidence,
    Inspection,
    Issue,
    Logged,
    Presentation,
    Rated,
    Reading,
    Recommendation,
    Standing,
)
from domain.plan.number_order import natural_order
from domain.plan.timeline import Place, Timeline, end_of
from domain.scales import Scale

K = TypeVar("K")
V = TypeVar("V")


#: Stands for the instant of an event that is not stored yet.
PENDING = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Opening:
    """The opening of a plan."""

    title: str
    organisation: str
    priority_word: str
    effective_on: date


class _Owner:
    """A thing with timelines, which are added to through `own` alone."""

    __slots__ = ("_owned",)

    #: The names of the timelines that are its own, where it shares the others with its original; None for an original.
    _owned: tuple[str, ...] | None

    def own(self, name: str) -> Timeline[object]:
        """One of its timelines, by the name of the attribute, to be added to."""
        timeline: Timeline[object] = getattr(self, name)
        if self._owned is not None and name not in self._owned:
            timeline = timeline.copy()
            setattr(self, name, timeline)
            self._owned += (name,)
        return timeline


class _Part(_Owner):
    """A part of a plan; a draft copies it before changing it."""

    __slots__: tuple[str, ...] = ()

    def copy(self) -> Self:
        """A copy to be changed; the original stays as it is."""
        copied = type(self).__new__(type(self))
        for name in self.__slots__:
            setattr(copied, name, getattr(self, name))
        copied._owned = ()
        return copied


class Priority(_Part):
    """A priority of the plan, over both clocks."""

    __slots__ = ("added", "answers", "assurance", "number", "order", "title")

    def __init__(self, number: str) -> None:
        self._owned = None
        self.number = number
        self.order = natural_order(number)
        self.added: Timeline[bool] = Timeline()
        self.title: Timeline[str] = Timeline()
        self.answers: Timeline[tuple[str, ...]] = Timeline()
        self.assurance: Timeline[Assurance] = Timeline()


class Action(_Part):
    """An action, over both clocks. The version that added it identifies it; its number may change.

    Its parent and parts are versions, not objects: without reference cycles a dropped plan is freed at once.
    """

    __slots__ = (
        "added", "added_on", "awaiting", "due", "evidence", "leads", "number", "outcome", "parent", "parts",
        "priority", "progress", "rating", "reports_to", "standing", "text",
    )  # fmt: skip

    def __init__(self, added: int, added_on: date, parent: int | None) -> None:
        self._owned = None
        self.added = added
        self.added_on = added_on
        self.parent = parent
        self.parts: list[int] = []
        self.reports_to: str | None = None
        self.number: Timeline[str] = Timeline()
        #: Empty for a part, which has its parent's.
        self.priority: Timeline[str] = Timeline()
        self.standing: Timeline[Standing] = Timeline()
        self.text: Timeline[str] = Timeline()
        self.outcome: Timeline[str] = Timeline()
        self.due: Timeline[Due] = Timeline()
        self.leads: Timeline[tuple[str, ...]] = Timeline()
        #: The ratings that count.
        self.rating: Timeline[Rated] = Timeline()
        #: The ratings that need a second person, confirmed or not; `AsAt.awaiting_of` gives the one that still waits.
        self.awaiting: Timeline[Awaiting] = Timeline()
        self.progress: Timeline[str] = Timeline()
        self.evidence: Timeline[Evidence] = Timeline()

    def copy(self) -> Self:
        copied = super().copy()
        copied.parts = self.parts[:]
        return copied


class Measure(_Part):
    """A measure of the plan, over both clocks."""

    __slots__ = ("code", "definition", "readings")

    def __init__(self, code: str) -> None:
        self._owned = None
        self.code = code
        self.definition: Timeline[Definition] = Timeline()
        self.readings: Timeline[Reading] = Timeline()


class Plan(_Owner):
    """Everything recorded of one plan, as timelines.

    Events change it through `own` and `changed_...`, which return the plan's objects, or in a `Draft` copies of them.
    """

    def __init__(self, slug: str) -> None:
        self._owned = None
        self.slug = slug
        #: The newest version taken in.
        self.version = 0
        #: The newest version that readers see, and the id of its event. While the ledger has that event in that place,
        #: it has all before it too.
        self.published: tuple[int, UUID | None] = (0, None)
        self.opening: Opening | None = None
        self.recorded_at: MutableSequence[datetime] = []
        self.log: MutableSequence[Logged] = []
        #: Per version, the greatest key (day and version) recorded by then in any timeline.
        self.furthest: MutableSequence[int] = []
        #: Version of an event recorded in error -> version of the event that withdrew it.
        self.withdrawn: MutableMapping[int, int] = {}
        #: Version -> its fields whose texts were destroyed -> by which version.
        self.redactions: MutableMapping[int, dict[str, int]] = {}
        #: Version -> versions of the events that depend on it.
        self.dependents: MutableMapping[int, list[int]] = {}
        self.scale: Timeline[Scale] = Timeline()
        self.closing: Timeline[bool] = Timeline()
        self.inspections: Timeline[Inspection] = Timeline()
        self.issues: Timeline[Issue] = Timeline()
        self.presentations: Timeline[Presentation] = Timeline()
        self.priorities: MutableMapping[str, Priority] = {}
        self.recommendations: MutableMapping[str, Timeline[Recommendation]] = {}
        self.measures: MutableMapping[str, Measure] = {}
        self.actions: MutableMapping[int, Action] = {}
        #: Number -> (action, version that gave it the number), for every number ever borne.
        self.numbers: MutableMapping[str, list[tuple[int, int]]] = {}

    # Looking up

    def place(self, day: date, basis: int) -> Place:
        """The place of the end of a day, as known at a basis (1 or later).

        The furthest key known at an early basis limits it: otherwise its reader would walk back over everything
        recorded since.
        """
        day_end = end_of(day) if basis == self.version else min(end_of(day), self.furthest[basis - 1])
        return Place(day_end, basis, self.withdrawn)

    @property
    def newest(self) -> Place:
        """The place of everything recorded, of any day."""
        return Place(end_of(date.max), self.version, self.withdrawn)

    def bearer(self, number: str, basis: int) -> Action | None:
        """The action that bears or has borne this number, as known at the basis."""
        withdrawn_by = self.withdrawn.get
        for action, version in reversed(self.numbers.get(number, ())):
            # An event that this one depends on cannot be withdrawn before it.
            if version <= basis < withdrawn_by(version, basis + 1):
                return self.actions[action]
        return None

    # Changing

    def changed_action(self, added: int) -> Action:
        """The action that this version added."""
        return self.actions[added]

    def changed_priority(self, number: str) -> Priority:
        """The priority of this number; a new one where there was none."""
        return _made(self.priorities, number, Priority)

    def changed_measure(self, code: str) -> Measure:
        """The measure of this code; a new one where there was none."""
        return _made(self.measures, code, Measure)

    def changed_recommendation(self, number: str) -> Timeline[Recommendation]:
        """The timeline of the recommendation with this number; an empty one where there was none."""
        return _made(self.recommendations, number, lambda _: Timeline())

    def changed_bearers(self, number: str) -> list[tuple[int, int]]:
        """The entry of `numbers` for this number; empty where there was none."""
        return self.numbers.setdefault(number, [])

    def changed_dependents(self, version: int) -> list[int]:
        """The versions of the events that depend on this one."""
        return self.dependents.setdefault(version, [])

    def redacted(self, version: int, fields: Mapping[str, int]) -> None:
        """Note the fields of an event whose texts were destroyed, each with the version that did it."""
        self.redactions[version] = {**self.redactions.get(version, {}), **fields}


def _made(held: MutableMapping[K, V], key: K, make: Callable[[K], V]) -> V:
    found = held.get(key)
    if found is None:
        found = held[key] = make(key)
    return found
