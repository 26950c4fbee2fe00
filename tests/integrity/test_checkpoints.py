"""Keys and checkpoints: kept append-only, cut by the key that signs now, and compared with the tree at any time."""

from base64 import b64encode
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege
from psycopg.sql import SQL, Identifier

from domain.events import TextRedacted
from domain.integrity.checkpoint_check import Cut
from domain.integrity.checkpoint_refusals import CheckpointUnknown, KeyCode
from domain.integrity.checkpoint_store import Checkpoints, checkpoints_of
from domain.integrity.evidence_packs import pack
from domain.integrity.invariants import broken_invariants
from domain.integrity.stored_tree import LedgerTree
from domain.opened_ledger import Ledger
from domain.proofs.checkpoint import Checkpoint, cosign, open_checkpoint, witness_key
from domain.proofs.keys import SignerKey
from domain.proofs.pack import NoPack, key_note, stamped_digest
from domain.proofs.signed_notes import Note, NotSigned, sign_note
from domain.proofs.tree import EMPTY_ROOT
from domain.proofs.verify import Failed, verify, zip_files
from domain.refusals import LedgerDamaged, LedgerUnusable
from tests.kit import LATER, progressed, rated, say
from tests.proofs.authority import Authority
from tests.real_ledgers import Connection, Server, begin, connected, record
from tests.refusing import refused

ORIGIN = "council.example/asat"
KEY = SignerKey(ORIGIN, b"key1" * 8)
NEXT_KEY = SignerKey(ORIGIN, b"key2" * 8)
STRANGER = SignerKey(ORIGIN, b"else" * 8)
AUTHORITY = Authority(elliptic=True)
WITNESS = SignerKey("inspector.example/w1", b"eyes" * 8)


def broken(ledger: Ledger) -> list[str]:
    return [f"{one.where}: {one.what}" for one in checkpoints_of(ledger).broken()]


# Keys


def test_a_ledger_has_no_key_until_one_signs_for_it(ledger: Ledger):
    assert checkpoints_of(ledger).keys() == []
    checkpoints_of(ledger).cut(KEY)
    assert checkpoints_of(ledger).keys() == [KEY.verifier]


def test_another_key_does_not_sign(ledger: Ledger):
    kept = checkpoints_of(ledger)
    kept.cut(KEY)
    for signing in (lambda: kept.cut(STRANGER), lambda: kept.rotate(STRANGER, NEXT_KEY)):
        with refused(KeyCode.NOT_THE_SIGNER, "is none of its keys"):
            signing()
    assert kept.keys() == [KEY.verifier]


def test_a_key_takes_over_and_the_old_one_no_longer_signs(ledger: Ledger):
    kept = checkpoints_of(ledger)
    kept.rotate(KEY, NEXT_KEY)
    assert kept.keys() == [KEY.verifier, NEXT_KEY.verifier]
    with refused(KeyCode.NOT_THE_SIGNER, "was replaced"):
        kept.cut(KEY)
    kept.cut(NEXT_KEY)
    for used in (KEY, NEXT_KEY):
        with refused(KeyCode.USED_BEFORE, "already"):
            kept.rotate(NEXT_KEY, used)
    with refused(KeyCode.OTHER_NAME, "in the name of the old one"):
        kept.rotate(NEXT_KEY, WITNESS)


def test_no_secret_key_reaches_the_database(ledger: Ledger, owner: Connection):
    kept = checkpoints_of(ledger)
    kept.cut(KEY)
    kept.rotate(KEY, NEXT_KEY)
    for table in ("keys", "checkpoints"):
        rows = owner.execute(SQL("select note from {}").format(Identifier(table))).fetchall()
        assert rows
        for (note,) in rows:
            for key in (KEY, NEXT_KEY):
                assert key.seed not in note
                assert key.secret().split("+")[-1].encode() not in note


def test_a_key_that_was_slipped_in_is_found(ledger: Ledger, owner: Connection):
    kept = checkpoints_of(ledger)
    kept.cut(KEY)
    text = f"AsAt signing key 2\n{ORIGIN}\n{STRANGER.verifier}\nafter {KEY.verifier}\n"
    owner.execute("select add_key(2, %s)", (sign_note(text, STRANGER),))
    assert "key 2 of the ledger does not hold" in broken(ledger)[0]
    with pytest.raises(LedgerDamaged, match="key 2"):
        kept.cut(STRANGER)


