"""Readers wait for nobody: not for batches that are judged, refused or stored, nor for whoever holds the ledger's head.

No seconds are measured: what is compared is the order in which things end, who took which lock, and the bytes answered.
"""

import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import count
from random import Random
from threading import Event as Signal
from threading import Lock, current_thread
from typing import Any
from uuid import UUID

import pytest
from eventsourcing.persistence import IntegrityError

from domain.events import Event
from domain.ledger.folded_plans import Folded, FoldedPlans
from domain.ledger.recorder import FoldRow
from domain.ledger.recording import Recording
from domain.ledger.stored_rows import UnstoredRow
from domain.opened_ledger import Ledger
from domain.plan.plan import Plan
from domain.plan.plan_at import PlanAt
from domain.plan.record import PlanRecord
from domain.points import Point
from domain.refusals import Refused, VersionConflict
from projections.changes import changes_between
from projections.overdue import overdue_at
from projections.plan_as_at import plan_as_at
from projections.rag_comparison import rag_comparison
from tests.kit import (
    APRIL,
    FEBRUARY,
    JUNE,
    LATER,
    MARCH,
    added,
    as_bytes,
    assured,
    evidenced,
    in_error,
    issued,
    measure,
    measured,
    opened,
    part,
    priority,
    progressed,
    rated,
    reassigned,
    recommended,
    rescheduled,
    reworded,
)
from tests.ledger.locks import Noted, note_locks
from tests.measuring import HANGS, until
from tests.real_ledgers import Connection, Server, begin, connected, proposed, record

BEGUN = [
    opened(), priority("1"), priority("2"), added("2.4", timescale="31/03/19"), part("2.4a", "2.4"), added("1.1"),
    rated("1.1", "amber"), rated("2.4a", "red", on=FEBRUARY), measure(), measured(), progressed("2.4"), issued("1.0"),
]  # fmt: skip


def some_batch(random: Random, step: int) -> list[Event]:
    """A few events of many kinds, early days and late ones, each acceptable by itself to the plan begun."""
    on = random.choice([FEBRUARY, MARCH, APRIL, JUNE])
    kinds: list[Callable[[], Event]] = [
        lambda: rated("1.1", random.choice(["red", "amber", "green"]), on=on),
        lambda: progressed("2.4a", f"{step}", on),
        lambda: added(f"1.{step + 10}", on),
        lambda: part(f"2.4-{step}", "2.4", on),
        lambda: reworded("1.1", f"{step}", on),
        lambda: rescheduled("2.4", on=on),
        lambda: reassigned("2.4", [f"Lead {step}"], on),
        lambda: evidenced("1.1", on=on),
        lambda: recommended(f"R{step}", on=on),
        lambda: assured("2", on=on),
        lambda: issued(f"v{step}", on=on),
        lambda: measured(value=f"{step}%", on=on),
        lambda: priority(f"{step + 10}", on=on),
    ]
    return [kind() for kind in random.sample(kinds, random.randint(1, 3))]


class RowsInMemory:
    """What the recorder of a ledger does, on rows kept in memory: enough to record, refuse, repeat and fold."""

    def __init__(self) -> None:
        self.rows: list[tuple[UnstoredRow, str, datetime]] = []
        self._lock = Lock()
        self._hours = count(1)

    def append(self, rows: list[UnstoredRow], authors: list[str]) -> tuple[int, datetime]:
        with self._lock:
            taken = {(row.originator_id, row.originator_version) for row, _, _ in self.rows}
            if any((row.originator_id, row.originator_version) in taken for row in rows):
                raise IntegrityError("a version is taken")
            at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=next(self._hours))
            self.rows = [*self.rows, *((row, by, at) for row, by in zip(rows, authors, strict=True))]
            return len(self.rows), at

    def select_fold(self, plan: str, first: int) -> list[FoldRow]:
        return [
            (row.originator_version, row.event_id, row.topic, row.whole or row.state, at, by)
            for row, by, at in self.rows
            if row.originator_id == plan and row.originator_version >= first
        ]

    def select_by_event_id(self, event_ids: list[UUID]) -> list[Any]:
        assert {row.event_id for row, _, _ in self.rows}.isdisjoint(event_ids), "nothing is sent twice here"
        return []

    def select_versions(self, plan: str, versions: list[int]) -> list[Any]:
        raise AssertionError("nothing is redacted here")


