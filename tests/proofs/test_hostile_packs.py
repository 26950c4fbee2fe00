"""Packs that somebody made to harm or to deceive whoever opens them: each is refused in a sentence, in bounded time."""

import io
import json
import os
import random
import struct
import subprocess
import sys
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from domain.ledger.packs import checkpoint_in
from domain.proofs import verify as verifier
from domain.proofs.checkpoint import Checkpoint
from domain.proofs.entry import Entry
from domain.proofs.keys import SignerKey
from domain.proofs.notes import Note, sign_note
from domain.proofs.pack import key_note
from domain.proofs.verify import Failed, verify, zip_chunks, zip_files
from tests.proofs import packs
from tests.proofs.authority import Authority
from tests.proofs.lying import FULL, signed_anew
from tests.proofs.packs import BEGAN, KEY, NEXT_KEY, Book
from tests.proofs.test_pack import PLAN

PROGRAM = Path(str(verifier.__file__))


@pytest.fixture
def book() -> Book:
    return Book()


def refused(pack: bytes, *parts: str, **options: Any) -> None:
    with pytest.raises(Failed) as failed:
        verify(pack, **options)
    for part in parts:
        assert part in str(failed.value), str(failed.value)


def with_names(*names: str | bytes) -> bytes:
    """A zip in the very form of a pack, with files of these names."""
    places = [f"{number:08}" for number in range(len(names))]
    data = b"".join(zip_chunks([(place, b"x") for place in places]))
    for place, name in zip(places, names, strict=True):
        wanted = name.encode() if isinstance(name, str) else name
        data = renamed(data, place.encode(), wanted)
    return data


def renamed(data: bytes, old: bytes, new: bytes) -> bytes:
    """The zip with a file of another name, where a reader of its local headers finds it."""
    at = data.index(old)
    header = bytearray(data[at - 30 : at])
    struct.pack_into("<H", header, 26, len(new))
    return data[: at - 30] + bytes(header) + new + data[at + len(old) :]


# Names


@pytest.mark.parametrize(
    "name",
    ["..", ".", "../x", "a/..", "../../etc/passwd", "a/../b", "/etc/passwd", "/", "a/", "//x", "C:x", "C:/x", "c:\\x",
     "a\\b", "..\\x", "\\\\server\\share", "./x", "a/./b"],
)  # fmt: skip
def test_a_name_that_leads_elsewhere_is_refused(name: str):
    refused(with_names(name), f"file 1 of it is called {json.dumps(name)}", "outside of the folder")


@pytest.mark.parametrize(
    "name",
    ["CON", "con", "nul.txt", "papers/NUL", "papers/aux.json", "COM1", "com9.tar.gz", "LPT1.md", "papers/prn",
     "plan.", "papers/plan.json.", "com0", "a..", "con.a.b"],
)  # fmt: skip
def test_a_name_that_windows_takes_for_another_is_refused(name: str):
    refused(with_names("plan.md", name), f"file 2 of it is called {json.dumps(name)}", "Windows")


@pytest.mark.parametrize(
    "name",
    ["plan.json ", " plan.json", "pl\u00e4n", "pla\u0308n", "plan\u200b.json", "plan\u202enosj", "a\0b", "a\nb", "a*b",
     "a?b", "a|b", "a<b", "caf\u00e9", "\ufb01le", "\uff30K", "a\x7f", b"\xff", b"\xe4"],
)  # fmt: skip
def test_a_name_with_characters_that_systems_read_differently_is_refused(name: str | bytes):
    refused(with_names(name), "file 1 of it is called", "only letters from A to Z")


@pytest.mark.parametrize("name", ["a" * 81, "papers/" + "a" * 81, "a/b/c", "Papers/plan.md"])
def test_a_name_that_is_too_long_or_too_deep_is_refused(name: str):
    refused(with_names(name), "too long, or in a folder of a folder")


@pytest.mark.parametrize(
    ("first", "second"),
    [("README.md", "readme.md"), ("README.md", "README.md"), ("papers/plan.json", "papers/PLAN.json"),
     ("papers", "papers/plan.json"), ("papers/plan.json", "papers"), ("Papers", "papers/plan.json"),
     ("papers/plan.json", "PAPERS")],
)  # fmt: skip
def test_names_that_some_system_takes_for_one_are_refused(first: str, second: str):
    refused(with_names(first, second), "two files in it have the same name", second)