# Checkpoints


def test_a_checkpoint_is_of_what_the_ledger_holds(ledger: Ledger):
    kept = checkpoints_of(ledger)
    empty = open_checkpoint(kept.cut(KEY).note, [KEY.verifier]).checkpoint
    assert empty == Checkpoint(ORIGIN, 0, EMPTY_ROOT)
    begin(ledger)
    cut = kept.cut(KEY)
    assert open_checkpoint(cut.note, [KEY.verifier]).checkpoint == Checkpoint(
        ORIGIN, 3, LedgerTree(ledger.recorder).root()
    )
    assert [(one.number, one.size) for one in kept.all()] == [(1, 0), (2, 3)]
    record(ledger, rated("2.4"))
    assert kept.all()[-1] == cut
    assert broken(ledger) == []


def test_the_same_checkpoint_is_kept_once(ledger: Ledger):
    begin(ledger)
    kept = checkpoints_of(ledger)
    assert kept.cut(KEY) == kept.cut(KEY)
    assert len(kept.all()) == 1
    kept.rotate(KEY, NEXT_KEY)
    assert kept.cut(NEXT_KEY).number == 2


def test_checkpoints_of_another_program_are_seen(ledger: Ledger, ledgers: Callable[[], Ledger]):
    begin(ledger)
    cut = checkpoints_of(ledgers()).cut(KEY)
    assert checkpoints_of(ledger).all() == [cut]


def test_a_checkpoint_only_goes_forward(ledger: Ledger, app: Connection):
    begin(ledger)
    checkpoints_of(ledger).cut(KEY)
    for size in (2, 4):
        note = sign_note(Checkpoint(ORIGIN, size, b"x" * 32).text(), KEY)
        with pytest.raises(psycopg.errors.CheckViolation) as refused:
            app.execute("select add_checkpoint(%s, %s)", (size, note))
        assert refused.value.diag.constraint_name == "checkpoints_forward"
    with pytest.raises(psycopg.errors.UniqueViolation):
        app.execute("select add_key(1, %s)", (key_note(1, STRANGER, None),))


NOTE = sign_note(Checkpoint(ORIGIN, 3, b"x" * 32).text(), KEY)
KEY_NOTE = key_note(2, NEXT_KEY, KEY)


@pytest.mark.parametrize(
    "note",
    [b"", b"x", b"\xff\0", b"\n" + NOTE, NOTE[:-1], NOTE + b"x", KEY_NOTE, NOTE.partition(b"\n\n")[0],
     NOTE.replace(b"\n3\n", b"\n2\n"), NOTE.replace(b"\n3\n", b"\n3\nAA"), NOTE.replace("—".encode(), b"-"),
     NOTE.replace(b"\n\n", b"\nmore\n\n")],
)  # fmt: skip
def test_what_is_not_in_the_form_of_a_checkpoint_cannot_stand_in_the_way_of_the_next(
    ledger: Ledger, app: Connection, note: bytes
):
    """Whether a signature holds the database cannot know; mere rubbish would stop everybody from signing."""
    begin(ledger)
    checkpoints_of(ledger).cut(KEY)
    with pytest.raises(psycopg.errors.CheckViolation):
        app.execute("select add_checkpoint(3, %s)", (note,))
    app.execute("select add_checkpoint(3, %s)", (NOTE,))


@pytest.mark.parametrize(
    "note",
    [b"x", NOTE, key_note(3, NEXT_KEY, KEY), KEY_NOTE.replace(b"after", b"before"), KEY_NOTE.partition(b"\n\n")[0]],
)
def test_what_is_not_in_the_form_of_a_key_does_not_become_one(ledger: Ledger, app: Connection, note: bytes):
    kept = checkpoints_of(ledger)
    kept.cut(KEY)
    with pytest.raises(psycopg.errors.CheckViolation):
        app.execute("select add_key(2, %s)", (note,))
    assert kept.keys() == [KEY.verifier]
    app.execute("select add_key(2, %s)", (KEY_NOTE,))


