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
import calendar
import json
import re
import struct
import sys
import time
import unicodedata
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

#: A larger pack is not read.
MOST_BYTES = 256 << 20
MOST_FILES = 64
MOST_KEYS = 1000
MOST_SIGNATURES = 100

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


def zip_files(data: bytes) -> dict[str, bytes]:
    """The files of a zip that is in the form of `zip_chunks` to the byte; raises Failed."""
    where = "the pack"
    if len(data) > MOST_BYTES:
        raise Failed(where, f"it is larger than {MOST_BYTES >> 20} MiB, and is not read")
    if not data.startswith(b"PK\x03\x04"):
        raise Failed(where, "this is not a zip file")
    files: list[tuple[str, bytes]] = []
    at = 0
    while data[at : at + 4] == b"PK\x03\x04":
        if len(files) == MOST_FILES:
            raise Failed(where, f"it holds more than {MOST_FILES} files")
        if len(data) < at + 30:
            raise Failed(where, "it is cut off")
        size, length = struct.unpack_from("<LH", data, at + 22)
        name, start = data[at + 30 : at + 30 + length], at + 30 + length
        if not re.fullmatch(rb"([a-z0-9-]{1,80}/)?[A-Za-z0-9.-]{1,80}", name) or len(data) < start + size:
            raise Failed(where, f"file {len(files) + 1} of it is cut off, or has no name that a pack uses")
        files.append((name.decode("ascii"), data[start : start + size]))
        at = start + size
    at = 0
    for chunk in zip_chunks(files):
        if data[at : at + len(chunk)] != chunk:
            raise Failed(where, f"it is not as AsAt wrote it, from byte {at + 1} on: altered, cut off or packed anew")
        at += len(chunk)
    if at != len(data):
        raise Failed(where, "something was added after its end")
    if len(dict(files)) != len(files):
        raise Failed(where, "two files in it have the same name")
    return dict(files)


# Keys and signed notes (https://c2sp.org/signed-note, tlog-checkpoint, tlog-cosignature)


def decoded(text: object, where: str) -> bytes:
    """The bytes behind a base64 text in its one proper form."""
    try:
        data = base64.b64decode(str(text), validate=True)
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
    key_id = sha256(parts[0].encode() + b"\n" + material).digest()[:4]
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
        second = calendar.timegm(time.strptime(at.inside.decode("ascii")[:14], "%Y%m%d%H%M%S"))
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
    at = datetime.fromtimestamp(stamp.at, UTC)
    if not _may_stamp(stamp.signer):
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


def _valid(certificate: x509.Certificate, at: datetime) -> bool:
    return certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc


def _may_stamp(signer: x509.Certificate) -> bool:
    """Whether the certificate is for time-stamping, and for nothing else."""
    try:
        usage = signer.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except (x509.ExtensionNotFound, x509.DuplicateExtension, ValueError):
        return False
    return usage.critical and list(usage.value) == [x509.oid.ExtendedKeyUsageOID.TIME_STAMPING]


def _issued(issuer: x509.Certificate, link: x509.Certificate) -> bool:
    """Whether this certificate may issue others and has issued that one."""
    try:
        if not issuer.extensions.get_extension_for_class(x509.BasicConstraints).value.ca:
            return False
        link.verify_directly_issued_by(issuer)
    except (x509.ExtensionNotFound, x509.DuplicateExtension, InvalidSignature, ValueError, TypeError):
        return False
    return True


def read_roots(data: bytes) -> list[x509.Certificate]:
    """The certificates in a file, PEM or DER; raises Failed."""
    try:
        if b"-----BEGIN" in data:
            return x509.load_pem_x509_certificates(data)
        return [x509.load_der_x509_certificate(data)]
    except ValueError:
        raise Failed("the root certificate that was given", "it is no certificate") from None


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


def read_entry(data: bytes, where: str) -> Entry:
    """The row that an entry's bytes are; raises Failed."""
    fixed = struct.Struct(">qqq16s")
    at = len(FORM) + fixed.size
    if not data.startswith(FORM) or len(data) < at:
        raise Failed(where, "its entry is not in the form of a ledger's")
    position, version, recorded_at, _ = fixed.unpack_from(data, len(FORM))
    texts: list[bytes] = []
    while len(texts) < 4:
        length = int.from_bytes(data[at : at + 8], "big")
        texts.append(data[at + 8 : at + 8 + length])
        at += 8 + length
    if at != len(data):
        raise Failed(where, "its entry is cut off, or something was added to it")
    try:
        plan, recorded_by, topic = (text.decode("utf-8") for text in texts[:3])
    except UnicodeDecodeError:
        raise Failed(where, "its entry holds a text that is not UTF-8") from None
    return Entry(position, plan, version, recorded_at, recorded_by, topic, texts[3])


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