def test_files_of_one_folder_do_not_collide(book: Book):
    pack = book.pack(papers={"a.md": b"a", "b.md": b"b", "papers": b"c"})
    assert verify(pack).proved
    assert {"papers/a.md", "papers/papers"} <= set(zip_files(pack))


# The form of the zip


def directory_at(data: bytes) -> int:
    return data.index(b"PK\x01\x02")


def with_directory(change: Callable[[bytearray], Any]) -> Callable[[bytes], bytes]:
    """The zip with something changed in its directory alone."""

    def changed(data: bytes) -> bytes:
        at = directory_at(data)
        directory = bytearray(data[at:])
        change(directory)
        return data[:at] + bytes(directory)

    return changed


def not_in_the_directory(data: bytes) -> bytes:
    """A file between the last that is listed and the directory, which any unzipper passes over."""
    hidden = b"".join(zip_chunks([("hidden.md", b"x")]))
    hidden, at = hidden[: directory_at(hidden)], directory_at(data)
    end = bytearray(data[-22:])
    struct.pack_into("<L", end, 16, at + len(hidden))
    return data[:at] + hidden + data[at:-22] + bytes(end)


def only_in_the_directory(data: bytes) -> bytes:
    """The same file listed twice under two names."""
    at = directory_at(data)
    title = b"README.md"
    entry = data[at : at + 46 + len(title)]
    return data[:at] + entry.replace(title, b"EVENTS.md") + data[at:]


def after_the_directory(data: bytes) -> bytes:
    return data + b"".join(zip_chunks([("more.md", b"x")]))


def with_comment(data: bytes) -> bytes:
    return data[:-2] + struct.pack("<H", 5) + b"hello"


def with_zip64(data: bytes) -> bytes:
    """A zip64 end of the directory, that says what another reader goes by."""
    at = directory_at(data)
    size, count = len(data) - 22 - at, zip_count(data)
    record = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, size, at)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, len(data) - 22, 1)
    return data[:-22] + record + locator + data[-22:]


def zip_count(data: bytes) -> int:
    count: int = struct.unpack_from("<H", data, len(data) - 12)[0]
    return count


def local(offset: int, form: str, *values: int) -> Callable[[bytes], bytes]:
    """The zip with other values in the header of its first file."""

    def changed(data: bytes) -> bytes:
        altered = bytearray(data)
        struct.pack_into(form, altered, offset, *values)
        return bytes(altered)

    return changed


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (not_in_the_directory, "not as AsAt wrote it"),
        (only_in_the_directory, "not as AsAt wrote it"),
        (after_the_directory, "added after its end"),
        (lambda data: data + b"\0", "added after its end"),
        (lambda data: b"MZ" + data, "not a zip file"),
        (lambda data: b"\0" * 100 + data, "not a zip file"),
        (with_comment, "not as AsAt wrote it"),
        (with_zip64, "not as AsAt wrote it"),
        (with_directory(lambda one: one.__setitem__(slice(46, 55), b"Readme.md")), "in its directory"),
        (with_directory(lambda one: struct.pack_into("<L", one, 16, 7)), "in its directory"),
        (with_directory(lambda one: struct.pack_into("<L", one, 24, 7)), "in its directory"),
        (with_directory(lambda one: struct.pack_into("<L", one, 42, 7)), "in its directory"),
        (with_directory(lambda one: struct.pack_into("<L", one, 38, 0o120777 << 16)), "in its directory"),
        (with_directory(lambda one: struct.pack_into("<H", one, 8, 1)), "in its directory"),
        (with_directory(lambda one: one.__delitem__(slice(0, 46 + 9))), "in its directory"),
        (local(6, "<H", 1), "file 1 of it is encrypted"),
        (local(6, "<H", 0x41), "file 1 of it is encrypted"),
        (local(8, "<H", 8), "file 1 of it is compressed"),
        (local(8, "<H", 99), "file 1 of it is compressed"),
        (local(6, "<H", 8), "its header is not as AsAt writes it"),
        (local(18, "<2L", 0xFFFFFFFF, 0xFFFFFFFF), "zip64"),
        (local(22, "<L", 1), "its header is not as AsAt writes it"),
        (local(28, "<H", 20), "its header is not as AsAt writes it"),
        (local(14, "<L", 1), "not as AsAt wrote it"),
        (local(10, "<2H", 1, 1), "not as AsAt wrote it"),
        (local(18, "<2L", 0x7FFFFFFF, 0x7FFFFFFF), "cut off"),
    ],
)
def test_a_zip_that_readers_could_read_differently_is_refused(book: Book, change: Callable[[bytes], bytes], what: str):
    refused(change(book.pack()), "the pack: ", what)


