"""The archive of an embedded server: base backups and the write-ahead log since, for point-in-time recovery.

    ARCHIVE/base-20261120T184600.123456Z   a base backup; its name is the first moment that can be restored from it
    ARCHIVE/wal                            the log files since (archiving.sh copies them there)

An external server (ASAT_DATABASE_URL) has its own means for this.
"""

import shutil
import time
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from psycopg.sql import SQL, Identifier

from domain.instants import instant_text
from domain.postgres.backup_refusals import BackupCode, BackupUnusable
from domain.postgres.base_backups import NAME, base_before, unpack_base, verify_base
from domain.postgres.cluster import PATIENCE, Cluster
from domain.postgres.connections import Connection, connected, rows, value
from domain.postgres.embedded_server import EmbeddedServer
from domain.postgres.log_archiving import NAMED, PIECES, RESTORED_FROM, archive_of, missing_programs, restore_command
from domain.postgres.programs import run
from domain.postgres.server_account import EmbeddedServerError, command
from domain.refusals import LedgerUnusable

_RECOVERY = {"recovery_target_action": "promote", "recovery_target_timeline": "current"}

#: Attempts of the server to archive a log file before it pauses for a minute.
_TRIES = 3


def archive_continuously(data: Path, archive: Path) -> datetime:
    """Switch on continuous archiving for the embedded server of a data folder, and take a base backup.

    If it is on already, another base backup is taken, which makes restoring quicker.

    Returns:
        The first moment that can be restored from the new base backup.

    Raises:
        BackupUnusable: the archive is another ledger's or cannot be used; everything is as it was.
        LedgerUnusable: the server cannot be used.
    """
    archive = archive.absolute()
    try:
        with EmbeddedServer.start(data) as server:
            cluster = Cluster(data)
            _usable(cluster, archive)
            begins, new = archive_of(cluster.folder) is None, not archive.exists()
            try:
                _make_folders(cluster, archive)
                if begins:
                    _switch(cluster, archive)
                return _take_base(cluster, archive, server.owner_conninfo)
            except BaseException:
                shutil.rmtree(archive / "base.new", ignore_errors=True)
                if begins:
                    _switch(cluster, None)
                    shutil.rmtree(archive if new else archive / PIECES, ignore_errors=True)
                raise
    except (EmbeddedServerError, psycopg.Error) as error:
        raise LedgerUnusable(str(error)) from error


def _usable(cluster: Cluster, archive: Path) -> None:
    before = archive_of(cluster.folder)
    if before not in (None, archive):
        raise BackupUnusable(
            BackupCode.ARCHIVED_ELSEWHERE,
            f"this ledger is archived to {before} already: go on with that, or delete {cluster.folder / NAMED} and"
            " restart AsAt first",
        )
    if "\n" in str(archive):
        raise BackupUnusable(BackupCode.ARCHIVE_MISPLACED, "the name of an archive is one line: name another folder")
    if archive == cluster.folder or cluster.folder in archive.parents:
        raise BackupUnusable(
            BackupCode.ARCHIVE_MISPLACED,
            f"{archive} lies in the data folder, and would be lost with it: name one elsewhere",
        )
    if before is None and archive.exists() and any(archive.iterdir()):
        raise BackupUnusable(BackupCode.NOT_EMPTY, f"{archive} is not empty: name a new folder for this ledger alone")
    _must_have_programs(archive)


def _must_have_programs(archive: Path) -> None:
    if missing := missing_programs(archive):
        raise BackupUnusable(
            BackupCode.PROGRAM_MISSING,
            f"this system lacks {', '.join(missing)}, by which the log is copied: install it first",
        )


def _make_folders(cluster: Cluster, archive: Path) -> None:
    for folder in (archive, archive / PIECES):
        if not folder.exists():
            folder.mkdir(0o700, parents=folder == archive)
            cluster.give(folder)


def _switch(cluster: Cluster, archive: Path | None) -> None:
    """Switch archiving on, to this folder, or off."""
    with cluster.starting() as starting:
        (cluster.folder / NAMED).unlink(missing_ok=True)
        if archive is not None:
            with cluster.new_file(NAMED) as file:
                file.write(f"{archive}\n")
        # It takes effect at the next start; connected programs wait that long and notice nothing.
        cluster.stop()
        cluster.ensure_running(starting)


def _take_base(cluster: Cluster, archive: Path, conninfo: str) -> datetime:
    new = archive / "base.new"
    if new.exists():
        shutil.rmtree(new)
    # Made here, as the account may lack the right to make it in another's folder.
    new.mkdir(0o700)
    cluster.give(new)
    options = ["--format=tar", "--gzip", "--wal-method=stream", "--checkpoint=fast"]
    options += ["--manifest-checksums=SHA256", "--no-password"]
    _run(cluster, archive, "pg_basebackup", *options, "--pgdata", str(new), "--dbname", conninfo)
    verify_base(new)
    with connected(conninfo) as connection:
        moment = _archived(cluster, archive, connection)
    new.rename(archive / moment.strftime(NAME))
    return moment


