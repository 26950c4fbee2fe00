"""The counts by rating version by version: an event changes only those of what it is about, or all of them.

Actions are counted as in a comparison, one with parts by its parts.
"""

from collections import Counter
from datetime import date

from domain import events
from domain.plan import Action, Plan
from domain.scales import Scale
from domain.timeline import end_of


def latest_day(plan: Plan, version: int) -> date:
    """The latest effective day of any event up to a version."""
    return max((day for _, day in plan.log[:version]), default=date.min)


class Tally:
    """The counts of a plan version by version, keeping what each event cannot have touched.

    No event is effective after the day counted on, so a later day alone changes nothing: an action's count changes by
    events about it, its parent or its parts, and every count by a change of scale. The plan may have been folded
    further than the version that is counted at.
    """

    def __init__(self, plan: Plan, since: int = 0) -> None:
        """Counts that begin as they are at version `since`; the events after it are taken in one by one."""
        self._plan = plan
        self._since = self._version = since
        self.day = latest_day(plan, since)
        self.counts: Counter[str | None] = Counter()
        #: Under which rating each counted action was counted (None: unrated).
        self._counted: dict[int, str | None] = {}
        #: Which action each event taken in was about.
        self._about: dict[int, Action] = {}
        if since:
            self._count_all()

    def take_in(self, event: events.Event) -> None:
        """Count again what the next event, which the plan has already taken in, may have changed."""
        plan = self._plan
        self._version += 1
        version = self._version
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
        elif version <= self._since or plan.log[version - 1][0] == events.ScaleAdopted.__name__:
            self._count_all()  # what an event before the first was about is not known here

    def ratings(self) -> dict[str, int]:
        """Counts by code: every rating of the scale of the day, then those that only a former scale has."""
        scale = self._plan.scale.at(self._end, self._version)
        counts = {rating.code: self.counts[rating.code] for rating in scale.value.ratings} if scale else {}
        former = [code for code, count in self.counts.items() if code is not None and count and code not in counts]
        counts.update((code, self.counts[code]) for code in sorted(former))
        return counts

    def scales(self) -> list[Scale]:
        """The scales whose ratings can stand, newest first."""
        return [said.value for said in reversed(self._plan.scale.all(self._end, self._version))]

    @property
    def _end(self) -> int:
        """The end of the day, or the furthest thing known if sooner, as of `Plan.day_end`."""
        return min(end_of(self.day), self._plan.furthest[self._version - 1])

    def _count_all(self) -> None:
        for action in self._plan.actions.values():
            self._count(action)

    def _count_family(self, action: Action) -> None:
        if action.parent is not None:  # what that is part of had a part in the plan before, and has it now
            self._count(action.parent)
        below = [action]
        while below:
            one = below.pop()
            self._count(one)
            below += one.parts

    def _count(self, action: Action) -> None:
        end, basis = self._end, self._version
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
