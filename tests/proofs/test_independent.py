"""A verifier written from docs/proof-format.md alone agrees with verify.py on what it accepts and what it refuses."""

import ast
import json
import random
import subprocess
import sys
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from domain.proofs import verify as verifier
from domain.proofs.pack import Stamped, stamped_digest
from domain.proofs.signed_notes import Note, sign_note
from domain.proofs.verify import zip_chunks, zip_files
from tests.proofs import independent_verifier as independent
from tests.proofs.authority import Authority
from tests.proofs.example import VECTORS
from tests.proofs.hostile_packs import fuzzed
from tests.proofs.lying import BEFORE, FULL, signed_anew
from tests.proofs.packs import KEY, NEXT_KEY, STRANGER, Book, with_lines
from tests.proofs.test_pack import redacted

EXAMPLE = (VECTORS / "pack.zip").read_bytes()


def book_of(size: int) -> Book:
    """A ledger of so many entries, two plans in turn."""
    book = Book()
    for number in range(len(book.entries), size):
        plan = ("plan", "other")[number % 2]
        book.add(plan, "ProgressReported", {"action": "2.4", "text": f"Month {number}"})
    book.entries, book.texts = book.entries[:size], book.texts[:size]
    return book


def rotated() -> Book:
    book = book_of(9)
    book.rotate(NEXT_KEY)
    return book


def stamped() -> bytes:
    book = book_of(11)
    earlier = book_of(6).checkpoint()
    return book.pack(stamped=[Stamped(earlier, Authority().stamp(stamped_digest(earlier)))])


def agree(pack: bytes, known: str | None = None, earlier: bytes | None = None) -> bool:
    """Whether both accept; they must be of one mind."""
    try:
        events: int | None = len(independent.verify(pack, known, earlier))
    except independent.Refused:
        events = None
    try:
        report = verifier.verify(pack, known, earlier)
        theirs = None if report.unchecked else len(report.events)
    except verifier.Failed:
        theirs = None
    assert events == theirs
    return events is not None


@pytest.mark.parametrize("size", range(1, 18))
def test_both_accept_a_pack_of_a_ledger_of_any_size(size: int):
    book = book_of(size)
    assert agree(book.pack(), str(KEY.verifier))
    for before in range(size + 1):
        since = book_of(before).checkpoint() if before else None
        assert agree(book.pack(since=since), str(KEY.verifier), since)


@pytest.mark.parametrize(
    ("pack", "known"),
    [(EXAMPLE, None), (FULL, str(NEXT_KEY.verifier)), (FULL, str(KEY.verifier)), (BEFORE, str(KEY.verifier)),
     (redacted(Book()).pack(), str(KEY.verifier)), (rotated().pack(), str(NEXT_KEY.verifier)), (stamped(), None),
     (Book().pack("other"), None), (Book().pack(papers={"plan.md": b"x"}, at="2019-06-01@5"), None)],
)  # fmt: skip
def test_both_accept_good_packs(pack: bytes, known: str | None):
    assert agree(pack, known)


def test_both_continue_an_earlier_checkpoint_and_an_earlier_pack():
    assert agree(FULL, str(NEXT_KEY.verifier), BEFORE)
    assert agree(FULL, None, zip_files(BEFORE)["checkpoint.txt"])
    assert agree(FULL, None, FULL)
    assert not agree(BEFORE, None, FULL)
    assert not agree(book_of(9).pack(), None, book_of(5).checkpoint())
    assert not agree(book_of(9).pack(since=book_of(5).checkpoint()), None, rewritten().checkpoint())
    assert not agree(book_of(9).pack(since=book_of(7).checkpoint()), None, rewritten().pack())


def rewritten() -> Book:
    book = book_of(7)
    book.alter(5, recorded_by="Somebody else")
    return book


def test_both_ask_for_a_key_of_the_ledger():
    assert not agree(EXAMPLE, str(STRANGER.verifier))
    assert not agree(rotated().pack(signer=KEY), str(NEXT_KEY.verifier))
    assert not agree(book_of(9).pack(signer=STRANGER))


def lines(change: Callable[[list[dict[str, Any]]], Any]) -> Callable[[bytes], bytes]:
    return lambda pack: with_lines(pack, change)


def without_text(held: list[dict[str, Any]]) -> None:
    for line in held:
        line["texts"].pop("reason", None)


def another_text(held: list[dict[str, Any]]) -> None:
    held[0]["texts"]["title"][1] += "!"


def short_salt(held: list[dict[str, Any]]) -> None:
    held[0]["texts"]["title"][0] = "AAAA"


def exchanged(held: list[dict[str, Any]]) -> None:
    held[1], held[2] = held[2], held[1]


def statement(**said: str | None) -> Callable[[bytes], bytes]:
    return lambda pack: signed_anew(zip_files(pack), KEY, **said)


def with_file(name: str, content: bytes) -> Callable[[bytes], bytes]:
    return lambda pack: b"".join(zip_chunks([*{**zip_files(pack), name: content}.items()]))


def checkpoint_by(key: Any) -> Callable[[bytes], bytes]:
    def change(pack: bytes) -> bytes:
        text = Note.read(zip_files(pack)["checkpoint.txt"]).text
        return with_file("checkpoint.txt", sign_note(text, key))(pack)

    return change


