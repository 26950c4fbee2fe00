"""The log of the embedded server, and the errors that it explains."""

import re
import time
from pathlib import Path

from domain.postgres.server_account import EmbeddedServerError

#: Messages of the server about damaged files.
DAMAGED = re.compile(
    r"incorrect checksum|calculated CRC|files are incompatible|invalid page|could not (read|open) file"
    r"|could not read block|bogus data|could not locate a valid checkpoint|invalid (primary )?checkpoint"
)

#: Messages of the server or the system about a full disk.
FULL = re.compile(r"No space left on device|Disk quota exceeded")


class ServerLog:
    """The messages of the server on a data folder: those of its start, and those in seven files, one a weekday."""

    def __init__(self, folder: Path, data: Path) -> None:
        self._folder, self._data = folder, data

    def clear_old(self) -> None:
        """Remove files of more than a week ago."""
        # PostgreSQL truncates a weekday's file only if it runs at midnight; a laptop does not.
        for log in (self._data / "log").glob("server-*.log"):
            if time.time() - log.stat().st_mtime > 6 * 86_400:
                log.unlink()

    def text(self) -> str:
        """The text that the server wrote to its log since its last start."""
        start = self._folder / "start.log"
        text = start.read_text(errors="replace") if start.exists() else ""
        logs = (self._data / "log").glob("server-*.log")
        if "redirecting log output" in text and (last := max(logs, key=lambda log: log.stat().st_mtime, default=None)):
            text += last.read_text(errors="replace")
        return text

    def failure(self, what: str) -> EmbeddedServerError:
        """The error of a server that fails, with the end of its log."""
        log = end_of(self.text())
        if FULL.search(log):
            return disk_is_full(self._folder)
        remedy = "Mend what its log complains of and start again; nothing recorded is lost."
        if DAMAGED.search(log):
            remedy = (
                "Its files are damaged: keep a copy of the folder, look at the disk, and restore a backup"
                " (docs/safekeeping.md)."
            )
        return EmbeddedServerError(
            f"The PostgreSQL of the data folder {self._folder} {what}. {remedy} The log ends:\n{log}"
        )


def disk_is_full(folder: Path) -> EmbeddedServerError:
    """The error of a server whose disk is full."""
    return EmbeddedServerError(
        f"the disk of the database is full ({folder}): make room and start again; nothing recorded is lost"
    )


def end_of(log: str) -> str:
    """The last lines of a log."""
    return "\n".join(log.splitlines()[-15:])
