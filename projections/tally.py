"""The counts by rating version by version: an event changes only those of what it is about, or all of them.

Actions are counted as in a comparison, one with parts by its parts.
"""

from collections import Counter
from datetime import date

from domain import events
from domain.plan.action_at import ActionAt
from domain.plan.plan_at import PlanAt
from domain.plan.record import PlanRecord
from domain.scales import Scale


class Tally:
    """The counts of a plan version by version, keeping what each event cannot have touched.

    No event is effective after the day counted on, so a later day alone changes nothing: an action's count changes by
    events about it, its parent or its parts, and every count by a change of scale.
    """

    def __init__(self, record: PlanRecord, since: int = 0) -> None:
        """Counts that begin as they are at version `since`; the events after it are taken in one by one."""
        self._record = record
        self._since = self._version = since
        self.day = record.up_to(since).latest_day() if since else date.min
        self.counts: Counter[str | None] = Counter()
        #: Under which rating each counted action was counted (None: unrated).
        self._counted: dict[int, str | None] = {}
        #: Which action each event taken in was about.
        self._about: dict[int, int] = {}
        if since:
            self._count_all(self._now())

    def take_in(self, event: events.Event) -> None:
        """Count again what the next event of the record may have changed."""
        self._version += 1
        version = self._version
        self.day = max(self.day, event.effective_on)
        if isinstance(event, events.EventWithdrawn):
            version = event.version
        elif isinstance(event, events.ActionAdded):
            self._about[version] = version
        elif number := getattr(event, "action", None):
            self._about[version] = self._known(number, version - 1)
        now = self._now()
        if action := self._about.get(version):
            self._count_family(now, action)
        elif version <= self._since or self._record.logged(version).kind == events.ScaleAdopted.__name__:
            self._count_all(now)  # what an event before the first was about is not known here

    def ratings(self) -> dict[str, int]:
        """Counts by code: every rating of the scale of the day, then those that only a former scale has."""
        scale = self._now().scale
        counts = {rating.code: self.counts[rating.code] for rating in scale.value.ratings} if scale else {}
        former = [code for code, count in self.counts.items() if code is not None and count and code not in counts]
        counts.update((code, self.counts[code]) for code in sorted(former))
        return counts

    def scales(self) -> list[Scale]:
        """The scales whose ratings can stand, newest first."""
        return [said.value for said in reversed(self._now().scales)]

    def _now(self) -> PlanAt:
        """The plan after the event taken in last, on the latest day of any so far."""
        return self._record.up_to(self._version).on(self.day)

    def _known(self, number: str, basis: int) -> int:
        """The action of this number, as it was known before an event that may itself have given a number."""
        action = self._record.up_to(basis).find_action(number)
        assert action is not None, f"{self._record.slug} holds an event about action {number}, which it did not know"
        return action

    def _count_all(self, now: PlanAt) -> None:
        for action in now.actions:
            self._count(now, action)

    def _count_family(self, now: PlanAt, added: int) -> None:
        action = now.action(added)
        assert action is not None, "an event is about an action that is known"
        if (parent := action.parent) is not None:  # what that is part of had a part in the plan before, and has it now
            self._count(now, parent)
        below = [action]
        while below:
            one = below.pop()
            self._count(now, one)
            below += one.parts

    def _count(self, now: PlanAt, action: ActionAt) -> None:
        if action.id in self._counted:
            self.counts[self._counted.pop(action.id)] -= 1
        if not action.is_open or action.open_parts:
            return
        given = action.rating
        rating = now.find_rating(given) if given else None
        code = rating.code if rating else None
        self._counted[action.id] = code
        self.counts[code] += 1
