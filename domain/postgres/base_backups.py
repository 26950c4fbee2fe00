"""Base backups in the archive of an embedded server: finding, verifying and unpacking them."""

import hashlib
import json
import os
import shutil
import tarfile
import zlib
from datetime import UTC, datetime
from gzip import BadGzipFile
from pathlib import Path, PurePosixPath
from typing import IO

from domain.instants import instant_text
from domain.postgres.backup_refusals import BackupCode, BackupUnusable
from domain.postgres.cluster import Cluster
from domain.postgres.log_archiving import PIECES

#: The name of a base backup: the first moment that can be restored from it.
NAME = "base-%Y%m%dT%H%M%S.%fZ"


def base_before(archive: Path, moment: datetime | None) -> Path:
    """The newest base backup from which this moment can be restored; raises BackupUnusable."""
    found = []
    for base in archive.glob("base-*"):
        try:
            found.append((datetime.strptime(base.name, NAME).replace(tzinfo=UTC), base))
        except ValueError:
            continue
    if not found or not (archive / PIECES).is_dir():
        raise BackupUnusable(
            BackupCode.NOT_A_BACKUP, f"{archive} is no archive: `asat backup --continuous FOLDER` makes one"
        )
    before = [one for one in found if moment is None or one[0] <= moment]
    if not before:
        raise BackupUnusable(
            BackupCode.MOMENT_NOT_HELD, f"{archive} begins at {instant_text(min(found)[0])}, after the moment asked for"
        )
    return max(before)[1]


def verify_base(base: Path) -> None:
    """Compare every file of a base backup with its manifest, which the wheel's pg_verifybackup cannot do.

    Raises:
        BackupUnusable: it is not what was written.
    """
    try:
        wanted = _not_as_written(base)
    except Exception as error:  # reading a damaged or forged tar may raise anything
        raise BackupUnusable(
            BackupCode.DAMAGED, f"{base} is not what was written: {type(error).__name__} on reading it"
        ) from error
    if wanted:
        raise BackupUnusable(
            BackupCode.DAMAGED,
            f"{base} is not what was written: {', '.join(sorted(wanted)[:5])} are missing or damaged",
        )


def _not_as_written(base: Path) -> set[str]:
    """The files of a base backup that are missing or not as its manifest says."""
    with (base / "backup_manifest").open(encoding="utf-8") as manifest:
        wanted = {one["Path"]: one["Checksum"] for one in json.load(manifest)["Files"]}
    with tarfile.open(base / "base.tar.gz") as packed:
        for member in packed:
            file = packed.extractfile(member) if member.name in wanted else None
            if file and sha256_of(file) == wanted[member.name]:
                del wanted[member.name]
    return set(wanted)


def sha256_of(file: IO[bytes]) -> str:
    """The SHA-256 of the rest of a file, in hexadecimal."""
    digest = hashlib.sha256()
    while piece := file.read(1 << 20):
        digest.update(piece)
    return digest.hexdigest()


def unpack_base(cluster: Cluster, base: Path, settings: dict[str, str]) -> None:
    """Unpack a base backup as the database of a data folder, with these settings for its recovery.

    Raises:
        BackupUnusable: it is damaged or forged; there is no database then.
    """
    new = cluster.folder / "postgres.new"
    if new.exists():
        shutil.rmtree(new)
    new.mkdir(0o700)
    for name, place in (("base.tar.gz", new), ("pg_wal.tar.gz", new / "pg_wal")):
        try:
            with tarfile.open(base / name) as packed:
                _extract(packed, place)
        except (tarfile.TarError, BadGzipFile, EOFError, zlib.error, FileExistsError) as error:
            shutil.rmtree(new)
            raise BackupUnusable(
                BackupCode.DAMAGED, f"{base / name} is damaged ({error}); nothing was restored"
            ) from error
    (new / "recovery.signal").touch(0o600)
    with (new / "postgresql.auto.conf").open("a", encoding="utf-8") as file:
        file.writelines(f"{name} = '{_quoted(value)}'\n" for name, value in settings.items())
    # From the innermost outwards: the account reaches nothing of it before root is done.
    for folder, _, files in os.walk(new, topdown=False):
        for made in (*(Path(folder) / name for name in files), Path(folder)):
            cluster.give(made)
    new.rename(cluster.data)


def _quoted(value: str) -> str:
    return value.replace("\\", "\\\\").replace("'", "''")


def _extract(packed: tarfile.TarFile, place: Path) -> None:
    """Unpack files and folders, readable by their owner alone; raises TarError for other members and for paths outside.

    `TarFile.extractall` has a filter for that only in newer versions of Python.
    """
    for member in packed:
        path = PurePosixPath(member.name)
        if path.is_absolute() or ".." in path.parts or "\0" in member.name:
            raise tarfile.TarError(f"{member.name!r} would lie elsewhere")
        if not (member.isreg() or member.isdir()):
            raise tarfile.TarError(f"{member.name!r} is neither a file nor a folder")
        _make_folder(place / path if member.isdir() else (place / path).parent, place)
        if member.isreg() and (content := packed.extractfile(member)):
            made = os.open(place / path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
            with content, os.fdopen(made, "wb") as file:
                shutil.copyfileobj(content, file, 1 << 20)


def _make_folder(folder: Path, place: Path) -> None:
    place.mkdir(0o700, exist_ok=True)
    for name in folder.relative_to(place).parts:
        place /= name
        place.mkdir(0o700, exist_ok=True)
