"""Evidence packs: whole ones verify, alone and offline; whatever is altered in one is found, and named."""

import ast
import io
import json
import re
import subprocess
import sys
import zipfile
from base64 import b64decode, b64encode
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from domain.proofs import verify as verifier
from domain.proofs.checkpoint import Checkpoint, cosign, witness_key
from domain.proofs.entry import Entry
from domain.proofs.keys import SignerKey
from domain.proofs.pack import NoPack, Stamped, nodes_needed, stamped_digest
from domain.proofs.signed_notes import Note, sign_note
from domain.proofs.verify import Failed, verify, zip_chunks, zip_files
from tests.proofs.authority import Authority
from tests.proofs.packs import BEGAN, KEY, NEXT_KEY, ORIGIN, STRANGER, Book, with_file, with_lines

VERIFIER_KEY = str(KEY.verifier)
REWRITTEN = "That the ledger was not rewritten before this checkpoint was cut is not shown"
HEADING = {"plan": "plan", "title": "The plan", "organisation": None, "priority_word": "Priority"}
#: What a paper begins with; the documents in it have no edition of their own.
HEAD: dict[str, Any] = {"edition": 1, **HEADING}
POINT: dict[str, Any] = {"effective_on": "2019-06-01", "basis": 5, "known_at": "2019-05-01T09:07:00.000000Z",
                         "asked": "now"}  # fmt: skip
NOTHING = {"meaning": None, "colour": None, "complete": False, "needs_evidence": False, "concern": False}
RATINGS = [{"code": code, "label": code.capitalize(), **NOTHING} for code in ("amber", "green")]
SCALE_SHOWN = {"name": "RAG", "ratings": RATINGS}
ACTION: dict[str, Any] = {"number": "2.4", "text": "Workspace", "outcome": None, "status": "open", "rating": "green",
          "rated_on": "2019-05-01", "overdue": True, "leads": [], "reports_to": None, "progress": None,
          "timescale": {"text": "May 2019", "due": "2019-05-31", "precision": "month", "original": "May 2019"},
          "progress_on": None, "evidence": [], "added_on": "2019-05-01", "actions": []}  # fmt: skip
UNDER = {"number": "2", "title": "Missing children", "assurance": None}
PLAN = {
    **HEAD, "point": POINT, "status": "open", "opened_on": "2019-05-01", "document_version": None,
    "scale": SCALE_SHOWN, "ratings": RATINGS, "priorities": [{**UNDER, "answers": [], "actions": [ACTION]}],
    "recommendations": [], "measures": [], "inspections": [],
}  # fmt: skip
EARLIER = {"effective_on": "2019-06-01", "basis": 4, "known_at": "2019-05-01T09:05:00.000000Z", "asked": "earlier"}
COUNTS = {
    "ratings": {"amber": {"previous": 1, "current": 0}, "green": {"previous": 0, "current": 1}},
    "unrated": {"previous": 0, "current": 0}, "total": {"previous": 1, "current": 1},
    "new": 0, "closed": 0, "withdrawn": 0, "moved": 0, "due": {"total": 1, "amber": 0, "green": 1},
}  # fmt: skip
CHANGE = {"action": "2.4", "priority": "2", "text": "Workspace", "previous": "amber", "current": "green",
          "direction": "better", "why": "changed", "previous_version": 4, "current_version": 5,
          "corrected_by": None}  # fmt: skip
COMPARISON: dict[str, Any] = {
    **HEAD,
    "previous": EARLIER,
    "current": POINT,
    "ratings": RATINGS,
    "rows": [{"priority": "2", "title": "Missing children", **COUNTS}],
    "totals": COUNTS,
    "changes": [CHANGE],
    "narrative": [],
}
LATE = {"number": "2.4", "priority": "2", "text": "Workspace", "rating": "green", "timescale": "May 2019",
        "due": "2019-05-31", "original": "May 2019", "original_due": "2019-05-31", "days_overdue": 1, "slippage": 0,
        "leads": [], "version": 3}  # fmt: skip
OVERDUE: dict[str, Any] = {
    **HEAD, "point": POINT, "ratings": RATINGS, "overdue": [LATE], "rescheduled": [], "undated": 0,
}  # fmt: skip
OVER_TIME: dict[str, Any] = {
    **HEAD, "point": POINT, "ratings": RATINGS, "every": "month",
    "counts": [
        {"on": on, "ratings": {"amber": 0, "green": 1}, "unrated": 0, "total": 1} for on in ("2019-05-31", "2019-06-01")
    ],
}  # fmt: skip
HISTORY: dict[str, Any] = {**HEAD, "point": POINT, "versions": [], "presented": []}
CHANGES: dict[str, Any] = {
    **HEAD, "previous": EARLIER, "current": POINT, "ratings": RATINGS, "changes": [], "counts": {},
}  # fmt: skip
#: Rating (None: unrated), previous, current.
SUMMARY = [("amber", 1, 0), ("green", 0, 1), (None, 0, 0)]


def part(document: dict[str, Any]) -> dict[str, Any]:
    """A document as it stands in another."""
    return {name: value for name, value in document.items() if name != "edition"}


PAPER: dict[str, Any] = {
    **HEAD, "previous": EARLIER, "current": POINT, "previous_version": None, "document_version": None,
    "scale": SCALE_SHOWN, "ratings": RATINGS, "comparison": part(COMPARISON), "opening": [], "measures": [],
    "total": {"code": None, "label": None, "colour": None, "previous": 1, "current": 1, "difference": 0,
              "previous_share": 100, "current_share": 100},
    "summary": [{"code": code, "label": code and code.capitalize(), "colour": None, "previous": before, "current": now,
                 "difference": now - before, "previous_share": 100 * before, "current_share": 100 * now}
                for code, before, now in SUMMARY],
    "priorities": [{**UNDER, "narrative": "", "concerns": []}],
    "overdue": part(OVERDUE), "history": part(HISTORY), "over_time": part(OVER_TIME),
}  # fmt: skip


def as_json(value: Any) -> bytes:
    return json.dumps(value).encode()


@pytest.fixture
def book() -> Book:
    return Book()


def not_held(pack: bytes, *parts: str, key: str | None = VERIFIER_KEY, **options: Any) -> None:
    with pytest.raises(Failed) as failed:
        verify(pack, key, **options)
    for part in parts:
        assert part in str(failed.value), str(failed.value)


# What is whole


