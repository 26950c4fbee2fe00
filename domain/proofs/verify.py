"""Verifies an evidence pack of AsAt from its bytes, offline: `python verify.py pack.zip --key KEY --since FILE`.

This is one file that needs Python 3.11 and the package `cryptography` and nothing of AsAt, so that whoever does not
trust AsAt, or the council that runs it, can read it whole and run it alone; that is why it is long. A copy is in every
pack. Whoever suspects the sender takes it from elsewhere: a pack can be made with a verifier that finds all in order.

It stops at the first thing that does not hold, and names it. What it cannot show it says at the end of its report.
`python verify.py pack.zip --list` also prints every event.
"""

import argparse
import base64
import binascii
import bisect
import calendar
import json
import math
import os
import re
import struct
import sys
import unicodedata
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple


def _unable(what: str) -> None:
    """Ends the program where this Python cannot run it; an import of this file fails as usual."""
    if __name__ == "__main__":
        sys.stderr.write(f"Nothing was verified: {what}\n")
        raise SystemExit(2)


if sys.version_info < (3, 11):  # noqa: UP036 - it is run alone, by whatever Python there is
    _unable("this program needs Python 3.11 or later")

try:
    from cryptography import x509
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    x509.Certificate.not_valid_before_utc  # noqa: B018 - older ones do not have it
except (ImportError, AttributeError):
    _unable("install the Python package `cryptography` (42 or later) first: python -m pip install cryptography")
    raise

#: The edition of the rules by which figures are worked out here. A pack without one is of edition 1.
EDITION = 1

#: A larger pack is not read.
MOST_BYTES = 256 << 20
MOST_FILES = 64
MOST_KEYS = 1000
MOST_SIGNATURES = 100
#: Values in all events, or in one paper: a few bytes of JSON may take a hundred in memory.
MOST_VALUES = 20_000_000

UTC = timezone.utc  # noqa: UP017 - an older Python has to come as far as saying that it is too old

LOG_KEY, WITNESS_KEY = 0x01, 0x04


class Failed(Exception):
    """Something does not hold: where, and what."""

    def __init__(self, where: str, what: str) -> None:
        self.where, self.what = where, what
        super().__init__(f"{where}: {what}")


@dataclass
class Report:
    """What a pack was found to show, and what it does not."""

    proved: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    #: What the reader asked to have checked and this pack does not bring the means for.
    unchecked: list[str] = field(default_factory=list)
    #: Where its papers are of another edition: that their figures were not worked out anew.
    other_edition: str | None = None
    events: "list[Event]" = field(default_factory=list, repr=False)
    #: How many entries its checkpoint is of.
    size: int = 0
    #: The verify.py in the pack.
    program: bytes | None = field(default=None, repr=False)


# The pack: a zip of files that are stored as they are, in the one form in which AsAt writes it. Nothing is
# decompressed, so it cannot swell; and no byte of it can differ without notice, not even in a file's date.


def zip_chunks(files: Sequence[tuple[str, bytes]]) -> Iterator[bytes]:
    """The bytes of a zip of these files, a piece at a time."""
    offset, directory = 0, b""
    for name, content in files:
        title, size, crc = name.encode("ascii"), len(content), zlib.crc32(content)
        sizes = struct.pack("<3L2H", crc, size, size, len(title), 0)
        head = struct.pack("<4s5H", b"PK\x03\x04", 20, 0, 0, 0, 0x21) + sizes + title
        yield head
        yield content
        directory += struct.pack("<4s6H", b"PK\x01\x02", 0x0314, 20, 0, 0, 0, 0x21) + sizes
        directory += struct.pack("<3H2L", 0, 0, 0, 0o100644 << 16, offset) + title
        offset += len(head) + size
    yield directory
    yield struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, len(files), len(files), len(directory), offset, 0)


def is_zip(data: bytes) -> bool:
    """Whether the bytes begin as those of a zip do. A ledger may be called PK too, but no name has what follows."""
    return data.startswith((b"PK\x03\x04", b"PK\x05\x06"))


def zip_files(data: bytes) -> dict[str, bytes]:
    """The files of a zip that is in the form of `zip_chunks` to the byte; raises Failed."""
    where = "the pack"
    if len(data) > MOST_BYTES:
        raise Failed(where, f"it is larger than {MOST_BYTES >> 20} MiB, and is not read")
    if not data.startswith(b"PK\x03\x04"):
        raise Failed(where, "this is not a zip file, or one without any file in it")
    files: dict[str, bytes] = {}
    taken: dict[str, str] = {}
    at = 0
    while data[at : at + 4] == b"PK\x03\x04":
        if len(files) == MOST_FILES:
            raise Failed(where, f"it holds more than {MOST_FILES} files")
        name, start, size = _local_file(data, at, f"file {len(files) + 1} of it")
        _take_name(name, taken)
        files[name] = data[start : start + size]
        at = start + size
    at = 0
    for chunk in zip_chunks([*files.items()]):
        if data[at : at + len(chunk)] != chunk:
            raise Failed(
                where,
                f"it is not as AsAt wrote it, from byte {at + 1} on: altered, cut off, or packed anew, with other names"
                " or contents in its directory than before its files",
            )
        at += len(chunk)
    if at != len(data):
        raise Failed(where, "something was added after its end")
    return files


def _local_file(data: bytes, at: int, which: str) -> tuple[str, int, int]:
    """Name, beginning and length of the file whose header stands at a place of a zip; raises Failed."""
    where = "the pack"
    if len(data) < at + 30:
        raise Failed(where, "it is cut off")
    flags, method = struct.unpack_from("<2H", data, at + 6)
    packed, size, length, extra = struct.unpack_from("<2L2H", data, at + 18)
    if flags & 1:
        raise Failed(where, f"{which} is encrypted: nothing in a pack is")
    if method:
        raise Failed(where, f"{which} is compressed: a pack holds its files as they are, and nothing is unpacked here")
    if packed == 0xFFFFFFFF or size == 0xFFFFFFFF:
        raise Failed(where, f"{which} is in the form for files of 4 GiB and more (zip64), and no pack is")
    start = at + 30 + length
    if flags or packed != size or extra or len(data) < start + size:
        raise Failed(where, f"{which} is cut off, or its header is not as AsAt writes it")
    return _file_name(data[at + 30 : start], which), start, size


#: Names that Windows takes for devices, whatever follows a dot.
_DEVICES = re.compile(r"(con|prn|aux|nul|(com|lpt)[0-9])([.]|$)")


def _file_name(name: bytes, which: str) -> str:
    """The name of a file in a pack, which means one and the same file on every system; raises Failed."""
    where = "the pack"
    text = name.decode("ascii", "backslashreplace")
    called = f"{which} is called {shown(text)}"
    parts = text.split("/")
    if re.search(rb"[\\:]", name) or {"", ".", ".."} & {*parts}:
        raise Failed(where, f"{called}: that may lie outside of the folder into which the pack is unpacked")
    if not re.fullmatch(rb"[A-Za-z0-9./-]+", name):
        raise Failed(where, f"{called}: only letters from A to Z, digits, dots and hyphens stand in names of a pack")
    if any(part[-1] == "." or _DEVICES.match(part.lower()) for part in parts):
        raise Failed(where, f"{called}: Windows takes that for another name, or for a device")
    if not re.fullmatch(rb"([a-z0-9-]{1,80}/)?[A-Za-z0-9.-]{1,80}", name):
        raise Failed(where, f"{called}: that is too long, or in a folder of a folder")
    return text


def _take_name(name: str, taken: dict[str, str]) -> None:
    """Refuse a name that some system would take for that of another file, or for a folder of one."""
    key = name.lower()
    for other in (key, *([key.partition("/")[0]] if "/" in key else [])):
        if other in taken and not (other != key and taken[other].endswith("/")):
            raise Failed("the pack", f"two files in it have the same name: {taken[other].rstrip('/')} and {name}")
        taken[other] = name if other == key else f"{name.partition('/')[0]}/"


# Keys and signed notes (https://c2sp.org/signed-note, tlog-checkpoint, tlog-cosignature)


def decoded(text: object, where: str) -> bytes:
    """The bytes behind a base64 text in its one proper form."""
    try:
        data = base64.b64decode(text if isinstance(text, str) else "", validate=True)
    except (binascii.Error, ValueError):
        raise Failed(where, "what should be base64 is not") from None
    if base64.b64encode(data).decode() != text:
        raise Failed(where, "what should be base64 is not in its one proper form")
    return data


class Key(NamedTuple):
    """A published key: NAME+ID+BASE64."""

    text: str
    name: str
    key_id: bytes
    kind: int
    public: bytes

    def signed(self, message: bytes, signature: bytes) -> bool:
        """Whether this is the key's Ed25519 signature of the message."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except InvalidSignature:
            return False
        return True


def read_key(text: str, kind: int, where: str) -> Key:
    """A published key of this kind; raises Failed."""
    parts = text.split("+", 2)
    if len(parts) != 3 or not re.fullmatch(r"[0-9a-f]{8}", parts[1]) or not re.fullmatch(r"[^\s\x00-\x1f+]+", parts[0]):
        raise Failed(where, "this is no key in the form NAME+ID+BASE64")
    material = decoded(parts[2], where)
    key_id = sha256(encoded(parts[0], where) + b"\n" + material).digest()[:4]
    if len(material) != 33 or material[0] != kind or key_id.hex() != parts[1]:
        raise Failed(where, "the key is not whole, or of another kind")
    return Key(text, parts[0], key_id, kind, material[1:])


class Note(NamedTuple):
    """A text and its signatures: name, key id, signature."""

    text: str
    signatures: list[tuple[str, bytes, bytes]]


def read_note(data: bytes, where: str) -> Note:
    """A signed note; raises Failed."""
    try:
        whole = data.decode("utf-8")
    except UnicodeDecodeError:
        raise Failed(where, "it is not a signed note") from None
    text, blank, lines = whole.rpartition("\n\n")
    if not blank or not lines.endswith("\n") or re.search(r"[\x00-\x09\x0b-\x1f]", whole):
        raise Failed(where, "it is not a signed note, or is cut off")
    if lines.count("\n") > MOST_SIGNATURES:
        raise Failed(where, f"it has more than {MOST_SIGNATURES} signatures")
    signatures = []
    for line in lines[:-1].split("\n"):
        parts = line.split(" ")
        if len(parts) != 3 or parts[0] != "—":
            raise Failed(where, "a line that should be a signature is none")
        value = decoded(parts[2], where)
        signatures.append((parts[1], value[:4], value[4:]))
    return Note(text + "\n", signatures)


def as_cut(data: bytes) -> bytes:
    """A checkpoint as it was before any witness signed it: its text, and the line of the key that cut it."""
    text, blank, lines = data.partition(b"\n\n")
    return text + blank + lines.partition(b"\n")[0] + b"\n"


def signers(note: Note, keys: Sequence[Key], where: str) -> list[Key]:
    """Those of the keys that have signed the note; raises Failed where there is none, or one has not signed this."""
    found = []
    for key in keys:
        for name, key_id, value in note.signatures:
            if (name, key_id) == (key.name, key.key_id):
                if not key.signed(note.text.encode(), value):
                    raise Failed(where, f"it was altered: the signature by {key.name} is not of this text")
                found.append(key)
    if not found:
        raise Failed(where, "no key that is known here has signed it")
    return found


def witnessed(note: Note, witness: Key) -> int:
    """The second at which a witness signed the checkpoint, 0 where it has not; raises Failed where it is another's."""
    at = 0
    for name, key_id, value in note.signatures:
        if (name, key_id) == (witness.name, witness.key_id):
            second = int.from_bytes(value[:8], "big")
            if not witness.signed(f"cosignature/v1\ntime {second}\n{note.text}".encode(), value[8:]):
                raise Failed("the checkpoint", f"the signature of the witness {name} is not of it")
            if second > _LAST_SECOND:
                raise Failed("the checkpoint", f"the witness {name} signed it at no instant of the calendar")
            at = max(at, second)
    return at


def read_chain(data: bytes) -> list[Key]:
    """The ledger's keys, from its first: each signs for itself, and is signed for by the one before; raises Failed."""
    notes = read_json(data, "keys.json")
    if not isinstance(notes, list) or {type(one) for one in notes} != {str} or len(notes) > MOST_KEYS:
        raise Failed("keys.json", "it is not the list of the ledger's keys")
    chain: list[Key] = []
    for number, text in enumerate(notes, 1):
        where = f"key {number} of the ledger"
        note = read_note(encoded(text, where), where)
        lines = note.text.split("\n")
        key = read_key(lines[2] if len(lines) > 2 else "", LOG_KEY, where)
        before = chain[-1].text if chain else "none"
        if note.text != f"AsAt signing key {number}\n{key.name}\n{key.text}\nafter {before}\n":
            raise Failed(where, "its note does not say that it follows the key before it")
        if chain and chain[-1].name != key.name:
            raise Failed(where, "it is in another name than the one before it")
        for needed in {chain[-1].text: chain[-1], key.text: key}.values() if chain else [key]:
            signers(note, [needed], where)
        chain.append(key)
    return chain


