"""The program: whatever it is given and wherever it runs, it answers in a sentence and with its exit code."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from domain.proofs import verify as verifier
from tests.proofs.lying import FULL
from tests.proofs.packs import Book

PROGRAM = Path(str(verifier.__file__))


@pytest.fixture
def book() -> Book:
    return Book()


def run(*arguments: object, cwd: Path, **more: str) -> subprocess.CompletedProcess[str]:
    environment = {**{name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}, **more}
    command = [sys.executable, *map(str, arguments)]
    return subprocess.run(
        command, capture_output=True, text=True, cwd=cwd, check=False, timeout=60, env=environment, encoding="utf-8"
    )  # fmt: skip


@pytest.mark.parametrize(
    "body", ["raise ImportError('no such library')", "", "raise ModuleNotFoundError('cryptography')"]
)
def test_without_cryptography_the_program_says_what_to_install(tmp_path: Path, body: str):
    """Missing, broken, or so old that it lacks what is needed."""
    for name in ("", "hazmat", "hazmat/primitives", "hazmat/primitives/asymmetric"):
        folder = tmp_path / "cryptography" / name
        folder.mkdir(parents=True)
        (folder / "__init__.py").write_text(body)
    (tmp_path / "verify.py").write_bytes(PROGRAM.read_bytes())
    (tmp_path / "pack.zip").write_bytes(FULL)
    done = run("verify.py", "pack.zip", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "Nothing was verified: install the Python package `cryptography` (42 or later) first: python -m pip install"
        " cryptography\n"
    )


def test_a_python_that_is_too_old_is_told_so_before_anything_else():
    """No other Python is here: one from 3.8 on can read the file, and gets as far as that sentence."""
    source = PROGRAM.read_text(encoding="utf-8")
    ast.parse(source, feature_version=(3, 8))
    head, sentence, _ = source.partition("this program needs Python 3.11 or later")
    assert sentence
    assert "UTC" not in head
    assert "| None" not in head


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["nothing.zip"], 2, "nothing.zip cannot be read"),
        (["."], 2, "cannot be read"),
        (["pack.zip", "--since", "nothing.txt"], 2, "nothing.txt cannot be read"),
        (["pack.zip", "--tsa-root", "nothing.pem"], 2, "nothing.pem cannot be read"),
        (["pack.zip", "--tsa-root", "pack.zip"], 1, "DOES NOT HOLD: the root certificate"),
        (["pack.zip", "--key", "x"], 1, "DOES NOT HOLD: the key that was given"),
        (["pack.zip", "--key", "\udcff+00000000+AAAA"], 1, "DOES NOT HOLD: the key that was given"),
        (["pack.zip", "--witness", "\udcff"], 1, "DOES NOT HOLD: the key of a witness"),
        (["pack.zip", "--since", "verify.py"], 1, "DOES NOT HOLD: the earlier checkpoint"),
        (["verify.py"], 1, "DOES NOT HOLD: the pack: this is not a zip file"),
        (["pack.zip", "--nothing"], 2, "unrecognized arguments"),
        (["\udcff.zip"], 2, "cannot be read"),
    ],
)
def test_whatever_is_given_the_program_answers_in_a_sentence(
    tmp_path: Path, arguments: list[str], code: int, sentence: str
):
    (tmp_path / "verify.py").write_bytes(PROGRAM.read_bytes())
    (tmp_path / "pack.zip").write_bytes(FULL)
    done = run("verify.py", *arguments, cwd=tmp_path)
    assert done.returncode == code, done.stderr
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


def test_a_terminal_that_cannot_show_a_character_is_no_reason_to_break_off(tmp_path: Path, book: Book):
    book.add("plan", "ProgressReported", {"action": "2.4", "text": "Caf\u00e9 \u4e2d\u6587"}, by="Zo\u00eb")
    (tmp_path / "verify.py").write_bytes(PROGRAM.read_bytes())
    (tmp_path / "pack.zip").write_bytes(book.pack())
    done = run("verify.py", "pack.zip", "--list", cwd=tmp_path, PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert (done.returncode, done.stderr) == (0, "")
    assert "Caf\\xe9 \\u4e2d" in done.stdout


def test_whoever_reads_the_report_may_stop_reading(tmp_path: Path):
    (tmp_path / "verify.py").write_bytes(PROGRAM.read_bytes())
    (tmp_path / "pack.zip").write_bytes(FULL)
    command = [sys.executable, "verify.py", "pack.zip", "--list"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=tmp_path) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.close()
        assert running.stderr.read() == b""
    assert running.returncode == 0


def test_a_fault_of_the_program_is_no_traceback_and_no_pack_that_holds(
    tmp_path: Path, book: Book, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    (tmp_path / "pack.zip").write_bytes(book.pack())
    for name in ("read_events", "listing"):
        with monkeypatch.context() as patched:
            patched.setattr(verifier, name, lambda *_: 1 // 0)
            assert verifier.main([str(tmp_path / "pack.zip"), "--list"]) == 1
        assert capsys.readouterr().err == (
            "DOES NOT HOLD: the pack: this program cannot read it (ZeroDivisionError('integer division or modulo by"
            " zero'))\n"
        )


@pytest.mark.parametrize("output", ["/dev/full", "&-"])
def test_a_report_that_cannot_be_written_is_said_to_be_so(tmp_path: Path, book: Book, output: str):
    (tmp_path / "verify.py").write_bytes(PROGRAM.read_bytes())
    (tmp_path / "pack.zip").write_bytes(book.pack())
    command = ["sh", "-c", f'"{sys.executable}" -I verify.py pack.zip >{output}']
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False, timeout=60)
    assert done.returncode == 2
    assert done.stderr.startswith("The report cannot be written (")
    assert done.stderr.count("\n") == 1
