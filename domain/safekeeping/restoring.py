"""Restoring a backup into an empty ledger, whole or not at all, and verifying the result.

The result is compared with the backup's manifest, with every checkpoint in it, and with one that the caller holds. Only
the last protects against somebody who could alter the backup.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zipfile import ZipFile

import psycopg
from psycopg.sql import SQL, Identifier

from domain.integrity.checkpoint_store import checkpoints_of
from domain.integrity.evidence_packs import against, checkpoint_in
from domain.integrity.invariants import broken_invariants
from domain.ledger.opening import SCHEMA, settle_grants
from domain.ledger.plan_ledger import PlanLedger
from domain.ledger.schema import app_role, refuse_shared_role, released_migrations, take_app_role
from domain.postgres.backup_refusals import BackupCode, BackupUnusable
from domain.postgres.connections import Connection, connected, rows
from domain.postgres.database_errors import in_short
from domain.postgres.embedded_server import EmbeddedServer
from domain.postgres.programs import undump
from domain.postgres.server_account import EmbeddedServerError
from domain.postgres.server_settings import APP
from domain.proofs.checkpoint import Checkpoint, NotACheckpoint
from domain.proofs.signed_notes import NotANote, Note
from domain.proofs.verifying.failure import Failed
from domain.proofs.verifying.pack_zip import is_zip
from domain.refusals import LedgerUnusable
from domain.safekeeping.backups import (
    DUMP,
    Backup,
    Held,
    held_in,
    opened,
    schemas,
)


def restore(
    file: Path, *, database_url: str | None = None, data: Path | None = None, login: str | None = None
) -> Backup:
    """Restore a backup into a server, or into the embedded one of a data folder.

    Args:
        file: the backup.
        database_url: the server, as the role that is to own the ledger.
        data: without one, the data folder.
        login: on a server, the role that is to serve, if it is another.

    Raises:
        BackupUnusable: it is no backup of this program's, or there is something where it would go; nothing was changed.
        LedgerUnusable: the database cannot be used or refuses; nothing was restored.
    """
    with opened(file) as (backup, archive):
        if {one.schema for one in backup.ledgers} - {*schemas()} or backup.ledgers[0].schema != SCHEMA:
            raise BackupUnusable(
                BackupCode.OTHER_LEDGER, f"{file} holds {', '.join(one.schema for one in backup.ledgers)}, not {SCHEMA}"
            )
        newest = released_migrations()[-1].number
        if any(one.migration > newest for one in backup.ledgers):
            raise BackupUnusable(
                BackupCode.NEWER_PROGRAM_NEEDED, f"{file} was made by a newer AsAt than this one: restore it with that"
            )
        with _target(database_url, data, login) as (conninfo, serving):
            try:
                _restore(backup, archive, conninfo, serving, inherits=database_url is not None)
            except psycopg.Error as error:
                raise LedgerUnusable(f"nothing was restored: {in_short(error)}") from error
        return backup


@contextmanager
def _target(database_url: str | None, data: Path | None, login: str | None) -> Iterator[tuple[str, str | None]]:
    if database_url is not None:
        yield database_url, login
        return
    assert data is not None, "say where to restore to: a data folder or a database URL"
    try:
        with EmbeddedServer.start(data) as server:
            yield server.owner_conninfo, APP
    except EmbeddedServerError as error:
        raise LedgerUnusable(str(error)) from error


def _restore(backup: Backup, archive: ZipFile, conninfo: str, login: str | None, *, inherits: bool) -> None:
    with connected(conninfo) as connection:
        # A program that opens the ledger meanwhile would make it anew: this lock prevents that.
        for schema in schemas():
            connection.execute("select pg_advisory_lock(hashtextextended(%s, 0))", (f"asat migrations {schema}",))
        for one in backup.ledgers:
            refuse_shared_role(connection, one.schema, login)
        with connection.transaction():
            for schema in schemas():
                _clear(connection, schema)
        # Rights are restored for the ledger's role, if there was one and can be one.
        roles = [take_app_role(connection, one.schema, login, inherits=inherits) for one in backup.ledgers]
        guarded = all(
            one.guarded and role == app_role(one.schema) for one, role in zip(backup.ledgers, roles, strict=True)
        )
        with archive.open(DUMP) as entry:
            options = ["--no-owner"]
            undump(conninfo, options if guarded else [*options, "--no-privileges"], entry)
        for one, role in zip(backup.ledgers, roles, strict=True):
            # A restore without privileges would let everybody call the functions.
            if role == app_role(one.schema) and one.migration == released_migrations()[-1].number:
                settle_grants(connection, one.schema, role)
        for one in backup.ledgers:  # the dump does not say how large they are
            for table in _tables(connection, one.schema):
                connection.execute(SQL("analyze {}").format(Identifier(one.schema, table)))


def _clear(connection: Connection, schema: str) -> None:
    """Remove an empty ledger, such as one that was only opened; raises BackupUnusable if it holds anything."""
    if not rows(connection, "select from pg_namespace where nspname = %s", (schema,)):
        return
    for table in _tables(connection, schema):
        name = Identifier(schema, table)
        connection.execute(SQL("lock table {} in access exclusive mode nowait").format(name))
        held = SQL("position > 0" if table == "head" else "true")
        if table != "migrations" and rows(connection, SQL("select from {} where {} limit 1").format(name, held)):
            raise BackupUnusable(
                BackupCode.LEDGER_THERE,
                "there is a ledger already where the backup would be restored to, and a ledger is never replaced: name"
                " a new data folder (--into FOLDER) or an empty database",
            )
    connection.execute(SQL("drop schema {} cascade").format(Identifier(schema)))


def _tables(connection: Connection, schema: str) -> list[str]:
    return [
        str(name) for (name,) in rows(connection, "select tablename from pg_tables where schemaname = %s", (schema,))
    ]


def proved(ledger: PlanLedger, backup: Backup | None, since: bytes | None) -> Iterator[tuple[bool, str]]:
    """The comparisons with a restored ledger: whether each held, and the finding in a sentence.

    Args:
        ledger: the restored ledger.
        backup: the backup that it was restored from, if that has a manifest.
        since: a checkpoint or an evidence pack of this ledger that the caller holds.
    """
    broken = [*broken_invariants(ledger), *checkpoints_of(ledger).broken()]
    yield from ((False, f"{one.where}: {one.what}") for one in broken)
    if not broken:
        yield True, f"every one of its {ledger.size():,} events is whole and in order, and in its place in the tree"
        if cuts := len(checkpoints_of(ledger).all()):
            yield True, f"it holds what was signed in {'its checkpoint' if cuts == 1 else f'its {cuts} checkpoints'}"
    if backup is not None:
        with connected(ledger.owner_conninfo) as connection:
            yield from (_as_backed_up(held_in(connection, one.schema), one) for one in backup.ledgers)
        if backup.checkpoint is not None:
            yield from _holds(ledger, backup.checkpoint, "the checkpoint that lies in the backup")
    if since is not None:
        yield from _holds(ledger, since, "your evidence pack" if is_zip(since) else "your checkpoint")


def _as_backed_up(now: Held, then: Held) -> tuple[bool, str]:
    if (now.size, now.root) != (then.size, then.root):
        return False, f"the {now.size:,} events in {now.schema} are not the {then.size:,} that were backed up"
    return True, f"the {then.size:,} events in {then.schema} come to the root that was written down with the backup"


def _holds(ledger: PlanLedger, held: bytes, which: str) -> Iterator[tuple[bool, str]]:
    try:
        size = Checkpoint.read(Note.read(checkpoint_in(held)).text).size
        broken = list(against(ledger, held))
    except (NotANote, NotACheckpoint, Failed) as error:
        yield False, f"{which} is none: {error}"
        return
    yield from ((False, f"{which} does not hold: {one.where}: {one.what}") for one in broken)
    if not broken:
        more = ledger.size() - size
        later = f", and {more:,} {'was' if more == 1 else 'were'} recorded after it" if more else ""
        yield True, f"the first {size:,} events are those that {which} was signed for{later}"
