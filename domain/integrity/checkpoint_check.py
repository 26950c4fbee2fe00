"""Comparison of signed checkpoints with the tree of the ledger."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from domain.integrity.findings import Broken
from domain.proofs.checkpoint import Checkpoint, NotACheckpoint, open_checkpoint
from domain.proofs.keys import VerifierKey
from domain.proofs.pack import Stamped
from domain.proofs.signed_notes import NotANote, Note, NotSigned


class Tree(Protocol):
    """The Merkle tree of which checkpoints are cut."""

    def size(self) -> int:
        """The number of leaves."""

    def roots(self, sizes: Sequence[int]) -> list[bytes]:
        """Its roots at some sizes, in one read."""


@dataclass(frozen=True, slots=True)
class Cut:
    """A stored checkpoint, with the signatures that witnesses added."""

    number: int
    size: int
    note: Note
    #: Stored lines that are no signatures, or too many for a note.
    unread: tuple[str, ...]
    cut_at: datetime
    #: Answers of time-stamping authorities, oldest first.
    stamps: tuple[bytes, ...] = ()


def broken_checkpoints(tree: Tree, keys: Sequence[VerifierKey], cuts: Sequence[Cut]) -> Iterator[Broken]:
    """The faults of stored checkpoints; of those that the tree contradicts, only the first.

    The alteration lies between that checkpoint and the one before it, which still holds.
    """
    yield from unlike_the_tree(tree, keys, cuts)
    for cut in cuts:
        for line in cut.unread:
            yield Broken(_named(cut), f"a signature of it cannot be read: {line[:80]!r}")
        for stamp in cut.stamps:
            if wrong := Stamped(bytes(cut.note), stamp).wrong():
                yield Broken(_named(cut), f"a time stamp of it does not hold: {wrong}")


def unlike_the_tree(tree: Tree, keys: Sequence[VerifierKey], cuts: Sequence[Cut]) -> Iterator[Broken]:
    """The checkpoints that cannot be believed, and the first that the tree contradicts."""
    held, size = 0, tree.size()
    roots = _roots(tree, (signed.size for cut in cuts if (signed := _unverified(cut))), size)
    for cut in cuts:
        try:
            signed = open_checkpoint(cut.note, keys).checkpoint
        except (NotANote, NotSigned, NotACheckpoint) as error:
            yield Broken(_named(cut), f"it cannot be believed: {error}")
            continue
        if signed.size != cut.size:
            yield Broken(_named(cut), f"what was signed is of {signed.size} entries")
        if contradiction := _contradicts(signed, roots, size, held):
            yield Broken(_named(cut), contradiction)
            return
        held = signed.size


def contradiction_of(tree: Tree, given: Checkpoint, cuts: Sequence[Cut]) -> str | None:
    """The contradiction between the ledger and a checkpoint, in words; stored ones narrow down the positions."""
    size = tree.size()
    earlier = [signed for cut in cuts if (signed := _unverified(cut)) and signed.size < given.size]
    roots = _roots(tree, (one.size for one in (*earlier, given)), size)
    held = max((one.size for one in earlier if roots.get(one.size) == one.root), default=0)
    return _contradicts(given, roots, size, held)


def _roots(tree: Tree, sizes: Iterable[int], size: int) -> dict[int, bytes]:
    """The tree's roots at the sizes that it has reached."""
    reached = sorted({one for one in sizes if one <= size})
    return dict(zip(reached, tree.roots(reached), strict=True))


def _named(cut: Cut) -> str:
    return f"checkpoint {cut.number} ({cut.size} entries, cut {cut.cut_at.isoformat()})"


def _unverified(cut: Cut) -> Checkpoint | None:
    """The checkpoint in a note, its signatures not verified; None if the text is no checkpoint."""
    try:
        return Checkpoint.read(cut.note.text)
    except NotACheckpoint:
        return None


def _contradicts(signed: Checkpoint, roots: Mapping[int, bytes], size: int, held: int) -> str | None:
    """The contradiction between ledger and checkpoint, in words; the first `held` entries are known to agree."""
    if signed.size > size:
        return f"the ledger now has {size} entries only: its end is missing, from position {size + 1} on"
    if roots[signed.size] != signed.root:
        return (
            f"the entries from position {held + 1} to {signed.size} are no longer those that were signed: one was"
            " altered, or the ledger was forked"
        )
    return None
