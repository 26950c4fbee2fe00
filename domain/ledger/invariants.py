"""What must hold of the whole ledger at any time, and is checked by reading all of it.

Positions are gapless and instants never go back along them; each plan's versions are contiguous and begin with its
opening; every stored event is the one that its leaf in the tree was made of, and every node is made of the two below
it; every stored event reads, writes back to the same bytes with the texts that it commits to, and is one that the rules
accept after those before it, so that none refers to what is not there.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from domain.evolve import evolve
from domain.ledger.errors import LedgerDamaged
from domain.ledger.mapper import committed_again, read_with_redactions, texts_not_as_committed
from domain.ledger.recorder import LedgerRecorder
from domain.ledger.regrown import RegrownTree
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
    yield from _along_the_ledger(recorder, seen)
    for slug in recorder.select_plans():
        yield from _along_the_plan(recorder, slug, seen)


def _along_the_ledger(recorder: LedgerRecorder, seen: Callable[[int], None]) -> Iterator[Broken]:
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
    # Those beyond the head may be of an event that was appended meanwhile.
    if strays := [position for position in recorder.select_stray_texts() if position <= head]:
        yield Broken(
            "the texts beside the ledger", f"there are texts of events that are not there: at {_named(strays)}"
        )


def _named(positions: list[int]) -> str:
    more = f" and {len(positions) - 10} more" if len(positions) > 10 else ""
    return ", ".join(map(str, positions[:10])) + more


def _along_the_plan(recorder: LedgerRecorder, slug: str, seen: Callable[[int], None]) -> Iterator[Broken]:
    plan = Plan(slug)
    rows = recorder.select_fold(slug, 0)
    seen(len(rows))
    for version, (_, _, topic, state, said, recorded_at) in enumerate(rows, 1):
        where = f"{slug} version {version} ({topic})"
        try:
            event, gone = read_with_redactions(topic, state, said)
            wrong = texts_not_as_committed(state, said)
        except LedgerDamaged as error:
            yield Broken(where, str(error))
            return  # what follows may stand on it
        for field in wrong:
            yield Broken(where, f"its text `{field}` is not the one that was recorded")
        for field in gone:
            yield Broken(where, f"its text `{field}` is gone")
        if not wrong and committed_again(event, state) != state:
            yield Broken(where, "its stored bytes are not those it is written as")
        try:
            # A day's grace: the clock of whoever proposed it may have been a little ahead of the server's at midnight.
            judge(plan, event, recorded_at.astimezone(LONDON).date() + timedelta(days=1))
        except Refused as refused:
            yield Broken(where, f"a rule refuses it: {refused}")
        with suppress(LookupError):  # it refers to what is not there, which the rules have said
            evolve(plan, event, recorded_at)
            continue
        return
