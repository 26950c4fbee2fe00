"""How did the plan come to stand where it does? Event by event: what was said, and the ratings after it.

The counts after an event are those of the plan as known at its version, on the latest effective day of any event so
far: late news does not take the day back. Actions are counted as in a comparison, one with parts by its parts.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date

from typing_extensions import TypedDict

from domain import events
from domain.envelopes import Recorded, instant_text
from domain.evolve import evolve
from domain.plan import Action, Plan
from domain.timeline import end_of
from projections.sentence import sentence


class ReplayStep(TypedDict):
    """One event, and the counts after it; `as_at` is the day they are counted on."""

    version: int
    effective_on: str
    recorded_at: str
    recorded_by: str
    type: str
    sentence: str
    as_at: str
    ratings: dict[str, int]
    unrated: int
    total: int


def replay(plan_events: Iterable[Recorded]) -> Iterator[ReplayStep]:
    """Every event of one plan from its first, each with the counts by rating after it.

    Args:
        plan_events: the plan's records, in the order of their versions from 1.
    """
    plan: Plan | None = None
    tally: _Tally | None = None
    for recorded in plan_events:
        if plan is None or tally is None:
            plan = Plan(recorded.plan)
            tally = _Tally(plan)
        said = sentence(plan, recorded.event)
        evolve(plan, recorded.event, recorded.recorded_at)
        tally.take_in(recorded.event)
        yield {
            "version": recorded.version,
            "effective_on": recorded.event.effective_on.isoformat(),
            "recorded_at": instant_text(recorded.recorded_at),
            "recorded_by": recorded.recorded_by,
            "type": type(recorded.event).__name__,
            "sentence": said,
            "as_at": tally.day.isoformat(),
            "ratings": tally.ratings(),
            "unrated": tally.counts[None],
            "total": tally.counts.total(),
        }


class _Tally:
    """The counts of a plan that grows, keeping what each event cannot have touched.

    No event is effective after the day counted on, so a later day alone changes nothing: an action's count changes by
    events about it, its parent or its parts, and every count by a change of scale.
    """

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self.day = date.min
        self.counts: Counter[str | None] = Counter()
        #: Under which rating each counted action was counted (None: unrated).
        self._counted: dict[int, str | None] = {}
        #: Which action each event was about.
        self._about: dict[int, Action] = {}

    def take_in(self, event: events.Event) -> None:
        """Count again what the plan's newest event, already taken into the plan, may have changed."""
        plan = self._plan
        version = plan.version
        self.day = max(self.day, event.effective_on)
        if isinstance(event, events.EventWithdrawn):
            version = event.version
        elif isinstance(event, events.ActionAdded):
            self._about[version] = plan.actions[version]
        elif number := getattr(event, "action", None):
            # As it was known before the event, which may itself have given a number.
            self._about[version] = _known(plan, number, version - 1)
        if action := self._about.get(version):
            self._count_family(action)
        elif plan.log[version - 1][0] == events.ScaleAdopted.__name__:
            for every in plan.actions.values():
                self._count(every)

    def ratings(self) -> dict[str, int]:
        """Counts by code: every rating of the scale of the day, then those that only a former scale has."""
        scale = self._plan.scale.at(end_of(self.day), self._plan.version)
        codes = [rating.code for rating in scale.value.ratings] if scale else []
        counts = {code: self.counts[code] for code in codes}
        counts.update({code: count for code, count in self.counts.items() if code is not None and count})
        return counts

    def _count_family(self, action: Action) -> None:
        above = action.parent
        while above is not None:
            self._count(above)
            above = above.parent
        below = [action]
        while below:
            one = below.pop()
            self._count(one)
            below += one.parts

    def _count(self, action: Action) -> None:
        end, basis = end_of(self.day), self._plan.version
        if action.added in self._counted:
            self.counts[self._counted.pop(action.added)] -= 1
        if not action.is_open(end, basis) or action.open_parts(end, basis):
            return
        given = action.rating.at(end, basis)
        rating = self._plan.find_rating(given, end, basis) if given else None
        code = rating.code if rating else None
        self._counted[action.added] = code
        self.counts[code] += 1


def _known(plan: Plan, number: str, basis: int) -> Action:
    action = plan.find_action(number, basis)
    assert action is not None, f"{plan.slug} took in an event about action {number}, which it did not know"
    return action
