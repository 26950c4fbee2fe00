"""The command `python verify.py pack.zip --key KEY --since FILE`."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from domain.proofs.verifying.failure import Failed, plain
from domain.proofs.verifying.pack_events import listing
from domain.proofs.verifying.pack_zip import read_pack
from domain.proofs.verifying.verification import verify
from domain.proofs.verifying.verification_report import Report


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
        since, roots = (read_pack(file) if file else None for file in (given.since, given.tsa_root))
        data = read_pack(given.pack)
    except (OSError, ValueError) as error:
        file = plain(str(getattr(error, "filename", None) or "a file that was named"))
        return _fail(f"{file} cannot be read ({getattr(error, 'strerror', None) or error})", 2)
    try:
        report = verify(data, given.key, since, given.witness, roots)
        events = [*listing(report.events), ""] if given.list else []
    except Failed as failed:
        return _fail(f"DOES NOT HOLD: {plain(str(failed))}")
    except (MemoryError, RecursionError):
        return _fail("DOES NOT HOLD: the pack: it cannot be read in the memory that there is")
    except Exception as error:  # a fault of this program, which must not pass for a pack that holds
        return _fail(f"DOES NOT HOLD: the pack: this program cannot read it ({plain(repr(error))})")
    if report.program not in (None, own):
        report.remarks.append(
            "The verify.py in this pack is not this program: it is of another release of AsAt, or was altered. This"
            " report is by the one that you have run."
        )
    if not _print(events, report):
        return 2
    return 3 if report.unchecked else 4 if report.other_edition else 0


def _fail(sentence: str, code: int = 1) -> int:
    print(sentence, file=sys.stderr)
    return code


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
    """Print the report on standard output, and on standard error what could not be checked; False if that fails."""
    try:
        for line in [*events, *report.proved, *(["", "Not shown:"] if report.remarks else []), *report.remarks]:
            print(plain(line))
        sys.stdout.flush()
    except BrokenPipeError:  # whoever reads has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, AttributeError) as error:  # a full disk; no output at all
        if sys.stdout is not None:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        _fail(f"The report cannot be written ({getattr(error, 'strerror', None) or 'there is no output'})")
        return False
    for line in [*report.unchecked, *([report.other_edition] if report.other_edition else [])]:
        print(f"COULD NOT BE CHECKED: {plain(line)}", file=sys.stderr)
    return True


if __name__ == "__main__":
    sys.exit(main())