@pytest.mark.parametrize(
    "line",
    ["", "x", "— a b", "— a AAAA", "- w.example AAAAAAAAAAA=", "— w.example AAAAAAAAAAA=\n",
     "— council.example/asat+x AAAAAAAAAAAA", "— w.example AAAAAAAAAAA", "— w.example AAAAAA==",
     "— w.example AAAAAAAAAAB=", "— w.example AAAAAAAAAAA= ", "— w\texample AAAAAAAAAAA=",
     "— w\u0001example AAAAAAAAAAA="],
)  # fmt: skip
def test_what_is_no_line_of_a_signature_is_added_to_no_checkpoint(ledger: Ledger, app: Connection, line: str):
    kept = checkpoints_of(ledger)
    cut = kept.cut(KEY)
    with pytest.raises(psycopg.errors.CheckViolation):
        app.execute("select add_cosignature(1, %s)", (line,))
    assert kept.newest() == cut


def test_a_line_that_another_program_signed_is_added_however_long_its_signature_is(ledger: Ledger, app: Connection):
    cut = checkpoints_of(ledger).cut(KEY)
    lines = [f"— w.example/{size} {b64encode(bytes(range(4)) + b's' * size).decode()}" for size in (1, 64, 72, 3309)]
    for line in lines:
        app.execute("select add_cosignature(1, %s)", (line,))
    kept = checkpoints_of(ledger).newest().note
    assert [one.line() for one in kept.signatures] == [cut.note.signatures[0].line(), *lines]


@pytest.mark.parametrize(
    "answer", [b"", b"\0", b"0", b"0\x82", b"rubbish", AUTHORITY.stamp(b"x" * 32), AUTHORITY.stamp(b"x" * 32)[:-1]]
)
def test_what_is_no_time_stamp_of_a_checkpoint_is_not_kept(ledger: Ledger, app: Connection, answer: bytes):
    kept = checkpoints_of(ledger)
    good = AUTHORITY.stamp(stamped_digest(bytes(kept.cut(KEY).note)))
    for bad in (answer, good + b"x", good[:-1]):
        with pytest.raises(psycopg.DatabaseError):
            app.execute("select add_time_stamp(1, %s)", (bad,))
    app.execute("select add_time_stamp(1, %s)", (good,))
    assert broken(ledger) == []


def test_cosignatures_that_cannot_be_read_are_named_and_stand_in_nobodys_way(signed_ledger: Ledger, damage: Any):
    """A former database kept them; of lines in the right form there may be more than a note has."""
    false = [f"— w{number}.example AAAAAAAAAAA=" for number in range(120)]
    for line in ["— council.example/asat+x AAAAAAAAAAAA", *false]:
        damage(f"insert into cosignatures values (3, '{line}', now())")  # noqa: S608 - a line of this test
    kept = checkpoints_of(signed_ledger)
    record(signed_ledger, rated("2.4"))
    assert kept.cut(KEY).number == 4
    assert pack(signed_ledger, "plan", KEY)
    assert any("council.example/asat+x" in one for one in broken(signed_ledger))


@pytest.mark.parametrize("table", ["keys", "checkpoints", "cosignatures", "time_stamps"])
def test_what_was_signed_is_append_only(ledger: Ledger, app: Connection, owner: Connection, table: str):
    begin(ledger)
    cosigned(ledger)
    cut = checkpoints_of(ledger).newest()
    checkpoints_of(ledger).add_stamp(cut.number, AUTHORITY.stamp(stamped_digest(bytes(cut.note))))
    column = Identifier({"cosignatures": "line", "time_stamps": "answer"}.get(table, "note"))
    for change in ("delete from {0}", "truncate {0} cascade", "update {0} set {1} = {1} where false"):
        statement = SQL(change).format(Identifier(table), column)
        with pytest.raises(InsufficientPrivilege, match="append-only"):
            owner.execute(statement)
        with pytest.raises(InsufficientPrivilege):
            app.execute(statement)
    with pytest.raises(InsufficientPrivilege):
        app.execute(SQL("insert into {0} select * from {0}").format(Identifier(table)))


# Witnesses


def cosigned(ledger: Ledger, at: int = 1_679_315_147) -> Note:
    note = checkpoints_of(ledger).cut(KEY).note
    signed = note.signed(cosign(Checkpoint.read(note.text), WITNESS, at))
    checkpoints_of(ledger).add_signatures(signed, witness_key(WITNESS.verifier))
    return signed