def test_a_whole_pack_verifies_and_says_what_it_shows(book: Book):
    report = verify(book.pack(), VERIFIER_KEY)
    said = " ".join(report.proved)
    assert "council.example/asat has signed for 7 entries" in said
    assert "Each of the 5 events of plan plan" in said
    assert "2019-05-01T09:01:00.000000Z to 2019-05-01T09:07:00.000000Z" in said
    assert "version 5 is the newest" in said
    assert "says that it signed this at 2019-05-01T09:30:00Z, by its own clock" in said
    assert [REWRITTEN in remark for remark in report.remarks] == [True, False, False]
    assert "AsAt's other rules of recording was not checked" in report.remarks[1]
    assert "What README.md says was not checked" in report.remarks[2]


def test_the_same_contents_give_the_same_bytes(book: Book):
    papers = {"b.json": b"{}", "a.md": b"A"}
    assert book.pack(papers=papers) == Book().pack(papers=dict(reversed(papers.items())))


def test_any_unzipper_opens_a_pack(book: Book):
    with zipfile.ZipFile(io.BytesIO(book.pack())) as opened:
        assert opened.testzip() is None
        assert opened.namelist() == [
            "README.md", "verify.py", "keys.json", "checkpoint.txt", "statement.txt", "events.jsonl",
        ]  # fmt: skip
        readme = opened.read("README.md").decode()
    assert VERIFIER_KEY in readme
    assert "{" not in readme


def test_the_program_in_the_pack_verifies_it_alone(book: Book, tmp_path: Path):
    pack, program = tmp_path / "pack.zip", tmp_path / "verify.py"
    pack.write_bytes(book.pack())
    program.write_bytes(zip_files(pack.read_bytes())["verify.py"])

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-I", str(program), str(pack), *arguments]
        return subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)

    done = run("--key", VERIFIER_KEY)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Each of the 5 events" in done.stdout
    done = run("--key", str(STRANGER.verifier))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("DOES NOT HOLD: the key that was given")
    pack.unlink()
    assert run().returncode == 2


def test_the_program_imports_nothing_but_python_and_cryptography():
    tree = ast.parse(Path(str(verifier.__file__)).read_text(encoding="utf-8"))
    imported = {
        name.split(".")[0]
        for node in ast.walk(tree)
        for name in ([one.name for one in node.names] if isinstance(node, ast.Import)
                     else [str(node.module)] if isinstance(node, ast.ImportFrom) else [])
    }  # fmt: skip
    assert imported - set(sys.stdlib_module_names) == {"cryptography"}


def test_without_a_key_the_report_says_that_whose_it_is_was_not_checked(book: Book):
    remarks = verify(book.pack()).remarks
    assert VERIFIER_KEY in remarks[0]


def test_the_nodes_that_a_pack_needs_are_known_beforehand(book: Book):
    wanted = nodes_needed([entry.position for entry in book.of("plan")], 7, 3)
    assert len(wanted) == len(set(wanted))
    assert all((index + 1) << level <= 7 for level, index in wanted)


def test_there_is_no_pack_of_a_plan_without_events(book: Book):
    with pytest.raises(NoPack, match="nothing of plan nobody"):
        book.pack("nobody")


# Events altered on the way


def entry_of(line: dict[str, Any]) -> bytes:
    return b64decode(line["entry"])


def shortened(held: list[str]) -> list[str]:
    """A text of which only the end is shown, and its beginning passed off as part of the salt."""
    salt, text = held
    in_json = json.dumps(text)
    begin = in_json.index('\\"') + 1
    return [b64encode(b64decode(salt) + in_json[:begin].encode()).decode(), json.loads(in_json[begin:])]


def swapped(lines: list[dict[str, Any]]) -> None:
    lines[2], lines[3] = lines[3], lines[2]


def with_entry(index: int, **fields: Any) -> Any:
    """The event with other fields, and its old proof."""

    def change(lines: list[dict[str, Any]]) -> None:
        old = Book().of("plan")[index]
        lines[index]["entry"] = b64encode(bytes(replace(old, **fields))).decode()

    return change


@pytest.mark.parametrize(
    ("change", "where", "what"),
    [
        (lambda lines: lines.pop(), "version 5", "is missing: the ledger had 5"),
        (lambda lines: lines.pop(2), "version 3", "is missing: version 4 stands in its place"),
        (lambda lines: lines.pop(0), "version 1", "is missing"),
        (lambda lines: lines.append(lines[-1]), "version 5 (position 7, ActionRated)", "twice, or out of order"),
        (lambda lines: lines.insert(3, lines[2]), "version 3 (position 4, ActionAdded)", "twice, or out of order"),
        (swapped, "version 3", "version 4 stands in its place"),
        (with_entry(3, recorded_at=BEGAN), "version 4 (position 5, ActionRated)", "altered"),
        (with_entry(3, recorded_by="Somebody else"), "version 4 (position 5, ActionRated)", "altered"),
        (with_entry(3, plan="other"), "version 4", "altered"),
        (with_entry(3, version=5), "version 5 (position 5, ActionRated)", "altered"),
        (with_entry(3, position=6), "version 4 (position 6, ActionRated)", "altered"),
        (with_entry(3, position=0), "version 4 (position 0, ActionRated)", "altered"),
        (with_entry(3, position=2**62), "version 4", "altered"),
        (with_entry(3, topic="ActionClosed"), "version 4 (position 5, ActionClosed)", "altered"),
        (with_entry(3, state=b'{"action":"2.4","rating":"green"}'), "version 4 (position 5, ActionRated)", "altered"),
        (lambda lines: lines[3].update(entry="AAAA"), "version 4", "not in the form"),
        (lambda lines: lines[3].update(entry="AA"), "version 4", "base64"),
        (lambda lines: lines[3].update(entry=lines[3]["entry"][:-8]), "version 4", "cut off"),
        (lambda lines: lines[3].update(proof=[]), "version 4", "not in the ledger"),
        (lambda lines: lines[3].update(proof=[*lines[3]["proof"], lines[3]["proof"][0]]), "version 4", "not in the"),
        (lambda lines: lines[3].update(proof=lines[2]["proof"]), "version 4", "not in the ledger"),
        (lambda lines: lines[3].update(proof=["AAAA"] * 65), "version 4", "not as AsAt writes it"),
        (lambda lines: lines[3].update(proof=7), "version 4", "not as AsAt writes it"),
        (lambda lines: lines[3].update(more=1), "version 4", "not as AsAt writes it"),
        (lambda lines: lines.__setitem__(3, 7), "version 4", "not as AsAt writes it"),
        (lambda lines: lines[3]["texts"].update(reason=[lines[3]["texts"]["reason"][0], "All done"]),
         "version 4 (position 5, ActionRated)", "'reason' is not the one that was recorded"),
        (lambda lines: lines[3]["texts"]["reason"].__setitem__(0, "AAAA"), "version 4", "'reason' is not the one"),
        (lambda lines: lines[3]["texts"].update(reason=shortened(lines[3]["texts"]["reason"])),
         "version 4 (position 5, ActionRated)", "'reason' is not the one that was recorded"),
        (lambda lines: lines[3]["texts"].update(rating=["AAAA", "green"]), "version 4", "'rating' beside it is none"),
        (lambda lines: lines[3]["texts"].update(reason="All done"), "version 4", "'reason' beside it is none"),
        (lambda lines: lines[3]["texts"].pop("reason"), "version 4 (ActionRated)", "left out of the pack"),
    ],
)  # fmt: skip
def test_an_event_altered_on_the_way_is_named(book: Book, change: Any, where: str, what: str):
    def in_place(lines: list[dict[str, Any]]) -> None:
        change(lines)

    not_held(with_lines(book.pack(), in_place), where, what)


