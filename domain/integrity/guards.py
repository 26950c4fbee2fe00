"""The check of the database's guards: every definition in the catalogue must be as the migrations made it.

The guards prevent alterations by the program and by mistake. The tree and the checkpoints show alterations that the
owner made while the guards were down.
"""

from collections.abc import Iterator

from eventsourcing.persistence import PersistenceError
from psycopg.sql import SQL, Identifier

from domain.integrity.findings import Broken
from domain.ledger.catalogue import Catalogue, differences, expected_catalogue, read_catalogue, read_names
from domain.ledger.datastore import LedgerDatastore
from domain.ledger.login_powers import owns, powers
from domain.ledger.plan_ledger import PlanLedger
from domain.ledger.schema import access_schema, app_role, released_migrations, used_elsewhere
from domain.opened_ledger import Ledger
from domain.postgres.connections import Connection, rows, value
from domain.postgres.database_errors import in_short
from domain.refusals import LedgerUnusable

# Objects of a schema whose owner is not the schema's.
_OWNED_BY_OTHERS = """
    select kind, name, r.rolname from (
        select n.oid, n.nspowner, 'the table' as kind, c.relname::text as name, c.relowner as owner
          from pg_class c join pg_namespace n on n.oid = c.relnamespace
        union all
        select n.oid, n.nspowner, 'the function', p.proname::text, p.proowner
          from pg_proc p join pg_namespace n on n.oid = p.pronamespace) things
      join pg_roles r on r.oid = things.owner
     where things.oid = to_regnamespace(quote_ident(%(schema)s)) and owner <> nspowner
"""

# Other roles that could act as the owner of a schema or as its role. Administrators of roles can grant themselves any
# role; the documents say so. The asking login is checked separately.
_MEMBERS = """
    select m.rolname, r.rolname, r.oid = n.nspowner
      from pg_namespace n join pg_roles r on r.oid = n.nspowner or r.rolname = %(role)s
      join pg_roles m on pg_has_role(m.oid, r.oid, 'MEMBER') and m.oid <> r.oid
     where n.nspname = %(schema)s and not m.rolsuper and not m.rolcreaterole
       and m.rolname <> session_user and m.oid <> n.nspowner and m.rolname <> %(role)s
"""

# Roles of which the ledger's role is a member, and as which it could act. On the embedded server the login itself has
# the name of one ledger's role, and is a member of all; its powers are checked separately.
_MEMBERSHIPS = """
    select r.rolname from pg_roles m join pg_roles r on pg_has_role(m.oid, r.oid, 'MEMBER') and r.oid <> m.oid
     where m.rolname = %(role)s and not m.rolsuper and m.rolname <> session_user
"""

# Other roles that may write to every table or to the server's files, whoever owns them.
_MIGHTY = """
    select m.rolname, r.rolname from pg_roles r join pg_roles m on pg_has_role(m.oid, r.oid, 'MEMBER')
     where r.rolname in ('pg_write_all_data', 'pg_write_server_files', 'pg_execute_server_program')
       and m.rolcanlogin and not m.rolsuper and not m.rolcreaterole and m.rolname <> session_user
       and not exists (select from pg_namespace n where n.nspname = any(%(schemas)s) and n.nspowner = m.oid)
     order by 1, 2
"""

# Views and rules elsewhere that reach into the ledger: they read and write with the rights of their own owner.
_REACHING = """
    select distinct case c.relkind when 'v' then 'the view' when 'm' then 'the view' else 'the rules of the table' end,
           v.nspname || '.' || c.relname
      from pg_namespace n join pg_class t on t.relnamespace = n.oid
      join pg_depend d on d.refclassid = 'pg_class'::regclass and d.refobjid = t.oid
      join pg_rewrite w on d.classid = 'pg_rewrite'::regclass and w.oid = d.objid join pg_class c on c.oid = w.ev_class
      join pg_namespace v on v.oid = c.relnamespace
     where n.nspname = any(%(schemas)s) and v.nspname <> all(%(schemas)s) and c.relpersistence <> 't'
     order by 1, 2
"""

# Publications, which send the ledger's rows to subscribers as they were before a text was redacted.
_PUBLISHED = "select distinct pubname from pg_publication_tables where schemaname = any(%(schemas)s) order by 1"

# The ledger's role, if it can log in: it should only be taken on, by logins to which it was granted. On the embedded
# server the login itself has the name of one ledger's role.
_LOGS_IN = "select from pg_roles where rolname = %(role)s and rolcanlogin and rolname <> session_user"

_THERE = "select nspname from pg_namespace where nspname = any(%s)"


def fallen_guards(ledger: Ledger) -> Iterator[Broken]:
    """The faults of the guards, of the plans' ledger and of the access ledger.

    Raises:
        LedgerUnusable: the database does not answer.
    """
    if ledger.access.streams.lost_from() is None:
        ledger.access.audit.size()  # upgrades it, where it has begun
    yield from fallen_on(ledger.datastore)


