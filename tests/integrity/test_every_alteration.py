"""Whatever a superuser does to the record, something shows it, and says which event it was.

Done plainly, the check names the event. Done by somebody who puts every hash in order again, a checkpoint in the
database names the stretch; where the checkpoints are made anew too, one that was kept elsewhere does, and an evidence
pack that was kept elsewhere names the event.
"""

from collections.abc import Callable, Iterator

import pytest
from psycopg.sql import SQL, Identifier

from domain.integrity.checkpoint_store import checkpoints_of
from domain.integrity.evidence_packs import against, pack
from domain.integrity.invariants import broken_invariants
from domain.opened_ledger import Ledger
from domain.proofs.keys import SignerKey
from domain.proofs.pack import NoPack
from domain.proofs.verify import Failed, verify, zip_files
from domain.refusals import LedgerDamaged
from tests.kit import added, opened, priority, progressed, rated, redacted
from tests.real_ledgers import Connection, Server, connected, record, reseal

KEY = SignerKey("council.example/asat", b"key1" * 8)
#: The event that is altered: plan north's version 6, at position 7.
POSITION, VERSION = 7, 6
SIZE = 12

#: How each column of an event is altered.
COLUMNS = {
    "plan": "'south-of-north'",
    "version": "version + 50",
    "position": "position + 50",
    "recorded_at": "recorded_at - interval '1 day'",
    "recorded_by": "'Somebody else'",
    "event_id": "gen_random_uuid()",
    "topic": "'EvidenceAdded'",
    "state": "set_byte(state, 30, get_byte(state, 30) # 1)",
    "hashes": "set_byte(hashes, 3, get_byte(hashes, 3) # 1)",
    "whole": "set_byte(whole, length(whole) - 4, 122)",
    "salts": "set_byte(salts, 3, get_byte(salts, 3) # 1)",
}

#: What is done to the record, so that the order of positions and versions looks untouched afterwards.
DEEDS: dict[str, tuple[str, ...]] = {
    "flip": (
        "update events set whole = set_byte(whole, length(whole) - 4, 122),"
        " state = set_byte(state, length(state) - 5, 97 + (get_byte(state, length(state) - 5) + 1) % 3)"
        " where position = 7",
    ),
    "drop": (
        "delete from events where position = 7",
        "update events set position = -position where position > 7",
        "update events set position = -position - 1 where position < 0",
        "update events set version = version - 1 where plan = 'north' and version > 6",
    ),
    "add": (
        "update events set position = -position where position >= 7",
        "update events set position = -position + 1 where position < 0",
        "update events set version = -version where plan = 'north' and version >= 6",
        "update events set version = -version + 1 where version < 0",
        "insert into events select plan, 6, 7, recorded_at, recorded_by, gen_random_uuid(), topic, state, hashes,"
        " whole, salts from events where position = 6",
    ),
    "reorder": (
        "update events set position = -8, version = 107 where position = 7",
        "update events set position = 7, version = 6 where position = 8",
        "update events set position = 8, version = 7 where position = -8",
    ),
    "truncate": ("delete from events where position >= 7",),
    "back-date": (
        "update events set recorded_at = (select recorded_at from events where position = 6) where position = 7",
    ),
    "re-author": ("update events set recorded_by = 'Somebody else' where position = 7",),
    "fork": (
        "delete from events where position >= 8",
        "update events set recorded_by = 'Somebody else', event_id = gen_random_uuid() where position = 7",
    ),
}
_HEAD = "update head set (position, recorded_at) = (select max(position), max(recorded_at) from events)"


@pytest.fixture
def ledger(open_ledger: Callable[[], Ledger]) -> Ledger:
    """Plan south at positions 1 and 12, plan north between; checkpoints of 5 and 12 entries."""
    ledger = open_ledger()
    record(ledger, opened(), plan="south")
    record(ledger, opened(), priority("2"), added("2.4"), plan="north")
    record(ledger, rated("2.4", reason="Begun"), plan="north")
    checkpoints_of(ledger).cut(KEY)
    for text in ("One", "Two", "Three", "Four", "Five", "Six"):
        record(ledger, progressed("2.4", text=text), plan="north")
    record(ledger, priority("2"), plan="south")
    checkpoints_of(ledger).cut(KEY)
    assert ledger.size() == SIZE
    return ledger


