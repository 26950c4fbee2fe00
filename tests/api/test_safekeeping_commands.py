"""`asat backup` and `asat restore`, as whoever keeps the server runs them."""

import re
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.ledger import Ledger
from tests.api.conftest import load_examples
from tests.api.process import complained, said

NAME = "council.example/asat"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("kept") / "data"
    with Ledger.open(data=folder) as ledger:
        load_examples(ledger)
        yield folder


@pytest.mark.slow
def test_a_backup_is_restored_and_proved_by_a_checkpoint(data: Path, tmp_path: Path):
    key, checkpoint, file = tmp_path / "key", tmp_path / "checkpoint", tmp_path / "today.asat"
    said("key", "create", "--name", NAME, "-o", key, data=data)
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
def test_a_moment_is_restored_from_a_folder(data: Path, tmp_path: Path):
    archive, restored = tmp_path / "archive", tmp_path / "restored"
    told = said("backup", "--continuous", archive, data=data)
    first = re.search(r"every moment from (\S+) on can be restored", told)
    assert first
    assert "begins at" in complained("restore", archive, "--to", "2020-01-01", "--into", restored, data=data)
    with Ledger.open(data=data) as ledger, ledger._datastore.get_connection() as connection:
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
