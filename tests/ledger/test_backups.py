"""Backups: what is restored is what was backed up, it is proved, and nothing is ever half restored or replaced."""

import json
import re
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from threading import Thread
from zipfile import ZipFile

import psycopg
import pytest

from domain.ledger import Ledger, LedgerUnusable
from domain.ledger.archive import archive_continuously, restore_to
from domain.ledger.archiving import PIECES
from domain.ledger.backups import CHECKPOINT, DUMP, MANIFEST, BackupUnusable, back_up, opened, owner_conninfo
from domain.ledger.checkpoints import checkpoints_of
from domain.ledger.embedded import EmbeddedServer
from domain.ledger.programs import _pass_on
from domain.ledger.restoring import proved, restore
from domain.proofs.checkpoint import Checkpoint
from domain.proofs.keys import SignerKey
from tests.kit import progressed, rated
from tests.ledger.conftest import all_is_well, begin, everything, record, remembers_what_is_stored

KEY = SignerKey("council.example/asat", b"k" * 32)
OTHER = SignerKey("council.example/asat", b"o" * 32)

NewFolder = Callable[[str], Path]


@pytest.fixture
def ledger(new_data_folder: NewFolder) -> Iterator[Ledger]:
    """A ledger of three events, a checkpoint of them, and one event more."""
    with Ledger.open(data=new_data_folder("backed-up")) as ledger:
        begin(ledger)
        checkpoints_of(ledger).cut(KEY)
        record(ledger, rated("2.4"))
        yield ledger


@pytest.fixture
def file(ledger: Ledger, tmp_path: Path) -> Path:
    back_up(ledger, tmp_path / "of-today.asat")
    return tmp_path / "of-today.asat"


@pytest.fixture
def empty(new_data_folder: NewFolder) -> Path:
    return new_data_folder("empty")


def failures(ledger: Ledger, *, since: bytes | None = None, file: Path | None = None) -> list[str]:
    """What does not hold of a restored ledger."""
    held = None
    if file is not None:
        with opened(file) as (held, _):
            pass
    return [sentence for holds, sentence in proved(ledger, held, since) if not holds]


# In one file


def test_what_is_restored_is_what_was_backed_up(ledger: Ledger, file: Path, empty: Path):
    before, root, key = everything(ledger), ledger.tree().root(), checkpoints_of(ledger).keys()
    restore(file, data=empty)
    with Ledger.open(data=empty) as restored:
        assert everything(restored) == before
        assert restored.tree().root() == root
        assert checkpoints_of(restored).keys() == key
        assert failures(restored, file=file) == []
        remembers_what_is_stored(restored)


def test_the_record_goes_on_where_it_was_backed_up(file: Path, empty: Path):
    restore(file, data=empty)
    with Ledger.open(data=empty) as restored:
        assert [event.position for event in record(restored, rated("2.4", "red"))] == [5]
        checkpoints_of(restored).cut(KEY)
        all_is_well(restored)


def test_a_restored_ledger_is_as_guarded_as_it_was(file: Path, empty: Path):
    restore(file, data=empty)
    with Ledger.open(data=empty) as restored:
        assert restored.guarded
        with restored._datastore.get_connection() as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("delete from asat.events")
        with psycopg.connect(owner_conninfo(restored)) as owner, pytest.raises(psycopg.Error, match="append-only"):
            owner.execute("delete from asat.events")


def test_who_may_do_what_is_backed_up_too(ledger: Ledger, tmp_path: Path, empty: Path):
    with Ledger.open(data=folder_of(ledger), schema="asat_access") as access:
        begin(access, "stream")
        before = everything(access)
    back_up(ledger, tmp_path / "both.asat")
    restore(tmp_path / "both.asat", data=empty)
    with Ledger.open(data=empty) as restored, Ledger.open(data=empty, schema="asat_access") as access:
        assert everything(access) == before
        assert access.guarded
        assert failures(restored, file=tmp_path / "both.asat") == []