def test_an_event_of_another_plan_is_named(book: Book):
    mine, others = book.pack(), zip_files(book.pack("other"))["events.jsonl"].splitlines(keepends=True)
    stranger = with_file(mine, "events.jsonl", lambda data: data.replace(data.splitlines(keepends=True)[1], others[1]))
    not_held(stranger, "version 2 (position 6, PriorityAdded)", "it is of plan other, not plan")


def test_an_added_event_is_named(book: Book):
    before = book.pack()
    book.add("plan", "ActionClosed", {"action": "2.4"})
    more = zip_files(book.pack())["events.jsonl"].splitlines(keepends=True)[-1]
    not_held(
        with_file(before, "events.jsonl", lambda data: data + more), "version 6 (position 8, ActionClosed)", "added"
    )


def test_every_flipped_byte_of_a_pack_is_found(book: Book):
    """Every byte that is not of a long file, and of those one in 97: each is covered by the same digest."""
    pack = book.pack()
    files = zip_files(pack)
    long = [(pack.index(files[name]), len(files[name])) for name in ("README.md", "verify.py")]
    places = [at for at in range(len(pack)) if at % 97 == 0 or not any(a <= at < a + size for a, size in long)]
    for at in places:
        with pytest.raises(Failed):
            verify(pack[:at] + bytes([pack[at] ^ 1]) + pack[at + 1 :], VERIFIER_KEY)


def test_a_flipped_bit_is_found_where_the_zip_was_made_to_agree(book: Book):
    pack = book.pack(papers={"plan.json": as_json(PLAN)})
    for name, content in zip_files(pack).items():
        step = max(1, len(content) // 150)
        for at in range(0, len(content), step):
            flipped = content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]
            with pytest.raises(Failed):
                verify(b"".join(zip_chunks([*{**zip_files(pack), name: flipped}.items()])), VERIFIER_KEY)