@pytest.fixture
def in_memory(monkeypatch: pytest.MonkeyPatch) -> Ledger:
    """A ledger that plans are recorded in and asked of, with no database."""
    ledger, rows = Ledger.__new__(Ledger), RowsInMemory()
    recorder: Any = rows
    ledger.recorder = recorder
    ledger._folded = FoldedPlans(recorder)
    ledger._recording = Recording(recorder, ledger._folded)
    datastore: Any = None
    ledger.datastore = datastore
    monkeypatch.setattr("domain.ledger.plan_ledger.replica_status", lambda _: None)
    return ledger


@pytest.fixture
def noted(monkeypatch: pytest.MonkeyPatch) -> Noted:
    """Who takes the locks of plans; made before any plan is."""
    return note_locks(monkeypatch)


@pytest.fixture
def restless() -> Iterator[None]:
    """Threads take turns as often as they can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(before)


def points_of(record_now: PlanRecord) -> list[Point]:
    return [
        Point(day, basis, record_now.known_at(basis), f"{day}@{basis}")
        for day in (MARCH, LATER)
        for basis in (7, record_now.version)
    ]


def answered(plans: list[PlanAt]) -> bytes:
    """What several questions answer of a plan at its points."""
    told: list[Any] = [plan_as_at(plan, everything=True) for plan in plans[-2:]]
    told += [overdue_at(plans[-1]), rag_comparison(plans[0], plans[-1]), changes_between(plans[0], plans[-1])]
    return as_bytes(told)


class Readers:
    """Threads that ask the same fixed points all the time, of what they hold from before and of the plan as it is."""

    def __init__(self, ledger: Ledger, many: int) -> None:
        self._ledger, self._over = ledger, Signal()
        held = ledger.plan("plan")
        self._points = points_of(held)
        self._held = [held.at(point) for point in self._points]
        self._answer = answered(self._held)
        self._threads = ThreadPoolExecutor(many, "reader")
        self.rounds = [0] * many
        self._reading = [self._threads.submit(self._read, number) for number in range(many)]

    def _read(self, number: int) -> None:
        while not self._over.is_set() or self.rounds[number] < 5:
            assert answered(self._held) == self._answer, "what was held from before"
            now = self._ledger.plan("plan")
            assert answered([now.at(point) for point in self._points]) == self._answer, (
                f"asked at version {now.version}"
            )
            self.rounds[number] += 1

    def stop(self) -> None:
        self._over.set()
        for one in self._reading:
            one.result(timeout=120)
        self._threads.shutdown()

    def are_well(self) -> None:
        """Those that failed say so at once, not when all is over."""
        for one in self._reading:
            if one.done():
                one.result()


def refuse(ledger: Ledger, batches: int, random: Random, readers: Readers) -> None:
    """Batches of which something is taken in before the last is refused."""
    for step in range(batches):
        batch = some_batch(random, step)
        with pytest.raises(Refused) as refused:
            record(ledger, *batch, rated("9.9"))
        assert refused.value.index == len(batch)
        if step % 500 == 0:
            readers.are_well()


@pytest.mark.slow
@pytest.mark.usefixtures("restless")
def test_during_ten_thousand_refused_batches_and_some_accepted_the_same_points_answer_the_same(
    in_memory: Ledger, noted: Noted, monkeypatch: pytest.MonkeyPatch
):
    random, take_in, took_in = Random(9), Folded.take_in, []

    def noted_take_in(folded: Folded, plan: Plan, rows: list[FoldRow]) -> None:
        took_in.append(current_thread().name)
        take_in(folded, plan, rows)

    monkeypatch.setattr(Folded, "take_in", noted_take_in)
    record(in_memory, *BEGUN)
    readers = Readers(in_memory, 3)
    try:
        refuse(in_memory, 10_000, random, readers)
        assert in_memory.plan("plan").version == len(BEGUN)
        assert noted.taken_by("reader") == [], "whoever reads takes no lock of a plan"
        version = len(BEGUN)
        for step in range(300):
            batch = some_batch(random, step)
            if step % 10 == 9:
                batch.append(in_error(version))
            version = record(in_memory, *batch)[-1].version
    finally:
        readers.stop()
    assert min(readers.rounds) >= 5
    # Who comes between the storing of a batch and its being handed over takes it in, and adds to the plan with that.
    assert set(noted.taken_by("reader")) <= {"growing"}
    growing = sum(many for (name, thread), many in noted.taken.items() if (name, thread[:6]) == ("growing", "reader"))
    assert growing == sum(thread.startswith("reader") for thread in took_in) <= 300 * len(readers.rounds)
    assert version > len(BEGUN) + 300
    assert in_memory.plan("plan").version == version


def test_what_is_judged_makes_no_reader_wait(ledger: Ledger, noted: Noted, monkeypatch: pytest.MonkeyPatch):
    """A batch is stopped in the middle of being judged: readers of its plan answer, another writer of it waits."""
    begin(ledger)
    begin(ledger, "other")
    judging, go_on = Signal(), Signal()

    def judge_slowly(*_: Any) -> None:
        if current_thread().name.startswith("writer"):
            judging.set()
            assert go_on.wait(60)

    monkeypatch.setattr("domain.ledger.recording._can_be_redacted", judge_slowly)
    stored = as_bytes(plan_as_at(ledger.plan("plan").on(LATER)))
    with ThreadPoolExecutor(2, "writer") as writers, ThreadPoolExecutor(3, "reader") as readers:
        first = writers.submit(record, ledger, rated("2.4"))
        assert judging.wait(HANGS)
        second = writers.submit(record, ledger, progressed("2.4"))
        until(lambda: noted.waiting["writing"] == 1)
        asked = [readers.submit(ledger.plan, slug) for slug in ["plan", "other"] * 6]
        for one in asked:
            assert one.result(timeout=HANGS).version == 3
        assert as_bytes(plan_as_at(asked[0].result().on(LATER))) == stored
        assert not first.done()
        assert not second.done()
        assert record(ledger, rated("2.4"), plan="other")[0].version == 4
        go_on.set()
        assert sorted(one.result(timeout=HANGS)[0].version for one in (first, second)) == [4, 5]
    assert noted.taken_by("reader") == []


# With the head of the ledger locked


def waiting_for_a_lock(owner: Connection) -> int:
    """How many of the program's transactions wait for a lock."""
    [(many,)] = owner.execute(
        "select count(*) from pg_stat_activity where application_name = 'asat' and wait_event_type = 'Lock'"
    ).fetchall()
    return int(many)


