"""What a superuser alters in the database, with nothing in the way: the check finds and names it."""

# ruff: noqa: S608 - the statements are made of constants

from collections.abc import Callable, Iterator

import pytest

from domain.events import TextRedacted
from domain.integrity.invariants import broken_invariants
from domain.integrity.stored_tree import LedgerTree
from domain.opened_ledger import Ledger
from domain.proofs.tree import NotProved, check_consistency
from tests.kit import LATER, added, opened, priority, progressed, rated
from tests.real_ledgers import Connection, Server, connected, record, reseal

#: The size of the ledger that is tampered with.
SIZE = 13

ALTERED = "it is not what was recorded: the row was altered afterwards"


@pytest.fixture
def ledger(open_ledger: Callable[[], Ledger]) -> Ledger:
    ledger = open_ledger()
    record(ledger, opened(), priority("2"), added("2.4"), plan="north")
    for _ in range(4):
        record(ledger, rated("2.4"), progressed("2.4"), plan="north")
    record(ledger, opened(), plan="south")
    record(ledger, priority("2"), plan="south")
    assert list(broken_invariants(ledger)) == []
    assert ledger.size() == SIZE
    return ledger


@pytest.fixture
def owner(server: Server, ledger: Ledger, schema: str) -> Iterator[Connection]:
    with connected(server.owner_conninfo, schema) as owner:
        owner.execute("set session_replication_role = replica")
        owner.execute("alter table events drop constraint leaf_and_nodes")
        owner.execute("alter table events drop constraint events_position_check")
        owner.execute("alter table events alter hashes drop not null")
        owner.execute("alter table events drop constraint whole_with_salts")
        yield owner


def tamper(owner: Connection, *statements: str) -> None:
    for statement in statements:
        assert owner.execute(statement.encode()).rowcount != 0, f"nothing was altered by {statement}"


def broken(ledger: Ledger) -> list[str]:
    return [f"{found.where}: {found.what}" for found in broken_invariants(ledger)]


@pytest.mark.parametrize(
    "altered",
    [
        "state = set_byte(state, 20, get_byte(state, 20) # 1)", "recorded_by = 'somebody else'",
        "event_id = gen_random_uuid()", "topic = 'ActionWithdrawn'", "plan = 'other'", "version = version + 100",
        "recorded_at = recorded_at + interval '1 microsecond'", "recorded_at = recorded_at - interval '1 year'",
    ],
)  # fmt: skip
@pytest.mark.parametrize("position", [1, 4, 8, 12])
def test_a_row_that_was_altered_is_named(ledger: Ledger, owner: Connection, altered: str, position: int):
    tamper(owner, f"update events set {altered} where position = {position}")
    named = [found for found in broken(ledger) if found.endswith(ALTERED)]
    assert [found.split(" (")[0] for found in named] == [f"position {position}"]


def test_the_last_row_altered_is_named_though_no_node_stands_over_it(ledger: Ledger, owner: Connection):
    tamper(owner, f"update events set recorded_by = 'x' where position = {SIZE}")
    assert broken(ledger) == [
        "position 13 (south version 2): it is not what was recorded: the row or its leaf was altered afterwards"
    ]


def test_a_leaf_that_was_altered_is_told_from_an_altered_row(ledger: Ledger, owner: Connection):
    tamper(owner, "update events set hashes = set_byte(hashes, 0, get_byte(hashes, 0) # 1) where position = 5")
    assert broken(ledger)[0] == (
        "position 5 (north version 5): its leaf (node 4 of level 0) was altered, and is no longer the hash of the row"
    )


@pytest.mark.parametrize(
    ("position", "level", "stands"),
    [(2, 1, "1 to 2"), (4, 2, "1 to 4"), (8, 3, "1 to 8"), (8, 1, "7 to 8"), (12, 2, "9 to 12")],
)
def test_a_node_that_was_replaced_is_named(ledger: Ledger, owner: Connection, position: int, level: int, stands: str):
    byte = 32 * level
    flipped = f"set_byte(hashes, {byte}, get_byte(hashes, {byte}) # 1)"
    tamper(owner, f"update events set hashes = {flipped} where position = {position}")
    index = (position >> level) - 1
    assert broken(ledger) == [
        f"node {index} of level {level}: it is not the hash of the two below it (it stands over positions {stands})"
    ]


def test_a_row_without_its_leaf_is_named(ledger: Ledger, owner: Connection):
    tamper(owner, "update events set hashes = null where position = 6")
    assert broken(ledger) == ["position 6 (north version 6): it has no leaf in the tree"]


