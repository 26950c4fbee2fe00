"""Recording: proposals are judged and appended as one batch; a repeated batch is not stored twice.

Concurrency control is optimistic: a proposal is judged on a draft over the plan in memory and appended as its next
version. If that version is taken, the plan is caught up and the proposal judged again. The writers of a plan queue.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import date, datetime
from uuid import UUID

from eventsourcing.persistence import DatabaseError, IntegrityError, InterfaceError, OperationalError

from domain.bulk import LONG, without_collecting
from domain.envelopes import Proposal, Recorded, with_event_ids
from domain.events import TextRedacted
from domain.ledger.datastore import attempts
from domain.ledger.folded_plans import Folded, FoldedPlans, size_of
from domain.ledger.group_commit import GroupCommit, Stored
from domain.ledger.mapper import event_state
from domain.ledger.recorder import LedgerRecorder
from domain.ledger.repeated_batches import ids_are_free, recorded_before
from domain.ledger.split_texts import kept_texts, split_event
from domain.ledger.stored_rows import StoredRecord, UnstoredRow
from domain.plan.draft import Draft
from domain.plan.evolve import evolve
from domain.plan.plan import PENDING
from domain.plan.record import PlanRecord, record_of
from domain.postgres.database_errors import in_short
from domain.refusals import LedgerUnusable, NothingRecorded, Refused, RuleCode, VersionConflict, in_doubt
from domain.rules import judge

# Attempts at a batch while other writers keep taking its version.
_TRIES = 200


class Recording:
    """Records proposals in a ledger."""

    def __init__(self, recorder: LedgerRecorder, folded: FoldedPlans) -> None:
        self._recorder = recorder
        self._folded = folded
        self._group_commit = GroupCommit(recorder, self._append)

    def record(self, proposals: Sequence[Proposal], by: str, today: date, expect: int | None) -> list[Recorded]:
        """See `PlanLedger.record`; each proposal has an event_id."""
        if not proposals:
            return []
        slugs = sorted({proposal.plan for proposal in proposals})
        if not by:
            raise ValueError("say who records")
        if expect is not None and len(slugs) > 1:
            raise ValueError("an expected version goes with proposals for one plan")
        _ids_are_distinct(proposals)
        with ExitStack() as locks:
            if len(proposals) > LONG:
                locks.enter_context(without_collecting())
            plans: dict[str, Folded] = {}
            for slug in slugs:
                plans[slug] = self._folded.keep(slug)
                locks.enter_context(plans[slug].writing)
            try:
                return self._record(proposals, plans, by, today, expect)
            except (Refused, VersionConflict):
                # Only these plans are searched: nobody is told whether another plan has an event of this id.
                if repeated := recorded_before(self._recorder, proposals, slugs):
                    return repeated
                raise
            finally:
                for slug, folded in plans.items():
                    self._folded.make_room(folded)
                    if folded.plan.version == 0:
                        self._folded.drop(slug)

    @contextmanager
    def rehearse(self, proposals: Sequence[Proposal], by: str, today: date) -> Iterator[PlanRecord]:
        """See `PlanLedger.rehearse`."""
        slugs = {proposal.plan for proposal in proposals}
        if len(slugs) != 1:
            raise ValueError("rehearse proposals for one plan, and at least one of them")
        [slug] = slugs
        batch = with_event_ids(proposals)
        _ids_are_distinct(batch)
        folded = self._folded.keep(slug)
        self._folded.catch_up(folded)
        texts = self._texts_to_go(batch)
        try:
            with folded.draft() as draft:
                _try_out(batch, {slug: draft}, by, today, texts)
                yield record_of(draft)
        finally:
            if folded.plan.version == 0:
                self._folded.drop(slug)

    def _record(
        self, batch: Sequence[Proposal], plans: dict[str, Folded], by: str, today: date, expect: int | None
    ) -> list[Recorded]:
        texts = self._texts_to_go(batch)
        for _ in range(_TRIES):
            drafts: dict[str, Draft] = {}
            try:
                rows = _judged(batch, plans, drafts, by, today, expect, texts)
            except (Refused, VersionConflict):
                if self._moved_on(plans, drafts):
                    continue  # judged against a plan that was out of date
                raise
            stored = self._group_commit.append(rows, by)
            if stored is not None:
                return self._publish(batch, rows, plans, drafts, stored, by, {plan for plan, _ in texts})
            if not self._moved_on(plans, drafts):
                # No version is taken, so an event_id is.
                if repeated := recorded_before(self._recorder, batch, list(plans)):
                    return repeated
                ids_are_free(self._recorder, batch)
                raise LedgerUnusable("the database refuses what the plan is ready for; see asat check")
        raise NothingRecorded("other writers kept coming first; nothing was recorded, try again")

    def _publish(
        self,
        batch: Sequence[Proposal],
        rows: list[UnstoredRow],
        plans: dict[str, Folded],
        drafts: dict[str, Draft],
        stored: tuple[int, datetime],
        by: str,
        redacted: set[str],
    ) -> list[Recorded]:
        """Take a stored batch into the plans in memory; its records."""
        last, recorded_at = stored
        newest = {row.originator_id: row.event_id for row in rows}
        for slug, draft in drafts.items():
            if slug in redacted:  # the next request folds the plan again
                self._folded.forget_texts(plans[slug])
            else:
                plans[slug].adopt(draft, recorded_at, newest[slug])
        return [
            Recorded(proposal.plan, row.originator_version, position, recorded_at, by, row.event_id, proposal.event)
            for position, (proposal, row) in enumerate(zip(batch, rows, strict=True), last - len(rows) + 1)
        ]

    def _moved_on(self, plans: dict[str, Folded], drafts: dict[str, Draft]) -> bool:
        """Catch the plans up; whether any of them has changed since its draft was made."""
        caught_up = {slug: self._folded.catch_up(folded) for slug, folded in plans.items()}
        return any(
            plan is not drafts[slug].base or plan.published[0] != drafts[slug].started_at
            for slug, plan in caught_up.items()
        )

    def _texts_to_go(self, batch: Sequence[Proposal]) -> dict[tuple[str, int], set[str]]:
        """The redactable fields of each event that a batch redacts, read from its stored row."""
        texts: dict[tuple[str, int], set[str]] = {}
        for one in batch:
            if isinstance(one.event, TextRedacted):
                for row in self._recorder.select_versions(one.plan, [one.event.version]):
                    texts[one.plan, one.event.version] = {text.field for text in kept_texts(row.state, row.salts)}
        return texts

    def _append(self, rows: Sequence[UnstoredRow], by: str, doubtful: bool) -> Stored:
        """Append; None if a version or an event_id is taken.

        A commit whose answer was lost is tried again; if the same rows are then found stored, it succeeded.
        `doubtful`: an earlier attempt, whose answer was lost, may have stored the rows.
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
                raise in_doubt(in_short(error)) from error
            except DatabaseError as error:
                raise LedgerUnusable(f"nothing was recorded: {in_short(error)}") from error
        raise in_doubt(in_short(lost)) from lost

    def _landed(self, rows: Sequence[UnstoredRow], by: str) -> Stored:
        """The last position and instant of the rows, if they are stored after all, as one append by this author."""
        stored = self._recorder.select_by_event_id([row.event_id for row in rows])
        if not stored or [_identity(row) for row in stored] != [_identity(row) for row in rows]:
            return None
        first, last = stored[0], stored[-1]
        appends = {(row.id - place, row.recorded_at, row.recorded_by) for place, row in enumerate(stored)}
        return (last.id, last.recorded_at) if appends == {(first.id, first.recorded_at, by)} else None


