"""Recording: proposals are judged, appended as one batch, and repeated without being stored twice.

It is optimistic: a proposal is judged against the plan in memory and appended as its next version; if that version is
taken, the plan is caught up and the proposal judged again.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import date, datetime
from uuid import UUID, uuid4

import psycopg
from eventsourcing.persistence import DatabaseError, IntegrityError, InterfaceError, OperationalError

from domain.bulk import LONG, without_collecting
from domain.envelopes import Proposal, Recorded
from domain.events import TextRedacted
from domain.evolve import evolve
from domain.ledger.datastore import attempts
from domain.ledger.errors import LedgerUnusable, NothingRecorded, VersionConflict, in_doubt
from domain.ledger.folded import Folded, FoldedPlans
from domain.ledger.mapper import event_state, read_record
from domain.ledger.recorder import LedgerRecorder
from domain.ledger.stored import StoredRecord, UnstoredRow
from domain.ledger.texts import kept_texts, taken_apart
from domain.ledger.together import Stored, Together
from domain.plan import PENDING, Plan
from domain.rules import Refused, judge

# How often a proposal is judged again when other writers keep taking its version, before giving up.
_TRIES = 200


class Recording:
    """Records proposals in a ledger."""

    def __init__(self, recorder: LedgerRecorder, folded: FoldedPlans) -> None:
        self._recorder = recorder
        self._folded = folded
        self._together = Together(recorder, self._append)
        #: The plans within a rehearsal; only who holds a plan's lock can find it here.
        self._rehearsed: set[Folded] = set()

    def record(self, proposals: Sequence[Proposal], by: str, today: date, expect: int | None) -> list[Recorded]:
        """Record the proposals as one batch, as `Ledger.record` says."""
        if not proposals:
            return []
        slugs = sorted({proposal.plan for proposal in proposals})
        if not by:
            raise ValueError("say who records")
        if expect is not None and len(slugs) > 1:
            raise ValueError("an expected version goes with proposals for one plan")
        batch = _identified(proposals)
        with ExitStack() as locks:
            if len(batch) > LONG:
                locks.enter_context(without_collecting())
            plans: dict[str, Folded] = {}
            for slug in slugs:
                plans[slug] = self._folded.keep(slug)
                locks.enter_context(plans[slug].lock)
                self.not_rehearsed(plans[slug])
            try:
                return self._record(batch, plans, by, today, expect)
            except (Refused, VersionConflict):
                # Why it was refused says enough: whether its id is an event's of another plan is not told besides.
                if repeated := self._already_recorded(proposals, slugs):
                    return repeated
                raise
            finally:
                for slug, folded in plans.items():
                    if folded.plan.version == 0:
                        self._folded.drop(slug)

    @contextmanager
    def rehearse(self, proposals: Sequence[Proposal], by: str, today: date) -> Iterator[Plan]:
        """The plan as it would be with the proposals recorded, as `Ledger.rehearse` says."""
        slugs = {proposal.plan for proposal in proposals}
        if len(slugs) != 1:
            raise ValueError("rehearse proposals for one plan, and at least one of them")
        [slug] = slugs
        batch = _identified(proposals)
        folded = self._folded.keep(slug)
        with folded.lock:
            self.not_rehearsed(folded)
            self._folded.catch_up(folded)
            plan = folded.plan
            before = {slug: plan.version}
            self._rehearsed.add(folded)
            try:
                _try_out(batch, {slug: folded}, by, today)
                self._can_be_redacted(batch)
                yield plan
            finally:
                _go_back({slug: folded}, before)
                self._rehearsed.discard(folded)
                if plan.version == 0:
                    self._folded.drop(slug)

    def not_rehearsed(self, folded: Folded) -> None:
        """Refuse to go on within a rehearsal of the plan: what it tries out would be taken for what is stored.

        The caller holds the plan's lock, so nobody else can be rehearsing.
        """
        if folded in self._rehearsed:
            raise RuntimeError(
                f"plan {folded.plan.slug} is being rehearsed here: ask the plan that the rehearsal yields"
            )

    def _record(
        self, batch: list[Proposal], plans: dict[str, Folded], by: str, today: date, expect: int | None
    ) -> list[Recorded]:
        for _ in range(_TRIES):
            before = {slug: folded.plan.version for slug, folded in plans.items()}
            try:
                _expect(plans, expect)
                rows = _try_out(batch, plans, by, today)
                self._can_be_redacted(batch)
            except (Refused, VersionConflict):
                _go_back(plans, before)
                if self._folded.catch_up_all(plans.values()):
                    continue  # judged against a plan that was out of date
                raise
            except BaseException:
                _go_back(plans, before)
                raise
            try:
                stored = self._together.append(rows, by)
            except BaseException:
                _go_back(plans, before)
                raise
            if stored is not None:
                records = _stamp(batch, rows, plans, stored, by)
                _forget_redacted(batch, plans)
                return records
            _go_back(plans, before)
            if not self._folded.catch_up_all(plans.values()):
                # Not a version but an event_id is taken.
                if repeated := self._already_recorded(batch, list(plans)):
                    return repeated
                self._ids_are_free(batch)
                raise LedgerUnusable("the database refuses what the plan is ready for; see asat check")
        raise NothingRecorded("other writers kept coming first; nothing was recorded, try again")

    def _can_be_redacted(self, batch: list[Proposal]) -> None:
        """Refuse to redact what an event never had: the plan does not know, the stored row does."""
        for index, proposal in enumerate(batch):
            if isinstance(event := proposal.event, TextRedacted):
                rows = self._recorder.select_versions(proposal.plan, [event.version])
                kept = {text.field for row in rows for text in kept_texts(row.state, row.salts)}
                for field in event.fields:
                    if field not in kept:
                        raise Refused(
                            f"version {event.version} has no text `{field}` that could be redacted, or was recorded "
                            "before texts could be",
                            index,
                        )

    def _append(self, rows: Sequence[UnstoredRow], by: str, doubtful: bool) -> Stored:
        """Append; None when a version or an event_id is taken.

        A commit whose answer was lost is tried again, and then found taken by ourselves: that is success. `doubtful`:
        the rows may be stored already, by a try whose answer was lost.
        """
        for _ in attempts():
            try:
                return self._recorder.append(rows, [by] * len(rows))
            except IntegrityError:
                return self._landed(rows, by) if doubtful else None
            except (OperationalError, InterfaceError) as error:
                lost, doubtful = error, True
            except NothingRecorded as error:
                if not doubtful:
                    raise
                if landed := self._landed(rows, by):
                    return landed
                raise in_doubt(error) from error
            except DatabaseError as error:
                cause = error.__cause__
                said = cause.diag.message_primary if isinstance(cause, psycopg.Error) else None
                raise LedgerUnusable(f"nothing was recorded: {said or error}") from error
        raise in_doubt(lost) from lost

    def _landed(self, rows: Sequence[UnstoredRow], by: str) -> Stored:
        """The rows, if they are stored after all, as this one append and by nobody else."""
        stored = self._recorder.select_by_event_id([row.event_id for row in rows])
        if not stored or [_identity(row) for row in stored] != [_identity(row) for row in rows]:
            return None
        first, last = stored[0], stored[-1]
        appends = {(row.id - place, row.recorded_at, row.recorded_by) for place, row in enumerate(stored)}
        return (last.id, last.recorded_at) if appends == {(first.id, first.recorded_at, by)} else None

    def _already_recorded(self, proposals: Sequence[Proposal], slugs: Sequence[str]) -> list[Recorded] | None:
        """What these proposals for these plans led to when they were first sent; None when they were not.

        What other plans hold is not looked at: whoever records may not be allowed to know of them.

        Raises:
            Refused: an event_id among them belongs to something else in these plans.
        """
        event_ids = [proposal.event_id for proposal in proposals if proposal.event_id]
        rows = self._recorder.select_by_event_id(event_ids)
        stored: dict[UUID, Recorded] = {
            row.event_id: read_record(row) for row in rows if str(row.originator_id) in slugs
        }  # fmt: skip
        if not stored:
            return None
        for index, proposal in enumerate(proposals):
            record = stored.get(proposal.event_id) if proposal.event_id else None
            if record is not None and not _same(proposal, record):
                raise Refused(
                    f"event_id {proposal.event_id} already belongs to another event, version {record.version} of plan "
                    f"{record.plan}; give every event an id of its own",
                    index,
                )
        if len(stored) < len(proposals):
            record = next(iter(stored.values()))
            raise Refused(
                f"event_id {record.event_id} was already recorded, as version {record.version} of plan {record.plan}, "
                "but not all of this batch was: a batch is repeated whole or not at all",
                next(i for i, proposal in enumerate(proposals) if proposal.event_id in stored),
            )
        return [stored[proposal.event_id] for proposal in proposals if proposal.event_id]

    def _ids_are_free(self, batch: Sequence[Proposal]) -> None:
        """Raises Refused where an id is an event's of another plan: that it is taken has to be said, and no more is."""
        taken = {
            row.event_id for row in self._recorder.select_by_event_id([one.event_id for one in batch if one.event_id])
        }
        for index, proposal in enumerate(batch):
            if proposal.event_id in taken:
                raise Refused(f"event_id {proposal.event_id} is taken; give every event a new id of its own", index)


