"""Certificates that the library does not understand: a sentence comes of each, and no stamp is lost over another's."""

from contextlib import suppress
from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtensionOID

from domain.proofs.pack import Stamped, stamped_digest
from domain.proofs.verify import Failed, read_roots, read_stamp, verify, vouched_for
from tests.proofs.authority import Authority, der
from tests.proofs.packs import Book
from tests.proofs.test_stamps import DIGEST, believed

#: The kinds of keys that the library tells apart, as they stand in a certificate, and one that nobody has.
_ELLIPTIC, _NOBODYS = bytes.fromhex("06072a8648ce3d0201"), bytes.fromhex("06072a8648ce3d7f7f")
OTHER_KEY, OTHER_CURVE = (
    (_ELLIPTIC, _NOBODYS),
    (bytes.fromhex("06082a8648ce3d030107"), bytes.fromhex("06082a8648ce3d030177")),
)


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority(elliptic=True, steps=1)


def odd(certificate: x509.Certificate, change: tuple[bytes, bytes]) -> x509.Certificate:
    """The certificate with something in it made unknown."""
    altered = certificate.public_bytes(Encoding.DER).replace(*change)
    assert altered != certificate.public_bytes(Encoding.DER)
    return x509.load_der_x509_certificate(altered)


def extended(made: Authority, oid: x509.ObjectIdentifier, value: bytes) -> x509.Certificate:
    """The signer's certificate issued once more, with an extension of whatever is in it."""
    signer = made.certificates[-1]
    builder = (
        x509.CertificateBuilder(subject_name=signer.subject, issuer_name=signer.issuer, public_key=signer.public_key())
        .serial_number(signer.serial_number)
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2030, 1, 1, tzinfo=UTC))
    )
    for one in signer.extensions:
        if one.oid != oid:
            builder = builder.add_extension(one.value, one.critical)
    return builder.add_extension(x509.UnrecognizedExtension(oid, value), False).sign(made._above, hashes.SHA256())


def with_others(made: Authority, *others: x509.Certificate) -> bytes:
    """An answer that brings other certificates too."""
    held, made.certificates = made.certificates, [*others, *made.certificates]
    try:
        return made.stamp(DIGEST)
    finally:
        made.certificates = held


@pytest.mark.parametrize("change", [OTHER_KEY, OTHER_CURVE])
def test_a_certificate_of_an_unknown_kind_beside_the_signer_s_costs_no_stamp_its_belief(
    authority: Authority, change: tuple[bytes, bytes]
):
    answer = with_others(authority, odd(authority.root, change), odd(authority.certificates[0], change))
    assert believed(answer, authority.pem) == believed(authority.stamp(DIGEST), authority.pem)


@pytest.mark.parametrize("change", [OTHER_KEY, OTHER_CURVE])
def test_a_root_with_a_key_of_an_unknown_kind_vouches_for_nothing_and_does_not_hide_another(
    authority: Authority, change: tuple[bytes, bytes]
):
    strange = odd(authority.root, change).public_bytes(Encoding.PEM)
    book = Book()
    checkpoint = book.checkpoint()
    pack = book.pack(stamped=[Stamped(checkpoint, authority.stamp(stamped_digest(checkpoint)))])
    with pytest.raises(Failed, match="the root certificate that was given: its key is of a kind not known here"):
        verify(pack, roots=strange)
    assert any("time-stamping authority" in line for line in verify(pack, roots=strange + authority.pem).proved)


#: Extensions that the library reads, by whatever name.
OIDS = [one for one in vars(ExtensionOID).values() if isinstance(one, x509.ObjectIdentifier)]
#: Every form of a general name, x400Address among them, and what is none.
NAMES = [der(0x30, der(tag, b"\x05\x00")) for tag in (*range(0x80, 0x8A), *range(0xA0, 0xAA))]


@pytest.mark.parametrize("value", [*NAMES, b"", b"x", b"\x30\x80", der(0x30, der(0x06, b"\x2a"))], ids=bytes.hex)
def test_an_alternative_name_of_any_form_makes_no_traceback(authority: Authority, value: bytes):
    _sentence(authority, extended(authority, ExtensionOID.SUBJECT_ALTERNATIVE_NAME, value))


@pytest.mark.parametrize("oid", OIDS, ids=lambda one: one.dotted_string)
def test_an_extension_with_anything_in_it_makes_no_traceback(authority: Authority, oid: x509.ObjectIdentifier):
    for value in (b"", b"\x05\x00", b"\x30\x00", *NAMES):
        _sentence(authority, extended(authority, oid, value))


def _sentence(authority: Authority, signer: x509.Certificate) -> None:
    held, authority.certificates = authority.certificates, [*authority.certificates[:-1], signer]
    try:
        answer = authority.stamp(DIGEST)
    finally:
        authority.certificates = held
    assert believed(answer, authority.pem)
    assert believed(answer, signer.public_bytes(Encoding.PEM))


def test_no_flipped_byte_of_a_certificate_makes_a_traceback(authority: Authority):
    """Of the reader's root, and of each that the stamp brings."""
    answer = authority.stamp(DIGEST)
    stamp = read_stamp(answer, "it")
    for whole in (authority.root, stamp.signer, *stamp.others):
        data = whole.public_bytes(Encoding.DER)
        for altered in (data[:at] + bytes([data[at] ^ flip]) + data[at + 1 :]
                        for at in range(len(data)) for flip in (0x01, 0x40, 0xFF)):  # fmt: skip
            with suppress(Failed):
                vouched_for(stamp, read_roots(altered), "it")
            with suppress(Failed):
                read_stamp(answer.replace(data, altered), "it")
            with suppress(Failed):
                (one,) = read_roots(altered)
                vouched_for(stamp._replace(others=[one]), [authority.root], "it")
                vouched_for(stamp._replace(signer=one), [authority.root], "it")
