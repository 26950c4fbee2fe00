"""Checkpoints on a schedule: a server cuts one every hour, if something was recorded since the last."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from api.signing import read_signer
from domain.integrity.checkpoint_refusals import CheckpointUnknown
from domain.integrity.checkpoint_store import checkpoints_of
from domain.opened_ledger import Ledger

log = logging.getLogger("asat")

#: Seconds between two checkpoints. Until the next one, an alteration of new events stays undetected. An hour is shorter
#: than a meeting, and makes fewer than nine thousand rows a year.
EVERY = 3600.0


def cut_if_grown(ledger: Ledger, key: Path) -> bool:
    """Cut a checkpoint if the ledger has grown since the last one; return whether it had.

    The key file is read each time, so that a rotated key takes effect without a restart.
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
    """Cut checkpoints in a thread while the block lasts, the first one at once. Without a key, cut none.

    Errors are logged, and the next turn tries again: they must not stop the server.
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