class Checkpoint(NamedTuple):
    """What a ledger held when it had so many entries."""

    origin: str
    size: int
    root: bytes


def read_checkpoint(note: Note, where: str) -> Checkpoint:
    """The checkpoint that a note's text is; raises Failed."""
    lines = note.text.split("\n")
    if len(lines) < 4 or not re.fullmatch(r"0|[1-9][0-9]{0,18}", lines[1]):
        raise Failed(where, "it is no checkpoint")
    root = decoded(lines[2], where)
    if len(root) != 32:
        raise Failed(where, "its root is no hash")
    return Checkpoint(lines[0], int(lines[1]), root)


# The tree (RFC 9162, section 2)


def leaf_hash(entry: bytes) -> bytes:
    """The hash of an entry."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash over two others."""
    return sha256(b"\x01" + left + right).digest()


def stands_in(leaf: bytes, index: int, size: int, root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the proof leads from the leaf to the root, as section 2.1.3.2 checks it."""
    if not 0 <= index < size:
        return False
    place, last, value = index, size - 1, leaf
    for step in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            value = node_hash(step, value)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            value = node_hash(value, step)
        place, last = place >> 1, last >> 1
    return last == 0 and value == root


def continues(first: Checkpoint, second: Checkpoint, proof: Sequence[bytes]) -> bool:
    """Whether the second tree begins with the first, as section 2.1.4.2 checks it."""
    if first.size == second.size:
        return first.root == second.root and not proof
    if first.size == 0:
        return first.root == sha256(b"").digest() and not proof
    steps = [first.root, *proof] if first.size & (first.size - 1) == 0 else list(proof)
    if first.size > second.size or not steps:
        return False
    place, last = first.size - 1, second.size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    old = new = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            old, new = node_hash(step, old), node_hash(step, new)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            new = node_hash(new, step)
        place, last = place >> 1, last >> 1
    return last == 0 and old == first.root and new == second.root


# Time stamps (RFC 3161): what an authority that knows nothing of the ledger has signed, and when


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
    """A value in DER: its tag, what is in it, and the whole of it."""

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
    """A time stamp that is whole: whoever has the certificate `signer` has signed this digest at this second."""

    digest: bytes
    at: int
    #: What the signer calls itself.
    name: str
    signer: x509.Certificate
    others: list[x509.Certificate]


def read_stamp(data: bytes, where: str) -> Stamp:
    """The answer of a time-stamping authority, signed by the certificate that came with it; raises Failed."""
    try:
        status, token = read_der(data)[0].parts[:2]
        if status.parts[0].inside not in (b"\0", b"\1"):
            raise Failed(where, "the authority did not grant it")
        kind, content = token.parts
        _version, _digests, stamped, *more, signed_by = content.parts[0].parts
        info_kind, info = stamped.parts
        if (kind.inside, info_kind.inside) != (_SIGNED_DATA, _STAMP_INFO):
            raise Failed(where, "it is no time stamp")
        told = info.parts[0].inside
        certificates = [x509.load_der_x509_certificate(one.whole) for part in more if part.tag == 0xA0
                        for one in part.parts[:_MOST_CERTIFICATES]]  # fmt: skip
        (signature,) = signed_by.parts
        signer = _check_signature(signature, told, certificates, where)
        _version, _policy, imprint, _serial, at, *_rest = read_der(told)[0].parts
        algorithm, digest = imprint.parts
        if not isinstance(_HASHES.get(algorithm.parts[0].inside), hashes.SHA256):
            raise Failed(where, "it is not of a SHA-256 digest")
        said = re.fullmatch(r"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:[.]\d+)?Z", at.inside.decode("ascii"), re.ASCII)
        if at.tag != 0x18 or said is None:
            raise Failed(where, "it does not say when it was made")
        second = second_of(said.groups())
        name = str(signer.subject.rfc4514_string())
    except Failed:
        raise
    except Exception as error:  # what the library says of a certificate that is none has many names
        raise Failed(where, f"it is no time stamp that can be read ({error})") from None
    return Stamp(digest.inside, second, name, signer, certificates)


def _check_signature(
    signature: Part, told: bytes, certificates: Sequence[x509.Certificate], where: str
) -> x509.Certificate:
    """Who signed: the certificate that is named, whose key has signed what the stamp tells; raises Failed."""
    _version, named, digest, *rest = signature.parts
    issuer, serial = named.parts
    attributes = rest[0]
    value = rest[2].inside
    held = [one for one in certificates if one.issuer.public_bytes() == issuer.whole
            and one.serial_number == int.from_bytes(serial.inside, "big")]  # fmt: skip
    algorithm = _HASHES.get(digest.parts[0].inside)
    if not held or attributes.tag != 0xA0 or algorithm is None:
        raise Failed(where, "it does not bring the certificate that signed it, or is signed in a way not known here")
    said = {one.parts[0].inside: one.parts[1].parts for one in attributes.parts}
    hashed = hashes.Hash(algorithm)
    hashed.update(told)
    if [one.inside for one in said.get(_CONTENT_TYPE, [])] != [_STAMP_INFO] or [
        one.inside for one in said.get(_DIGEST, [])
    ] != [hashed.finalize()]:
        raise Failed(where, "it was altered: what it tells is not what was signed")
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


def vouched_for(stamp: Stamp, roots: Sequence[x509.Certificate], where: str) -> None:
    """That the signer was a time-stamping authority under one of these roots when it signed; raises Failed."""
    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=stamp.at)
    if not _may_stamp(stamp, where):
        raise Failed(where, f"{stamp.name} is no time-stamping authority")
    met, left, too_late = {stamp.signer}, [stamp.signer], False
    while left:
        link = left.pop()
        if not _valid(link, at):
            too_late = True
            continue
        if link in roots or any(_issued(one, link) and _valid(one, at) for one in roots):
            return
        above = [one for one in stamp.others if one not in met and _issued(one, link)]
        met.update(above)
        left += above
    if too_late:
        raise Failed(where, f"the certificate of {stamp.name}, or one above it, was not valid then")
    raise Failed(where, f"{stamp.name} is not vouched for by the root certificate that was given")


# What the library says of a certificate that it does not understand has many names, and new releases have new ones: so
# whatever it raises is taken to mean that this certificate shows nothing.


def _valid(certificate: x509.Certificate, at: datetime) -> bool:
    try:
        return certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc
    except Exception:  # as above
        return False


def _may_stamp(stamp: Stamp, where: str) -> bool:
    """Whether the signer's certificate is for time-stamping, and for nothing else; raises Failed."""
    try:
        usage = stamp.signer.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except x509.ExtensionNotFound:
        return False
    except Exception as error:  # as above
        raise Failed(where, f"the certificate of {stamp.name} cannot be read ({error})") from None
    return usage.critical and list(usage.value) == [x509.oid.ExtendedKeyUsageOID.TIME_STAMPING]


def _issued(issuer: x509.Certificate, link: x509.Certificate) -> bool:
    """Whether this certificate may issue others and has issued that one."""
    try:
        if not issuer.extensions.get_extension_for_class(x509.BasicConstraints).value.ca:
            return False
        link.verify_directly_issued_by(issuer)
    except Exception:  # as above
        return False
    return True


def read_roots(data: bytes) -> list[x509.Certificate]:
    """The certificates in a file, PEM or DER, that can vouch for another; raises Failed where there is none."""
    where = "the root certificate that was given"
    try:
        pem = b"-----BEGIN" in data
        found = x509.load_pem_x509_certificates(data) if pem else [x509.load_der_x509_certificate(data)]
    except Exception:  # as above
        raise Failed(where, "it is no certificate") from None
    if not (known := [one for one in found if _has_known_key(one)]):
        raise Failed(where, "its key is of a kind not known here")
    return known


def _has_known_key(certificate: x509.Certificate) -> bool:
    try:
        certificate.public_key()
    except Exception:  # as above
        return False
    return True


# Events


#: The bytes that are hashed before each text, so that nobody can find it out by trying.
SALT_SIZE = 16

#: Begins every entry.
FORM = b"asat/entry/1\n"


class Entry(NamedTuple):
    """A row of the ledger, as the tree commits to it."""

    position: int
    plan: str
    version: int
    recorded_at: int  # microseconds since 1970
    recorded_by: str
    topic: str
    state: bytes
    event_id: bytes


def read_entry(data: bytes, where: str) -> Entry:
    """The row that an entry's bytes are; raises Failed."""
    fixed = struct.Struct(">qqq16s")
    at = len(FORM) + fixed.size
    if not data.startswith(FORM) or len(data) < at:
        raise Failed(where, "its entry is not in the form of a ledger's")
    position, version, recorded_at, event_id = fixed.unpack_from(data, len(FORM))
    if not _FIRST_SECOND <= recorded_at // 1_000_000 <= _LAST_SECOND:
        raise Failed(where, "its entry was recorded at no instant of the calendar")
    texts: list[bytes] = []
    while len(texts) < 4:  # a length beyond the end gives an end that is not there
        length = int.from_bytes(data[at : at + 8], "big")
        texts.append(data[at + 8 : at + 8 + length])
        at += 8 + length
    if at != len(data):
        raise Failed(where, "its entry is cut off, or something was added to it")
    try:
        plan, recorded_by, topic = (text.decode("utf-8") for text in texts[:3])
    except UnicodeDecodeError:
        raise Failed(where, "its entry holds a text that is not UTF-8") from None
    return Entry(position, plan, version, recorded_at, recorded_by, topic, texts[3], event_id)


class Event(NamedTuple):
    """An event of the plan, read and proved."""

    entry: Entry
    said: dict[str, Any]
    #: The fields of which only the digest is left.
    gone: tuple[str, ...]

    @property
    def where(self) -> str:
        """How a report names it."""
        return f"version {self.entry.version} ({self.entry.topic})"

    def words(self, name: str) -> Any:
        """What papers show of a field that can be redacted; None where the event does not have it."""
        if name not in self.gone:
            return self.said.get(name)
        return [REDACTED] if name in ("leads", "evidence") else REDACTED


_HALF = re.compile(rb"\\u[dD][89a-fA-F]")


def read_json(data: bytes, where: str) -> Any:
    """The value of a JSON text in which nothing stands twice; raises Failed."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len(dict(pairs)) != len(pairs):
            raise Failed(where, "a name stands twice in one object")
        return dict(pairs)

    def refuse(constant: str) -> None:
        raise ValueError(constant)

    def finite(number: str) -> float:
        if math.isinf(value := float(number)):
            refuse(number)
        return value

    if values_in(data) > MOST_VALUES:
        raise Failed(where, f"it holds more than {MOST_VALUES:,} values, and is not read")
    try:
        value = json.loads(data.decode("utf-8"), object_pairs_hook=once, parse_constant=refuse, parse_float=finite)
        if _HALF.search(data):  # most often a pair, which is whole
            json.dumps(value, ensure_ascii=False).encode()
        return value
    except (ValueError, RecursionError):
        raise Failed(where, "this is not JSON that can be read") from None


def values_in(data: bytes) -> int:
    """How many values a JSON text has at most."""
    return 1 + data.count(b",") + data.count(b"[") + data.count(b"{")


def encoded(text: str, where: str) -> bytes:
    """The text in UTF-8; raises Failed where it holds half a character."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise Failed(where, "a text in it is not whole") from None


def text_digest(salt: bytes, value: object, where: str) -> str:
    """What an event commits to in place of a text that stands beside the ledger."""
    try:
        plain_json = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    except RecursionError:
        raise Failed(where, "a text in it is nested beyond measure") from None
    return sha256(salt + encoded(plain_json, where)).hexdigest()


def digest_of(value: object, where: str) -> str | None:
    """The digest that stands for a text in an event, None where the value is another; raises Failed if it is none."""
    if not isinstance(value, dict) or list(value) != ["sha256"]:
        return None
    digest = value["sha256"]
    if type(digest) is not str or not re.fullmatch("[0-9a-f]{64}", digest):
        raise Failed(where, f"{shown(digest)} stands in it for the digest of a text, and is none")
    return digest


def read_event(line: bytes, checkpoint: Checkpoint, due: int) -> Event:
    """The event on a line of events.jsonl, which must stand in the tree; `due` is the version that should come here."""
    where = f"version {due}"
    held = read_json(line, where)
    if not isinstance(held, dict) or list(held) != ["entry", "texts", "proof"]:
        raise Failed(where, "its line in events.jsonl is not as AsAt writes it")
    data, texts, proof = decoded(held["entry"], where), held["texts"], held["proof"]
    if not isinstance(texts, dict) or not isinstance(proof, list) or len(proof) > 64:
        raise Failed(where, "its line in events.jsonl is not as AsAt writes it")
    entry = read_entry(data, where)
    found = f"version {entry.version} (position {entry.position}, {entry.topic})"
    if not stands_in(leaf_hash(data), entry.position - 1, checkpoint.size, checkpoint.root,
                     [decoded(one, where) for one in proof]):  # fmt: skip
        raise Failed(found, "it is not in the ledger as it stands here: it was altered, added, or is another's")
    said = read_json(entry.state, found)
    if not isinstance(said, dict):
        raise Failed(found, "what is stored of it is no event")
    digests = {name: digest for name, value in said.items() if (digest := digest_of(value, found)) is not None}
    gone = [name for name in digests if name not in texts]
    for name, kept in texts.items():
        if not isinstance(kept, list) or len(kept) != 2 or name not in digests:
            raise Failed(found, f"the text {name!r} beside it is none that it has")
        salt = decoded(kept[0], found)
        # Of another length it could begin with the salt and go on with the text, of which only the end would be shown.
        if len(salt) != SALT_SIZE or text_digest(salt, kept[1], found) != digests[name]:
            raise Failed(found, f"its text {name!r} is not the one that was recorded")
        said[name] = kept[1]
    event = Event(entry, said, tuple(gone))
    read_day(said.get("effective_on"), event.where)
    return event


def read_events(data: bytes, statement: "Statement", checkpoint: Checkpoint) -> list[Event]:
    """All events of the plan, each in its place and none missing; raises Failed at the first that is not."""
    events: list[Event] = []
    lines = data.split(b"\n")
    if lines.pop() != b"":
        raise Failed("events.jsonl", "it is cut off")
    values = values_in(data)
    for due, line in enumerate(lines, 1):
        event = read_event(line, checkpoint, due)
        entry = event.entry
        values += values_in(entry.state)
        if values > MOST_VALUES:
            raise Failed("events.jsonl", f"it holds more than {MOST_VALUES:,} values, and is not read")
        where = f"version {entry.version} (position {entry.position}, {entry.topic})"
        if entry.plan != statement.plan:
            raise Failed(where, f"it is of plan {entry.plan}, not {statement.plan}")
        if entry.version > due:
            raise Failed(f"version {due}", f"it is missing: version {entry.version} stands in its place")
        if entry.version < due:
            raise Failed(where, f"it stands where version {due} should: twice, or out of order")
        if events and entry.position <= events[-1].entry.position:
            raise Failed(where, "it stands in the ledger before the version that it follows")
        if events and entry.recorded_at < events[-1].entry.recorded_at:
            raise Failed(where, f"it is dated {instant(entry.recorded_at)}, before the version that it follows")
        events.append(event)
    if len(events) < statement.version:
        raise Failed(f"version {len(events) + 1}", f"it is missing: the ledger had {statement.version} of this plan")
    if len(events) > statement.version or (events and events[-1].entry.position != statement.position):
        raise Failed(f"version {statement.version}", "it is not the newest here, or not where the ledger says")
    return events


def read_version(event: Event) -> int:
    """The version of the event that this one is about; raises Failed where it is no whole number."""
    version = event.said.get("version")
    if type(version) is not int or version < 1:
        raise Failed(event.where, f"it is about {shown(version)}, which is no version of the plan")
    return version


def redactions(events: Sequence[Event]) -> list[str]:
    """Each text that is gone, and the event that says so; raises Failed where one is left out without any."""
    redacted: dict[tuple[int, str], Event] = {}
    for event in (one for one in events if one.entry.topic == "TextRedacted"):
        version, fields = read_version(event), event.said.get("fields")
        if not isinstance(fields, list) or any(type(name) is not str for name in fields):
            raise Failed(event.where, "it does not name the texts that it redacts")
        for name in fields if version < event.entry.version else []:
            redacted.setdefault((version, name), event)
    found = []
    for event in events:
        for name in event.gone:
            if (by := redacted.get((event.entry.version, name))) is None:
                raise Failed(event.where, f"its text {name!r} was left out of the pack, and no event redacts it")
            why = (
                "a reason that is gone too"
                if "reason" in by.gone
                else json.dumps(by.said.get("reason"), ensure_ascii=False)
            )
            found.append(
                f"{event.where}, its {name}: redacted by version {by.entry.version}, by {by.entry.recorded_by} at"
                f" {instant(by.entry.recorded_at)}, for {why}."
            )
        for name in event.said:
            held = redacted.get((event.entry.version, name))
            if held is not None and name not in event.gone:
                raise Failed(
                    event.where,
                    f"its text {name!r} was redacted by version {held.entry.version}, and must not be here",
                )
    return found


def listing(events: Sequence[Event]) -> Iterator[str]:
    """Every event, a line for what the ledger says of it and one for each field."""
    for event in events:
        entry = event.entry
        yield (
            f"version {entry.version}: {entry.topic}, effective on {event.said.get('effective_on')}, recorded at"
            f" {instant(entry.recorded_at)} by {entry.recorded_by}, position {entry.position}"
        )
        for name, value in event.said.items():
            if name != "effective_on":
                yield f"    {name}: {'[redacted]' if name in event.gone else json.dumps(value, ensure_ascii=False)}"


#: Seconds since 1970 of the first and the last second that have a date.
_FIRST_SECOND, _LAST_SECOND = -62_135_596_800, 253_402_300_799


def instant(microseconds: int) -> str:
    """An instant as AsAt writes it."""
    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)
    return f"{at.isoformat(timespec='microseconds')[:-6]}Z"