def test_a_flipped_bit_in_any_file_of_a_pack_with_everything_in_it_changes_nothing_that_is_claimed(book: Book):
    """Keys, witness, stamp, earlier checkpoint, papers: what is not found is a signature that nobody asked for."""
    pack, options = with_everything(book)
    whole = verify(pack, VERIFIER_KEY, **options)
    files = zip_files(pack)
    assert len(files) == 14
    passed: dict[str, int] = {}
    for name, content in files.items():
        for at in range(0, len(content), max(1, len(content) // 61)):
            for bit in (1, 0x20):
                flipped = content[:at] + bytes([content[at] ^ bit]) + content[at + 1 :]
                try:
                    report = verify(b"".join(zip_chunks([*{**files, name: flipped}.items()])), VERIFIER_KEY, **options)
                except Failed:
                    continue
                assert (report.proved, report.remarks) == (whole.proved, whole.remarks), (name, at)
                passed[name] = passed.get(name, 0) + 1
    assert set(passed) <= {"checkpoint.txt"}


def test_a_pack_with_everything_in_it_signed_anew_by_another_key_does_not_pass(book: Book):
    """Whoever has no key of the ledger can sign every file anew, and is told from it by the key alone."""
    pack, options = with_everything(book)
    files = zip_files(pack)
    lines = files["statement.txt"].decode().partition("\n\n")[0] + "\n"
    checkpoint = Note.read(files["checkpoint.txt"]).text
    not_held(
        with_file(pack, "statement.txt", lambda _: sign_note(lines, STRANGER)), "the statement", "no key", **options
    )
    not_held(with_file(pack, "checkpoint.txt", lambda _: sign_note(checkpoint, STRANGER)), "the checkpoint", "no key")
    for name, text in (("checkpoint.txt", checkpoint), ("statement.txt", lines)):
        forged = sign_note(text, STRANGER)
        pack = b"".join(zip_chunks([*{**zip_files(pack), name: forged}.items()]))
    pack = with_file(pack, "keys.json", lambda _: as_json([verifier_note(STRANGER).decode()]))
    not_held(pack, "the key that was given", "none of the ledger in this pack", **options)
    not_held(pack, "the earlier checkpoint", "no key that is known", key=None, since=options["since"])


def with_everything(book: Book) -> tuple[bytes, dict[str, Any]]:
    """A pack of a ledger with two keys, and how to verify it with all that a reader may hold."""
    earlier, authority = book.checkpoint(), Authority(elliptic=True)
    book.rotate(NEXT_KEY)
    grown(book)
    note = Note.read(book.checkpoint())
    witness, other = (SignerKey(f"inspector.example/{one}", (one * 16).encode()) for one in ("w1", "w2"))
    made = book.pack(
        since=earlier,
        stamped=[Stamped(earlier, authority.stamp(stamped_digest(earlier)))],
        papers={"plan.json": as_json(PLAN), "comparison.json": as_json(COMPARISON), "plan.md": b"# The plan\n"},
        at="2019-06-01@5",
    )
    signed = note.signed(*(cosign(Checkpoint.read(note.text), one, 1_679_315_147) for one in (witness, other)))
    made = with_file(made, "checkpoint.txt", lambda _: bytes(signed))
    return made, {"since": earlier, "witnesses": [str(witness_key(witness.verifier))], "roots": authority.pem}


# Files


@pytest.mark.parametrize("name", ["README.md", "verify.py", "papers/plan.json"])
def test_a_file_that_was_signed_for_is_missed_and_compared(book: Book, name: str):
    pack = book.pack(papers={"plan.json": as_json(PLAN)})
    not_held(with_file(pack, name, lambda data: data + b"\n"), name, "it was altered")
    files = {one: content for one, content in zip_files(pack).items() if one != name}
    not_held(b"".join(zip_chunks([*files.items()])), name, "missing")


@pytest.mark.parametrize("name", ["keys.json", "checkpoint.txt", "statement.txt", "events.jsonl"])
def test_what_the_proof_needs_is_missed(book: Book, name: str):
    files = {one: content for one, content in zip_files(book.pack()).items() if one != name}
    not_held(b"".join(zip_chunks([*files.items()])), name, "missing")


def test_a_file_that_nobody_signed_for_is_named(book: Book):
    not_held(with_file(book.pack(), "papers/letter.md", lambda _: b"Pay here"), "papers/letter.md", "added")


# Keys


def test_a_pack_by_another_key_does_not_pass(book: Book):
    forged = Book()
    forged.signer, forged.keys = STRANGER, [verifier_note(STRANGER)]
    assert verify(forged.pack()).proved
    not_held(forged.pack(), "the key that was given", "none of the ledger in this pack")


def verifier_note(key: SignerKey) -> bytes:
    return sign_note(f"AsAt signing key 1\n{key.name}\n{key.verifier}\nafter none\n", key)


def test_a_checkpoint_signed_by_another_key_does_not_pass(book: Book):
    forged = with_file(book.pack(), "checkpoint.txt", lambda _: book.checkpoint(STRANGER))
    not_held(forged, "the checkpoint", "no key that is known here has signed it")


def test_a_statement_signed_by_another_key_does_not_pass(book: Book):
    not_held(book.pack(signer=STRANGER), "the statement", "no key that is known here has signed it")


def test_a_statement_about_another_checkpoint_does_not_pass(book: Book):
    pack = book.pack()
    book.add("other", "PlanClosed", {})
    not_held(with_file(pack, "checkpoint.txt", lambda _: book.checkpoint()), "the statement", "another checkpoint")


def test_a_checkpoint_is_no_statement_and_a_statement_no_checkpoint(book: Book):
    pack = book.pack()
    files = zip_files(pack)
    not_held(with_file(pack, "checkpoint.txt", lambda _: files["statement.txt"]), "the checkpoint", "no checkpoint")
    not_held(with_file(pack, "statement.txt", lambda _: files["checkpoint.txt"]), "the statement", "no statement")


def test_a_checkpoint_in_another_name_does_not_pass(book: Book):
    text = Note.read(book.checkpoint()).text.replace(ORIGIN, "elsewhere.example")
    forged = with_file(book.pack(), "checkpoint.txt", lambda _: sign_note(text, KEY))
    not_held(forged, "the checkpoint", "another ledger's")


@pytest.mark.parametrize(
    "key", ["", "a", "a+b+c", VERIFIER_KEY[:-4], str(witness_key(KEY.verifier)), "\N{SNOWMAN}+" * 3]
)
def test_what_is_no_key_is_said_to_be_none(book: Book, key: str):
    not_held(book.pack(), "the key that was given", key=key)


def test_a_key_leads_to_the_one_that_replaced_it_and_not_back(book: Book):
    before = book.pack()
    book.rotate(NEXT_KEY)
    book.add("plan", "ActionClosed", {"action": "2.4"})
    for key in (KEY, NEXT_KEY):
        assert "council.example/asat+" in verify(book.pack(), str(key.verifier)).proved[0]
    since = zip_files(before)["checkpoint.txt"]
    assert "continues" in verify(book.pack(since=since), str(NEXT_KEY.verifier), since=before).proved[-1]
    # The old key signs again, after it was replaced: whoever knows the new one does not believe it.
    book.signer = KEY
    not_held(book.pack(), "the checkpoint", "no key that is known", key=str(NEXT_KEY.verifier))


def test_a_key_that_the_one_before_has_not_signed_for_does_not_pass(book: Book):
    text = f"AsAt signing key 2\n{ORIGIN}\n{STRANGER.verifier}\nafter {KEY.verifier}\n"
    book.keys.append(sign_note(text, STRANGER))
    book.signer = STRANGER
    not_held(book.pack(), "key 2 of the ledger", "no key that is known here has signed it")


@pytest.mark.parametrize(
    "said",
    [[], {}, [1], "x", [""], ["a\n\nb"], ["\ud800"], [VERIFIER_KEY], ["x"] * 1001],
)
def test_what_is_no_list_of_keys_is_said_to_be_none(book: Book, said: Any):
    not_held(with_file(book.pack(), "keys.json", lambda _: as_json(said)), "key")


# Witnesses


def test_a_witness_is_believed_when_its_key_is_known(book: Book):
    witness = SignerKey("inspector.example/w1", b"eyes" * 8)
    key = str(witness_key(witness.verifier))
    pack = book.pack()
    not_held(pack, "the checkpoint", "inspector.example/w1 has not signed it", witnesses=[key])
    note = Note.read(zip_files(pack)["checkpoint.txt"])
    signed = note.signed(cosign(Checkpoint.read(note.text), witness, 1_679_315_147))
    pack = with_file(pack, "checkpoint.txt", lambda _: bytes(signed))
    assert "2023-03-20T12:25:47" in verify(pack, VERIFIER_KEY, witnesses=[key]).proved[1]
    assert "(inspector.example/w1) that were not" in verify(pack, VERIFIER_KEY).remarks[0]
    later = note.signed(replace(signed.signatures[1], value=b"\0" * 7 + b"\1" + signed.signatures[1].value[8:]))
    not_held(with_file(pack, "checkpoint.txt", lambda _: bytes(later)), "not of it", witnesses=[key])


# What was known before


def grown(book: Book) -> Book:
    book.add("other", "PlanClosed", {})
    book.add("plan", "ActionClosed", {"action": "2.4"})
    return book


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 6, 7])
def test_the_ledger_is_shown_to_continue_an_earlier_checkpoint(size: int):
    book, whole = Book(), Book().entries
    book.entries = whole[:size]
    since = book.checkpoint()
    book.entries = whole
    report = verify(grown(book).pack(since=since), VERIFIER_KEY, since=since)
    assert f"continues the earlier checkpoint, of {size} entries" in report.proved[-1]
    assert not_rewritten(report) == []
    assert f"none of the entries after the first {size} was altered before" in report.remarks[0]


def not_rewritten(report: verifier.Report) -> list[str]:
    return [remark for remark in report.remarks if REWRITTEN in remark]


def test_an_earlier_checkpoint_that_only_the_pack_brings_shows_nothing():
    """Whoever makes the ledger anew brings a checkpoint of it along."""
    book, honest = Book(), Book().pack()
    book.alter(5, recorded_by="Somebody else")
    nothing = Book()
    nothing.entries = []
    for since in (book_checkpoint_of(book, 3), book_checkpoint_of(book, 7), empty_checkpoint()):
        report = verify(book.pack(since=since), VERIFIER_KEY)
        assert "continues" not in " ".join(report.proved)
        assert len(not_rewritten(report)) == 1
        assert any("give your own copy with --since" in remark for remark in report.remarks)
    not_held(book.pack(), "not the event", since=honest)


