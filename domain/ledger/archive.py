"""The archive of an embedded server: base backups and the log since, from which any moment can be restored.

    ARCHIVE/base-20261120T184600.123456Z   a base backup; its name is the first moment that can be restored from it
    ARCHIVE/wal                            what was written since (archiving.py puts it there)

A server of one's own (ASAT_DATABASE_URL) has its own ways to do the same.
"""

import hashlib
import json
import os
import shutil
import subprocess
import tarfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

import psycopg
from psycopg.sql import SQL, Identifier

from domain.ledger.archiving import NAMED, PIECES, RESTORED_FROM, restore_command
from domain.ledger.backups import BackupUnusable
from domain.ledger.cluster import PATIENCE, Cluster
from domain.ledger.embedded import EmbeddedServer, EmbeddedServerError
from domain.ledger.errors import LedgerUnusable
from domain.ledger.server_account import command

_BASE = "base-%Y%m%dT%H%M%S.%fZ"
_RECOVERY = {"recovery_target_action": "promote", "recovery_target_timeline": "current"}


def archive_continuously(data: Path, archive: Path) -> datetime:
    """Have the embedded server of a data folder archive all that it writes, and take a base backup to begin with.

    Where it does so already, another base backup is taken, which makes restoring quicker.

    Returns:
        The first moment that can be restored from the new base backup.

    Raises:
        BackupUnusable: the archive is another ledger's or cannot be used; nothing was changed.
        LedgerUnusable: the server cannot be used.
    """
    archive = archive.absolute()
    try:
        with EmbeddedServer.start(data) as server:
            cluster = Cluster(data)
            _prepare(cluster, archive)
            _switch_on(cluster, archive)
            return _take_base(cluster, archive, server.owner_conninfo)
    except (EmbeddedServerError, psycopg.Error) as error:
        raise LedgerUnusable(str(error)) from error


def _prepare(cluster: Cluster, archive: Path) -> None:
    named = cluster.folder / NAMED
    if named.exists() and (before := Path(named.read_text(encoding="utf-8").rstrip("\n"))) != archive:
        raise BackupUnusable(
            f"this ledger is archived to {before} already: go on with that, or delete {named} and restart AsAt first"
        )
    if "\n" in str(archive):
        raise BackupUnusable("the name of an archive is one line: name another folder")
    if archive == cluster.folder or cluster.folder in archive.parents:
        raise BackupUnusable(f"{archive} lies in the data folder, and would be lost with it: name one elsewhere")
    if not named.exists() and archive.exists() and any(archive.iterdir()):
        raise BackupUnusable(f"{archive} is not empty: name a new folder for this ledger alone")
    for folder in (archive, archive / PIECES):
        if not folder.exists():
            folder.mkdir(0o700, parents=folder == archive)
            cluster.give(folder)


def _switch_on(cluster: Cluster, archive: Path) -> None:
    named = cluster.folder / NAMED
    if named.exists():
        return
    with cluster.starting() as starting:
        with cluster.new_file(NAMED) as file:
            file.write(f"{archive}\n")
        # It counts from the next start; whoever is connected waits that long and notices nothing.
        cluster.stop()
        cluster.ensure_running(starting)


def _take_base(cluster: Cluster, archive: Path, conninfo: str) -> datetime:
    new = archive / "base.new"
    if new.exists():
        shutil.rmtree(new)
    options = ["--format=tar", "--gzip", "--wal-method=stream", "--checkpoint=fast"]
    options += ["--manifest-checksums=SHA256", "--no-password"]
    _run(cluster, archive, "pg_basebackup", *options, "--pgdata", str(new), "--dbname", conninfo)
    _verify(new)
    with psycopg.connect(conninfo, autocommit=True) as connection:
        # Without anything written since the last piece there is none to wait for.
        connection.execute("select pg_create_restore_point('asat base backup')")
        row = connection.execute("select pg_walfile_name(pg_switch_wal()), clock_timestamp()").fetchone()
        assert row is not None
        piece, now = row
        moment: datetime = now.astimezone(UTC)
        deadline = time.monotonic() + PATIENCE
        while not (archive / PIECES / f"{piece}.gz").exists():
            if time.monotonic() > deadline:
                (cluster.folder / NAMED).unlink()
                raise BackupUnusable(
                    f"the server cannot write to {archive}: let the account {cluster.account.pw_name!r} write there, or"
                    f" name another folder; {cluster.data / 'log'} says why"
                )
            time.sleep(0.02)
    new.rename(archive / moment.strftime(_BASE))
    return moment


def _run(cluster: Cluster, folder: Path, program: str, *arguments: str) -> None:
    argv = command(
        cluster.account, [str(cluster.bin_folder / program), *arguments], [cluster.folder, folder], detached=False
    )  # fmt: skip
    done = subprocess.run(argv, capture_output=True, text=True, errors="replace", cwd="/", check=False)  # noqa: S603
    if done.returncode:
        raise BackupUnusable(f"PostgreSQL's {program} failed:\n{done.stderr.strip()[-2000:]}")