def _identity(row: UnstoredRow | StoredRecord) -> tuple[object, ...]:
    return row.originator_id, row.originator_version, row.event_id, row.topic, row.state


def _ids_are_distinct(proposals: Sequence[Proposal]) -> None:
    if len({proposal.event_id for proposal in proposals}) == len(proposals):
        return
    seen: set[UUID] = set()
    for index, proposal in enumerate(proposals):
        if proposal.event_id in seen:
            twice = f"event_id {proposal.event_id} stands twice in this batch; give every event its own"
            raise Refused(RuleCode.EVENT_ID_TWICE, twice, index=index)
        if proposal.event_id is not None:
            seen.add(proposal.event_id)


def _judged(
    batch: Sequence[Proposal],
    plans: dict[str, Folded],
    drafts: dict[str, Draft],
    by: str,
    today: date,
    expect: int | None,
    texts: dict[tuple[str, int], set[str]],
) -> list[UnstoredRow]:
    """The rows of a batch that the rules accept; adds the draft of each of its plans to `drafts`."""
    try:
        for slug, folded in plans.items():
            drafts[slug] = folded.begin_draft()
            if expect is not None and drafts[slug].version != expect:
                raise VersionConflict(slug, expect, drafts[slug].version)
        return _try_out(batch, drafts, by, today, texts)
    finally:
        for slug in drafts:
            plans[slug].end_draft()


def _try_out(
    batch: Sequence[Proposal],
    drafts: dict[str, Draft],
    by: str,
    today: date,
    texts: dict[tuple[str, int], set[str]],
) -> list[UnstoredRow]:
    """Judge the proposals in order, each on drafts that have taken in those before it; the rows to append."""
    rows = []
    for index, proposal in enumerate(batch):
        plan, event, event_id = drafts[proposal.plan], proposal.event, proposal.event_id
        assert event_id is not None, "every event of a batch has an id by now"
        try:
            judge(plan, event, today, by)
        except Refused as refused:
            refused.index = index
            raise
        before = plan.published[1] if plan.version == plan.started_at else None
        evolve(plan, event, PENDING, by)
        topic = type(event).__name__
        state, whole, salts = split_event(event, event_state(event))
        plan.grown += size_of(topic, whole or state)
        rows.append(UnstoredRow(plan.slug, plan.version, topic, state, event_id, whole, salts, before))
    _can_be_redacted(batch, texts)
    return rows


def _can_be_redacted(batch: Sequence[Proposal], texts: dict[tuple[str, int], set[str]]) -> None:
    """Raises Refused for a redaction of a text that the event does not have."""
    for index, proposal in enumerate(batch):
        if isinstance(event := proposal.event, TextRedacted):
            kept = texts.get((proposal.plan, event.version))
            if kept is None:
                raise Refused(
                    RuleCode.NOT_REDACTABLE,
                    f"event {event.version} is in this very batch: leave the text out of it, or redact it afterwards",
                    index=index,
                )
            for field in event.fields:
                if field not in kept:
                    raise Refused(
                        RuleCode.NOT_REDACTABLE,
                        f"event {event.version} has no text `{field}` that could be redacted, or was recorded "
                        "before texts could be",
                        index=index,
                    )
