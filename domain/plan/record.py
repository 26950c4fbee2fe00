"""The record of a plan, as known by a version: its events in their order, and the plan at any point up to it."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import date, datetime

from domain.events import ActionAdded
from domain.plan.facts import Issue, Presentation
from domain.plan.known import Known
from domain.plan.plan import PENDING, Plan
from domain.plan.plan_at import PlanAt
from domain.plan.timeline import Assertion, Place, end_of
from domain.points import Asked, Point, resolve
from domain.scales import Scale


class PlanRecord(Known):
    """Everything recorded of a plan up to a version, its basis. It is a `domain.points.History`."""

    __slots__ = ()

    @property
    def version(self) -> int:
        """The newest version that is seen: the basis."""
        return self.basis

    def up_to(self, version: int) -> "PlanRecord":
        """The record as it was when that version was the newest."""
        return PlanRecord(self._plan, self._within(version))

    # Points

    def resolve(self, asked: Asked, today: date) -> Point:
        """Resolve a point for this record; raises PointUnknown."""
        return resolve(asked, self, today)

    def at(self, point: Point) -> PlanAt:
        """The plan at a point whose basis this record has."""
        self._within(point.basis)
        return PlanAt(self._plan, point)

    def on(self, day: date) -> PlanAt:
        """The plan on a day, at this record's basis."""
        return self.at(Point(day, self.basis, self.known_at(self.basis), day.isoformat()))

    def latest_day(self) -> date:
        """The latest effective day of any event."""
        return max(logged.effective_on for logged in self._plan.log[: self.basis])

    def basis_at(self, instant: datetime) -> int:
        """The newest version recorded by an instant; 0 when nothing was."""
        return bisect_right(self._plan.recorded_at, instant, hi=self.basis)

    def is_past(self, instant: datetime) -> bool:
        """Whether something was stored after the instant: then the basis at the instant can no longer change."""
        after = self.basis_at(instant)
        return after < self.basis and self._plan.recorded_at[after] != PENDING

    def issues(self) -> list[Assertion[Issue]]:
        """The document versions issued, by their days, also those of days to come."""
        return list(self._plan.issues.known(self._any_day))

    def issue(self, label: str) -> tuple[date, int] | None:
        """The effective day and version of the issue with this label."""
        found = [(said.effective_on, said.version) for said in self.issues() if said.value.label == label]
        return found[-1] if found else None

    def issue_labels(self) -> list[str]:
        """Labels of the document versions issued, oldest first."""
        return [said.value.label for said in self.issues()]

    def presentations_to(self, forum: str, day: date) -> list[Assertion[Presentation]]:
        """The presentations made to a forum by a day, oldest first."""
        place = Place(end_of(day), self.basis, self._plan.withdrawn)
        presented = self._plan.presentations.all(place)
        return [said for said in presented if said.value.forum.casefold() == forum.casefold()]

    def last_told(self, forum: str, day: date) -> tuple[date, int] | None:
        """The point last presented to a forum by a day, as (effective day, basis)."""
        told = self.presentations_to(forum, day)
        return told[-1].value.current if told else None

    def forums(self) -> dict[str, date]:
        """The forums that the plan has been presented to, each with the first day that it was."""
        first: dict[str, date] = {}
        for said in self._plan.presentations.known(self._any_day):
            first[said.value.forum] = min(said.effective_on, first.get(said.value.forum, said.effective_on))
        return first

    def scales(self) -> list[Assertion[Scale]]:
        """The scales adopted, by their days, also those of days to come."""
        return list(self._plan.scale.known(self._any_day))

    # Events

    def days_and_instants(self, versions: Sequence[int]) -> Iterator[tuple[int, date, datetime]]:
        """Each of these versions with its effective day and when it was recorded."""
        log, recorded_at = self._plan.log, self._plan.recorded_at
        return ((one, log[one - 1].effective_on, recorded_at[one - 1]) for one in versions if one <= self.basis)

    def withdrawals(self) -> dict[int, int]:
        """Version of each event that was withdrawn -> version of its withdrawal."""
        return {target: by for target, by in list(self._plan.withdrawn.items()) if by <= self.basis}

    # Actions

    def find_action(self, number: str) -> int | None:
        """The action, as the version that added it, that bears or has borne this number."""
        action = self._plan.bearer(number, self.basis)
        return action.added if action else None

    def bearers(self, number: str) -> list[tuple[int, int]]:
        """Every action that was ever given this number, withdrawn or not, and the version that gave it."""
        return [bearer for bearer in self._plan.numbers.get(number, ()) if bearer[1] <= self.basis]

    def last_number(self, action: int) -> str:
        """The number that an action was given last, also where its addition was withdrawn."""
        place = self._any_day
        given = [
            (place.stands(version), version, number)
            for number, bearers in list(self._plan.numbers.items())
            for bearer, version in bearers
            if bearer == action and version <= self.basis
        ]
        return max(given)[2]

    def events_about(self, action: int) -> list[int]:
        """The versions of an action's own events, not of its parts', and of their withdrawals, in order.

        Every event about an action depends on its addition; events about its parts may depend on it too.
        """
        own = {one for one in self.standing_on(action) if self.logged(one).kind != ActionAdded.__name__}
        below = list(self._plan.actions[action].parts)
        while below:
            part = below.pop()
            if part <= self.basis:
                own.difference_update(self.standing_on(part))
                below += self._plan.actions[part].parts
        own.add(action)
        withdrawn = (self.withdrawn_by(one) for one in own)
        return sorted(own | {by for by in withdrawn if by is not None})

    def action_of(self, version: int) -> int | None:
        """The action that an event is about, as the version that added it."""
        for action in list(self._plan.actions):
            if action > version:
                return None
            if action == version or (version in self.standing_on(action) and version in self.events_about(action)):
                return action
        return None

    @property
    def _any_day(self) -> Place:
        return Place(end_of(date.max), self.basis, self._plan.withdrawn)


def record_of(plan: Plan) -> PlanRecord:
    """The record of a plan with every event taken in so far."""
    return PlanRecord(plan, plan.version)