@pytest.fixture
def owner(server: Server, ledger: Ledger, schema: str) -> Iterator[Connection]:
    with connected(server.owner_conninfo, schema) as owner:
        owner.execute("set session_replication_role = replica")
        for constraint in ("leaf_and_nodes", "events_position_check", "events_version_check", "whole_with_salts"):
            owner.execute(SQL("alter table events drop constraint {}").format(Identifier(constraint)))
        yield owner


def do(owner: Connection, *statements: str) -> None:
    for statement in statements:
        assert owner.execute(statement.encode()).rowcount != 0, f"nothing was altered by {statement}"


def told(ledger: Ledger) -> list[str]:
    return [f"{found.where}: {found.what}" for found in broken_invariants(ledger)]


def test_every_column_of_an_event_is_known_here(ledger: Ledger, owner: Connection, schema: str):
    rows = owner.execute(
        "select attname from pg_attribute where attrelid = 'events'::regclass and attnum > 0 and not attisdropped"
    ).fetchall()
    assert {name for (name,) in rows} == set(COLUMNS)


@pytest.mark.parametrize("column", COLUMNS)
def test_an_alteration_of_any_column_is_found_and_named(ledger: Ledger, owner: Connection, column: str):
    altered = SQL("update events set {} = {} where position = 7").format(
        Identifier(column), SQL(COLUMNS[column])
    )  # fmt: skip
    assert owner.execute(altered).rowcount == 1
    named = ("position 7 (", "north version 6 (ProgressReported)")
    if column == "position":  # beyond the head it is no event of the ledger's: the one before the next is missed
        named = ("position 8 (north version 7): positions 7 to 7 are missing", "north version 6")
    assert [line for line in told(ledger) if line.startswith(named)]


@pytest.mark.parametrize("deed", [deed for deed in DEEDS if deed != "truncate"])
def test_what_is_done_plainly_is_found_and_named(ledger: Ledger, owner: Connection, deed: str):
    do(owner, *DEEDS[deed], _HEAD)
    assert [line for line in told(ledger) if line.startswith("position 7 (")]


def test_an_end_cut_off_plainly_is_found(ledger: Ledger, owner: Connection):
    do(owner, *DEEDS["truncate"], _HEAD)
    assert told(ledger) == ["the head of the ledger: its leaf is not that of the last event"]


def done_with_all_hashes_in_order(owner: Connection, deed: str) -> None:
    do(owner, *DEEDS[deed], _HEAD)
    reseal(owner)


@pytest.mark.parametrize("deed", DEEDS)
def test_what_is_done_with_all_hashes_in_order_is_found_by_a_checkpoint(ledger: Ledger, owner: Connection, deed: str):
    done_with_all_hashes_in_order(owner, deed)
    (found,) = checkpoints_of(ledger).broken()
    assert found.where.startswith("checkpoint 2 (12 entries")
    if deed in ("drop", "truncate", "fork"):
        assert "its end is missing, from position" in found.what
    else:
        assert "the entries from position 6 to 12 are no longer those that were signed" in found.what


@pytest.mark.parametrize("deed", DEEDS)
def test_what_is_done_with_the_signing_key_too_is_found_by_what_was_kept_elsewhere(
    ledger: Ledger, owner: Connection, deed: str
):
    kept = pack(ledger, "north", KEY)
    done_with_all_hashes_in_order(owner, deed)
    owner.execute("truncate checkpoints cascade")
    if deed == "truncate":  # and other events in place of those that were cut off
        for _ in range(7):
            record(ledger, progressed("2.4", text="Otherwise"), plan="north")
    if deed in ("drop", "fork"):
        for _ in range(6):
            record(ledger, priority(str(ledger.size())), plan="south")
    assert list(checkpoints_of(ledger).broken()) == []

    found = list(against(ledger, zip_files(kept)["checkpoint.txt"]))
    assert ["no longer those that were signed" in one.what for one in found] == [True]

    first = next(against(ledger, kept))
    assert first.where == f"north version {VERSION} (ProgressReported, position {POSITION})"
    # Of what is wrong with the new pack by itself the first is named: a text, or an instant that goes back.
    by_itself = {
        "flip": r"north version 6 \(.*its text `text` is not",
        "reorder": r"version 7 \(.*before the version that it",
    }
    with pytest.raises(
        (Failed, NoPack), match=by_itself.get(deed, r"version 6 \(ProgressReported\): it is not the event that the")
    ):
        verify(pack(ledger, "north", KEY), str(KEY.verifier), since=kept)


