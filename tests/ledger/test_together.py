"""Batches that wait for the disk together succeed or fail each by itself."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import date
from threading import Event as Signal
from typing import Any

import pytest
from eventsourcing.persistence import OperationalError

from domain.envelopes import Proposal, Recorded
from domain.ledger import Ledger
from domain.rules import Refused
from tests.kit import opened, priority
from tests.ledger.conftest import until

TODAY = date(2026, 1, 5)
SLUGS = [f"plan-{number}" for number in range(5)]

Gather = Callable[..., list[Future[list[Recorded]]]]


@pytest.fixture
def gather(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> Gather:
    """Records batches from a thread each, of which all but the first gather while the first is under way."""
    append, sizes = ledger._recorder.append, []

    def gathered(*batches: list[Proposal], lose: int | None = None) -> list[Future[list[Recorded]]]:
        under_way, go_on = Signal(), Signal()

        def slow(rows: Any, authors: Any) -> Any:
            sizes.append(len(rows))
            if len(sizes) == 1:
                under_way.set()
                assert go_on.wait(10)
            stored = append(rows, authors)
            if lose == len(sizes):
                raise OperationalError("the answer was lost")
            return stored

        monkeypatch.setattr(ledger._recorder, "append", slow)
        monkeypatch.setattr("domain.ledger.datastore._PAUSE", 0.001)
        with ThreadPoolExecutor(len(batches)) as threads:
            first = threads.submit(ledger.record, batches[0], by="first", today=TODAY)
            assert under_way.wait(10)
            rest = [
                threads.submit(ledger.record, batch, by=f"by {number}", today=TODAY)
                for number, batch in enumerate(batches[1:])
            ]
            until(lambda: len(ledger._recording._together._waiting) == len(rest))
            go_on.set()
        gathered.sizes = sizes  # type: ignore[attr-defined]
        return [first, *rest]

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
    recorded = [future.result() for future in gather(*map(batch, SLUGS), lose=2)]
    for slug, events in zip(SLUGS, recorded, strict=True):
        assert ledger.events(slug) == events
    assert ledger.size() == 10