def read_day(text: object, where: str) -> str:
    """A day as AsAt writes it, if the calendar has it; raises Failed."""
    try:
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", str(text)) and type(text) is str:
            return date.fromisoformat(text).isoformat()
    except ValueError:
        pass
    raise Failed(where, f"it speaks of {shown(text)}, which is no day of the calendar")


def second_of(parts: Sequence[str]) -> int:
    """The second since 1970 of a year, month, day, hour, minute and second; raises ValueError where there is none."""
    year, month, day, hour, minute, second = map(int, parts)
    return calendar.timegm(datetime(year, month, day, hour, minute, second, tzinfo=UTC).timetuple())


def check_second(text: str, where: str) -> None:
    """That an instant such as 2019-06-04T09:00:00Z is one; raises Failed."""
    try:
        second_of(re.findall("[0-9]+", text))
    except ValueError:
        raise Failed(where, f"it speaks of {text}, which is no instant of the calendar") from None


# The statement: what the ledger's key has signed of this plan, beyond what the tree itself shows


class Statement(NamedTuple):
    """That a plan's newest version in the ledger of a size is this one; and the files that were given with it."""

    origin: str
    plan: str
    version: int
    position: int
    size: int
    root: bytes
    #: When the checkpoint was signed, by the council's clock; packs did not say so once.
    signed: str | None
    #: The point that the papers show, `2019-05-31@282`.
    at: str | None
    #: The edition of the rules by which the papers were worked out.
    edition: int
    names_edition: bool
    files: dict[str, str]


_STATEMENT = re.compile(
    r"AsAt evidence pack 1\n(?P<origin>[^\n]+)\nplan (?P<plan>[^\n]+)\nversion (?P<version>[1-9][0-9]{0,18})\n"
    r"position (?P<position>[1-9][0-9]{0,18})\nsize (?P<size>[1-9][0-9]{0,18})\nroot (?P<root>[A-Za-z0-9+/=]{44})\n"
    r"(?:signed (?P<signed>[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z)\n)?"
    r"(?:at (?P<at>[0-9]{4}-[0-9]{2}-[0-9]{2}@[1-9][0-9]{0,18})\n)?(?:edition (?P<edition>[1-9][0-9]{0,18})\n)?"
    r"(?P<files>(?:file [0-9a-f]{64} [A-Za-z0-9./-]+\n)*)"
)


def read_statement(note: Note, where: str) -> Statement:
    """The statement that a note's text is; raises Failed."""
    found = _STATEMENT.fullmatch(note.text)
    if found is None:
        raise Failed(where, "it is no statement of a ledger about a plan")
    if found["signed"] is not None:
        check_second(found["signed"], where)
    if found["at"] is not None:
        day, _, basis = found["at"].partition("@")
        read_day(day, where)
        if int(basis) > int(found["version"]):
            raise Failed(where, f"it speaks of papers as known at version {basis}, which the plan did not have")
    files = [line.split(" ")[1:] for line in found["files"].split("\n")[:-1]]
    if len({name for _, name in files}) != len(files):
        raise Failed(where, "it names a file twice")
    if proved := _PROVED.intersection(name for _, name in files):
        raise Failed(where, f"it names {min(proved)}, which is proved by what is in it")
    return Statement(
        found["origin"], found["plan"], int(found["version"]), int(found["position"]), int(found["size"]),
        decoded(found["root"], where), found["signed"], found["at"], int(found["edition"] or 1),
        found["edition"] is not None, {name: digest for digest, name in files},
    )  # fmt: skip


#: The files that are proved by what is in them; every other is named in the statement.
_PROVED = {"keys.json", "checkpoint.txt", "statement.txt", "events.jsonl"}

#: The other files that are looked into here; of papers see below.
_LOOKED_INTO = re.compile(
    r"verify[.]py|since([.]txt|-proof[.]json)|stamped(-[0-9]{1,2})?([.]txt|[.]tsr|-proof[.]json)|papers/.+"
)


def check_files(files: dict[str, bytes], statement: Statement) -> None:
    """That the other files are those that the statement names, unaltered; raises Failed."""
    for name, digest in statement.files.items():
        if name not in files:
            raise Failed(name, "it is missing from the pack")
        if sha256(files[name]).hexdigest() != digest:
            raise Failed(name, "it is not the file that was signed for: it was altered")
    for name in files:
        if name not in statement.files and name not in _PROVED:
            raise Failed(name, "it was added to the pack: nobody has signed for it")


# The fold: what the events come to, as far as the figures go. Written apart from AsAt's own on purpose.


class Fact(NamedTuple):
    """Something said: from which day, by which version, what."""

    on: str
    version: int
    value: Any


@dataclass(eq=False)
class Told:
    """Something that events tell facts of: each fact's values by (day, version)."""

    facts: dict[str, list[Fact]] = field(default_factory=dict)

    def say(self, name: str, event: Event, value: object, on: str | None = None) -> None:
        """Take in what an event says, from its own day unless another is given."""
        fact = Fact(on or str(event.said["effective_on"]), event.entry.version, value)
        bisect.insort(self.facts.setdefault(name, []), fact, key=lambda one: one[:2])


@dataclass(eq=False)
class Action(Told):
    """An action, as the events tell of it."""

    parent: "Action | None" = None
    #: It, or what it is part of: that one alone has a priority.
    root: "Action" = None  # type: ignore[assignment]

    def __post_init__(self) -> None:
        self.root = self.parent.root if self.parent is not None else self


# What takes no ink although its category does not say so: variation selectors, fillers, signs that only join or select.
_BLANK = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2065\u2800\u2d7f\u303f\u3164\ufe00-\ufe0f\uffa0\ufff0-\ufffc"
    "\U0001107f\U00011a47\U00011a99\U00013430-\U0001345f\U00016fe4\U0001bc9d\U0001d159\U0001d173-\U0001d17a"
    "\U0001da7f\U0001da80\U000e0000-\U000e0fff]"
)
# Controls, formats, halves of characters, what is left to private use, and what is not assigned.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


def is_invisible(character: str) -> bool:
    """Whether a character, which is no space, may leave nothing to be seen."""
    return unicodedata.category(character) in _UNSEEN or _BLANK.match(character) is not None


def name_key(name: str) -> str:
    """What two names have in common that would be taken for one another; unseen, capitals and widths do not count."""
    spaced = " ".join(unicodedata.normalize("NFKC", name).split())
    seen = "".join(one for one in spaced if not is_invisible(one))
    return " ".join(unicodedata.normalize("NFKC", seen.casefold()).split())


#: What reads in place of a text that is gone, and of a list of them.
REDACTED = "[redacted]"

#: The kinds of events that this program knows, whether or not they change a figure.
KINDS = frozenset({
    "PlanOpened", "ScaleAdopted", "PlanClosed", "InspectionReported", "RecommendationMade", "PriorityAdded",
    "PriorityReworded", "ActionAdded", "ActionReworded", "ActionRenumbered", "ActionRescheduled", "ActionReassigned",
    "ActionRated", "RatingConfirmed", "ProgressReported", "EvidenceAdded", "ActionClosed", "ActionWithdrawn",
    "ActionReinstated", "AssuranceGiven", "MeasureDefined", "MeasureReported", "VersionIssued", "ReportPresented",
    "EventWithdrawn", "TextRedacted",
})  # fmt: skip

_STANDING = {"ActionClosed": "closed", "ActionWithdrawn": "withdrawn", "ActionReinstated": "open"}