WHOLE = "update events set whole = convert_to(replace(convert_from(whole, 'UTF8'), {}), 'UTF8') where position = {}"


@pytest.mark.parametrize(
    ("deed", "what"),
    [
        (WHOLE.format("'Two', 'All is well'", 7), r"version 6 .*its text `text` is not the one"),
        (WHOLE.format("'green', 'amber'", 5), r"version 4 \(ActionRated\): its stored bytes .* as: `rating`"),
        (WHOLE.format("'[redacted]', 'All is well'", 6), r"version 5 .*its text `text` is not the one"),
        ("update events set salts = decode(repeat('00', 16), 'hex') where position = 7", r"version 6 .*its text"),
    ],
)  # fmt: skip
def test_no_pack_is_made_with_words_that_are_not_those_recorded(
    ledger: Ledger, owner: Connection, deed: str, what: str
):
    """Neither a text, nor what stands for one that was redacted, nor what stands beside texts."""
    record(ledger, redacted(5, "text"), plan="north")
    assert verify(pack(ledger, "north", KEY)).proved
    do(owner, deed)
    with pytest.raises(NoPack, match=f"no pack is made of plan north: north {what}"):
        pack(ledger, "north", KEY)
    assert [line for line in told(ledger) if line.startswith("north version")]
    assert verify(pack(ledger, "south", KEY)).proved


@pytest.mark.parametrize("gone", ["update events set plan = 'south', version = 3 where position = 11",
                                  "delete from events where position = 11"])  # fmt: skip
def test_no_pack_is_made_of_a_plan_whose_newest_event_was_moved_to_another_or_removed(
    ledger: Ledger, owner: Connection, gone: str
):
    do(owner, gone)
    with pytest.raises(NoPack, match="no pack is made of plan north: position 11"):
        pack(ledger, "north", KEY)


def test_no_pack_is_made_of_a_plan_that_another_s_event_was_moved_to(ledger: Ledger, owner: Connection):
    do(owner, "update events set plan = 'south', version = 3 where position = 11")
    with pytest.raises(NoPack, match=r"plan south: south version 3 \(ProgressReported\): a rule refuses it"):
        pack(ledger, "south", KEY)


def test_no_pack_is_made_of_a_plan_that_an_event_is_missing_from(ledger: Ledger, owner: Connection):
    do(owner, "update events set plan = 'south', version = 3 where position = 7")
    with pytest.raises(NoPack, match="plan north: its version 6 is missing"):
        pack(ledger, "north", KEY)


def test_signing_is_refused_with_the_positions_between_which_something_was_altered(ledger: Ledger, owner: Connection):
    done_with_all_hashes_in_order(owner, "re-author")
    with pytest.raises(LedgerDamaged, match="the entries from position 6 to 12 are no longer"):
        checkpoints_of(ledger).cut(KEY)


def test_a_text_altered_together_with_its_digest_and_all_hashes_is_named_by_a_pack(ledger: Ledger, owner: Connection):
    """Nobody who holds only a checkpoint can be told which text it was; who holds a pack can."""
    kept = pack(ledger, "north", KEY)
    do(
        owner,
        "update events set salts = s.salts, state = s.state, whole = s.whole"
        " from (select * from events where position = 9) s where events.position = 7",
    )
    reseal(owner)
    assert told(ledger) == []
    assert next(against(ledger, kept)).where.startswith("north version 6 (ProgressReported, position 7)")


def test_what_was_recorded_after_everything_kept_is_not_protected(ledger: Ledger, owner: Connection):
    """The reason to cut checkpoints often, and to give them away."""
    kept = pack(ledger, "north", KEY)
    record(ledger, progressed("2.4"), plan="north")
    do(owner, "update events set recorded_by = 'Somebody else' where position = 13")
    reseal(owner)
    assert told(ledger) == []
    assert list(against(ledger, kept)) == []
