"""Reading: events by their versions, in order, however they are asked for."""

from domain.opened_ledger import Ledger
from tests.kit import added, opened, priority, rated
from tests.real_ledgers import proposed, record


def test_events_are_read_by_their_versions_and_come_in_order(ledger: Ledger) -> None:
    record(ledger, *[proposed(event) for event in (opened(), priority("2"), added("2.4"), rated("2.4"), rated("2.4"))])
    every = ledger.events("plan")
    assert list(ledger.events_of("plan", [4, 2, 5])) == [every[1], every[3], every[4]]
    assert list(ledger.events_of("plan", range(2, 4))) == every[1:3]
    assert list(ledger.events_of("plan", [6, 1])) == every[:1]
    assert list(ledger.events_of("plan", [])) == []
    assert list(ledger.events_of("other", [1])) == []


def test_more_versions_than_are_read_at_once_come_whole(ledger: Ledger) -> None:
    record(ledger, proposed(opened()), proposed(priority("2")), proposed(added("2.4")))
    record(ledger, *[proposed(rated("2.4")) for _ in range(1100)])
    assert [one.version for one in ledger.events_of("plan", range(1, 1104))] == list(range(1, 1104))
