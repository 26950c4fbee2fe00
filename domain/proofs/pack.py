"""Evidence packs: one plan's record for an inspector, to be verified offline by `verify.py`, which is in the pack.

A pack proves that each of the plan's events is in the checkpointed tree. The ledger's holder also signs which version
was the newest, as the tree cannot show that of one plan alone. If a later pack has one more version from before that
statement, the signature proves that the version was kept back.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from importlib.resources import files

from domain.edition import EDITION
from domain.proofs.checkpoint import Checkpoint
from domain.proofs.keys import SignerKey, VerifierKey, to_base64
from domain.proofs.signed_notes import Note, sign_note
from domain.proofs.tree import Node, consistency_proof, inclusion_proof
from domain.proofs.verifying.failure import Failed
from domain.proofs.verifying.figures import FIGURES
from domain.proofs.verifying.key_chain import as_cut
from domain.proofs.verifying.pack_zip import MOST_BYTES, zip_chunks
from domain.proofs.verifying.time_stamps import read_stamp

#: The most stamps in a pack: three files each, of the 64 that it may have.
MOST_STAMPS = 8


class NoPack(ValueError):
    """A pack of this cannot be made; the message says why."""


@dataclass(frozen=True, slots=True)
class Held:
    """An event as the ledger holds it."""

    position: int
    #: The bytes that its leaf commits to.
    entry: bytes
    #: The remaining texts beside it, as JSON: field -> [salt in base64, value].
    texts: str | None = None


@dataclass(frozen=True, slots=True)
class Stamped:
    """A checkpoint, and the answer of a time-stamping authority (RFC 3161) that was asked to stamp it."""

    checkpoint: bytes
    answer: bytes

    def wrong(self) -> str | None:
        """The fault that shows without knowledge of the authority; None if there is none."""
        try:
            if read_stamp(self.answer, "the time stamp").digest != stamped_digest(self.checkpoint):
                return "it is of something else than the checkpoint beside it"
        except Failed as failed:
            return failed.what
        return None


def one_of_each(stamps: Iterable[Stamped]) -> list[Stamped]:
    """The first valid stamp by each authority; at most MOST_STAMPS."""
    found: dict[object, Stamped] = {}
    for one in stamps:
        if one.wrong() is None:
            found.setdefault(read_stamp(one.answer, "the time stamp").signer, one)
    return list(found.values())[:MOST_STAMPS]


def stamped_digest(checkpoint: bytes) -> bytes:
    """The digest that an authority is asked to stamp: of a checkpoint as it was cut, without witnesses' signatures."""
    return sha256(as_cut(checkpoint)).digest()


@dataclass(frozen=True, slots=True)
class Contents:
    """The contents of a pack, read at one moment."""

    plan: str
    #: All of the plan's events within the checkpoint, by version from the first.
    events: Sequence[Held]
    #: The ledger's present checkpoint, signed.
    checkpoint: bytes
    #: The notes of its keys, from the first (`key_note`).
    keys: Sequence[bytes]
    #: A checkpoint that the reader already holds.
    since: bytes | None = None
    #: Name -> bytes of the papers.
    papers: Mapping[str, bytes] = field(default_factory=dict)
    #: The point that the papers show, `2019-05-31@282`.
    at: str | None = None
    #: When the checkpoint was signed.
    signed_at: datetime | None = None
    #: Stamped checkpoints: one of each authority, as readers trust different ones.
    stamped: Sequence[Stamped] = ()


def key_note(number: int, key: SignerKey, before: SignerKey | None) -> bytes:
    """The note by which a key becomes the ledger's: signed by itself, and by the key that it replaces."""
    after = str(before.verifier) if before else "none"
    text = f"AsAt signing key {number}\n{key.name}\n{key.verifier}\nafter {after}\n"
    return sign_note(text, *([before, key] if before else [key]))


def key_of_note(note: bytes) -> VerifierKey:
    """The key in such a note; raises NotANote and NotAKey."""
    return VerifierKey.read(Note.read(note).text.split("\n")[2])


def nodes_needed(positions: Iterable[int], size: int, *since: int) -> list[tuple[int, int]]:
    """The nodes that a pack of the events at these positions needs, so that they can be read at once.

    `since`: the sizes of the earlier checkpoints in it.
    """
    needed: dict[tuple[int, int], None] = {}

    def note(level: int, index: int) -> bytes:
        needed[level, index] = None
        return b"\0" * 32

    for position in positions:
        inclusion_proof(position - 1, size, note)
    for earlier in since:
        if earlier < size:
            consistency_proof(earlier, size, note)
    return list(needed)


