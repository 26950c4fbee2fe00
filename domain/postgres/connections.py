"""Connections with the session settings that this program relies on.

A role, a database and an address may have settings of their own (`alter role ... set`). Some change the meaning of a
literal in a function, or the text of a value: it would be read as another value, or not at all.
"""

from typing import Any, LiteralString, TypeAlias

import psycopg
from psycopg.abc import Params
from psycopg.rows import tuple_row
from psycopg.sql import SQL, Composed, Identifier, Literal

#: A row: the columns are of the types that the query names.
Row: TypeAlias = tuple[Any, ...]  # any: see above
Connection = psycopg.Connection[Any]  # any: what it makes of rows is left open

Query: TypeAlias = LiteralString | bytes | SQL | Composed

#: The program writes every name with its schema, and needs statements without a timeout (`datastore.py`).
SETTINGS = {
    "client_encoding": "UTF8",
    "standard_conforming_strings": "on",
    "bytea_output": "hex",
    "quote_all_identifiers": "off",
    "datestyle": "ISO, YMD",
    "intervalstyle": "postgres",
    "extra_float_digits": "1",
    "timezone": "UTC",
    "search_path": "pg_catalog, pg_temp",
    "row_security": "on",
    "array_nulls": "on",
    "transform_null_equals": "off",
    "default_transaction_isolation": "read committed",
    "statement_timeout": "0",
    # To plan the append of a few events takes as long as to append them.
    "plan_cache_mode": "force_generic_plan",
}

# One message to the server. The encoding comes first, as the other settings are sent in it.
_SETTLE = SQL("; ").join(
    SQL("set {} to {}").format(Identifier(name), SQL(", ").join(map(Literal, value.split(", "))))
    for name, value in SETTINGS.items()
)


def settle(connection: Connection) -> None:
    """Apply SETTINGS to a connection, which must be in autocommit: a rollback would undo them.

    Raises:
        psycopg.Error: the server does not answer.
    """
    connection.execute(_SETTLE)


def connected(conninfo: str, *, autocommit: bool = True, **options: Any) -> Connection:  # any: as libpq has them
    """A new connection, settled; `options` are libpq's.

    Raises:
        psycopg.Error: the server cannot be reached, or refuses the connection.
    """
    connection = psycopg.connect(conninfo, autocommit=True, **options)
    try:
        settle(connection)
        connection.autocommit = autocommit
    except BaseException:
        connection.close()
        raise
    return connection


def rows(connection: Connection, query: Query, values: Params | None = None) -> list[Row]:
    """The rows of a query, as tuples.

    Raises:
        psycopg.Error: the server does not answer, or refuses.
    """
    with connection.cursor(row_factory=tuple_row) as cursor:
        return cursor.execute(query, values).fetchall()


def value(connection: Connection, query: Query, values: Params | None = None) -> Any:  # any: as the query names it
    """The first value of a query's first row; None without a row. Raises as `rows`."""
    return next((first for first, *_ in rows(connection, query, values)), None)
