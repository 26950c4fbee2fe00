"""Keys that sign notes: Ed25519, under a name, in the texts that https://c2sp.org/signed-note publishes them in."""

import base64
import binascii
import re
from dataclasses import dataclass, field
from hashlib import sha256
from typing import ClassVar, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

#: Characters that no name and no note can hold.
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")

#: The length in bytes of the id by which a key is found.
KEY_ID_SIZE = 4

_KEY_SIZE = 32
_SECRET = "PRIVATE+KEY+"  # noqa: S105 - the words that such a key begins with
_HEX_ID = re.compile(r"[0-9a-f]{8}")


class NotAKey(ValueError):
    """The text is no key of the kind that is asked for; the message says why."""


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """The public half of an Ed25519 key, under the name of its holder. `str(key)` is the text that is published."""

    #: Says in key ids and in published keys how the key signs.
    kind: ClassVar[int] = 0x01

    name: str
    public: bytes

    def __post_init__(self) -> None:
        check_name(self.name)
        if len(self.public) != _KEY_SIZE:
            raise NotAKey(f"the key of {self.name} has {len(self.public)} bytes, not {_KEY_SIZE}")

    @property
    def key_id(self) -> bytes:
        """Four bytes that find the key among others; not a fingerprint, as they can be met by trying."""
        return sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public).digest()[:KEY_ID_SIZE]

    def __str__(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{to_base64(bytes([self.kind]) + self.public)}"

    @classmethod
    def read(cls, text: str) -> Self:
        """The key that was published as this text; raises NotAKey."""
        name, key_id, material = _parts_of_key(text, cls.kind)
        key = cls(name, material)
        if key.key_id != key_id:
            raise NotAKey(f"the key of {name} does not belong to its id {key_id.hex()}: it is not whole")
        return key

    def holds(self, text: str, value: bytes) -> bool:
        """Whether this is the key's signature of exactly this text."""
        return self._signed(text.encode(), value)

    def _signed(self, message: bytes, value: bytes) -> bool:
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(value, message)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class SignerKey:
    """An Ed25519 key that can sign: 32 secret bytes, made elsewhere by a source of true randomness."""

    name: str
    seed: bytes = field(repr=False)

    def __post_init__(self) -> None:
        check_name(self.name)
        if len(self.seed) != _KEY_SIZE:
            raise NotAKey(f"the secret key of {self.name} has {len(self.seed)} bytes, not {_KEY_SIZE}")

    @property
    def verifier(self) -> VerifierKey:
        """The public half."""
        return VerifierKey(self.name, self._private.public_key().public_bytes_raw())

    @property
    def _private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)

    def sign(self, message: bytes) -> bytes:
        """The 64 bytes of an Ed25519 signature; the same message gives the same bytes."""
        return self._private.sign(message)

    def secret(self) -> str:
        """The text in which the key is kept. Whoever reads it can sign in this name."""
        material = bytes([VerifierKey.kind]) + self.seed
        return f"{_SECRET}{self.name}+{self.verifier.key_id.hex()}+{to_base64(material)}"

    @classmethod
    def read(cls, text: str) -> Self:
        """The key that was kept as this text; raises NotAKey."""
        # Nothing of the text is quoted: where it is not whole, any part of it may be the secret one.
        try:
            name, key_id, material = _parts_of_key(text.removeprefix(_SECRET), VerifierKey.kind)
            key = cls(name, material)
            whole = text.startswith(_SECRET) and key.verifier.key_id == key_id
        except NotAKey:
            whole = False
        if not whole:
            raise NotAKey(f"this is not a whole secret key ({_SECRET}NAME+ID+BASE64)")
        return key


def check_name(name: str) -> None:
    """Check the name of a key, which is best an address without its scheme, `example.gov.uk/asat`; raises NotAKey."""
    if not name:
        raise NotAKey("a key has a name")
    if "+" in name or any(letter.isspace() for letter in name) or CONTROL.search(name) or not encodes(name):
        raise NotAKey(f"{name[:80]!r} cannot be the name of a key: it holds a space, a plus or a control character")


def to_base64(data: bytes) -> str:
    """The standard base64 of RFC 4648."""
    return base64.b64encode(data).decode("ascii")


def from_base64(text: str) -> bytes | None:
    """The bytes behind a base64 text, or None where it is not exactly the text that `to_base64` writes."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return data if to_base64(data) == text else None


def encodes(text: str) -> bool:
    """Whether a text is made of whole characters only."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _parts_of_key(text: str, kind: int) -> tuple[str, bytes, bytes]:
    """Name, id and key, of a text `NAME+ID+BASE64`."""
    name, _, rest = text.partition("+")
    key_id, _, encoded = rest.partition("+")  # base64 may hold a plus itself
    check_name(name)
    if not _HEX_ID.fullmatch(key_id):
        raise NotAKey(f"the key of {name} has no id of eight lower-case hexadecimal digits")
    material = from_base64(encoded)
    if not material:
        raise NotAKey(f"the key of {name} is not base64")
    if material[0] != kind:
        raise NotAKey(f"the key of {name} is of kind {material[0]:#04x}, not {kind:#04x}")
    return name, bytes.fromhex(key_id), material[1:]