def empty_checkpoint() -> bytes:
    return sign_note(Checkpoint(ORIGIN, 0, sha256(b"").digest()).text(), KEY)


def test_the_reader_s_own_checkpoint_shows_nothing_of_before_where_it_is_this_one_or_of_nothing(book: Book):
    for since in (book.checkpoint(), book.pack(), empty_checkpoint()):
        assert len(not_rewritten(verify(book.pack(since=empty_checkpoint()), VERIFIER_KEY, since=since))) == 1


def test_an_earlier_pack_serves_as_the_checkpoint(book: Book):
    before = book.pack()
    report = verify(grown(book).pack(since=zip_files(before)["checkpoint.txt"]), since=before)
    assert "The 5 events of the earlier pack stand here as they stood there." in report.proved
    assert "of 7 entries" in report.proved[-1]


def test_the_same_checkpoint_needs_no_proof(book: Book):
    report = verify(book.pack(), VERIFIER_KEY, since=book.pack())
    assert "The earlier checkpoint is this one, of 7 entries" in report.proved[-1]


def test_a_pack_without_the_proof_that_is_asked_for_says_that_it_could_not_be_checked(book: Book):
    before = book.checkpoint()
    for pack in (grown(book).pack(), grown(Book()).pack(since=book_checkpoint_of(Book(), 3))):
        report = verify(pack, VERIFIER_KEY, since=before)
        assert ["Have it made with --since 7" in one for one in report.unchecked] == [True]
        assert "continues" not in " ".join(report.proved)
        assert len(not_rewritten(report)) == 1


