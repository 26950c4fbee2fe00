"""A plan is what its events add up to.

`Plan` is the fold of one stream. It holds no current state: for each fact there is a timeline over both clocks, so one
folded plan answers for every point, past or present. `domain.evolve` takes events in; this file is what they add up to
and how it is looked up.
"""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

from domain.facts import (
    Assurance,
    Awaiting,
    Definition,
    Due,
    Evidence,
    Inspection,
    Issue,
    Presentation,
    Rated,
    Reading,
    Recommendation,
    Standing,
)
from domain.points import Point
from domain.scales import Rating, Scale
from domain.timeline import Assertion, Timeline, end_of


@lru_cache(maxsize=65536)
def natural_order(number: str) -> tuple[tuple[int, int, str], ...]:
    """A key that sorts 2.10 after 2.9, and 6.1b after 6.1a; no two numbers have the same."""
    runs = re.findall(r"[0-9]+|[^0-9]+", number)
    keys = [(0, int(run), "") if run.isdigit() else (1, 0, run.casefold()) for run in runs]
    # The number itself ends the key: without it the order of 2.1 and 2.01 would depend on what was tried out before.
    return (*keys, (-1, 0, number))


#: Stands for the instant of an event that is tried out and not stored yet.
PENDING = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Opening:
    """What was said once, when the plan was opened."""

    title: str
    organisation: str
    priority_word: str
    effective_on: date


class Priority:
    """A priority of the plan, over both clocks."""

    __slots__ = ("added", "answers", "assurance", "number", "order", "title")

    def __init__(self, number: str, plan: "Plan") -> None:
        self.number = number
        self.order = natural_order(number)
        self.added: Timeline[bool] = plan.timeline()
        self.title: Timeline[str] = plan.timeline()
        self.answers: Timeline[tuple[str, ...]] = plan.timeline()
        self.assurance: Timeline[Assurance] = plan.timeline()


class Action:
    """An action, over both clocks. It is the version that added it, whatever number it bears."""

    __slots__ = (
        "added", "added_on", "awaiting", "due", "evidence", "leads", "number", "outcome", "parent", "parts",
        "priority", "progress", "rating", "reports_to", "standing", "text",
    )  # fmt: skip

    def __init__(self, added: int, added_on: date, parent: "Action | None", plan: "Plan") -> None:
        self.added = added
        self.added_on = added_on
        self.parent = parent
        self.parts: list[Action] = []
        self.reports_to: str | None = None
        self.number: Timeline[str] = plan.timeline()
        #: Empty for a part: it stands where its parent stands.
        self.priority: Timeline[str] = plan.timeline()
        self.standing: Timeline[Standing] = plan.timeline()
        self.text: Timeline[str] = plan.timeline()
        self.outcome: Timeline[str] = plan.timeline()
        self.due: Timeline[Due] = plan.timeline()
        self.leads: Timeline[tuple[str, ...]] = plan.timeline()
        #: The ratings that count.
        self.rating: Timeline[Rated] = plan.timeline()
        #: The ratings that need a second person, confirmed or not; `awaiting_at` tells which of them still waits.
        self.awaiting: Timeline[Awaiting] = plan.timeline()
        self.progress: Timeline[str] = plan.timeline()
        self.evidence: Timeline[Evidence] = plan.timeline()

    def standing_at(self, day_end: int, basis: int) -> Assertion[Standing] | None:
        """Whether it is in the plan at a point; None before it was added. A part is not in a plan its parent left."""
        found = own = self.standing.at(day_end, basis)
        one = self
        while found is not None and found.value == "open" and one.parent is not None:
            one = one.parent
            found = one.standing.at(day_end, basis)
        return own if found is None or found.value == "open" else found

    def is_open(self, day_end: int, basis: int) -> bool:
        """Whether it is in the plan at a point."""
        standing = self.standing_at(day_end, basis)
        return standing is not None and standing.value == "open"

    def open_parts(self, day_end: int, basis: int) -> list["Action"]:
        """Its parts that are in the plan at a point."""
        if not self.parts:
            return []
        return [part for part in self.parts if part.is_open(day_end, basis)]

    def priority_at(self, day_end: int, basis: int) -> str | None:
        """Number of the priority it stands under at a point."""
        whole = self
        while whole.parent is not None:
            whole = whole.parent
        priority = whole.priority.at(day_end, basis)
        return priority.value if priority else None

    def counted_at(self, day_end: int, basis: int) -> Iterator["Action"]:
        """What stands for it in every count at a point: itself or, where it has parts in the plan, theirs in turn."""
        standing = self.standing_at(day_end, basis)
        within = standing is None or standing.value == "open"
        below = [self]
        while below:
            one = below.pop()
            # What it is part of is in the plan, so a part is where its own standing is open.
            parts = [part for part in one.parts if within and part.is_open_itself(day_end, basis)]
            if parts:
                below += reversed(parts)
            else:
                yield one

    def is_open_itself(self, day_end: int, basis: int) -> bool:
        """Whether it is in the plan at a point as far as its own events go, whatever it is part of."""
        standing = self.standing.at(day_end, basis)
        return standing is not None and standing.value == "open"

    def awaiting_at(self, day_end: int, basis: int) -> Assertion[Awaiting] | None:
        """The rating that awaits confirmation at a point; None where none does.

        It is the last that needs a second person, unless a rating counts from a later day or was recorded later for the
        same: its own confirmation, or another rating that has taken its place.
        """
        given = self.awaiting.at(day_end, basis) if self.awaiting else None
        counts = self.rating.at(day_end, basis) if given else None
        if given and counts and counts[1:] > given[1:]:
            return None
        return given


