"""Opening a ledger, as the login that serves; making, upgrading and granting it, as its owner.

With one address for both, opening makes and upgrades the ledger as well.
"""

import getpass
import os
from dataclasses import dataclass
from datetime import datetime

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.sql import SQL, Composable, Identifier

from domain.ledger.access_marks import AccessLost, access_lost_from
from domain.ledger.catalogue import expected_catalogue, read_names
from domain.ledger.login_powers import powers
from domain.ledger.schema import (
    access_schema,
    app_role,
    is_replica,
    migrate,
    not_newer,
    refuse_shared_role,
    released_migrations,
    replicated,
    schema_version,
    take_on,
)
from domain.postgres.connections import Connection, connected, rows, value
from domain.postgres.database_errors import in_short
from domain.refusals import LedgerUnusable

#: The default name of a ledger's schema.
SCHEMA = "asat"

_MAKES = """
    select case when n.oid is null then has_database_privilege(current_database(), 'CREATE')
                when %s = 0 then has_schema_privilege(n.oid, 'CREATE')
                else pg_has_role(n.nspowner, 'USAGE') end
      from (select) one left join pg_namespace n on n.nspname = %s
"""


def open_schema(conninfo: str, schema: str, *, alone: bool, beside: str | None = None) -> str:
    """The role to work as on a ledger's schema, for the login in this address.

    Args:
        conninfo: connects as the login that serves.
        schema: name of the PostgreSQL schema.
        alone: whether there is no address of an owner: then this login makes and upgrades the schema, if it may.
        beside: a second schema, which this login must be able to open too, unless it may make it.

    Raises:
        LedgerUnusable: there is no schema, or an older one, or the login may not read it; the message names the remedy.
        psycopg.Error: the database cannot be used.
    """
    newest = released_migrations()[-1].number
    with connected(conninfo) as connection:
        if is_replica(connection):
            return replicated(connection, schema, newest)
        found, may_make = _found(connection, schema)
        if alone and may_make:
            return migrate(conninfo, schema)
        _must_be_current(schema, found, newest)
        if beside is None:
            return take_on(connection, schema)
        found_beside, _ = _found(connection, beside)
        role = take_on(connection, schema)
        # A removed access ledger is not made again: its use is refused, and the check reports it.
        if found_beside or _lost_from(connection, schema) is None:
            _must_be_current(beside, found_beside, newest)
        return role


def _lost_from(connection: Connection, schema: str) -> datetime | None:
    return access_lost_from(lambda query: rows(connection, query), schema)


def _must_be_current(schema: str, found: int, newest: int) -> None:
    """Raises LedgerUnusable unless the schema has the version that this program needs."""
    not_newer(found, newest)
    if found == 0:
        raise LedgerUnusable(
            f"there is no ledger in the schema {schema} of this database yet: make it with `asat migrate`, as its owner"
            " (ASAT_OWNER_URL)"
        )
    if found < newest:
        raise LedgerUnusable(
            f"the ledger's schema {schema} is version {found}, where this program needs {newest}: upgrade it with"
            " `asat migrate`, as its owner (ASAT_OWNER_URL)"
        )


_DATABASE = "select current_database(), (select system_identifier from pg_control_system())"


def refuse_two_databases(database_url: str | None, owner_url: str | None) -> None:
    """Raises LedgerUnusable if the addresses of the owner and of the login that serves name different databases.

    Both servers are asked. If one does not answer, the names in the addresses decide; its use will report the failure.
    """
    if database_url is None or owner_url is None or owner_url == database_url:
        return
    try:
        with connected(database_url) as serving, connected(owner_url) as owner:
            same = rows(serving, _DATABASE) == rows(owner, _DATABASE)
    except psycopg.Error:
        same = _database_in(database_url) == _database_in(owner_url)
    if not same:
        raise LedgerUnusable(
            f"the owner's address is of another database ({_place(owner_url)}) than that of the login that serves"
            f" ({_place(database_url)}): nothing was done. Name the same one in ASAT_OWNER_URL and ASAT_DATABASE_URL"
        )


def _database_in(conninfo: str) -> str:
    address = _read_address(conninfo)
    return str(address.get("dbname") or address.get("user") or login_in(conninfo))


def _place(conninfo: str) -> str:
    """Database and server of an address, without its secrets."""
    address = _read_address(conninfo)
    server = str(address.get("host") or os.environ.get("PGHOST") or "this machine")
    port = f":{address['port']}" if address.get("port") else ""
    return f"{_database_in(conninfo)} on {server}{port}"


def _read_address(conninfo: str) -> dict[str, object]:
    """The parts of an address; raises LedgerUnusable if it cannot be read."""
    try:
        return dict(conninfo_to_dict(conninfo))
    except psycopg.ProgrammingError as error:
        raise LedgerUnusable(f"the address of the database cannot be read: {error}; see ASAT_DATABASE_URL") from error


