"""Backups: what is restored is what was backed up, it is proved, and nothing is ever half restored or replaced."""

import json
import re
import resource
import shutil
import stat
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from zipfile import ZipFile

import psycopg
import pytest

from domain.access.access_errors import SignInFailed
from domain.access.access_ledger import AccessLedger
from domain.access.principals import Grant
from domain.files.whole_files import NotWritten
from domain.integrity.access_check import broken_access
from domain.integrity.checkpoint_store import checkpoints_of
from domain.integrity.evidence_packs import pack
from domain.integrity.guards import powers_of_login
from domain.integrity.stored_tree import LedgerTree
from domain.opened_ledger import Ledger
from domain.postgres.archive import archive_continuously, restore_to
from domain.postgres.backup_refusals import BackupCode, BackupUnusable
from domain.postgres.base_backups import _extract
from domain.postgres.embedded_server import EmbeddedServer
from domain.postgres.log_archiving import NAMED, PIECES, script
from domain.postgres.programs import _pass_on
from domain.proofs.checkpoint import Checkpoint
from domain.proofs.keys import SignerKey
from domain.refusals import LedgerUnusable
from domain.safekeeping.backups import CHECKPOINT, DUMP, MANIFEST, back_up, opened
from domain.safekeeping.restoring import proved, restore
from tests.kit import progressed, rated
from tests.measuring import until
from tests.real_ledgers import all_is_well, begin, everything, record, remembers_what_is_stored
from tests.refusing import refused

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
    before, root, key = everything(ledger), LedgerTree(ledger.recorder).root(), checkpoints_of(ledger).keys()
    restore(file, data=empty)
    with Ledger.open(data=empty) as restored:
        assert everything(restored) == before
        assert LedgerTree(restored.recorder).root() == root
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
        assert powers_of_login(restored) == []
        with restored.datastore.get_connection() as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("delete from asat.events")
        with psycopg.connect(restored.owner_conninfo) as owner, pytest.raises(psycopg.Error, match="append-only"):
            owner.execute("delete from asat.events")


def test_who_may_do_what_is_backed_up_too(ledger: Ledger, tmp_path: Path, empty: Path):
    with Ledger.open(data=folder_of(ledger), schema="asat_access") as access:
        begin(access, "stream")
        before = everything(access)
    back_up(ledger, tmp_path / "both.asat")
    restore(tmp_path / "both.asat", data=empty)
    with Ledger.open(data=empty) as restored, Ledger.open(data=empty, schema="asat_access") as access:
        assert everything(access) == before
        assert powers_of_login(access) == []
        assert failures(restored, file=tmp_path / "both.asat") == []


def test_a_backup_is_of_one_moment_although_recording_goes_on(ledger: Ledger, tmp_path: Path, empty: Path):
    going_on = True

    def write() -> None:
        while going_on:
            record(ledger, progressed("2.4"))

    writer = Thread(target=write)
    writer.start()
    try:
        until(lambda: ledger.size() > 4)
        backup = back_up(ledger, tmp_path / "busy.asat")
        until(lambda: ledger.size() > backup.ledgers[0].size)
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
    with refused(BackupCode.FILE_THERE, "never written over"):
        back_up(ledger, file)
    assert file.read_bytes() == before
    assert [one.name for one in file.parent.iterdir()] == [file.name]


