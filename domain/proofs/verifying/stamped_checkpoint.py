"""The time stamps in a pack: each is of a checkpoint that the ledger continues; one authority at least is trusted."""

import re
from hashlib import sha256

from domain.proofs.verifying.calendar_days import instant
from domain.proofs.verifying.earlier_checkpoint import Pack, continued
from domain.proofs.verifying.failure import Failed
from domain.proofs.verifying.key_chain import as_cut
from domain.proofs.verifying.stamp_roots import read_roots, vouched_for
from domain.proofs.verifying.time_stamps import Stamp, read_stamp
from domain.proofs.verifying.verification_report import Report

_STAMP_FILE = re.compile(r"(stamped(?:-[0-9]{1,2})?)(?:[.]txt|[.]tsr|-proof[.]json)")


def check_stamps(pack: Pack, roots: bytes | None, report: Report) -> None:
    """Check that each time stamp is of a checkpoint that this one continues, and one at least is vouched for."""
    names = [*dict.fromkeys(found[1] for name in pack.files if (found := _STAMP_FILE.fullmatch(name)))]
    trusted = None if roots is None else read_roots(roots)
    if trusted is not None and not names:
        raise Failed("the time stamp", "the pack has none: leave --tsa-root out, or ask for a pack with one")
    believed, doubted = [], []
    for name in names:
        stamp, size = _stamp_of(pack, name)
        there = f"that the ledger's first {size:,} entries were there at {instant(stamp.at)}"
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


def _stamp_of(pack: Pack, name: str) -> tuple[Stamp, int]:
    """A time stamp in the pack, and the number of entries of the checkpoint that it is of; raises Failed."""
    stamped = continued(pack, name, "the stamped checkpoint")
    if f"{name}.tsr" not in pack.files:
        raise Failed(f"{name}.tsr", "it is missing from the pack")
    stamp = read_stamp(pack.files[f"{name}.tsr"], "the time stamp")
    if stamp.digest != sha256(as_cut(pack.files[f"{name}.txt"])).digest():
        raise Failed("the time stamp", "it is of something else than the checkpoint beside it")
    return stamp, stamped.size