def test_a_whole_pack_packed_anew_by_another_program_is_refused(book: Book):
    again = io.BytesIO()
    with zipfile.ZipFile(again, "w") as made:
        for name, content in zip_files(book.pack()).items():
            made.writestr(name, content)
    refused(again.getvalue(), "not as AsAt wrote it")


def test_a_zip_bomb_costs_no_more_memory_than_its_bytes():
    """Nothing is unpacked: what would swell to 40 MB, nested or overlapping, is refused at its first header."""
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as made:
        with made.open("papers/plan.json", "w", force_zip64=False) as opened:
            for _ in range(40):
                opened.write(b"\0" * (1 << 20))
        made.writestr("events.jsonl", zlib.compress(b"\0" * 1000))
    tracemalloc.start()
    refused(bomb.getvalue(), "compressed")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < len(bomb.getvalue()) + (1 << 18)


def test_files_that_overlap_are_refused():
    """Two headers, of which the first says that the second belongs to its content."""
    inner = b"".join(zip_chunks([("b.md", b"x" * 1000)]))
    refused(b"".join(zip_chunks([("a.md", inner)]))[:-40], "not as AsAt wrote it")


def test_json_that_would_swell_in_memory_is_refused_before_it_is_read(book: Book, monkeypatch: pytest.MonkeyPatch):
    """In a paper, beside an event, in an event, and in many events each of which is small."""
    monkeypatch.setattr(verifier, "MOST_VALUES", 300)
    assert verify(book.pack()).proved
    bomb = b"[" + b"[]," * 300 + b"[]]"
    refused(book.pack(papers={"plan.json": bomb}), "papers/plan.json", "more than 300 values, and is not read")
    files = zip_files(book.pack())
    refused(b"".join(zip_chunks([*{**files, "keys.json": bomb}.items()])), "keys.json", "more than 300 values")
    refused(b"".join(zip_chunks([*{**files, "events.jsonl": bomb + b"\n"}.items()])), "more than 300 values")
    large = Book()
    large.add("plan", "ProgressReported", {"action": "2.4", "more": json.loads(bomb)})
    refused(large.pack(), "version 6", "more than 300 values")
    for number in range(60):
        book.add("plan", "ProgressReported", {"action": "2.4", "text": f"Month {number}"})
    refused(book.pack(), "events.jsonl", "more than 300 values")


def test_actions_that_all_bear_one_number_are_refused_and_not_compared_each_with_each(book: Book):
    for _ in range(verifier.MOST_OF_A_NUMBER + 1):
        book.add("plan", "ActionAdded", {"number": "2.5", "priority": "2", "text": "Again"})
    point = {"effective_on": "2019-06-01", "basis": 106, "known_at": "2019-05-01T10:48:00.000000Z"}
    refused(book.pack(papers={"plan.json": json.dumps({**PLAN, "point": point}).encode()}), "more than 100 stand in it")


def test_of_a_file_that_is_too_large_no_more_is_read_than_tells_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    with (tmp_path / "large.zip").open("wb") as large:
        large.write(b"PK\x03\x04")
        large.truncate(verifier.MOST_BYTES * 40)
    monkeypatch.setattr(verifier, "MOST_BYTES", 1 << 20)
    assert len(verifier.read(tmp_path / "large.zip")) == (1 << 20) + 1


# Instants


