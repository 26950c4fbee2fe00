"""A verifier of evidence packs that was written from docs/proof-format.md alone, without a look at any code of AsAt.

It checks what that page describes, but for the signatures in time stamps and the figures in papers:
`python independent_verifier.py pack.zip [PUBLIC-KEY [EARLIER]]`.
"""

import datetime
import hashlib
import json
import re
import struct
import sys
import zlib
from base64 import b64decode, b64encode
from itertools import pairwise
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

DEVICES = {"con", "prn", "aux", "nul", *(f"{name}{digit}" for name in ("com", "lpt") for digit in "0123456789")}
NUMBER = "[1-9][0-9]{0,18}"
INSTANT = "([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})Z"


class Refused(Exception):
    """The pack does not hold."""


def require(holds: object, sentence: str) -> None:
    if not holds:
        raise Refused(sentence)


def digest(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def from_base64(text: object) -> bytes:
    try:
        data = b64decode(str(text), validate=True)
    except ValueError:
        raise Refused("something is not base64") from None
    require(isinstance(text, str) and b64encode(data).decode() == text, "base64 is in another form")
    return data


def from_json(data: bytes) -> Any:
    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        require(len({name for name, _ in found}) == len(found), "an object has a name twice")
        return dict(found)

    def constant(name: str) -> None:
        raise Refused(f"{name} is no JSON")

    def fraction(text: str) -> float:
        require(abs(float(text)) <= sys.float_info.max, f"{text} is beyond all numbers")
        return float(text)

    try:
        value = json.loads(data.decode("utf-8"), object_pairs_hook=pairs, parse_constant=constant, parse_float=fraction)
        json.dumps(value, ensure_ascii=False).encode()
        return value
    except (ValueError, RecursionError):
        raise Refused("something is not JSON") from None


# The pack


def local_header(name: bytes, content: bytes) -> bytes:
    return struct.pack("<HHHHHLLLHH", 20, 0, 0, 0, 33, zlib.crc32(content), len(content), len(content), len(name), 0)


def zip_of(files: list[tuple[bytes, bytes]]) -> bytes:
    data, directory = b"", b""
    parts, offset = [], 0
    for name, content in files:
        header = local_header(name, content)
        directory += b"PK\x01\x02" + struct.pack("<H", 788) + header
        directory += struct.pack("<HHHLL", 0, 0, 0, 0x81A40000, offset) + name
        part = b"PK\x03\x04" + header + name + content
        parts.append(part)
        offset += len(part)
    data = b"".join(parts)
    end = struct.pack("<HHHHLLH", 0, 0, len(files), len(files), len(directory), len(data), 0)
    return data + directory + b"PK\x05\x06" + end


def check_names(names: list[str]) -> None:
    folders = {name.split("/")[0].lower() for name in names if "/" in name}
    require(len({name.lower() for name in names}) == len(names), "two names are the same")
    for name in names:
        require(re.fullmatch("([a-z0-9-]{1,80}/)?[A-Za-z0-9.-]{1,80}", name), "a name is in another form")
        require(name.lower() not in folders, "a file has the name of a folder")
        for part in name.split("/"):
            require(not part.endswith("."), "a name ends with a dot")
            require(part.lower().split(".")[0] not in DEVICES, "a name is a device")


def read_pack(data: bytes) -> dict[str, bytes]:
    require(len(data) <= 256 << 20, "the pack is too large")
    files: list[tuple[bytes, bytes]] = []
    at = 0
    while data[at : at + 4] == b"PK\x03\x04" and len(files) <= 64:
        require(len(data) >= at + 30, "the pack is cut off")
        size, length = struct.unpack_from("<LH", data, at + 22)
        start = at + 30 + length
        files.append((data[at + 30 : start], data[start : start + size]))
        at = start + size
    require(len(files) <= 64, "the pack has too many files")
    require(zip_of(files) == data, "the pack is in another form")
    names = [name.decode("ascii", "replace") for name, _ in files]
    check_names(names)
    return dict(zip(names, (content for _, content in files), strict=True))


# Keys and signed notes


class PublicKey:
    def __init__(self, text: str) -> None:
        require(text.count("+") >= 2, "a key is in another form")
        self.text = text
        self.name, identity, encoded = text.split("+", 2)
        require(re.fullmatch("[^\\s\x00-\x1f+]+", self.name), "a key has no name")
        material = from_base64(encoded)
        require(len(material) == 33 and material[0] == 1, "a key is of another kind")
        self.identity = digest(self.name.encode("utf-8", "replace") + b"\n" + material)[:4]
        require(self.identity.hex() == identity, "a key has another id")
        self.public = Ed25519PublicKey.from_public_bytes(material[1:])


class Note:
    def __init__(self, data: bytes) -> None:
        try:
            note = data.decode("utf-8")
        except UnicodeDecodeError:
            raise Refused("a note is not UTF-8") from None
        require(not re.search("[\x00-\x09\x0b-\x1f]", note), "a note has a control character")
        text, empty, lines = note.rpartition("\n\n")
        require(empty and lines.endswith("\n"), "a note has no signatures")
        self.text = text + "\n"
        self.signatures: list[tuple[str, bytes]] = []
        for line in lines[:-1].split("\n"):
            parts = line.split(" ")
            require(len(parts) == 3 and parts[0] == "\u2014", "a line is no signature")
            self.signatures.append((parts[1], from_base64(parts[2])))
            require(re.fullmatch("[^\\s\x00-\x1f+]+", parts[1]), "a signature has no name")
            require(len(self.signatures[-1][1]) > 4, "a signature is empty")
        require(len(self.signatures) <= 100, "a note has too many signatures")

    def signed_by(self, keys: list[PublicKey]) -> list[PublicKey]:
        """Those of the keys that have signed it, which must be one at least."""
        found = []
        for key in keys:
            for name, signature in self.signatures:
                if (name, signature[:4]) == (key.name, key.identity):
                    try:
                        key.public.verify(signature[4:], self.text.encode())
                    except InvalidSignature:
                        raise Refused(f"the signature by {name} is not of this text") from None
                    found.append(key)
        require(found, "a note is signed by no key that is known")
        return found


def read_keys(data: bytes) -> list[PublicKey]:
    notes = from_json(data)
    require(isinstance(notes, list) and 1 <= len(notes) <= 1000, "there are no keys, or too many")
    require(all(isinstance(one, str) for one in notes), "a key is no note")
    keys: list[PublicKey] = []
    for number, text in enumerate(notes, 1):
        note = Note(text.encode("utf-8", "surrogatepass"))
        lines = note.text.split("\n")
        require(len(lines) == 5, "the note of a key has another form")
        key = PublicKey(lines[2])
        before = keys[-1].text if keys else "none"
        require(
            lines == [f"AsAt signing key {number}", key.name, key.text, f"after {before}", ""], "a key follows another"
        )
        require(not keys or keys[-1].name == key.name, "a key has another name")
        require(key.text not in [one.text for one in keys], "a key stands twice")
        for needed in [*keys[-1:], key]:
            note.signed_by([needed])
        keys.append(key)
    return keys


def read_checkpoint(data: bytes, keys: list[PublicKey]) -> tuple[str, int, bytes]:
    note = Note(data)
    lines = note.text.split("\n")
    require(len(lines) >= 4 and re.fullmatch(f"0|{NUMBER}", lines[1]), "a checkpoint has another form")
    require(all(lines[:-1]) and int(lines[1]) < 2**63, "a checkpoint has an empty line, or is too large")
    require(all(key.name == lines[0] for key in note.signed_by(keys)), "a checkpoint is of another ledger")
    root = from_base64(lines[2])
    require(len(root) == 32, "the root is no hash")
    return lines[0], int(lines[1]), root


# The tree


def node(left: bytes, right: bytes) -> bytes:
    return digest(b"\x01" + left + right)


def root_from_inclusion(leaf: bytes, index: int, size: int, proof: list[bytes]) -> bytes:
    """The root that a proof leads to. On which side each subtree stands is worked out beforehand, from the top."""
    require(0 <= index < size, "a position is not in the tree")
    path = []
    while size > 1:
        split = 1 << (size - 1).bit_length() - 1
        path.append(index < split)
        index, size = (index, split) if index < split else (index - split, size - split)
    require(len(path) == len(proof), "a proof has another length")
    for other, on_the_left in zip(proof, reversed(path), strict=True):
        leaf = node(leaf, other) if on_the_left else node(other, leaf)
    return leaf


def roots_from_consistency(old: int, new: int, root: bytes, proof: list[bytes]) -> tuple[bytes, bytes]:
    """The roots of both trees that a proof leads to, of RFC 9162, 2.1.4.1: SUBPROOF read from its end."""

    def walk(old: int, new: int, whole: bool) -> tuple[bytes, bytes]:
        if old == new:
            if whole:
                return root, root
            require(proof, "a proof is too short")
            only = proof.pop(0)
            return only, only
        split = 1 << (new - 1).bit_length() - 1
        if old <= split:
            first, second = walk(old, split, whole)
            require(proof, "a proof is too short")
            return first, node(second, proof.pop(0))
        first, second = walk(old - split, new - split, False)
        require(proof, "a proof is too short")
        left = proof.pop(0)
        return node(left, first), node(left, second)

    found = walk(old, new, True)
    require(not proof, "a proof is too long")
    return found


def check_continues(old: tuple[str, int, bytes], new: tuple[str, int, bytes], proof: list[bytes]) -> None:
    require(old[0] == new[0], "the earlier checkpoint is of another ledger")
    require(old[1] <= new[1], "the earlier checkpoint is the later one")
    if old[1] in (0, new[1]):
        require(not proof and old[2] == (new[2] if old[1] else digest(b"")), "the ledger does not continue")
        return
    found = roots_from_consistency(old[1], new[1], old[2], list(proof))
    require(found == (old[2], new[2]), "the ledger does not continue")


def proof_in(data: bytes) -> list[bytes]:
    proof = from_json(data)
    require(isinstance(proof, list) and len(proof) <= 128, "a proof is no list")
    return [from_base64(one) for one in proof]


# The statement


def day_or_second(*parts: str) -> None:
    try:
        datetime.datetime(*map(int, parts))  # type: ignore[arg-type]  # noqa: DTZ001
    except ValueError:
        raise Refused("the statement is of no instant of the calendar") from None


def read_statement(data: bytes, keys: list[PublicKey], checkpoint: tuple[str, int, bytes]) -> dict[str, Any]:
    note = Note(data)
    note.signed_by(keys)
    found = re.fullmatch(
        f"AsAt evidence pack 1\n(?P<origin>.+)\nplan (?P<plan>[^\n]{{1,63}})\nversion (?P<version>{NUMBER})\n"
        f"position (?P<position>{NUMBER})\nsize (?P<size>{NUMBER})\nroot (?P<root>.+)\n"
        f"(?:signed (?P<signed>{INSTANT})\n)?"
        f"(?:at (?P<at>([0-9]{{4}})-([0-9]{{2}})-([0-9]{{2}})@{NUMBER})\n)?(?:edition (?P<edition>{NUMBER})\n)?"
        "(?P<files>(?:file [0-9a-f]{64} [^ \n]+\n)*)",
        note.text,
    )
    require(found, "the statement has another form")
    assert found is not None
    said: dict[str, Any] = found.groupdict()
    told = said["origin"], int(said["size"]), from_base64(said["root"])
    require(told == checkpoint, "the statement is of another checkpoint")
    if said["signed"]:
        day_or_second(*re.split("[^0-9]", said["signed"])[:-1])
    if said["at"]:
        day, _, basis = said["at"].partition("@")
        day_or_second(*day.split("-"))
        require(int(basis) <= int(said["version"]), "the papers are of a version that there is not")
    lines = [line.split(" ") for line in said["files"].split("\n")[:-1]]
    said["files"] = {name: value for _, value, name in lines}
    require(said["at"] or not any(name.startswith("papers/") for name in said["files"]), "the papers have no point")
    require(len(said["files"]) == len(lines), "the statement has a name twice")
    return said


# Events


class Event:
    def __init__(self, line: bytes, checkpoint: tuple[str, int, bytes]) -> None:
        held = from_json(line)
        require(isinstance(held, dict) and list(held) == ["entry", "texts", "proof"], "a line has another form")
        require(isinstance(held["texts"], dict) and isinstance(held["proof"], list), "a line has another form")
        self.entry = from_base64(held["entry"])
        self.position, self.version, self.recorded_at, texts = self.parts()
        proof = [from_base64(one) for one in held["proof"]]
        leaf = digest(b"\x00" + self.entry)
        root = root_from_inclusion(leaf, self.position - 1, checkpoint[1], proof)
        require(root == checkpoint[2], f"version {self.version} is not in the ledger")
        try:
            self.plan, self.author, self.kind = (text.decode("utf-8") for text in texts[:3])
        except UnicodeDecodeError:
            raise Refused("an entry is not UTF-8") from None
        require(len(self.author) <= 200 and len(self.kind) <= 63, "an author or a kind is too long")
        self.fields = from_json(texts[3])
        require(isinstance(self.fields, dict), "an event is no object")
        self.gone = set()
        for name, value in self.fields.items():
            if isinstance(value, dict) and list(value) == ["sha256"]:
                made = value["sha256"]
                require(isinstance(made, str) and re.fullmatch("[0-9a-f]{64}", made), f"{name} has no digest")
                if name not in held["texts"]:
                    self.gone.add(name)
        for name, text in held["texts"].items():
            self.take_text(name, text)
        self.check_day()

    def parts(self) -> tuple[int, int, int, list[bytes]]:
        require(self.entry.startswith(b"asat/entry/1\n") and len(self.entry) >= 53, "an entry has another form")
        position, version, recorded_at = struct.unpack_from(">qqq", self.entry, 13)
        at, texts = 53, []
        for _ in range(4):
            length = int.from_bytes(self.entry[at : at + 8], "big", signed=True)
            require(0 <= length <= len(self.entry) - at - 8, "an entry is cut off")
            texts.append(self.entry[at + 8 : at + 8 + length])
            at += 8 + length
        require(at == len(self.entry), "something follows an entry")
        epoch = datetime.date(1970, 1, 1)
        first, last = ((day - epoch).days * 86400 for day in (datetime.date.min, datetime.date.max))
        require(first <= recorded_at // 1_000_000 < last + 86400, "an instant lies beyond the calendar")
        return position, version, recorded_at, texts

    def take_text(self, name: str, text: object) -> None:
        value = self.fields.get(name)
        require(isinstance(value, dict) and list(value) == ["sha256"], f"{name} is no text that can be redacted")
        require(isinstance(text, list) and len(text) == 2, f"{name} is not a salt and a text")
        assert isinstance(text, list)
        salt = from_base64(text[0])
        require(len(salt) == 16, f"the salt of {name} has another length")
        canonical = json.dumps(text[1], ensure_ascii=False, separators=(",", ":"), sort_keys=True)
        made = digest(salt + canonical.encode("utf-8", "surrogatepass")).hex()
        require(made == value["sha256"], f"{name} of version {self.version} is another text")
        self.fields[name] = text[1]

    def check_day(self) -> None:
        day = self.fields.get("effective_on")
        require(isinstance(day, str) and re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", day), "an event has no day")
        day_or_second(*str(day).split("-"))


def read_events(data: bytes, statement: dict[str, Any], checkpoint: tuple[str, int, bytes]) -> list[Event]:
    require(data.endswith(b"\n"), "the events are cut off")
    events = [Event(line, checkpoint) for line in data.split(b"\n")[:-1]]
    for number, event in enumerate(events, 1):
        require(event.plan == statement["plan"], f"version {event.version} is of another plan")
        require(event.version == number, f"version {number} is missing")
    for before, after in pairwise(events):
        require(before.position < after.position, "a position does not ascend")
        require(before.recorded_at <= after.recorded_at, "an instant descends")
    last = (events[-1].version, events[-1].position) if events else None
    require(last == (int(statement["version"]), int(statement["position"])), "the newest version is another one")
    return events


def check_redactions(events: list[Event]) -> None:
    redacted = set()
    for event in events:
        if event.kind == "TextRedacted":
            version, fields = event.fields.get("version"), event.fields.get("fields")
            require(type(version) is int and version >= 1, "a redaction names no version")
            require(isinstance(fields, list) and all(isinstance(name, str) for name in fields), "it names no fields")
            require(version < event.version, "a redaction comes before its event")
            redacted |= {(version, name) for name in fields}
    for event in events:
        for name in event.fields:
            gone = name in event.gone
            if gone or (event.version, name) in redacted:
                require(
                    gone and (event.version, name) in redacted, f"{name} of version {event.version} is redacted or not"
                )


# All of it


def verify(data: bytes, known: str | None = None, earlier: bytes | None = None) -> list[Event]:
    """The events of a pack; `known` is the public key and `earlier` the checkpoint or pack of a reader who has them."""
    files = read_pack(data)
    for name in ("keys.json", "checkpoint.txt", "statement.txt", "events.jsonl"):
        require(name in files, f"{name} is missing")
    all_keys = keys = read_keys(files["keys.json"])
    if known is not None:
        texts = [key.text for key in keys]
        require(known in texts, "the key is none of this ledger")
        keys = keys[texts.index(known) :]
    checkpoint = read_checkpoint(files["checkpoint.txt"], keys)
    statement = read_statement(files["statement.txt"], keys, checkpoint)
    others = {name: digest(content).hex() for name, content in files.items()}
    for name in ("keys.json", "checkpoint.txt", "statement.txt", "events.jsonl"):
        del others[name]
    require(others == statement["files"], "a file is not the one in the statement")
    events = read_events(files["events.jsonl"], statement, checkpoint)
    check_redactions(events)
    found = {re.fullmatch("(since|stamped(?:-[0-9]{1,2})?)(?:[.]txt|[.]tsr|-proof[.]json)", name) for name in files}
    for which in {name[1] for name in found if name and name[0] != "since.tsr"}:
        for name in (f"{which}.txt", f"{which}-proof.json", *([f"{which}.tsr"] if which != "since" else [])):
            require(name in files, f"{name} is missing")
        proof = proof_in(files[f"{which}-proof.json"])
        check_continues(read_checkpoint(files[f"{which}.txt"], all_keys), checkpoint, proof)
    if earlier is not None:
        check_earlier(files, earlier, all_keys, checkpoint, events)
    return events


def check_earlier(
    files: dict[str, bytes], earlier: bytes, keys: list[PublicKey], checkpoint: tuple[str, int, bytes],
    events: list[Event],
) -> None:  # fmt: skip
    note = earlier
    if earlier.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        inside = read_pack(earlier)
        note = inside["checkpoint.txt"]
        before = read_checkpoint(note, keys)
        statement = read_statement(inside["statement.txt"], keys, before)
        held = read_events(inside["events.jsonl"], statement, before)
        require([one.entry for one in held] == [one.entry for one in events[: len(held)]], "an event is another one")
        if len(events) > len(held):
            require(events[len(held)].position > before[1], "an event was kept back from the earlier pack")
    kept = read_checkpoint(note, keys)
    proof: list[bytes] = []
    if kept[1] not in (0, checkpoint[1]):
        require("since.txt" in files and read_checkpoint(files["since.txt"], keys)[1] == kept[1], "there is no proof")
        proof = proof_in(files["since-proof.json"])
    check_continues(kept, checkpoint, proof)


if __name__ == "__main__":
    pack, *more = sys.argv[1:]
    try:
        found = verify(
            Path(pack).read_bytes(), more[0] if more else None, Path(more[1]).read_bytes() if more[1:] else None
        )
    except Refused as refused:
        sys.exit(f"does not hold: {refused}")
    print(f"{len(found)} events hold")
