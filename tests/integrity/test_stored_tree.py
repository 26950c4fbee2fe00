"""The tree in the database: the same leaves and nodes as those of the pure functions, written with every append."""

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.integrity.stored_tree import LedgerTree, entry_of
from domain.opened_ledger import Ledger
from domain.proofs.entry import Entry
from domain.proofs.tree import (
    EMPTY_ROOT,
    NoSuchProof,
    check_consistency,
    check_inclusion,
    leaf_hash,
    node_hash,
    root,
)
from tests.kit import LATER, opened, priority, progressed, rated
from tests.real_ledgers import BY, Connection, begin, proposed, record

ID = UUID("6a0f1c1e-5b1d-4a6e-9d0e-3f6f0b6f2a11")
AT = datetime(2021, 6, 4, 9, 0, 0, 5, tzinfo=UTC)

texts = st.text(st.characters(blacklist_characters="\0", blacklist_categories=["Cs"]))


def naive_node(leaves: list[bytes]) -> Callable[[int, int], bytes]:
    def node(level: int, index: int) -> bytes:
        if level == 0:
            return leaves[index]
        return node_hash(node(level - 1, 2 * index), node(level - 1, 2 * index + 1))

    return node


def leaves_of(ledger: Ledger) -> list[bytes]:
    rows = [row for slug in ledger.plans() for row in ledger.recorder.select_events(slug)]
    return [entry_of(row).leaf() for row in sorted(rows, key=lambda row: row.id)]


@settings(
    max_examples=150, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.integers(1, 2**62), texts, st.integers(1, 2**62),
    st.datetimes(datetime(1900, 1, 1), datetime(9999, 1, 1), timezones=st.just(UTC)), texts, st.uuids(), texts,  # noqa: DTZ001
    st.binary(max_size=300),
)  # fmt: skip
def test_database_and_program_agree_on_every_leaf(
    owner: Connection, position: int, plan: str, version: int, at: datetime, by: str, event_id: UUID, topic: str,
    state: bytes,
):  # fmt: skip
    entry = Entry(position, plan, version, at, by, event_id, topic, state)
    row = owner.execute(
        "select leaf(%s, %s, %s, %s, %s, %s, %s, %s)", (position, plan, version, at, by, event_id, topic, state)
    ).fetchone()
    assert row == (entry.leaf(),) == (leaf_hash(bytes(entry)),)


def test_rows_that_could_be_taken_for_one_another_have_different_bytes():
    entries = [
        Entry(1, "ab", 1, AT, "c", ID, "d", b"e"), Entry(1, "a", 1, AT, "bc", ID, "d", b"e"),
        Entry(1, "ab", 1, AT, "cd", ID, "", b"e"), Entry(1, "ab", 1, AT, "c", ID, "de", b""),
        Entry(11, "ab", 1, AT, "c", ID, "d", b"e"), Entry(1, "ab", 11, AT, "c", ID, "d", b"e"),
    ]  # fmt: skip
    assert len({bytes(entry) for entry in entries}) == len(entries)


def test_an_entry_is_written_in_a_form_that_never_changes():
    entry = Entry(212, "sunderland", 6, AT, "Clerk", ID, "ActionRated", b"{}")
    assert bytes(entry).hex() == (
        "61736174" "2f656e7472792f310a" "00000000000000d4" "0000000000000006" "0005c3eceaa60405"
        "6a0f1c1e5b1d4a6e9d0e3f6f0b6f2a11" "000000000000000a" "73756e6465726c616e64" "0000000000000005" "436c65726b"
        "000000000000000b" "416374696f6e5261746564" "0000000000000002" "7b7d"
    )  # fmt: skip


def test_an_empty_ledger_has_the_root_of_nothing(ledger: Ledger):
    tree = LedgerTree(ledger.recorder)
    assert (tree.size(), tree.root(), tree.consistency_proof(0)) == (0, EMPTY_ROOT, [])
    with pytest.raises(NoSuchProof):
        tree.inclusion_proof(1)


@pytest.mark.parametrize("batches", [[1] * 20, [20], [3, 1, 5, 2, 9], [7, 13], [1, 16, 3]])
def test_the_tree_is_the_same_however_the_events_came_in(ledger: Ledger, batches: list[int]):
    events = [opened(), *(priority(str(number)) for number in range(1, 20))]
    for many in batches:
        record(ledger, *events[:many])
        events = events[many:]
    leaves = leaves_of(ledger)
    node, tree = naive_node(leaves), LedgerTree(ledger.recorder)
    assert tree.size() == len(leaves) == 20
    for size in range(21):
        assert tree.root(size) == root(size, node)
        for position in range(1, size + 1):
            proof = tree.inclusion_proof(position, size)
            check_inclusion(leaves[position - 1], position - 1, size, tree.root(size), proof)
        for first in range(size + 1):
            check_consistency(first, tree.root(first), size, tree.root(size), tree.consistency_proof(first, size))
    assert tree.node(2, 1) == node(2, 1)


def test_a_size_that_never_was_has_no_root_and_no_proof(ledger: Ledger):
    begin(ledger)
    tree = LedgerTree(ledger.recorder)
    for ask in (lambda: tree.root(4), lambda: tree.inclusion_proof(1, 4), lambda: tree.consistency_proof(1, 4),
                lambda: tree.inclusion_proof(0), lambda: tree.inclusion_proof(4)):  # fmt: skip
        with pytest.raises(NoSuchProof):
            ask()


def test_a_proof_is_one_read_of_few_rows(ledger: Ledger, monkeypatch: pytest.MonkeyPatch):
    begin(ledger)
    ledger.record([proposed(progressed("2.4")) for _ in range(3000)], by=BY, today=LATER)
    tree, reads = LedgerTree(ledger.recorder), []
    select_nodes = ledger.recorder.select_nodes

    def counted(wanted: list[tuple[int, int]]) -> list[bytes | None]:
        reads.append(len(wanted))
        return select_nodes(wanted)

    monkeypatch.setattr(ledger.recorder, "select_nodes", counted)
    tree.inclusion_proof(1234)
    tree.consistency_proof(1234)
    tree.root()
    assert len(reads) == 3
    assert max(reads) <= 2 * tree.size().bit_length()


def test_leaves_stand_with_the_events_of_several_ledgers_of_one_process(
    ledgers: Callable[[], Ledger],
):
    one, other = ledgers(), ledgers()
    begin(one)
    record(other, rated("2.4"))
    record(one, rated("2.4", "amber"))
    assert LedgerTree(one.recorder).root() == LedgerTree(other.recorder).root() == root(5, naive_node(leaves_of(one)))
