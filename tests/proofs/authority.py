"""A time-stamping authority (RFC 3161) of the tests' own: a root, a certificate under it, and answers in DER."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

#: When it stamps unless a test says otherwise.
STAMPED = datetime(2021, 3, 1, 12, tzinfo=UTC)
_FROM, _TO = datetime(2020, 1, 1, tzinfo=UTC), datetime(2040, 1, 1, tzinfo=UTC)
_SHA256 = bytes.fromhex("608648016503040201")
_OIDS = {
    "signed data": "2a864886f70d010702", "stamp": "2a864886f70d0109100104", "content type": "2a864886f70d010903",
    "digest": "2a864886f70d010904", "rsa": "2a864886f70d010101", "ecdsa": "2a8648ce3d040302", "policy": "2a0304",
    "certificate": "2a864886f70d010910022f",
}  # fmt: skip


def der(tag: int, *parts: bytes) -> bytes:
    """A value in DER."""
    inside = b"".join(parts)
    length = len(inside)
    if length < 0x80:
        return bytes([tag, length]) + inside
    size = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(size)]) + size + inside


def number(value: int) -> bytes:
    """An INTEGER."""
    return der(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def oid(name: str) -> bytes:
    """An OBJECT IDENTIFIER."""
    return der(0x06, bytes.fromhex(_OIDS[name]))


def _certificate(
    name: str, key: Key, issuer: x509.Certificate | None, by: Key, usage: list[x509.ObjectIdentifier], critical: bool
) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(sum(name.encode()))
        .not_valid_before(_FROM)
        .not_valid_after(_TO if issuer is None else datetime(2030, 1, 1, tzinfo=UTC))
        .add_extension(x509.BasicConstraints(ca=not usage, path_length=None), critical=True)
    )
    if usage:
        builder = builder.add_extension(x509.ExtendedKeyUsage(usage), critical=critical)
    return builder.sign(by, hashes.SHA256())


@dataclass
class Authority:
    """Stamps whatever digest it is given, at whatever instant."""

    name: str = "stamps.example"
    elliptic: bool = False
    usage: tuple[x509.ObjectIdentifier, ...] = (ExtendedKeyUsageOID.TIME_STAMPING,)
    critical: bool = True
    #: Whether the certificate that signs stands under another one, which stands under the root.
    steps: int = 0
    key: Key = field(init=False)
    root: x509.Certificate = field(init=False)
    _top: Key = field(init=False)
    _above: Key = field(init=False)
    certificates: list[x509.Certificate] = field(init=False)

    def __post_init__(self) -> None:
        above = self._top = self._new_key()
        self.root = issuer = _certificate(f"{self.name} root", above, None, above, [], False)
        self.certificates = []
        for step in range(self.steps):
            below = self._new_key()
            issuer = _certificate(f"{self.name} step {step}", below, issuer, above, [], False)
            self.certificates.append(issuer)
            above = below
        self._above, self.key = above, self._new_key()
        self.certificates.append(_certificate(self.name, self.key, issuer, above, list(self.usage), self.critical))

    def cross_certificate(self, other: "Authority") -> x509.Certificate:
        """The certificate above the signer's once more, for the same key and name, issued by another's root."""
        return _certificate(f"{self.name} step {self.steps - 1}", self._above, other.root, other._top, [], False)

    def _new_key(self) -> Key:
        if self.elliptic:
            return ec.generate_private_key(ec.SECP256R1())
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)

    @property
    def pem(self) -> bytes:
        """The root's certificate, as it is given to whoever verifies."""
        return self.root.public_bytes(Encoding.PEM)

    def stamp(self, digest: bytes, at: datetime = STAMPED, nonce: int | None = None, status: int = 0) -> bytes:
        """The answer to being asked to stamp a digest."""
        imprint = der(0x30, der(0x30, der(0x06, _SHA256), der(0x05)), der(0x04, digest))
        when = der(0x18, at.strftime("%Y%m%d%H%M%SZ").encode())
        told = der(0x30, number(1), oid("policy"), imprint, number(7), when, *([number(nonce)] if nonce else []))
        return der(0x30, der(0x30, number(status)), self._signed(told))

    def answer(self, query: bytes, at: datetime | None = None) -> bytes:
        """The answer to a request in DER."""
        from domain.proofs.verify import read_der

        _version, imprint, *more = read_der(query)[0].parts
        nonce = next((int.from_bytes(one.inside, "big") for one in more if one.tag == 0x02), None)
        return self.stamp(imprint.parts[1].inside, at or datetime.now(UTC) - timedelta(seconds=1), nonce)

    def _signed(self, told: bytes) -> bytes:
        signer = self.certificates[-1]
        named = der(0x30, signer.issuer.public_bytes(), number(signer.serial_number))
        certificate = sha256(signer.public_bytes(Encoding.DER)).digest()
        attributes = b"".join(sorted((
            der(0x30, oid("content type"), der(0x31, oid("stamp"))),
            der(0x30, oid("digest"), der(0x31, der(0x04, sha256(told).digest()))),
            der(0x30, oid("certificate"), der(0x31, der(0x30, der(0x30, der(0x30, der(0x04, certificate)))))),
        )))  # fmt: skip
        message = der(0x31, attributes)
        if isinstance(self.key, rsa.RSAPrivateKey):
            value, how = self.key.sign(message, padding.PKCS1v15(), hashes.SHA256()), der(0x30, oid("rsa"), der(0x05))
        else:
            value, how = self.key.sign(message, ec.ECDSA(hashes.SHA256())), der(0x30, oid("ecdsa"))
        by = der(0x30, number(1), named, der(0x30, der(0x06, _SHA256)), der(0xA0, attributes), how, der(0x04, value))
        held = der(0xA0, *sorted(one.public_bytes(Encoding.DER) for one in self.certificates))
        content = der(0x30, oid("stamp"), der(0xA0, der(0x04, told)))
        signed = der(0x30, number(3), der(0x31, der(0x30, der(0x06, _SHA256))), content, held, der(0x31, by))
        return der(0x30, oid("signed data"), der(0xA0, signed))