def read_json(data: bytes, where: str) -> Any:
    """The value of a JSON text in which nothing stands twice; raises Failed."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len(dict(pairs)) != len(pairs):
            raise Failed(where, "a name stands twice in one object")
        return dict(pairs)

    try:
        return json.loads(data.decode("utf-8"), object_pairs_hook=once)
    except (ValueError, RecursionError):
        raise Failed(where, "this is not JSON that can be read") from None


def encoded(text: str, where: str) -> bytes:
    """The text in UTF-8; raises Failed where it holds half a character."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise Failed(where, "a text in it is not whole") from None


def text_digest(salt: bytes, value: object, where: str) -> str:
    """What an event commits to in place of a text that stands beside the ledger."""
    plain_json = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return sha256(salt + encoded(plain_json, where)).hexdigest()


def digest_of(value: object) -> str | None:
    """The digest that stands for a text in an event, None where the value is no such digest."""
    if isinstance(value, dict) and list(value) == ["sha256"]:
        return str(value["sha256"])
    return None


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
    gone = [name for name, value in said.items() if digest_of(value) and name not in texts]
    for name, kept in texts.items():
        if not isinstance(kept, list) or len(kept) != 2 or digest_of(said.get(name)) is None:
            raise Failed(found, f"the text {name!r} beside it is none that it has")
        salt = decoded(kept[0], found)
        # Of another length it could begin with the salt and go on with the text, of which only the end would be shown.
        if len(salt) != SALT_SIZE or text_digest(salt, kept[1], found) != digest_of(said[name]):
            raise Failed(found, f"its text {name!r} is not the one that was recorded")
        said[name] = kept[1]
    return Event(entry, said, tuple(gone))


def read_events(data: bytes, statement: "Statement", checkpoint: Checkpoint) -> list[Event]:
    """All events of the plan, each in its place and none missing; raises Failed at the first that is not."""
    events: list[Event] = []
    lines = data.split(b"\n")
    if lines.pop() != b"":
        raise Failed("events.jsonl", "it is cut off")
    for due, line in enumerate(lines, 1):
        event = read_event(line, checkpoint, due)
        entry = event.entry
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


def redactions(events: Sequence[Event]) -> list[str]:
    """Each text that is gone, and the event that says so; raises Failed where one is left out without any."""
    redacted: dict[tuple[int, str], Event] = {}
    for event in events:
        version, fields = event.said.get("version"), event.said.get("fields")
        if event.entry.topic == "TextRedacted" and isinstance(fields, list) and isinstance(version, int):
            for name in fields if version < event.entry.version else []:
                redacted.setdefault((version, str(name)), event)
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


def instant(microseconds: int) -> str:
    """An instant as AsAt writes it."""
    seconds, fraction = divmod(microseconds, 1_000_000)
    try:
        return f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(seconds))}.{fraction:06}Z"
    except (ValueError, OverflowError, OSError):
        return f"{microseconds} microseconds"


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
    files: dict[str, str]


_STATEMENT = re.compile(
    r"AsAt evidence pack 1\n(?P<origin>[^\n]+)\nplan (?P<plan>[^\n]+)\nversion (?P<version>[1-9][0-9]{0,18})\n"
    r"position (?P<position>[1-9][0-9]{0,18})\nsize (?P<size>[1-9][0-9]{0,18})\nroot (?P<root>[A-Za-z0-9+/=]{44})\n"
    r"(?:signed (?P<signed>[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z)\n)?"
    r"(?:at (?P<at>[0-9]{4}-[0-9]{2}-[0-9]{2}@[1-9][0-9]{0,18})\n)?"
    r"(?P<files>(?:file [0-9a-f]{64} [^\n ]+\n)*)"
)


