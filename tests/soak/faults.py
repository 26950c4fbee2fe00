"""The faults of a soak, each done once and then mended."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg

from tests.real_ledgers import Server

#: A disk just large enough for the database and what a soak records.
DISK = "384m"


def kill_backends(server: Server) -> str:
    """End every connection that the program has, in the middle of whatever it does."""
    with psycopg.connect(server.owner_conninfo, autocommit=True) as connection:
        query = "select count(pg_terminate_backend(pid)) from pg_stat_activity where application_name = 'asat'"
        row = connection.execute(query).fetchone()
    assert row is not None
    return f"{row[0]} connections ended"


def stop_at_once(server: Server) -> str:
    """Stop the server as a loss of power does, and start it."""
    server.stop("immediate")
    began = time.monotonic()
    server.start()
    return f"answered again after {time.monotonic() - began:.1f} s"


def hold_the_head(server: Server, seconds: float) -> str:
    """Lock what every recording needs, and do nothing."""
    with psycopg.connect(server.owner_conninfo) as connection:
        connection.execute("select from asat.head for update")
        time.sleep(seconds)
        with suppress(psycopg.OperationalError):
            connection.rollback()
    return f"held for {seconds:g} s"


def fill_the_disk(folder: Path, seconds: float) -> str:
    """Write until there is no room, leave it so, and then make room."""
    filler, written, until = folder / "filler", 0, time.monotonic() + seconds
    with filler.open("wb", buffering=0) as file:
        block = bytes(1 << 16)
        while time.monotonic() < until:
            try:
                written += file.write(block)
            except OSError:
                time.sleep(0.05)  # what the database gives back is taken too
    filler.unlink()
    return f"{written >> 20} MB taken, for {seconds:g} s"


@contextmanager
def small_disk(folder: Path) -> Iterator[bool]:
    """The folder on a small file system of its own, where we may make one; whether it is."""
    folder.mkdir(parents=True, exist_ok=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK},mode=0755", "tmpfs", str(folder)]
    mounted = subprocess.run(mount, capture_output=True, check=False).returncode == 0
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", "--lazy", str(folder)], check=False)
