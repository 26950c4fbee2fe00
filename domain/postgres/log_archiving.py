"""The embedded server's settings for archiving its log and for fetching it back; `archiving.sh` does both.

It is a shell script, as the server's account can run the system's shell wherever AsAt and its Python are installed.
"""

import shlex
import shutil
from pathlib import Path

#: The file in the data folder that names the archive; without it nothing is archived.
NAMED = "archive"

#: The file in the data folder that names the archive, while the folder is being restored from it.
RESTORED_FROM = "restored-from"

#: The file in the data folder that holds `archiving.sh`, written at every start.
SCRIPT = "archiving.sh"

#: The folder of the log files in the archive.
PIECES = "wal"

#: Recovery point objective, in seconds: everything written is in the archive after this time at most.
WITHIN = 60

#: The server's search path for programs.
PATH = "/usr/bin:/bin"

# Without gzip, which some small systems lack, log files are stored uncompressed.
_NEEDED = ("sh", "cat", "cp", "cmp", "mv", "sync")


def script() -> str:
    """The content of `SCRIPT`."""
    return Path(__file__).with_name(SCRIPT).read_text(encoding="utf-8")


def missing_programs(archive: Path) -> list[str]:
    """The programs needed for archiving to or restoring from this archive that this system lacks."""
    packed = any((archive / PIECES).glob("*.gz"))
    return [one for one in (*_NEEDED, *(["gzip"] if packed else [])) if shutil.which(one, path=PATH) is None]


def archiving_settings(folder: Path) -> dict[str, str]:
    """The server's settings for archiving; empty if the data folder has no archive."""
    if archive_of(folder) is None:
        return {}
    return {"archive_mode": "on", "archive_command": _command("store %p %f", folder), "archive_timeout": str(WITHIN)}


def archive_of(folder: Path, name: str = NAMED) -> Path | None:
    """The archive that a file of the data folder names; None if there is no such file."""
    named = folder / name
    return Path(named.read_text(encoding="utf-8").rstrip("\n")) if named.exists() else None


def archives(folder: Path) -> list[Path]:
    """The archives that the server of a data folder must be able to reach."""
    found = [archive_of(folder, name) for name in (NAMED, RESTORED_FROM)]
    return [one for one in found if one is not None and one.exists()]


def restore_command(folder: Path) -> str:
    """The command that fetches a log file from the archive named in `RESTORED_FROM`, for a server in recovery."""
    return _command("fetch %f %p", folder)


def _command(does: str, folder: Path) -> str:
    return f"/bin/sh {shlex.quote(str(folder / SCRIPT)).replace('%', '%%')} {does}"
