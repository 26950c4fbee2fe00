"""The plans in memory: folded, few, and caught up from the database before every answer."""

from collections import OrderedDict
from collections.abc import Iterable
from contextlib import nullcontext
from threading import Lock, RLock
from uuid import UUID

from domain.bulk import LONG, without_collecting
from domain.events import TextRedacted
from domain.evolve import evolve
from domain.ledger.mapper import read_event
from domain.ledger.recorder import LedgerRecorder
from domain.plan import Plan

#: Folded plans kept, the least lately used going first: 64 plans of 10,000 events are under 1 GB.
PLANS_KEPT = 64

_REDACTION = TextRedacted.__name__


class Folded:
    """A folded plan and the lock that whoever reads or extends it holds."""

    def __init__(self, slug: str) -> None:
        self.lock = RLock()
        self.plan = Plan(slug)
        #: The id of the last event folded. While the ledger has that event in that place, it has all before it too.
        self.last: UUID | None = None

    def start_anew(self) -> None:
        """Forget everything; the next who asks folds the plan from the ledger. The caller holds the lock."""
        self.plan, self.last = Plan(self.plan.slug), None


class FoldedPlans:
    """The folded plans of a ledger. One that was dropped while somebody works with it is merely folded anew."""

    def __init__(self, recorder: LedgerRecorder) -> None:
        self._recorder = recorder
        self._lock = Lock()
        #: In the order of their last use.
        self.kept: OrderedDict[str, Folded] = OrderedDict()

    def keep(self, slug: str) -> Folded:
        """The plan as it was last folded, or one of which nothing is folded yet."""
        with self._lock:
            folded = self.kept.get(slug) or self.kept.setdefault(slug, Folded(slug))
            self.kept.move_to_end(slug)
            if len(self.kept) > PLANS_KEPT:
                self.kept.popitem(last=False)
            return folded

    def drop(self, slug: str) -> None:
        """Forget the plan."""
        with self._lock:
            self.kept.pop(slug, None)

    def catch_up(self, folded: Folded) -> bool:
        """Take in what was committed since; whether there was anything. The caller holds the plan's lock.

        Where the ledger no longer has what was folded, because its database was restored to an earlier state or a
        replica took over that had not got so far, the plan is folded anew; so it is where a text was redacted, which
        is gone at every point.
        """
        rows = self._recorder.select_fold(folded.plan.slug, max(folded.plan.version, 1))
        if folded.last is not None:
            if not rows or rows[0][1] != folded.last or any(topic == _REDACTION for _, _, topic, *_ in rows[1:]):
                folded.start_anew()
                self.catch_up(folded)
                return True
            rows = rows[1:]
        plan = folded.plan
        try:
            with without_collecting() if len(rows) > LONG else nullcontext():
                for _, event_id, topic, whole, recorded_at, recorded_by in rows:
                    evolve(plan, read_event(topic, whole), recorded_at, recorded_by)
                    folded.last = event_id
        except BaseException:
            plan.forget_after(plan.version)  # what an interrupted event had already said
            raise
        return bool(rows)

    def catch_up_all(self, plans: Iterable[Folded]) -> bool:
        """Catch up every one of them, whatever came of the ones before; whether there was anything."""
        caught_up = [self.catch_up(folded) for folded in plans]
        return any(caught_up)