class Fold:
    """A plan as its events tell of it, at every day and basis: `at` gives it at one."""

    def __init__(self, events: Sequence[Event]) -> None:
        #: The day from which the plan was open, and what was said of it then.
        self.opened = ""
        self.heading: dict[str, Any] = {}
        self.scale = Told()
        self.priorities: dict[str, Told] = {}
        self.actions: list[Action] = []
        self._borne: dict[str, list[tuple[int, Action]]] = {}
        self._withdrawn: dict[int, int] = {}
        #: Version -> a rating that counts only once somebody else has confirmed it.
        self._awaiting: dict[int, tuple[Event, Action]] = {}
        self._seen: dict[tuple[str, int], At] = {}
        for event in events:
            try:
                self._take_in(event)
            except (KeyError, TypeError, AttributeError, ValueError, RecursionError) as error:
                what = f"it names what the plan does not have, or is not as AsAt records it ({error})"
                raise Failed(event.where, what) from None

    def at(self, day: str, basis: int) -> "At":
        """The plan on a day, as known at a basis."""
        if (day, basis) not in self._seen:
            self._seen[day, basis] = At(self, day, basis)
        return self._seen[day, basis]

    def _take_in(self, event: Event) -> None:
        said, version, topic = event.said, event.entry.version, event.entry.topic
        if topic == "EventWithdrawn":
            if (withdrawn := read_version(event)) >= version:
                raise Failed(event.where, f"it withdraws version {withdrawn}, which does not come before it")
            self._withdrawn[withdrawn] = version
        elif topic in ("PlanOpened", "ScaleAdopted"):
            if topic == "PlanOpened":
                self.opened = str(said["effective_on"])
                self.heading = {"plan": event.entry.plan, "title": event.words("title"),
                                "organisation": said.get("organisation"),
                                "priority_word": said.get("priority_word") or "Priority"}  # fmt: skip
            scale = said.get("scale") or {}
            check_codes(scale, event.where)
            self.scale.say("scale", event, scale_document(scale))
        elif topic in ("PriorityAdded", "PriorityReworded"):
            if (title := event.words("title")) is not None:
                self.priorities.setdefault(said["number"], Told()).say("title", event, title)
        elif topic == "ActionAdded":
            self._add(event)
        elif topic == "ActionRenumbered":
            self._number(self._find(said["action"]), event)
        elif topic == "ActionReworded":
            if (text := event.words("text")) is not None:
                self._find(said["action"]).say("text", event, text)
        elif topic == "ActionRescheduled":
            due = {"text": said["timescale"], **{one: event.words(one) for one in ("approved_by", "reason")}}
            self._find(said["action"]).say("due", event, due)
        elif topic == "ActionRated":
            self._rate(event)
        elif topic == "RatingConfirmed":
            self._confirm(event)
        elif topic in _STANDING:
            self._find(said["action"]).say("standing", event, _STANDING[topic])

    def _add(self, event: Event) -> None:
        said = event.said
        action = Action(parent=self._find(said["parent"]) if said.get("parent") is not None else None)
        self.actions.append(action)
        self._number(action, event)
        action.say("standing", event, "open")
        action.say("text", event, event.words("text"))
        if said.get("timescale") is not None:
            action.say("due", event, {"text": said["timescale"], "approved_by": None, "reason": None})

    def _number(self, action: Action, event: Event) -> None:
        number = event.said["number"]
        action.say("number", event, number)
        if event.said.get("priority") is not None and action.parent is None:
            action.say("priority", event, event.said["priority"])
        self._borne.setdefault(number, []).append((event.entry.version, action))

    def _find(self, number: str) -> Action:
        """The action that bears or has borne this number, of the events so far."""
        borne = self._borne.get(number, [])
        while borne and borne[-1][0] in self._withdrawn:
            borne.pop()  # withdrawn for good: no later event finds it
        if not borne:
            raise KeyError(f"an action {number}")
        return borne[-1][1]

    def _rate(self, event: Event) -> None:
        """A rating counts, unless the scale of its day, as known so far, says that a second person must confirm it."""
        said, version = event.said, event.entry.version
        action = self._find(said["action"])
        scale = self.value(self.scale, "scale", str(said["effective_on"]), version - 1) or {}
        if find_rating(scale, said["rating"]).get("needs_second_person"):
            self._awaiting[version] = event, action
            action.say("awaiting", event, (said["rating"], event.entry.recorded_by, event.words("evidence")))
        else:
            action.say("rating", event, said["rating"])

    def _confirm(self, event: Event) -> None:
        """A rating counts from the day it was confirmed, if that is by somebody else; before, it did not."""
        rated, action = self._awaiting[read_version(event)]
        if name_key(rated.entry.recorded_by) == name_key(event.entry.recorded_by):
            raise Failed(event.where, f"{event.entry.recorded_by} confirms a rating of their own")
        day = max(str(rated.said["effective_on"]), str(event.said["effective_on"]))
        action.say("rating", event, rated.said["rating"], day)

    def known(self, told: Told, name: str, day: str, basis: int) -> Iterator[Fact]:
        """What was said of a fact by a day and a basis, and not withdrawn by it; the last by (day, version) first."""
        facts = told.facts.get(name, [])
        for place in range(bisect.bisect_right(facts, day, key=lambda fact: fact.on) - 1, -1, -1):
            version = facts[place].version
            if version <= basis < self._withdrawn.get(version, basis + 1):
                yield facts[place]

    def fact(self, told: Told, name: str, day: str, basis: int) -> Fact | None:
        """What was in force of a fact."""
        return next(self.known(told, name, day, basis), None)

    def value(self, told: Told, name: str, day: str, basis: int) -> Any:
        """The value that was in force; None where none was."""
        fact = self.fact(told, name, day, basis)
        return fact.value if fact else None

    def withdrawn_by(self, version: int, basis: int) -> int | None:
        """The version that withdrew an event by a basis."""
        by = self._withdrawn.get(version)
        return by if by is not None and by <= basis else None

    def scale_of(self, fact: Fact, basis: int) -> dict[str, Any]:
        """The scale on which a rating was given: of its day, as known at a basis or when it was given."""
        for known in (basis, fact.version):
            scale = self.value(self.scale, "scale", fact.on, known) or {}
            if find_rating(scale, fact.value):
                return dict(scale)
        return {}


#: What stands beside the codes of ratings in papers: no rating can be called that.
_NO_CODES = {"total", "unrated"}


def check_codes(scale: dict[str, Any], where: str) -> None:
    """That each rating of a scale has a code of its own, under which it is counted, and true flags; raises Failed."""
    codes = [rating["code"] for rating in scale.get("ratings", [])]
    for code in codes:
        if type(code) is not str or code in _NO_CODES or not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", code):
            raise Failed(where, f"a rating cannot have the code {shown(code)}")
    if len({*codes}) != len(codes):
        raise Failed(where, "two ratings of its scale have the same code")
    for rating in scale.get("ratings", []):
        for flag in ("complete", "needs_evidence", "concern", "needs_second_person"):
            if type(rating.get(flag, False)) is not bool:
                raise Failed(where, f"{flag} of the rating {rating['code']} is neither true nor false")


def scale_document(scale: dict[str, Any]) -> dict[str, Any]:
    """A scale of an event as papers show it: with what it leaves unsaid."""
    ratings = []
    for said in scale.get("ratings", []):
        shown = {name: said.get(name) for name in ("code", "label", "meaning", "colour")}
        shown |= {name: bool(said.get(name)) for name in ("complete", "needs_evidence", "concern")}
        if said.get("needs_second_person"):
            shown["needs_second_person"] = True
        ratings.append(shown)
    return {"name": scale.get("name"), "ratings": ratings}


def find_rating(scale: dict[str, Any], code: str) -> dict[str, Any]:
    """The rating of this code on a scale; an empty one where there is none."""
    return next((one for one in scale.get("ratings", []) if one["code"] == code), {})


class At:
    """The plan on a day, as known at a basis."""

    def __init__(self, fold: Fold, day: str, basis: int) -> None:
        self.fold, self.day, self.basis = fold, day, basis
        self.scale: dict[str, Any] = fold.value(fold.scale, "scale", day, basis) or {}
        titles = {number: self._value(told, "title") for number, told in fold.priorities.items()}
        #: Number -> title of each priority in the plan.
        self.priorities: dict[str, str] = {number: title for number, title in titles.items() if title is not None}
        #: Whether each action is in the plan ("open") or was closed or withdrawn; a part goes as what it is part of.
        self.standing: dict[Action, str | None] = {}
        self._parts: dict[Action, list[Action]] = {}
        for action in fold.actions:  # what an action is part of stands before it
            own = self._value(action, "standing")
            if own == "open" and action.parent is not None:
                own = self.standing[action.parent] or own
                if own == "open":
                    self._parts.setdefault(action.parent, []).append(action)
            self.standing[action] = own
        self.open = [action for action, standing in self.standing.items() if standing == "open"]
        #: The actions that are counted: one with parts in the plan is counted as its parts.
        self.counted = {action: None for action in self.open if action not in self._parts}

    def _value(self, told: Told, name: str) -> Any:
        return self.fold.value(told, name, self.day, self.basis)

    def number(self, action: Action) -> str:
        """The number that an action bears."""
        return str(self._value(action, "number") or "")

    def text(self, action: Action) -> str:
        """What an action is to do."""
        return str(self._value(action, "text") or "")

    def priority(self, action: Action) -> str | None:
        """The number of the priority under which it stands, with what it is part of."""
        under: str | None = self._value(action.root, "priority")
        return under

    def rated(self, action: Action) -> Fact | None:
        """The rating that counts."""
        return self.fold.fact(action, "rating", self.day, self.basis)

    def rating(self, action: Action) -> str | None:
        """The code of the rating that counts."""
        rated = self.rated(action)
        return str(rated.value) if rated else None

    def meaning(self, action: Action) -> dict[str, Any]:
        """The rating that counts as the scale in force has it or, where that has not, the one it was given on."""
        if (rated := self.rated(action)) is None:
            return {}
        return find_rating(self.scale, rated.value) or find_rating(
            self.fold.scale_of(rated, self.basis), rated.value
        )  # fmt: skip

    def awaiting(self, action: Action) -> dict[str, Any] | None:
        """The rating that awaits confirmation: the last that needs it, unless one counts from later."""
        given, counts = self.fold.fact(action, "awaiting", self.day, self.basis), self.rated(action)
        if given is None or (counts is not None and counts[:2] > given[:2]):
            return None
        code, by, evidence = given.value
        given_as = {"rating": code, "rated_on": given.on, "rated_by": by, "version": given.version}
        return {**given_as, "evidence": evidence or []}

    @cached_property
    def complete(self) -> set[Action]:
        """The actions that are complete; one with parts in the plan is when they all are."""
        found, unfinished = set(), set()
        for action in reversed(self.open):
            whole = action not in unfinished if action not in self.counted else self.meaning(action).get("complete")
            if whole:
                found.add(action)
            elif action.parent is not None:
                unfinished.add(action.parent)
        return found

    def due(self, action: Action) -> list[Fact]:
        """The timescales in force and before, the last first: its own or, of a part without, those of the whole."""
        above: Action | None = action
        while above is not None:
            if facts := list(self.fold.known(above, "due", self.day, self.basis)):
                return facts
            above = above.parent
        return []

    def day_due(self, action: Action) -> str | None:
        """The day on which an action is due, "" where its words are not read here; None where it has no timescale."""
        due = self.due(action)
        return (plain_day(due[0].value["text"]) or "") if due else None

    def parts(self, action: Action) -> list[Action]:
        """Its parts in the plan, in the order in which they were added."""
        return self._parts.get(action, [])

    @cached_property
    def counts(self) -> Counter[tuple[str | None, str]]:
        """How many actions are counted, by priority and rating."""
        return Counter((self.priority(action), self.rating(action) or "unrated") for action in self.counted)

    def by_rating(self, priority: str | None = None) -> Counter[str]:
        """How many actions are counted, by rating; those of one priority, where one is given."""
        counts: Counter[str] = Counter()
        for (under, rating), count in self.counts.items():
            if priority in (None, under):
                counts[rating] += count
        return counts

    def scales(self) -> Iterator[dict[str, Any]]:
        """The scale in force, and those before it."""
        return (fact.value for fact in self.fold.known(self.fold.scale, "scale", self.day, self.basis))


_PLAIN_DAY = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/(20)?([0-9]{2})|(20[0-9]{2})-([0-9]{2})-([0-9]{2})")


def plain_day(text: str) -> str | None:
    """The day that a timescale is, written as 31/03/2019, 31/03/19 or 2019-03-31; None for other words."""
    found = _PLAIN_DAY.fullmatch(text)
    if found is None:
        return None
    day, month, _, year, *iso = found.groups()
    try:
        return date(*map(int, iso if iso[0] else (f"20{year}", month, day))).isoformat()
    except ValueError:
        return None