class Measure:
    """A measure of the plan, over both clocks."""

    __slots__ = ("code", "definition", "readings")

    def __init__(self, code: str, plan: "Plan") -> None:
        self.code = code
        self.definition: Timeline[Definition] = plan.timeline()
        self.readings: Timeline[Reading] = plan.timeline()


class Plan:
    """Everything recorded of one plan, as timelines."""

    def __init__(self, slug: str) -> None:
        self.slug = slug
        self.version = 0
        self.opening: Opening | None = None
        self.recorded_at: list[datetime] = []
        #: Per version, the name of its event and its effective day.
        self.log: list[tuple[str, date]] = []
        #: Per version, the greatest key (day and version) that anything recorded by then has in its timeline.
        self.furthest: list[int] = []
        #: Version of an event recorded in error -> version of the event that withdrew it.
        self.withdrawn: dict[int, int] = {}
        #: Version -> its fields whose texts were destroyed -> by which version.
        self.redactions: dict[int, dict[str, int]] = {}
        #: Version -> versions of the events that stand on it: they would make no sense without it.
        self.dependents: defaultdict[int, list[int]] = defaultdict(list)
        self._timelines: list[Timeline[Any]] = []
        self.scale: Timeline[Scale] = self.timeline()
        self.closing: Timeline[bool] = self.timeline()
        self.inspections: Timeline[Inspection] = self.timeline()
        self.issues: Timeline[Issue] = self.timeline()
        self.presentations: Timeline[Presentation] = self.timeline()
        self.priorities: dict[str, Priority] = {}
        self.recommendations: dict[str, Timeline[Recommendation]] = {}
        self.measures: dict[str, Measure] = {}
        self.actions: dict[int, Action] = {}
        #: Number -> (action, version that gave it the number), for every number ever borne.
        self.numbers: defaultdict[str, list[tuple[Action, int]]] = defaultdict(list)

    def timeline(self) -> Timeline[Any]:
        """A new timeline of this plan: it knows the plan's withdrawals. What it holds is said where it is assigned."""
        timeline: Timeline[Any] = Timeline(self.withdrawn)
        self._timelines.append(timeline)
        return timeline

    # Looking up

    def stands(self, version: int, basis: int) -> bool:
        """Whether the event of that version was recorded, and not withdrawn, by the basis."""
        return version <= basis and self.withdrawn.get(version, basis + 1) > basis

    def day_end(self, point: Point) -> int:
        """The key up to which assertions count at a point: the end of its day, or the furthest thing known if sooner.

        Without the second, asking with an early basis would walk back over everything recorded since.
        """
        return min(end_of(point.effective_on), self.furthest[point.basis - 1])

    def find_action(self, number: str, basis: int) -> Action | None:
        """The action that bears or has borne this number, as known at the basis."""
        gone = self.withdrawn.get
        for action, version in reversed(self.numbers.get(number, ())):
            if version <= basis < gone(version, basis + 1):  # what it stands on cannot have been withdrawn before it
                return action
        return None

    def find_rating(self, given: Assertion[Rated], day_end: int, basis: int) -> Rating | None:
        """What a rating given earlier means at a point.

        That is its entry in the scale of the point or, where a later scale no longer has the code, in the scale of the
        day it was given: nobody has rated the action on the new scale, and AsAt does not translate. Where that day has
        since been given another scale, by late news, it is the scale that the rating was judged by.
        """
        scale = self.scale.at(day_end, basis)
        rating = scale.value.find(given.value.code) if scale else None
        for known in (basis, given.version):
            if rating is None and (scale := self.scale.at(end_of(given.effective_on), known)):
                rating = scale.value.find(given.value.code)
        return rating

    def priorities_at(self, day_end: int, basis: int) -> list[tuple[str, str]]:
        """Number and title of each priority in the plan at a point, in the order of their numbers."""
        titles = ((priority, priority.title.at(day_end, basis)) for priority in self.priorities.values())
        standing = [(priority, title.value) for priority, title in titles if title]
        standing.sort(key=lambda pair: pair[0].order)
        return [(priority.number, title) for priority, title in standing]

    def is_complete(self, action: Action, day_end: int, basis: int) -> bool:
        """Whether an action is rated complete at a point; one with parts is when all its parts are."""
        for counted in action.counted_at(day_end, basis):
            given = counted.rating.at(day_end, basis)
            rating = self.find_rating(given, day_end, basis) if given else None
            if rating is None or not rating.complete:
                return False
        return True

    # What points are resolved against (points.History)

    def known_at(self, version: int) -> datetime:
        """The instant at which that version was recorded."""
        return self.recorded_at[version - 1]

    def basis_at(self, instant: datetime) -> int:
        """The newest version recorded by that instant; 0 when nothing was."""
        return bisect_right(self.recorded_at, instant)

    def is_past(self, instant: datetime) -> bool:
        """Whether something was stored after the instant, so that what was known then can no longer change."""
        after = self.recorded_at[self.basis_at(instant) :]
        return bool(after) and after[0] != PENDING

    def issue(self, label: str, basis: int) -> tuple[date, int] | None:
        """The effective day and version of the issue with this label."""
        found = [(said.effective_on, said.version) for said in self.issues.known(basis) if said.value.label == label]
        return found[-1] if found else None

    def last_told(self, forum: str, day: date, basis: int) -> tuple[date, int] | None:
        """The point that a forum had last been presented with by a day."""
        told = self.told(forum, day, basis)
        return told[-1].value.current if told else None

    def told(self, forum: str, day: date, basis: int) -> list[Assertion[Presentation]]:
        """The presentations made to a forum by a day, oldest first."""
        presented = self.presentations.all(end_of(day), basis)
        return [said for said in presented if said.value.forum.casefold() == forum.casefold()]

    def issue_labels(self, basis: int) -> list[str]:
        """Labels of the document versions issued, oldest first."""
        return [said.value.label for said in self.issues.known(basis)]

    def forums(self, basis: int) -> dict[str, date]:
        """The forums that the plan has been presented to, each with the first day that it was."""
        first: dict[str, date] = {}
        for said in self.presentations.known(basis):
            first[said.value.forum] = min(said.effective_on, first.get(said.value.forum, said.effective_on))
        return first

    # Trying out

    def forget_after(self, version: int) -> None:
        """Go back to a version: what was evolved after it was tried out and not stored."""
        for timeline in self._timelines:
            timeline.forget_after(version)
        for target in [target for target, by in self.withdrawn.items() if by > version]:
            del self.withdrawn[target]
        for target, fields in list(self.redactions.items()):
            self.redactions[target] = {field: by for field, by in fields.items() if by <= version}
            if not self.redactions[target]:
                del self.redactions[target]
        for number, bearers in list(self.numbers.items()):
            self.numbers[number] = [bearer for bearer in bearers if bearer[1] <= version]
            if not self.numbers[number]:
                del self.numbers[number]
        for target, versions in list(self.dependents.items()):
            versions[:] = [dependent for dependent in versions if dependent <= version]
            if not versions:
                del self.dependents[target]
        gone: list[Action | Priority | Measure] = []
        for added in [added for added in self.actions if added > version]:
            action = self.actions.pop(added)
            gone.append(action)
            if action.parent is not None:
                action.parent.parts.remove(action)
        # A timeline that begins with the thing it tells of is empty once that was forgotten.
        gone += [self.priorities.pop(n) for n, priority in list(self.priorities.items()) if not priority.added]
        gone += [self.measures.pop(code) for code, measure in list(self.measures.items()) if not measure.definition]
        unmade = [self.recommendations.pop(n) for n, made in list(self.recommendations.items()) if not made]
        lost = {id(getattr(thing, name)) for thing in gone for name in thing.__slots__} | {id(made) for made in unmade}
        if lost:
            self._timelines = [timeline for timeline in self._timelines if id(timeline) not in lost]
        del self.recorded_at[version:], self.log[version:], self.furthest[version:]
        self.version = version
        if version == 0:
            self.opening = None
