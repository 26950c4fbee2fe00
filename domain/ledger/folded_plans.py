"""A cache of folded plans, with a budget of memory; plans are caught up from the database before every answer.

Reading a plan takes no lock, as a plan only grows and a reader holds a basis. Locks are held while events are taken in
and while somebody records.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import datetime
from operator import attrgetter
from threading import Lock, RLock
from typing import TypeVar, cast
from uuid import UUID

from domain.bulk import LONG, without_collecting
from domain.events import ActionAdded, TextRedacted
from domain.ledger.mapper import read_event
from domain.ledger.memory_budget import Budget
from domain.ledger.recorder import FoldRow, LedgerRecorder, PlanState
from domain.plan.draft import Draft
from domain.plan.evolve import evolve
from domain.plan.plan import Plan
from domain.plan.record import PlanRecord
from domain.refusals import LedgerDamaged

T = TypeVar("T")

_REDACTION = TextRedacted.__name__


class Folded:
    """A folded plan and its locks.

    The plan grows in place while no draft lies over it; otherwise a successor replaces it.
    """

    def __init__(self, slug: str) -> None:
        self.slug = slug
        self.plan = Plan(slug)
        #: Held while a batch is judged and stored: the writers of a plan queue.
        self.writing = RLock()
        #: Held while events are taken in, never while any are judged or the database is waited for.
        self.growing = RLock()
        #: Held while the plan is folded from its first event.
        self.loading = Lock()
        #: Approximate size of the plan in bytes.
        self.size = 0
        self._drafts = 0

    def start_anew(self) -> None:
        """Forget everything: the next request folds the plan from the ledger. Present readers go on."""
        self.plan = Plan(self.slug)

    def begin_draft(self) -> Draft:
        """A draft over the plan, which stays as it is until `end_draft`."""
        with self.growing:
            self._drafts += 1
            return Draft(self.plan)

    def end_draft(self) -> None:
        """Finish a draft."""
        with self.growing:
            self._drafts -= 1

    @contextmanager
    def draft(self) -> Iterator[Draft]:
        """A draft over the plan, which stays as it is for as long as the block lasts."""
        draft = self.begin_draft()
        try:
            yield draft
        finally:
            self.end_draft()

    def adopt(self, draft: Draft, recorded_at: datetime, event_id: UUID) -> None:
        """Take over a draft whose events are stored, unless catching up will bring them anyway."""
        with self.growing:
            if self._drafts == 0 and self.plan is draft.base and self.plan.version == draft.started_at:
                draft.give_to_base(recorded_at, event_id)
                self.size += draft.grown

    def take_in(self, plan: Plan, rows: list[FoldRow]) -> bool:
        """Take in the rows that the plan lacks and show them to readers; False if another plan is in its place."""
        with self.growing:
            if plan is not self.plan:
                return False
            if rows[-1][0] <= plan.published[0]:  # another thread did
                return True
            if self._drafts:
                draft = Draft(plan)
                self.fold(draft, rows)
                self.plan = draft.successor()
                return False
            try:
                self.fold(plan, rows)
            except BaseException:
                self.start_anew()  # an event that was taken in by half must not be taken in again
                raise
            return True

    def fold(self, plan: Plan, rows: list[FoldRow]) -> None:
        """Take the rows that a plan lacks into it; raises LedgerDamaged."""
        with without_collecting() if len(rows) > LONG else nullcontext():
            for version, event_id, topic, whole, recorded_at, recorded_by in rows:
                if version > plan.version:
                    event = read_event(topic, whole)
                    try:
                        evolve(plan, event, recorded_at, recorded_by)
                    except Exception as error:  # an event that no rule admitted may raise anything
                        raise LedgerDamaged(
                            f"version {version} of plan {self.slug} ({topic}) is not by the rules, and cannot be read;"
                            " see asat check"
                        ) from error
                    plan.published = version, event_id
                    self.size += size_of(topic, whole)


def size_of(topic: str, whole: bytes) -> int:
    """Approximate bytes of memory of an event in a folded plan, by its name and its JSON."""
    return _EVENT_SIZE + len(whole) + (_ACTION_SIZE if topic == _ACTION else 0)


#: Bytes of an event's assertions beside its texts, and of an action's timelines; a test compares their sum with what
#: Python allocates.
_EVENT_SIZE, _ACTION_SIZE = 500, 2600
_ACTION = ActionAdded.__name__


class FoldedPlans:
    """The cache of a ledger's folded plans. One that is dropped while in use is merely folded again."""

    def __init__(self, recorder: LedgerRecorder, budget: int | None = None) -> None:
        """`budget`: bytes for the plans; by default a quarter of the memory, at most 1 GB."""
        self._recorder = recorder
        self._lock = Lock()
        self._budget = Budget(budget)
        #: The least recently used first.
        self.kept: OrderedDict[str, Folded] = OrderedDict()
        #: Plan -> the state and key of its last summary, and that summary.
        self._summaries: dict[str, tuple[object, object]] = {}

    def keep(self, slug: str) -> Folded:
        """The cached plan, or an empty one."""
        with self._lock:
            folded = self.kept.get(slug) or self.kept.setdefault(slug, Folded(slug))
            self.kept.move_to_end(slug)
            return folded

    def look(self, slug: str) -> Plan:
        """The plan, caught up, for a scan of all plans: it evicts none of those in the cache.

        A plan that is not cached is folded, and kept only if there is room.
        """
        with self._lock:
            folded = self.kept.get(slug)
        if folded is not None:
            return self.catch_up(folded)
        folded = Folded(slug)
        plan = self.catch_up(folded)
        with self._lock:
            if self._total() + folded.size <= self._budget.size:
                self.kept.setdefault(slug, folded)
                self.kept.move_to_end(slug, last=False)
        return plan

    def drop(self, slug: str) -> None:
        """Forget the plan."""
        with self._lock:
            self.kept.pop(slug, None)
            self._summaries.pop(slug, None)

    def forget_texts(self, folded: Folded) -> None:
        """Forget everything of a plan, as texts of it were destroyed."""
        folded.start_anew()
        with self._lock:
            self._summaries.pop(folded.slug, None)

    def summarise(self, state: PlanState, key: object, make: Callable[[PlanRecord], T]) -> T:
        """The result of `make` for a plan, cached by the plan's state and the key.

        One result is kept for every plan, so a scan of all plans reads only those that changed.
        """
        wanted = (state.version, state.event_id, key)
        found = self._summaries.get(state.plan)
        if found is not None and found[0] == wanted:
            return cast(T, found[1])
        plan = self.look(state.plan)
        version, event_id = plan.published
        summary = make(PlanRecord(plan, version))
        self._summaries[state.plan] = (version, event_id, key), summary
        return summary

    def catch_up(self, folded: Folded) -> Plan:
        """The plan with everything committed by now; version 0 if nothing was ever recorded.

        The plan is folded again if the ledger no longer has what was folded: its database was restored to an earlier
        state, or a replica that lagged behind took over. So it is after a redaction: the text is gone at every point.
        """
        plan = folded.plan
        version, last = plan.published
        if last is None:
            return self._load(folded)
        rows = self._recorder.select_fold(folded.slug, version)
        if not _continues(rows, last):
            if folded.plan is plan:
                self.forget_texts(folded)
            return self.catch_up(folded)
        if len(rows) > 1:
            if not folded.take_in(plan, rows[1:]):
                return self.catch_up(folded)
            self.make_room(folded)
        return plan

    def _load(self, folded: Folded) -> Plan:
        """Fold the plan from its first event, once for all concurrent requests."""
        with folded.loading:
            if folded.plan.published[1] is None:
                folded.size = 0
                if rows := self._recorder.select_fold(folded.slug, 1):
                    plan = Plan(folded.slug)
                    folded.fold(plan, rows)
                    folded.plan = plan
                    self.make_room(folded)
                # Without rows the plan object stays, as a draft may lie over it.
                return folded.plan
        return self.catch_up(folded)  # its rows may have been read before this request

    def make_room(self, folded: Folded) -> None:
        """Evict the least recently used plans, but not this one, until the cache is within its budget."""
        with self._lock:
            while self._total() > self._budget.size:
                slug = next((slug for slug, one in self.kept.items() if one is not folded), None)
                if slug is None:
                    break
                del self.kept[slug]

    def _total(self) -> int:
        return sum(map(attrgetter("size"), self.kept.values()))


def _continues(rows: list[FoldRow], last: UUID) -> bool:
    """Whether these rows, read from the last event folded on, begin with that event and can be taken in after it."""
    return bool(rows) and rows[0][1] == last and all(topic != _REDACTION for _, _, topic, *_ in rows[1:])
