"""A text redacted is gone from every answer at every point, and from the database's files; every proof still holds."""

import gzip
import json
import re
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import partial
from pathlib import Path
from threading import Event as Signal
from threading import current_thread
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from domain.events import EVENTS, TextRedacted
from domain.integrity.invariants import broken_invariants
from domain.integrity.stored_tree import LedgerTree, entry_of
from domain.ledger.split_texts import kept_texts
from domain.opened_ledger import Ledger
from domain.points import read_point
from domain.postgres.archive import archive_continuously
from domain.proofs.tree import check_consistency, check_inclusion
from domain.redaction import redactable, redacted_value
from domain.refusals import Refused
from domain.safekeeping.purging import copied_elsewhere, purge
from projections.action import action_at
from tests.kit import LATER, added, contents, in_error, opened, priority, progressed, rated, rescheduled
from tests.measuring import HANGS, until
from tests.real_ledgers import Connection, begin, held_by, proposed, record

NAME = "Peculiar name of a child"


def redacted(version: int, *fields: str, reason: str | None = "It named a child.") -> TextRedacted:
    said = {} if reason is None else {"reason": reason}
    return TextRedacted(version=version, fields=fields, effective_on=LATER, **said)  # type: ignore[arg-type]


def everything_known_of(ledger: Ledger) -> str:
    """All that the plan's fold holds, and every record, as text."""
    return repr(contents(held_by(ledger.plan("plan")))) + repr(
        [record.fields() for record in ledger.every_event("plan")]
    )


def test_a_redacted_text_is_gone_at_every_point_and_what_remains_says_so(ledger: Ledger):
    begin(ledger)
    record(ledger, progressed("2.4", NAME, reason="Why"))
    record(ledger, rated("2.4"))
    record(ledger, redacted(4, "text"))
    assert NAME not in everything_known_of(ledger)
    was = ledger.events("plan", after=3, limit=1)[0]
    assert (was.redacted, was.event) == (("text",), progressed("2.4", "[redacted]", reason="Why"))
    assert was.fields()["redacted"] == ["text"]
    by = ledger.events("plan", after=5)[0]
    assert by.fields()["redacts"] == 4
    assert by.fields()["fields"] == ["text"]
    plan = ledger.plan("plan")
    assert [plan.redactions(version) for version in range(1, 7)] == [{}, {}, {}, {"text": 6}, {}, {}]
    for basis in (4, 5, 6):
        action = plan.up_to(basis).on(date.max).action(3)
        assert action is not None
        assert action.progress is not None
        assert action.progress.value == "[redacted]"


def test_another_process_that_holds_the_plan_forgets_the_text_too(ledger: Ledger, open_ledger: Callable[[], Ledger]):
    other = open_ledger()
    begin(ledger)
    record(ledger, progressed("2.4", NAME))
    assert NAME in everything_known_of(other)
    record(ledger, redacted(4, "text"))
    assert NAME not in everything_known_of(other)


def test_one_text_of_several_may_go_and_the_others_later(ledger: Ledger):
    begin(ledger)
    record(ledger, rescheduled("2.4", approved_by=NAME, source={"title": NAME}))
    record(ledger, redacted(4, "approved_by"))
    event = ledger.events("plan", after=3, limit=1)[0]
    assert event.redacted == ("approved_by",)
    assert event.event == rescheduled("2.4", approved_by="[redacted]", source={"title": NAME})
    record(ledger, redacted(4, "source", "reason"))
    event = ledger.events("plan", after=3, limit=1)[0]
    assert set(event.redacted) == {"approved_by", "source", "reason"}
    assert NAME not in everything_known_of(ledger)


def test_a_list_reads_as_a_list_that_is_redacted(ledger: Ledger):
    record(ledger, opened(), priority("2"), added("2.4", leads=[NAME, "Another"]))
    record(ledger, redacted(3, "leads"))
    assert ledger.events("plan", after=2, limit=1)[0].event == added("2.4", leads=["[redacted]"])