def test_a_row_without_its_nodes_is_named(ledger: Ledger, owner: Connection):
    tamper(owner, "update events set hashes = substr(hashes, 1, 32) where position = 8")
    assert broken(ledger)[0] == (
        "position 8 (north version 8): it should have the hashes of its leaf and of 3 nodes, and has 1"
    )


@pytest.mark.parametrize("with_hashes", [False, True])
def test_two_rows_exchanged_are_both_named(ledger: Ledger, owner: Connection, with_hashes: bool):
    """Their contents change places; with the hashes, which are then those of other positions."""
    columns = "state, topic, event_id, recorded_by" + (", hashes" if with_hashes else "")
    owner.execute(
        f"create temporary table kept as select position, {columns} from events where position in (4, 6)".encode()
    )
    tamper(owner, "update events set event_id = gen_random_uuid() where position in (4, 6)")
    for here, there in ((4, 6), (6, 4)):
        tamper(
            owner,
            f"update events set ({columns}) = (select {columns} from pg_temp.kept where position = {there})"
            f" where position = {here}",
        )
    assert {"position 4 (north version 4)", "position 6 (north version 6)"} <= {
        found.where for found in broken_invariants(ledger) if "altered" in found.what or "hashes" in found.what
    }


def test_a_row_dropped_is_named(ledger: Ledger, owner: Connection):
    tamper(owner, "delete from events where position = 6")
    assert broken(ledger)[0] == "position 7 (north version 7): positions 6 to 6 are missing before it"


@pytest.mark.parametrize("dropped", [1, 4])
def test_the_end_dropped_with_the_heads_number_put_back_is_found(ledger: Ledger, owner: Connection, dropped: int):
    left = SIZE - dropped
    tamper(
        owner,
        f"delete from events where position > {left}",
        "update head set (position, recorded_at) = (select max(position), max(recorded_at) from events)",
    )
    assert "the head of the ledger: its leaf is not that of the last event" in broken(ledger)


def test_a_row_added_at_the_end_is_found(ledger: Ledger, owner: Connection):
    tamper(
        owner,
        "insert into events select plan, 3, 14, recorded_at, 'x', gen_random_uuid(), topic, state, hashes from events"
        " where position = 12",
        "update head set position = 14",
    )
    found = broken(ledger)
    assert "position 14 (south version 3): it should have the hashes of its leaf and of 1 nodes, and has 3" in found


def test_rows_renumbered_after_one_was_dropped_are_all_named(ledger: Ledger, owner: Connection):
    tamper(
        owner,
        "delete from events where position = 5",
        "update events set position = -position where position > 5",
        "update events set position = -position - 1 where position < 0",
        "update events set version = version - 1 where plan = 'north' and position >= 5",
        "update head set position = 12",
    )
    named = {
        found.where.split(" (")[0]
        for found in broken_invariants(ledger)
        if "altered" in found.what or "hashes" in found.what
    }
    assert {f"position {position}" for position in range(5, 13)} <= named


def test_a_ledger_that_was_emptied_is_found(ledger: Ledger, owner: Connection):
    tamper(owner, "delete from events")
    assert broken(ledger) == ["the end of the ledger: the head says 13 events were recorded, the last there is 0"]


@pytest.mark.parametrize(
    "altered",
    [
        "whole = convert_to(replace(convert_from(whole, 'UTF8'), 'Priority 2', 'Priority 9'), 'UTF8')",
        "salts = set_byte(salts, 3, get_byte(salts, 3) # 1)",
    ],
)
def test_a_text_that_was_altered_is_named(ledger: Ledger, owner: Connection, altered: str):
    tamper(owner, f"update events set {altered} where position = 2")
    assert broken(ledger) == ["north version 2 (PriorityAdded): its text `title` is not the one that was recorded"]


def test_what_is_committed_to_altered_beside_a_text_is_named(ledger: Ledger, owner: Connection):
    """What is read is the event whole: a rating or a day altered there alone is no less found."""
    tamper(
        owner,
        "update events set whole = convert_to(replace(convert_from(whole, 'UTF8'), '2019', '2018'), 'UTF8')"
        " where position = 5",
    )
    assert (
        "north version 5 (ProgressReported): its stored bytes are not those it is written as: `effective_on`"
        in broken(ledger)
    )  # fmt: skip


