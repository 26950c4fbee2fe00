"""The checkpoint or pack that a reader has kept: the ledger continues it, and holds the same events."""

from collections.abc import Sequence
from typing import NamedTuple

from domain.proofs.checkpoint import Checkpoint
from domain.proofs.keys import VerifierKey
from domain.proofs.tree import EMPTY_ROOT, NotProved, check_consistency
from domain.proofs.verifying.failure import Failed
from domain.proofs.verifying.json_values import read_json
from domain.proofs.verifying.key_chain import decoded, read_checkpoint, signed_text
from domain.proofs.verifying.pack_events import Event, read_events
from domain.proofs.verifying.pack_zip import is_zip, zip_files
from domain.proofs.verifying.statement import Statement, read_statement
from domain.proofs.verifying.verification_report import Report, several

_EARLIER = "the earlier checkpoint"
_OTHER = "the ledger does not continue it: what it held at {} entries was altered, or it was forked"
_REWRITTEN = (
    "That the ledger was not rewritten before this checkpoint was cut is not shown. Keep this pack: with --since it"
    " shows that the next one continues it."
)


class Pack(NamedTuple):
    """A pack as far as its checkpoint, its keys and its events are read."""

    files: dict[str, bytes]
    chain: list[VerifierKey]
    checkpoint: Checkpoint
    events: Sequence[Event]


def check_since(pack: Pack, since: bytes | None, report: Report) -> None:
    """Check that the ledger continues the reader's earlier checkpoint, as any other shows nothing; raises Failed."""
    before, earlier = _earlier(since, pack, report) if since is not None else (None, None)
    in_pack = None
    if {"since.txt", "since-proof.json"} & {*pack.files}:
        in_pack = continued(pack, "since", _EARLIER)
    if before is None:
        before = in_pack
    if before is None:
        report.remarks.append(_REWRITTEN)
        return
    _check_may_continue(before, pack, _EARLIER)
    proved = {one.size: one.root for one in (in_pack, pack.checkpoint, Checkpoint(before.origin, 0, EMPTY_ROOT)) if one}
    is_proved = before.size in proved
    if proved.get(before.size, before.root) != before.root:
        raise Failed(_EARLIER, _OTHER.format(f"{before.size:,}"))
    if earlier is not None:
        _check_kept_back(earlier, pack.events)
    if not is_proved:
        report.unchecked.append(
            f"whether the ledger continues the earlier checkpoint, of {before.size:,} entries. This"
            " pack brings no proof from that one, which by itself is no sign of fraud. Have it made with --since"
            f" {before.size}, or give that number on the page."
        )
    _say_since(before.size, pack.checkpoint.size, since is not None, is_proved, report)


def continued(pack: Pack, which: str, where: str) -> Checkpoint:
    """A checkpoint in the pack, which the ledger continues by the proof beside it; raises Failed."""
    text, name = f"{which}.txt", f"{which}-proof.json"
    for file in (text, name):
        if file not in pack.files:
            raise Failed(file, "it is missing from the pack")
    before, now = read_checkpoint(signed_text(pack.files[text], pack.chain, where), where), pack.checkpoint
    _check_may_continue(before, pack, where)
    proof = read_json(pack.files[name], name)
    if not isinstance(proof, list) or len(proof) > 128:
        raise Failed(name, "it is no proof")
    try:
        check_consistency(before.size, before.root, now.size, now.root, [decoded(one, name) for one in proof])
    except NotProved:
        raise Failed(where, _OTHER.format(f"{before.size:,}")) from None
    return before


def _check_may_continue(before: Checkpoint, pack: Pack, where: str) -> None:
    if before.origin != pack.checkpoint.origin:
        raise Failed(where, f"it is of another ledger: {before.origin}")
    if before.size > pack.checkpoint.size:
        raise Failed(
            where,
            f"it is of {before.size:,} entries, more than this pack's ledger has: the end of the ledger is missing, or"
            " this pack is the older of the two",
        )


def _say_since(before: int, now: int, own: bool, proved: bool, report: Report) -> None:
    """Report the finding about a checkpoint of so many entries, the reader's own or not."""
    if own and proved and 0 < before < now:
        report.proved.append(
            f"The ledger continues the earlier checkpoint, of {before:,} entries: none of those was altered since."
        )
        report.remarks.append(
            f"That none of the entries after the first {before:,} was altered before this checkpoint"
            " was cut is not shown."
        )
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


def _earlier(kept: bytes, pack: Pack, report: Report) -> tuple[Checkpoint, Statement | None]:
    """An earlier checkpoint, by itself or in a pack, whose events must be the same as here; raises Failed."""
    if not is_zip(kept):
        return read_checkpoint(signed_text(kept, pack.chain, _EARLIER), _EARLIER), None
    inside = zip_files(kept)
    before, earlier = signed_statement(inside, pack.chain, " of the earlier pack")
    if earlier.plan == pack.events[0].entry.plan:
        held = read_events(inside.get("events.jsonl", b""), earlier, before)
        for old, new in zip(held, pack.events, strict=False):
            if old.entry != new.entry:
                what = "it is not the event that the earlier pack holds in its place: history was rewritten"
                raise Failed(new.where, what)
        report.proved.append(f"The {several(held, 'event')} of the earlier pack stand here as they stood there.")
    return before, earlier


def signed_statement(
    files: dict[str, bytes], keys: Sequence[VerifierKey], of: str = ""
) -> tuple[Checkpoint, Statement]:
    """The checkpoint of a pack and the statement that goes with it, both signed; raises Failed."""
    where = f"the checkpoint{of}"
    checkpoint = read_checkpoint(signed_text(files.get("checkpoint.txt", b""), keys, where), where)
    if checkpoint.origin != keys[0].name:  # all of them have one name
        raise Failed(where, "it is another ledger's than that of the key that signed it")
    where = f"the statement{of}"
    text = signed_text(files.get("statement.txt", b""), keys, where)
    return checkpoint, read_statement(text, checkpoint, where)


def _check_kept_back(earlier: Statement, events: Sequence[Event]) -> None:
    """Check that nothing of the plan was kept back from an earlier pack, which said that a version was the newest."""
    if events[0].entry.plan != earlier.plan:
        return
    if len(events) < earlier.version or events[earlier.version - 1].entry.position != earlier.position:
        raise Failed(f"version {earlier.version}", "it is not where the earlier pack says that it was")
    for event in events[earlier.version : earlier.version + 1]:
        if event.entry.position <= earlier.size:
            raise Failed(event.where, "it was in the ledger when the earlier pack was made, and was kept back from it")