def test_what_could_not_be_checked_is_no_fraud_and_has_an_exit_code_of_its_own(
    book: Book, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    before, after = tmp_path / "before.zip", tmp_path / "after.zip"
    before.write_bytes(book.pack())
    after.write_bytes(grown(book).pack())
    assert verifier.main([str(after), "--key", VERIFIER_KEY, "--since", str(before)]) == 3
    said = capsys.readouterr()
    assert said.err.startswith("COULD NOT BE CHECKED: whether the ledger continues the earlier checkpoint, of 7")
    assert "Each of the 6 events of plan plan stands in it" in said.out
    assert "The 5 events of the earlier pack stand here" in said.out
    assert "Not shown:" in said.out


def test_an_event_that_the_earlier_pack_holds_otherwise_is_found_without_the_proof_too(book: Book):
    kept = book.pack()
    book.alter(5, recorded_by="Somebody else")
    not_held(grown(book).pack(), "version 4 (ActionRated)", "not the event that the earlier pack holds", since=kept)


@pytest.mark.parametrize(
    "fields",
    [
        {"recorded_at": BEGAN + timedelta(minutes=4, seconds=1)},
        {"recorded_by": "Somebody else"},
        {"state": b'{"effective_on":"2019-05-01","action":"2.4","rating":"red"}'},
    ],
)
def test_a_rewritten_ledger_with_everything_signed_anew_is_found_against_what_was_kept(fields: dict[str, Any]):
    """The council itself does it, with the key: without an earlier checkpoint nothing shows it."""
    book = Book()
    kept, kept_pack = book.checkpoint(), book.pack()
    book.alter(5, **fields)
    if "state" in fields:
        book.texts[4] = {}
    grown(book)
    assert verify(book.pack(), VERIFIER_KEY).proved
    for later in (book.pack(since=book_checkpoint_of(book, 7)), book.pack(since=kept)):
        not_held(later, "the earlier checkpoint", "does not continue it", "forked", since=kept)
        not_held(later, "version 4 (ActionRated)", "not the event that the earlier pack holds", since=kept_pack)


def test_an_event_of_another_plan_that_was_rewritten_is_found_against_an_earlier_pack(book: Book):
    """The pack kept does not hold it, so that nothing can name it; that something was altered is shown all the same."""
    kept = book.pack()
    book.alter(2, recorded_by="Somebody else")
    not_held(grown(book).pack(since=zip_files(kept)["checkpoint.txt"]), "does not continue it", "forked", since=kept)


def book_checkpoint_of(book: Book, size: int) -> bytes:
    shorter = Book()
    shorter.entries = book.entries[:size]
    return shorter.checkpoint()


def test_a_fork_of_the_same_size_is_found(book: Book):
    kept = book.checkpoint()
    book.alter(7, recorded_by="Somebody else")
    not_held(book.pack(), "does not continue it", since=kept)


def test_a_shortened_ledger_is_found(book: Book):
    kept = grown(Book()).checkpoint()
    not_held(book.pack(), "of 9 entries, more than this pack's ledger has", since=kept)


def test_an_event_that_was_kept_back_from_an_earlier_pack_is_found(book: Book):
    """The statement said that version 4 was the newest, and it was not."""
    contents = book.contents()
    earlier = packed(book, replace(contents, events=contents.events[:4]))
    assert "version 4 is the newest" in " ".join(verify(earlier, VERIFIER_KEY).proved)
    later = grown(book).pack(since=zip_files(earlier)["checkpoint.txt"])
    not_held(later, "version 5 (ActionRated)", "was kept back from it", since=earlier)


def packed(book: Book, contents: Any) -> bytes:
    from domain.proofs.pack import make_pack
    from tests.proofs.trees import Grown

    return make_pack(contents, Grown([bytes(entry) for entry in book.entries]).node, KEY)


def test_a_checkpoint_by_a_stranger_or_of_another_ledger_is_no_earlier_one(book: Book):
    not_held(book.pack(), "the earlier checkpoint", "no key that is known", since=book.checkpoint(STRANGER))
    for rubbish in (b"", b"x", b"\xff", b"PK", b"PK\x03\x04"):
        with pytest.raises(Failed):
            verify(book.pack(), VERIFIER_KEY, since=rubbish)


def test_instants_that_go_back_are_found_though_all_is_signed(book: Book):
    book.alter(5, recorded_at=BEGAN)
    not_held(book.pack(), "version 4 (position 5, ActionRated)", "dated 2019-05-01T09:00:00.000000Z, before")


# Redaction


def redacted(book: Book) -> Book:
    book.add("plan", "TextRedacted", {"version": 4, "fields": ["reason"], "reason": "A child's name"})
    del book.texts[4]["reason"]
    return book


def test_a_text_that_an_event_redacts_may_be_gone_and_the_report_says_by_whom_when_and_why(book: Book):
    proved = verify(redacted(book).pack(), VERIFIER_KEY).proved
    at = proved.index("1 text is gone, as an event says:")
    assert proved[at + 1] == (
        "    version 4 (ActionRated), its reason: redacted by version 6, by Officer at 2019-05-01T09:08:00.000000Z, for"
        ' "A child\'s name".'
    )


def test_a_reason_for_a_redaction_may_be_gone_too(book: Book):
    redacted(book).add("plan", "TextRedacted", {"version": 6, "fields": ["reason"], "reason": "Named the child"})
    del book.texts[7]["reason"]
    proved = " ".join(verify(book.pack(), VERIFIER_KEY).proved)
    assert "2 texts are gone, as events say:" in proved
    assert "for a reason that is gone too." in proved
    assert "(TextRedacted), its reason: redacted by version 7" in proved


def test_a_text_that_was_redacted_must_be_gone(book: Book):
    kept = dict(book.texts[4])
    redacted(book).texts[4] = kept
    not_held(book.pack(), "version 4 (ActionRated)", "redacted by version 6, and must not be here")


def test_a_redaction_of_what_comes_after_it_excuses_nothing(book: Book):
    book.add("plan", "TextRedacted", {"version": 7, "fields": ["reason"], "reason": "In advance"})
    book.add("plan", "ActionRated", {"action": "2.4", "rating": "red", "reason": "Lost"})
    del book.texts[8]["reason"]
    not_held(book.pack(), "version 6 (TextRedacted)", "it redacts version 7, which does not come before it")


# A second person


SCALE = {"ratings": [{"code": "amber"}, {"code": "green", "needs_second_person": True}]}


def test_a_rating_that_needs_a_second_person_counts_once_another_confirms_it(book: Book):
    book.add("plan", "ScaleAdopted", {"scale": SCALE})
    book.add("plan", "ActionRated", {"action": "2.4", "rating": "amber"})
    book.add("plan", "ActionRated", {"action": "2.4", "rating": "green"})
    book.add("plan", "RatingConfirmed", {"action": "2.4", "version": 8, "effective_on": "2019-05-20"}, by="Chair")
    fold = verifier.Fold(events_of(book))
    counted = [(day, basis, fold.value(fold.actions[0], "rating", day, basis))
               for day in ("2019-05-19", "2019-05-20") for basis in (8, 9)]  # fmt: skip
    assert counted == [
        ("2019-05-19", 8, "amber"), ("2019-05-19", 9, "amber"), ("2019-05-20", 8, "amber"), ("2019-05-20", 9, "green"),
    ]  # fmt: skip


def test_a_confirmation_that_was_withdrawn_no_longer_counts(book: Book):
    book.add("plan", "ScaleAdopted", {"scale": SCALE})
    book.add("plan", "ActionRated", {"action": "2.4", "rating": "amber"})
    book.add("plan", "ActionRated", {"action": "2.4", "rating": "green"})
    book.add("plan", "RatingConfirmed", {"action": "2.4", "version": 8}, by="Chair")
    book.add("plan", "EventWithdrawn", {"version": 9})
    fold = verifier.Fold(events_of(book))
    assert [fold.value(fold.actions[0], "rating", "2019-06-01", basis) for basis in (8, 9, 10)] == [
        "amber", "green", "amber",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "by", ["Officer", "officer", " Off\u00adicer ", "\uff2fFFICER", "Officer\u3164", "O\ufe00fficer"]
)
def test_nobody_confirms_a_rating_of_their_own(book: Book, by: str):
    book.add("plan", "ScaleAdopted", {"scale": SCALE})
    book.add("plan", "ActionRated", {"action": "2.4", "rating": "green"})
    book.add("plan", "RatingConfirmed", {"action": "2.4", "version": 7}, by=by)
    papers = {"plan.json": as_json(PLAN)}
    not_held(book.pack(papers=papers), "version 8 (RatingConfirmed)", "a rating of their own")


def events_of(book: Book) -> list[verifier.Event]:
    return [
        verifier.Event(verifier.Entry.read(bytes(entry)), json.loads(entry.state), ()) for entry in book.of("plan")
    ]  # fmt: skip


# Figures


@pytest.mark.parametrize(
    ("name", "document"),
    [("plan", PLAN), ("comparison", COMPARISON), ("ratings", OVER_TIME), ("overdue", OVERDUE), ("paper", PAPER)],
)
def test_figures_that_follow_from_the_events_are_counted(book: Book, name: str, document: Any):
    report = verify(book.pack(papers={f"{name}.json": as_json(document), f"{name}.md": b"# A paper"}), VERIFIER_KEY)
    (head, paper) = report.proved[-2:]
    assert re.fullmatch(r"[1-9][0-9]+ of their figures follow from the events:", head)
    assert paper.startswith(f"    papers/{name}.json: {head.partition(' ')[0]} figures. Worked out anew: ")
    remarks = " ".join(report.remarks)
    assert f"Of papers/{name}.json not worked out anew: {verifier.FIGURES[f'{name}.json'].left}." in remarks
    assert f"For papers/{name}.md there is the signature of {ORIGIN} and no more." in remarks


def test_of_papers_without_figures_that_are_compared_none_is_said_to_follow(book: Book):
    papers = {"history.json": as_json(HISTORY), "committee.json": as_json({**PLAN, "priorities": []})}
    report = verify(book.pack(papers=papers), VERIFIER_KEY)
    assert "figures follow" not in " ".join(report.proved)
    for name in papers:
        assert f"For papers/{name} there is the signature of {ORIGIN} and no more." in report.remarks


def test_a_signed_file_that_the_verifier_does_not_know_is_named(book: Book):
    pack = book.pack()
    files = zip_files(pack)
    text = Note.read(files["statement.txt"]).text + f"file {sha256(b'{}').hexdigest()} annex/plan.json\n"
    files = {"annex/plan.json": b"{}", **files, "statement.txt": sign_note(text, KEY)}
    report = verify(b"".join(zip_chunks([*files.items()])), VERIFIER_KEY)
    assert "What README.md, annex/plan.json says was not checked" in report.remarks[-1]


def test_a_paper_of_another_plan_is_none_of_this_pack(book: Book):
    papers = {"history.json": as_json({**HISTORY, "plan": "other"})}
    not_held(book.pack(papers=papers), "papers/history.json", 'it is of plan "other", not plan')


def test_a_paper_whose_figures_are_not_compared_is_of_a_point_that_the_ledger_had(book: Book):
    for fields in ({"known_at": "2019-05-01T09:00:00.000000Z"}, {"known_at": "9999-99-99T99:99:99Z"}):
        papers = {"history.json": as_json({**HISTORY, "point": {**POINT, **fields}})}
        not_held(book.pack(papers=papers, at="2019-06-01@5"), "papers/history.json", "no version 5 at the instant")


def test_a_pack_says_which_point_its_papers_show(book: Book):
    papers = {"plan.json": as_json(PLAN), "comparison.json": as_json(COMPARISON)}
    report = verify(book.pack(papers=papers, at="2019-06-01@5"), VERIFIER_KEY)
    assert "They show the plan as at 2019-06-01, as known at version 5" in " ".join(report.proved)
    for name in papers:
        not_held(
            book.pack(papers={name: papers[name]}, at="2019-06-01@4"), f"papers/{name}", "should show 2019-06-01@4"
        )


def altered(document: Any, *path: Any, to: Any) -> Any:
    copy = json.loads(json.dumps(document))
    inside = copy
    for part in path[:-1]:
        inside = inside[part]
    inside[path[-1]] = to
    return copy


ACTIONS = ("priorities", 0, "actions")
LIE = {**ACTION, "rating": "completed"}


@pytest.mark.parametrize(
    ("name", "document", "parts"),
    [
        ("plan", altered(PLAN, *ACTIONS, 0, "rating", to="red"), ['of action 2.4 is "red"', 'events say "green"']),
        ("plan", altered(PLAN, "priorities", 0, "number", to="3"), ["priority 3 stands in it, and by"]),
        ("plan", altered(PLAN, *ACTIONS, to=[]), ["action 2.4 stands in priority 2 nowhere"]),
        ("plan", altered(PLAN, *ACTIONS, 0, "number", to="2.5"), ["action 2.5 stands in priority 2, and by"]),
        ("plan", altered(PLAN, "point", "basis", to=9), ["no version 9"]),
        ("plan", altered(PLAN, "point", "basis", to=True), ["no version true"]),
        ("plan", altered(PLAN, "point", "known_at", to="2019-05-01T09:00:00.000000Z"), ["no version 5 at the instant"]),
        ("plan", altered(PLAN, "point", "effective_on", to="2019-02-30"), ["2019-02-30", "no day of the calendar"]),
        ("plan", [], ["it is [], which is no object"]),
        ("comparison", altered(COMPARISON, "rows", 0, "ratings", "green", "current", to=2),
         ["the ratings.green.current of priority 2 is 2, and the events say 1"]),
        ("comparison", altered(COMPARISON, "totals", "total", "previous", to=3), ["totals.total.previous of the plan"]),
        ("comparison", altered(COMPARISON, "rows", to=None), ["the priority rows in its table are null"]),
        ("plan", altered(PLAN, *ACTIONS, to=[LIE, ACTION]), ["action 2.4"]),
        ("plan", altered(PLAN, *ACTIONS, to=[{**ACTION, "actions": [ACTION]}]), ["action 2.4"]),
        ("comparison", altered(COMPARISON, "rows", to=[]), ["priority 2 stands in its table nowhere"]),
        ("comparison", altered(COMPARISON, "rows", to=COMPARISON["rows"] * 2), ["priority 2 stands", "twice"]),
        ("comparison", altered(COMPARISON, "rows", 0, "total", "current", to=True), ["total.current of priority 2"]),
        ("comparison", altered(COMPARISON, "rows", 0, "new", to=False), ["new of priority 2 is false"]),
        ("paper", altered(PAPER, "comparison", "rows", to=[]), ["priority 2 stands in its table nowhere"]),
        ("paper", altered(PAPER, "current", to=EARLIER), ["its part 'comparison' is of another point than it"]),
        ("paper", altered(PAPER, "ratings", to=[]), ["rating amber stands in its key nowhere"]),
        ("paper", altered(PAPER, "summary", 1, "current", to=2), ["the current of rating green is 2"]),
        ("paper", altered(PAPER, "summary", to=PAPER["summary"][:2]), ["rating unrated stands in its summary nowhere"]),
        ("paper", altered(PAPER, "total", "previous", to=4), ["total.previous of the plan is 4"]),
        ("paper", altered(PAPER, "summary", 1, "difference", to=9), ["difference of rating green"]),
        ("paper", altered(PAPER, "summary", 1, "current_share", to=50), ["current_share of rating green is 50"]),
        ("paper", altered(PAPER, "over_time", "counts", 1, "ratings", "green", to=0),
         ["ratings.green of day 2019-06-01 is 0"]),
        ("paper", altered(PAPER, "over_time", "counts", 0, "total", to=7), ["total of day 2019-05-31 is 7"]),
        ("paper", altered(PAPER, "over_time", "counts", to=OVER_TIME["counts"][:1]), ["day 2019-06-01", "nowhere"]),
        ("paper", altered(PAPER, "over_time", "point", to=EARLIER), ["its part 'over_time' is of another point"]),
        ("paper", altered(PAPER, "priorities", 0, "concerns", to=[ACTION, ACTION]), ["does not belong there"]),
        ("paper", altered(PAPER, "overdue", "overdue", 0, "rating", to="red"), ['rating of action 2.4 is "red"']),
        ("overdue", altered(OVERDUE, "overdue", 0, "priority", to="9"), ['priority of action 2.4 is "9"']),
        ("overdue", altered(OVERDUE, "rescheduled", to=[LATE]), ["action 2.4 stands in its list of rescheduled"]),
        ("ratings", altered(OVER_TIME, "counts", to=OVER_TIME["counts"][::-1]), ["in another order"]),
        ("ratings", altered(OVER_TIME, "every", to="year"), ['the every of the plan is "year"']),
        ("comparison", altered(COMPARISON, "changes", to=[]), ["action 2.4 stands in its changes nowhere"]),
        ("comparison", altered(COMPARISON, "changes", to=[CHANGE, CHANGE]), ["action 2.4 stands in its changes twice"]),
        ("comparison", altered(COMPARISON, "changes", to=[CHANGE, {**CHANGE, "action": "9"}]), ["action 9 stands in"]),
    ],
)  # fmt: skip
def test_a_figure_that_does_not_follow_from_the_events_is_named(book: Book, name: str, document: Any, parts: list[str]):
    not_held(book.pack(papers={f"{name}.json": as_json(document)}), f"papers/{name}.json", *parts)


def test_parts_nested_deeply_are_worked_out(book: Book):
    """Nothing goes down from part to part by calling itself, so that no depth breaks it."""
    for number in range(1100):
        parent = f"3.{number - 1}" if number else "2.4"
        book.add("plan", "ActionAdded", {"number": f"3.{number}", "parent": parent, "text": "Part"})
    newest = (BEGAN + timedelta(minutes=1107)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    now = {**POINT, "basis": 1105, "known_at": newest}
    counts = {**OVER_TIME["counts"][0], "ratings": {"amber": 0, "green": 0}, "unrated": 1}
    document = {**OVER_TIME, "point": now, "counts": [{**counts, "on": one["on"]} for one in OVER_TIME["counts"]]}
    assert verify(book.pack(papers={"ratings.json": as_json(document)}), VERIFIER_KEY).proved
    lie = altered(document, "counts", 0, "unrated", to=2)
    not_held(book.pack(papers={"ratings.json": as_json(lie)}), "unrated of day 2019-05-31 is 2")


@pytest.mark.parametrize(("fields", "sentence"), [
    ({}, "it is not as AsAt records such an event"),
    ({"action": "9.9", "rating": "red"}, 'it names an action "9.9", which the plan does not have'),
    ({"action": ["2.4"], "rating": "red"}, "it is not as AsAt records such an event"),
])  # fmt: skip
def test_events_that_no_plan_could_have_are_refused(book: Book, fields: dict[str, Any], sentence: str):
    book.add("plan", "ActionRated", fields)
    not_held(book.pack(papers={"plan.json": as_json(PLAN)}), f"version 6 (ActionRated): {sentence}")


# What is no pack


def zipped(names: list[tuple[str, bytes]], **options: Any) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", **options) as made:
        for name, content in names:
            made.writestr(name, content)
    return target.getvalue()


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "not a zip"),
        (b"Not a zip at all", "not a zip"),
        (b"PK\x03\x04", "cut off"),
        (b"PK\x03\x04" + b"\xff" * 100, "encrypted"),
        (zipped([]), "not a zip"),
        (zipped([("bomb.txt", b"\0" * 50_000_000)], compression=zipfile.ZIP_DEFLATED), "compressed"),
        (zipped([("../../etc/passwd", b"x")]), "may lie outside of the folder"),
        (zipped([("README.md", b"x")]), "not as AsAt wrote it"),
        (zipped([(f"{n}.md", b"") for n in range(1000)]), "more than 64 files"),
        (b"".join(zip_chunks([("a.md", b""), ("a.md", b"")])), "the same name"),
        (b"".join(zip_chunks([("a.md", b"")])) + b"x", "added after its end"),
        (b"".join(zip_chunks([("a.md", b"")])), "keys.json: it is missing"),
    ],
)
def test_what_is_no_pack_is_said_to_be_none(data: bytes, what: str):
    not_held(data, what)