def _identity(row: UnstoredRow | StoredRecord) -> tuple[object, ...]:
    return row.originator_id, row.originator_version, row.event_id, row.topic, row.state


def _identified(proposals: Sequence[Proposal]) -> list[Proposal]:
    """The proposals, each with an event_id of its own."""
    _ids_are_distinct(proposals)
    return [
        proposal if proposal.event_id else Proposal(proposal.plan, proposal.event, uuid4()) for proposal in proposals
    ]


def _ids_are_distinct(proposals: Sequence[Proposal]) -> None:
    seen: set[UUID] = set()
    for index, proposal in enumerate(proposals):
        if proposal.event_id in seen:
            raise Refused(f"event_id {proposal.event_id} stands twice in this batch; give every event its own", index)
        if proposal.event_id is not None:
            seen.add(proposal.event_id)


def _expect(plans: dict[str, Folded], expect: int | None) -> None:
    for folded in plans.values():
        if expect is not None and folded.plan.version != expect:
            raise VersionConflict(folded.plan.slug, expect, folded.plan.version)


def _try_out(batch: list[Proposal], plans: dict[str, Folded], by: str, today: date) -> list[UnstoredRow]:
    """Judge each proposal after the ones before it, on plans that take them in as they are accepted."""
    after = {slug: folded.last for slug, folded in plans.items()}
    rows = []
    for index, proposal in enumerate(batch):
        plan, event = plans[proposal.plan].plan, proposal.event
        assert proposal.event_id is not None, "every event of a batch has an id by now"
        try:
            judge(plan, event, today, by)
        except Refused as refused:
            refused.index = index
            raise
        before = after.pop(proposal.plan, None)
        evolve(plan, event, PENDING, by)
        topic = type(event).__name__
        state, whole, salts = taken_apart(event, event_state(event))
        rows.append(UnstoredRow(plan.slug, plan.version, topic, state, proposal.event_id, whole, salts, before))
    return rows


