"""The invariants of the whole ledger, checked by reading all of it.

Positions are gapless and instants never go back along them. Each plan's versions are contiguous and begin with its
opening. Every stored event is the one of which its leaf in the tree was made, and every node is made of the two below
it. Every stored event can be read, is written back to the same bytes, and has the texts that it commits to. The rules
accept every event after those before it, so none refers to something missing.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial

from domain.integrity.findings import Broken, Notes, to_its_end
from domain.integrity.plan_invariants import along_the_plan
from domain.integrity.regrown_tree import RegrownTree
from domain.integrity.stored_tree import entry_of
from domain.ledger.plan_ledger import PlanLedger
from domain.ledger.recorder import LedgerRecorder
from domain.ledger.stored_rows import StoredRecord
from domain.proofs.tree import HASH_SIZE

_PAGE = 5000

#: The most that an instant may lie ahead of the clock of the database: the append refuses more.
_AHEAD = timedelta(minutes=5)
_AHEAD_OF_THE_CLOCK = (
    "recorded at {}, and the clock of the database says {}: it was ahead then, or is behind now. Until then nothing can"
    ' be recorded (docs/safekeeping.md, "When a clock was wrong")'
)


def broken_invariants(
    ledger: PlanLedger, seen: Callable[[int], None] = lambda _: None, noted: Notes = lambda _: None
) -> Iterator[Broken]:
    """Read the whole ledger and yield what is broken.

    `seen` receives the number of events read since its last call; each is read twice. `noted` receives irregularities
    that the record explains and that break nothing.
    """
    recorder = ledger.recorder
    yield from to_its_end("the ledger", lambda: along_the_ledger(recorder, seen))
    for slug in recorder.select_plans():
        yield from to_its_end(
            f"plan {slug}", partial(along_the_plan, recorder, slug, _rows_of(recorder, slug, seen), noted)
        )


def along_the_ledger(recorder: LedgerRecorder, seen: Callable[[int], None]) -> Iterator[Broken]:
    """The faults of order, tree and head, which do not depend on the content of events."""
    # The head is read first: events appended meanwhile lie beyond it, and are not checked.
    if (found_head := recorder.select_head()) is None:
        yield Broken("the head of the ledger", "there is none")
        return
    head, head_instant, newest, leaf, now = found_head
    position, instant = 0, None
    versions: dict[str, int] = {}
    tree = RegrownTree(recorder)
    while position < head and (rows := recorder.select_placed(position, head, _PAGE)):
        for row, hashes in rows:
            found, plan, version, recorded_at = row.id, str(row.originator_id), row.originator_version, row.recorded_at
            where = f"position {found} ({plan} version {version})"
            if found != position + 1:
                yield Broken(where, f"positions {position + 1} to {found - 1} are missing before it")
            if instant is not None and recorded_at < instant:
                yield Broken(where, f"recorded at {recorded_at.isoformat()}, before the one ahead of it")
            if version != versions.get(plan, 0) + 1:
                yield Broken(where, f"follows version {versions.get(plan, 0)} of its plan")
            yield from (Broken(node or where, what) for node, what in tree.add(row, hashes))
            if recorded_at > now + _AHEAD and (instant is None or instant <= now + _AHEAD):
                yield Broken(where, _AHEAD_OF_THE_CLOCK.format(recorded_at.isoformat(), now.isoformat()))
            position, instant, versions[plan] = found, recorded_at, version
        seen(len(rows))
    for plan, version, place in recorder.select_unplaced(head):
        yield Broken(f"{plan} version {version}", f"position {place} is no place of its own in the ledger")
    if newest != head:
        yield Broken("the end of the ledger", f"the head says {head} events were recorded, the last there is {newest}")
    elif instant != head_instant:
        yield Broken("the head of the ledger", "its instant is not that of the last event")
    elif tree.last_leaf != leaf:
        yield Broken("the head of the ledger", "its leaf is not that of the last event")


def beyond(recorder: LedgerRecorder, position: int, size: int) -> Iterator[Broken]:
    """The positions after `position`, up to `size`, where the event is missing or is not the one recorded.

    After a plan's last event, this finds a later event that was removed or moved to another plan.
    """
    while position < size and (rows := recorder.select_placed(position, size, _PAGE)):
        for row, hashes in rows:
            if row.id != position + 1:
                yield Broken(f"position {position + 1}", "it is missing")
            if entry_of(row).leaf() != (hashes or b"")[:HASH_SIZE]:
                where = f"position {row.id} ({row.originator_id} version {row.originator_version})"
                yield Broken(where, "it is not what was recorded: the row or its leaf was altered afterwards")
            position = row.id
    if position < size:
        yield Broken(f"position {position + 1}", "it is missing")


def _rows_of(recorder: LedgerRecorder, slug: str, seen: Callable[[int], None]) -> Iterator[StoredRecord]:
    last = 0
    while rows := recorder.select_events(slug, gt=last, limit=_PAGE):
        yield from rows
        seen(len(rows))
        last = rows[-1].originator_version
