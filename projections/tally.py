"""The counts by rating, version by version: an event changes those of the action it concerns, or all of them.

For an action with parts, its parts are counted, as in a comparison.
"""

from collections import Counter
from datetime import date

from domain import events
from domain.plan.action_at import ActionAt
from domain.plan.plan_at import PlanAt
from domain.plan.record import PlanRecord
from domain.scales import Scale


class Tally:
    """The counts of a plan, version by version; counts that an event cannot change are kept.

    No event is effective after the day of the counts, so a later day alone changes nothing. Events about an action, its
    parent or its parts change its count; a change of scale changes all counts.
    """

    def __init__(self, record: PlanRecord, since: int = 0) -> None:
        """Counts as at version `since`; `take_in` adds the events after it one by one."""
        self._record = record
        self._since = self._version = since
        self.day = record.up_to(since).latest_day() if since else date.min
        self.counts: Counter[str | None] = Counter()
        #: The rating under which each counted action is counted (None: unrated).
        self._counted: dict[int, str | None] = {}
        #: The action of each event taken in.
        self._about: dict[int, int] = {}
        if since:
            self._count_all(self._now())

    def take_in(self, event: events.Event) -> None:
        """Recount the actions that the next event of the record may have changed."""
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
            self._count_all(now)  # the action of an event up to `since` is not known here

    def ratings(self) -> dict[str, int]:
        """Counts by code: every rating of the day's scale, then those that only a former scale has."""
        scale = self._now().scale
        counts = {rating.code: self.counts[rating.code] for rating in scale.value.ratings} if scale else {}
        former = [code for code, count in self.counts.items() if code is not None and count and code not in counts]
        counts.update((code, self.counts[code]) for code in sorted(former))
        return counts

    def scales(self) -> list[Scale]:
        """The scales whose ratings can occur, newest first."""
        return [said.value for said in reversed(self._now().scales)]

    def _now(self) -> PlanAt:
        """The plan after the last event taken in, on the latest effective day so far."""
        return self._record.up_to(self._version).on(self.day)

    def _known(self, number: str, basis: int) -> int:
        """The action of this number as known at `basis`, before an event that may change its number."""
        action = self._record.up_to(basis).find_action(number)
        assert action is not None, f"{self._record.slug} holds an event about action {number}, which it did not know"
        return action

    def _count_all(self, now: PlanAt) -> None:
        for action in now.actions:
            self._count(now, action)

    def _count_family(self, now: PlanAt, added: int) -> None:
        action = now.action(added)
        assert action is not None, "an event is about an action that is known"
        if (parent := action.parent) is not None:  # the grandparent has a part in the plan before and after
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