def _verify(base: Path) -> None:
    """Compare every file of a base backup with its manifest, as pg_verifybackup does, which this wheel's cannot."""
    with (base / "backup_manifest").open(encoding="utf-8") as manifest:
        wanted = {one["Path"]: one["Checksum"] for one in json.load(manifest)["Files"]}
    with tarfile.open(base / "base.tar.gz") as packed:
        for member in packed:
            file = packed.extractfile(member) if member.name in wanted else None
            if file and _digest(file) == wanted[member.name]:
                del wanted[member.name]
    if wanted:
        raise BackupUnusable(f"{base} is not what was written: {', '.join(sorted(wanted)[:5])} are missing or damaged")


def _digest(file: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while piece := file.read(1 << 20):
        digest.update(piece)
    return digest.hexdigest()


def restore_to(archive: Path, moment: datetime | None, data: Path) -> None:
    """Restore what was committed by a moment, or all that the archive holds, into a data folder that holds no database.

    Raises:
        BackupUnusable: the archive does not reach to that moment, or there is a database already; nothing was restored.
        LedgerUnusable: the server cannot be used.
    """
    archive = archive.absolute()
    base = _base_before(archive, moment)
    try:
        cluster = Cluster(data)
        with cluster.starting():
            if cluster.data.exists():
                raise BackupUnusable(f"{data} holds a database already, which is never replaced: name a new folder")
            _verify(base)
            with cluster.new_file(RESTORED_FROM) as file:
                file.write(f"{archive}\n")
            _unpack(cluster, base, _recovery(archive, moment))
        try:
            with EmbeddedServer.start(data) as server:
                _recovered(cluster, server.owner_conninfo)
        except (EmbeddedServerError, psycopg.Error) as error:
            shutil.rmtree(cluster.data)
            if "recovery ended before configured recovery target was reached" in str(error):
                raise BackupUnusable(
                    f"nothing was restored: the archive holds nothing that was written after {moment}. Without --to"
                    " everything is restored that it holds"
                ) from error
            raise
        finally:
            (cluster.folder / RESTORED_FROM).unlink(missing_ok=True)
    except (EmbeddedServerError, psycopg.Error) as error:
        raise LedgerUnusable(f"nothing was restored: {error}") from error


def _base_before(archive: Path, moment: datetime | None) -> Path:
    found = []
    for base in archive.glob("base-*"):
        try:
            found.append((datetime.strptime(base.name, _BASE).replace(tzinfo=UTC), base))
        except ValueError:
            continue
    if not found or not (archive / PIECES).is_dir():
        raise BackupUnusable(f"{archive} is no archive: `asat backup --continuous FOLDER` makes one")
    before = [one for one in found if moment is None or one[0] <= moment]
    if not before:
        raise BackupUnusable(f"{archive} begins at {min(found)[0].isoformat()}, after the moment asked for")
    return max(before)[1]


def _recovery(archive: Path, moment: datetime | None) -> dict[str, str]:
    target = {"recovery_target_time": moment.isoformat()} if moment else {}
    return {"restore_command": restore_command(archive), **_RECOVERY, **target}


def _unpack(cluster: Cluster, base: Path, settings: dict[str, str]) -> None:
    new = cluster.folder / "postgres.new"
    if new.exists():
        shutil.rmtree(new)
    new.mkdir(0o700)
    for name, place in (("base.tar.gz", new), ("pg_wal.tar.gz", new / "pg_wal")):
        with tarfile.open(base / name) as packed:
            packed.extractall(place, filter="data")
    (new / "recovery.signal").touch(0o600)
    with (new / "postgresql.auto.conf").open("a", encoding="utf-8") as file:
        file.writelines(f"{name} = '{value.replace(chr(39), chr(39) * 2)}'\n" for name, value in settings.items())
    # From the innermost outwards: the account reaches nothing of it before root is done.
    for folder, _, files in os.walk(new, topdown=False):
        Path(folder).chmod(0o700)
        for made in (*(Path(folder) / name for name in files), Path(folder)):
            if os.geteuid() == 0:
                os.chown(made, cluster.account.pw_uid, cluster.account.pw_gid, follow_symlinks=False)
    new.rename(cluster.data)


def _recovered(cluster: Cluster, conninfo: str) -> None:
    """Wait until all is taken in and the server writes again; then forget how it was restored."""
    deadline, reached = time.monotonic() + PATIENCE, None
    while True:
        try:
            with psycopg.connect(conninfo, autocommit=True) as connection:
                query = "select pg_is_in_recovery(), pg_last_wal_replay_lsn()::text"
                row = connection.execute(query).fetchone()
                assert row is not None
                if not row[0]:
                    for name in ("restore_command", "recovery_target_time", *_RECOVERY):
                        connection.execute(SQL("alter system reset {}").format(Identifier(name)))
                    connection.execute("select pg_reload_conf()")
                    return
        except psycopg.OperationalError as error:
            raise cluster.failure("stopped while it was being restored") from error
        if row[1] != reached:
            deadline, reached = time.monotonic() + PATIENCE, row[1]
        elif time.monotonic() > deadline:
            raise cluster.failure("does not come to the end of its log")
        time.sleep(0.05)
