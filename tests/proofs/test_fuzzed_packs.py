"""Packs altered at random: nothing but a sentence comes of any."""

import json
import random
from typing import Any

import pytest

from domain.proofs.signed_notes import Note, sign_note
from domain.proofs.verify import zip_chunks, zip_files
from tests.proofs import packs
from tests.proofs.hostile_packs import fuzzed, fuzzed_json, refused, verified_or_refused
from tests.proofs.lying import FULL, signed_anew
from tests.proofs.packs import KEY, NEXT_KEY, Book


@pytest.fixture
def book() -> Book:
    return Book()


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
        ("ScaleAdopted", {"scale": packs.RAG}),
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