@pytest.mark.parametrize("altered", ["null", "'[]'", "''", "'\\xff'", "'{\"title\": 1}'"])
def test_what_is_no_event_at_all_is_named(ledger: Ledger, owner: Connection, altered: str):
    tamper(owner, f"update events set whole = {altered}::bytea where position = 2")
    assert broken(ledger)[0].startswith("north version 2 (PriorityAdded): ")


def test_salts_that_are_not_its_own_are_named(ledger: Ledger, owner: Connection):
    tamper(owner, "update events set salts = salts || salts where position = 2")
    assert broken(ledger) == [
        "north version 2 (PriorityAdded): it commits to 1 texts, and there are 32 bytes of salts"
    ]  # fmt: skip


@pytest.mark.parametrize("gone", ["decode(repeat('00', 16), 'hex')", "null"])
def test_a_salt_that_is_gone_is_named(ledger: Ledger, owner: Connection, gone: str):
    tamper(owner, f"update events set salts = {gone} where position = 2")
    found = broken(ledger)
    assert found
    assert all(one.startswith("north version 2 (PriorityAdded): ") for one in found)


def test_other_words_in_place_of_a_redacted_text_are_named(ledger: Ledger, owner: Connection):
    record(
        ledger, TextRedacted(version=5, fields=("text",), reason="It named a child.", effective_on=LATER), plan="north"
    )
    tamper(
        owner,
        "update events set whole = convert_to(replace(convert_from(whole, 'UTF8'), '[redacted]', 'The Leader'), 'UTF8')"
        " where position = 5",
    )
    assert broken(ledger) == ["north version 5 (ProgressReported): its text `text` is not the one that was recorded"]


@pytest.mark.parametrize(
    ("position", "freed"), [(-1, "events_position_check"), (5, "position_taken")], ids=["before all", "a second there"]
)
def test_a_row_that_stands_where_none_can_be_is_named(
    ledger: Ledger, owner: Connection, monkeypatch: pytest.MonkeyPatch, position: int, freed: str
):
    monkeypatch.setattr("domain.integrity.invariants._PAGE", 5)  # so that the second one ends a page
    owner.execute(f"alter table events drop constraint if exists {freed}".encode())
    tamper(
        owner,
        "insert into events (plan, version, position, recorded_at, recorded_by, event_id, topic, state, hashes)"
        f" select plan, 12, {position}, recorded_at, 'Ghost', gen_random_uuid(), topic, state, hashes from events"
        " where position = 4",
    )
    assert any("north version 12" in found and "no place" in found for found in broken(ledger))


def test_a_text_that_was_put_back_is_named(ledger: Ledger, owner: Connection):
    before = owner.execute("select whole, salts from events where position = 5").fetchone()
    redacted = TextRedacted(version=5, fields=("text",), reason="It named a child.", effective_on=LATER)
    record(ledger, redacted, plan="north")
    assert broken(ledger) == []
    owner.execute("update events set (whole, salts) = (%s, %s) where position = 5", before)
    assert broken(ledger) == [
        "north version 5 (ProgressReported): its text `text` was redacted by version 12, and is still there"
    ]


def test_an_end_dropped_with_everything_put_back_is_shown_by_an_earlier_root_alone(ledger: Ledger, owner: Connection):
    """Nothing in the database can show it: whoever holds an earlier checkpoint can."""
    size, root = LedgerTree(ledger.recorder).size(), LedgerTree(ledger.recorder).root()
    tamper(owner, "delete from events where position > 12")
    tamper(
        owner,
        "update head set (position, recorded_at, leaf) ="
        " (select position, recorded_at, substr(hashes, 1, 32) from events where position = 12)",
    )
    assert broken(ledger) == []
    assert LedgerTree(ledger.recorder).size() < size
    record(ledger, priority("3"), plan="south")
    assert broken(ledger) == []
    assert LedgerTree(ledger.recorder).root(size) != root


def test_a_history_rewritten_with_all_its_hashes_is_shown_by_an_earlier_root_alone(ledger: Ledger, owner: Connection):
    size, root = LedgerTree(ledger.recorder).size(), LedgerTree(ledger.recorder).root()
    tamper(owner, "update events set recorded_by = 'somebody else' where position = 4")
    reseal(owner)
    record(ledger, priority("3"), plan="south")
    assert broken(ledger) == []
    tree = LedgerTree(ledger.recorder)
    with pytest.raises(NotProved):
        check_consistency(size, root, tree.size(), tree.root(), tree.consistency_proof(size))
