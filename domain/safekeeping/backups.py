"""A backup in one file: a dump of a ledger at one moment, with the size and root that it must have when restored.

The file is a zip. `ledger.dump` is PostgreSQL's (`pg_restore` reads it without AsAt), `backup.json` has the number of
events of each ledger in it and the root of their tree, and `checkpoint.txt` is the newest checkpoint by then.
"""

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import IO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

import psycopg
from psycopg.sql import SQL, Identifier

from domain.files.whole_files import written_whole
from domain.ledger.opening import SCHEMA
from domain.ledger.plan_ledger import PlanLedger
from domain.ledger.schema import access_schema, app_role, schema_version
from domain.postgres.backup_refusals import BackupCode, BackupUnusable
from domain.postgres.base_backups import sha256_of
from domain.postgres.connections import Connection, connected, rows, value
from domain.postgres.database_errors import in_short
from domain.postgres.programs import dump
from domain.proofs.keys import to_base64
from domain.proofs.tree import root
from domain.refusals import LedgerUnusable

FORMAT = "asat backup 1"
DUMP, CHECKPOINT, MANIFEST = "ledger.dump", "checkpoint.txt", "backup.json"
#: Bytes; no manifest and no checkpoint is longer.
_MOST = 1 << 20


@dataclass(frozen=True, slots=True)
class Held:
    """One ledger in a backup."""

    schema: str
    #: The version of the schema.
    migration: int
    #: The number of events.
    size: int
    #: The root of the tree over them, in base64 as in a checkpoint.
    root: str
    #: Whether a role that may only read and append was admitted to it.
    guarded: bool


@dataclass(frozen=True, slots=True)
class Backup:
    """The manifest of a backup, and its checkpoint."""

    made_at: datetime
    #: The version of the server that was backed up.
    server: str
    ledgers: tuple[Held, ...]
    #: The SHA-256 of the dump, in hexadecimal.
    digest: str
    #: The newest checkpoint by then; a note.
    checkpoint: bytes | None = None


def schemas(schema: str = SCHEMA) -> tuple[str, str]:
    """The schemas of one ledger: that of the plans, and that of access."""
    return schema, access_schema(schema)


def back_up(ledger: PlanLedger, file: Path) -> Backup:
    """Write a backup of the ledger, as it is at one moment, to a new file that only its owner can read.

    Recording goes on meanwhile. The file is there whole or not at all.

    Raises:
        BackupUnusable: the file exists already.
        LedgerUnusable: the database or its tools fail.
        NotWritten: the disk is full.
    """
    if file.exists():
        raise BackupUnusable(
            BackupCode.FILE_THERE, f"{file} is there already, and a backup is never written over: name a new file"
        )
    with written_whole(file, replace=False, private=True) as written:
        return _write(ledger.owner_conninfo, ledger.datastore.schema, written)


def _write(conninfo: str, schema: str, file: IO[bytes]) -> Backup:
    try:
        with connected(conninfo, autocommit=False) as connection:
            return _write_as_at(connection, conninfo, schema, file)
    except psycopg.Error as error:
        raise LedgerUnusable(f"the database cannot be backed up: {in_short(error)}") from error


def _write_as_at(connection: Connection, conninfo: str, schema: str, file: IO[bytes]) -> Backup:
    """Read everything in one snapshot: that of this connection, which `pg_dump` uses too."""
    connection.execute("set transaction isolation level repeatable read, read only")
    connection.execute("set idle_in_transaction_session_timeout = 0")
    [(snapshot, made_at)] = rows(connection, "select pg_export_snapshot(), clock_timestamp()")
    held = tuple(held_in(connection, one) for one in schemas(schema) if schema_version(connection, one))
    quoted = [f'--schema="{one.schema}"' for one in held]
    checkpoint: bytes | None = value(
        connection, SQL("select note from {}.checkpoints order by number desc limit 1").format(Identifier(schema))
    )
    options = ["--format=custom", "--no-owner", "--strict-names", f"--snapshot={snapshot}", *quoted]
    digest, server = sha256(), str(connection.info.parameter_status("server_version"))
    with ZipFile(file, "w", ZIP_STORED) as archive:
        with archive.open(DUMP, "w", force_zip64=True) as entry:

            def keep(piece: bytes) -> None:
                digest.update(piece)
                entry.write(piece)

            dump(conninfo, options, keep)
        made = Backup(made_at, server, held, digest.hexdigest(), checkpoint)
        if checkpoint is not None:
            archive.writestr(CHECKPOINT, checkpoint)
        archive.writestr(MANIFEST, _manifest(made))
    return made