@pytest.mark.parametrize("name", EVENTS)
def test_what_reads_in_a_texts_place_is_what_the_domain_says(name: str, ledger: Ledger, owner: Connection):
    """The database puts it there: held to `domain.redaction`, for every field of every event."""
    fields = redactable(name, EVENTS[name].model_fields)
    values = {field: ["x"] if field in ("leads", "evidence") else "x" for field in fields}
    if "source" in values:
        values["source"] = {"title": "x"}  # type: ignore[assignment]
    whole = json.dumps({"effective_on": "2019-03-15", **values}).encode()
    state = json.dumps({"effective_on": "2019-03-15", **{field: {"sha256": "0" * 64} for field in fields}}).encode()
    begin(ledger)
    with owner.transaction(force_rollback=True):
        owner.execute("set local session_replication_role = replica")
        owner.execute(
            "update events set (state, whole, salts) = (%s, %s, %s) where version = 2",
            (state, whole, b"s" * 16 * len(fields)),
        )
        owner.execute("select redact('plan', %s)", (json.dumps({"version": 2, "fields": fields, "reason": {}}),))
        found = owner.execute("select whole, salts from events where version = 2").fetchone()
    assert found is not None
    left = json.loads(found[0])
    assert left == {"effective_on": "2019-03-15", **{field: redacted_value(field) for field in fields}}
    assert found[1] == bytes(16 * len(fields))


def test_every_proof_still_holds(ledger: Ledger):
    begin(ledger)
    record(ledger, progressed("2.4", NAME))
    tree = LedgerTree(ledger.recorder)
    size, root = tree.size(), tree.root()
    before = ledger.recorder.select_events("plan")
    record(ledger, redacted(4, "text"))
    now = ledger.recorder.select_events("plan")
    assert [row.state for row in now[:4]] == [row.state for row in before]
    check_consistency(size, root, tree.size(), tree.root(), tree.consistency_proof(size))
    for row in now:
        check_inclusion(entry_of(row).leaf(), row.id - 1, tree.size(), tree.root(), tree.inclusion_proof(row.id))
    assert all(text.salt is None for text in kept_texts(now[3].state, now[3].salts))


def test_it_may_stand_in_one_batch_with_others(ledger: Ledger):
    begin(ledger)
    record(ledger, progressed("2.4", NAME), progressed("2.4", "Other"))
    record(ledger, redacted(4, "text"), rated("2.4"), redacted(5, "text"))
    assert [event.redacted for event in ledger.events("plan", after=3)] == [("text",), ("text",), (), (), ()]


# Refused


@pytest.mark.parametrize(
    ("event", "sentence"),
    [
        (redacted(9, "text"), "has no record number 9; its newest is 4"),
        (redacted(4, "action"), "`action` of event 4 \\(progress reported\\) cannot be redacted; what can be is"),
        (redacted(4, "outcome"), "`outcome` of event 4"),
        (redacted(4, "source"), "event 4 has no text `source` that could be redacted"),
        (redacted(4, "text", reason=None), "redacting event 4 \\(progress reported\\) needs a reason"),
    ],
)
def test_what_cannot_be_redacted_is_refused_and_nothing_is_lost(ledger: Ledger, event: TextRedacted, sentence: str):
    begin(ledger)
    record(ledger, progressed("2.4", NAME))
    with pytest.raises(Refused, match=sentence):
        record(ledger, event)
    assert NAME in everything_known_of(ledger)


def test_what_is_redacted_in_its_own_batch_is_refused_with_the_remedy(ledger: Ledger):
    begin(ledger)
    with pytest.raises(Refused, match="event 4 is in this very batch: leave the text out of it, or redact it after"):
        record(ledger, progressed("2.4", NAME), redacted(4, "text"))
    assert NAME not in everything_known_of(ledger)


