"""Purging: redacted texts leave the files of the database, not only the answers.

The former version of an updated row stays in its page until the table is rewritten, and the write-ahead log holds both
versions. Backups, archived logs and replicas have copies of their own (`docs/safekeeping.md`).
"""

import time
from collections.abc import Iterator

import psycopg
from psycopg.sql import SQL, Identifier

from domain.ledger.plan_ledger import PlanLedger
from domain.postgres.connections import Connection, connected, rows, value
from domain.postgres.database_errors import in_short
from domain.refusals import LedgerUnusable

_REWRITE = "vacuum (full) {schema}.events"
_SWITCH = "select pg_walfile_name(pg_switch_wal())"

#: Seconds to wait until the server has archived the log files that hold redacted texts.
_ARCHIVED_WITHIN = 10.0

#: Everybody, readers too, queues behind a waiting exclusive lock: so the wait is short, and repeated a few times.
_WAIT, _TRIES, _PAUSE = "500ms", 6, 1.0

# Processes and slots that may still see former versions of rows: a rewrite of the table keeps these versions.
_OLDER = """
    select 'the transaction of database process ' || pid, backend_xmin::text from pg_stat_activity
     where backend_xmin is not null and pid <> pg_backend_pid() and (datname = current_database() or datname is null)
    union all select 'the replication slot ' || slot_name, coalesce(xmin, catalog_xmin)::text from pg_replication_slots
     where xmin is not null
    union all select 'the prepared transaction ' || gid, transaction::text from pg_prepared_xacts
     where database = current_database()
"""

# The number of log files up to a name: of those not yet archived, which no checkpoint can remove, and of all.
_UNARCHIVED = "select count(*) from pg_ls_archive_statusdir() where name like '%%.ready' and left(name, 24) <= %s"
_KEPT = "select count(*) from pg_ls_waldir() where length(name) = 24 and name <= %s"

# The last of the log files that are ready for use. Before wal_recycle was switched off these were old files under new
# names. They keep their old content until they are overwritten to the end, which a switch does.
_READY = "select coalesce(max(name), '') from pg_ls_waldir() where length(name) = 24 and name > %s"

# An empty log file is not switched.
_SOMETHING = "select pg_logical_emit_message(true, 'asat', 'purge')"

#: The most switches, each of which writes 16 MB to the end; files that are left then are reported.
_SWITCHES = 128

_MAY = "select pg_has_role(nspowner, 'USAGE') from pg_namespace where nspname = %s"

#: The longest wait for another purge of the same ledger.
_ANOTHER = "10s"


def purge(ledger: PlanLedger) -> list[str]:
    """Rewrite the table of events and begin a new log; what could not be done, and why, a sentence each.

    The purge is noted in the ledger, up to the last event that was recorded when it began. Nobody reads or records
    while the table is rewritten: a second for 100,000 events. A long reader of the table, such as a backup, is not
    waited for. One purge of a ledger runs at a time.

    Raises:
        LedgerUnusable: the server cannot be reached, or refuses to rewrite the table.
    """
    try:
        return _purge(ledger.owner_conninfo, ledger.datastore.schema)
    except psycopg.errors.InsufficientPrivilege as error:
        raise LedgerUnusable(
            "the login that serves may not write the table anew: run `asat purge` with the address of the ledger's"
            f" owner (--owner-url or ASAT_OWNER_URL): {in_short(error)}"
        ) from error
    except psycopg.Error as error:
        raise LedgerUnusable(f"the database cannot be made to forget what was redacted: {in_short(error)}") from error


def _purge(owner_conninfo: str, schema: str) -> list[str]:
    with connected(owner_conninfo) as owner:
        if not value(owner, _MAY, (schema,)):
            # PostgreSQL would only warn, and leave the table as it is.
            raise psycopg.errors.InsufficientPrivilege(f"{owner.info.user} does not own the schema {schema}")
        owner.execute(f"set lock_timeout = '{_ANOTHER}'".encode())
        try:
            owner.execute("select pg_advisory_lock(hashtextextended(%s, 0))", (f"asat purge {schema}",))
        except psycopg.errors.LockNotAvailable:
            return ["another purge of this ledger is under way: purge again when that has ended"]
        position = value(owner, SQL("select position from {}.head").format(Identifier(schema))) or 0
        older = _still_older(owner)
        if not _rewritten(owner, schema):
            return ["the table is being read by something that takes long, such as a backup: purge when that has ended"]
        left = [
            f"{who} may still see what was redacted, which was kept for it: purge when that has ended" for who in older
        ]
        left += _new_log(owner)
        if not older:
            _note(owner, schema, position, complete=not left)
        return list(dict.fromkeys(left))