def test_a_pack_that_is_too_large_is_not_read(book: Book, monkeypatch: pytest.MonkeyPatch):
    pack = book.pack()
    monkeypatch.setattr(verifier, "MOST_BYTES", len(pack) - 1)
    not_held(pack, "is larger than")
    monkeypatch.setattr("domain.proofs.pack.MOST_BYTES", len(pack) - 1)
    with pytest.raises(NoPack, match="the most is"):
        book.pack()


@pytest.mark.parametrize(
    "line",
    [b"[" * 100_000, b"{" * 5, b"1" * 5000, b"\xff", b'{"entry": 1, "entry": 2}', b'{"entry": NaN}', b"null", b""],
)
def test_hostile_json_is_refused(book: Book, line: bytes):
    not_held(with_file(book.pack(), "events.jsonl", lambda _: line + b"\n"), "version 1")


@pytest.mark.parametrize("cut", range(0, 4000, 371))
def test_a_pack_that_is_cut_off_is_refused(book: Book, cut: int):
    not_held(book.pack()[: -1 - cut])


def test_a_report_cannot_speak_to_the_terminal(book: Book, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    entry = Entry(1, "plan", 1, BEGAN, "x", book.entries[0].event_id, "\x1b]0;owned\x07", b"{}")
    forged = with_lines(book.pack(), lambda lines: lines[0].update(entry=b64encode(bytes(entry)).decode()))
    (tmp_path / "pack.zip").write_bytes(forged)
    assert verifier.main([str(tmp_path / "pack.zip")]) == 1
    assert "\x1b" not in capsys.readouterr().err


def test_the_events_can_be_listed_in_plain_words(book: Book, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    book.add("plan", "ProgressReported", {"action": "2.4", "text": "One\nversion 9: \u202eforged\x1b[2J"})
    (tmp_path / "pack.zip").write_bytes(redacted(book).pack())
    assert verifier.main([str(tmp_path / "pack.zip"), "--list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    head = "version 4: ActionRated, effective on 2019-05-01, recorded at 2019-05-01T09:05:00.000000Z by Officer"
    first = lines.index(f"{head}, position 5")
    assert lines[first + 1 : first + 4] == ['    action: "2.4"', '    rating: "amber"', "    reason: [redacted]"]
    assert '    text: "One\\nversion 9: \N{REPLACEMENT CHARACTER}forged\\u001b[2J"' in lines
    assert sum(line.startswith("version ") for line in lines) == 7


def test_the_program_says_where_that_in_the_pack_is_another(
    book: Book, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    pack, said = tmp_path / "pack.zip", "The verify.py in this pack is not this program"
    pack.write_bytes(book.pack())
    verifier.main([str(pack)])
    assert said not in capsys.readouterr().out
    other = b"print('All fine')"
    text = Note.read(zip_files(pack.read_bytes())["statement.txt"]).text
    text = text.replace(sha256(zip_files(pack.read_bytes())["verify.py"]).hexdigest(), sha256(other).hexdigest())
    pack.write_bytes(with_file(pack.read_bytes(), "verify.py", lambda _: other))
    pack.write_bytes(with_file(pack.read_bytes(), "statement.txt", lambda _: sign_note(text, KEY)))
    assert verifier.main([str(pack)]) == 0
    assert said in capsys.readouterr().out


def test_only_signatures_by_others_than_the_council_are_remarked(book: Book):
    book.rotate(NEXT_KEY)
    note = Note.read(zip_files(book.pack())["checkpoint.txt"])
    both = Note.read(sign_note(note.text, KEY)).signatures
    signed = with_file(book.pack(), "checkpoint.txt", lambda _: bytes(note.signed(*both)))
    assert "--witness" not in " ".join(verify(signed, VERIFIER_KEY).remarks)


def test_a_pack_of_an_earlier_asat_that_does_not_say_when_it_was_signed_still_verifies(book: Book):
    report = verify(book.pack(signed_at=None), VERIFIER_KEY)
    assert "When it was signed the pack does not say" in report.remarks[0]


def test_a_signature_that_is_dated_before_its_newest_event_is_remarked(book: Book):
    report = verify(book.pack(signed_at=BEGAN), VERIFIER_KEY)
    assert "its newest event bears a later instant" in report.remarks[0]


def test_the_page_in_the_pack_names_the_digest_of_the_program(book: Book):
    files = zip_files(book.pack())
    assert sha256(files["verify.py"]).hexdigest() in files["README.md"].decode()


def test_a_digest_of_the_program_is_signed(book: Book):
    files = zip_files(book.pack())
    assert f"file {sha256(files['verify.py']).hexdigest()} verify.py" in files["statement.txt"].decode()
