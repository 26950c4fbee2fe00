"""The ledger's schema: made and upgraded by the program, its version recorded in the database.

A migration is a numbered SQL file that is never edited once released. Missing ones run in one transaction under a lock,
so that two programs that start together run them once.
"""

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files

from psycopg import errors
from psycopg.sql import SQL, Identifier, Literal

from domain.postgres.connections import Connection, connected, rows, value
from domain.refusals import LedgerUnusable

# The other databases of the server in which a role has rights, or owns something.
_ELSEWHERE = """
    select distinct coalesce(b.datname, 'number ' || d.dbid) from pg_shdepend d
      left join pg_database b on b.oid = d.dbid
     where d.refclassid = 'pg_authid'::regclass and d.refobjid = to_regrole(quote_ident(%s)) and d.dbid <> 0
       and d.dbid <> (select oid from pg_database where datname = current_database()) order by 1
"""

#: Whether a schema was made: one row, or none.
HAS_BEGUN = SQL(
    "select from pg_class c join pg_namespace n on n.oid = c.relnamespace"
    " where n.nspname = %s and c.relname = 'migrations'"
)

_LONGEST, _ACCESS = 54, "_access"
# With `_appended` it names a notification channel, of at most 63 bytes.
_NAME = re.compile(r"(?!pg_)[A-Za-z][A-Za-z0-9_-]{0,53}")


@dataclass(frozen=True, slots=True)
class Migration:
    """One numbered step of the schema."""

    number: int
    name: str
    sql: str


def released_migrations() -> list[Migration]:
    """Every migration that came with this program, in order."""
    found = []
    for file in (files("domain.ledger") / "migrations").iterdir():
        if named := re.fullmatch(r"(\d{4})_(\w+)\.sql", file.name):
            found.append(Migration(int(named[1]), named[2], file.read_text(encoding="utf-8")))
    return sorted(found, key=lambda migration: migration.number)


def migrate(
    owner_conninfo: str,
    schema: str,
    migrations: Sequence[Migration] | None = None,
    login: str | None = None,
    *,
    inherits: bool = False,
) -> str:
    """Bring the schema up to this program's version, creating it where there is none.

    Args:
        owner_conninfo: connects as the role that owns the schema.
        schema: name of the PostgreSQL schema; one organisation is one ledger is one schema.
        migrations: for tests; by default those that came with the program.
        login: the role that the program logs in as, where it is not the owner.
        inherits: whether that login has the rights of the ledger's role without taking it on.

    Returns:
        The role with which the program reads and appends: one that may do nothing else or, if the server does not let
        us make one, the owner itself.

    Raises:
        LedgerUnusable: the schema is newer than this program, or its name cannot be used.
    """
    if not _NAME.fullmatch(schema):
        raise LedgerUnusable(
            f"{schema!r} cannot name the ledger's schema: take at most 54 letters (a to z), digits, hyphens and"
            " underscores, beginning with a letter, and not with pg_"
        )
    wanted = released_migrations() if migrations is None else list(migrations)
    with connected(owner_conninfo) as connection:
        if is_replica(connection):
            return replicated(connection, schema, wanted[-1].number)
        role = take_app_role(connection, schema, login, inherits=inherits)
        if schema_version(connection, schema) != wanted[-1].number:
            _upgrade(connection, schema, role, wanted)
        return _admitted(connection, schema, role)


def _upgrade(connection: Connection, schema: str, role: str, wanted: Sequence[Migration]) -> None:
    """Run the migrations that the schema lacks, in one transaction."""
    with connection.transaction():
        connection.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", (f"asat migrations {schema}",))
        done = schema_version(connection, schema)
        not_newer(done, wanted[-1].number)
        if done == 0:
            connection.execute(
                SQL(
                    "create schema if not exists {0}; create table {0}.migrations (number integer primary key,"
                    " name text not null, applied_at timestamptz not null default now())"
                ).format(Identifier(schema))
            )
        for migration in wanted:
            if migration.number > done:
                _apply(connection, migration, schema, role)


def is_replica(connection: Connection) -> bool:
    """Whether the server follows another one."""
    return bool(value(connection, "select pg_is_in_recovery()"))


def not_newer(found: int, wanted: int) -> None:
    """Raises LedgerUnusable where the schema is newer than this program."""
    if found > wanted:
        raise LedgerUnusable(
            f"the ledger's schema is version {found}, newer than this program's {wanted}: "
            "use the program that made it, or a newer one"
        )


def replicated(connection: Connection, schema: str, wanted: int) -> str:
    """The role to read with on a replica, where nothing can be made: schema and role are those of the primary."""
    role = take_on(connection, schema)
    found = schema_version(connection, schema)
    if found != wanted:
        raise LedgerUnusable(
            f"this is a replica, and the ledger's schema on it is version {found or 'none'}, where this program needs "
            f"{wanted}: start the same program at the primary once, and wait until the replica has followed"
        )
    return role


def take_on(connection: Connection, schema: str) -> str:
    """Set the session's role to the ledger's, if it may and that role may read; the role then in force."""
    right = "SET" if connection.info.server_version >= 160000 else "MEMBER"
    may = value(
        connection,
        "select pg_has_role(r.oid, %(right)s) and has_schema_privilege(r.oid, n.oid, 'usage')"
        " from pg_roles r, pg_namespace n where r.rolname = %(role)s and n.nspname = %(schema)s",
        {"right": right, "role": app_role(schema), "schema": schema},
    )
    if may:
        connection.execute(SQL("set role {}").format(Identifier(app_role(schema))))
    return str(value(connection, "select current_user"))


