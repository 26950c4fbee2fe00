"""The powers of a database login over the ledger, in any role that it may take on.

A session may leave a role that it took on (`reset role`), and take on any role of which its login is a member. So a
guard must hold against the login of a session.
"""

from importlib.resources import files

from domain.ledger.schema import app_role
from domain.postgres.connections import Connection, rows, value

_POWERS = (files("domain.ledger") / "sql" / "powers.sql").read_text(encoding="utf-8")

_SUPERUSER = "select rolsuper from pg_roles where rolname = coalesce(%(login)s, session_user)"

_OWNS = """
    select coalesce(bool_or(n.nspowner = r.oid or r.rolsuper), false) from pg_roles r, pg_namespace n
     where r.rolname = coalesce(%(login)s, session_user) and n.nspname = any(%(schemas)s)
"""


def powers(connection: Connection, schemas: list[str], login: str | None = None) -> list[str]:
    """The powers of a login over these schemas beyond reading and appending, a sentence each; by default the session's.

    Raises:
        psycopg.Error: the database does not answer.
    """
    asked = {"login": login, "schemas": schemas, "roles": [app_role(schema) for schema in schemas]}
    if value(connection, _SUPERUSER, asked):
        return ["it is a superuser"]
    return [str(power) for (power,) in rows(connection, _POWERS.encode(), asked)]


def owns(connection: Connection, schemas: list[str]) -> bool:
    """Whether the session's login itself owns these schemas or is a superuser."""
    return bool(value(connection, _OWNS, {"login": None, "schemas": schemas}))