def movements(before: At, now: At) -> Counter[tuple[str | None, str]]:
    """Why a priority counts more or fewer actions than before, by priority and kind.

    An action that is counted now and was not is new; one that is not any more was closed, withdrawn, or split into
    parts, which are then new, one of them in its place; one under another priority has moved.
    """
    moves: Counter[tuple[str | None, str]] = Counter()
    for action in {**before.counted, **now.counted}:
        was = before.priority(action) if action in before.counted else None
        is_ = now.priority(action) if action in now.counted else None
        if action not in before.counted:
            moves[is_, "new"] += 1
            continue
        standing = now.standing[action] or "withdrawn"
        if action not in now.counted and standing != "open":
            moves[was, standing] += 1
            continue
        place = now.priority(action) or was
        if place != was:
            moves[was, "moved"] -= 1
            moves[place, "moved"] += 1
        if action not in now.counted:
            moves[place, "new"] -= 1
    return moves


# The figures of papers. The whole paper is worked out anew from the events, as AsAt should have written it, but for
# what is marked as not worked out. Then the two are compared: every field, every row, and the order of rows. A paper in
# which anything is more, less or other is refused.


#: Stands in a paper that is worked out here for what is not: a value is there, and may be any.
UNCHECKED: Any = object()


class Between(NamedTuple):
    """Stands there for a count of which no more than its bounds are worked out."""

    least: int
    most: int


class Rows(NamedTuple):
    """Stands there for rows, each with a name that stands in its field `key`, in their order."""

    #: How a report names them, and where they stand: `action`, `its changes`.
    kind: str
    of: str
    key: str
    rows: Sequence[dict[str, Any]]


class Place(NamedTuple):
    """Where in a paper something stands, as a report names it."""

    of: str = "it"
    row: str = "the plan"

    @property
    def within(self) -> str:
        """In which of its lists it stands."""
        return "" if self == Place() else f" in {self.of}"

    @property
    def which(self) -> str:
        """The object there."""
        return "it" if self == Place() else f"{self.row}{self.within}"


class Paper(NamedTuple):
    """A paper, and what its figures are compared with."""

    name: str
    fold: Fold
    events: Sequence[Event]

    def at(self, point: dict[str, Any]) -> At:
        """The plan at a point that the paper names; it must be one."""
        check_point(self.name, point, self.events)
        return self.fold.at(point["effective_on"], point["basis"])

    def fail(self, what: str) -> Failed:
        """What is raised where the paper is wrong."""
        return Failed(self.name, what)

    def same(self, said: Any, mine: Any, place: Place = Place(), path: str = "") -> int:  # noqa: B008 - it is a tuple
        """That what the paper has at a place is what was worked out; how many figures were compared."""
        if mine is UNCHECKED:
            return 0
        if isinstance(mine, Rows):
            return self._same_rows(said, mine)
        if isinstance(mine, dict):
            only(self.name, said, mine, place.which + (f", {path}," if path else ""))
            under = f"{path}." if path else ""
            return sum(self.same(said[name], value, place, f"{under}{name}") for name, value in mine.items())
        if isinstance(mine, list) and isinstance(said, list) and len(said) == len(mine):
            pairs = enumerate(zip(said, mine, strict=True))
            return sum(self.same(one, value, place, f"{path}[{at}]") for at, (one, value) in pairs)
        if isinstance(mine, Between):
            right = type(said) is int and mine.least <= said <= mine.most
            shows = f"{mine.least}" if mine.least == mine.most else f"{mine.least} to {mine.most}"
        else:
            right, shows = alike(said, mine), shown(mine)
        if not right:
            raise self.fail(
                f"it says{place.within} that the {path} of {place.row} is {shown(said)}, and the events say {shows}"
            )
        return 1

    def _same_rows(self, said: Any, mine: Rows) -> int:
        """That the rows are those that follow from the events, each once, as it should be and in its place."""
        left: dict[str | None, list[dict[str, Any]]] = {}
        for row in mine.rows:
            left.setdefault(row[mine.key], []).append(row)
        names = [self._name(row, mine) for row in said] if isinstance(said, list) else None
        if names is None:
            raise self.fail(f"the {mine.kind} rows in {mine.of} are {shown(said)}, which is no list")
        compared = 0
        for name, row in zip(names, said, strict=True):
            which = f"{mine.kind} {name or 'unrated'}"
            if name not in left:
                raise self.fail(f"{which} stands in {mine.of}, and by the events does not belong there")
            if not left[name]:
                raise self.fail(f"{which} stands in {mine.of} twice")
            compared += max(1, self.same(row, left[name].pop(0), Place(mine.of, which)))
        for name, rest in left.items():
            if rest:
                raise self.fail(
                    f"{mine.kind} {name or 'unrated'} stands in {mine.of} nowhere, and by the events belongs there"
                )
        for name, row in zip(names, mine.rows, strict=True):
            if name != row[mine.key]:
                which = f"{mine.kind} {name or 'unrated'}"
                raise self.fail(f"{which} stands in {mine.of} in another order than by the events")
        return compared

    def _name(self, row: Any, mine: Rows) -> str | None:
        name = row.get(mine.key, 0) if isinstance(row, dict) else 0
        if name is not None and type(name) is not str:
            raise self.fail(f"a row in {mine.of} is {shown(row)}, which has no {mine.key!r} that names a {mine.kind}")
        return name


def only(paper: str, document: Any, names: Iterable[str], which: str) -> None:
    """That an object in a paper has these names and no others; raises Failed."""
    if not isinstance(document, dict):
        raise Failed(paper, f"{which} is {shown(document)}, which is no object")
    for name in names:
        if name not in document:
            raise Failed(paper, f"{which} has no {name!r}")
    for name in document:
        if name not in names:
            raise Failed(paper, f"{which} has a field {shown(name)}, which no such paper has")


def check_point(name: str, point: Any, events: Sequence[Event]) -> None:
    """That a point in a paper is a day of the calendar, and a version that was recorded at the instant beside it."""
    only(name, point, ("effective_on", "basis", "known_at", "asked"), "a point in it")
    if type(point["asked"]) is not str:
        raise Failed(name, f"it says that {shown(point['asked'])} was asked, which is no text")
    read_day(point["effective_on"], name)
    basis = point["basis"]
    if type(basis) is not int or not 1 <= basis <= len(events) or (
        point["known_at"] != instant(events[basis - 1].entry.recorded_at)
    ):  # fmt: skip
        raise Failed(name, f"the ledger had no version {shown(basis)} at the instant that it names")


def alike(said: object, mine: object) -> bool:
    """Whether two values are the same in JSON, where true is not 1."""
    return json.dumps(said, sort_keys=True) == json.dumps(mine, sort_keys=True)


def shown(value: object) -> str:
    """A value in a sentence."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 200 else f"{text[:200]}..."


def natural_order(number: str) -> list[tuple[int, int, str]]:
    """What sorts 2.10 after 2.9, and 6.1b after 6.1a."""
    runs = re.findall("[0-9]+|[^0-9]+", number)
    keys = [(0, int(run), "") if "0" <= run[0] <= "9" else (1, 0, run.casefold()) for run in runs]
    return [*keys, (-1, 0, number)]


def check_figures(
    name: str, data: bytes, fold: Fold | None, events: Sequence[Event], statement: Statement
) -> int | None:  # fmt: skip
    """That a paper is of the plan and the point that it is said to be, and is what follows from the events.

    Returns how many figures were compared, None where none are of such a paper or without a fold; raises Failed.
    """
    document = read_json(data, name)
    try:
        if not isinstance(document, dict):
            raise Failed(name, f"it is {shown(document)}, which is no object")
        if document.get("plan", statement.plan) != statement.plan:
            raise Failed(name, f"it is of plan {shown(document['plan'])}, not {statement.plan}")
        _check_points(name, document, events, statement)
        _check_edition(name, document, statement)
        kind = name.removeprefix("papers/").removesuffix(".json")
        if fold is None or kind not in POINTS:
            return None
        paper = Paper(name, fold, events)
        if (compared := FIGURES.get(f"{kind}.json")) is not None:
            return compared.check(paper, document)
        paper.same(document, {**_beginning(paper, document), **dict.fromkeys(_OF_OTHERS[kind], UNCHECKED)})
        return None
    except (KeyError, TypeError, AttributeError, ValueError, IndexError, RecursionError) as error:
        raise Failed(name, f"its figures cannot be compared with the events ({error!r})") from None


def _check_edition(name: str, document: dict[str, Any], statement: Statement) -> None:
    """That a paper names the edition that the statement does; neither did once."""
    if statement.names_edition and "edition" not in document:
        raise Failed(name, f"it names no edition, and the statement says {statement.edition}")
    if not alike(document.get("edition", statement.edition), statement.edition):
        raise Failed(name, f"it is of edition {shown(document['edition'])}, and the statement says {statement.edition}")


#: The names of the points that a paper may be of: of one, or of two that it compares. None has others, or both.
_ONE, _TWO = ("point",), ("previous", "current")
#: Which of these a paper is of.
POINTS = {
    **dict.fromkeys(("plan", "history", "overdue", "gaps", "measures", "assurance", "stale", "ratings"), _ONE),
    **dict.fromkeys(("comparison", "changes", "paper"), _TWO),
}
#: The parts of the committee's paper that are papers themselves.
_PARTS = {"comparison": _TWO, "overdue": _ONE, "history": _ONE, "over_time": _ONE}

#: What stands in the papers whose figures are not worked out, beside their heading and their points.
_OF_OTHERS = {
    "history": ("versions", "presented"),
    "gaps": ("recommendations", "gaps", "unknown"),
    "measures": ("measures",),
    "assurance": ("priorities",),
    "stale": ("cycle_days", "stale", "silent"),
    "changes": ("ratings", "changes", "counts"),
}


def _check_points(name: str, document: dict[str, Any], events: Sequence[Event], statement: Statement) -> None:
    """That a paper is of the points that such a paper is of and no others, and of the one that was signed for."""
    form = POINTS.get(name.removeprefix("papers/").removesuffix(".json"), _TWO if "current" in document else _ONE)
    _of_points(name, "it", document, form, events)
    for part, of in _PARTS.items() if name == "papers/paper.json" else ():
        which = f"its part {part!r}"
        if not isinstance(document.get(part), dict):
            raise Failed(name, f"{which} is missing, or is no object")
        _of_points(name, which, document[part], of, events)
        for side in of:
            if not alike(document[part][side], document[side if of is _TWO else "current"]):
                raise Failed(name, f"{which} is of another point than it")
    point = document[form[-1]]
    shows = f"{point['effective_on']}@{point['basis']}"
    if statement.at not in (None, shows):
        raise Failed(name, f"it shows {shows}, and should show {statement.at}")


def _of_points(
    name: str, which: str, document: dict[str, Any], form: Sequence[str], events: Sequence[Event]
) -> None:  # fmt: skip
    found = [one for one in (*_ONE, *_TWO) if one in document]
    if found != [*form]:
        names = " and ".join(found) or "none"
        raise Failed(name, f"{which} is to name the points {' and '.join(form)}, and names {names}")
    for one in form:
        check_point(name, document[one], events)


def _beginning(paper: Paper, document: dict[str, Any]) -> dict[str, Any]:
    """What every paper begins with: which plan it is, whose, its word for priorities; its edition and points."""
    checked = dict.fromkeys(("edition", *_ONE, *_TWO), UNCHECKED)  # by `_check_edition` and `_check_points`
    return {**paper.fold.heading, **{name: UNCHECKED for name in checked if name in document}}


def _key(ratings: Iterable[dict[str, Any]]) -> Rows:
    """The key to the ratings: each as the scale has it, the first of each code."""
    key: dict[str, dict[str, Any]] = {}
    for rating in ratings:
        key.setdefault(rating["code"], rating)
    return Rows("rating", "its key", "code", [*key.values()])


def _former_key(now: At) -> Rows:
    """The key to the codes that can stand at a point: the scale's, then those of former scales."""
    return _key(one for scale in now.scales() for one in scale["ratings"])


def _scale(at: At) -> dict[str, Any]:
    """The scale in force."""
    ratings = at.scale.get("ratings", [])
    return {"name": at.scale.get("name", "None yet"), "ratings": Rows("rating", "its scale", "code", ratings)}


def _comparison(paper: Paper, document: dict[str, Any]) -> dict[str, Any]:
    """Counts by priority and rating at both points, the movements between them, and the changes of ratings."""
    before, now = paper.at(document["previous"]), paper.at(document["current"])
    if now.day < before.day:
        raise paper.fail("its current point is before its previous one")
    given = (meaning for at in (before, now) for action in at.counted if (meaning := at.meaning(action)))
    key = _key([*now.scale.get("ratings", []), *before.scale.get("ratings", []), *given])
    codes = [rating["code"] for rating in key.rows]
    titles = {**before.priorities, **now.priorities}
    moves = movements(before, now)
    due = _Due(now, codes, inside(document, "totals", "due", "unrated") is not None)

    def table(priority: str | None) -> dict[str, Any]:
        """The counts of a priority; of the whole plan where it is None."""
        found = [(at.by_rating(priority), side) for side, at in (("previous", before), ("current", now))]
        came = {what: sum(count for (under, kind), count in moves.items() if kind == what and priority in (None, under))
                for what in ("new", "closed", "withdrawn", "moved")}  # fmt: skip
        return {
            "ratings": {code: {side: counts[code] for counts, side in found} for code in codes},
            "unrated": {side: counts["unrated"] for counts, side in found},
            "total": {side: counts.total() for counts, side in found},
            **came,
            "due": due.counts(priority),
        }

    order = sorted(titles, key=natural_order)
    rows = [{"priority": one, "title": titles[one], **table(one)} for one in order]
    return {
        **_beginning(paper, document), "ratings": key, "rows": Rows("priority", "its table", "priority", rows),
        "totals": table(None), "changes": _changes(before, now), "narrative": UNCHECKED,
    }  # fmt: skip


