"""Days and instants that no calendar has, and ledgers that are called like a zip file."""

import struct
from datetime import UTC, datetime

import pytest

from domain.integrity.evidence_packs import checkpoint_in
from domain.proofs import verify as verifier
from domain.proofs.checkpoint import Checkpoint
from domain.proofs.entry import Entry
from domain.proofs.keys import SignerKey
from domain.proofs.pack import key_note
from domain.proofs.signed_notes import Note
from domain.proofs.verify import Failed, verify, zip_chunks, zip_files
from tests.proofs import packs
from tests.proofs.authority import Authority
from tests.proofs.hostile_packs import refused
from tests.proofs.lying import FULL, signed_anew
from tests.proofs.packs import BEGAN, Book


@pytest.fixture
def book() -> Book:
    return Book()


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
    assert verifier.instant(datetime.min.replace(tzinfo=UTC)) == "0001-01-01T00:00:00.000000Z"
    assert verifier.instant(datetime.max.replace(tzinfo=UTC)) == "9999-12-31T23:59:59.999999Z"


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