def test_a_witness_signs_a_checkpoint_that_stays_as_it_was_cut(ledger: Ledger):
    begin(ledger)
    signed = cosigned(ledger)
    kept = checkpoints_of(ledger)
    assert [one.note for one in kept.all()] == [signed]
    assert cosigned(ledger) == signed
    assert kept.cut(KEY).note == signed
    assert broken(ledger) == []
    later = cosigned(ledger, 1_679_315_148)
    assert kept.all()[0].note == later


def test_only_the_witness_s_own_signature_of_our_own_checkpoint_is_kept(ledger: Ledger):
    begin(ledger)
    kept = checkpoints_of(ledger)
    note = kept.cut(KEY).note
    with pytest.raises(NotSigned):
        kept.add_signatures(note, witness_key(WITNESS.verifier))
    other = Checkpoint(ORIGIN, 3, b"x" * 32)
    forged = Note.read(sign_note(other.text(), KEY)).signed(cosign(other, WITNESS, 1))
    with pytest.raises(CheckpointUnknown):
        kept.add_signatures(forged, witness_key(WITNESS.verifier))
    assert kept.all()[0].note == note


# Against the tree


@pytest.fixture
def signed_ledger(open_ledger: Callable[[], Ledger]) -> Ledger:
    """A ledger with checkpoints of 3, 4 and 6 events, about to be damaged."""
    ledger = open_ledger()
    begin(ledger)
    checkpoints_of(ledger).cut(KEY)
    record(ledger, rated("2.4"))
    checkpoints_of(ledger).cut(KEY)
    record(ledger, progressed("2.4"), progressed("2.4"))
    checkpoints_of(ledger).cut(KEY)
    return ledger


#: Puts the tree over what is there in order again, as one does who knows how.
REGROW = """
do $$ declare event events; begin
    for event in select * from events order by position loop
        update events e set hashes = hashes_of(e.position, leaf(
            e.position, e.plan, e.version, e.recorded_at, e.recorded_by, e.event_id, e.topic, e.state))
         where e.position = event.position;
    end loop;
    update head h set leaf = (select substr(e.hashes, 1, 32) from events e where e.position = h.position);
end $$
"""


@pytest.fixture
def damage(server: Server, signed_ledger: Ledger, schema: str) -> Any:
    """Changes what it likes, and puts the tree in order again."""
    with connected(server.owner_conninfo, schema) as owner:
        owner.execute("set session_replication_role = replica")

        def run(*statements: str) -> None:
            for statement in (*statements, REGROW):
                owner.execute(statement.encode())

        yield run


CUT_OFF = (
    "delete from events where position > 4",
    "update head set position = 4, recorded_at = (select recorded_at from events where position = 4)",
)


def test_the_first_checkpoint_that_does_not_hold_is_named(signed_ledger: Ledger, damage: Any):
    assert broken(signed_ledger) == []
    damage("update events set recorded_by = 'Somebody else' where position = 4")
    assert list(broken_invariants(signed_ledger)) == [], "the tree was put in order: only a checkpoint shows it"
    (found,) = broken(signed_ledger)
    assert found.startswith("checkpoint 2 (4 entries, cut ")
    assert "one was altered" in found
    with pytest.raises(LedgerDamaged, match="nothing was signed"):
        checkpoints_of(signed_ledger).cut(KEY)


def test_an_end_that_was_cut_off_is_found(signed_ledger: Ledger, damage: Any):
    damage(*CUT_OFF)
    assert list(broken_invariants(signed_ledger)) == [], "all was put in order: only a checkpoint shows it"
    (found,) = broken(signed_ledger)
    assert found.startswith("checkpoint 3 (6 entries")
    assert "the ledger now has 4 entries only" in found


def test_what_came_after_the_last_checkpoint_is_not_protected_by_it(signed_ledger: Ledger, damage: Any):
    """Which is why checkpoints are cut often and given away."""
    record(signed_ledger, progressed("2.4"))
    damage("update events set recorded_by = 'Somebody else' where position = 7")
    assert list(broken_invariants(signed_ledger)) == []
    assert broken(signed_ledger) == []