def test_a_text_is_redacted_once(ledger: Ledger):
    begin(ledger)
    record(ledger, progressed("2.4", NAME))
    record(ledger, redacted(4, "text"))
    with pytest.raises(Refused, match="already redacted, by event 5"):
        record(ledger, redacted(4, "text"))


def test_a_redaction_cannot_be_withdrawn(ledger: Ledger):
    begin(ledger)
    record(ledger, progressed("2.4", NAME))
    record(ledger, redacted(4, "text"))
    with pytest.raises(Refused, match="that cannot be undone"):
        record(ledger, in_error(5))


def test_what_was_redacted_can_still_be_withdrawn_as_recorded_in_error(ledger: Ledger):
    begin(ledger)
    record(ledger, progressed("2.4", NAME))
    record(ledger, redacted(4, "text"))
    record(ledger, in_error(4))
    plan = ledger.plan("plan")
    assert plan.withdrawals() == {4: 6}


def test_a_rehearsed_redaction_destroys_nothing(ledger: Ledger):
    begin(ledger)
    record(ledger, progressed("2.4", NAME))
    with ledger.rehearse([proposed(redacted(4, "text"))], today=LATER) as plan:
        assert plan.redactions(4) == {"text": 5}
    assert ledger.plan("plan").redactions(4) == {}
    assert NAME in everything_known_of(ledger)


def test_a_proposal_repeated_is_recognised_though_its_text_is_gone(ledger: Ledger):
    begin(ledger)
    event_id = uuid4()
    record(ledger, proposed(progressed("2.4", NAME), event_id=event_id))
    record(ledger, redacted(4, "text"))
    (again,) = record(ledger, proposed(progressed("2.4", NAME), event_id=event_id))
    assert (again.redacted, again.event) == (("text",), progressed("2.4", "[redacted]"))


# While others are at it


@pytest.mark.parametrize("known", [True, False], ids=["in memory", "folded anew"])
def test_who_has_begun_to_ask_when_a_text_is_redacted_is_not_told_it(
    ledger: Ledger, ledgers: Callable[[], Ledger], monkeypatch: pytest.MonkeyPatch, known: bool
) -> None:
    """They have the plan in their hands, or are about to fold it, and look in the database only then."""
    begin(ledger)
    record(ledger, progressed("2.4", NAME))
    reader = ledger if known else ledgers()
    begun, go_on, look = Signal(), Signal(), reader.recorder.select_fold

    def looks_later(plan: str, first: int) -> Any:
        if current_thread().name == "reader_0":
            begun.set()
            assert go_on.wait(HANGS)
        return look(plan, first)

    monkeypatch.setattr(reader.recorder, "select_fold", looks_later)
    with ThreadPoolExecutor(1, "reader") as threads:
        asked = threads.submit(reader.plan, "plan")
        assert begun.wait(HANGS)
        record(ledger, redacted(4, "text"))
        go_on.set()
        told = asked.result(timeout=HANGS)
    assert told.version == 5
    assert NAME not in repr(contents(held_by(told)))
    action = told.on(LATER).find_action("2.4")
    assert action is not None
    assert action.progress is not None
    assert action.progress.value == "[redacted]"


def test_a_purge_does_not_make_everybody_wait_for_a_long_reader(ledger: Ledger, owner: Connection) -> None:
    begin(ledger)
    with owner.transaction():
        owner.execute("select count(*) from events")
        [said] = purge(ledger)
        assert "being read by something that takes long" in said
        assert len(ledger.events("plan")) == 3
    assert purge(ledger) == []


def test_a_purge_says_who_still_sees_what_was_redacted(ledger: Ledger, owner: Connection) -> None:
    begin(ledger)
    with owner.transaction():
        owner.execute("set transaction isolation level repeatable read")
        owner.execute("select count(*) from head")
        process = owner.info.backend_pid
        assert any(f"process {process} may still see" in said for said in purge(ledger))
    assert purge(ledger) == []