class _Due:
    """How many are due, by rating: all that are by a day as it is written, and perhaps some with other words."""

    def __init__(self, now: At, codes: Sequence[str], with_unrated: bool) -> None:
        self.codes = ["total", *codes, *(["unrated"] if with_unrated else [])]
        self.least: Counter[tuple[str | None, str]] = Counter()
        self.most: Counter[tuple[str | None, str]] = Counter()
        for action in now.counted:
            if (day := now.day_due(action)) is not None and day <= now.day:
                for priority in (None, now.priority(action)):
                    for rating in (now.rating(action) or "unrated", "total"):
                        self.most[priority, rating] += 1
                        self.least[priority, rating] += bool(day)
        # They have a column where there are any.
        if with_unrated and self.most[None, "unrated"]:
            self.least[None, "unrated"] = max(1, self.least[None, "unrated"])
        elif with_unrated or self.least[None, "unrated"]:
            self.codes = ["total", *codes, *([] if with_unrated else ["unrated"])]

    def counts(self, priority: str | None) -> dict[str, Between]:
        """Those of a priority; of the whole plan where it is None."""
        return {code: Between(self.least[priority, code], self.most[priority, code]) for code in self.codes}


def _check_due(paper: Paper, document: dict[str, Any]) -> None:
    """That those that are due add up, in each row and over all."""
    rows = [*document["rows"], document["totals"]]
    for row in rows:
        if sum(count for rating, count in row["due"].items() if rating != "total") != row["due"]["total"]:
            place = f"priority {row['priority']}" if "priority" in row else "the whole plan"
            raise paper.fail(f"those that are due in {place} do not add up")
    for rating, count in document["totals"]["due"].items():
        if sum(row["due"][rating] for row in document["rows"]) != count:
            raise paper.fail(
                f"those that are due, by {rating} of the priorities, do not add up to those in the whole plan"
            )


def _check_comparison(paper: Paper, document: dict[str, Any]) -> int:
    compared = paper.same(document, _comparison(paper, document))
    _check_due(paper, document)
    return compared


def _changes(before: At, now: At) -> Rows:
    """The actions whose rating is another than it was, or is a concern, or that were split; no others."""
    split = [one for one in before.counted if one not in now.counted and now.standing[one] == "open"]
    mine = []
    for action in [*now.counted, *(one for one in split if before.rated(one))]:
        was = before.rated(action) if action in before.counted else None
        is_ = now.rated(action) if action in now.counted else None
        former, code = (fact.value if fact else None for fact in (was, is_))
        if former == code and not (is_ and now.meaning(action).get("concern")):
            continue
        mine.append({
            "action": now.number(action),
            "priority": now.priority(action), "text": now.text(action), "previous": former, "current": code,
            "direction": _direction(before, now, was, is_),
            "why": "split" if action not in now.counted else "unchanged concern" if former == code else "changed",
            "previous_version": was.version if was else None,
            "current_version": is_.version if is_ else None,
            "corrected_by": now.fold.withdrawn_by(was.version, now.basis) if was else None,
        })  # fmt: skip
    return Rows("action", "its changes", "action", sorted(mine, key=lambda one: _placed(one, "action")))


def _placed(row: dict[str, Any], number: str = "number") -> tuple[Any, Any]:
    """What sorts rows by their priorities and their numbers."""
    return natural_order(row["priority"] or ""), natural_order(row[number])


def _direction(before: At, now: At, was: Fact | None, is_: Fact | None) -> str:
    """Where a rating went: by the order of the scale now, the one before, or the one that both were given on."""
    if was is None or is_ is None or was.value == is_.value:
        return "same"
    given = before.fold.scale_of(was, before.basis), now.fold.scale_of(is_, now.basis)
    for scale in (now.scale, before.scale, given[0] if given[0] == given[1] else {}):
        codes = [one["code"] for one in scale.get("ratings", [])]
        if was.value in codes and is_.value in codes:
            return "better" if codes.index(is_.value) > codes.index(was.value) else "worse"
    return "same"


def _check_paper(paper: Paper, document: dict[str, Any]) -> int:
    """The committee's paper: its comparison, of the points that it is of, and what stands on that."""
    now, comparison = paper.at(document["current"]), _comparison(paper, document["comparison"])
    waiting = [{"action": now.number(one), "text": now.text(one), "rating": now.rating(one), "awaiting": given}
               for one in now.counted if (given := now.awaiting(one))]  # fmt: skip
    waiting.sort(key=lambda one: natural_order(str(one["action"])))
    concerns: dict[str | None, list[Action]] = {}
    for one in now.counted:
        if now.meaning(one).get("concern"):
            concerns.setdefault(now.priority(one), []).append(one)
    history = {**_beginning(paper, document["history"]), **dict.fromkeys(_OF_OTHERS["history"], UNCHECKED)}
    priorities = [
        {"number": row["priority"], "title": row["title"], "narrative": UNCHECKED, "assurance": UNCHECKED,
         "concerns": _actions(now, concerns.get(row["priority"], []), f"the concerns of priority {row['priority']}")}
        for row in comparison["rows"].rows
    ]  # fmt: skip
    compared = paper.same(document, {
        **_beginning(paper, document),
        "previous_version": UNCHECKED, "document_version": UNCHECKED, "opening": UNCHECKED, "measures": UNCHECKED,
        "scale": _scale(now), "ratings": comparison["ratings"], "comparison": comparison,
        "summary": Rows("rating", "its summary", "code", _summary(comparison)),
        "total": _line({}, comparison["totals"]["total"], comparison["totals"]["total"]),
        **({"awaiting": Rows("action", "its actions awaiting confirmation", "action", waiting)} if waiting else {}),
        "priorities": Rows("priority", "its priorities", "number", priorities),
        "overdue": _overdue(paper, document["overdue"]), "history": history,
        "over_time": _over_time(paper, document["over_time"]),
    })  # fmt: skip
    _check_due(paper, document["comparison"])
    return compared


def _summary(comparison: dict[str, Any]) -> list[dict[str, Any]]:
    """A line for each rating and one for the actions without."""
    totals = comparison["totals"]
    lines = [_line(rating, totals["ratings"][rating["code"]], totals["total"]) for rating in comparison["ratings"].rows]
    return [*lines, _line({}, totals["unrated"], totals["total"])]


def _line(rating: dict[str, Any], pair: dict[str, int], total: dict[str, int]) -> dict[str, Any]:
    """Counts at both points, their difference, and their shares of all actions."""
    shares = {f"{side}_share": (200 * pair[side] + whole) // (2 * whole) if whole else None
              for side, whole in total.items()}  # fmt: skip
    names = {name: rating.get(name) for name in ("code", "label", "colour")}
    return {**names, **pair, "difference": pair["current"] - pair["previous"], **shares}


def _over_time(paper: Paper, document: dict[str, Any]) -> dict[str, Any]:
    """The counts by rating on each of the days: the ends of months, quarters or years from the plan's opening on."""
    now = paper.at(document["point"])
    every, days = days_over_time(now.fold.opened, now.day)
    ats = [At(now.fold, day, now.basis) for day in days]
    key = _key_over_time(now, ats)
    counts = []
    for at in ats:
        mine = at.by_rating()
        counts.append({"on": at.day, "ratings": {code: mine[code] for code in key}, "unrated": mine["unrated"],
                       "total": mine.total()})  # fmt: skip
    return {
        **_beginning(paper, document), "ratings": _key(key.values()), "every": every,
        "counts": Rows("day", "its counts over time", "on", counts),
    }  # fmt: skip


def _key_over_time(now: At, days: Sequence[At]) -> dict[str, dict[str, Any]]:
    """Each rating that was counted on one of the days, in the order of the scale of the last, then of those before."""
    found = {rating["code"]: rating for rating in now.scale.get("ratings", [])}
    for action in now.fold.actions:
        for at in days:
            if action in at.counted and (meaning := at.meaning(action)):
                found.setdefault(meaning["code"], meaning)
    scales = (at.scale.get("ratings", []) for at in reversed(days))
    order = dict.fromkeys(one["code"] for scale in scales for one in scale if one["code"] in found)
    return {code: found[code] for code in dict.fromkeys([*order, *found])}


def days_over_time(first: str, last: str) -> tuple[str, list[str]]:
    """The days on which ratings over time are counted, and how far they lie apart: at most 24, or years, at most 60."""
    opened, asked = (int(day[:4]) * 12 + int(day[5:7]) - 1 for day in (first, last))
    steps = {"month": (1, 0), "quarter": (3, 2), "year": (12, 2)}
    ending = {name: range(opened + (last - opened) % step, asked + 1, step) for name, (step, last) in steps.items()}
    every = next((name for name, months in ending.items() if len(months) + (asked not in months) <= 24), "year")
    months = ending[every]
    ends = [f"{at // 12:04}-{at % 12 + 1:02}-{calendar.monthrange(at // 12, at % 12 + 1)[1]:02}" for at in months[-60:]]
    return every, [*(end for end in ends if end < last), last]


class _Readings:
    """How a paper reads the words of timescales as days: those that are written as a day as that, others as it says."""

    def __init__(self, paper: Paper) -> None:
        self.paper = paper
        self.days: dict[str, str | None] = {}

    def day(self, words: str, said: Any) -> str | None:
        """The day as which the paper reads these words, everywhere the same; None where as none."""
        if plain := plain_day(words):
            return plain
        if said is not None:
            read_day(said, self.paper.name)
        if self.days.setdefault(words, said) != said:
            raise self.paper.fail(
                f"it reads {shown(words)} as {shown(said)}, and elsewhere as {shown(self.days[words])}"
            )
        return said  # type: ignore[no-any-return]


def _overdue(paper: Paper, document: dict[str, Any]) -> dict[str, Any]:
    """Every action listed as late, and every one that was rescheduled.

    An action whose timescale is written as a day is listed if that has passed. How other words are read as a day is
    taken as the paper has it.
    """
    now, readings = paper.at(document["point"]), _Readings(paper)
    said = _by_number(document.get("overdue"))
    late = []
    for action in (one for one in now.counted if one not in now.complete):
        rows, day = said.get(now.number(action), []), now.day_due(action)
        if (day and day < now.day) or (day == "" and rows):
            late.append(_late(now, action, rows.pop(0) if rows else {}, readings))
    said, moved = _by_number(document.get("rescheduled")), []
    for action in now.open:
        if changes := _rescheduled(now, action):
            rows = said.get(now.number(action), [])
            moved.append(_moved(now, action, changes, rows.pop(0) if rows else {}, readings))
    return {
        **_beginning(paper, document), "ratings": _former_key(now), "undated": UNCHECKED,
        "overdue": Rows("action", "its list of late actions", "number", sorted(late, key=_placed)),
        "rescheduled": Rows("action", "its list of rescheduled actions", "number", sorted(moved, key=_placed)),
    }  # fmt: skip


def _by_number(rows: Any) -> dict[str, list[Any]]:
    """The rows of a list of actions, by number."""
    found: dict[str, list[Any]] = {}
    for row in rows if isinstance(rows, list) else ():
        if type(number := inside(row, "number")) is str:
            found.setdefault(number, []).append(row)
    return found


def inside(value: Any, *names: str) -> Any:
    """What stands in an object under a name, and in that under the next; None where nothing does."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _named(now: At, action: Action) -> dict[str, Any]:
    """How lists name an action."""
    return {"number": now.number(action), "priority": now.priority(action), "text": now.text(action),
            "rating": now.rating(action)}  # fmt: skip


def _late(now: At, action: Action, said: dict[str, Any], readings: _Readings) -> dict[str, Any]:
    """An action that is listed as late."""
    due = now.due(action)
    words, original = due[0].value["text"], min(due, key=lambda fact: fact.version).value["text"]
    row = {**_named(now, action), "timescale": words, "original": original, "leads": UNCHECKED,
           "version": due[0].version, **({"awaiting": given} if (given := now.awaiting(action)) else {})}  # fmt: skip
    by, first = (readings.day(text, said.get(name)) for text, name in ((words, "due"), (original, "original_due")))
    if said and (by is None or by >= now.day):
        raise readings.paper.fail(f"it lists action {now.number(action)} as late, and its due day {by} had not passed")
    days = days_between(by, now.day) if by else None
    return {**row, "due": by, "original_due": first, "days_overdue": days,
            "slippage": days_between(first, by) if first and by else None}  # fmt: skip


def _moved(
    now: At, action: Action, changes: list[dict[str, Any]], said: dict[str, Any], readings: _Readings
) -> dict[str, Any]:
    """An action that was rescheduled."""
    given = [*now.fold.known(action, "due", now.day, now.basis)][::-1]
    first = min(given, key=lambda fact: fact.version).value["text"]
    when = {}
    for name, words in (("original", first), ("current", given[-1].value["text"])):
        when[name] = {"text": words, "due": readings.day(words, inside(said, name, "due"))}
    was, is_ = when["original"]["due"], when["current"]["due"]
    days = days_between(was, is_) if was and is_ else None
    return {**_named(now, action), **when, "days": days, "times": len(changes), "approvals": changes}


def _rescheduled(now: At, action: Action) -> list[dict[str, Any]]:
    """Every change of an action's own timescale; none where it still has the first."""
    given = [*now.fold.known(action, "due", now.day, now.basis)][::-1]
    first = min(given, key=lambda fact: fact.version, default=None)
    return [
        {"on": fact.on, "from": given[place - 1].value["text"] if place else None, "to": fact.value["text"],
         "approved_by": fact.value["approved_by"], "reason": fact.value["reason"], "version": fact.version}
        for place, fact in enumerate(given) if fact is not first
    ]  # fmt: skip