def schema_version(connection: Connection, schema: str) -> int:
    """The version of the schema in the database; 0 where there is none."""
    # Read from the catalogue's tables: to_regclass may not see another program's commit yet, even after that program
    # released its lock.
    if not rows(connection, HAS_BEGUN, (schema,)):
        return 0
    return int(value(connection, SQL("select coalesce(max(number), 0) from {}.migrations").format(Identifier(schema))))


def _apply(connection: Connection, migration: Migration, schema: str, role: str) -> None:
    names = {
        "{schema}": Identifier(schema),
        "{access}": Identifier(access_schema(schema)),
        "{app}": Identifier(role),
        "'{channel}'": Literal(channel(schema)),
    }
    text = migration.sql
    for placeholder, name in names.items():
        text = text.replace(placeholder, name.as_string(connection))
    connection.execute(text.encode())
    connection.execute(
        SQL("insert into {}.migrations (number, name) values (%s, %s)").format(Identifier(schema)),
        (migration.number, migration.name),
    )


def access_schema(schema: str) -> str:
    """The schema of the access ledger, beside that of the plans."""
    if len(schema) + len(_ACCESS) <= _LONGEST:
        return schema + _ACCESS
    short = sha256(schema.encode()).hexdigest()[:8]
    return f"{schema[: _LONGEST - len(_ACCESS) - 9]}_{short}{_ACCESS}"


def channel(schema: str) -> str:
    """The notification channel on which appends are announced."""
    return f"{schema}_appended"


def app_role(schema: str) -> str:
    """The role that may read this ledger and append to it, and nothing else; every ledger has its own."""
    return f"{schema}_app"


def used_elsewhere(connection: Connection, role: str) -> list[str]:
    """The other databases of the server in which this role, and so every member of it, has rights."""
    return [str(name) for (name,) in rows(connection, _ELSEWHERE, (role,))]


def refuse_shared_role(connection: Connection, schema: str, login: str | None) -> None:
    """Raises LedgerUnusable if a login would be granted a role that another ledger of the server has too."""
    role = app_role(schema)
    if login is None or login == connection.info.user or _works_already(connection, schema, role, login):
        return
    if others := used_elsewhere(connection, role):
        raise LedgerUnusable(
            f"nothing was made: the role {role} has rights in another database of this server ({', '.join(others)}),"
            f" whose ledger {login} could then read and append to, and the other way round. Keep one ledger a server:"
            " name another server, or drop that ledger first"
        )


def _works_already(connection: Connection, schema: str, role: str, member: str) -> bool:
    """Whether this ledger is served already by a member of the role."""
    found = rows(
        connection,
        "select from pg_roles r, pg_namespace n, pg_roles m"
        " where r.rolname = %(role)s and n.nspname = %(schema)s and m.rolname = %(member)s"
        " and has_schema_privilege(r.oid, n.oid, 'usage') and pg_has_role(m.oid, r.oid, 'MEMBER')",
        {"role": role, "schema": schema, "member": member},
    )
    return bool(found)


def take_app_role(connection: Connection, schema: str, login: str | None, *, inherits: bool = False) -> str:
    """The ledger's role, created if it is missing and that is allowed; otherwise the owner.

    Raises:
        LedgerUnusable: as `refuse_shared_role`.
    """
    refuse_shared_role(connection, schema, login)
    for _ in range(20):
        try:
            return _take_app_role(connection, schema, login, inherits)
        except (errors.DuplicateObject, errors.UniqueViolation, errors.InternalError_) as error:
            # Another program made it just now. Roles belong to the whole server: no lock of this database would help.
            overtaken = error
            time.sleep(0.05)
    raise overtaken


def _take_app_role(connection: Connection, schema: str, login: str | None, inherits: bool) -> str:
    role = app_role(schema)
    [(owner, exists)] = rows(connection, "select current_user::text, to_regrole(quote_ident(%s)) is not null", (role,))
    member = login or owner
    try:
        if not exists:
            connection.execute(SQL("create role {} nologin").format(Identifier(role)))
        # Before PostgreSQL 16 every member may take on the role.
        grades = connection.info.server_version >= 160000
        may = value(connection, "select pg_has_role(%s, %s, %s)", (member, role, "SET" if grades else "MEMBER"))
        # The owner of a ledger does not take on the role of another ledger.
        if login is None and not _works_already(connection, schema, role, owner) and used_elsewhere(connection, role):
            return str(owner)
        if not may:
            # One login serves all ledgers of the embedded server, so it inherits the rights of none.
            apart = SQL(" with inherit false, set true") if login and grades and not inherits else SQL("")
            connection.execute(SQL("grant {} to {}").format(Identifier(role), Identifier(member)) + apart)
    except errors.InsufficientPrivilege:
        return str(owner)
    return role


def _admitted(connection: Connection, schema: str, role: str) -> str:
    """The role, or the owner if the schema was made before there was such a role."""
    query = "select case when has_schema_privilege(%(role)s, %(schema)s, 'usage') then %(role)s else current_user end"
    return str(value(connection, query, {"role": role, "schema": schema}))
