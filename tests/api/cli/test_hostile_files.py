"""Hostile files, given to every command that reads one: a sentence, no trace of the program, and nothing stored."""

import gzip
import hashlib
import io
import json
import random
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from api.application import make_application
from api.cli.main import cli
from domain.integrity.invariants import broken_invariants
from domain.ledger.opening import SCHEMA
from domain.opened_ledger import Ledger
from domain.safekeeping.backups import DUMP, FORMAT, MANIFEST, Held
from tests.api.conftest import BY, OPENING, asking

pytestmark = pytest.mark.slow

WITNESS = "witness.example+00000000+BAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"


@pytest.fixture(scope="module")
def held(server_folder: Path) -> Iterator[Ledger]:
    """A ledger that holds the plan `plan`."""
    with Ledger.open(data=server_folder, schema="hostile_files") as ledger:
        assert asking(make_application(ledger, BY)).post("/plans/plan/events", json=OPENING).status_code == 201
        yield ledger
        assert list(broken_invariants(ledger)) == []


@pytest.fixture(autouse=True)
def unchanged(held: Ledger, server_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every command works on that ledger, and adds nothing to it."""
    before, opened = held.size(), Ledger.open
    monkeypatch.setattr(Ledger, "open", lambda **_: opened(data=server_folder, schema="hostile_files"))
    yield
    assert (held.size(), held.access.audit.size()) == (before, 0)


def refused(*arguments: Any) -> str:
    """What a command says on refusing, which it must in a sentence."""
    done = CliRunner().invoke(cli, [*map(str, arguments)])
    assert done.exception is None or isinstance(done.exception, SystemExit), repr(done.exception)
    assert done.exit_code in (1, 2), done.output
    assert 20 <= len(done.output) < 3000
    assert "Traceback" not in done.output
    assert "\x1b" not in done.output
    return done.output


# Files of any kind

EVENT = b'{"type":"ProgressReported","plan":"plan","action":"2.4","text":"x"}'
KEYS = b",".join(b'"k%d":1' % n for n in range(200_000))


def packed(*files: tuple[str, bytes], how: int = zipfile.ZIP_DEFLATED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", how) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return made.getvalue()


FILES = {
    "nothing": b"", "zero bytes": b"\0" * 1000, "random bytes": random.Random(20190531).randbytes(100_000),
    "lists in one another": b"[" * 1_000_000, "objects in one another": b'{"a":' * 200_000,
    "a line of 20 MB": b'{"type":"' + b"x" * 20_000_000 + b'"}', "20 MB of nothing": b"x" * 20_000_000,
    "5 million empty lines": b"\n" * 5_000_000, "a million bad lines": b"x\n" * 1_000_000,
    "UTF-16": EVENT.decode().encode("utf-16"), "bad UTF-8": b"\xff" + EVENT, "half a character": b'{"a":"\\ud800"}',
    "a field twice": b"{" + KEYS + b',"z":1,"z":2}', "200,000 fields": b"{" + KEYS + b"}", "not a number": b"NaN",
    "10,000 digits": b"9" * 10_000, "what clears a screen": b'{"\x1b[2J":1}\x1b[2J',
    "a good event and a bad": EVENT + b"\n{",
    "a zip bomb": packed(("a", b"\0" * 50_000_000)), "a packed bomb": gzip.compress(b"\0" * 10_000_000),
    "a zip cut off": b"PK\x03\x04" + b"\xff" * 10_000, "an empty zip": b"PK\x05\x06" + b"\0" * 18,
    "a note": "asat\n1\nAAAA\n\n— asat AAAA\n".encode(), "a note in bad UTF-8": b"x\n\n\xe2\x80\x94 x \xff",
    "a note of many lines": b"a\n" * 200_000,
}  # fmt: skip
COMMANDS: dict[str, tuple[str, ...]] = {
    "record": ("record", "FILE"),
    "audit": ("audit", "plan", "FILE"),
    "check": ("check", "--since", "FILE"),
    "verify": ("verify", "FILE"),
    "verify with a root": ("verify", "FILE", "--tsa-root", "FILE"),
    "verify against": ("verify", "FILE", "--since", "FILE"),
    "restore": ("restore", "FILE", "--into", "NEW"),
    "cosign": ("checkpoint", "cosign", "FILE", "--witness", WITNESS),
    "cut": ("checkpoint", "cut", "--key", "FILE"),
    "pack": ("pack", "plan", "--key", "FILE", "-o", "NEW"),
    "stamp": ("checkpoint", "stamp", "--tsa", "http://127.0.0.1:9", "--tsa-root", "FILE"),
}


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_that_is_given_a_hostile_file(command: str, tmp_path: Path) -> None:
    file = tmp_path / "given"
    for content in FILES.values():
        file.write_bytes(content)
        file.chmod(0o600)
        places = {"FILE": str(file), "NEW": str(tmp_path / "new")}
        refused(*(places.get(one, one) for one in COMMANDS[command]))
        assert not (tmp_path / "new").exists()


# Backups that somebody made up

LEDGER: dict[str, Any] = dict(zip(Held.__slots__, (SCHEMA, 1, 1, "", True), strict=True))


def backup(dump: bytes = b"garbage", how: int = zipfile.ZIP_DEFLATED, **said: Any) -> bytes:
    manifest = {"format": FORMAT, "made_at": "2026-01-01T00:00:00+00:00", "server": "18", "ledgers": [LEDGER],
                "sha256": hashlib.sha256(dump).hexdigest(), **said}  # fmt: skip
    return packed((MANIFEST, json.dumps(manifest).encode()), (DUMP, dump), how=how)


def altered(content: bytes, at: bytes, place: int, byte: int) -> bytes:
    found = bytearray(content)
    found[found.index(at) + place] ^= byte
    return bytes(found)


MADE_UP = {
    "a manifest of lists": packed((MANIFEST, b"[" * 1_000_000)),
    "a large manifest": packed((MANIFEST, b" " * 50_000_000)),
    "no ledger": backup(ledgers=[]), "another ledger": backup(ledgers=[LEDGER | {"schema": 'a"; drop table x; --'}]),
    "a ledger that is none": backup(ledgers=[1]), "a number for a name": backup(ledgers=[LEDGER | {"schema": 5}]),
    "a text for a number": backup(ledgers=[LEDGER | {"migration": "x"}]), "no instant": backup(made_at=5),
    "a newer ledger": backup(ledgers=[LEDGER | {"migration": 10**30}]), "another format": backup(format=["x" * 9999]),
    "another digest": backup(sha256="0" * 64), "a bomb": backup(b"\0" * 50_000_000, sha256="0" * 64),
    "encrypted": altered(backup(), b"PK\x01\x02", 8, 1), "packed otherwise": backup(how=zipfile.ZIP_LZMA),
    "in an unknown way": altered(backup(), b"PK\x01\x02", 10, 99),
    "damaged": altered(backup(), b"backup.json", 11, 0xFF),
    "cut off": backup()[:-100],
}  # fmt: skip


@pytest.mark.parametrize("content", MADE_UP.values(), ids=MADE_UP)
def test_a_backup_that_was_made_up(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "backup.asat"
    file.write_bytes(content)
    said = refused("restore", file, "--into", tmp_path / "new")
    assert "backup" in said
    assert not (tmp_path / "new").exists()


def test_a_backup_with_any_byte_altered(tmp_path: Path) -> None:
    file, chance = tmp_path / "backup.asat", random.Random(20190531)
    whole = backup(chance.randbytes(500), sha256="0" * 64)
    for _ in range(150):
        content = bytearray(whole)
        for _ in range(3):
            content[chance.randrange(len(content))] = chance.randrange(256)
        file.write_bytes(content)
        refused("restore", file, "--into", tmp_path / "new")
        assert not (tmp_path / "new").exists()


def tar(*files: tuple[str, bytes]) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as packed_up:
        for name, content in files:
            member = tarfile.TarInfo(name)
            member.size = len(content)
            packed_up.addfile(member, io.BytesIO(content))
    return made.getvalue()


EMPTY = json.dumps({"Files": []}).encode()
FOLDERS = {
    "nothing in it": (None, b"", b""),
    "a manifest that is none": (b"x", tar(), tar()),
    "a manifest of lists": (b"[" * 100_000, tar(), tar()),
    "a base that is none": (EMPTY, b"x" * 1000, tar()),
    "a base cut off": (EMPTY, tar(("a", b"x" * 10_000))[:-20], tar()),
    "a log that is none": (EMPTY, tar(), b"x" * 1000),
    "a file outside": (EMPTY, tar(("../../outside", b"")), tar()),
}


@pytest.mark.parametrize("files", FOLDERS.values(), ids=FOLDERS)
def test_an_archive_that_was_made_up(files: tuple[bytes | None, bytes, bytes], tmp_path: Path) -> None:
    base = tmp_path / "archive" / "base-20260101T000000.000000Z"
    for folder in (base, tmp_path / "archive" / "wal"):
        folder.mkdir(parents=True)
    for name, content in zip(("backup_manifest", "base.tar.gz", "pg_wal.tar.gz"), files, strict=True):
        if content is not None:
            (base / name).write_bytes(content)
    said = refused("restore", tmp_path / "archive", "--into", tmp_path / "new")
    assert base.name in said
    assert {file.name for file in (tmp_path / "new").iterdir()} <= {"starting.lock"}
    assert not list(tmp_path.rglob("outside"))
