"""A plan at a point. Nothing leads to a timeline, or to anything recorded or true later."""

from dataclasses import replace
from datetime import date
from operator import attrgetter

from domain.plan.action_at import ActionAt
from domain.plan.facts import (
    Assurance,
    Definition,
    Inspection,
    Issue,
    Presentation,
    Reading,
    Recommendation,
)
from domain.plan.known import AsAt
from domain.plan.plan import Measure, Plan, Priority
from domain.plan.timeline import Assertion, Place
from domain.points import Point
from domain.scales import Scale


class PriorityAt:
    """A priority of a plan at a point."""

    __slots__ = ("_place", "_priority")

    def __init__(self, place: Place, priority: Priority) -> None:
        self._place, self._priority = place, priority

    @property
    def number(self) -> str:
        """Its number."""
        return self._priority.number

    @property
    def added(self) -> Assertion[bool] | None:
        """That it was added; None before."""
        return self._priority.added.at(self._place)

    @property
    def title(self) -> Assertion[str] | None:
        """Its wording."""
        return self._priority.title.at(self._place)

    @property
    def answers(self) -> Assertion[tuple[str, ...]] | None:
        """The numbers of the recommendations that it answers."""
        return self._priority.answers.at(self._place)

    @property
    def assurance(self) -> Assertion[Assurance] | None:
        """The assurance in force."""
        return self._priority.assurance.at(self._place)

    @property
    def assurances(self) -> list[Assertion[Assurance]]:
        """Every assurance given on it, oldest first."""
        return self._priority.assurance.all(self._place)


class MeasureAt:
    """A measure of a plan at a point."""

    __slots__ = ("_measure", "_place")

    def __init__(self, place: Place, measure: Measure) -> None:
        self._place, self._measure = place, measure

    @property
    def code(self) -> str:
        """Its short name."""
        return self._measure.code

    @property
    def definition(self) -> Assertion[Definition] | None:
        """Its definition; None before it was defined."""
        return self._measure.definition.at(self._place)

    @property
    def reading(self) -> Assertion[Reading] | None:
        """The value reported last."""
        return self._measure.readings.at(self._place)

    @property
    def readings(self) -> list[Assertion[Reading]]:
        """Every value reported, oldest first."""
        return self._measure.readings.all(self._place)


class PlanAt(AsAt):
    """A plan at a point."""

    __slots__ = ("_actions", "_priorities", "point")

    def __init__(self, plan: Plan, point: Point) -> None:
        super().__init__(plan, point.effective_on, point.basis)
        self.point = point
        self._actions: list[ActionAt] | None = None
        self._priorities: list[PriorityAt] | None = None

    def earlier(self, day: date) -> "PlanAt":
        """The plan on this or an earlier day, at the same basis."""
        assert day <= self.effective_on, "nothing here looks past its point"
        return PlanAt(self._plan, replace(self.point, effective_on=day))

    # The plan itself

    @property
    def scales(self) -> list[Assertion[Scale]]:
        """Every scale adopted so far, oldest first."""
        return self._plan.scale.all(self._place)

    @property
    def closing(self) -> Assertion[bool] | None:
        """That the plan was closed; None while it is open."""
        return self._plan.closing.at(self._place)

    @property
    def inspections(self) -> list[Assertion[Inspection]]:
        """The inspections reported, oldest first."""
        return self._plan.inspections.all(self._place)

    @property
    def issue(self) -> Assertion[Issue] | None:
        """The document version in force."""
        return self._plan.issues.at(self._place)

    @property
    def issues(self) -> list[Assertion[Issue]]:
        """The document versions issued, oldest first."""
        return self._plan.issues.all(self._place)

    @property
    def presentation(self) -> Assertion[Presentation] | None:
        """The presentation made last."""
        return self._plan.presentations.at(self._place)

    @property
    def presentations(self) -> list[Assertion[Presentation]]:
        """The presentations made, oldest first."""
        return self._plan.presentations.all(self._place)

    # Its parts

    @property
    def recommendations(self) -> dict[str, Assertion[Recommendation]]:
        """The recommendations made, by number, in the order in which they came."""
        made = ((number, timeline.at(self._place)) for number, timeline in list(self._plan.recommendations.items()))
        return {number: said for number, said in made if said}

    @property
    def priorities(self) -> list[PriorityAt]:
        """The priorities in the plan, in the order of their numbers."""
        if self._priorities is None:
            known = sorted(self._plan.priorities.values(), key=attrgetter("order"))
            self._priorities = [PriorityAt(self._place, one) for one in known if one.title.at(self._place)]
        return self._priorities

    def priority(self, number: str) -> PriorityAt | None:
        """The priority of this number, where it is in the plan."""
        priority = self._plan.priorities.get(number)
        return PriorityAt(self._place, priority) if priority and priority.title.at(self._place) else None

    @property
    def titles(self) -> dict[str, str]:
        """Title by number of each priority in the plan, in the order of their numbers."""
        return {one.number: title.value for one in self.priorities if (title := one.title)}

    @property
    def measures(self) -> list[MeasureAt]:
        """The measures defined, in the order in which they came."""
        measures = (MeasureAt(self._place, measure) for measure in list(self._plan.measures.values()))
        return [measure for measure in measures if measure.definition]

    def measure(self, code: str) -> MeasureAt | None:
        """The measure of this code, where it is defined."""
        measure = self._plan.measures.get(code)
        return MeasureAt(self._place, measure) if measure and measure.definition.at(self._place) else None

    @property
    def actions(self) -> list[ActionAt]:
        """The actions known, in the plan or not, in the order in which they were recorded."""
        if self._actions is None:
            # The actions refer to another AsAt, not to this object: without reference cycles all are freed at once.
            at = AsAt(self._plan, self.effective_on, self.basis)
            known = list(self._plan.actions.values())
            self._actions = [ActionAt(at, action) for action in known if action.added <= self.basis]
        return self._actions

    def action(self, added: int) -> ActionAt | None:
        """The action that this version added, where it is known."""
        action = self._plan.actions.get(added) if added <= self.basis else None
        return ActionAt(self, action) if action else None

    def find_action(self, number: str) -> ActionAt | None:
        """The action that bears or has borne this number."""
        action = self._plan.bearer(number, self.basis)
        return ActionAt(self, action) if action else None