def test_a_backup_is_of_one_moment_although_recording_goes_on(ledger: Ledger, tmp_path: Path, empty: Path):
    going_on = True

    def write() -> None:
        while going_on:
            record(ledger, progressed("2.4"))

    writer = Thread(target=write)
    writer.start()
    try:
        time.sleep(0.1)
        backup = back_up(ledger, tmp_path / "busy.asat")
        time.sleep(0.1)
    finally:
        going_on = False
        writer.join()
    assert 4 < backup.ledgers[0].size < ledger.size()
    restore(tmp_path / "busy.asat", data=empty)
    with Ledger.open(data=empty) as restored:
        assert everything(restored) == everything(ledger)[: backup.ledgers[0].size]
        assert failures(restored, file=tmp_path / "busy.asat") == []


def test_nobody_else_can_read_a_backup_and_none_is_written_over(ledger: Ledger, file: Path):
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    before = file.read_bytes()
    with pytest.raises(BackupUnusable, match="never written over"):
        back_up(ledger, file)
    assert file.read_bytes() == before
    assert [one.name for one in file.parent.iterdir()] == [file.name]


def test_a_backup_that_cannot_be_made_leaves_nothing_behind(
    ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("domain.ledger.programs.bin_folder", lambda: Path("/bin/false").parent)
    monkeypatch.setattr("domain.ledger.backups.dump", _no_dump)
    with pytest.raises(LedgerUnusable, match="pg_dump failed"):
        back_up(ledger, tmp_path / "none.asat")
    assert list(tmp_path.iterdir()) == []


def _no_dump(*_: object) -> None:
    raise LedgerUnusable("PostgreSQL's pg_dump failed: no room")


def test_a_ledger_that_holds_anything_is_not_replaced(ledger: Ledger, file: Path, new_data_folder: NewFolder):
    other = new_data_folder("other")
    with Ledger.open(data=other) as held:
        begin(held, "theirs")
        before = everything(held)
        with pytest.raises(BackupUnusable, match="there is a ledger already"):
            restore(file, data=other)
        assert everything(held) == before
        all_is_well(held)


def test_a_ledger_that_was_only_opened_holds_nothing(file: Path, empty: Path):
    with Ledger.open(data=empty):
        pass
    restore(file, data=empty)
    with Ledger.open(data=empty) as restored:
        assert restored.size() == 4


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
def test_a_damaged_backup_is_refused_before_anything_is_restored(file: Path, empty: Path, share: float):
    with ZipFile(file) as archive:
        entry = archive.getinfo(DUMP)
    damaged = bytearray(file.read_bytes())
    damaged[int(entry.file_size * share) + 100] ^= 1
    file.write_bytes(damaged)
    with pytest.raises(BackupUnusable):
        restore(file, data=empty)
    with Ledger.open(data=empty) as restored:
        assert restored.size() == 0


def test_what_is_no_backup_is_refused(tmp_path: Path, empty: Path):
    for content in (b"", b"no zip", b"PK\x05\x06" + bytes(18)):
        (tmp_path / "none").write_bytes(content)
        with pytest.raises(BackupUnusable, match="is no backup"):
            restore(tmp_path / "none", data=empty)


def test_a_dump_that_ends_too_early_leaves_an_empty_ledger(file: Path, empty: Path, tmp_path: Path):
    """Written down as if it were whole: only the database can notice."""
    cut = rewritten(file, tmp_path / "cut", dump=lambda dump: dump[: len(dump) * 3 // 4])
    with pytest.raises(LedgerUnusable, match="failed"):
        restore(cut, data=empty)
    with Ledger.open(data=empty) as restored:
        assert restored.size() == 0
        begin(restored)
        all_is_well(restored)


def rewritten(
    file: Path, into: Path, *, dump: Callable[[bytes], bytes] = lambda dump: dump, **changed: object
) -> Path:  # fmt: skip
    """The backup as somebody would forge it who knows how it is made."""
    with ZipFile(file) as old, ZipFile(into, "w") as new:
        content, said = dump(old.read(DUMP)), json.loads(old.read(MANIFEST))
        said["ledgers"][0] |= changed
        new.writestr(DUMP, content)
        new.writestr(CHECKPOINT, old.read(CHECKPOINT))
        new.writestr(MANIFEST, json.dumps(said | {"sha256": sha256(content).hexdigest()}))
    return into


def test_events_that_are_not_those_that_were_backed_up_are_named(file: Path, empty: Path, tmp_path: Path):
    restore(rewritten(file, tmp_path / "forged", size=5), data=empty)
    with Ledger.open(data=empty) as restored:
        assert failures(restored, file=tmp_path / "forged") == [
            "the 4 events in asat are not the 5 that were backed up"
        ]  # fmt: skip


def test_a_backup_of_a_newer_program_is_left_to_that(file: Path, empty: Path, tmp_path: Path):
    with pytest.raises(BackupUnusable, match="newer AsAt"):
        restore(rewritten(file, tmp_path / "newer", migration=9999), data=empty)


def test_the_checkpoint_that_one_holds_is_what_proves_a_backup(ledger: Ledger, file: Path, empty: Path):
    cuts = checkpoints_of(ledger)
    record(ledger, rated("2.4", "red"))
    held, later = bytes(cuts.all()[0].note), bytes(cuts.cut(KEY).note)
    restore(file, data=empty)
    with Ledger.open(data=empty) as restored:
        found = [sentence for _, sentence in proved(restored, None, held)]
        assert found[-1] == (
            "the first 3 events are those that your checkpoint was signed for, and 1 were recorded after it"
        )
        assert failures(restored, since=later) == [
            "your checkpoint is of 5 events and 4 were restored: the end is missing"
        ]  # fmt: skip


def test_another_ledgers_checkpoint_is_not_believed(file: Path, empty: Path, new_data_folder: NewFolder):
    with Ledger.open(data=new_data_folder("others")) as other:
        begin(other)
        note = bytes(checkpoints_of(other).cut(OTHER).note)
    restore(file, data=empty)
    with Ledger.open(data=empty) as restored:
        (failed,) = failures(restored, since=note)
        assert failed.startswith("your checkpoint is none that this ledger's keys have signed")


def test_a_backup_goes_from_an_embedded_server_to_one_of_your_own_and_back(
    ledger: Ledger, file: Path, empty: Path, new_data_folder: NewFolder, tmp_path: Path
):
    with EmbeddedServer.start(empty) as server:
        url = server.owner_conninfo
        restore(file, database_url=url)
        with Ledger.open(database_url=url) as restored:
            assert everything(restored) == everything(ledger)
            back_up(restored, tmp_path / "back.asat")
    again = new_data_folder("again")
    restore(tmp_path / "back.asat", data=again)
    with Ledger.open(data=again) as restored:
        assert everything(restored) == everything(ledger)


def test_an_older_server_is_spared_the_setting_that_it_does_not_know():
    script = (
        b"BEGIN;\nSET transaction_timeout = 0;\nSET x = 1;\nCOPY asat.texts FROM stdin;\nSET transaction_timeout = 0;\n"
    )
    told = BytesIO()
    _pass_on(BytesIO(script), told)
    assert told.getvalue() == script.replace(b"SET transaction_timeout = 0;\n", b"", 1)


# To a moment


def test_a_moment_is_restored_as_it_was(ledger: Ledger, tmp_path: Path):
    data, archive = folder_of(ledger), tmp_path / "archive"
    archive_continuously(data, archive)
    record(ledger, *[progressed("2.4", f"before {number}") for number in range(10)])
    cut = checkpoints_of(ledger).cut(KEY)
    before, moment = everything(ledger), server_clock(ledger)
    time.sleep(0.01)
    record(ledger, *[progressed("2.4", f"after {number}") for number in range(10)])
    ledger.close()
    restore_to(archive, moment, tmp_path / "restored")
    with Ledger.open(data=tmp_path / "restored") as restored:
        assert everything(restored) == before
        assert failures(restored, since=bytes(cut.note)) == []
        assert restored.tree().root() == Checkpoint.read(cut.note.text).root
        record(restored, rated("2.4", "red"))
        all_is_well(restored)
        remembers_what_is_stored(restored)


def folder_of(ledger: Ledger) -> Path:
    assert ledger._server is not None
    return ledger._server._cluster.folder


def server_clock(ledger: Ledger) -> datetime:
    with psycopg.connect(owner_conninfo(ledger)) as owner:
        row = owner.execute("select clock_timestamp()").fetchone()
        assert row is not None and isinstance(row[0], datetime)
        return row[0]


def test_without_a_moment_everything_is_restored_that_was_archived(ledger: Ledger, tmp_path: Path):
    data, archive = folder_of(ledger), tmp_path / "archive"
    archive_continuously(data, archive)
    record(ledger, rated("2.4", "red"))
    before = everything(ledger)
    ledger.close()  # the server stops, and archives the last of it
    restore_to(archive, None, tmp_path / "restored")
    with Ledger.open(data=tmp_path / "restored") as restored:
        assert everything(restored) == before
        all_is_well(restored)


def test_a_moment_that_the_archive_does_not_reach_restores_nothing(ledger: Ledger, tmp_path: Path):
    data, archive, restored = folder_of(ledger), tmp_path / "archive", tmp_path / "restored"
    first = archive_continuously(data, archive)
    ledger.close()
    with pytest.raises(BackupUnusable, match="begins at"):
        restore_to(archive, first - timedelta(seconds=1), restored)
    with pytest.raises(BackupUnusable, match="holds nothing that was written after"):
        restore_to(archive, datetime.now(UTC) + timedelta(days=1), restored)
    restore_to(archive, None, restored)
    with Ledger.open(data=restored) as found:
        assert found.size() == 4


def test_a_database_that_is_there_is_not_replaced_by_a_moment(ledger: Ledger, tmp_path: Path, empty: Path):
    archive_continuously(folder_of(ledger), tmp_path / "archive")
    with pytest.raises(BackupUnusable, match="holds a database already"):
        restore_to(tmp_path / "archive", None, empty)
    with pytest.raises(BackupUnusable, match="is no archive"):
        restore_to(tmp_path, None, tmp_path / "restored")


def test_an_archive_is_of_one_ledger_and_lies_elsewhere(ledger: Ledger, tmp_path: Path, empty: Path):
    archive_continuously(folder_of(ledger), tmp_path / "archive")
    for other, sentence in (
        (tmp_path / "archive", "is not empty"),
        (empty / "archive", "lies in the data folder"),
    ):
        with pytest.raises(BackupUnusable, match=sentence):
            archive_continuously(empty, other)
    with pytest.raises(BackupUnusable, match="is archived to"):
        archive_continuously(folder_of(ledger), tmp_path / "second")


def test_a_second_base_backup_is_restored_from_where_it_is_early_enough(ledger: Ledger, tmp_path: Path):
    archive = tmp_path / "archive"
    first = archive_continuously(folder_of(ledger), archive)
    record(ledger, rated("2.4", "red"))
    second = archive_continuously(folder_of(ledger), archive)
    assert first < second
    ledger.close()
    for piece in (archive / PIECES).iterdir():  # what only the first one needs
        if piece.stat().st_mtime < second.timestamp() - 0.5 and re.fullmatch("[0-9A-F]{24}.gz", piece.name):
            piece.unlink()
    restore_to(archive, None, tmp_path / "restored")
    with Ledger.open(data=tmp_path / "restored") as restored, closing(restored):
        assert restored.size() == 5
        all_is_well(restored)