def test_a_check_while_a_text_is_redacted_finds_nothing_wrong(ledger: Ledger) -> None:
    begin(ledger)
    record(ledger, progressed("2.4", NAME))
    again: list[int] = []

    def meanwhile(_: int) -> None:
        if not again:
            again.append(1)
            record(ledger, redacted(4, "text"))

    assert list(broken_invariants(ledger, meanwhile)) == []


# In the database


def test_a_redacted_event_can_be_altered_in_nothing_else(ledger: Ledger, owner: Connection):
    begin(ledger)
    record(ledger, progressed("2.4", NAME, reason="Why"))
    record(ledger, redacted(4, "text"))
    for change in (
        "update events set whole = convert_to(replace(convert_from(whole, 'UTF8'), 'Why', 'Because'), 'UTF8')",
        "update events set whole = convert_to(replace(convert_from(whole, 'UTF8'), '[redacted]', 'x'), 'UTF8')",
        "update events set salts = set_byte(salts, 0, 1)",
        "update events set salts = set_byte(salts, 31, 1)",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="append-only"):
            owner.execute(f"{change} where version = 4".encode())


def test_what_redacts_without_a_reason_destroys_nothing(ledger: Ledger, owner: Connection):
    begin(ledger)
    record(ledger, progressed("2.4", NAME))
    with pytest.raises(psycopg.DatabaseError, match="gives a reason"):
        owner.execute("""select redact('plan', '{"version": 4, "fields": ["text"]}')""")
    assert NAME in everything_known_of(ledger)


def test_texts_cannot_be_altered_where_no_event_says_so(ledger: Ledger, owner: Connection):
    begin(ledger)
    record(ledger, progressed("2.4", NAME))
    for change in (
        "update events set whole = 'x' where version = 4",
        "update events set salts = null, whole = null where version = 4",
        "update events set state = 'x' where version = 4",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="append-only"):
            owner.execute(change.encode())
    record(ledger, redacted(4, "text"))
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="append-only"):
        owner.execute("update events set state = 'x' where version = 4")


def test_the_programs_role_cannot_destroy_a_text_but_by_recording_it(ledger: Ledger, app: Connection):
    begin(ledger)
    record(ledger, progressed("2.4", NAME))
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        app.execute("""select redact('plan', '{"version": 4, "fields": ["text"]}')""")


def test_after_a_purge_the_databases_files_do_not_hold_the_text(tmp_path: Path):
    peculiar = f"Peculiar-{uuid4().hex}"
    with Ledger.open(data=tmp_path / "data") as ledger:
        begin(ledger)
        record(ledger, progressed("2.4", f"{peculiar} was seen", reason=peculiar))
        for _ in range(20):
            record(ledger, progressed("2.4", "Other news"))
        purge(ledger)
        assert files_with(peculiar, tmp_path)
        record(ledger, redacted(4, "text", "reason"))
        purge(ledger)
        assert files_with(peculiar, tmp_path) == []
        assert peculiar not in everything_known_of(ledger)
        assert list(broken_invariants(ledger)) == []
    assert files_with(peculiar, tmp_path) == []


def test_a_purge_waits_until_the_old_log_is_archived_and_gone(tmp_path: Path):
    peculiar = f"Peculiar-{uuid4().hex}"
    data, archive = tmp_path / "data", tmp_path / "archive"
    with Ledger.open(data=data) as ledger:
        begin(ledger)
        assert copied_elsewhere(ledger) is None
        archive_continuously(data, archive)
        record(ledger, progressed("2.4", f"{peculiar} was seen"))
        record(ledger, redacted(4, "text"))
        assert purge(ledger) == []
        assert files_with(peculiar, data) == []
        assert any(peculiar.encode() in gzip.decompress(one.read_bytes()) for one in archive.glob("wal/*.gz"))
        assert "holds it still" in str(copied_elsewhere(ledger))