@pytest.mark.parametrize(
    "instant",
    ["9999-99-99T99:99:99Z", "2019-02-30T09:00:00Z", "2019-13-01T09:00:00Z", "2019-06-04T24:00:00Z",
     "2016-12-31T23:59:60Z", "2019-06-04T09:60:00Z", "0000-01-01T00:00:00Z", "2019-00-10T00:00:00Z",
     "2019-02-29T00:00:00Z"],
)  # fmt: skip
def test_a_statement_signed_at_no_instant_of_the_calendar_is_refused(instant: str):
    refused(signed_anew(zip_files(FULL), signed=instant), "the statement", instant, "no instant of the calendar")


@pytest.mark.parametrize("day", ["2019-02-30", "2019-13-01", "9999-99-99", "0000-01-01", "2019-06-00"])
def test_papers_at_no_day_of_the_calendar_are_refused(day: str):
    refused(signed_anew(zip_files(FULL), at=f"{day}@35"), "the statement", day, "no day of the calendar")


@pytest.mark.parametrize(
    "day", ["2019-02-30", "9999-99-99", "today", 7, None, "2019-6-1", "2019-06-01T00:00:00Z", True]
)
def test_an_event_effective_on_no_day_of_the_calendar_is_refused(book: Book, day: object):
    book.add("plan", "ActionRated", {"action": "2.4", "rating": "amber", "effective_on": day})
    refused(book.pack(), "version 6 (ActionRated)", "no day of the calendar")


@pytest.mark.parametrize("microseconds", [2**63 - 1, -(2**63), 253_402_300_800_000_000, -62_135_596_800_000_001])
def test_an_event_recorded_at_no_instant_of_the_calendar_is_refused(book: Book, microseconds: int):
    class Odd(Entry):
        def __bytes__(self) -> bytes:
            data = super().__bytes__()
            at = len(b"asat/entry/1\n") + 16
            return data[:at] + struct.pack(">q", microseconds) + data[at + 8 :]

    last = book.entries[-1]
    book.entries[-1] = Odd(last.position, last.plan, last.version, BEGAN, last.recorded_by, last.event_id, last.topic,
                           last.state)  # fmt: skip
    refused(book.pack(), "version 5", "no instant of the calendar")


def test_the_first_and_the_last_instant_of_the_calendar_can_be_told():
    assert verifier.instant(-62_135_596_800_000_000) == "0001-01-01T00:00:00.000000Z"
    assert verifier.instant(253_402_300_799_999_999) == "9999-12-31T23:59:59.999999Z"


@pytest.mark.parametrize(
    "at", [b"20190230090000Z", b"20190604240000Z", b"20161231235960Z", b"20190604090000", b"20190604090000+0100",
           b"201906040900Z", b"99999999999999Z", b"20190604090000.Z"],
)  # fmt: skip
def test_a_time_stamp_of_no_instant_of_the_calendar_is_refused(at: bytes, monkeypatch: pytest.MonkeyPatch):
    real = verifier.read_der

    def read(data: bytes) -> list[verifier.Part]:
        return [one._replace(inside=at) if one.tag == 0x18 else one for one in real(data)]

    answer = Authority().stamp(b"d" * 32)
    assert verifier.read_stamp(answer, "the time stamp").digest == b"d" * 32
    monkeypatch.setattr(verifier, "read_der", read)
    with pytest.raises(Failed, match="the time stamp: "):
        verifier.read_stamp(answer, "the time stamp")


def test_a_witness_who_signed_at_no_instant_of_the_calendar_is_refused(book: Book):
    witness = SignerKey("inspector.example/w1", b"eyes" * 8)
    files = zip_files(book.pack())
    note = Note.read(files["checkpoint.txt"])
    from domain.proofs.checkpoint import cosign, witness_key

    signed = note.signed(cosign(Checkpoint.read(note.text), witness, 2**62))
    pack = b"".join(zip_chunks([*{**files, "checkpoint.txt": bytes(signed)}.items()]))
    refused(pack, "no instant of the calendar", witnesses=[str(witness_key(witness.verifier))])


# Ledgers that are called like a zip


