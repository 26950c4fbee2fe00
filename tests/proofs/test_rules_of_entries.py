"""What every entry must keep, whatever edition its papers are of: its day, whole texts, real numbers, digests."""

import json
from typing import Any

import pytest

from domain.proofs.verify import zip_chunks, zip_files
from tests.proofs.hostile_packs import refused
from tests.proofs.lying import signed_anew
from tests.proofs.packs import KEY, Book
from tests.proofs.test_independent import agree
from tests.proofs.test_pack import PAPER, PLAN, as_json

DAYS: list[Any] = ["2019-02-30", "2019-13-01", "0000-01-01", "2019-2-1", "20190201", "2019-02-01 ", "", None, 20190201,
                   True, [], ["2019-02-01"], {"on": "2019-02-01"}, {"sha256": "x"}, "\u0662019-02-01"]  # fmt: skip


def of_edition(book: Book, edition: str) -> bytes:
    return signed_anew(zip_files(book.pack()), KEY, edition=edition)


@pytest.mark.parametrize("edition", ["1", "2"])
@pytest.mark.parametrize("day", DAYS, ids=repr)
def test_the_day_of_an_event_is_one_in_every_edition(day: Any, edition: str):
    book = Book()
    book.add("plan", "ProgressReported", {"action": "2.4", "effective_on": day})
    assert not agree(of_edition(book, edition))


@pytest.mark.parametrize("edition", ["1", "2"])
def test_an_event_without_a_day_is_none(edition: str):
    book = Book()
    book.add("plan", "ProgressReported", {"action": "2.4"})
    assert agree(of_edition(book, edition))
    book.alter(len(book.entries), state=b'{"action":"2.4"}')
    assert not agree(of_edition(book, edition))


#: What may stand in JSON and is no text or number that every reader takes for the same.
NO_JSON = [b'"\\ud800"', b'"\\udc00"', b'"a\\uDBFFb"', b'"\\udc00\\ud800"', b'{"\\ud800":1}', b"1e999", b"-1E999",
           b"[1e400]", b"NaN", b"Infinity", b"-Infinity", b"[" + b"9" * 5000 + b"]"]  # fmt: skip
#: What may look like it, and is.
JSON = [b'"\\ud83d\\ude00"', b'"\\\\ud800"', b"1e300", b"-0.0", b"[]"]


def saying(value: bytes) -> bytes:
    book = Book()
    book.add("plan", "ProgressReported", {"action": "2.4"})
    book.alter(len(book.entries), state=b'{"effective_on":"2019-05-01","odd":%s}' % value)
    return book.pack()


@pytest.mark.parametrize("value", NO_JSON)
def test_half_a_character_and_a_number_beyond_all_numbers_are_refused_wherever_json_is_read(value: bytes):
    assert not agree(saying(value))
    pack = Book().pack(papers={"plan.json": as_json(PLAN)[:-1] + b', "odd": %s}' % value})
    refused(pack, "papers/plan.json", "this is not JSON that can be read")
    files = zip_files(Book().pack())
    keys = files["keys.json"].strip()[:-1] + b",%s]" % value
    assert not agree(b"".join(zip_chunks([*{**files, "keys.json": keys}.items()])))


@pytest.mark.parametrize("value", JSON)
def test_a_whole_character_and_a_large_number_are_json(value: bytes):
    assert agree(saying(value))


@pytest.mark.parametrize("around", [b" %s", b"%s ", b"%s\r", b"\t%s\r"])
def test_white_space_of_json_may_stand_around_a_line(around: bytes):
    files = zip_files(Book().pack())
    lines = b"".join(around % line + b"\n" for line in files["events.jsonl"].splitlines())
    assert agree(b"".join(zip_chunks([*{**files, "events.jsonl": lines}.items()])))
    other = b"".join(line + b"\x0c\n" for line in files["events.jsonl"].splitlines())
    assert not agree(b"".join(zip_chunks([*{**files, "events.jsonl": other}.items()])))


NO_DIGESTS: list[Any] = ["", "x", "A" * 64, "0" * 63, "0" * 65, "0" * 64 + "\n", None, 0, True, [], {}]


@pytest.mark.parametrize("edition", ["1", "2"])
@pytest.mark.parametrize("digest", NO_DIGESTS, ids=repr)
def test_a_text_is_not_gone_without_its_digest(digest: Any, edition: str):
    """No event redacts it, and what stands in its place is the digest of nothing."""
    book = Book()
    book.add("plan", "ProgressReported", {"action": "2.4", "note": {"sha256": digest}})
    assert not agree(of_edition(book, edition))
    book.add("plan", "TextRedacted", {"version": 6, "fields": ["note"]})
    assert not agree(of_edition(book, edition))


def test_a_text_with_its_digest_may_be_gone_if_an_event_says_so():
    book = Book()
    book.add("plan", "ProgressReported", {"action": "2.4", "note": {"sha256": "0" * 64}})
    assert not agree(book.pack())
    book.add("plan", "TextRedacted", {"version": 6, "fields": ["note"]})
    assert agree(book.pack())


NO_VERSIONS: list[Any] = [True, False, 2.0, 4.0, "4", None, [4], {"a": 4}, 0, -4]


@pytest.mark.parametrize("edition", ["1", "2"])
@pytest.mark.parametrize("version", NO_VERSIONS, ids=repr)
def test_a_redaction_names_its_version_by_a_whole_number(version: Any, edition: str):
    book = Book()
    book.add("plan", "TextRedacted", {"version": version, "fields": []})
    assert not agree(of_edition(book, edition))


@pytest.mark.parametrize("fields", [None, "title", [1], [None], [["title"]], {"title": 1}], ids=repr)
def test_a_redaction_names_fields(fields: Any):
    book = Book()
    book.add("plan", "TextRedacted", {"version": 1, "fields": fields})
    assert not agree(book.pack())


@pytest.mark.parametrize("version", NO_VERSIONS, ids=repr)
def test_what_is_recorded_in_error_or_confirmed_is_named_by_a_whole_number(version: Any):
    second = {"name": "RAG", "ratings": [{"code": "green", "label": "Green", "needs_second_person": True}]}
    rated: list[tuple[str, dict[str, Any]]] = [
        ("ScaleAdopted", {"scale": second}),
        ("ActionRated", {"action": "2.4", "rating": "green"}),
    ]
    for kind in ("EventWithdrawn", "RatingConfirmed"):
        book = Book()
        for topic, said in rated:
            book.add("plan", topic, said)
        book.add("plan", kind, {"action": "2.4", "version": version}, by="Chair")
        refused(book.pack(), f"version 8 ({kind})", "is no version of the plan")


@pytest.mark.parametrize("flag", ["complete", "needs_evidence", "concern", "needs_second_person"])
def test_what_a_scale_says_of_a_rating_is_true_or_false(flag: str):
    odd: list[Any] = [1, 0, "no", [], 1.0]
    for said in odd:
        book = Book()
        book.add("plan", "ScaleAdopted", {"scale": {"name": "RAG", "ratings": [{"code": "green", flag: said}]}})
        refused(book.pack(), "version 6 (ScaleAdopted)", f"{flag} of the rating green is neither true nor false")


def test_true_is_not_one_in_any_part_of_the_committee_s_paper():
    for part in ("ratings", "previous", "current"):
        paper = json.loads(json.dumps(PAPER))
        if part == "ratings":
            paper["ratings"][0]["complete"] = 0
        else:
            paper[part]["basis"] = float(paper[part]["basis"])
        refused(Book().pack(papers={"paper.json": as_json(paper)}), "papers/paper.json")
