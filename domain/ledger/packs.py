"""Evidence packs of a plan, put together from what the ledger holds and has signed."""

import json
from base64 import b64decode
from collections.abc import Iterator, Sequence

from domain.ledger.checkpoints import Checkpoints, Cut, checkpoints_of
from domain.ledger.invariants import Broken
from domain.ledger.ledger import Ledger
from domain.ledger.stored import StoredRecord
from domain.ledger.tree import LedgerTree, entry_of
from domain.proofs.checkpoint import Checkpoint, NotACheckpoint, open_checkpoint
from domain.proofs.keys import SignerKey, VerifierKey
from domain.proofs.notes import NotANote, Note, NotSigned
from domain.proofs.pack import Contents, Held, NoPack, Stamped, make_pack, nodes_needed
from domain.proofs.verify import read_entry, verify, zip_files

#: How often a pack is begun anew where a text is redacted meanwhile.
_AGAIN = 3


def pack(
    ledger: Ledger, slug: str, key: SignerKey, papers: dict[str, bytes] | None = None, since: bytes | int | None = None,
    basis: int | None = None, at: str | None = None,
) -> bytes:  # fmt: skip
    """The evidence pack of a plan: with a checkpoint of now, cut for it where the ledger has grown since the last.

    Args:
        ledger: the ledger.
        slug: the plan.
        key: the key that signs for the ledger.
        papers: name -> bytes of the papers to go with it.
        since: a checkpoint of this ledger that the reader holds; a note, or how many entries it is of.
        basis: the newest version that the papers speak of; the pack must have it.
        at: the point that the papers show, as `2019-05-31@282`.

    Raises:
        NoPack: there is nothing to be packed, or the earlier checkpoint is none of this ledger.
        CheckpointUnknown: the ledger has cut no checkpoint of that size.
        KeyRefused, LedgerDamaged: as when a checkpoint is cut.
    """
    kept = checkpoints_of(ledger)
    cut, rows = _read_at(ledger, kept, slug, key)
    tree = ledger.tree()
    if isinstance(since, int):
        since = bytes(kept.of_size(since).note)
    if since is not None:
        since = _known(since, kept.keys(), tree)
    held = [Held(row.id, bytes(entry_of(row)), row.said) for row in rows]
    if basis is not None and basis > len(held):
        raise NoPack(f"version {basis} of plan {slug} is missing from the ledger that was signed; see asat check")
    stamped = next(
        (Stamped(bytes(one.note), one.stamps[-1]) for one in reversed(kept.all())
         if one.stamps and one.size <= cut.size), None)  # fmt: skip
    earlier = [Checkpoint.read(Note.read(one).text).size for one in (since, stamped and stamped.checkpoint) if one]
    wanted = nodes_needed((one.position for one in held), cut.size, *earlier)
    nodes = dict(zip(wanted, tree.nodes(wanted), strict=True))
    contents = Contents(slug, held, bytes(cut.note), kept.key_notes(), since, papers or {}, at, stamped)
    return make_pack(contents, lambda level, index: nodes[level, index], key)


def _read_at(ledger: Ledger, kept: Checkpoints, slug: str, key: SignerKey) -> tuple[Cut, list[StoredRecord]]:
    """A checkpoint and the plan's events within it.

    A text that was redacted after the checkpoint was cut is gone, and the event that says so is not within it: then
    another one is cut.
    """
    for _ in range(_AGAIN):
        cut = kept.cut(key)
        rows = list(_stored(ledger, slug))
        if not any(row.id > cut.size and row.topic == "TextRedacted" for row in rows):
            return cut, [row for row in rows if row.id <= cut.size]
    raise NoPack(f"texts of plan {slug} are being redacted at this moment; ask again")


def against(ledger: Ledger, held: bytes) -> Iterator[Broken]:
    """What does not hold of the ledger against a checkpoint or an evidence pack that somebody has kept elsewhere.

    A checkpoint shows that something was altered and between which positions; a pack also which event of its plan.

    Raises:
        Failed: it is a pack that does not hold by itself.
        NotANote, NotACheckpoint: it is neither.
    """
    if held.startswith(b"PK"):
        verify(held)
        files = zip_files(held)
        yield from _events_against(ledger, files["events.jsonl"])
        held = files["checkpoint.txt"]
    yield from checkpoints_of(ledger).against(held)


def _events_against(ledger: Ledger, lines: bytes) -> Iterator[Broken]:
    rows: Iterator[StoredRecord] = iter(())
    for number, line in enumerate(lines.splitlines(), 1):
        data = b64decode(json.loads(line)["entry"])
        entry = read_entry(data, f"version {number}")
        if number == 1:
            rows = _stored(ledger, entry.plan)
        where = f"{entry.plan} version {number} ({entry.topic}, position {entry.position})"
        if (row := next(rows, None)) is None:
            yield Broken(where, "the pack that was given holds it, and the ledger no longer does")
        elif bytes(entry_of(row)) != data:
            yield Broken(where, "it is not the event that the pack that was given holds in its place")


def _stored(ledger: Ledger, slug: str, page: int = 5000) -> Iterator[StoredRecord]:
    after = 0
    while rows := ledger.stored(slug, after, page):
        yield from rows
        after = rows[-1].originator_version


def _known(since: bytes, keys: Sequence[VerifierKey], tree: LedgerTree) -> bytes:
    """The reader's checkpoint, if it is one of this ledger; whether the ledger still continues it the proof shows."""
    try:
        checkpoint = open_checkpoint(since, keys).checkpoint
    except (NotANote, NotSigned, NotACheckpoint) as error:
        raise NoPack(f"the earlier checkpoint is none that this ledger has signed: {error}") from error
    if checkpoint.size > tree.size():
        raise NoPack(
            f"the earlier checkpoint is of {checkpoint.size} entries, and the ledger has {tree.size()}: its end is"
            " missing, or it was restored"
        )
    if checkpoint.size and tree.root(checkpoint.size) != checkpoint.root:
        raise NoPack(
            f"the ledger no longer holds what its checkpoint of {checkpoint.size} entries was signed for: asat check"
        )
    return since