def test_a_purge_says_what_it_could_not_have_archived(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    peculiar = f"Peculiar-{uuid4().hex}"
    data, archive = tmp_path / "data", tmp_path / "archive"
    monkeypatch.setattr("domain.safekeeping.purging._ARCHIVED_WITHIN", 2.0)
    with Ledger.open(data=data) as ledger:
        begin(ledger)
        archive_continuously(data, archive)
        (archive / "wal").rename(archive / "away")
        record(ledger, progressed("2.4", f"{peculiar} was seen"))
        record(ledger, redacted(4, "text"))
        [said] = purge(ledger)
        assert re.search(r"keeps .* of its old log, which it could not archive yet \(it failed to at 20", said)
        assert files_with(peculiar, data)
        (archive / "away").rename(archive / "wal")
        monkeypatch.undo()
        assert purge(ledger) == []
        assert files_with(peculiar, data) == []


def ready_to_be_used_again(data: Path, owner: Connection, pieces: int) -> None:
    """Old pieces of the log under names to come, as a server with wal_recycle leaves them."""
    row = owner.execute("select pg_walfile_name(pg_current_wal_insert_lsn())").fetchone()
    assert row is not None
    log = data / "postgres" / "pg_wal"
    owner.execute("checkpoint")
    for number in range(1, pieces + 1):
        copy = log / f"{row[0][:16]}{int(row[0][16:], 16) + number:08X}"
        shutil.copy(log / row[0], copy)
        shutil.chown(copy, log.owner(), log.group())


def test_a_purge_writes_over_the_old_log_files_that_were_ready_to_be_used_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    peculiar, data = f"Peculiar-{uuid4().hex}", tmp_path / "data"
    with Ledger.open(data=data) as ledger, psycopg.connect(ledger.owner_conninfo, autocommit=True) as owner:
        begin(ledger)
        record(ledger, progressed("2.4", f"{peculiar} was seen"))
        ready_to_be_used_again(data, owner, 3)
        record(ledger, redacted(4, "text"))
        monkeypatch.setattr("domain.safekeeping.purging._SWITCHES", 1)
        [said] = purge(ledger)
        assert "are not overwritten yet: purge again" in said
        assert files_with(peculiar, data)
        assert ledger.recorder.select_purged().log == 0
        monkeypatch.undo()
        assert purge(ledger) == []
        assert files_with(peculiar, data) == []
        assert ledger.recorder.select_purged().log == 5


def shows(owner: Connection, setting: str, value: str) -> bool:
    return owner.execute(f"show {setting}".encode()).fetchone() == (value,)


def test_a_purge_says_what_the_server_keeps_of_its_old_log(tmp_path: Path):
    peculiar, data = f"Peculiar-{uuid4().hex}", tmp_path / "data"
    with Ledger.open(data=data) as ledger, psycopg.connect(ledger.owner_conninfo, autocommit=True) as owner:
        begin(ledger)
        record(ledger, progressed("2.4", f"{peculiar} was seen"))
        record(ledger, redacted(4, "text"))
        for kept, found in (("'1GB'", 1), ("0", 0)):
            owner.execute(f"alter system set wal_keep_size = {kept}".encode())
            owner.execute("select pg_reload_conf()")
            until(partial(shows, owner, "wal_keep_size", kept.strip("'")))
            left = purge(ledger)
            assert [bool(re.search("keeps .* of its old log.* as wal_keep_size says", one)) for one in left] == [
                True
            ] * found
            assert bool(files_with(peculiar, data)) == bool(found)


def files_with(text: str, folder: Path) -> list[str]:
    return [str(file) for file in folder.rglob("*") if file.is_file() and text.encode() in file.read_bytes()]


def test_an_answer_about_the_action_says_that_it_was_redacted(ledger: Ledger):
    begin(ledger)
    record(ledger, progressed("2.4", NAME))
    record(ledger, redacted(4, "text"))
    record_now = ledger.plan("plan")
    document = action_at(record_now.at(record_now.resolve(read_point("now"), LATER)), "2.4")
    assert NAME not in json.dumps(document, default=str)
    assert "[redacted]" in json.dumps(document, default=str)