@pytest.mark.parametrize(
    "change",
    [
        lines(lambda held: held.pop()), lines(lambda held: held.pop(0)), lines(lambda held: held.pop(2)),
        lines(lambda held: held.append(held[-1])), lines(exchanged), lines(without_text), lines(another_text),
        lines(short_salt), lines(lambda held: held[0].update(proof=[])), lines(lambda held: held[0].update(more=1)),
        lines(lambda held: held[1].update(entry=held[0]["entry"])),
        lines(lambda held: held[0]["texts"].update(organisation=["AAAA", "x"])),
        statement(version="4"), statement(position="6"), statement(size="8"), statement(plan="other"),
        statement(signed="2019-02-30T00:00:00Z"), statement(signed="9999-99-99T99:99:99Z"), statement(edition="0"),
        statement(at="2019-06-01@6"), statement(at="2019-02-30@5"),
        statement(root="A" * 43 + "="), with_file("more.md", b"x"), with_file("README.md", b"x"),
        with_file("keys.json", b"[]"), with_file("keys.json", b"{}"), with_file("events.jsonl", b""),
        with_file("events.jsonl", b"\n"), with_file("events.jsonl", b"null\n"), with_file("CON", b"x"),
        with_file("readme.MD", b"x"), with_file("..", b"x"), checkpoint_by(STRANGER), checkpoint_by(NEXT_KEY),
        lambda pack: pack + b"x", lambda pack: pack[:-1], lambda pack: b"x" + pack, lambda pack: b"",
        lambda pack: pack.replace(b"PK\x01\x02", b"PK\x01\x03"),
    ],
)  # fmt: skip
def test_both_refuse_what_was_altered(change: Callable[[bytes], bytes]):
    pack = Book().pack(papers={"plan.md": b"# The plan"}, at="2019-06-01@5")
    assert agree(pack)
    assert not agree(change(pack))


def test_both_refuse_what_a_redaction_does_not_explain():
    book = redacted(Book())
    assert agree(book.pack())
    book.texts[4] = Book().texts[4]
    assert not agree(book.pack())
    early = Book()
    early.add("plan", "TextRedacted", {"version": 7, "fields": ["reason"], "reason": "In advance"})
    early.add("plan", "ActionRated", {"action": "2.4", "rating": "amber", "reason": "Lost"})
    early.texts[-1] = {}
    assert not agree(early.pack())


@pytest.mark.parametrize("seed", range(3))
def test_both_are_of_one_mind_about_anything(seed: int):
    source = random.Random(seed)
    pack = EXAMPLE
    files = zip_files(pack)
    for _ in range(150):
        name = source.choice([one for one in files if one != "README.md"])
        altered = fuzzed(source, files[name])
        agree(b"".join(zip_chunks([*{**files, name: altered}.items()])))
        agree(fuzzed(source, pack))
        agree(pack, None, fuzzed(source, files["since.txt"]))


def test_it_runs_alone_and_uses_nothing_of_asat(tmp_path: Path):
    program = Path(str(independent.__file__))
    imported = {
        (one.module or "").partition(".")[0] if isinstance(one, ast.ImportFrom) else one.names[0].name.partition(".")[0]
        for one in ast.walk(ast.parse(program.read_text(encoding="utf-8")))
        if isinstance(one, ast.Import | ast.ImportFrom)
    }
    assert imported - set(sys.stdlib_module_names) == {"cryptography"}
    (tmp_path / "pack.zip").write_bytes(EXAMPLE)
    (tmp_path / "altered.zip").write_bytes(EXAMPLE + b"x")
    for name, code in (("pack.zip", 0), ("altered.zip", 1)):
        done = subprocess.run(
            [sys.executable, "-I", program, tmp_path / name], capture_output=True, text=True, check=False
        )
        assert done.returncode == code
    assert json.loads(zip_files(EXAMPLE)["events.jsonl"].splitlines()[0])


@pytest.mark.parametrize("name", ["checkpoint.txt", "statement.txt"])
@pytest.mark.parametrize(
    ("signer", "size", "holds"),
    [("a", 68, True), ("a", 5, True), ("a", 4, False), ("a", 0, False), ("a+b", 68, False), ("", 68, False),
     ("a\u00a0b", 68, False), ("a\u2028b", 68, False)],
)  # fmt: skip
def test_a_signature_by_a_key_that_is_not_known_has_the_form_of_one(name: str, signer: str, size: int, holds: bool):
    files = zip_files(Book().pack())
    line = f"\u2014 {signer} {b64encode(bytes(size)).decode()}\n".encode()
    assert agree(b"".join(zip_chunks([*{**files, name: files[name] + line}.items()]))) is holds


@pytest.mark.parametrize(("more", "holds"), [("x\n", True), ("\n", False), ("\nx\n", False), ("x\n\nx\n", False)])
def test_no_line_of_a_checkpoint_is_empty(more: str, holds: bool):
    files = zip_files(Book().pack())
    note = sign_note(Note.read(files["checkpoint.txt"]).text + more, KEY)
    assert agree(b"".join(zip_chunks([*{**files, "checkpoint.txt": note}.items()]))) is holds


def test_a_false_signature_by_a_key_that_is_no_longer_believed_is_passed_over():
    files = zip_files(rotated().pack())
    line = f"\u2014 {KEY.name} {b64encode(KEY.verifier.key_id + bytes(64)).decode()}\n".encode()
    pack = b"".join(zip_chunks([*{**files, "checkpoint.txt": files["checkpoint.txt"] + line}.items()]))
    assert agree(pack, str(NEXT_KEY.verifier))
    assert not agree(pack, str(KEY.verifier))
    assert not agree(pack)