def read_statement(note: Note, where: str) -> Statement:
    """The statement that a note's text is; raises Failed."""
    found = _STATEMENT.fullmatch(note.text)
    if found is None:
        raise Failed(where, "it is no statement of a ledger about a plan")
    files = [line.split(" ")[1:] for line in found["files"].splitlines()]
    return Statement(
        found["origin"], found["plan"], int(found["version"]), int(found["position"]), int(found["size"]),
        decoded(found["root"], where), found["signed"], found["at"], {name: digest for digest, name in files},
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
class Action:
    """An action, as the events tell of it."""

    parent: "Action | None"
    facts: dict[str, list[Fact]] = field(default_factory=dict)
    parts: list["Action"] = field(default_factory=list)

    def say(self, name: str, event: Event, value: object) -> None:
        """Take in what an event says."""
        self.facts.setdefault(name, []).append(Fact(str(event.said["effective_on"]), event.entry.version, value))


# What takes no ink although it is no format character.
_BLANK = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2065\u2800\u3164\ufe00-\ufe0f\uffa0\ufff0-\ufff8\U000e0000-\U000e0fff]"
)


def name_key(name: str) -> str:
    """What two names have in common that would be taken for one another; unseen, capitals and widths do not count."""
    spaced = " ".join(unicodedata.normalize("NFKC", name).split())
    seen = "".join(
        one for one in spaced if unicodedata.category(one) not in ("Cc", "Cf", "Cs") and not _BLANK.match(one)
    )
    return " ".join(unicodedata.normalize("NFKC", seen.casefold()).split())


class Fold:
    """The actions of a plan, and what each was at any day and basis."""

    def __init__(self, events: Sequence[Event]) -> None:
        self.actions: list[Action] = []
        self._borne: dict[str, list[tuple[int, Action]]] = {}
        self._withdrawn: dict[int, int] = {}
        self._scale = Action(None)
        #: Version -> a rating that counts only once somebody else has confirmed it.
        self._awaiting: dict[int, tuple[Event, Action]] = {}
        for event in events:
            self._take_in(event)

    def _take_in(self, event: Event) -> None:
        said, version, topic = event.said, event.entry.version, event.entry.topic
        if topic == "EventWithdrawn":
            self._withdrawn[said["version"]] = version
        elif topic == "ActionAdded":
            parent = self._find(said["parent"], version) if said.get("parent") is not None else None
            action = Action(parent)
            self.actions.append(action)
            if parent is not None:
                parent.parts.append(action)
            self._numbered(action, event)
            action.say("standing", event, "open")
        elif topic == "ActionRenumbered":
            self._numbered(self._find(said["action"], version), event)
        elif topic in ("PlanOpened", "ScaleAdopted"):
            self._scale.say("scale", event, said.get("scale") or {})
        elif topic == "ActionRated":
            action = self._find(said["action"], version)
            if self._needs_second_person(event):
                self._awaiting[version] = event, action
            else:
                action.say("rating", event, said["rating"])
        elif topic == "RatingConfirmed":
            self._confirm(event)
        elif topic in _STANDING:
            self._find(said["action"], version).say("standing", event, _STANDING[topic])

    def _needs_second_person(self, event: Event) -> bool:
        """Whether the scale in force on its day, as known when it was recorded, says that it must be confirmed."""
        scale = self.value(self._scale, "scale", str(event.said["effective_on"]), event.entry.version - 1) or {}
        return any(
            one["code"] == event.said["rating"] and bool(one.get("needs_second_person"))
            for one in scale.get("ratings", [])
        )

    def _confirm(self, event: Event) -> None:
        """A rating counts from the day it was confirmed, if that is by somebody else; before, it did not."""
        rated, action = self._awaiting[event.said["version"]]
        if name_key(rated.entry.recorded_by) == name_key(event.entry.recorded_by):
            raise Failed(event.where, f"{event.entry.recorded_by} confirms a rating of their own")
        day = max(str(rated.said["effective_on"]), str(event.said["effective_on"]))
        action.facts.setdefault("rating", []).append(Fact(day, event.entry.version, rated.said["rating"]))

    def _numbered(self, action: Action, event: Event) -> None:
        action.say("number", event, event.said["number"])
        if event.said.get("priority") is not None and action.parent is None:
            action.say("priority", event, event.said["priority"])
        self._borne.setdefault(event.said["number"], []).append((event.entry.version, action))

    def _find(self, number: str, version: int) -> Action:
        """The action that bears or has borne this number, before a version."""
        for given, action in reversed(self._borne.get(number, [])):
            if self._counts(given, version - 1):
                return action
        raise KeyError(f"an action {number}")

    def _counts(self, version: int, basis: int) -> bool:
        return version <= basis < self._withdrawn.get(version, basis + 1)

    def value(self, action: Action, name: str, day: str, basis: int) -> Any:
        """What was in force: the last by (day, version) of what was recorded by the basis and not withdrawn by it."""
        known = [fact for fact in action.facts.get(name, []) if fact.on <= day and self._counts(fact.version, basis)]
        return max(known)[2] if known else None

    def is_open(self, action: Action, day: str, basis: int) -> bool:
        """Whether it was in the plan; a part is not where what it is part of has left."""
        if self.value(action, "standing", day, basis) != "open":
            return False
        return action.parent is None or self.value(action.parent, "standing", day, basis) is None or self.is_open(
            action.parent, day, basis
        )  # fmt: skip

    def open_actions(self, day: str, basis: int) -> list[Action]:
        """The actions in the plan."""
        return [action for action in self.actions if self.is_open(action, day, basis)]

    def priority(self, action: Action, day: str, basis: int) -> str | None:
        """The number of the priority under which it stood, with what it is part of."""
        while action.parent is not None:
            action = action.parent
        under: str | None = self.value(action, "priority", day, basis)
        return under

    def counted(self, day: str, basis: int) -> dict[Action, tuple[str | None, str | None]]:
        """Priority and rating of each action that counts; one with parts in the plan counts as its parts."""
        return {
            action: (self.priority(action, day, basis), self.value(action, "rating", day, basis))
            for action in self.open_actions(day, basis)
            if not any(self.is_open(part, day, basis) for part in action.parts)
        }

    def counts(self, day: str, basis: int) -> Counter[tuple[str | None, str]]:
        """How many actions, by priority and rating."""
        return Counter((under, rating or "unrated") for under, rating in self.counted(day, basis).values())

    def concerns(self, day: str, basis: int) -> set[str]:
        """The ratings that are a concern on the scale in force."""
        scale = self.value(self._scale, "scale", day, basis) or {}
        return {one["code"] for one in scale.get("ratings", []) if one.get("concern")}