def test_an_altered_checkpoint_is_found(signed_ledger: Ledger, damage: Any):
    damage(
        "update checkpoints set note = convert_to("
        "replace(convert_from(note, 'UTF8'), E'\\n4\\n', E'\\n5\\n'), 'UTF8') where number = 2"
    )
    assert "checkpoint 2" in broken(signed_ledger)[0]
    assert "cannot be believed" in broken(signed_ledger)[0]
    damage("update checkpoints set note = 'x' where number = 1")
    assert "holds a checkpoint that is none" in broken(signed_ledger)[0]


def test_a_checkpoint_of_another_size_than_it_is_kept_under_is_found(signed_ledger: Ledger, damage: Any):
    damage("update checkpoints set size = 2 where number = 1")
    assert broken(signed_ledger)[0].endswith("what was signed is of 3 entries")


def test_an_altered_time_stamp_is_found(signed_ledger: Ledger, damage: Any):
    kept = checkpoints_of(signed_ledger)
    newest = kept.newest()
    kept.add_stamp(newest.number, AUTHORITY.stamp(stamped_digest(bytes(newest.note))))
    assert broken(signed_ledger) == []
    damage(
        "update time_stamps set answer = set_byte(answer, length(answer) - 3, get_byte(answer, length(answer) - 3) # 1)"
    )
    (found,) = broken(signed_ledger)
    assert found.startswith("checkpoint 3 (6 entries")
    assert "a time stamp of it does not hold: it was altered" in found


# Packs


def test_a_pack_of_a_plan_is_of_its_events_and_no_others(ledger: Ledger):
    begin(ledger, "north")
    begin(ledger, "south")
    record(ledger, rated("2.4"), plan="north")
    made = pack(ledger, "north", KEY, basis=4)
    assert verify(made, str(KEY.verifier)).proved[1].startswith("Each of the 4 events of plan north")
    assert checkpoints_of(ledger).all()[-1].size == 7
    assert pack(ledger, "north", KEY) == made
    for plan, basis in (("west", None), ("north", 5)):
        with pytest.raises(NoPack):
            pack(ledger, plan, KEY, basis=basis)


def test_a_pack_continues_what_the_reader_holds(ledger: Ledger):
    begin(ledger)
    before = pack(ledger, "plan", KEY)
    record(ledger, *[progressed("2.4")] * 9)
    checkpoints_of(ledger).rotate(KEY, NEXT_KEY)
    after = pack(ledger, "plan", NEXT_KEY, since=zip_files(before)["checkpoint.txt"])
    assert "of 3 entries: none" in verify(after, str(KEY.verifier), before).proved[-1]
    # The other way round: the later checkpoint is not what the earlier pack continues.
    with pytest.raises(Failed):
        verify(before, str(KEY.verifier), after)


def test_a_pack_does_not_continue_what_this_ledger_has_not_signed(ledger: Ledger):
    begin(ledger)
    checkpoints_of(ledger).cut(KEY)
    with pytest.raises(NoPack, match="none that this ledger has signed"):
        pack(ledger, "plan", KEY, since=sign_note(Checkpoint(ORIGIN, 1, b"x" * 32).text(), STRANGER))
    with pytest.raises(NoPack, match="asat check"):
        pack(ledger, "plan", KEY, since=sign_note(Checkpoint(ORIGIN, 1, b"x" * 32).text(), KEY))
    with pytest.raises(NoPack, match="the ledger has 3"):
        pack(ledger, "plan", KEY, since=sign_note(Checkpoint(ORIGIN, 4, b"x" * 32).text(), KEY))


def test_no_pack_is_made_with_a_text_altered_beside_the_ledger(signed_ledger: Ledger, damage: Any):
    damage("update events set whole = set_byte(whole, length(whole) - 3, 120) where position = 5")
    with pytest.raises(NoPack, match=r"plan version 5 \(ProgressReported\): its text `text` is not the one"):
        pack(signed_ledger, "plan", KEY)


def redaction(version: int, field: str) -> TextRedacted:
    return say(TextRedacted, LATER, version=version, fields=[field], reason="A child's name")


def test_a_pack_of_a_plan_with_a_redacted_text_verifies_and_holds_it_no_more(ledger: Ledger):
    begin(ledger)
    record(ledger, progressed("2.4", text="Unspeakable"))
    before = pack(ledger, "plan", KEY)
    assert b"Unspeakable" in before
    record(ledger, redaction(4, "text"))
    after = pack(ledger, "plan", KEY, since=before_checkpoint(before))
    assert b"Unspeakable" not in after
    said = " ".join(verify(after, str(KEY.verifier), before).proved)
    assert "1 text is gone" in said
    assert "continues the earlier checkpoint" in said


