"""Batches that wait for the disk together succeed or fail each by itself."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from threading import Event as Signal
from types import SimpleNamespace
from typing import Any, cast
from uuid import uuid4

import pytest
from eventsourcing.persistence import IntegrityError, OperationalError

from domain.envelopes import Proposal, Recorded
from domain.ledger.group_commit import GroupCommit
from domain.ledger.recorder import LedgerRecorder
from domain.ledger.stored_rows import UnstoredRow
from domain.opened_ledger import Ledger
from domain.refusals import Refused
from tests.kit import added, opened, priority, rated
from tests.measuring import HANGS, until
from tests.real_ledgers import begin, record

TODAY = date(2026, 1, 5)
SLUGS = [f"plan-{number}" for number in range(5)]

Gather = Callable[..., list[Future[list[Recorded]]]]


@dataclass
class Fault:
    """What befalls an append before it is sent or, by default, after its commit."""

    error: BaseException
    before: bool = False
    #: A batch that comes to wait while it happens.
    meanwhile: list[Proposal] | None = None


@pytest.fixture
def gather(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> Gather:
    """Records batches from a thread each, of which all but the first gather while the first is under way.

    `faults` befall appends, which are counted from 1: the first is alone, the second is of all that gathered.
    """
    append, sizes = ledger.recorder.append, []

    def gathered(*batches: list[Proposal], faults: dict[int, Fault] | None = None) -> list[Future[list[Recorded]]]:
        under_way, go_on, late = Signal(), Signal(), []

        def slow(rows: Any, authors: Any) -> Any:
            sizes.append(len(rows))
            if len(sizes) == 1:
                under_way.set()
                assert go_on.wait(HANGS)
            fault = (faults or {}).get(len(sizes))
            if fault is None:
                return append(rows, authors)
            if not fault.before:
                with suppress(IntegrityError):
                    append(rows, authors)
            if fault.meanwhile:
                late.append(threads.submit(ledger.record, fault.meanwhile, by="late", today=TODAY))
                until(lambda: len(ledger._recording._group_commit._waiting) == 1)
            raise fault.error

        monkeypatch.setattr(ledger.recorder, "append", slow)
        monkeypatch.setattr("domain.ledger.datastore._PAUSE", 0.001)
        with ThreadPoolExecutor(len(batches) + 1) as threads:
            first = threads.submit(ledger.record, batches[0], by="first", today=TODAY)
            assert under_way.wait(HANGS)
            rest = [
                threads.submit(ledger.record, batch, by=f"by {number}", today=TODAY)
                for number, batch in enumerate(batches[1:])
            ]
            until(lambda: len(ledger._recording._group_commit._waiting) == len(rest))
            go_on.set()
            wait([first, *rest])
        gathered.sizes = sizes  # type: ignore[attr-defined]
        return [first, *rest, *late]

    return gathered


def batch(slug: str) -> list[Proposal]:
    return [Proposal(slug, opened()), Proposal(slug, priority("2"))]


def test_what_gathers_during_an_append_is_the_next_append(ledger: Ledger, gather: Gather):
    recorded = [future.result() for future in gather(*map(batch, SLUGS))]
    assert gather.sizes == [2, 8]  # type: ignore[attr-defined]
    positions = [event.position for events in recorded for event in events]
    assert sorted(positions) == list(range(1, 11))
    for slug, events in zip(SLUGS, recorded, strict=True):
        assert ledger.events(slug) == events
    assert len({events[0].recorded_by for events in recorded}) == 5


def test_one_whose_version_is_taken_does_not_take_the_others_along(
    ledger: Ledger, gather: Gather, ledgers: Callable[[], Ledger]
):
    ledgers().record(batch("plan-2"), by="other", today=TODAY)
    futures = gather(*map(batch, SLUGS))
    with pytest.raises(Refused, match="already opened"):
        futures[2].result()
    for number in (0, 1, 3, 4):
        assert ledger.events(SLUGS[number]) == futures[number].result()


def test_a_lost_answer_to_all_of_them_is_success_for_each_and_stored_once(ledger: Ledger, gather: Gather):
    recorded = [future.result() for future in gather(*map(batch, SLUGS), faults={2: Fault(OperationalError("lost"))})]
    for slug, events in zip(SLUGS, recorded, strict=True):
        assert ledger.events(slug) == events
    assert ledger.size() == 10


def test_nobody_whose_batch_is_stored_waits_for_the_append_of_others():
    """Each append goes on until all others wait for the next: those whose batch the last one stored come again."""
    writers, times, sizes = 4, 5, []

    def append(rows: Sequence[UnstoredRow], authors: Sequence[str]) -> tuple[int, datetime]:
        sizes.append(len(rows))
        left = writers if len(sizes) < times else 0
        until(lambda: len(rows) + len(together._waiting) >= left)
        return sum(sizes), datetime.now(UTC)

    recorder = cast(LedgerRecorder, SimpleNamespace(append=append))
    together = GroupCommit(recorder, lambda rows, by, _: append(rows, [by]))
    row = UnstoredRow("plan", 1, "PlanOpened", b"{}", uuid4())
    with ThreadPoolExecutor(writers) as threads:
        for each in [
            threads.submit(lambda: [together.append([row], "by") for _ in range(times)]) for _ in range(writers)
        ]:
            assert len(each.result()) == times
    assert sum(sizes) == writers * times


# Something unforeseen happens to an append of several


def told_the_truth(ledger: Ledger, slug: str, future: Future[list[Recorded]]) -> bool:
    """Recorded once and told so, or an error and not stored; whether it was recorded."""
    if (error := future.exception()) is None:
        assert ledger.events(slug) == future.result() != []
        return True
    assert not isinstance(error, Refused), "an answer, and not a true one"
    assert ledger.events(slug) == []
    return False


UNFORESEEN = [
    MemoryError("no memory"),
    RuntimeError("can't start new thread"),
    KeyError("x"),
    AssertionError("one row"),
]


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("error", UNFORESEEN, ids=lambda error: type(error).__name__)
def test_what_befalls_an_append_of_several_is_seen_to_for_each(
    ledger: Ledger, gather: Gather, error: Exception, before: bool
):
    futures = gather(*map(batch, SLUGS), faults={2: Fault(error, before)})
    assert gather.sizes == [2, 8, 2, 2, 2, 2]  # type: ignore[attr-defined]
    for slug, future in zip(SLUGS, futures, strict=True):
        assert told_the_truth(ledger, slug, future)
    assert ledger.size() == 10


@pytest.mark.parametrize("again", [3, 4, 6])
@pytest.mark.parametrize("error", UNFORESEEN[:2], ids=lambda error: type(error).__name__)
def test_one_that_it_befalls_again_is_told_so_and_the_others_are_recorded(
    ledger: Ledger, gather: Gather, error: Exception, again: int
):
    futures = gather(*map(batch, SLUGS), faults={2: Fault(error, before=True), again: Fault(error, before=True)})
    recorded = [told_the_truth(ledger, slug, future) for slug, future in zip(SLUGS, futures, strict=True)]
    assert sorted(recorded) == [False, True, True, True, True]
    assert ledger.size() == 8


def test_one_whose_version_is_taken_is_told_so_although_something_befell_them_all(
    ledger: Ledger, gather: Gather, ledgers: Callable[[], Ledger]
):
    ledgers().record(batch("plan-2"), by="other", today=TODAY)
    futures = gather(*map(batch, SLUGS), faults={2: Fault(MemoryError(), before=True)})
    with pytest.raises(Refused, match="already opened"):
        futures[2].result()
    assert [event.recorded_by for event in ledger.events("plan-2")] == ["other", "other"]
    for number in (0, 1, 3, 4):
        assert told_the_truth(ledger, SLUGS[number], futures[number])


def interrupted_but_for_one(ledger: Ledger, futures: list[Future[list[Recorded]]], *slugs: str) -> None:
    """Whoever appended for all was interrupted, and may not know; all others were told, and it is true."""
    interrupted = [future for future in futures if isinstance(future.exception(), KeyboardInterrupt)]
    assert len(interrupted) == 1
    for slug, future in zip(slugs, futures, strict=True):
        assert future in interrupted or told_the_truth(ledger, slug, future)


@pytest.mark.parametrize("before", [True, False])
def test_when_who_appends_for_all_is_interrupted_the_others_see_to_theirs(ledger: Ledger, gather: Gather, before: bool):
    futures = gather(*map(batch, SLUGS), faults={2: Fault(KeyboardInterrupt(), before)})
    interrupted_but_for_one(ledger, futures, *SLUGS)


@pytest.mark.parametrize("before", [True, False])
def test_when_who_appends_for_all_is_interrupted_others_that_came_to_wait_change_nothing(
    ledger: Ledger, gather: Gather, before: bool
):
    """What may be stored already is appended together with what is not."""
    fault = Fault(KeyboardInterrupt(), before, meanwhile=batch("late"))
    futures = gather(*map(batch, SLUGS), faults={2: fault})
    interrupted_but_for_one(ledger, futures, *SLUGS, "late")


@pytest.mark.parametrize("interrupted", [3, 4, 5])
@pytest.mark.parametrize("before", [True, False])
def test_when_who_appends_one_by_one_is_interrupted_the_others_see_to_theirs(
    ledger: Ledger, gather: Gather, ledgers: Callable[[], Ledger], before: bool, interrupted: int
):
    """After all of them together were refused, as somebody had taken a version of one."""
    ledgers().record([*batch("plan-2"), Proposal("plan-2", added("2.4"))], by="other", today=TODAY)
    futures = gather(*map(batch, SLUGS), faults={interrupted: Fault(KeyboardInterrupt(), before)})
    assert sum(isinstance(future.exception(), KeyboardInterrupt) for future in futures) == 1
    for number in (0, 1, 3, 4):
        if not isinstance(futures[number].exception(), KeyboardInterrupt):
            assert told_the_truth(ledger, SLUGS[number], futures[number])
    assert isinstance(futures[2].exception(), Refused | KeyboardInterrupt)


def test_the_append_of_several_events_is_not_planned_anew_each_time(ledger: Ledger):
    begin(ledger)
    for _ in range(8):
        record(ledger, rated("2.4"), rated("2.4"))
    with ledger.datastore.get_connection() as connection, connection.cursor() as cursor:
        cursor.execute(
            "select sum(custom_plans) as anew, sum(generic_plans) as kept from pg_prepared_statements"
            " where statement like '%append%'"
        )
        [plans] = cursor.fetchall()
    assert plans["anew"] == 0
    assert plans["kept"] > 0
