"""Time stamps (RFC 3161): the verifier's own reading of them, held against an independent library and OpenSSL."""

from base64 import b64decode
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from rfc3161_client import VerificationError, VerifierBuilder, decode_timestamp_response

from domain.proofs.checkpoint import Checkpoint, cosign
from domain.proofs.keys import SignerKey
from domain.proofs.pack import MOST_STAMPS, Stamped, one_of_each, stamped_digest
from domain.proofs.signed_notes import Note
from domain.proofs.verify import Failed, as_cut, read_der, read_roots, read_stamp, verify, vouched_for, zip_files
from tests.proofs.authority import STAMPED, Authority
from tests.proofs.packs import KEY, NEXT_KEY, Book, with_file

KEY_TEXT = str(KEY.verifier)
TEXT = b"A checkpoint\n"
DIGEST = sha256(TEXT).digest()
MADE = Path(__file__).parent / "stamps"

Made = Callable[..., Authority]


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


def believed(answer: bytes, roots: bytes) -> str:
    """What the verifier says of an answer: its instant and signer, or why it is not believed."""
    try:
        stamp = read_stamp(answer, "it")
        vouched_for(stamp, read_roots(roots), "it")
    except Failed as failed:
        return failed.what
    assert stamp.digest == DIGEST
    return f"{stamp.at:%Y-%m-%d %H:%M} {stamp.name}"


def oracle_believes(answer: bytes, *certificates: x509.Certificate) -> bool:
    """Whether the library believes it that `asat checkpoint stamp` asks with."""
    builder = VerifierBuilder()
    for certificate in certificates:
        builder = builder.add_root_certificate(certificate)
    try:
        return builder.build().verify_message(decode_timestamp_response(answer), TEXT)
    except (VerificationError, ValueError):
        return False


@pytest.mark.parametrize(("elliptic", "steps"), [(False, 0), (True, 0), (True, 1), (True, 3)])
def test_a_stamp_is_believed_as_an_independent_library_believes_it(elliptic: bool, steps: int):
    made = Authority(elliptic=elliptic, steps=steps)
    answer = made.stamp(DIGEST)
    assert believed(answer, made.pem) == "2021-03-01 12:00 CN=stamps.example"
    assert believed(answer, made.root.public_bytes(Encoding.DER)) == "2021-03-01 12:00 CN=stamps.example"
    assert oracle_believes(answer, made.root)


def test_a_stamp_made_by_openssl_is_believed():
    """`openssl ts -reply` (3.0) made it once, signing with SHA-512, of `A checkpoint` and the end of a line."""
    answer, root = (MADE / "openssl.tsr").read_bytes(), (MADE / "openssl-root.pem").read_bytes()
    assert believed(answer, root) == "2026-11-20 18:58 CN=Example time stamps,O=Example"
    assert oracle_believes(answer, x509.load_pem_x509_certificate(root))


@pytest.mark.parametrize("which", [slice(None), slice(None, None, -1)])
def test_every_certificate_that_may_have_issued_the_signer_is_tried(which: slice):
    """As where the certificate above an authority's was issued twice, under two roots: one way leads to each."""
    made, other = Authority(elliptic=True, steps=1), Authority("elsewhere.example", elliptic=True)
    others = [made.cross_certificate(other), made.certificates[0]][which]
    stamp = read_stamp(made.stamp(DIGEST), "it")._replace(others=others)
    for root in (made.root, other.root):
        vouched_for(stamp, [root], "it")
    with pytest.raises(Failed, match="not vouched for"):
        vouched_for(stamp, [Authority(elliptic=True).root], "it")


def test_another_root_does_not_vouch(authority: Authority):
    other, answer = Authority(), authority.stamp(DIGEST)
    assert "not vouched for" in believed(answer, other.pem)
    assert not oracle_believes(answer, other.root)


def test_a_root_of_the_same_name_does_not_vouch(authority: Authority):
    namesake = Authority()
    assert namesake.root.subject == authority.root.subject
    assert "not vouched for" in believed(authority.stamp(DIGEST), namesake.pem)


@pytest.mark.parametrize(
    "fields",
    [
        {"usage": (x509.oid.ExtendedKeyUsageOID.SERVER_AUTH,)},
        {"usage": (x509.oid.ExtendedKeyUsageOID.TIME_STAMPING, x509.oid.ExtendedKeyUsageOID.SERVER_AUTH)},
        {"usage": ()},
        {"critical": False},
    ],
)
def test_only_a_certificate_for_time_stamping_stamps(fields: dict[str, Any]):
    made = Authority(elliptic=True, **fields)
    assert "is no time-stamping authority" in believed(made.stamp(DIGEST), made.pem)


