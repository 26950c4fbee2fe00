"""The reading side of a ledger, in memory, with instants of the test's own choosing.

The database stamps each event with its own clock, so an answer of a real ledger is never the same twice. Here the same
events have the same instants, positions, ids and authors in every run. `Asker` asks it as it asks a `Ledger`: of a
plan that is folded once and extended by each event, as a running program holds it.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from typing import Any, Self
from uuid import UUID

from domain.envelopes import Recorded
from domain.events import Event
from domain.ledger.recorder import PlanState
from domain.plan.evolve import evolve
from domain.plan.plan import Plan
from domain.plan.record import PlanRecord, record_of
from domain.points import VersionUnknown
from domain.refusals import PlanUnknown
from domain.rules import judge
from tests.kit import OFFICER, recorded, today


class RememberedLedger:
    """Plans and their events. What is recorded is judged by the rules first, as the ledger has it judged."""

    def __init__(self, instant_of: Callable[[int], datetime] = recorded, day_of: Callable[[int], date] = today) -> None:
        """`instant_of` and `day_of` say when a version of any plan is recorded, and which day that is in London."""
        self._instant_of, self._day_of = instant_of, day_of
        self._plans: dict[str, Plan] = {}
        self._records: dict[str, list[Recorded]] = {}
        self._position = 0

    def record(self, slug: str, event: Event, by: str = OFFICER) -> Recorded:
        """Record one event; raises Refused, and is then as it was."""
        plan = self._plans.get(slug) or Plan(slug)
        version = plan.version + 1
        judge(plan, event, self._day_of(version), by)
        position = self._position + 1
        one = Recorded(slug, version, position, self._instant_of(version), by, UUID(int=position), event)
        self.take(one)
        return one

    def take(self, one: Recorded) -> None:
        """Hold what another ledger has recorded, as it is."""
        evolve(self._plans.setdefault(one.plan, Plan(one.plan)), one.event, one.recorded_at, one.recorded_by)
        self._records.setdefault(one.plan, []).append(one)
        self._position = one.position

    def folded_anew(self) -> Self:
        """A ledger of the same events that has just been started."""
        again = type(self)(self._instant_of, self._day_of)
        for one in sorted((one for records in self._records.values() for one in records), key=lambda one: one.position):
            again.take(one)
        return again

    def newest(self, slug: str) -> int:
        """The newest version of a plan; 0 of one that is not there."""
        return len(self._records.get(slug, ()))

    # What `Asker` asks of a ledger

    def plans(self) -> list[str]:
        """The names of all plans, in order."""
        return sorted(self._plans)

    def plan(self, slug: str) -> PlanRecord:
        """The record of the plan; raises PlanUnknown."""
        if slug not in self._plans:
            raise PlanUnknown(slug)
        return record_of(self._plans[slug])

    def states(self) -> list[PlanState]:
        """How far each plan has got."""
        return [PlanState(slug, len(told), told[-1].event_id) for slug, told in sorted(self._records.items())]

    def of_every_plan(
        self, states: list[PlanState], key: object, make: Callable[[PlanRecord], Any]
    ) -> tuple[list[Any], list[str]]:
        """What is said of each of these plans; none of them is unreadable."""
        return [make(self.plan(state.plan)) for state in states], []

    def events(self, slug: str, after: int = 0, limit: int | None = None) -> list[Recorded]:
        """The events of a plan after a version, in order."""
        return self._records[slug][after:][:limit]

    def every_event(self, slug: str, after: int = 0) -> Iterator[Recorded]:
        """All events of a plan after a version."""
        return iter(self.events(slug, after))

    def events_of(self, slug: str, versions: Sequence[int]) -> Iterator[Recorded]:
        """The events of a plan that have these versions, in order."""
        return (self._records[slug][version - 1] for version in sorted(set(versions)))

    def standing(self) -> None:
        """No replica."""

    def no_version(self, plan: str, version: int, newest: int) -> Exception:
        """What to raise where a plan does not have a version."""
        return VersionUnknown(plan, version, newest)