def _forget_redacted(batch: list[Proposal], plans: dict[str, Folded]) -> None:
    """Empty the plans of which texts were destroyed, so that whoever waits for one of them folds it anew."""
    for proposal in batch:
        if isinstance(proposal.event, TextRedacted):
            plans[proposal.plan].start_anew()


def _go_back(plans: dict[str, Folded], versions: dict[str, int]) -> None:
    # Also when no version was added: an event may have been interrupted while it was taken in.
    for slug, folded in plans.items():
        folded.plan.forget_after(versions[slug])


def _stamp(
    batch: list[Proposal], rows: list[UnstoredRow], plans: dict[str, Folded], stored: tuple[int, datetime], by: str
) -> list[Recorded]:
    """The batch is stored: the plans that tried it out learn when."""
    last, recorded_at = stored
    records = []
    for position, (proposal, row) in enumerate(zip(batch, rows, strict=True), last - len(rows) + 1):
        folded = plans[proposal.plan]
        folded.plan.recorded_at[row.originator_version - 1] = recorded_at
        folded.last = row.event_id
        records.append(
            Recorded(proposal.plan, row.originator_version, position, recorded_at, by, row.event_id, proposal.event)
        )
    return records


def _same(proposal: Proposal, record: Recorded) -> bool:
    """Whether a record is what this proposal asks for, leaving out what the proposer left to us."""
    if proposal.plan != record.plan or type(proposal.event) is not type(record.event):
        return False
    # A text that was destroyed cannot be compared any more, only that there was one.
    if not proposal.event.model_fields_set.issuperset(record.redacted):
        return False
    left_out = {*proposal.assumed, *record.redacted}
    return proposal.event.model_dump(exclude_unset=True, exclude=left_out) == record.event.model_dump(
        exclude_unset=True, exclude=left_out
    )