def days_between(first: str, last: str) -> int:
    """The days from one day to another."""
    return (date.fromisoformat(last) - date.fromisoformat(first)).days


def _check_plan(paper: Paper, document: dict[str, Any]) -> int:
    """The priorities, and every action with its words, its place, its rating and whether it is complete."""
    now = paper.at(document["point"])
    under: dict[str | None, list[Action]] = {}
    for action in now.open:
        if action.parent is None:
            under.setdefault(now.priority(action), []).append(action)
    priorities = [
        {"number": one, "title": now.priorities[one], "answers": UNCHECKED, "assurance": UNCHECKED,
         "actions": _actions(now, under.get(one, []), f"priority {one}")}
        for one in sorted(now.priorities, key=natural_order)
    ]  # fmt: skip
    left = ("status", "document_version", "recommendations", "measures", "inspections")
    return paper.same(document, {
        **_beginning(paper, document), **dict.fromkeys(left, UNCHECKED), "opened_on": now.fold.opened,
        "scale": _scale(now), "ratings": _former_key(now), "priorities": Rows("priority", "it", "number", priorities),
    })  # fmt: skip


#: So many levels of parts are nested in a paper; what is part of those stands beside them, after what it is part of.
DEEPEST = 100


def _actions(now: At, actions: Sequence[Action], of: str, level: int = 1) -> Rows:
    """Actions with their parts, in the order of their numbers."""
    rows = []
    if level < DEEPEST:
        for one in _in_order(now, actions):
            row = _action(now, one)
            rows.append({**row, "actions": _actions(now, now.parts(one), f"action {row['number']}", level + 1)})
        return Rows("action", of, "number", rows)
    left: list[tuple[Action, dict[str, Any]]] = [(one, {}) for one in reversed(_in_order(now, actions))]
    while left:
        one, part_of = left.pop()
        rows.append({**_action(now, one), **part_of, "actions": []})
        left += [(part, {"part_of": now.number(one)}) for part in reversed(_in_order(now, now.parts(one)))]
    return Rows("action", of, "number", rows)


def _in_order(now: At, actions: Sequence[Action]) -> list[Action]:
    return sorted(actions, key=lambda one: natural_order(now.number(one)))


#: What is not worked out of an action.
_OF_ACTIONS = ("outcome", "timescale", "overdue", "leads", "reports_to", "progress", "progress_on", "evidence",
               "added_on")  # fmt: skip


def _action(now: At, action: Action) -> dict[str, Any]:
    """An action without its parts."""
    rated, given = now.rated(action), now.awaiting(action)
    return {
        **dict.fromkeys(_OF_ACTIONS, UNCHECKED), "number": now.number(action), "text": now.text(action),
        "status": "complete" if action in now.complete else "open",
        "rating": now.rating(action), "rated_on": rated.on if rated else None,
        **({"awaiting": given} if given else {}),
    }  # fmt: skip


def _check_over_time(paper: Paper, document: dict[str, Any]) -> int:
    return paper.same(document, _over_time(paper, document))


def _check_overdue(paper: Paper, document: dict[str, Any]) -> int:
    return paper.same(document, _overdue(paper, document))


class Figures(NamedTuple):
    """How the figures of a paper are compared; in words what is, and what is not."""

    check: Callable[[Paper, dict[str, Any]], int]
    done: str
    left: str


#: The papers whose figures are worked out anew. The README in packs and the documents say the same of each.
FIGURES = {
    "plan.json": Figures(
        _check_plan,
        "the plan's title and whose it is; the scale and the key to the ratings; every priority and every action"
        " in the plan, none left out, none twice and none invented; the titles of priorities; the words, the place"
        " and the rating of each action, since when it has that, whether it is complete, and what awaits"
        " confirmation",
        "everything else: what its point was asked for as;"
        " timescales and what is overdue; outcomes, leads, to whom is reported, progress,"
        " evidence, when an action was added; what priorities answer to and their assurance; recommendations,"
        " measures, inspections, document versions, and whether the plan is open",
    ),
    "comparison.json": Figures(
        _check_comparison,
        "the plan's title and whose it is; the key to the ratings; every priority of either point, once, with its"
        " title; at both points the actions by priority and rating, without a rating and in all; in every row and"
        " in the totals what is new, closed, withdrawn and moved; every change of a rating with its direction and"
        " the versions behind it, and every action whose rating is a concern; how many actions are due, as far as"
        " timescales are written as a day, such as 31/03/2019",
        "everything else: what its points were asked for as, how other words of a timescale are read, and the"
        " sentences",
    ),
    "paper.json": Figures(
        _check_paper,
        "the same of the comparison in it; the summary with its differences and shares; the actions that are a"
        " concern, by priority, as in plan.json; what awaits confirmation; what is listed as late and as rescheduled,"
        " as in overdue.json; the counts over time",
        "everything else: what its points were asked for as;"
        " the sentences; how other words of a timescale are read; assurance, measures, document"
        " versions and the document history; of actions that are a concern what is not in plan.json either",
    ),
    "ratings.json": Figures(
        _check_over_time,
        "the plan's title and whose it is; the days, from the plan's opening on, and on each the actions by"
        " rating, without a rating and in all; the key to the ratings",
        "what its point was asked for as; nothing else stands in it",
    ),
    "overdue.json": Figures(
        _check_overdue,
        "the plan's title and whose it is; the key to the ratings; every action that is late by a timescale that is"
        " written as a day, such as 31/03/2019; of each that is listed as late that it is in the plan and not complete,"
        " its words, place and rating, the words of its timescale now and at first, and that its day has passed, by so"
        " many days; every action that was rescheduled, with each change, its reason and who approved it",
        "everything else: what its point was asked for as;"
        " how other words of a timescale are read as a day, so also whether an action that is late by"
        " those was left out, and how many have no day; leads",
    ),
}


# Verifying


def verify(
    data: bytes, key: str | None = None, since: bytes | None = None, witnesses: Sequence[str] = (),
    roots: bytes | None = None,
) -> Report:  # fmt: skip
    """What the pack of these bytes shows.

    Args:
        data: the pack.
        key: the ledger's published key, as the reader knows it from elsewhere; now or before it was replaced.
        since: a checkpoint or a pack of the same ledger that the reader has kept from before.
        witnesses: published keys of witnesses whom the reader trusts.
        roots: certificates, in PEM or DER, of time-stamping authorities whom the reader trusts.

    Raises:
        Failed: at the first thing that does not hold.
    """
    report = Report()
    files = zip_files(data)
    report.program = files.get("verify.py")
    for name in ("keys.json", "checkpoint.txt", "statement.txt", "events.jsonl"):
        if name not in files:
            raise Failed(name, "it is missing from the pack")
    chain = read_chain(files["keys.json"])
    trusted = _trusted(chain, key, report)
    note = read_note(files["checkpoint.txt"], "the checkpoint")
    checkpoint, statement = _signed(note, files["statement.txt"], trusted, "")
    report.size = checkpoint.size
    by = signers(note, trusted, "the checkpoint")[0]
    report.proved.append(f"The ledger {checkpoint.origin} has signed for {checkpoint.size:,} entries with {by.text}.")
    _check_witnesses(note, witnesses, chain, report)
    check_files(files, statement)
    events = report.events = read_events(files["events.jsonl"], statement, checkpoint)
    _say_events(events, statement, report)
    _check_since(files, since, chain, checkpoint, events, report)
    _check_stamps(files, roots, chain, checkpoint, report)
    _check_papers(files, _fold(events, statement, report), statement, report)
    if unknown := sorted(name for name in statement.files if not _LOOKED_INTO.fullmatch(name)):
        report.remarks.append(
            f"What {', '.join(unknown)} says was not checked: it bears the ledger's signature and no more."
        )
    return report


def several(things: Sequence[object], name: str) -> str:
    """How many there are: `1 event`, `1,200 events`."""
    return f"{len(things):,} {name}{'' if len(things) == 1 else 's'}"


def _say_events(events: Sequence[Event], statement: Statement, report: Report) -> None:
    """What is shown of the events: that they stand in the ledger, are whole, were signed for, and what is redacted."""
    first, last = events[0].entry, events[-1].entry
    report.proved.append(
        f"Each of the {several(events, 'event')} of plan {statement.plan} stands in it, unaltered: versions 1 to"
        f" {len(events)}, recorded from {instant(first.recorded_at)} to {instant(last.recorded_at)}."
    )
    report.proved.append(
        f"None before the newest is missing, and {statement.origin} has signed that version {statement.version} is the"
        " newest of this plan among those entries."
    )
    _say_when(statement, last, report)
    if gone := redactions(events):
        many = "1 text is gone, as an event says" if len(gone) == 1 else f"{len(gone):,} texts are gone, as events say"
        report.proved += [f"{many}:", *(f"    {one}" for one in gone)]


def _say_when(statement: Statement, last: Entry, report: Report) -> None:
    if statement.signed is None:
        report.remarks.append("When it was signed the pack does not say: it was made by an earlier AsAt.")
        return
    report.proved.append(
        f"{statement.origin} says that it signed this at {statement.signed}, by its own clock. What was recorded after"
        " that is not in it."
    )
    if statement.signed < instant(last.recorded_at)[:19]:
        report.remarks.append("A clock went wrong: its newest event bears a later instant than the signature.")


def _trusted(chain: list[Key], key: str | None, report: Report) -> list[Key]:
    """The keys that are believed: the one the reader knows, and those that it leads to."""
    if key is None:
        report.remarks.append(
            f"Whose key it is was not checked. Compare it with the one that {chain[0].name} publishes, or give that"
            f" with --key: {chain[-1].text}"
        )
        return chain
    known = read_key(key.strip(), LOG_KEY, "the key that was given")
    if known not in chain:
        raise Failed("the key that was given", f"it is none of the ledger in this pack, which is {chain[0].name}")
    return chain[chain.index(known) :]


def _signed(note: Note, statement: bytes, keys: Sequence[Key], of: str) -> tuple[Checkpoint, Statement]:
    """A checkpoint and the statement about a plan that goes with it, both signed."""
    where = f"the checkpoint{of}"
    checkpoint = read_checkpoint(note, where)
    if any(key.name != checkpoint.origin for key in signers(note, keys, where)):
        raise Failed(where, "it is another ledger's than that of the key that signed it")
    where = f"the statement{of}"
    signed = read_note(statement, where)
    signers(signed, keys, where)
    said = read_statement(signed, where)
    if (said.origin, said.size, said.root) != checkpoint:
        raise Failed(where, "it speaks of another checkpoint than the one beside it")
    return checkpoint, said


def _check_witnesses(note: Note, witnesses: Sequence[str], chain: Sequence[Key], report: Report) -> None:
    for text in witnesses:
        witness = read_key(text.strip(), WITNESS_KEY, "the key of a witness")
        at = witnessed(note, witness)
        if not at:
            raise Failed("the checkpoint", f"the witness {witness.name} has not signed it")
        report.proved.append(f"The witness {witness.name} has signed it too, at {instant(at * 1_000_000)}.")
    own = {(key.name, key.key_id) for key in chain}
    names = ", ".join(sorted({name for name, key_id, _ in note.signatures if (name, key_id) not in own}))
    if not witnesses and names:
        report.remarks.append(f"The checkpoint bears signatures ({names}) that were not checked: give --witness KEY.")


_REWRITTEN = (
    "That the ledger was not rewritten before this checkpoint was cut is not shown. Keep this pack: with --since it"
    " shows that the next one continues it."
)