@contextmanager
def a_tool_that_fails(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """`pg_dump` has written half of what there is when it finds that it cannot go on."""
    folder = tmp_path_factory.mktemp("tools")
    tool = folder / "pg_dump"
    tool.write_text("#!/bin/sh\nhead -c 100000 /dev/zero\necho 'the server went away' >&2\nexit 1\n")
    tool.chmod(0o755)
    monkeypatch.setattr("domain.postgres.programs.bin_folder", lambda: folder)
    yield


@contextmanager
def a_full_disk(*_: object) -> Iterator[None]:
    """Nothing larger than so many bytes can be written, which the system tells of much as of a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def an_impatient_operator(_: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Ctrl-C while the backup is being written."""

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("domain.safekeeping.backups._manifest", interrupted)
    yield


@pytest.mark.parametrize(
    ("fails", "how"),
    [(a_tool_that_fails, LedgerUnusable), (a_full_disk, NotWritten), (an_impatient_operator, KeyboardInterrupt)],
)
def test_a_backup_that_cannot_be_made_leaves_nothing_behind(
    ledger: Ledger,
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    fails: Callable[..., AbstractContextManager[None]],
    how: type[BaseException],
):
    with fails(tmp_path_factory, monkeypatch), pytest.raises(how) as told:
        back_up(ledger, tmp_path / "none.asat")
    assert how is not LedgerUnusable or str(told.value) == "PostgreSQL's pg_dump failed:\nthe server went away"
    assert list(tmp_path.iterdir()) == []
    monkeypatch.undo()
    assert back_up(ledger, tmp_path / "one.asat").ledgers[0].size == ledger.size()


def test_a_ledger_that_holds_anything_is_not_replaced(ledger: Ledger, file: Path, new_data_folder: NewFolder):
    other = new_data_folder("other")
    with Ledger.open(data=other) as held:
        begin(held, "theirs")
        before = everything(held)
        with refused(BackupCode.LEDGER_THERE, "there is a ledger already"):
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
    with refused(BackupCode.NOT_A_BACKUP):
        restore(file, data=empty)
    with Ledger.open(data=empty) as restored:
        assert restored.size() == 0


def test_what_is_no_backup_is_refused(tmp_path: Path, empty: Path):
    for content in (b"", b"no zip", b"PK\x05\x06" + bytes(18)):
        (tmp_path / "none").write_bytes(content)
        with refused(BackupCode.NOT_A_BACKUP, "is no backup"):
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
    with refused(BackupCode.NEWER_PROGRAM_NEEDED, "newer AsAt"):
        restore(rewritten(file, tmp_path / "newer", migration=9999), data=empty)


def test_a_backup_of_another_ledger_is_not_taken_for_this_one(file: Path, empty: Path, tmp_path: Path):
    with refused(BackupCode.OTHER_LEDGER):
        restore(rewritten(file, tmp_path / "other", schema="other"), data=empty)


def test_the_checkpoint_that_one_holds_is_what_proves_a_backup(ledger: Ledger, file: Path, empty: Path):
    cuts = checkpoints_of(ledger)
    record(ledger, rated("2.4", "red"))
    held, later = bytes(cuts.all()[0].note), bytes(cuts.cut(KEY).note)
    restore(file, data=empty)
    with Ledger.open(data=empty) as restored:
        found = [sentence for _, sentence in proved(restored, None, held)]
        assert found[-1] == (
            "the first 3 events are those that your checkpoint was signed for, and 1 was recorded after it"
        )
        (failed,) = failures(restored, since=later)
        assert failed.startswith("your checkpoint does not hold: ")
        assert failed.endswith("the ledger now has 4 entries only: its end is missing, from position 5 on")


def test_another_ledgers_checkpoint_is_not_believed(file: Path, empty: Path, new_data_folder: NewFolder):
    with Ledger.open(data=new_data_folder("others")) as other:
        begin(other)
        note = bytes(checkpoints_of(other).cut(OTHER).note)
    restore(file, data=empty)
    with Ledger.open(data=empty) as restored:
        found = failures(restored, since=note)
        assert "its key is not among those that the ledger has now" in found[0]
        assert "no longer those that were signed" in found[1]


def test_an_evidence_pack_that_one_holds_proves_a_backup_too(ledger: Ledger, tmp_path: Path, empty: Path):
    back_up(ledger, tmp_path / "before.asat")
    record(ledger, rated("2.4", "red"))
    held = pack(ledger, "plan", KEY)
    back_up(ledger, tmp_path / "after.asat")
    restore(tmp_path / "after.asat", data=empty)
    with Ledger.open(data=empty) as restored:
        found = [sentence for holds, sentence in proved(restored, None, held) if holds]
        assert found[-1] == "the first 5 events are those that your evidence pack was signed for"


def test_the_event_that_a_pack_holds_and_the_backup_lacks_is_named(
    ledger: Ledger, file: Path, tmp_path: Path, empty: Path
):
    record(ledger, rated("2.4", "red"))
    held = pack(ledger, "plan", KEY)
    restore(file, data=empty)
    with Ledger.open(data=empty) as restored:
        found = failures(restored, since=held)
        assert "plan version 5 (ActionRated, position 5): the pack that was given holds it" in found[0]
        assert "its end is missing" in found[1]


# What was ended after the backup


def test_whoever_was_signed_in_when_the_backup_was_made_is_not_when_it_is_restored(
    ledger: Ledger, tmp_path: Path, empty: Path
):
    now = datetime.now(UTC)
    ledger.access.principals.add("Ann", [Grant("reader")], "operator")
    used, left = (ledger.access.links.make("Ann", "operator", 60) for _ in range(2))
    session = ledger.access.links.sign_in(used, now, None)
    gone = ledger.access.links.sign_in(ledger.access.links.make("Ann", "operator", 60), now, None)
    ledger.access.sessions.end(gone, now)
    back_up(ledger, tmp_path / "in.asat")
    restore(tmp_path / "in.asat", data=empty)
    with Ledger.open(data=empty) as restored:
        assert end_sessions_and_links(restored.access, now, "operator root") == (1, 1)
        assert restored.access.sessions.find(session, now) is None
        with pytest.raises(SignInFailed, match="has been used, or its time is over"):
            restored.access.links.sign_in(left, now, None)
        told = [(type(one.event).__name__, one.recorded_by) for one in restored.access.audit.records()][-2:]
        assert told == [("SignedOut", "operator root"), ("LinkEnded", "operator root")]
        assert end_sessions_and_links(restored.access, now, "operator root") == (0, 0)
        assert list(broken_access(restored.access)) == []
        assert restored.access.sessions.find(restored.access.links.sign_in(
            restored.access.links.make("Ann", "operator", 60), now, None), now)  # fmt: skip


def end_sessions_and_links(access: AccessLedger, now: datetime, by: str) -> tuple[int, int]:
    return access.sessions.end_all(now, by), access.links.end_all(now, by)


def test_a_ledger_that_knows_nobody_has_nothing_to_end(ledger: Ledger):
    assert end_sessions_and_links(ledger.access, datetime.now(UTC), "operator root") == (0, 0)
    assert ledger.access.audit.size() == 0


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
        assert LedgerTree(restored.recorder).root() == Checkpoint.read(cut.note.text).root
        record(restored, rated("2.4", "red"))
        all_is_well(restored)
        remembers_what_is_stored(restored)


def folder_of(ledger: Ledger) -> Path:
    assert ledger.server is not None
    return ledger.server._cluster.folder


def server_clock(ledger: Ledger) -> datetime:
    with psycopg.connect(ledger.owner_conninfo) as owner:
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
    with refused(BackupCode.MOMENT_NOT_HELD, "begins at"):
        restore_to(archive, first - timedelta(seconds=1), restored)
    with refused(BackupCode.MOMENT_NOT_HELD, "holds nothing that was written after"):
        restore_to(archive, datetime.now(UTC) + timedelta(days=1), restored)
    restore_to(archive, None, restored)
    with Ledger.open(data=restored) as found:
        assert found.size() == 4


def test_a_database_that_is_there_is_not_replaced_by_a_moment(ledger: Ledger, tmp_path: Path, empty: Path):
    archive_continuously(folder_of(ledger), tmp_path / "archive")
    with refused(BackupCode.LEDGER_THERE, "holds a database already"):
        restore_to(tmp_path / "archive", None, empty)
    with refused(BackupCode.NOT_A_BACKUP, "is no archive"):
        restore_to(tmp_path, None, tmp_path / "restored")


def test_an_archive_is_of_one_ledger_and_lies_elsewhere(ledger: Ledger, tmp_path: Path, empty: Path):
    archive_continuously(folder_of(ledger), tmp_path / "archive")
    for other, code in (
        (tmp_path / "archive", BackupCode.NOT_EMPTY),
        (empty / "archive", BackupCode.ARCHIVE_MISPLACED),
    ):
        with refused(code):
            archive_continuously(empty, other)
    with refused(BackupCode.ARCHIVED_ELSEWHERE, "is archived to"):
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


# As the server's account


@pytest.fixture
def opening(new_data_folder: NewFolder) -> Iterator[Path]:
    """A folder below folders that every account may enter, with characters that shells and settings take for theirs."""
    with TemporaryDirectory(prefix="asat-", dir="/var/tmp") as made:
        Path(made).chmod(0o755)
        folder = Path(made) / "it's 100% \\ kept"
        folder.mkdir(0o755)
        yield folder


def test_archiving_needs_no_python_that_the_servers_account_can_run(
    opening: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """As where Python lies in root's own folder: nobody but its owner runs it from here."""
    closed = tmp_path / "closed"
    closed.mkdir(0o700)
    (closed / "python").symlink_to(sys.executable)
    monkeypatch.setattr(sys, "executable", str(closed / "python"))
    with Ledger.open(data=opening / "data") as ledger:
        begin(ledger)
        archive_continuously(opening / "data", opening / "archive")
        record(ledger, rated("2.4"))
        before = everything(ledger)
    restore_to(opening / "archive", None, opening / "restored")
    with Ledger.open(data=opening / "restored") as restored:
        assert everything(restored) == before
        all_is_well(restored)


def test_a_folder_that_somebody_made_for_the_archive_is_good_enough(opening: Path):
    with Ledger.open(data=opening / "data") as ledger:
        begin(ledger)
        (opening / "archive").mkdir(0o755)
        archive_continuously(opening / "data", opening / "archive")
    assert len(list((opening / "archive").glob("base-*"))) == 1


def test_a_system_without_the_programs_that_copy_the_log_archives_nothing(
    ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("domain.postgres.archive.missing_programs", lambda _: ["gzip"])
    with refused(BackupCode.PROGRAM_MISSING, "lacks gzip"):
        archive_continuously(folder_of(ledger), tmp_path / "archive")


def test_where_nothing_can_be_archived_it_is_said_why_and_everything_is_as_it_was(
    ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    data, archive = folder_of(ledger), tmp_path / "archive"
    with monkeypatch.context() as broken:
        broken.setattr("domain.postgres.cluster.script", lambda: "echo 'the disk of the archive is full' >&2; exit 1")
        with refused(BackupCode.ARCHIVING_FAILED, "the disk of the archive is full"):
            archive_continuously(data, archive)
    assert not archive.exists()
    assert not (data / NAMED).exists()
    with psycopg.connect(ledger.owner_conninfo) as owner:
        assert owner.execute("show archive_mode").fetchone() == ("off",)
    record(ledger, rated("2.4", "red"))
    archive_continuously(data, archive)
    assert [one.name[:5] for one in archive.iterdir() if one.name != PIECES] == ["base-"]


def test_a_second_base_backup_that_fails_does_not_end_archiving(
    ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    data, archive = folder_of(ledger), tmp_path / "archive"
    archive_continuously(data, archive)
    monkeypatch.setattr("domain.postgres.archive.verify_base", _damaged)
    with refused(BackupCode.DAMAGED, "damaged"):
        archive_continuously(data, archive)
    assert (data / NAMED).exists()
    assert not (archive / "base.new").exists()
    assert len(list(archive.glob("base-*"))) == 1


def _damaged(_: Path) -> None:
    raise BackupUnusable(BackupCode.DAMAGED, "the base backup is damaged")


# What the server runs for each piece


class Shell:
    """Runs the archiving script as the server does, for a data folder and an archive."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.pieces = folder / "data", folder / "archive" / PIECES
        self.folder.mkdir()
        self.pieces.mkdir(parents=True)
        (self.folder / "archiving.sh").write_text(script(), encoding="utf-8")
        for name in ("archive", "restored-from"):
            (self.folder / name).write_text(f"{self.pieces.parent}\n", encoding="utf-8")
        self.piece = self.folder / "piece"
        self.piece.write_bytes(bytes(range(256)) * 64)

    def run(self, *arguments: object, programs: str = "/usr/bin:/bin") -> "subprocess.CompletedProcess[str]":
        argv = ["/bin/sh", str(self.folder / "archiving.sh"), *map(str, arguments)]
        return subprocess.run(argv, env={"PATH": programs}, capture_output=True, text=True, check=False, cwd="/")


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


@pytest.mark.parametrize("packed", [True, False])
def test_a_piece_comes_back_as_it_was_stored(shell: Shell, tmp_path: Path, packed: bool):
    programs = tmp_path / "programs"
    programs.mkdir()
    for program in ("cp", "sync", "mv", "cmp", "cat", *(["gzip"] if packed else [])):
        (programs / program).symlink_to(str(shutil.which(program)))
    for _ in range(2):  # a second time as after a crash, when the server does not know that it was stored
        assert shell.run("store", shell.piece, "0A", programs=str(programs)).returncode == 0
    assert [one.name for one in shell.pieces.iterdir()] == ["0A.gz" if packed else "0A"]
    assert shell.run("fetch", "0A", tmp_path / "fetched").returncode == 0
    assert (tmp_path / "fetched").read_bytes() == shell.piece.read_bytes()


def test_another_piece_is_never_replaced(shell: Shell):
    shell.run("store", shell.piece, "0A")
    before = (shell.pieces / "0A.gz").read_bytes()
    shell.piece.write_bytes(b"another")
    done = shell.run("store", shell.piece, "0A")
    assert (done.returncode, "belongs to another ledger" in done.stderr) == (1, True)
    assert (shell.pieces / "0A.gz").read_bytes() == before


def test_what_cannot_be_stored_is_not_called_stored(shell: Shell):
    shutil.rmtree(shell.pieces)
    assert shell.run("store", shell.piece, "0A").returncode == 1
    shell.pieces.mkdir()
    assert shell.run("store", shell.folder / "missing", "0A").returncode == 1
    assert not (shell.pieces / "0A.gz").exists()


def test_where_archiving_was_ended_the_server_is_not_held_up(shell: Shell):
    (shell.folder / "archive").unlink()
    assert shell.run("store", shell.piece, "0A").returncode == 0
    assert list(shell.pieces.iterdir()) == []


def test_a_damaged_piece_does_not_pass_for_the_end_of_the_log(shell: Shell, tmp_path: Path):
    shell.run("store", shell.piece, "0A")
    assert shell.run("fetch", "0B", tmp_path / "fetched").returncode == 1
    stored = shell.pieces / "0A.gz"
    stored.write_bytes(stored.read_bytes()[:-10])
    assert shell.run("fetch", "0A", tmp_path / "fetched").returncode > 125
    shutil.rmtree(shell.pieces)
    assert shell.run("fetch", "0A", tmp_path / "fetched").returncode > 125


def test_a_damaged_piece_restores_nothing_rather_than_less(ledger: Ledger, tmp_path: Path):
    data, archive = folder_of(ledger), tmp_path / "archive"
    archive_continuously(data, archive)
    record(ledger, rated("2.4", "red"))
    ledger.close()
    newest = max(one for one in (archive / PIECES).iterdir() if re.fullmatch("[0-9A-F]{24}.gz", one.name))
    newest.write_bytes(newest.read_bytes()[: newest.stat().st_size // 2])
    with pytest.raises(LedgerUnusable, match="nothing was restored"):
        restore_to(archive, None, tmp_path / "restored")
    assert not (tmp_path / "restored" / "postgres").exists()


# Unpacking


def member(name: str, kind: bytes = tarfile.REGTYPE, link: str = "") -> tarfile.TarInfo:
    made = tarfile.TarInfo(name)
    made.type, made.linkname = kind, link
    return made


@pytest.mark.parametrize(
    "made_up",
    [
        member("/etc/asat-was-here"), member("../outside"), member("a/../../outside"), member("..", tarfile.DIRTYPE),
        member("a", tarfile.SYMTYPE, "/etc/passwd"), member("a", tarfile.LNKTYPE, "../outside"),
        member("a", tarfile.CHRTYPE), member("a", tarfile.BLKTYPE), member("a", tarfile.FIFOTYPE),
    ],
    ids=lambda one: f"{one.name} {one.type.decode()}",
)  # fmt: skip
def test_a_base_backup_puts_nothing_but_files_and_nowhere_else(made_up: tarfile.TarInfo, tmp_path: Path):
    with pytest.raises(tarfile.TarError, match=r"would lie elsewhere|neither a file nor a folder"):
        _extract(packed(made_up), tmp_path / "inside")
    assert [one.name for one in tmp_path.rglob("*")] in ([], ["inside"])


def packed(*members: tarfile.TarInfo) -> tarfile.TarFile:
    content = BytesIO()
    with tarfile.open(fileobj=content, mode="w") as written:
        for one in members:
            written.addfile(one)
    content.seek(0)
    return tarfile.open(fileobj=content)


def test_a_file_that_comes_twice_is_refused(tmp_path: Path):
    with pytest.raises(FileExistsError):
        _extract(packed(member("a/b"), member("a/b")), tmp_path / "inside")


def test_folders_of_an_archive_may_lie_deeper_in_one_another_than_calls_can(tmp_path: Path) -> None:
    deep = "/".join("d" * 1500)
    try:
        _extract(packed(member(f"{deep}/file")), tmp_path)
        assert (tmp_path / deep / "file").exists()
    finally:
        subprocess.run(["rm", "-rf", str(tmp_path / "d")], check=True)  # shutil takes one apart by calls in calls


def test_a_base_backup_is_unpacked_by_any_python(ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Older ones do not know how to leave out what leads elsewhere."""
    archive_continuously(folder_of(ledger), tmp_path / "archive")
    monkeypatch.delattr(tarfile.TarFile, "extractall")
    restore_to(tmp_path / "archive", None, tmp_path / "restored")
    with Ledger.open(data=tmp_path / "restored") as restored:
        assert everything(restored) == everything(ledger)
