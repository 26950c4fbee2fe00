"""Batches that were sent before, recognised by the ids of their events."""

from collections.abc import Sequence
from uuid import UUID

from domain.envelopes import Proposal, Recorded
from domain.ledger.mapper import read_record
from domain.ledger.recorder import LedgerRecorder
from domain.refusals import Refused, RuleCode


def recorded_before(
    recorder: LedgerRecorder, proposals: Sequence[Proposal], slugs: Sequence[str]
) -> list[Recorded] | None:
    """The records of these proposals, if they were sent before; None if they were not.

    Other plans are ignored: the author may not be allowed to know of them.

    Raises:
        Refused: an event_id belongs to another event in these plans, or only a part of the batch was recorded.
    """
    event_ids = [proposal.event_id for proposal in proposals if proposal.event_id]
    rows = recorder.select_by_event_id(event_ids)
    stored: dict[UUID, Recorded] = {row.event_id: read_record(row) for row in rows if str(row.originator_id) in slugs}
    if not stored:
        return None
    for index, proposal in enumerate(proposals):
        record = stored.get(proposal.event_id) if proposal.event_id else None
        if record is not None and not _same(proposal, record):
            raise Refused(
                RuleCode.EVENT_ID_REUSED,
                f"event_id {proposal.event_id} already belongs to event {record.version} of plan {record.plan}; "
                "give every event an id of its own",
                index=index,
            )
    if len(stored) < len(proposals):
        record = next(iter(stored.values()))
        raise Refused(
            RuleCode.BATCH_CHANGED,
            f"event_id {record.event_id} was already recorded, as event {record.version} of plan {record.plan}, "
            "but not all of this batch was: a batch is repeated whole or not at all",
            index=next(i for i, proposal in enumerate(proposals) if proposal.event_id in stored),
        )
    return [stored[proposal.event_id] for proposal in proposals if proposal.event_id]


def ids_are_free(recorder: LedgerRecorder, batch: Sequence[Proposal]) -> None:
    """Raises Refused if another plan has an event of the same id, without naming that plan."""
    taken = {row.event_id for row in recorder.select_by_event_id([one.event_id for one in batch if one.event_id])}
    for index, proposal in enumerate(batch):
        if proposal.event_id in taken:
            taken_id = f"event_id {proposal.event_id} is taken; give every event a new id of its own"
            raise Refused(RuleCode.EVENT_ID_TAKEN, taken_id, index=index)


def _same(proposal: Proposal, record: Recorded) -> bool:
    """Whether a record has the content of this proposal, apart from the fields that were assumed."""
    if proposal.plan != record.plan or type(proposal.event) is not type(record.event):
        return False
    # Of a destroyed text only the presence can be compared.
    if not proposal.event.model_fields_set.issuperset(record.redacted):
        return False
    left_out = {*proposal.assumed, *record.redacted}
    return proposal.event.model_dump(exclude_unset=True, exclude=left_out) == record.event.model_dump(
        exclude_unset=True, exclude=left_out
    )