def before_checkpoint(made: bytes) -> bytes:
    return zip_files(made)["checkpoint.txt"]


def test_a_text_that_is_redacted_while_a_pack_is_made_leads_to_another_checkpoint(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
):
    begin(ledger)
    record(ledger, progressed("2.4", text="Unspeakable"))
    cut, redactions = Checkpoints.cut, [redaction(4, "text")]

    def cut_and_redact(kept: Checkpoints, key: SignerKey) -> Cut:
        made = cut(kept, key)
        if redactions:
            record(ledger, redactions.pop())
        return made

    monkeypatch.setattr(Checkpoints, "cut", cut_and_redact)
    made = pack(ledger, "plan", KEY)
    assert b"Unspeakable" not in made
    assert "Each of the 5 events" in " ".join(verify(made, str(KEY.verifier)).proved)


def test_the_stretch_that_was_altered_begins_after_the_last_checkpoint_that_holds(signed_ledger: Ledger, damage: Any):
    kept = bytes(checkpoints_of(signed_ledger).newest().note)
    damage("update events set recorded_by = 'Somebody else' where position = 5")
    assert "the entries from position 5 to 6 are no longer those" in broken(signed_ledger)[0]
    (found,) = checkpoints_of(signed_ledger).against(kept)
    assert found.where == f"the checkpoint that was given ({ORIGIN}, 6 entries)"
    assert "the entries from position 5 to 6" in found.what


def test_a_checkpoint_kept_elsewhere_shows_that_the_end_was_cut_off_with_its_checkpoints(
    signed_ledger: Ledger, damage: Any
):
    kept = bytes(checkpoints_of(signed_ledger).newest().note)
    damage(*CUT_OFF, "delete from checkpoints where size > 4")
    assert list(broken_invariants(signed_ledger)) == []
    assert broken(signed_ledger) == []
    (found,) = checkpoints_of(signed_ledger).against(kept)
    assert "its end is missing, from position 5 on" in found.what


def test_a_checkpoint_of_an_earlier_size_is_found_by_it(signed_ledger: Ledger):
    kept = checkpoints_of(signed_ledger)
    assert [kept.of_size(size).number for size in (3, 4, 6)] == [1, 2, 3]
    with pytest.raises(CheckpointUnknown, match="no checkpoint of 5 entries"):
        pack(signed_ledger, "plan", KEY, since=5)
    earlier = bytes(kept.of_size(4).note)
    assert "of 4 entries: none" in " ".join(verify(pack(signed_ledger, "plan", KEY, since=4), since=earlier).proved)


