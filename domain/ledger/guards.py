"""The guards of the database, as the migrations made them: whether they still stand, whoever may have let them down.

They keep the program and mistakes from altering anything; what the owner altered while they were down the tree and the
checkpoints show.
"""

import re
from collections.abc import Iterator

from psycopg.rows import tuple_row
from psycopg.sql import Identifier

from domain.ledger.datastore import LedgerDatastore
from domain.ledger.invariants import Broken
from domain.ledger.schema import app_role, channel, released_migrations

_TRIGGER = re.compile(r"^create trigger (\w+)", re.MULTILINE)
_FUNCTION = re.compile(
    r"^create (?:or replace )?function \{schema\}\.(\w+)\((?:(?!^create ).)*?\$\$(.*?)\$\$;", re.MULTILINE | re.DOTALL
)

_ENABLED = """
    select tgname from pg_trigger join pg_class c on c.oid = tgrelid
     where c.relnamespace = to_regnamespace(quote_ident(%s)) and not tgisinternal and tgenabled in ('O', 'A')
"""
_BODIES = "select proname, prosrc from pg_proc where pronamespace = to_regnamespace(quote_ident(%s)) and prosrc <> ''"
_PRIVILEGES = """
    select c.relname, p.privilege from pg_class c cross join unnest(array['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE'])
        as p(privilege)
     where c.relnamespace = to_regnamespace(quote_ident(%s)) and c.relkind = 'r'
       and has_table_privilege(%s, c.oid, p.privilege)
"""


def fallen_guards(datastore: LedgerDatastore) -> Iterator[Broken]:
    """The triggers, functions and privileges that are not as this program made them."""
    schema, role = datastore.schema, app_role(datastore.schema)
    with datastore.get_connection() as connection, connection.cursor(row_factory=tuple_row) as cursor:
        enabled = {name for (name,) in cursor.execute(_ENABLED, (schema,)).fetchall()}
        bodies: dict[str, str] = dict(cursor.execute(_BODIES, (schema,)).fetchall())
        granted = cursor.execute(_PRIVILEGES, (schema, role)).fetchall() if datastore.role == role else []
        quoted = Identifier(schema).as_string(cursor)
    for name in sorted(_triggers() - enabled):
        yield Broken(f"the guard {name}", "it is switched off or gone: what it refuses can be done")
    for name, body in _functions().items():
        if bodies.get(name) != body.replace("{schema}", quoted).replace("{channel}", channel(schema)):
            yield Broken(f"the function {name}", "it is not the one that this program made")
    for table, privilege in granted:
        yield Broken(f"the table {table}", f"the program's role may {privilege.lower()}: revoke that")


def _triggers() -> set[str]:
    return {name for migration in released_migrations() for name in _TRIGGER.findall(migration.sql)}


def _functions() -> dict[str, str]:
    """Name -> body, as the last migration that made it left it; those that are one SQL expression have none."""
    return {name: body for migration in released_migrations() for name, body in _FUNCTION.findall(migration.sql)}
