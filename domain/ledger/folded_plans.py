"""The plans in memory: folded, within a budget, and caught up from the database before every answer.

Who reads a plan takes no lock, as a plan only grows and a reader holds a basis. Locks are held by those who add to it:
while events are taken in, and while somebody records.
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
    """A folded plan, and the locks of those who add to it.

    A plan grows in place, as long as no draft lies over it; while one does, a successor takes its place.
    """

    def __init__(self, slug: str) -> None:
        self.slug = slug
        self.plan = Plan(slug)
        #: Held by who records, while they judge and while they store: the writers of a plan queue.
        self.writing = RLock()
        #: Held while events are taken in, never while any are judged or the database is waited for.
        self.growing = RLock()
        #: Held by the one who folds the plan from its first event, while others wait for it.
        self.loading = Lock()
        #: About how many bytes the plan takes up.
        self.size = 0
        self._drafts = 0

    def start_anew(self) -> None:
        """Forget everything; the next who asks folds the plan from the ledger. Who reads it now goes on."""
        self.plan = Plan(self.slug)

    def begin_draft(self) -> Draft:
        """A draft over the plan, which stays as it is until `end_draft`."""
        with self.growing:
            self._drafts += 1
            return Draft(self.plan)

    def end_draft(self) -> None:
        """Nothing more is tried out on a draft that was begun."""
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
        """The events of a draft are stored: take them over, unless the plan is to be caught up with them anyway."""
        with self.growing:
            if self._drafts == 0 and self.plan is draft.base and self.plan.version == draft.started_at:
                draft.give_to_base(recorded_at, event_id)
                self.size += draft.grown

    def take_in(self, plan: Plan, rows: list[FoldRow]) -> bool:
        """Take in the rows that the plan does not have, and show them to readers; not where another took its place."""
        with self.growing:
            if plan is not self.plan:
                return False
            if rows[-1][0] <= plan.published[0]:  # somebody else did
                return True
            if self._drafts:
                draft = Draft(plan)
                self.fold(draft, rows)
                self.plan = draft.successor()
                return False
            try:
                self.fold(plan, rows)
            except BaseException:
                self.start_anew()  # what the event had already said must not be said twice
                raise
            return True

    def fold(self, plan: Plan, rows: list[FoldRow]) -> None:
        """Take the rows that a plan does not have into it, whoever holds it."""
        with without_collecting() if len(rows) > LONG else nullcontext():
            for version, event_id, topic, whole, recorded_at, recorded_by in rows:
                if version > plan.version:
                    event = read_event(topic, whole)
                    try:
                        evolve(plan, event, recorded_at, recorded_by)
                    except Exception as error:  # whatever comes of an event that no rule has let in
                        raise LedgerDamaged(
                            f"version {version} of plan {self.slug} ({topic}) is not by the rules, and cannot be read;"
                            " see asat check"
                        ) from error
                    plan.published = version, event_id
                    self.size += size_of(topic, whole)


def size_of(topic: str, whole: bytes) -> int:
    """About how many bytes of memory an event takes up in a folded plan, by its name and its JSON."""
    return _EVENT_SIZE + len(whole) + (_ACTION_SIZE if topic == _ACTION else 0)


#: What the assertions of an event take up beside its texts, and the timelines of an action; a test holds the sum of
#: them against what Python allocates.
_EVENT_SIZE, _ACTION_SIZE = 500, 2600
_ACTION = ActionAdded.__name__


class FoldedPlans:
    """The folded plans of a ledger. One that was dropped while somebody works with it is merely folded anew."""

    def __init__(self, recorder: LedgerRecorder, budget: int | None = None) -> None:
        """`budget`: how many bytes the plans may take up; by default a quarter of the memory, at most 1 GB."""
        self._recorder = recorder
        self._lock = Lock()
        self._budget = Budget(budget)
        #: In the order of their last use.
        self.kept: OrderedDict[str, Folded] = OrderedDict()
        #: What was last said of each plan among all others, and of which state of it, on which day.
        self._summaries: dict[str, tuple[object, object]] = {}

    def keep(self, slug: str) -> Folded:
        """The plan as it was last folded, or one of which nothing is folded yet."""
        with self._lock:
            folded = self.kept.get(slug) or self.kept.setdefault(slug, Folded(slug))
            self.kept.move_to_end(slug)
            return folded

    def look(self, slug: str) -> Plan:
        """The plan for who goes through all of them: caught up, and none of those kept gives way to it.

        What is not kept is folded for this once, and kept where there is room.
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
        """Texts of the plan were destroyed: nothing that is kept may hold them."""
        folded.start_anew()
        with self._lock:
            self._summaries.pop(folded.slug, None)

    def summarise(self, state: PlanState, key: object, make: Callable[[PlanRecord], T]) -> T:
        """What `make` says of a plan, made once for each state of the plan and each key.

        It is kept for every plan there is: among all plans, those that changed are looked at and no others.
        """
        wanted = (state.version, state.event_id, key)
        found = self._summaries.get(state.plan)
        if found is not None and found[0] == wanted:
            return cast(T, found[1])
        plan = self.look(state.plan)
        version, event_id = plan.published
        said = make(PlanRecord(plan, version))
        self._summaries[state.plan] = (version, event_id, key), said
        return said

    def catch_up(self, folded: Folded) -> Plan:
        """The plan with everything that was committed by now; of version 0 where nothing was ever recorded.

        Where the ledger no longer has what was folded, because its database was restored to an earlier state or a
        replica took over that had not got so far, the plan is folded anew; so it is where a text was redacted, which
        is gone at every point.
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
        """Fold the plan from its first event; many who ask for it at once have it folded once."""
        with folded.loading:
            if folded.plan.published[1] is None:
                folded.size = 0
                if rows := self._recorder.select_fold(folded.slug, 1):
                    plan = Plan(folded.slug)
                    folded.fold(plan, rows)
                    folded.plan = plan
                    self.make_room(folded)
                # Where there is nothing it stays the plan that it was, over which a draft may lie.
                return folded.plan
        return self.catch_up(folded)  # what was folded may have been read before we asked

    def make_room(self, folded: Folded) -> None:
        """Let the plans least lately used go, but not this one, until those that are kept are within the budget."""
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
