"""`asat backup` and `asat restore`, as whoever keeps the server runs them."""

import re
import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from domain.access.access_errors import SignInFailed
from domain.access.principals import Grant
from domain.opened_ledger import Ledger
from tests.api.conftest import load_examples
from tests.api.process import complained, run, said

NAME = "council.example/asat"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("kept") / "data"
    with Ledger.open(data=folder) as ledger:
        load_examples(ledger)
        yield folder


@pytest.fixture(scope="module")
def key(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The key that signs for the ledger."""
    file = tmp_path_factory.mktemp("signing") / "key"
    said("key", "create", "--name", NAME, "-o", file, data=data)
    return file


@pytest.mark.slow
def test_a_backup_is_restored_and_proved_by_a_checkpoint(data: Path, key: Path, tmp_path: Path):
    checkpoint, file = tmp_path / "checkpoint", tmp_path / "today.asat"
    said("checkpoint", "cut", "--key", key, "-o", checkpoint, data=data)
    told = said("backup", "-o", file, data=data)
    assert re.search(r"today\.asat: 543 events in asat.*, as they were at 20", told.replace("\n", " "))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    restored = tmp_path / "restored"
    told = said("restore", file, "--into", restored, "--since", checkpoint, data=data)
    assert "543 events restored in 5 plans" in told
    assert "the first 543 events are those that your checkpoint was signed for" in told
    assert "the 543 events in asat come to the root that was written down with the backup" in told
    assert said("show", "sunderland", "--at", "issue:3.0", data=restored) == said(
        "show", "sunderland", "--at", "issue:3.0", data=data
    )
    assert "there is a ledger already" in complained("restore", file, "--into", restored, data=data)
    assert "never written over" in complained("backup", "-o", file, data=data)


@pytest.mark.slow
def test_whoever_restores_is_told_what_counts_again_and_nobody_stays_signed_in(tmp_path: Path):
    data, file, restored = tmp_path / "data", tmp_path / "today.asat", tmp_path / "restored"
    with Ledger.open(data=data) as ledger:
        ledger.access.principals.add("Ann", [Grant("reader")], "operator")
        link = ledger.access.links.make("Ann", "operator", 60)
        token, _ = ledger.access.tokens.create("import", Grant("reader"), None, "operator")
        session = ledger.access.links.sign_in(ledger.access.links.make("Ann", "operator", 60), datetime.now(UTC), None)
    said("backup", "-o", file, data=data)
    with Ledger.open(data=data) as ledger:
        ledger.access.tokens.revoke("import", "operator")
    told = said("restore", file, "--into", restored, data=data)
    assert "tokens that were revoked (look at `asat token list`)" in told
    assert "All sessions and unused links were ended (1 and 1)" in told
    assert "Texts that were redacted after the backup are there again" in told
    assert f"To serve it: asat --data {restored} serve" in told
    with Ledger.open(data=restored) as ledger:
        now = datetime.now(UTC)
        assert ledger.access.sessions.find(session, now) is None
        with pytest.raises(SignInFailed):
            ledger.access.links.sign_in(link, now, None)
        assert ledger.access.tokens.principal(token, now).name == "import"
        assert "asat restore was begun on the machine" in said("access", "log", "-f", "text", data=restored)


@pytest.mark.slow
def test_a_restored_ledger_is_compared_with_an_evidence_pack_and_with_nothing_that_is_none(
    data: Path, key: Path, tmp_path: Path
):
    held, file, new = tmp_path / "pack.zip", tmp_path / "today.asat", tmp_path / "new"
    assert run("pack", "sunderland", "--no-papers", "--key", key, "-o", held, data=data).returncode == 0
    said("backup", "-o", file, data=data)
    altered = tmp_path / "altered.zip"
    altered.write_bytes(held.read_bytes().replace(b"entry", b"entri", 1))
    (tmp_path / "none").write_bytes(b"none")
    for wrong in (altered, tmp_path / "none", file):
        assert "is no checkpoint and no evidence pack that holds" in complained(
            "restore", file, "--into", new, "--since", wrong, data=data
        ).replace("\n", " ")
        assert not new.exists()
    told = said("restore", file, "--into", new, "--since", held, data=data)
    assert "the first 543 events are those that your evidence pack was signed for" in told


def test_a_question_to_a_folder_that_holds_no_ledger_does_not_make_one(tmp_path: Path):
    typed = tmp_path / "typo"
    for command in (["plans"], ["show", "sunderland"], ["check"], ["backup", "-o", tmp_path / "none.asat"]):
        assert f"there is no ledger in {typed}" in complained("--data", typed, *command, data=tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_a_purge_says_that_the_archive_still_holds_what_was_redacted(tmp_path: Path):
    data = tmp_path / "data"
    with Ledger.open(data=data) as ledger:
        load_examples(ledger)
    said("backup", "--continuous", tmp_path / "archive", data=data)
    told = said("redact", "sunderland", 285, "text", "--reason", "It names a child", data=data)
    assert "the database's files were written anew" in told
    assert "the folder to which the log is archived holds it still" in told
    assert "holds it still" in said("purge", data=data)


@pytest.mark.slow
def test_a_moment_is_restored_from_a_folder(data: Path, tmp_path: Path):
    archive, restored = tmp_path / "archive", tmp_path / "restored"
    told = said("backup", "--continuous", archive, data=data)
    first = re.search(r"every moment from (\S+) on can be restored", told)
    assert first
    assert f"begins at {first[1]}" in complained(
        "restore", archive, "--to", "2020-01-01", "--into", restored, data=data
    )
    with Ledger.open(data=data) as ledger, ledger.datastore.get_connection() as connection:
        connection.execute("select pg_sleep(0.01)")
    told = said("restore", archive, "--into", restored, data=data)
    assert "543 events restored in 5 plans" in told
    assert "Not compared with a checkpoint that you hold" in told


def test_what_a_backup_is_written_to_must_be_said(data: Path, tmp_path: Path):
    assert "say what to back up to" in complained("backup", data=data, code=2)
    assert "say what to back up to" in complained("backup", "-o", "x", "--continuous", "y", data=data, code=2)
    (tmp_path / "file").write_bytes(b"no backup")
    assert "goes with the folder" in complained(
        "restore", tmp_path / "file", "--to", "2026-01-01", "--into", tmp_path / "new", data=data, code=2
    )
    assert "is no backup of a ledger" in complained("restore", tmp_path / "file", "--into", tmp_path / "new", data=data)