def test_a_certificate_stamps_only_while_it_is_valid(authority: Authority):
    for at in (datetime(2019, 12, 31, tzinfo=UTC), datetime(2030, 1, 2, tzinfo=UTC)):
        answer = authority.stamp(DIGEST, at)
        assert "was not valid then" in believed(answer, authority.pem)
        assert not oracle_believes(answer, authority.root)


def test_a_certificate_that_may_not_issue_others_vouches_for_none(authority: Authority):
    made = Authority(elliptic=True)
    leaf = authority.certificates[-1].public_bytes(Encoding.PEM)
    assert "not vouched for" in believed(made.stamp(DIGEST), leaf)


def test_an_answer_that_grants_nothing_is_none(authority: Authority):
    assert "did not grant it" in believed(authority.stamp(DIGEST, status=2), authority.pem)
    assert "no time stamp that can be read" in believed(b"\x30\x05\x30\x03\x02\x01\x02", authority.pem)


@pytest.mark.parametrize("elliptic", [False, True])
def test_every_flipped_byte_of_a_stamp_is_found_or_changes_nothing(elliptic: bool):
    """Not covered by a signature are only the status and what says how it is signed; the time and digest are."""
    made = Authority(elliptic=elliptic)
    answer = made.stamp(DIGEST)
    whole = believed(answer, made.pem)
    unfound = 0
    for at in range(len(answer)):
        flipped = answer[:at] + bytes([answer[at] ^ 1]) + answer[at + 1 :]
        try:
            stamp = read_stamp(flipped, "it")
            vouched_for(stamp, read_roots(made.pem), "it")
        except Failed:
            continue
        assert (stamp.digest, stamp.at) == (DIGEST, STAMPED)
        assert believed(flipped, made.pem) == whole
        unfound += 1
    assert unfound < len(answer) / 10


@pytest.mark.parametrize(
    "data", [b"", b"\x30", b"\x30\x80", b"\x30\x84\xff\xff\xff\xff", b"\x30\x81\x01\x00", b"\x1f\x01\x00", b"x" * 99]
)
def test_what_is_no_der_is_no_stamp(data: bytes):
    with pytest.raises(Failed, match="no time stamp"):
        read_stamp(data, "it")


def test_lengths_are_read_as_they_must_be_written():
    assert [part.inside for part in read_der(b"\x04\x01a\x04\x81\x80" + b"b" * 128)] == [b"a", b"b" * 128]
    for wrong in (b"\x04\x81\x01a", b"\x04\x02a", b"\x04\x80"):
        with pytest.raises(ValueError, match="it"):
            read_der(wrong)


