"""Time stamps (RFC 3161): the signature of an authority that knows nothing of the ledger, and its time."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from domain.proofs.verifying.calendar_days import instant_of
from domain.proofs.verifying.failure import Failed

#: More certificates than a time stamp brings.
_MOST_CERTIFICATES = 32
_SIGNED_DATA, _STAMP_INFO = bytes.fromhex("2a864886f70d010702"), bytes.fromhex("2a864886f70d0109100104")
_CONTENT_TYPE, _DIGEST = bytes.fromhex("2a864886f70d010903"), bytes.fromhex("2a864886f70d010904")
_HASHES: dict[bytes, hashes.HashAlgorithm] = {
    bytes.fromhex("608648016503040201"): hashes.SHA256(),
    bytes.fromhex("608648016503040202"): hashes.SHA384(),
    bytes.fromhex("608648016503040203"): hashes.SHA512(),
}


class Part(NamedTuple):
    """A value in the Distinguished Encoding Rules (DER): its tag, its content, and the whole of it."""

    tag: int
    inside: bytes
    whole: bytes

    @property
    def parts(self) -> "list[Part]":
        """The values in it."""
        return read_der(self.inside)


def read_der(data: bytes) -> list[Part]:
    """The values that follow one another in DER; raises ValueError."""
    found, at = [], 0
    while at < len(data):
        tag, first = data[at], data[at + 1]
        start = at + 2
        length = first
        if first & 0x80:
            start += first & 0x7F
            length = int.from_bytes(data[at + 2 : start], "big")
            if not 1 <= first & 0x7F <= 4 or length < 0x80:
                raise ValueError("a length in it is not in DER")
        if tag & 0x1F == 0x1F or start + length > len(data):
            raise ValueError("it is cut off")
        found.append(Part(tag, data[start : start + length], data[at : start + length]))
        at = start + length
    return found


class Stamp(NamedTuple):
    """A time stamp that is whole: the holder of the certificate `signer` has signed this digest at this instant."""

    digest: bytes
    at: datetime
    #: The signer's name in its certificate.
    name: str
    signer: x509.Certificate
    others: list[x509.Certificate]


def read_stamp(data: bytes, where: str) -> Stamp:
    """The answer of a time-stamping authority, signed by the certificate that came with it; raises Failed."""
    try:
        return _read_stamp(data, where)
    except Failed:
        raise
    except Exception:  # the library's names for a certificate that is none are many
        raise Failed(where, "it is no time stamp that can be read") from None


def _read_stamp(data: bytes, where: str) -> Stamp:
    status, token = read_der(data)[0].parts[:2]
    if status.parts[0].inside not in (b"\0", b"\1"):
        raise Failed(where, "the authority did not grant it")
    kind, content = token.parts
    _version, _digests, stamped, *more, signed_by = content.parts[0].parts
    info_kind, info = stamped.parts
    if (kind.inside, info_kind.inside) != (_SIGNED_DATA, _STAMP_INFO):
        raise Failed(where, "it is no time stamp")
    signed = info.parts[0].inside
    certificates = [
        x509.load_der_x509_certificate(one.whole)
        for part in more
        if part.tag == 0xA0
        for one in part.parts[:_MOST_CERTIFICATES]
    ]
    (signature,) = signed_by.parts
    signer = _check_signature(signature, signed, certificates, where)
    _version, _policy, imprint, _serial, at, *_rest = read_der(signed)[0].parts
    algorithm, digest = imprint.parts
    if not isinstance(_HASHES.get(algorithm.parts[0].inside), hashes.SHA256):
        raise Failed(where, "it is not of a SHA-256 digest")
    time = re.fullmatch(r"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:[.]\d+)?Z", at.inside.decode("ascii"), re.ASCII)
    if at.tag != 0x18 or time is None:
        raise Failed(where, "it does not say when it was made")
    name = str(signer.subject.rfc4514_string())
    return Stamp(digest.inside, instant_of(time.groups()), name, signer, certificates)


def _check_signature(
    signature: Part, signed: bytes, certificates: Sequence[x509.Certificate], where: str
) -> x509.Certificate:
    """The certificate that is named as the signer's, if its key has signed this content; raises Failed."""
    _version, named, digest, *rest = signature.parts
    issuer, serial = named.parts
    attributes, value = rest[0], rest[2].inside
    held = [
        one
        for one in certificates
        if one.issuer.public_bytes() == issuer.whole and one.serial_number == int.from_bytes(serial.inside, "big")
    ]
    algorithm = _HASHES.get(digest.parts[0].inside)
    if not held or attributes.tag != 0xA0 or algorithm is None:
        raise Failed(where, "it does not bring the certificate that signed it, or is signed in a way not known here")
    values = {one.parts[0].inside: [value.inside for value in one.parts[1].parts] for one in attributes.parts}
    hashed = hashes.Hash(algorithm)
    hashed.update(signed)
    if (values.get(_CONTENT_TYPE), values.get(_DIGEST)) != ([_STAMP_INFO], [hashed.finalize()]):
        raise Failed(where, "it was altered: its content is not what was signed")
    key, message = held[0].public_key(), b"\x31" + attributes.whole[1:]  # signed as the set that it is
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(value, message, padding.PKCS1v15(), algorithm)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(value, message, ec.ECDSA(algorithm))
        else:
            raise Failed(where, "it is signed in a way not known here")
    except InvalidSignature:
        raise Failed(where, "it was altered: the signature is not of it") from None
    return held[0]