_STANDING = {"ActionClosed": "closed", "ActionWithdrawn": "withdrawn", "ActionReinstated": "open"}


def check_figures(name: str, data: bytes, fold: Fold, events: Sequence[Event], statement: Statement) -> int:
    """That a paper is of the plan and the point that it is said to be, and its figures follow from the events.

    Returns how many figures were compared; raises Failed.
    """
    document = read_json(data, name)
    try:
        if document.get("plan", statement.plan) != statement.plan:
            raise Failed(name, f"it is of plan {document['plan']}, not {statement.plan}")
        if (at := statement.at) is not None:
            point = document["current"] if "current" in document else document["point"]
            if f"{point['effective_on']}@{point['basis']}" != at:
                raise Failed(name, f"it shows {point['effective_on']}@{point['basis']}, and should show {at}")
        check = _FIGURES.get(name.removeprefix("papers/").removesuffix(".json"))
        return check(name, document, fold, events) if check else 0
    except (KeyError, TypeError, AttributeError, ValueError, IndexError, RecursionError) as error:
        raise Failed(name, f"its figures cannot be compared with the events ({error!r})") from None


def _point(name: str, point: dict[str, Any], events: Sequence[Event]) -> tuple[str, int]:
    day, basis = point["effective_on"], point["basis"]
    if not 1 <= basis <= len(events) or point["known_at"] != instant(events[basis - 1].entry.recorded_at):
        raise Failed(name, f"the ledger had no version {basis} at the instant that it names")
    return str(day), int(basis)


def _check_comparison(name: str, document: dict[str, Any], fold: Fold, events: Sequence[Event]) -> int:
    compared = 0
    for side in ("previous", "current"):
        day, basis = _point(name, document[side], events)
        expected = fold.counts(day, basis)
        rows = Counter(str(row["priority"]) for row in document["rows"])
        for priority in (*rows, *(str(under) for under, _ in expected)):
            if rows[priority] != 1:
                how = "twice" if rows[priority] else "nowhere"
                raise Failed(name, f"priority {priority} stands in its table {how}")
        for row in [*document["rows"], {**document["totals"], "priority": None}]:
            priority = row["priority"]
            said = {**{code: pair[side] for code, pair in row["ratings"].items()}, "unrated": row["unrated"][side]}
            mine: Counter[str] = Counter()
            for (under, rating), count in expected.items():
                if priority is None or under == priority:
                    mine[rating] += count
            compared += _same_counts(name, side, priority, {**said, "total": row["total"][side]}, mine)
    return compared + _check_changes(name, document, fold)