@pytest.mark.parametrize("data", [b"", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", b"x"])
def test_what_is_no_certificate_vouches_for_nothing(data: bytes):
    with pytest.raises(Failed, match="no certificate"):
        read_roots(data)


# In packs


@pytest.fixture
def book() -> Book:
    return Book()


def stamped(book: Book, authority: Authority, size: int | None = None) -> Stamped:
    part = Book()
    part.entries = book.entries[:size]
    checkpoint = part.checkpoint(book.signer)
    return Stamped(checkpoint, authority.stamp(stamped_digest(checkpoint)))


def not_held(pack: bytes, *parts: str, **options: Any) -> None:
    with pytest.raises(Failed) as failed:
        verify(pack, KEY_TEXT, **options)
    for part in parts:
        assert part in str(failed.value), str(failed.value)


@pytest.mark.parametrize("size", [1, 4, 6, 7])
def test_a_pack_shows_that_entries_were_there_when_they_were_stamped(book: Book, authority: Authority, size: int):
    pack = book.pack(stamped=[stamped(book, authority, size)])
    report = verify(pack, KEY_TEXT, roots=authority.pem)
    (line,) = [line for line in report.proved if "time-stamping" in line]
    assert f"the ledger's first {size} entries were there at 2021-03-01T12:00:00.000000Z" in line
    assert any("--tsa-root" in remark for remark in verify(pack, KEY_TEXT).remarks)


def test_a_stamp_stays_that_of_the_checkpoint_when_a_witness_signs_it_later(book: Book, authority: Authority):
    one = stamped(book, authority)
    note = Note.read(one.checkpoint)
    signed = bytes(note.signed(cosign(Checkpoint.read(note.text), SignerKey("w.example", b"eyes" * 8), 1)))
    assert signed != one.checkpoint == as_cut(signed)
    assert verify(book.pack(stamped=[replace(one, checkpoint=signed)]), KEY_TEXT, roots=authority.pem).proved
    assert replace(one, checkpoint=signed).wrong() is None


def test_a_stamp_of_something_else_does_not_pass(book: Book, authority: Authority):
    other = replace(stamped(book, authority), answer=authority.stamp(DIGEST))
    assert other.wrong() == "it is of something else than the checkpoint beside it"
    not_held(book.pack(stamped=[other]), "the time stamp", "something else")


def test_a_stamped_checkpoint_that_the_ledger_does_not_continue_does_not_pass(book: Book, authority: Authority):
    """The council rewrites its ledger and shows the stamp from before."""
    one = stamped(book, authority, 5)
    book.alter(3, recorded_by="Somebody else")
    not_held(book.pack(stamped=[one]), "the stamped checkpoint", "does not continue it")


def test_a_stamped_checkpoint_of_a_stranger_does_not_pass(book: Book, authority: Authority):
    book.signer = NEXT_KEY
    one = stamped(book, authority)
    book.signer = KEY
    not_held(book.pack(stamped=[one]), "the stamped checkpoint", "no key that is known")


def test_a_stamp_that_is_altered_in_the_pack_is_named(book: Book, authority: Authority):
    pack = book.pack(stamped=[stamped(book, authority, 4)])
    for name in ("stamped.tsr", "stamped.txt", "stamped-proof.json"):
        assert name in zip_files(pack)
        not_held(with_file(pack, name, lambda data: data[:-1] + bytes([data[-1] ^ 1])), name, "altered")


def test_a_pack_with_stamps_of_two_authorities_is_believed_by_whoever_trusts_either(book: Book, authority: Authority):
    other = Authority("elsewhere.example", elliptic=True)
    pack = book.pack(stamped=[stamped(book, other, 6), stamped(book, authority, 4)])
    for trusted, size, doubted in ((authority, 4, other), (other, 6, authority)):
        report = verify(pack, KEY_TEXT, roots=trusted.pem)
        (line,) = [line for line in report.proved if "time-stamping" in line]
        assert f"authority CN={trusted.name} has signed that the ledger's first {size} entries" in line
        (remark,) = [remark for remark in report.remarks if "time stamp" in remark]
        assert f"CN={doubted.name} is not vouched for" in remark
    both = verify(pack, KEY_TEXT, roots=authority.pem + other.pem).proved
    assert len([line for line in both if "time-stamping" in line]) == 2
    assert len([remark for remark in verify(pack, KEY_TEXT).remarks if "--tsa-root" in remark]) == 2
    not_held(pack, "the time stamp", "not vouched for", roots=Authority(elliptic=True).pem)


def test_every_stamp_in_a_pack_is_held_against_its_checkpoint(book: Book, authority: Authority):
    """Also one that nobody asks for: whoever keeps the pack may ask for it later."""
    wrong = replace(stamped(book, authority, 4), answer=authority.stamp(DIGEST))
    not_held(
        book.pack(stamped=[stamped(book, authority), wrong]), "the time stamp", "something else", roots=authority.pem
    )


def test_one_stamp_of_each_authority_goes_into_a_pack_and_none_that_does_not_hold(book: Book, authority: Authority):
    other = Authority("elsewhere.example", elliptic=True)
    newest, older, of_other = stamped(book, authority), stamped(book, authority, 5), stamped(book, other, 3)
    rubbish = Stamped(newest.checkpoint, b"rubbish")
    assert one_of_each([rubbish, newest, older, of_other]) == [newest, of_other]
    many = [stamped(book, Authority(f"{number}.example", elliptic=True)) for number in range(MOST_STAMPS + 1)]
    assert one_of_each(many) == many[:-1]


def test_a_pack_without_a_stamp_says_so_where_one_is_asked_for(book: Book, authority: Authority):
    not_held(book.pack(), "the time stamp", "the pack has none", roots=authority.pem)


def test_the_request_s_digest_is_that_of_the_checkpoint(book: Book):
    query = b64decode("MDkCAQEwMTANBglghkgBZQMEAgEFAAQg") + DIGEST + b"\x01\x01\xff"
    made = Authority(elliptic=True)
    assert read_stamp(made.answer(query, STAMPED + timedelta(days=1)), "it").digest == DIGEST
