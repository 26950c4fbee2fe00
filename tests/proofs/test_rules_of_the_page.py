"""What docs/proof-format.md says so that a verifier can be written from it alone, held against the program."""

import random
import re
import unicodedata
from pathlib import Path
from typing import Any

import pytest

from domain import names
from domain.proofs.pack import key_note
from domain.proofs.verify import verify, zip_files
from domain.proofs.verifying import plan_fold
from tests.proofs.hostile_packs import refused
from tests.proofs.lying import signed_anew
from tests.proofs.packs import KEY, NEXT_KEY, Book
from tests.proofs.test_independent import agree
from tests.proofs.test_pack import PAPER, PLAN, as_json

PAGE = (Path(__file__).parents[2] / "docs" / "proof-format.md").read_text(encoding="utf-8")


def unseen_on_the_page() -> set[str]:
    listed = PAGE.partition("which leave nothing to be seen:")[2].partition("\n4. ")[0]
    found = re.findall(r"U\+([0-9A-F]+)(?: to U\+([0-9A-F]+))?", listed)
    return {chr(code) for first, last in found for code in range(int(first, 16), int(last or first, 16) + 1)}


def key_by_the_page(name: str) -> str:
    """The key of a name in the four steps of the page."""

    def single(text: str) -> str:
        return " ".join(text.split())

    seen = "".join(
        one for one in single(unicodedata.normalize("NFKC", name))
        if unicodedata.category(one) not in ("Cc", "Cf", "Cs", "Co", "Cn") and one not in UNSEEN
    )  # fmt: skip
    return single(unicodedata.normalize("NFKC", seen.casefold()))


UNSEEN = unseen_on_the_page()


def test_the_page_lists_every_character_that_is_not_seen_in_a_name():
    assert {chr(code) for code in range(0x110000) if names._BLANK.match(chr(code))} == UNSEEN


@pytest.mark.parametrize("seed", range(3))
def test_the_key_of_a_name_is_made_as_the_page_says(seed: int):
    source = random.Random(seed)
    for _ in range(2000):
        any_of = [source.randrange(0x110000), source.randrange(0x3000), ord(source.choice("Aé ﬁİß\u0301\u00a0"))]
        name = "".join(chr(source.choice(any_of)) for _ in range(source.randrange(12)))
        assert names.name_key(name) == key_by_the_page(name), ascii(name)


def test_the_page_names_the_fields_that_cannot_be_gone():
    listed = PAGE.partition("a text that is gone: ")[2].partition(" of an event whose")[0]
    assert {*re.findall("`([a-z_]+)`", listed)} == plan_fold._KEPT


@pytest.mark.parametrize("levels", [100, 499])
def test_json_is_read_to_the_levels_that_the_page_names(levels: int):
    assert "to 500 levels" in PAGE
    for opened, closed in (("[", "]"), ('{"a":', "}")):
        book = Book()
        state = f'{{"effective_on":"2019-05-01","action":"2.4","text":{opened * levels}1{closed * levels}}}'
        book.add("plan", "ProgressReported", {"action": "2.4"})
        book.alter(len(book.entries), state=state.encode())
        assert verify(book.pack()).proved


def test_a_key_that_was_one_before_cannot_come_back():
    """The holder of the key that followed it would be led to believe it again."""
    book = Book()
    book.rotate(NEXT_KEY)
    assert agree(book.pack())
    book.keys.append(key_note(3, KEY, NEXT_KEY))
    refused(book.pack(), "key 3 of the ledger: it was a key of the ledger before")
    assert not agree(book.pack())


@pytest.mark.parametrize("part", ["comparison", "overdue", "history", "over_time"])
def test_a_part_of_the_committee_s_paper_names_no_edition(part: str):
    document = {**PAPER, part: {**PAPER[part], "edition": 1}}
    refused(Book().pack(papers={"paper.json": as_json(document)}), f"its part {part!r} names an edition")


def test_both_refuse_papers_whose_point_nobody_signed_for():
    assert agree(Book().pack(papers={"plan.json": as_json(PLAN)}))
    assert not agree(Book().pack(papers={"plan.json": as_json(PLAN)}, at=None))


@pytest.mark.parametrize("fields", [[], ["reason", "reason"], ["other"]])
def test_the_fields_of_a_redaction_may_be_none_twice_or_not_there(fields: list[str]):
    book = Book()
    book.add("plan", "TextRedacted", {"version": 4, "fields": fields})
    if "reason" in fields:
        del book.texts[4]["reason"]
    assert agree(book.pack())


@pytest.mark.parametrize("change", [
    {"recorded_by": "x" * 201}, {"topic": "x" * 64}, {"topic": "TextRedacted", "state": (
        b'{"effective_on":"2019-05-01","version":6,"fields":["reason"]}')},
    {"topic": "TextRedacted", "state": b'{"effective_on":"2019-05-01","version":7,"fields":[]}'},
], ids=str)  # fmt: skip
def test_both_refuse_what_the_page_refuses(change: dict[str, Any]):
    book = Book()
    book.add("plan", "ProgressReported", {"action": "2.4"})
    assert agree(book.pack())
    book.alter(8, **change)
    assert not agree(book.pack())


def test_both_refuse_a_plan_of_more_than_63_characters():
    book = Book()
    for entry in book.of("plan"):
        book.alter(entry.position, plan="p" * 64)
    assert not agree(book.pack("p" * 64))
    for entry in book.of("p" * 64):
        book.alter(entry.position, plan="p" * 63)
    assert agree(book.pack("p" * 63))
    assert not agree(signed_anew(zip_files(book.pack("p" * 63)), KEY, plan="p" * 64))