def _found(connection: Connection, schema: str) -> tuple[int, bool]:
    """The version of the schema, and whether this login may make the next."""
    login = connection.info.user
    take_on(connection, schema)
    try:
        found = schema_version(connection, schema)
    except psycopg.errors.InsufficientPrivilege as error:
        raise LedgerUnusable(
            f"the login {login} may not read the ledger in the schema {schema}: run `asat migrate --grant-to {login}`"
            " as its owner (ASAT_OWNER_URL)"
        ) from error
    connection.execute("reset role")
    return found, bool(value(connection, _MAKES, (found, schema)))


@dataclass(frozen=True, slots=True)
class Made:
    """The result of making a schema: its versions before and after, and the login that serves it, with its powers."""

    schema: str
    before: int
    now: int
    login: str | None
    powers: list[str]


def login_in(conninfo: str) -> str:
    """The role as which an address logs in; raises LedgerUnusable if it cannot be read."""
    return str(_read_address(conninfo).get("user") or os.environ.get("PGUSER") or getpass.getuser())


def make_ledger(owner_conninfo: str, login: str | None, schema: str = SCHEMA) -> list[Made]:
    """Make or upgrade the schemas of a ledger: that of the plans and that of access.

    Args:
        owner_conninfo: connects as the role that owns them, or is to own them.
        login: the role that is to serve; None: the owner itself.
        schema: name of the schema of the plans.

    Raises:
        LedgerUnusable: it cannot be made or granted, or its audit of access was removed; the message says why and what
            to do.
    """
    made = []
    try:
        with connected(owner_conninfo) as connection:
            for one in (schema, access_schema(schema)):
                refuse_shared_role(connection, one, login)
        for one in (schema, access_schema(schema)):
            before, now = _make_and_grant(owner_conninfo, one, login)
            with connected(owner_conninfo) as connection:
                held = powers(connection, [one], login) if login else []
            made.append(Made(one, before, now, login, held))
            with connected(owner_conninfo) as connection:
                if one == schema and (since := _lost_from(connection, schema)) is not None:
                    raise AccessLost(since)
    except psycopg.Error as error:
        raise LedgerUnusable(f"the ledger cannot be made or upgraded: {in_short(error)}; see ASAT_OWNER_URL") from error
    return made


def _make_and_grant(owner_conninfo: str, schema: str, login: str | None) -> tuple[int, int]:
    """Make or upgrade a schema, and let a login read it and append to it; the versions before and after."""
    with connected(owner_conninfo) as connection:
        if is_replica(connection):
            raise LedgerUnusable("this is a replica, where nothing can be made: run `asat migrate` at the primary")
        if login is not None and not _exists(connection, login):
            raise LedgerUnusable(
                f"the server has no role {login}: make it first, as its administrator (create role {login} login"
                " password '...'), and run `asat migrate` again"
            )
        login = None if login == value(connection, "select current_user") else login
        before = schema_version(connection, schema)
        role = app_role(schema)
        migrate(owner_conninfo, schema, login=login, inherits=True)
        if login is not None:
            _must_be_admitted(connection, schema, role, login)
        settle_grants(connection, schema, role)
        return before, schema_version(connection, schema)


def _must_be_admitted(connection: Connection, schema: str, role: str, login: str) -> None:
    """Raises LedgerUnusable unless the login may take on the ledger's role by now."""
    if not rows(
        connection, "select from pg_roles where rolname = %s and pg_has_role(%s, oid, 'MEMBER')", (role, login)
    ):
        raise LedgerUnusable(
            f"the owner of {schema} may not make the role {role} and grant it to {login}: have an administrator of the"
            f" server run `create role {role} nologin; grant {role} to {login}`, and run `asat migrate` again"
        )


def _exists(connection: Connection, role: str) -> bool:
    return bool(rows(connection, "select from pg_roles where rolname = %s", (role,)))


def settle_grants(connection: Connection, schema: str, role: str) -> None:
    """As the owner, grant the ledger's role what the migrations grant it, and revoke everything from the public.

    Does nothing where the server has no such role.
    """
    if not _exists(connection, role):
        return
    named = Identifier(schema)
    with connection.transaction():
        for things in ("schema {}", "all tables in schema {}", "all functions in schema {}"):
            for whom in (SQL("public"), Identifier(role)):
                connection.execute(SQL("revoke all on " + things + " from ").format(named) + whom)
        for kind, name, _, may in sorted(expected_catalogue(read_names(connection, schema)).grants):
            connection.execute(
                SQL("grant {} on {} to {}").format(SQL(may), _thing(kind, name, named), Identifier(role))
            )


def _thing(kind: str, name: str, schema: Identifier) -> Composable:
    if kind == "the schema":
        return SQL("schema {}").format(schema)
    if kind == "the table":
        return SQL("table {}.{}").format(schema, Identifier(name))
    return SQL("function {}.").format(schema) + SQL(name)
