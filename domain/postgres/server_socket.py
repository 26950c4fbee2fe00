"""The socket of the embedded server, and the process that listens on it."""

import os
import socket
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from domain.postgres.server_account import EmbeddedServerError
from domain.postgres.server_process import signalled

if sys.platform != "win32":
    import pwd

LONGEST_SOCKET_PATH = 107 if sys.platform == "linux" else 103  # bytes
SOCKET = ".s.PGSQL.5432"


class ServerSocket:
    """The socket of a data folder: in the folder itself, unless its path is too long for one."""

    def __init__(self, folder: Path, data: Path) -> None:
        self._usual, self._data = folder / "socket", data
        #: Whether it lies in a temporary folder, made for it alone.
        self.elsewhere = _unfit(self._usual)

    def folder(self) -> Path | None:
        """The folder of the socket; None where it is not known, as no server made one."""
        if not self.elsewhere:
            return self._usual
        lines = self.pid_file()
        return Path(lines[4]) if len(lines) > 4 and lines[4] else None

    def make_folder(self, account: "pwd.struct_passwd", give: Callable[[Path], None]) -> Path:
        """The folder of the socket, made where missing; `give` gives a new folder to the account."""
        if self.elsewhere:
            made = Path(tempfile.mkdtemp(prefix="asat-"))
            if _unfit(made):
                made.rmdir()
                made = Path(tempfile.mkdtemp(prefix="asat-", dir="/tmp"))
            give(made)
            return made
        socket_folder = self._usual
        if not socket_folder.exists():
            socket_folder.mkdir(0o700)
            give(socket_folder)
        state = socket_folder.lstat()
        if state.st_uid != account.pw_uid or state.st_mode & 0o077:
            raise EmbeddedServerError(
                f"The folder {socket_folder} must belong to {account.pw_name!r} alone. Delete it and try again."
            )
        return socket_folder

    def forget(self, socket_folder: Path | None) -> None:
        """Remove what a server left in a folder that was made for its socket alone."""
        if self.elsewhere and socket_folder:
            with suppress(OSError):
                (socket_folder / SOCKET).unlink(missing_ok=True)
                (socket_folder / f"{SOCKET}.lock").unlink(missing_ok=True)
                socket_folder.rmdir()

    def postmaster(self) -> int | None:
        """The process that listens on the socket, which proves that it runs, unlike a number in a file."""
        if (socket_folder := self.folder()) is None:
            return None
        with socket.socket(socket.AF_UNIX) as knock:
            knock.settimeout(10)
            try:
                knock.connect(str(socket_folder / SOCKET))
            except OSError:
                return None
            if sys.platform != "linux":
                return int(self.pid_file()[0])
            return int.from_bytes(knock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 4), sys.byteorder)

    def unreachable(self) -> int | None:
        """The process that serves the data although nothing listens on its socket; None where there is none."""
        try:
            with socket.socket(socket.AF_UNIX) as knock:
                knock.settimeout(10)
                knock.connect(str((self.folder() or self._usual.parent) / SOCKET))
                return None
        except (FileNotFoundError, NotADirectoryError, ConnectionRefusedError):
            pass
        except OSError:  # it listens, and is busy
            return None
        try:
            pid = int(next(iter(self.pid_file()), ""))
            # Anybody may see the command line of a process, but not its working folder.
            words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
            return pid if Path(os.fsdecode(words[words.index(b"-D") + 1])).samefile(self._data) else None
        except (OSError, ValueError):
            return None

    def gone_within(self, seconds: float, postmaster: int) -> bool:
        """Wait for a server to end; False if it has not within so many seconds."""
        deadline = time.monotonic() + seconds
        while self.pid_file() and signalled(postmaster, 0):
            if time.monotonic() > deadline:
                return False
            time.sleep(0.005)
        return True

    def pid_file(self) -> list[str]:
        """The lines of PostgreSQL's `postmaster.pid`; none where there is no file."""
        try:
            return (self._data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return []

    def stale_pid(self) -> dict[str, str]:
        """Have PostgreSQL ignore the number in a stale postmaster.pid.

        After a reboot it may name a foreign process, and in a container whose first process never waits for orphans it
        names the dead one for ever. PostgreSQL takes the number in this variable for its launcher's and goes on to its
        other check, the shared memory. Deleting the file would skip that check.
        """
        pid = next(iter(self.pid_file()), "")
        try:
            process = Path(f"/proc/{int(pid)}")
            dead = process.joinpath("stat").read_text().rpartition(") ")[2].startswith("Z")
            stale = dead or not process.joinpath("cwd").samefile(self._data)
        except (OSError, ValueError):
            return {}
        return {"PG_GRANDPARENT_PID": pid} if stale else {}


def _unfit(folder: Path) -> bool:
    # Besides being too long: libpq reads a comma as a list of hosts.
    return len(os.fsencode(folder / SOCKET)) > LONGEST_SOCKET_PATH or "," in str(folder)