def test_with_the_head_locked_and_writers_waiting_everybody_reads(
    ledger: Ledger, ledgers: Callable[[], Ledger], owner: Connection, server: Server, schema: str, noted: Noted
):
    begin(ledger)
    begin(ledger, "other")
    cold = ledgers()
    with (
        connected(server.owner_conninfo, schema) as locker,
        ThreadPoolExecutor(3, "writer") as writers,
        ThreadPoolExecutor(45, "reader") as readers,
    ):
        locker.execute("begin")
        locker.execute("select from head for update")
        waiting = [writers.submit(record, ledger, rated("2.4"))]
        until(lambda: waiting_for_a_lock(owner) == 1)
        waiting.append(writers.submit(record, ledger, progressed("2.4")))
        until(lambda: noted.waiting["writing"] == 1)
        waiting.append(writers.submit(record, ledger, rated("2.4"), plan="other"))
        until(lambda: len(ledger._recording._group_commit._waiting) == 1)
        asked = [readers.submit(ledger.plan, slug) for slug in ["plan"] * 40 + ["other"] * 5]
        assert {one.result(timeout=60).version for one in asked} == {3}
        for slug in ("plan", "other"):
            assert cold.plan(slug).version == 3, "also where the plan has to be folded first"
            assert [one.version for one in cold.events(slug)] == [1, 2, 3]
            with pytest.raises(Refused, match=r"no action 9\.9"):
                record(cold, rated("9.9"), plan=slug)
            with pytest.raises(VersionConflict):
                record(cold, rated("2.4"), plan=slug, expect=2)
        with ledger.rehearse([proposed(rated("2.4"))], today=LATER) as tried:
            assert tried.version == 4
        assert not any(one.done() for one in waiting), "the lock is still held"
        assert waiting_for_a_lock(owner) == 1
        assert noted.taken_by("reader") == []
        locker.execute("commit")
        assert sorted(one.result(timeout=60)[0].version for one in waiting) == [4, 4, 5]
    assert ledger.plan("plan").version == 5
    assert noted.taken_by("reader") == []