def fallen_on(datastore: LedgerDatastore) -> list[Broken]:
    """As `fallen_guards`, for the schemas as they are now."""
    found: list[Broken] = []
    try:
        with datastore.get_connection() as connection:
            schemas = _schemas(connection, datastore.schema)
            owning = owns(connection, schemas)
            for schema in schemas:
                found += _fallen(connection, schema, owning)
            found += _around(connection, schemas)
            found += _migrations(connection, datastore.schema)
            if not owning:
                found += [Broken("the login that serves", power) for power in powers(connection, schemas)]
    except PersistenceError as error:
        raise LedgerUnusable(f"the guards of the database cannot be looked at: {in_short(error)}") from error
    return found


def powers_of_login(ledger: PlanLedger) -> list[str]:
    """The powers of the login over the ledger beyond reading and appending, in any role that it may take on.

    Empty where the guards hold against it.

    Raises:
        LedgerUnusable: the database does not answer.
    """
    try:
        with ledger.datastore.get_connection() as connection:
            return powers(connection, _schemas(connection, ledger.datastore.schema))
    except PersistenceError as error:
        raise LedgerUnusable(f"the database does not answer: {in_short(error)}") from error


def _schemas(connection: Connection, schema: str) -> list[str]:
    """The existing schemas of a ledger: that of the plans, and that of access once it has begun."""
    both = [schema, access_schema(schema)]
    there = {name for (name,) in rows(connection, _THERE, (both,))}
    return [one for one in both if one in there]


def _fallen(connection: Connection, schema: str, owning: bool) -> Iterator[Broken]:
    """The faults of one schema; `owning`: the owner asks, so members of the ledger's role are no fault."""
    role = app_role(schema)
    expected = expected_catalogue(read_names(connection, schema))
    found = read_catalogue(connection, schema)
    named = {"schema": schema, "role": role}
    for where, what in differences(expected, found):
        yield Broken(f"{where} of {schema}", what)
    yield from _granted(expected, found, schema, role)
    for kind, name, owner in rows(connection, _OWNED_BY_OTHERS, named):
        yield Broken(f"{kind} {name} of {schema}", f"it belongs to {owner}, and not to the owner of the schema")
    shared = used_elsewhere(connection, role) if _admits(found, role) else []
    if shared:
        yield Broken(
            f"the role {role}",
            f"it has rights in another database of this server too ({', '.join(shared)}): who serves one of the two"
            " ledgers can read and append to the other. Move one to a server of its own (`asat backup`, `asat"
            " restore`)",
        )
    for member, of, owner in rows(connection, _MEMBERS, named):
        can = f"it can be {of}, which owns {schema}" if owner else f"it may read and append to {schema}, as {of}"
        # It may serve the other ledger by the same role: revoking that would stop it.
        remedy = f"revoke {of} from it" if owner or not shared else "see to the role"
        if owner or not owning:
            yield Broken(f"the role {member}", f"{can}: {remedy}")
    if rows(connection, _LOGS_IN, named):
        yield Broken(f"the role {role}", f"it can log in by itself: alter role {role} nologin")
    for (of,) in rows(connection, _MEMBERSHIPS, named):
        yield Broken(f"the role {role}", f"it is a member of {of}: revoke that")
    if value(connection, "show session_replication_role") != "origin":
        yield Broken("the setting session_replication_role", "it switches every trigger off for this login")


def _around(connection: Connection, schemas: list[str]) -> Iterator[Broken]:
    """Access to the schemas of a ledger from elsewhere in the database or the server."""
    named = {"schemas": schemas}
    for member, of in rows(connection, _MIGHTY, named):
        yield Broken(f"the role {member}", f"it has the rights of {of}: revoke {of} from it")
    for (name,) in rows(connection, _PUBLISHED, named):
        yield Broken(
            f"the publication {name}", "it sends what is recorded to others, where no redaction reaches it: drop it"
        )
    for kind, name in rows(connection, _REACHING, named):
        yield Broken(f"{kind} {name}", "it reaches into the ledger with the rights of its owner: drop it")


def _granted(expected: Catalogue, found: Catalogue, schema: str, role: str) -> Iterator[Broken]:
    for kind, name, who, may in sorted(found.grants - expected.grants):
        yield Broken(f"{f'{kind} {name}'.strip()} of {schema}", f"{who} may {_verb(may)}: revoke that")
    if _admits(found, role):
        for kind, name, who, may in sorted(expected.grants - found.grants):
            where = f"{f'{kind} {name}'.strip()} of {schema}"
            yield Broken(where, f"{who} may not {_verb(may)}: `asat migrate` grants it again")


def _admits(found: Catalogue, role: str) -> bool:
    """Whether the ledger's role may use the schema; if the owner may make no role, the program works as the owner."""
    return ("the schema", "", role, "usage") in found.grants


def _verb(privilege: str) -> str:
    return privilege.replace("usage", "use")


def _migrations(connection: Connection, schema: str) -> Iterator[Broken]:
    applied = rows(connection, SQL("select number, name from {}.migrations order by number").format(Identifier(schema)))
    if applied != [(one.number, one.name) for one in released_migrations()]:
        yield Broken(f"the table migrations of {schema}", "it does not name the migrations that this program came with")
