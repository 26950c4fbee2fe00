"""Copies finished pieces of the embedded server's write-ahead log into an archive, and fetches them back.

PostgreSQL runs this file as a script for every piece (16 MB, or what was written in a minute), as the account it runs
under; so it imports nothing but the standard library.
"""

import gzip
import os
import shlex
import shutil
import sys
from pathlib import Path

#: The file in the data folder that names the archive; without it nothing is archived.
NAMED = "archive"

#: The file in the data folder that names the archive it is being restored from, as long as it is.
RESTORED_FROM = "restored-from"

#: In the archive: the folder of the pieces.
PIECES = "wal"

#: What is written is in the archive after so long at most, in seconds: what a disk that is lost may take along.
WITHIN = 60


def archiving_settings(folder: Path) -> dict[str, str]:
    """The server's settings for a data folder that has an archive; nothing for one that has none."""
    if not (folder / NAMED).exists():
        return {}
    return {
        "archive_mode": "on",
        "archive_command": _command("store", folder) + " %p %f",
        "archive_timeout": str(WITHIN),
    }


def archives(folder: Path) -> list[Path]:
    """The archives that the server of a data folder must be able to reach."""
    named = [folder / name for name in (NAMED, RESTORED_FROM) if (folder / name).exists()]
    found = [Path(one.read_text(encoding="utf-8").rstrip("\n")) for one in named]
    return [one for one in found if one.exists()]


def restore_command(archive: Path) -> str:
    """The setting by which a server that is being restored gets its log from an archive."""
    return _command("fetch", archive) + " %p %f"


def _command(verb: str, folder: Path) -> str:
    # Isolated and without site-packages, as everything that runs as the server's account.
    return shlex.join([sys.executable, "-I", "-S", __file__, verb, str(folder)]).replace("%", "%%")


def store(folder: Path, piece: Path, name: str) -> None:
    """Copy a piece into the archive that the data folder names; return only when it is on the disk."""
    try:
        archive = Path((folder / NAMED).read_text(encoding="utf-8").rstrip("\n"))
    except FileNotFoundError:  # archiving was ended while the server runs
        return
    stored, written = piece.read_bytes(), archive / PIECES / f"{name}.gz"
    if written.exists():  # stored by a try whose success PostgreSQL did not see; another piece is never replaced
        if gzip.decompress(written.read_bytes()) == stored:
            return
        sys.exit(f"{written} is there already and is another: the archive belongs to another ledger")
    part = written.with_name(f"{name}.part")
    with part.open("wb") as file:
        file.write(gzip.compress(stored, 1, mtime=0))
        file.flush()
        os.fsync(file.fileno())
    part.rename(written)
    parent = os.open(written.parent, os.O_RDONLY)
    os.fsync(parent)
    os.close(parent)


def fetch(archive: Path, piece: Path, name: str) -> None:
    """Put a piece where the server wants it; one that the archive does not have ends the log."""
    try:
        with gzip.open(archive / PIECES / f"{name}.gz") as stored, piece.open("wb") as file:
            shutil.copyfileobj(stored, file)
    except FileNotFoundError:
        sys.exit(1)


if __name__ == "__main__":
    _verb, _folder, _piece, _name = sys.argv[1:]
    (store if _verb == "store" else fetch)(Path(_folder), Path(_piece), _name)
