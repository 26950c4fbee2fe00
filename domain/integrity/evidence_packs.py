"""Evidence packs of a plan, made from the stored events and the signed checkpoints of the ledger."""

import json
from base64 import b64decode
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain

from domain.integrity.checkpoint_check import Cut
from domain.integrity.checkpoint_store import Checkpoints, checkpoints_of
from domain.integrity.findings import Broken
from domain.integrity.invariants import beyond
from domain.integrity.plan_invariants import along_the_plan
from domain.integrity.stored_tree import LedgerTree, entry_of
from domain.ledger.plan_ledger import PlanLedger
from domain.ledger.stored_rows import StoredRecord
from domain.proofs.checkpoint import Checkpoint, NotACheckpoint, open_checkpoint
from domain.proofs.entry import Entry
from domain.proofs.keys import SignerKey, VerifierKey
from domain.proofs.pack import Contents, Held, NoPack, make_pack, nodes_needed
from domain.proofs.signed_notes import NotANote, Note, NotSigned
from domain.proofs.verifying.pack_zip import is_zip, zip_files
from domain.proofs.verifying.verification import verify

#: Makes the papers of a pack: name -> bytes.
Papers = Callable[[], Mapping[str, bytes]]

#: Attempts at a pack, if a text is redacted meanwhile.
_AGAIN = 3


def pack(
    ledger: PlanLedger,
    slug: str,
    key: SignerKey,
    papers: Papers = dict,
    since: bytes | int | None = None,
    basis: int | None = None,
    at: str | None = None,
) -> bytes:
    """The evidence pack of a plan, with a checkpoint of now: a new one, if the ledger has grown since the last.

    Args:
        papers: makes its papers; called again if a text is redacted meanwhile.
        since: a checkpoint of this ledger that the reader holds: a note, or its size.
        basis: the newest version that the papers speak of; the pack must have it.
        at: the point that the papers show, as `2019-05-31@282`.

    Raises:
        NoPack: there is no event, or not what was recorded, or the earlier checkpoint is none of this ledger.
        CheckpointUnknown: the ledger has cut no checkpoint of that size.
        KeyRefused, LedgerDamaged: as when a checkpoint is cut.
    """
    kept = checkpoints_of(ledger)
    cut, rows, made = _read_at(ledger, kept, slug, key, papers)
    _refuse_what_is_broken(ledger, slug, rows, cut.size)
    tree = LedgerTree(ledger.recorder)
    if isinstance(since, int):
        since = bytes(kept.of_size(since).note)
    if since is not None:
        since = _known(since, kept.keys(), tree)
    held = [Held(row.id, bytes(entry_of(row)), row.remaining_texts) for row in rows]
    if basis is not None and basis > len(held):
        raise NoPack(f"version {basis} of plan {slug} is missing from the ledger that was signed; see asat check")
    stamped = kept.stamped(cut.size)
    earlier = [*([since] if since is not None else []), *(one.checkpoint for one in stamped)]
    sizes = (Checkpoint.read(Note.read(one).text).size for one in earlier)
    wanted = nodes_needed((one.position for one in held), cut.size, *sizes)
    nodes = dict(zip(wanted, tree.nodes(wanted), strict=True))
    contents = Contents(slug, held, bytes(cut.note), kept.key_notes(), since, made, at, cut.cut_at, stamped)
    return make_pack(contents, lambda level, index: nodes[level, index], key)


def _read_at(
    ledger: PlanLedger, kept: Checkpoints, slug: str, key: SignerKey, papers: Papers
) -> tuple[Cut, list[StoredRecord], Mapping[str, bytes]]:
    """A checkpoint, the plan's events within it, and the papers.

    A text that was redacted after the checkpoint was cut may be gone from the events, without an event that says so
    within the checkpoint, and may still stand in the papers: then all three are made again.
    """
    for _ in range(_AGAIN):
        cut = kept.cut(key)
        rows = [row for row in _stored(ledger, slug) if row.id <= cut.size]
        made = papers()
        newest = rows[-1].originator_version if rows else 0
        if not any(row.topic == "TextRedacted" for row in _stored(ledger, slug, newest)):
            return cut, rows, made
    raise NoPack(f"texts of plan {slug} are being redacted at this moment; ask again")


def _refuse_what_is_broken(ledger: PlanLedger, slug: str, rows: Sequence[StoredRecord], size: int) -> None:
    """Raises NoPack if `asat check` would find a fault of this plan: nothing false is signed."""
    for version, row in enumerate(rows, 1):
        if row.originator_version != version:
            raise NoPack(f"no pack is made of plan {slug}: its version {version} is missing; see asat check")
    last = rows[-1].id if rows else 0
    found = chain(along_the_plan(ledger.recorder, slug, rows), beyond(ledger.recorder, last, size))
    if broken := next(found, None):
        raise NoPack(f"no pack is made of plan {slug}: {broken.where}: {broken.what}; see asat check")


def against(ledger: PlanLedger, held: bytes) -> Iterator[Broken]:
    """The contradictions between the ledger and a checkpoint or an evidence pack that was kept elsewhere.

    A checkpoint shows between which positions something was altered; a pack also shows which event of its plan.

    Raises:
        Failed: it is a pack that does not hold by itself.
        NotANote, NotACheckpoint: it is neither.
    """
    checkpoint = checkpoint_in(held)
    if is_zip(held):
        yield from _events_against(ledger, zip_files(held)["events.jsonl"])
    yield from checkpoints_of(ledger).against(checkpoint)


def checkpoint_in(held: bytes) -> bytes:
    """The checkpoint in a file, which is one or an evidence pack; raises as `against`."""
    if is_zip(held):
        verify(held)
        held = zip_files(held)["checkpoint.txt"]
    Checkpoint.read(Note.read(held).text)
    return held


def _events_against(ledger: PlanLedger, lines: bytes) -> Iterator[Broken]:
    rows: Iterator[StoredRecord] = iter(())
    for number, line in enumerate(lines.split(b"\n")[:-1], 1):
        data = b64decode(json.loads(line)["entry"])
        entry = Entry.read(data)
        if number == 1:
            rows = _stored(ledger, entry.plan)
        where = f"{entry.plan} version {number} ({entry.topic}, position {entry.position})"
        if (row := next(rows, None)) is None:
            yield Broken(where, "the pack that was given holds it, and the ledger no longer does")
        elif bytes(entry_of(row)) != data:
            yield Broken(where, "it is not the event that the pack that was given holds in its place")


def _stored(ledger: PlanLedger, slug: str, after: int = 0, page: int = 5000) -> Iterator[StoredRecord]:
    while rows := ledger.recorder.select_events(slug, gt=after, limit=page):
        yield from rows
        after = rows[-1].originator_version


def _known(since: bytes, keys: Sequence[VerifierKey], tree: LedgerTree) -> bytes:
    """The reader's checkpoint, if this ledger signed it and still holds its entries; raises NoPack."""
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