def _check_changes(name: str, document: dict[str, Any], fold: Fold) -> int:
    """The ratings of the actions that a comparison lists: it lists every one whose rating is another than it was."""
    before, now = (
        fold.counted(point["effective_on"], point["basis"]) for point in (document["previous"], document["current"])
    )
    day, basis = document["current"]["effective_on"], document["current"]["basis"]
    split = [action for action, (_, was) in before.items()
             if was is not None and action not in now and fold.is_open(action, day, basis)]  # fmt: skip
    none = None, None
    mine = {
        fold.value(action, "number", day, basis): (
            fold.priority(action, day, basis), before.get(action, none)[1], now.get(action, none)[1],
        )
        for action in (*now, *split)
    }  # fmt: skip
    said = {one["action"]: (one["priority"], one["previous"], one["current"]) for one in document["changes"]}
    if len(said) != len(document["changes"]):
        raise Failed(name, "an action stands twice among its changes")
    for number, (under, was, is_) in mine.items():
        if number not in said and was != is_:
            raise Failed(name, f"its changes leave out action {number}, which went from {was} to {is_}")
        if number in said and said[number] != (under, was, is_):
            raise Failed(name, f"it says that action {number} (priority, previous, current) is {said[number]},"
                         f" and the events say {(under, was, is_)}")  # fmt: skip
    for number in said:
        if number not in mine:
            raise Failed(name, f"action {number} among its changes is not in the plan")
    return 2 * len(said)


def _check_paper(name: str, document: dict[str, Any], fold: Fold, events: Sequence[Event]) -> int:
    """The figures in the committee's paper: its comparison, of the points that it is of, and what stands on that."""
    comparison, totals = document["comparison"], document["comparison"]["totals"]
    compared = _check_comparison(name, comparison, fold, events)
    counts = {**totals["ratings"], "unrated": totals["unrated"]}
    lines = [(line["code"] or "unrated", line) for line in document["summary"]]
    if sorted(code for code, _ in lines) != sorted(counts):
        raise Failed(name, "its summary does not name each rating of its comparison once")
    lines.append(("total", document["total"]))
    for side in ("previous", "current"):
        if document[side] != comparison[side]:
            raise Failed(name, f"its {side} point is another than that of the comparison in it")
        for rating, line in lines:
            _same(name, side, None, rating, line[side], {**counts, "total": totals["total"]}[rating][side])
            whole = totals["total"][side]
            share = (200 * line[side] + whole) // (2 * whole) if whole else None
            if line.get(f"{side}_share", share) != share:
                raise Failed(name, f"it says {line[f'{side}_share']} per cent {rating} ({side}), and it is {share}")
            compared += 1
    for rating, line in lines:
        if line.get("difference", line["current"] - line["previous"]) != line["current"] - line["previous"]:
            raise Failed(name, f"its difference of {rating} is not that of the counts beside it")
    for part in ("overdue", "history", "over_time"):
        if document[part]["point"] != document["current"]:
            raise Failed(name, f"its part {part!r} is of another point than it")
    compared += _check_concerns(name, document, fold)
    compared += _check_overdue(name, document["overdue"], fold, events)
    return compared + _check_over_time(name, document["over_time"], fold, events)


def _check_concerns(name: str, document: dict[str, Any], fold: Fold) -> int:
    """The actions that each priority of the paper lists as a concern."""
    day, basis = document["current"]["effective_on"], document["current"]["basis"]
    counted = {fold.value(one, "number", day, basis): said for one, said in fold.counted(day, basis).items()}
    said = [(row["number"], one["number"], one["rating"]) for row in document["priorities"] for one in row["concerns"]]
    for under, number, rating in said:
        if counted.get(number) != (under, rating):
            raise Failed(name, f"it lists action {number} under priority {under} as {rating}: the events say otherwise")
    listed = [number for _, number, _ in said]
    concerns = fold.concerns(day, basis)
    for number, (_, rating) in counted.items():
        if listed.count(number) != 1 and (number in listed or rating in concerns):
            raise Failed(name, f"action {number}, {rating}, does not stand once among its concerns")
    return len(said)


