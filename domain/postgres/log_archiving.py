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
    if not (folder / NAMED).exists():
        return {}
    return {"archive_mode": "on", "archive_command": _command("store %p %f", folder), "archive_timeout": str(WITHIN)}


def archive_of(folder: Path) -> Path | None:
    """The archive to which the server of a data folder copies its log; None if there is none."""
    named = folder / NAMED
    return Path(named.read_text(encoding="utf-8").rstrip("\n")) if named.exists() else None


def archives(folder: Path) -> list[Path]:
    """The archives that the server of a data folder must be able to reach."""
    named = [folder / name for name in (NAMED, RESTORED_FROM) if (folder / name).exists()]
    found = [Path(one.read_text(encoding="utf-8").rstrip("\n")) for one in named]
    return [one for one in found if one.exists()]


def restore_command(folder: Path) -> str:
    """The command that fetches a log file from the archive named in `RESTORED_FROM`, for a server in recovery."""
    return _command("fetch %f %p", folder)


def _command(does: str, folder: Path) -> str:
    return f"/bin/sh {shlex.quote(str(folder / SCRIPT)).replace('%', '%%')} {does}"
