"""What must hold of the whole ledger at any time, and is checked by reading all of it.

Positions are gapless and instants never go back along them; each plan's versions are contiguous and begin with its
opening; every stored event is the one that its leaf in the tree was made of, and every node is made of the two below
it; every stored event reads, writes back to the same bytes with the texts that it commits to, and is one that the rules
accept after those before it, so that none refers to what is not there.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from domain.evolve import evolve
from domain.ledger.errors import LedgerDamaged
from domain.ledger.mapper import event_state, read_event
from domain.ledger.recorder import LedgerRecorder
from domain.ledger.regrown import RegrownTree
from domain.ledger.stored import StoredRecord
from domain.ledger.texts import KeptText, committed_again, kept_texts, texts_not_as_committed
from domain.plan import Plan
from domain.points import LONDON
from domain.rules import Refused, judge

_PAGE = 5000


@dataclass(frozen=True, slots=True)
class Broken:
    """An invariant that does not hold, and where."""

    where: str
    what: str


def broken_invariants(recorder: LedgerRecorder, seen: Callable[[int], None]) -> Iterator[Broken]:
    """Read the whole ledger and yield what is broken; `seen` is told how many more events were looked at."""
    yield from along_the_ledger(recorder, seen)
    for slug in recorder.select_plans():
        yield from _along_the_plan(recorder, slug, seen)


def along_the_ledger(recorder: LedgerRecorder, seen: Callable[[int], None]) -> Iterator[Broken]:
    """What is broken of any ledger, whatever its events say: order, tree and head."""
    # The head is read first: what is appended meanwhile lies beyond it, and is not yet ours to judge.
    if (found_head := recorder.select_head()) is None:
        yield Broken("the head of the ledger", "there is none")
        return
    head, head_instant, newest, leaf = found_head
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
            position, instant, versions[plan] = found, recorded_at, version
        seen(len(rows))
    if newest != head:
        yield Broken("the end of the ledger", f"the head says {head} events were recorded, the last there is {newest}")
    elif instant != head_instant:
        yield Broken("the head of the ledger", "its instant is not that of the last event")
    elif tree.last_leaf != leaf:
        yield Broken("the head of the ledger", "its leaf is not that of the last event")


def _along_the_plan(recorder: LedgerRecorder, slug: str, seen: Callable[[int], None]) -> Iterator[Broken]:
    plan = Plan(slug)
    gone: dict[int, list[KeptText]] = {}
    for row in _rows_of(recorder, slug, seen):
        where = f"{slug} version {plan.version + 1} ({row.topic})"
        whole = row.state if row.whole is None else row.whole
        try:
            event = read_event(row.topic, whole)
            wrong = list(texts_not_as_committed(row.state, row.whole, row.salts))
            texts = kept_texts(row.state, row.salts)
        except LedgerDamaged as error:
            yield Broken(where, str(error))
            return  # what follows may stand on it
        for field in wrong:
            yield Broken(where, f"its text `{field}` is not the one that was recorded")
        if not wrong and committed_again(event_state(event), row.state) != row.state:
            yield Broken(where, "its stored bytes are not those it is written as")
        if any(text.salt is None for text in texts):
            gone[plan.version + 1] = texts
        try:
            # A day's grace: the clock of whoever proposed it may have been a little ahead of the server's at midnight.
            judge(plan, event, row.recorded_at.astimezone(LONDON).date() + timedelta(days=1), row.recorded_by)
        except Refused as refused:
            yield Broken(where, f"a rule refuses it: {refused}")
        try:
            evolve(plan, event, row.recorded_at, row.recorded_by)
        except LookupError:  # it refers to what is not there, which the rules have said
            return
    yield from _redactions(plan, gone)


def _rows_of(recorder: LedgerRecorder, slug: str, seen: Callable[[int], None]) -> Iterator[StoredRecord]:
    last = 0
    while rows := recorder.select_events(slug, gt=last, limit=_PAGE):
        yield from rows
        seen(len(rows))
        last = rows[-1].originator_version


def _redactions(plan: Plan, gone: dict[int, list[KeptText]]) -> Iterator[Broken]:
    """A text is gone where an event says so, and nowhere else."""
    destroyed = {(version, text.field) for version, texts in gone.items() for text in texts if text.salt is None}
    said = {(version, field) for version, fields in plan.redactions.items() for field in fields}
    for version, field in sorted(destroyed ^ said):
        where = f"{plan.slug} version {version} ({plan.log[version - 1][0]})"
        if (version, field) in destroyed:
            yield Broken(where, f"its text `{field}` is gone, and no event says that it was redacted")
        else:
            by = plan.redactions[version][field]
            yield Broken(where, f"its text `{field}` was redacted by version {by}, and is still there")