def _note(owner: Connection, schema: str, position: int, *, complete: bool) -> None:
    """Note the purge, if there is a redaction that no earlier one covered."""
    owner.execute(
        SQL(
            "insert into {0}.purges (position, complete, purged_at)"
            " select %(position)s, %(complete)s, clock_timestamp()"
            " where exists (select from {0}.events where topic = 'TextRedacted' and position <= %(position)s"
            "  and position > (select coalesce(max(p.position), 0) from {0}.purges p"
            "                   where p.complete or not %(complete)s))"
        ).format(Identifier(schema)),
        {"position": position, "complete": complete},
    )


def copied_elsewhere(ledger: PlanLedger) -> str | None:
    """A sentence on the place where redacted texts stay whatever the server does; None if it knows of none.

    Raises:
        LedgerUnusable: the server does not answer.
    """
    try:
        with connected(ledger.owner_conninfo) as owner:
            if not _archives(owner):
                return None
    except psycopg.Error as error:
        raise LedgerUnusable(f"whether the log is archived was not seen: {in_short(error)}") from error
    return (
        "the folder to which the log is archived holds it still, in what was written before: take another base of it"
        " (`asat backup --continuous FOLDER`), and delete the older bases and pieces"
    )


def _archives(owner: Connection) -> bool:
    return _asked(owner, "show archive_mode") != "off"


def _new_log(owner: Connection) -> Iterator[str]:
    """Begin a new log and have the old one removed; a sentence on each part that is left."""
    newest = None
    for step in ("checkpoint", _SWITCH):
        try:
            done = _asked(owner, step)
            newest = done if step == _SWITCH else newest
        except psycopg.errors.InsufficientPrivilege as error:
            yield f"{step}: {error.diag.message_primary}"
    if newest is None:
        return
    if _asked(owner, "show wal_recycle") == "on":
        yield (
            "the server uses old log files again, which hold it until they are overwritten: set wal_recycle = off and"
            " purge again"
        )
        return
    try:
        yield from _written_over(owner, newest)
        owner.execute("checkpoint")
        yield from _not_removed(owner, newest)
    except psycopg.errors.InsufficientPrivilege as error:
        yield (
            f"whether old log files are left was not seen ({error.diag.message_primary}): let an administrator"
            f" `grant pg_monitor, pg_checkpoint to {owner.info.user}`, and purge again"
        )


def _written_over(owner: Connection, newest: str) -> Iterator[str]:
    """Have every log file overwritten that was ready to be used again; a sentence on those that are left."""
    last, now = _asked(owner, _READY, newest), newest
    for _ in range(_SWITCHES):
        if now >= last:
            return
        _asked(owner, _SOMETHING)
        now = _asked(owner, _SWITCH)
    yield (
        f"of old log files that the server had made ready to use again, those from {now} to {last} are not overwritten"
        " yet: purge again"
    )


def _not_removed(owner: Connection, newest: str) -> Iterator[str]:
    """A sentence on the log files up to this one that the server keeps, after time to archive and remove them."""
    archives = _archives(owner)
    if archives:
        deadline = time.monotonic() + _ARCHIVED_WITHIN
        while int(_asked(owner, _UNARCHIVED, newest)) and time.monotonic() < deadline:
            time.sleep(0.05)
        owner.execute("checkpoint")  # which removes what is archived
    if not (left := int(_asked(owner, _KEPT, newest))):
        return
    pieces = "a piece" if left == 1 else f"{left} pieces"
    if archives:
        why = f"which it could not archive yet{_last_failure(owner)}: purge when it can"
    else:
        why = "for a replica that is behind, or as wal_keep_size says: purge again when it does so no more"
    yield f"the server keeps {pieces} of its old log, {why}"


def _asked(owner: Connection, query: str, *values: str) -> str:
    """The single value of a query; empty for a command."""
    done = owner.execute(query.encode(), values or None)
    row = done.fetchone() if done.description else None
    return str(row[0]) if row else ""


def _last_failure(owner: Connection) -> str:
    failed = value(
        owner,
        "select to_char(last_failed_time at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') from pg_stat_archiver"
        " where last_failed_time > coalesce(last_archived_time, '-infinity')",
    )
    return f" (it failed to at {failed}; its log says why)" if failed else ""


def _rewritten(owner: Connection, schema: str) -> bool:
    owner.execute(f"set lock_timeout = '{_WAIT}'".encode())
    for attempt in range(_TRIES):
        if attempt:
            time.sleep(_PAUSE)
        try:
            owner.execute(SQL(_REWRITE).format(schema=Identifier(schema)))
            return True
        except psycopg.errors.LockNotAvailable:
            continue
    return False


def _still_older(owner: Connection) -> list[str]:
    """The processes and slots that may see former versions of rows, now and still after some seconds."""
    first = set(rows(owner, _OLDER))
    left = first
    for _ in range(_TRIES):
        if not left:
            break
        time.sleep(_PAUSE / 4)
        left = first & set(rows(owner, _OLDER))
    return sorted(who for who, _ in left)