def named(name: str, monkeypatch: pytest.MonkeyPatch) -> Book:
    key = SignerKey(name, b"key1" * 8)
    monkeypatch.setattr(packs, "ORIGIN", name)
    book = Book()
    book.signer, book.keys = key, [key_note(1, key, None)]
    return book


@pytest.mark.parametrize("name", ["PK", "PK.example/asat", "PKZIP", "PK\u0003\u0004"[:2] + "34"])
def test_a_checkpoint_of_a_ledger_whose_name_begins_with_pk_is_no_zip(name: str, monkeypatch: pytest.MonkeyPatch):
    book = named(name, monkeypatch)
    checkpoint, pack = book.checkpoint(), book.pack()
    assert checkpoint.startswith(b"PK")
    assert checkpoint_in(checkpoint) == checkpoint
    assert checkpoint_in(pack) == checkpoint
    assert "The earlier checkpoint is this one" in " ".join(verify(pack, since=checkpoint).proved)
    assert "The earlier checkpoint is this one" in " ".join(verify(pack, since=pack).proved)


def test_no_ledger_can_have_a_name_that_begins_as_a_zip_does():
    for begins in ("PK\x03\x04", "PK\x05\x06"):
        assert verifier.is_zip(begins.encode())
        with pytest.raises(ValueError, match="control character"):
            SignerKey(begins, b"key1" * 8)


# The program


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
    """No other Python is here: what stands before that sentence is what a Python of years ago can read."""
    head, sentence, _ = PROGRAM.read_text(encoding="utf-8").partition("this program needs Python 3.11 or later")
    assert sentence
    assert "UTC" not in head
    assert "match " not in head
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


# Anything at all


def fuzzed(source: random.Random, data: bytes) -> bytes:
    """The bytes with one or a few things about them changed."""
    altered = bytearray(data)
    for _ in range(source.choice([1, 1, 2, 5])):
        at = source.randrange(len(altered) or 1)
        kind = source.randrange(6)
        if kind == 0 and altered:
            altered[at] ^= 1 << source.randrange(8)
        elif kind == 1:
            del altered[at : at + source.randrange(1, 50)]
        elif kind == 2:
            altered[at:at] = source.choice(
                [b"\0", b"\n", b"\n\n", b"\xff", b"{", b"[" * 3000, b'"', b"9" * 5000, b"\xe2\x80\xa8"]
            )
        elif kind == 3:
            altered[at:at] = altered[at : at + source.randrange(1, 80)]
        elif kind == 4 and altered:
            altered[at] = source.randrange(256)
        else:
            altered[at : at + 1] = source.choice([b"-1", b"null", b"true", b"1e999", b"{}", b"[]", b"\\ud800"])
    return bytes(altered)


def fuzzed_json(source: random.Random, value: Any) -> Any:
    """A document with something in it replaced by what should not be there."""
    odd: list[Any] = [
        None,
        True,
        -1,
        1.5,
        10**30,
        "",
        "x",
        "\ud800",
        [],
        {},
        [[]],
        {"": None},
        "9999-99-99",
        "2019-02-30",
    ]
    if isinstance(value, dict) and value and source.random() < 0.9:
        name = source.choice(list(value))
        if source.random() < 0.1:
            return {one: kept for one, kept in value.items() if one != name}
        return {**value, name: fuzzed_json(source, value[name])}
    if isinstance(value, list) and value and source.random() < 0.9:
        at = source.randrange(len(value))
        if source.random() < 0.1:
            return [*value[:at], *value[at + 1 :]]
        return [*value[:at], fuzzed_json(source, value[at]), *value[at + 1 :]]
    return source.choice(odd)


def verified_or_refused(pack: bytes, **options: Any) -> bool:
    """Whether it verifies; nothing but a Failed may come of it."""
    try:
        verify(pack, **options)
    except Failed as failed:
        assert str(failed)
        return False
    return True


