"""Checkpoints on a schedule: while the program serves, one is cut every hour in which something was recorded."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from api.signing import read_signer
from domain.integrity.checkpoint_store import CheckpointUnknown, checkpoints_of
from domain.ledger.ledger import Ledger

log = logging.getLogger("asat")

#: Seconds between two. What was recorded since the last checkpoint is what can still be altered unseen: an hour is less
#: than a meeting, and a year of them fewer than nine thousand rows.
EVERY = 3600.0


def cut_if_grown(ledger: Ledger, key: Path) -> bool:
    """Cut a checkpoint where the ledger has grown since the last; whether it had.

    The key is read anew each time, so that one that takes over signs without the program being started again.
    """
    kept = checkpoints_of(ledger)
    try:
        signed = kept.newest().size
    except CheckpointUnknown:
        signed = 0
    if ledger.size() <= signed:
        return False
    kept.cut(read_signer(key))
    return True


@contextmanager
def cut_regularly(ledger: Ledger, key: Path | None, every: float = EVERY) -> Iterator[None]:
    """Cut checkpoints as long as the block lasts, the first at once; without a key, none.

    What goes wrong is logged and tried again at the next turn: not serving would help nobody.
    """
    if key is None:
        yield
        return
    ended = threading.Event()

    def run() -> None:
        while True:
            try:
                cut_if_grown(ledger, key)
            except Exception as error:
                log.error("no checkpoint was cut: %s", error)
            if ended.wait(every):
                return

    thread = threading.Thread(target=run, name="checkpoints", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join(timeout=10)