def _archived(cluster: Cluster, archive: Path, connection: Connection) -> datetime:
    """Wait until everything written by now is in the archive; the present moment by the database's clock."""
    failed_before = _failed(connection)
    # An empty log file is not switched, so there would be none to wait for.
    connection.execute("select pg_create_restore_point('asat base backup')")
    [(piece, now)] = rows(connection, "select pg_walfile_name(pg_switch_wal()), clock_timestamp()")
    deadline = time.monotonic() + PATIENCE
    while not any((archive / PIECES / name).exists() for name in (piece, f"{piece}.gz")):
        if _failed(connection) >= failed_before + _TRIES or time.monotonic() > deadline:
            raise BackupUnusable(
                BackupCode.ARCHIVING_FAILED,
                f"nothing can be archived to {archive}, as the server says ({_complaint(cluster)}): let the account"
                f" {cluster.account.pw_name!r} write there, or name another folder",
            )
        time.sleep(0.02)
    moment: datetime = now.astimezone(UTC)
    return moment


def _failed(connection: Connection) -> int:
    return value(connection, "select failed_count from pg_stat_archiver") or 0


def _complaint(cluster: Cluster) -> str:
    """Why the server could not archive a log file: the last line before that message in the server's own log."""
    before, failure, _ = cluster.log.text().rpartition("archive command failed")
    lines = [line for line in before.splitlines()[:-1] if line.strip()]
    return lines[-1].strip() if failure and lines else f"see {cluster.data / 'log'}"


def _run(cluster: Cluster, folder: Path, program: str, *arguments: str) -> None:
    argv = command(cluster.account, [str(cluster.bin_folder / program), *arguments], [cluster.folder, folder])
    done = run(argv, capture_output=True)
    if done.returncode:
        raise BackupUnusable(
            BackupCode.ARCHIVING_FAILED, f"PostgreSQL's {program} failed:\n{done.stderr.strip()[-2000:]}"
        )


def restore_to(archive: Path, moment: datetime | None, data: Path) -> None:
    """Restore the state at a moment, or all that the archive holds, into a data folder without a database.

    Raises:
        BackupUnusable: the archive does not reach to that moment, or there is a database already; nothing was restored.
        LedgerUnusable: the server cannot be used.
    """
    archive = archive.absolute()
    base = base_before(archive, moment)
    _must_have_programs(archive)
    try:
        cluster = Cluster(data)
        with cluster.starting():
            if cluster.data.exists():
                there = f"{data} holds a database already, which is never replaced: name a new folder"
                raise BackupUnusable(BackupCode.LEDGER_THERE, there)
            verify_base(base)
            with cluster.new_file(RESTORED_FROM) as file:
                file.write(f"{archive}\n")
            try:
                unpack_base(cluster, base, _recovery(cluster, moment))
            except BaseException:
                (cluster.folder / RESTORED_FROM).unlink()
                raise
        try:
            with EmbeddedServer.start(data) as server:
                _recovered(cluster, server.owner_conninfo)
        except (EmbeddedServerError, psycopg.Error) as error:
            shutil.rmtree(cluster.data)
            if moment and "recovery ended before configured recovery target was reached" in str(error):
                raise BackupUnusable(
                    BackupCode.MOMENT_NOT_HELD,
                    f"nothing was restored: the archive holds nothing that was written after {instant_text(moment)}."
                    " Without --to everything is restored that it holds",
                ) from error
            raise
        finally:
            (cluster.folder / RESTORED_FROM).unlink(missing_ok=True)
    except (EmbeddedServerError, psycopg.Error) as error:
        raise LedgerUnusable(f"nothing was restored: {error}") from error


def _recovery(cluster: Cluster, moment: datetime | None) -> dict[str, str]:
    target = {"recovery_target_time": moment.isoformat()} if moment else {}
    return {"restore_command": restore_command(cluster.folder), **_RECOVERY, **target}


def _recovered(cluster: Cluster, conninfo: str) -> None:
    """Wait until recovery has ended, then reset the settings for it."""
    deadline, reached = time.monotonic() + PATIENCE, None
    while True:
        try:
            with connected(conninfo) as connection:
                query = "select pg_is_in_recovery(), pg_last_wal_replay_lsn()::text"
                [(recovers, replayed)] = rows(connection, query)
                if not recovers:
                    for name in ("restore_command", "recovery_target_time", *_RECOVERY):
                        connection.execute(SQL("alter system reset {}").format(Identifier(name)))
                    connection.execute("select pg_reload_conf()")
                    return
        except psycopg.OperationalError as error:
            raise cluster.log.failure("stopped while it was being restored") from error
        if replayed != reached:
            deadline, reached = time.monotonic() + PATIENCE, replayed
        elif time.monotonic() > deadline:
            raise cluster.log.failure("does not come to the end of its log")
        time.sleep(0.05)