def _check_over_time(name: str, document: dict[str, Any], fold: Fold, events: Sequence[Event]) -> int:
    """The counts by rating on each of the days."""
    day, basis = _point(name, document["point"], events)
    days = [one["on"] for one in document["counts"]]
    if days != sorted(set(days)) or days[-1:] != [day]:
        raise Failed(name, f"its counts over time are not of one day after another up to {day}")
    compared = 0
    for one in document["counts"]:
        mine: Counter[str] = Counter()
        for (_, rating), count in fold.counts(one["on"], basis).items():
            mine[rating] += count
        said = {**one["ratings"], "unrated": one["unrated"], "total": one["total"]}
        compared += _same_counts(name, one["on"], None, said, mine)
    return compared


def _check_overdue(name: str, document: dict[str, Any], fold: Fold, events: Sequence[Event]) -> int:
    """The ratings of the actions that are listed as late or moved; not whether they are."""
    day, basis = _point(name, document["point"], events)
    mine = {
        fold.value(one, "number", day, basis): (fold.priority(one, day, basis), fold.value(one, "rating", day, basis))
        for one in fold.open_actions(day, basis)
    }
    rows = [*document["overdue"], *document["rescheduled"]]
    for row in rows:
        if mine.get(row["number"]) != (row["priority"], row["rating"]):
            raise Failed(name, f"it lists action {row['number']} under priority {row['priority']} as {row['rating']}:"
                         " the events say otherwise")  # fmt: skip
    return len(rows)


def _same_counts(name: str, side: str, priority: str | None, said: dict[str, Any], mine: Counter[str]) -> int:
    """Counts by rating, those without one and all; returns how many."""
    expected = {**mine, "total": mine.total()}
    for rating in {**said, **expected}:
        _same(name, side, priority, rating, said.get(rating, 0), expected.get(rating, 0))
    return len({**said, **expected})


def _same(name: str, side: str, priority: str | None, rating: str, said: object, mine: int) -> None:
    if type(said) is not int or said != mine:
        place = f"priority {priority}" if priority is not None else "the whole plan"
        raise Failed(name, f"it says {said} {rating} in {place} ({side}), and the events come to {mine}")


def _check_plan(name: str, document: dict[str, Any], fold: Fold, events: Sequence[Event]) -> int:
    """Every action's place and rating."""
    day, basis = _point(name, document["point"], events)
    said: dict[str, tuple[str, str | None]] = {}
    left = [(action, f"priority {one['number']}") for one in document["priorities"] for action in one["actions"]]
    while left:
        action, under = left.pop()
        if action["number"] in said:
            raise Failed(name, f"action {action['number']} stands in it twice")
        said[action["number"]] = under, action["rating"]
        left += [(part, f"action {action['number']}") for part in action["actions"]]
    mine = {}
    for one in fold.open_actions(day, basis):
        above = one.parent
        under = (
            f"priority {fold.priority(one, day, basis)}" if above is None
            else f"action {fold.value(above, 'number', day, basis)}"
        )  # fmt: skip
        mine[fold.value(one, "number", day, basis)] = under, fold.value(one, "rating", day, basis)
    for number in sorted({**said, **mine}):
        if number not in said or number not in mine:
            raise Failed(name, f"action {number} is in the {'events' if number in mine else 'paper'} only")
        for told, known in zip(said[number], mine[number], strict=True):
            if told != known:
                raise Failed(name, f"it says that action {number} is {told}, and the events say {known}")
    return len(said)