def begin_at_once(
    kept: Checkpoints, meanwhile: Callable[[], object], monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    """Just before this one stores what it has signed, somebody else does, so many times."""
    write, left = kept._write, [meanwhile] * times

    def overtaken(query: str, *values: Any) -> Any:
        if left:
            left.pop()()
        return write(query, *values)

    monkeypatch.setattr(kept, "_write", overtaken)


def test_two_who_sign_at_once_for_the_first_time_both_do(ledger: Ledger, monkeypatch: pytest.MonkeyPatch):
    begin(ledger)
    kept = checkpoints_of(ledger)
    begin_at_once(kept, lambda: checkpoints_of(ledger).cut(KEY), monkeypatch, 1)
    assert kept.cut(KEY) == checkpoints_of(ledger).newest()
    assert kept.keys() == [KEY.verifier]


def test_two_keys_do_not_both_become_the_first(ledger: Ledger, monkeypatch: pytest.MonkeyPatch):
    kept = checkpoints_of(ledger)
    begin_at_once(kept, lambda: checkpoints_of(ledger).cut(KEY), monkeypatch, 1)
    with refused(KeyCode.NOT_THE_SIGNER, "is none of its keys"):
        kept.cut(STRANGER)


def test_a_checkpoint_that_a_larger_one_has_overtaken_is_cut_anew(ledger: Ledger, monkeypatch: pytest.MonkeyPatch):
    begin(ledger)
    kept = checkpoints_of(ledger)
    kept.admit(KEY)

    def meanwhile() -> None:
        record(ledger, progressed("2.4"))
        checkpoints_of(ledger).cut(KEY)
        record(ledger, progressed("2.4"))

    begin_at_once(kept, meanwhile, monkeypatch, 1)
    assert kept.cut(KEY).size == 5
    record(ledger, progressed("2.4"))
    begin_at_once(kept, meanwhile, monkeypatch, 99)
    with pytest.raises(LedgerUnusable, match="at this moment"):
        kept.cut(KEY)


def test_the_newest_checkpoint_is_read_without_those_before_it(signed_ledger: Ledger, monkeypatch: pytest.MonkeyPatch):
    """A year of them is nine thousand, and anybody may ask for the newest without signing in."""
    kept = checkpoints_of(signed_ledger)
    rows, read = kept._rows, [0]

    def counted(query: str, *values: Any) -> list[Any]:
        found = rows(query, *values)
        read[0] += len(found) if ".checkpoints" in query else 0
        return found

    monkeypatch.setattr(kept, "_rows", counted)
    newest = kept.newest()
    kept.of_size(4)
    kept.add_stamp(1, AUTHORITY.stamp(stamped_digest(bytes(kept.of_size(3).note))))
    assert kept.cut(KEY) == newest
    assert read[0] == 7


def test_all_checkpoints_are_held_against_the_tree_in_one_read(signed_ledger: Ledger, monkeypatch: pytest.MonkeyPatch):
    recorder = signed_ledger.recorder
    reads, select_nodes = [], recorder.select_nodes

    def counted(wanted: list[tuple[int, int]]) -> list[bytes | None]:
        reads.append(len(wanted))
        return select_nodes(wanted)

    monkeypatch.setattr(recorder, "select_nodes", counted)
    kept = checkpoints_of(signed_ledger)
    held = bytes(kept.newest().note)
    assert (broken(signed_ledger), list(kept.against(held))) == ([], [])
    assert len(reads) == 2


def test_a_false_time_stamp_does_not_stand_in_the_way_of_the_next_checkpoint(signed_ledger: Ledger, damage: Any):
    """The program's role can add one, and whoever asks the authority can be told one."""
    damage("insert into time_stamps values (3, 'rubbish', now())")
    kept = checkpoints_of(signed_ledger)
    record(signed_ledger, progressed("2.4"))
    assert kept.cut(KEY).number == 4
    assert "a time stamp of it does not hold" in broken(signed_ledger)[0]
    assert not [name for name in zip_files(pack(signed_ledger, "plan", KEY)) if name.endswith(".tsr")]


def test_a_pack_brings_the_newest_stamp_of_each_authority(signed_ledger: Ledger):
    kept, other = checkpoints_of(signed_ledger), Authority("elsewhere.example", elliptic=True)
    for size, by in ((3, AUTHORITY), (3, other), (6, AUTHORITY)):
        cut = kept.of_size(size)
        kept.add_stamp(cut.number, by.stamp(stamped_digest(bytes(cut.note))))
    made = pack(signed_ledger, "plan", KEY)
    for trusted, size in ((AUTHORITY, 6), (other, 3)):
        report = verify(made, str(KEY.verifier), roots=trusted.pem)
        assert f"CN={trusted.name} has signed that the ledger's first {size} entries" in " ".join(report.proved)


def test_a_text_that_is_redacted_while_the_papers_are_made_stands_in_none_of_them(ledger: Ledger):
    begin(ledger)
    record(ledger, progressed("2.4", text="Unspeakable"))
    redactions = [redaction(4, "text")]

    def papers() -> dict[str, bytes]:
        said = str(ledger.events("plan")[3].event).encode()
        if redactions:
            record(ledger, redactions.pop())
        return {"said.txt": said}

    made = pack(ledger, "plan", KEY, papers, at="2019-05-31@4")
    assert b"Unspeakable" not in made
    assert "Each of the 5 events" in " ".join(verify(made, str(KEY.verifier)).proved)


def test_a_pack_during_redactions_without_end_is_refused(ledger: Ledger):
    begin(ledger)
    record(ledger, *[progressed("2.4", text="Unspeakable")] * 4)
    versions = iter((4, 5, 6, 7))

    def papers() -> dict[str, bytes]:
        record(ledger, redaction(next(versions), "text"))
        return {}

    with pytest.raises(NoPack, match="ask again"):
        pack(ledger, "plan", KEY, papers)