def _check_since(
    files: dict[str, bytes], since: bytes | None, chain: list[Key], checkpoint: Checkpoint, events: Sequence[Event],
    report: Report,
) -> None:  # fmt: skip
    """That the ledger continues what it was at an earlier checkpoint: the reader's own, as any other shows nothing."""
    kept = files.get("since.txt") if since is None else since
    if kept is None:
        report.remarks.append(_REWRITTEN)
        return
    before, earlier = _earlier(kept, chain, events, report)
    if before.origin != checkpoint.origin:
        raise Failed("the earlier checkpoint", f"it is of another ledger: {before.origin}")
    if before.size > checkpoint.size:
        raise Failed(
            "the earlier checkpoint",
            f"it is of {before.size:,} entries, more than this pack's ledger has: the end of the ledger is missing, or"
            " this pack is the older of the two",
        )
    proof = _consistency(files, before, checkpoint, "since")
    if proof is not None and not continues(before, checkpoint, proof):
        raise Failed(
            "the earlier checkpoint",
            f"the ledger does not continue it: what it held at {before.size:,} entries was altered, or it was forked",
        )
    if earlier is not None:
        _check_earlier(earlier, events)
    if proof is None:
        report.unchecked.append(
            f"whether the ledger continues the earlier checkpoint, of {before.size:,} entries. This"
            " pack brings no proof from that one, which by itself is no sign of fraud. Have it made with --since"
            f" {before.size}, or give that number on the page."
        )
    _say_since(before.size, checkpoint.size, since is not None, proof is not None, report)


def _say_since(before: int, now: int, own: bool, proved: bool, report: Report) -> None:
    """What comes of a checkpoint of so many entries, the reader's own or not."""
    if own and proved and 0 < before < now:
        report.proved.append(
            f"The ledger continues the earlier checkpoint, of {before:,} entries: none of those was altered since."
        )
        report.remarks.append(f"That none of the entries after the first {before:,} was altered before this checkpoint"
                              " was cut is not shown.")  # fmt: skip
        return
    if own and before == now:
        report.proved.append(
            f"The earlier checkpoint is this one, of {now:,} entries: none was altered since you were given it."
        )
    elif not own:
        report.remarks.append(
            f"The pack itself brings an earlier checkpoint, of {before:,} entries, which the ledger continues. That"
            " shows something only to those who were given it at the time: give your own copy with --since."
        )
    report.remarks.append(_REWRITTEN)


def _earlier(
    kept: bytes, chain: list[Key], events: Sequence[Event], report: Report
) -> tuple[Checkpoint, "Statement | None"]:
    """An earlier checkpoint, by itself or in a pack, whose events must be the same as here; raises Failed."""
    if not is_zip(kept):
        note = read_note(kept, "the earlier checkpoint")
        signers(note, chain, "the earlier checkpoint")
        return read_checkpoint(note, "the earlier checkpoint"), None
    inside = zip_files(kept)
    note = read_note(inside.get("checkpoint.txt", b""), "the checkpoint of the earlier pack")
    before, earlier = _signed(note, inside.get("statement.txt", b""), chain, " of the earlier pack")
    if earlier.plan == events[0].entry.plan:
        held = read_events(inside.get("events.jsonl", b""), earlier, before)
        _compare(held, events)
        report.proved.append(f"The {several(held, 'event')} of the earlier pack stand here as they stood there.")
    return before, earlier


def _consistency(files: dict[str, bytes], before: Checkpoint, checkpoint: Checkpoint, which: str) -> list[bytes] | None:
    """The proof that the pack brings from a checkpoint to its own; None where it brings none."""
    text, name = f"{which}.txt", f"{which}-proof.json"
    if before.size in (0, checkpoint.size):
        return []
    if name not in files or text not in files:
        return None
    if read_checkpoint(read_note(files[text], text), text).size != before.size:
        return None
    proof = read_json(files[name], name)
    if not isinstance(proof, list) or len(proof) > 128:
        raise Failed(name, "it is no proof")
    return [decoded(one, name) for one in proof]


def _compare(held: Sequence[Event], events: Sequence[Event]) -> None:
    """That the events of an earlier pack are those of this one; raises Failed at the first that is another."""
    for old, new in zip(held, events, strict=False):
        if old.entry != new.entry:
            raise Failed(
                new.where, "it is not the event that the earlier pack holds in its place: history was rewritten"
            )


def _check_stamps(
    files: dict[str, bytes], roots: bytes | None, chain: list[Key], checkpoint: Checkpoint, report: Report
) -> None:
    """That each time stamp in the pack is of a checkpoint that this one continues, and one at least is vouched for."""
    names = [name[:-4] for name in files if re.fullmatch(r"stamped(-[0-9]{1,2})?\.tsr", name)]
    trusted = None if roots is None else read_roots(roots)
    if trusted is not None and not names:
        raise Failed("the time stamp", "the pack has none: leave --tsa-root out, or ask for a pack with one")
    believed, doubted = [], []
    for name in names:
        stamp, size = _stamp_of(files, name, chain, checkpoint)
        there = f"that the ledger's first {size:,} entries were there at {instant(stamp.at * 1_000_000)}"
        if trusted is None:
            report.remarks.append(
                f"A time stamp says {there}; whether {stamp.name} may say so was not checked: give its authority's root"
                " certificate with --tsa-root."
            )
            continue
        try:
            vouched_for(stamp, trusted, "the time stamp")
        except Failed as failed:
            doubted.append(failed)
            report.remarks.append(f"A time stamp says {there}; it was not believed: {failed.what}.")
        else:
            believed.append(f"The time-stamping authority {stamp.name} has signed {there}, as they are now.")
    if doubted and not believed:
        raise doubted[0]
    report.proved += believed


def _stamp_of(files: dict[str, bytes], name: str, chain: list[Key], checkpoint: Checkpoint) -> tuple[Stamp, int]:
    """A time stamp in the pack, and how many entries the checkpoint has that it is of; raises Failed."""
    where = "the stamped checkpoint"
    if f"{name}.txt" not in files:
        raise Failed(f"{name}.txt", "it is missing from the pack")
    data = files[f"{name}.txt"]
    note = read_note(data, where)
    signers(note, chain, where)
    stamped = read_checkpoint(note, where)
    if stamped.origin != checkpoint.origin or stamped.size > checkpoint.size:
        raise Failed(where, "it is none that the ledger in this pack can continue")
    proof = _consistency(files, stamped, checkpoint, name)
    if proof is None:
        raise Failed(where, "the pack has no proof from it")
    if not continues(stamped, checkpoint, proof):
        raise Failed(where, "the ledger does not continue it: what it held was altered, or it was forked")
    stamp = read_stamp(files[f"{name}.tsr"], "the time stamp")
    if stamp.digest != sha256(as_cut(data)).digest():
        raise Failed("the time stamp", "it is of something else than the checkpoint beside it")
    return stamp, stamped.size


def _check_earlier(earlier: Statement, events: Sequence[Event]) -> None:
    """That nothing of the plan was kept back from an earlier pack, which said that a version was the newest."""
    if not events or events[0].entry.plan != earlier.plan:
        return
    if len(events) < earlier.version or events[earlier.version - 1].entry.position != earlier.position:
        raise Failed(f"version {earlier.version}", "it is not where the earlier pack says that it was")
    for event in events[earlier.version : earlier.version + 1]:
        if event.entry.position <= earlier.size:
            raise Failed(event.where, "it was in the ledger when the earlier pack was made, and was kept back from it")


def _check_papers(files: dict[str, bytes], fold: Fold | None, statement: Statement, report: Report) -> None:
    papers = sorted(name for name in files if name.startswith("papers/"))
    if not papers:
        return
    figures = {
        name: check_figures(name, files[name], fold, report.events, statement) if name.endswith(".json") else None
        for name in papers
    }
    shows = ""
    if statement.at is not None:
        day, _, version = statement.at.partition("@")
        shows = f" They show the plan as at {day}, as known at version {version}."
    else:
        report.remarks.append("Which point the papers show was not signed for: each says so itself.")
    report.proved.append(f"The papers are those that the ledger signed for ({', '.join(papers)}).{shows}")
    compared = {name: count for name, count in figures.items() if count is not None}
    if compared:
        report.proved.append(f"{sum(compared.values()):,} of their figures follow from the events:")
    for name, count in compared.items():
        known = FIGURES[name.removeprefix("papers/")]
        report.proved.append(f"    {name}: {count:,} figures. Worked out anew: {known.done}.")
        report.remarks.append(f"Of {name} not worked out anew: {known.left}.")
    if fold is None and any(name.removeprefix("papers/") in FIGURES for name in papers):
        report.other_edition = f"{report.other_edition} Nor " if report.other_edition else ""
        report.other_edition += (
            f"the figures in the papers. They are of edition {statement.edition} of AsAt's rules, and this program"
            f" works out edition {EDITION}. The verify.py in the pack works them out; if you do not trust whoever gave"
            " you the pack, take the one of that release of AsAt from where AsAt is published."
        )
    for name in papers:
        if name not in compared:
            report.remarks.append(f"For {name} there is the signature of {statement.origin} and no more.")


def _fold(events: Sequence[Event], statement: Statement, report: Report) -> Fold | None:
    """What the events come to; None where they are of another edition, by whose rules it may be something else.

    In every edition an event names what the plan has, and nobody confirms a rating of their own: so much is checked of
    each. Of an event whose kind this program does not know it cannot tell what it adds to the plan.
    """
    try:
        fold = Fold(events)
    except Failed as failed:
        unknown = next((one for one in events if one.entry.topic not in KINDS), None)
        if statement.edition == EDITION or unknown is None:
            raise
        report.other_edition = (
            f"whether all events name what the plan has. {unknown.where} is of a kind that this program does not know,"
            f" and by what it does know {failed} does not hold."
        )
        return None
    if statement.edition == EDITION:
        return fold
    report.proved.append(
        "Every event names actions and events that the plan had; nobody confirms a rating of their own."
    )
    return None


def main(arguments: Sequence[str] | None = None) -> int:
    """The command.

    Returns:
        0 where everything holds, 1 where something does not, 2 where a file cannot be read, the report cannot be
        written or this Python lacks what is needed, 3 where everything holds that could be checked, and what was asked
        for with --since could not, 4 where only the figures could not, as they are of another edition.
    """
    given = _options().parse_args(arguments)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # what a terminal cannot show is no reason to break off
    try:
        own = Path(__file__).read_bytes()
        since, roots = (read(file) if file else None for file in (given.since, given.tsa_root))
        data = read(given.pack)
    except (OSError, ValueError) as error:
        file = plain(str(getattr(error, "filename", None) or "a file that was named"))
        print(f"{file} cannot be read ({getattr(error, 'strerror', None) or error})", file=sys.stderr)
        return 2
    try:
        report = verify(data, given.key, since, given.witness, roots)
        events = [*listing(report.events), ""] if given.list else []
    except Failed as failed:
        print(f"DOES NOT HOLD: {plain(str(failed))}", file=sys.stderr)
        return 1
    except (MemoryError, RecursionError):
        print("DOES NOT HOLD: the pack: it cannot be read in the memory that there is", file=sys.stderr)
        return 1
    except Exception as error:  # a fault of this program, which must not pass for a pack that holds
        print(f"DOES NOT HOLD: the pack: this program cannot read it ({plain(repr(error))})", file=sys.stderr)
        return 1
    if report.program not in (None, own):
        report.remarks.append(
            "The verify.py in this pack is not this program: it is of another release of AsAt, or was altered. This"
            " report is by the one that you have run."
        )
    if not _print(events, report):
        return 2
    return 3 if report.unchecked else 4 if report.other_edition else 0


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Verify an evidence pack of AsAt.")
    parser.add_argument("pack", type=Path)
    parser.add_argument("--key", help="the ledger's published key, as you know it from elsewhere")
    parser.add_argument("--since", type=Path, help="a checkpoint or a pack that you have kept from before")
    parser.add_argument("--witness", action="append", default=[], help="the published key of a witness you trust")
    parser.add_argument("--tsa-root", type=Path, help="the root certificate of a time-stamping authority you trust")
    parser.add_argument("--list", action="store_true", help="print every event first")
    return parser


def _print(events: Sequence[str], report: Report) -> bool:
    """The report on standard output, and on standard error what could not be checked; whether it could be written."""
    try:
        for line in [*events, *report.proved, *(["", "Not shown:"] if report.remarks else []), *report.remarks]:
            print(plain(line))
        sys.stdout.flush()
    except BrokenPipeError:  # whoever reads has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, AttributeError) as error:  # a full disk; no output at all
        if sys.stdout is not None:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        print(f"The report cannot be written ({getattr(error, 'strerror', None) or 'there is no output'})",
              file=sys.stderr)  # fmt: skip
        return False
    for line in [*report.unchecked, *([report.other_edition] if report.other_edition else [])]:
        print(f"COULD NOT BE CHECKED: {plain(line)}", file=sys.stderr)
    return True


def read(file: Path) -> bytes:
    """The bytes of a file, as many as a pack may have and one more."""
    with file.open("rb") as opened:
        return opened.read(MOST_BYTES + 1)


def plain(text: str) -> str:
    """A text that cannot speak to the terminal."""
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)


if __name__ == "__main__":
    sys.exit(main())