#: The papers whose figures are compared, by name.
_FIGURES = {
    "plan": _check_plan,
    "comparison": _check_comparison,
    "paper": _check_paper,
    "ratings": _check_over_time,
    "overdue": _check_overdue,
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
    first, last = events[0].entry, events[-1].entry
    report.proved.append(
        f"Each of the {several(events, 'event')} of plan {statement.plan} stands in it, unaltered: versions 1 to"
        f" {len(events)}, recorded from {instant(first.recorded_at)} to {instant(last.recorded_at)}."
    )
    report.proved.append(
        f"None before the newest is missing, and {checkpoint.origin} has signed that version {statement.version} is the"
        " newest of this plan among those entries."
    )
    _say_when(statement, last, report)
    if gone := redactions(events):
        many = "1 text is gone, as an event says" if len(gone) == 1 else f"{len(gone):,} texts are gone, as events say"
        report.proved += [f"{many}:", *(f"    {one}" for one in gone)]
    _check_since(files, since, chain, checkpoint, events, report)
    _check_stamps(files, roots, chain, checkpoint, report)
    _check_papers(files, events, statement, report)
    if unknown := sorted(name for name in statement.files if not _LOOKED_INTO.fullmatch(name)):
        report.remarks.append(
            f"What {', '.join(unknown)} says was not checked: it bears the ledger's signature and no more."
        )
    return report


def several(things: Sequence[object], name: str) -> str:
    """How many there are: `1 event`, `1,200 events`."""
    return f"{len(things):,} {name}{'' if len(things) == 1 else 's'}"


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
    if not kept.startswith(b"PK"):
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


def _check_papers(files: dict[str, bytes], events: Sequence[Event], statement: Statement, report: Report) -> None:
    papers = sorted(name for name in files if name.startswith("papers/"))
    if not papers:
        return
    try:
        fold = Fold(events)
    except (KeyError, TypeError, AttributeError) as error:
        raise Failed("the events", f"one names what the plan does not have ({error})") from None
    figures = {
        name: check_figures(name, files[name], fold, events, statement) if name.endswith(".json") else 0
        for name in papers
    }
    shown = ""
    if statement.at is not None:
        day, _, version = statement.at.partition("@")
        shown = f" They show the plan as at {day}, as known at version {version}."
    else:
        report.remarks.append("Which point the papers show was not signed for: each says so itself.")
    report.proved.append(f"The papers are those that the ledger signed for ({', '.join(papers)}).{shown}")
    if compared := {name: count for name, count in figures.items() if count}:
        report.proved.append(
            f"{sum(compared.values()):,} of their figures follow from the events, ratings and counts of actions: "
            + ", ".join(f"{name} {count:,}" for name, count in compared.items())
            + "."
        )
    if others := [name for name in papers if name not in compared]:
        report.remarks.append(
            f"No figure was compared of {', '.join(others)}: for these there is the ledger's signature and no more."
        )
    report.remarks.append(
        "Nothing else in the papers was worked out anew: neither their wording, nor what is due, late or moved, nor the"
        " forms other than JSON. For these there is the ledger's signature and no more."
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """The command.

    Returns:
        0 where everything holds, 1 where something does not, 2 where a file cannot be read, 3 where everything holds
        that could be checked, and what was asked for with --since could not.
    """
    parser = argparse.ArgumentParser(description="Verify an evidence pack of AsAt.")
    parser.add_argument("pack", type=Path)
    parser.add_argument("--key", help="the ledger's published key, as you know it from elsewhere")
    parser.add_argument("--since", type=Path, help="a checkpoint or a pack that you have kept from before")
    parser.add_argument("--witness", action="append", default=[], help="the published key of a witness you trust")
    parser.add_argument("--tsa-root", type=Path, help="the root certificate of a time-stamping authority you trust")
    parser.add_argument("--list", action="store_true", help="print every event first")
    given = parser.parse_args(arguments)
    try:
        since, roots = (read(file) if file else None for file in (given.since, given.tsa_root))
        report = verify(read(given.pack), given.key, since, given.witness, roots)
        own = Path(__file__).read_bytes()
    except OSError as error:
        print(f"{error.filename} cannot be read ({error.strerror})", file=sys.stderr)
        return 2
    except Failed as failed:
        print(f"DOES NOT HOLD: {plain(str(failed))}", file=sys.stderr)
        return 1
    if report.program not in (None, own):
        report.remarks.append(
            "The verify.py in this pack is not this program: it is of another release of AsAt, or was altered. This"
            " report is by the one that you have run."
        )
    events = [*listing(report.events), ""] if given.list else []
    for line in [*events, *report.proved, *(["", "Not shown:"] if report.remarks else []), *report.remarks]:
        print(plain(line))
    for line in report.unchecked:
        print(f"COULD NOT BE CHECKED: {plain(line)}", file=sys.stderr)
    return 3 if report.unchecked else 0


def read(file: Path) -> bytes:
    """The bytes of a file, as many as a pack may have and one more."""
    with file.open("rb") as opened:
        return opened.read(MOST_BYTES + 1)


def plain(text: str) -> str:
    """A text that cannot speak to the terminal."""
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)


if __name__ == "__main__":
    sys.exit(main())