def make_pack(contents: Contents, node: Node, signer: SignerKey) -> bytes:
    """The bytes of a pack. The same contents give the same bytes.

    Raises NoPack if there is no event, the earlier checkpoint is a later one, or it would be larger than packs may be.
    """
    checkpoint = Checkpoint.read(Note.read(contents.checkpoint).text)
    if not contents.events:
        raise NoPack(f"the ledger's checkpoint holds nothing of plan {contents.plan}")
    since: dict[str, bytes] = {}
    if contents.since is not None:
        since = _continued("since", contents.since, checkpoint, node)
    stamped: dict[str, bytes] = {}
    for number, one in enumerate(contents.stamped, 1):
        name = "stamped" if number == 1 else f"stamped-{number}"
        stamped |= _continued(name, one.checkpoint, checkpoint, node)
        stamped[f"{name}.tsr"] = one.answer
    signed = {
        **_for_the_reader(contents, checkpoint, signer),
        **{f"papers/{name}": paper for name, paper in sorted(contents.papers.items())},
        **since,
        **stamped,
    }
    proved = {
        "keys.json": _json([note.decode() for note in contents.keys]),
        "checkpoint.txt": contents.checkpoint,
        "statement.txt": sign_note(_statement(contents, checkpoint, signed), signer),
        "events.jsonl": b"".join(_line(event, checkpoint.size, node) for event in contents.events),
    }
    data = b"".join(zip_chunks([*signed.items(), *proved.items()]))
    if len(data) > MOST_BYTES:
        raise NoPack(f"a pack of this would be {len(data) >> 20} MiB large; the most is {MOST_BYTES >> 20}")
    return data


def _continued(name: str, note: bytes, checkpoint: Checkpoint, node: Node) -> dict[str, bytes]:
    """An earlier checkpoint, and the proof that the present one continues it."""
    earlier = Checkpoint.read(Note.read(note).text)
    if earlier.size > checkpoint.size:
        raise NoPack(
            f"the checkpoint to continue from is of {earlier.size} entries, and the ledger has {checkpoint.size}"
        )
    proof = consistency_proof(earlier.size, checkpoint.size, node)
    return {f"{name}.txt": note, f"{name}-proof.json": _json([to_base64(one) for one in proof])}


def _line(event: Held, size: int, node: Node) -> bytes:
    proof = [to_base64(one) for one in inclusion_proof(event.position - 1, size, node)]
    texts = json.loads(event.texts) if event.texts else {}
    return _json({"entry": to_base64(event.entry), "texts": texts, "proof": proof})


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _statement(contents: Contents, checkpoint: Checkpoint, signed: Mapping[str, bytes]) -> str:
    """The text that is signed; verify.py reads it."""
    lines = [
        "AsAt evidence pack 1",
        checkpoint.origin,
        f"plan {contents.plan}",
        f"version {len(contents.events)}",
        f"position {contents.events[-1].position}",
        f"size {checkpoint.size}",
        f"root {to_base64(checkpoint.root)}",
        *([f"signed {contents.signed_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"] if contents.signed_at else []),
        *([f"at {contents.at}"] if contents.at else []),
        f"edition {EDITION}",
        *(f"file {sha256(content).hexdigest()} {name}" for name, content in signed.items()),
    ]
    return "".join(f"{line}\n" for line in lines)


def _for_the_reader(contents: Contents, checkpoint: Checkpoint, signer: SignerKey) -> dict[str, bytes]:
    """The page that explains the pack, and the program that verifies it."""
    program = (files("domain.proofs") / "verify.py").read_bytes()
    return {"README.md": _readme(contents, checkpoint, signer, program).encode(), "verify.py": program}


def _readme(contents: Contents, checkpoint: Checkpoint, signer: SignerKey, program: bytes) -> str:
    template = (files("domain.proofs") / "pack.md").read_text(encoding="utf-8")
    values = {
        "plan": contents.plan,
        "events": f"{len(contents.events):,}",
        "origin": checkpoint.origin,
        "size": f"{checkpoint.size:,}",
        "key": str(signer.verifier),
        "program": sha256(program).hexdigest(),
        "edition": str(EDITION),
        "papers": _papers(contents),
        "since": "" if contents.since is not None else "**This pack was made without one.** ",
    }
    for name, value in values.items():
        template = template.replace("{" + name + "}", value)
    return template


def _papers(contents: Contents) -> str:
    """The papers in the pack, each with the figures that `verify.py` recomputes and those that it does not."""
    lines = []
    if contents.papers and contents.at is not None:
        day, _, version = contents.at.partition("@")
        lines.append(f"Each shows the plan as at {day}, as known at version {version} of it.\n")
    for name in sorted(contents.papers):
        if figures := FIGURES.get(name):
            lines.append(
                f"- `papers/{name}`. Worked out anew by `verify.py`: {figures.done}. Not worked out anew:"
                f" {figures.left}."
            )
        else:
            lines.append(f"- `papers/{name}`: for it there is the signature of the ledger's key and no more.")
    return "".join(f"{line}\n" for line in lines) or "No papers were asked for.\n"
