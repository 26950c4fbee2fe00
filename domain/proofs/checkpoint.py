"""Checkpoints (https://c2sp.org/tlog-checkpoint) and the cosignatures of witnesses (https://c2sp.org/tlog-cosignature).

A checkpoint says what a log held when it had that many entries. A witness adds its signature, with the time, only where
the checkpoint continues the one it signed before, so that it can have signed one history and no other.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Self

from domain.proofs.keys import SignerKey, VerifierKey, from_base64, to_base64
from domain.proofs.signed_notes import NotANote, Note, NotSigned, Opened, Signature, check_text, open_note
from domain.proofs.tree import EMPTY_ROOT, HASH_SIZE

#: The largest size and the latest second that are written; more is no number that everybody can read.
MOST = 2**63 - 1

_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")
_TIME_SIZE = 8


class NotACheckpoint(ValueError):
    """The text is no checkpoint, or what it should say cannot be said in one; the message says why."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The root of a log's tree at a size."""

    #: Which log this is, and nothing else; best an address without its scheme.
    origin: str
    #: How many entries it had.
    size: int
    #: What they come to: the root of the tree over them.
    root: bytes
    #: Lines after these three. Nobody but the signer knows what they mean.
    extensions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        lines = (self.origin, *self.extensions)
        if not all(lines) or any("\n" in line for line in lines):
            raise NotACheckpoint("the origin and every further line of a checkpoint is one line, and not empty")
        try:
            check_text("".join(f"{line}\n" for line in lines))
        except NotANote as error:
            raise NotACheckpoint(str(error)) from None
        if not 0 <= self.size <= MOST:
            raise NotACheckpoint(f"no log has {self.size} entries")
        if len(self.root) != HASH_SIZE:
            raise NotACheckpoint(f"the root has {len(self.root)} bytes, not {HASH_SIZE}")
        if self.size == 0 and self.root != EMPTY_ROOT:
            raise NotACheckpoint("the root of a log without entries is the hash of nothing, and this one is another")

    def text(self) -> str:
        """The text that is signed."""
        lines = (self.origin, str(self.size), to_base64(self.root), *self.extensions)
        return "".join(f"{line}\n" for line in lines)

    @classmethod
    def read(cls, text: str) -> Self:
        """The checkpoint of a note's text, which it gives again; raises NotACheckpoint."""
        if not text.endswith("\n"):
            raise NotACheckpoint("the text of a checkpoint ends with the end of a line")
        origin, *rest = text[:-1].split("\n")
        if len(rest) < 2:
            raise NotACheckpoint("a checkpoint has three lines at least: the origin, the size and the root")
        size, encoded, *extensions = rest
        if not _SIZE.fullmatch(size):
            raise NotACheckpoint(f"{size[:40]!r} is not the size of a log: a whole number with no zeros before it")
        root = from_base64(encoded)
        if root is None:
            raise NotACheckpoint(f"{encoded[:80]!r} is not a root in base64")
        return cls(origin, int(size), root, tuple(extensions))


@dataclass(frozen=True, slots=True)
class WitnessKey(VerifierKey):
    """The public half of a key that cosigns checkpoints: `cosignature/v1`, Ed25519 with the time."""

    kind: ClassVar[int] = 0x04

    def holds(self, text: str, value: bytes) -> bool:
        """Whether this is the witness's cosignature of exactly this text, at the time that it carries."""
        at = _seconds(value)
        return at <= MOST and self._signed(_cosigned_message(at, text), value[_TIME_SIZE:])


@dataclass(frozen=True, slots=True)
class SignedCheckpoint:
    """A checkpoint that its log has signed, and the witnesses who have seen that it continues what they saw before."""

    checkpoint: Checkpoint
    #: Each witness, and the latest second (POSIX time) at which it signed.
    witnessed: dict[WitnessKey, int]
    note: Opened


def cosign(checkpoint: Checkpoint, witness: SignerKey, at: int) -> Signature:
    """The cosignature of a witness, at a second of POSIX time. That it continues the last is for the witness to check.

    Raises NotACheckpoint if a cosignature cannot carry the time.
    """
    if not 0 <= at <= MOST:
        raise NotACheckpoint(f"{at} is not a time at which a checkpoint can be cosigned")
    value = at.to_bytes(_TIME_SIZE, "big") + witness.sign(_cosigned_message(at, checkpoint.text()))
    return Signature(witness.name, witness_key(witness.verifier).key_id, value)


def witness_key(key: VerifierKey) -> WitnessKey:
    """The same key as that of a witness, which has another id, as it says something else when it signs."""
    return WitnessKey(key.name, key.public)


def open_checkpoint(
    note: Note | bytes, log: Iterable[VerifierKey], witnesses: Iterable[WitnessKey] = ()
) -> SignedCheckpoint:
    """The checkpoint in a note that one of the log's own keys has signed; witnesses alone do not make one.

    The origin must be the name of the key that signed, so that one log's checkpoint cannot pass for another's.

    Raises:
        NotANote, NotSigned, NotACheckpoint: it cannot be believed; the message says why.
    """
    keys = list(log)
    opened = open_note(note, [*keys, *witnesses])
    checkpoint = Checkpoint.read(opened.text)
    if not any(key in keys and key.name == checkpoint.origin for key, _ in opened.believed):
        raise NotSigned(f"no known key of {checkpoint.origin} has signed its checkpoint")
    witnessed: dict[WitnessKey, int] = {}
    for key, signature in opened.believed:
        if isinstance(key, WitnessKey) and key not in keys:
            witnessed[key] = max(_seconds(signature.value), witnessed.get(key, 0))
    return SignedCheckpoint(checkpoint, witnessed, opened)


def _cosigned_message(at: int, text: str) -> bytes:
    return f"cosignature/v1\ntime {at}\n{text}".encode()


def _seconds(value: bytes) -> int:
    return int.from_bytes(value[:_TIME_SIZE], "big")
