"""How the embedded server is told to copy its log into an archive, and to fetch it back; `archiving.sh` does it.

It is the system's shell that does, as the server's account can run that wherever AsAt and its Python are installed.
"""

import shlex
import shutil
from pathlib import Path

#: The file in the data folder that names the archive; without it nothing is archived.
NAMED = "archive"

#: The file in the data folder that names the archive it is being restored from, as long as it is.
RESTORED_FROM = "restored-from"

#: The file in the data folder that holds `archiving.sh`, written at every start.
SCRIPT = "archiving.sh"

#: In the archive: the folder of the pieces.
PIECES = "wal"

#: What is written is in the archive after so long at most, in seconds: what a disk that is lost may take along.
WITHIN = 60

#: Where the server looks for programs.
PATH = "/usr/bin:/bin"

# Without gzip, which some small systems lack, pieces are stored as they are.
_NEEDED = ("sh", "cat", "cp", "cmp", "mv", "sync")


def script() -> str:
    """What `SCRIPT` is to hold."""
    return Path(__file__).with_name(SCRIPT).read_text(encoding="utf-8")


def missing_programs(archive: Path) -> list[str]:
    """The programs that archiving, or restoring from this archive, needs and this system does not have."""
    packed = any((archive / PIECES).glob("*.gz"))
    return [one for one in (*_NEEDED, *(["gzip"] if packed else [])) if shutil.which(one, path=PATH) is None]


def archiving_settings(folder: Path) -> dict[str, str]:
    """The server's settings for a data folder that has an archive; nothing for one that has none."""
    if not (folder / NAMED).exists():
        return {}
    return {"archive_mode": "on", "archive_command": _command("store %p %f", folder), "archive_timeout": str(WITHIN)}


def archive_of(folder: Path) -> Path | None:
    """The archive that the server of a data folder copies its log to; None where it does not."""
    named = folder / NAMED
    return Path(named.read_text(encoding="utf-8").rstrip("\n")) if named.exists() else None


def archives(folder: Path) -> list[Path]:
    """The archives that the server of a data folder must be able to reach."""
    named = [folder / name for name in (NAMED, RESTORED_FROM) if (folder / name).exists()]
    found = [Path(one.read_text(encoding="utf-8").rstrip("\n")) for one in named]
    return [one for one in found if one.exists()]


def restore_command(folder: Path) -> str:
    """The setting by which a server that is being restored gets its log from the archive its data folder names."""
    return _command("fetch %f %p", folder)


def _command(does: str, folder: Path) -> str:
    return f"/bin/sh {shlex.quote(str(folder / SCRIPT)).replace('%', '%%')} {does}"