def held_in(connection: Connection, schema: str) -> Held:
    """The state of one ledger in a database, as a backup describes it."""
    named = Identifier(schema)
    size: int | None = value(connection, SQL("select position from {}.head").format(named))
    if size is None:
        raise LedgerUnusable(f"the head of {schema} is missing: see asat check")

    def node(level: int, index: int) -> bytes:
        query = SQL("select substr(hashes, %s, 32) from {}.events where position = %s").format(named)
        found: bytes | None = value(connection, query, (32 * level + 1, (index + 1) << level))
        if found is None or len(found) != 32:
            raise LedgerUnusable(f"{schema} does not have node {index} of level {level} of its tree: see asat check")
        return found

    admits = "select coalesce(has_schema_privilege(to_regrole(quote_ident(%s)), %s, 'usage'), false)"
    guarded = value(connection, admits, (app_role(schema), schema))
    return Held(schema, schema_version(connection, schema), size, to_base64(root(size, node)), guarded)


def _manifest(backup: Backup) -> str:
    ledgers = [{name: getattr(one, name) for name in Held.__slots__} for one in backup.ledgers]
    manifest = {
        "format": FORMAT,
        "made_at": backup.made_at.isoformat(),
        "server": backup.server,
        "ledgers": ledgers,
        "sha256": backup.digest,
    }
    return json.dumps(manifest, indent=2) + "\n"


@contextmanager
def opened(file: Path) -> Iterator[tuple[Backup, ZipFile]]:
    """Read and verify a whole backup; raises BackupUnusable if it is none or was altered."""
    with ExitStack() as held:
        content = held.enter_context(file.open("rb"))
        try:
            archive = held.enter_context(ZipFile(content))
            backup = _read(archive, file)
        except BackupUnusable:
            raise
        except Exception as error:  # reading a damaged or forged zip may raise anything
            raise BackupUnusable(
                BackupCode.NOT_A_BACKUP, f"{file} is no backup of a ledger, or not a whole one"
            ) from error
        yield backup, archive


def _read(archive: ZipFile, file: Path) -> Backup:
    """The manifest and checkpoint of a backup, after a check of all its bytes."""
    names = {one.filename: one.file_size for one in archive.infolist()}
    if any(names.get(name, 0) > _MOST for name in (MANIFEST, CHECKPOINT)):
        raise ValueError
    if any(one.compress_type not in (ZIP_STORED, ZIP_DEFLATED) for one in archive.infolist()):
        raise ValueError
    manifest = json.loads(archive.read(MANIFEST))
    checkpoint = archive.read(CHECKPOINT) if CHECKPOINT in names else None
    if manifest["format"] != FORMAT:
        raise BackupUnusable(
            BackupCode.NEWER_PROGRAM_NEEDED,
            f"{file} is {str(manifest['format'])[:60]!r}, which this AsAt does not read: use a newer one",
        )
    ledgers = tuple(Held(**one) for one in manifest["ledgers"])
    kinds = Held.__annotations__.items()
    if not ledgers or any(type(getattr(one, name)) is not kind for one in ledgers for name, kind in kinds):
        raise ValueError
    backup = Backup(
        datetime.fromisoformat(manifest["made_at"]), manifest["server"], ledgers, manifest["sha256"], checkpoint
    )
    with archive.open(DUMP) as entry:
        digest = sha256_of(entry)
    if digest != backup.digest:
        raise BackupUnusable(
            BackupCode.DAMAGED, f"{file} was altered or damaged since it was written: take another backup of it"
        )
    return backup
