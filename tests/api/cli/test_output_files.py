"""Every command that writes a file writes it whole or not at all, and says in a sentence when the disk is full."""

import errno
import os
import shlex
import subprocess
from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from api.cli.main import cli
from api.cli.serve_commands import EXAMPLES
from api.questions.question import OfTwoPoints
from api.questions.question_registry import QUESTIONS
from api.signing import new_signer, write_signer
from domain.integrity.checkpoint_store import checkpoints_of
from domain.opened_ledger import Ledger
from domain.proofs.checkpoint import Checkpoint, cosign, witness_key
from domain.proofs.keys import SignerKey
from tests.api.conftest import ROOT, load_examples
from tests.api.process import ASAT, environment
from tests.asked import asked_of

WITNESS = SignerKey("inspector.example/w1", b"eyes" * 8)
#: Every command that takes -o, with what else it needs; the file that it writes, where its form depends on it, and
#: whether it replaces one that is there.
ASKING = {
    **{one.called: "sunderland" for one in QUESTIONS.values()},
    **{one.called: "sunderland issue:2.0" for one in asked_of(OfTwoPoints) if one.name != "counted"},
    "plans": "", "event": "sunderland 6", "action": "sunderland 2.4",
    "audit": f"sunderland {EXAMPLES / 'sunderland-claims.json'}", "replay": "sunderland --limit 5",
}  # fmt: skip
REPLACING = {
    "pack": "sunderland --no-papers --key asat.key",
    "checkpoint cut": "--key asat.key",
    "checkpoint cosign": f"signed.txt --witness {witness_key(WITNESS.verifier)}",
}
ONLY_NEW = {"key create": "--name council.example/asat", "key rotate": "--key asat.key", "backup": ""}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A data folder with the examples; its server keeps running, so that commands need not start one each."""
    folder = tmp_path_factory.mktemp("outputs") / "data"
    with Ledger.open(data=folder) as ledger:
        load_examples(ledger)
        key = new_signer("council.example/asat")
        write_signer(key, folder.parent / "asat.key")
        cut = checkpoints_of(ledger).cut(key)
        signed = cut.note.signed(cosign(Checkpoint.read(cut.note.text), WITNESS, 1_679_315_147))
        (folder.parent / "signed.txt").write_bytes(bytes(signed))
        yield folder


def run(data: Path, command: str, arguments: str, file: Path) -> Result:
    """Run a command that writes to a file."""
    words = [*command.split(), *shlex.split(arguments), "-o", str(file)]
    with chdir(data.parent):
        return CliRunner().invoke(cli, ["--data", str(data), *words], env={"COLUMNS": "80", "ASAT_KEY": ""})


def with_an_output(command: click.Command, name: str = "") -> Iterator[str]:
    if isinstance(command, click.Group):
        for word, part in command.commands.items():
            yield from with_an_output(part, f"{name} {word}")
    elif any("-o" in option.opts for option in command.params):
        yield name.strip()


def test_every_command_that_writes_a_file_is_tried_here() -> None:
    assert sorted(with_an_output(cli)) == sorted([*ASKING, *REPLACING, *ONLY_NEW])


@pytest.mark.parametrize("command", [*ASKING, *REPLACING, *ONLY_NEW])
def test_a_full_disk_leaves_nothing_half_written_and_is_told_in_a_sentence(
    data: Path, tmp_path: Path, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = {**ASKING, **REPLACING, **ONLY_NEW}[command]
    file = tmp_path / "written.json"
    if command not in ONLY_NEW:
        file.write_bytes(b"what was there")

    def no_place(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("domain.files.whole_files.os.fsync", no_place)
    result = run(data, command, arguments, file)
    assert result.exit_code == 1, result.output
    assert f"{file} was not written (the disk is full)" in result.stderr
    assert "free some space" in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert {one.name: one.read_bytes() for one in tmp_path.iterdir()} == (
        {} if command in ONLY_NEW else {file.name: b"what was there"}
    )


@pytest.mark.parametrize("command", [*REPLACING, "show"])
def test_what_was_there_is_replaced_and_keeps_its_mode(data: Path, tmp_path: Path, command: str) -> None:
    file = tmp_path / "written.json"
    file.write_bytes(b"what was there")
    file.chmod(0o640)
    assert run(data, command, {**ASKING, **REPLACING}[command], file).exit_code == 0
    assert (file.read_bytes() == b"what was there", file.stat().st_mode & 0o777) == (False, 0o640)
    assert [one.name for one in tmp_path.iterdir()] == [file.name]


@pytest.mark.parametrize("form", ["json", "text", "docx"])
def test_a_full_disk_behind_the_standard_output_is_told_too(data: Path, form: str) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [ASAT, "show", "sunderland", "-f", form], stdout=full, stderr=subprocess.PIPE, env=environment(data),
            cwd=ROOT, timeout=120, check=False,
        )  # fmt: skip
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1), done.stderr.decode()
    assert b"is full: free some space" in done.stderr