@pytest.mark.parametrize("seed", range(4))
def test_nothing_but_a_sentence_comes_of_any_bytes(seed: int):
    """Files of a pack altered at random, with the zip made to agree: each is read as far as it goes."""
    source = random.Random(seed)
    files = zip_files(FULL)
    for _ in range(60):
        name = source.choice(["keys.json", "checkpoint.txt", "statement.txt", "events.jsonl", "since.txt",
                              "since-proof.json"])  # fmt: skip
        altered = {**files, name: fuzzed(source, files[name])}
        verified_or_refused(b"".join(zip_chunks([*altered.items()])))
        verified_or_refused(fuzzed(source, FULL))
        verified_or_refused(FULL, since=fuzzed(source, files["since.txt"]))


@pytest.mark.parametrize("seed", range(6))
def test_nothing_but_a_sentence_comes_of_any_paper_that_is_signed(seed: int):
    source = random.Random(seed)
    files = zip_files(FULL)
    names = [name for name in files if name.endswith(".json") and name.startswith("papers/")]
    outcomes = set()
    for _ in range(30):
        name = source.choice(names)
        document = fuzzed_json(source, json.loads(files[name]))
        altered = {**files, name: json.dumps(document).encode()}
        outcomes.add(verified_or_refused(signed_anew(altered)))
    assert False in outcomes


@pytest.mark.parametrize("seed", range(6))
def test_nothing_but_a_sentence_comes_of_any_events_that_are_signed(seed: int):
    """Whoever has the key puts anything into the ledger, and signs for it."""
    source = random.Random(seed)
    kinds: list[tuple[str, dict[str, Any]]] = [
        ("PlanOpened", {"title": "x", "scale": packs.RAG}),
        ("ScaleAdopted", {"scale": {"ratings": [{"code": "green", "needs_second_person": True}]}}),
        ("PriorityAdded", {"number": "3", "title": "x"}), ("PriorityReworded", {"number": "2", "title": "y"}),
        ("ActionAdded", {"number": "2.5", "parent": "2.4", "text": "x", "timescale": "May 2019"}),
        ("ActionRenumbered", {"action": "2.4", "number": "3.1", "priority": "3"}),
        ("ActionRated", {"action": "2.4", "rating": "green"}), ("RatingConfirmed", {"action": "2.4", "version": 7}),
        ("ActionReworded", {"action": "2.4", "text": "x"}), ("ActionClosed", {"action": "2.4"}),
        ("ActionRescheduled", {"action": "2.4", "timescale": "x", "reason": "y"}),
        ("EventWithdrawn", {"version": 4}), ("TextRedacted", {"version": 4, "fields": ["reason"]}),
    ]  # fmt: skip
    paper = {"comparison.json": zip_files(FULL)["papers/comparison.json"]}
    for _ in range(60):
        book = Book()
        for _ in range(source.randrange(1, 5)):
            kind, said = source.choice(kinds)
            odd = fuzzed_json(source, {"effective_on": "2019-05-02", **said}) if source.random() < 0.7 else said
            try:
                book.add("plan", kind, odd if isinstance(odd, dict) else {})
            except (ValueError, TypeError):  # a text that this ledger cannot even take apart
                continue
        verified_or_refused(book.pack(papers=paper))


@pytest.mark.parametrize("size", [0, 1, 2**62, 2**63])
def test_a_checkpoint_of_any_size_is_read_or_refused(book: Book, size: int):
    text = f"{KEY.name}\n{size}\n{'A' * 43}=\n"
    files = zip_files(book.pack())
    for kept in (sign_note(text, KEY), sign_note(text + "more\n", KEY)):
        assert not verified_or_refused(b"".join(zip_chunks([*{**files, "checkpoint.txt": kept}.items()])))
        verified_or_refused(book.pack(), since=kept)


def test_a_statement_that_names_a_file_twice_is_refused():
    files = zip_files(FULL)
    text = Note.read(files["statement.txt"]).text
    line = next(one for one in text.split("\n") if one.endswith(" README.md"))
    for more, what in (
        (f"{line}\n", "names a file twice"),
        (line.replace("README.md", "a\u2028b") + "\n", "no statement"),
        (line.replace("README.md", "keys.json") + "\n", "it names keys.json"),
    ):
        note = sign_note(text + more, NEXT_KEY)
        refused(b"".join(zip_chunks([*{**files, "statement.txt": note}.items()])), "the statement", what)
