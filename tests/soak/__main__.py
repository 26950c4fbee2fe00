"""A soak: eight writers and two readers, and one fault after the other; what was acknowledged must be there at the end.

python -m tests.soak [SECONDS] [--folder FOLDER]
"""

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from threading import Event

from domain.integrity.checkpoint_store import checkpoints_of
from domain.integrity.invariants import broken_invariants
from domain.ledger import datastore
from domain.opened_ledger import Ledger
from domain.proofs.keys import SignerKey
from domain.refusals import LedgerUnusable
from tests.measuring import HANGS
from tests.real_ledgers import Server, begin, everything
from tests.soak.faults import fill_the_disk, hold_the_head, kill_backends, small_disk, stop_at_once
from tests.soak.load import SHARED, Told, read, started, write

WRITERS = [f"writer-{number}" for number in range(8)]
KEY = SignerKey("soak.example/asat", b"soak" * 8)


def main() -> int:
    """Run a soak; 1 where anything is wrong at its end."""
    said = argparse.ArgumentParser(prog="scripts/soak", description=__doc__)
    said.add_argument("seconds", type=int, nargs="?", default=300)
    said.add_argument("--folder", type=Path, help="an empty folder to work in")
    options = said.parse_args()
    with tempfile.TemporaryDirectory(prefix="asat-soak-") as made:
        folder: Path = options.folder or Path(made) / "disk"
        with small_disk(folder) as small:
            if not small:
                print("The disk is not filled: only root can mount a small file system to do it on")
            server = Server(folder / "data")
            try:
                return soak(server, folder if small else None, options.seconds)
            finally:
                server.close()


def soak(server: Server, disk: Path | None, seconds: int) -> int:
    """Everything at once, for so long; then look."""
    # A short soak has no time for the patience of a day's work.
    datastore.LOCK_PATIENCE = min(datastore.LOCK_PATIENCE, seconds / 15)
    told, over, done = Told(), Event(), Counter[str]()
    with Ledger.open(data=server.folder) as one, Ledger.open(data=server.folder) as two:
        for plan in (SHARED, *WRITERS):
            begin(one, plan)
        threads = [started(told, write, (one, two)[n % 2], name, told, over) for n, name in enumerate(WRITERS)]
        threads += [started(told, read, each, [SHARED, *WRITERS], told, over) for each in (one, two)]
        try:
            inject(server, disk, seconds, told, done, two)
        finally:
            over.set()
            for thread in threads:
                thread.join(HANGS)
                if thread.is_alive():
                    told.wrong.append("somebody still waits for an answer")
    with Ledger.open(data=server.folder) as ledger:
        wrong = told.wrong + what_is_wrong(ledger, told)
        report(ledger, told, done, seconds)
    for sentence in wrong:
        print(f"WRONG: {sentence}")
    if not wrong:
        print("The check is clean; nothing acknowledged is missing, nothing is there twice, and nothing in part")
    return 1 if wrong else 0


def inject(server: Server, disk: Path | None, seconds: int, told: Told, done: Counter[str], ledger: Ledger) -> None:
    """One fault after the other, with the work going on in between, until the time is over."""
    stuck = datastore.LOCK_PATIENCE + 1
    faults: list[tuple[str, Callable[[], str]]] = [
        ("killed backends", lambda: kill_backends(server)),
        ("immediate stop", lambda: stop_at_once(server)),
        ("stuck transaction", lambda: hold_the_head(server, stuck)),
    ]
    if disk is not None:
        faults.append(("full disk", lambda: fill_the_disk(disk, min(10.0, seconds / 8))))
    began = time.monotonic()
    number = 0
    while time.monotonic() - began < seconds or number < len(faults):
        name, fault = faults[number % len(faults)]
        number += 1
        if not goes_on(told):
            told.wrong.append(f"nothing could be recorded any more before the {name}")
            return
        checkpoint(ledger)
        print(f"{time.monotonic() - began:6.1f} s  {name}: {fault()}", flush=True)
        done[name] += 1
    if not goes_on(told):
        told.wrong.append("nothing could be recorded any more at the end")


def goes_on(told: Told) -> bool:
    """Wait until a few more batches are acknowledged."""
    wanted, deadline = len(told.acknowledged) + 50, time.monotonic() + HANGS
    while len(told.acknowledged) < wanted:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def checkpoint(ledger: Ledger) -> None:
    """Sign what there is: whatever comes, it must stay."""
    try:
        checkpoints_of(ledger).cut(KEY)
    except LedgerUnusable as error:
        print(f"          no checkpoint: {error}")


def what_is_wrong(ledger: Ledger, told: Told) -> list[str]:
    """What does not hold of the ledger at the end."""
    wrong = [f"{one.where}: {one.what}" for one in (*broken_invariants(ledger), *checkpoints_of(ledger).broken())]
    events = everything(ledger)
    stored = {one.event_id: (one.plan, one.version, one.position) for one in events}
    if len(stored) != len(events):
        wrong.append(f"{len(events) - len(stored)} events are stored twice")
    missing = [event_id for event_id, told_of in told.acknowledged.items() if stored.get(event_id) != told_of]
    if missing:
        wrong.append(f"{len(missing)} acknowledged events are missing or elsewhere, such as {missing[0]}")
    for batch in told.in_doubt:
        if (found := sum(event_id in stored for event_id in batch)) not in (0, len(batch)):
            wrong.append(f"a batch of {len(batch)} was stored in part: {found}")
    if said := [event_id for batch in told.refused for event_id in batch if event_id in stored]:
        wrong.append(f"{len(said)} events are stored that were said not to be, such as {said[0]}")
    sent = {*told.acknowledged, *(one for batch in told.in_doubt for one in batch)}
    if unknown := [one for one in events if one.version > 3 and one.event_id not in sent]:
        wrong.append(f"{len(unknown)} events are stored that nobody sent")
    return wrong


def report(ledger: Ledger, told: Told, done: Counter[str], seconds: int) -> None:
    """What happened."""
    landed = {one.event_id for one in everything(ledger)}
    whole = sum(batch[0] in landed for batch in told.in_doubt)
    print(f"\nA soak of {seconds} s with {len(WRITERS)} writers and 2 readers: {ledger.size():,} events stored")
    for name, count in done.items():
        print(f"  {count:3} x {name}")
    print(f"  {len(told.acknowledged):,} events acknowledged, {told.answers:,} questions answered")
    print(f"  {len(told.refused)} batches refused; {len(told.in_doubt)} in doubt, of which {whole} were stored")
    print(f"  {len(checkpoints_of(ledger).all())} checkpoints; the longest wait for an answer was {told.longest:.1f} s")
    for words, count in told.errors.most_common():
        print(f"  {count:3} x told: {words} ...")


if __name__ == "__main__":
    sys.exit(main())
