"""Zip files that somebody made to harm or to deceive whoever opens them: each is refused in a sentence."""

import io
import json
import struct
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from domain.proofs import verify as verifier
from domain.proofs.verify import verify, zip_chunks, zip_files
from tests.proofs.hostile_packs import refused
from tests.proofs.packs import Book
from tests.proofs.test_pack import PLAN


@pytest.fixture
def book() -> Book:
    return Book()


# Names


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


def test_actions_that_all_bear_one_number_are_compared_in_their_order_and_not_each_with_each(
    book: Book, monkeypatch: pytest.MonkeyPatch
):
    """Each row is compared with one action alone."""
    for number in range(300):
        book.add("plan", "ActionAdded", {"number": "2.5", "priority": "2", "text": f"Again {number}"})
    point = {"effective_on": "2019-06-01", "basis": 305, "known_at": "2019-05-01T14:07:00.000000Z", "asked": ""}
    action = {**PLAN["priorities"][0]["actions"][0], "number": "2.5", "rating": None, "rated_on": None}
    more = [{**action, "text": f"Again {number}"} for number in range(300)]
    (under,) = PLAN["priorities"]

    def pack(actions: list[Any]) -> bytes:
        priorities = [{**under, "actions": [*under["actions"], *actions]}]
        return book.pack(papers={"plan.json": json.dumps({**PLAN, "point": point, "priorities": priorities}).encode()})

    counting = mock.Mock(wraps=verifier.alike)
    monkeypatch.setattr(verifier, "alike", counting)
    assert verify(pack(more)).proved
    assert counting.call_count < 300 * 10
    refused(pack(more[::-1]), "the text of action 2.5")
    refused(pack(more[:-1]), "action 2.5 stands in priority 2 nowhere")


def test_of_a_file_that_is_too_large_no_more_is_read_than_tells_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    with (tmp_path / "large.zip").open("wb") as large:
        large.write(b"PK\x03\x04")
        large.truncate(verifier.MOST_BYTES * 40)
    monkeypatch.setattr(verifier, "MOST_BYTES", 1 << 20)
    assert len(verifier.read_pack(tmp_path / "large.zip")) == (1 << 20) + 1
