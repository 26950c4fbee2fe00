"""Connections on which the server reads and writes values as this program does, whatever is set for a role or database.

A role, a database and an address may have settings of their own (`alter role ... set`). Some change what a literal in a
function means, or how a value is written: what was read would be another value, or none.
"""

from typing import Any

import psycopg
from psycopg import Connection
from psycopg.sql import SQL, Identifier, Literal

#: What the program relies on. It names every thing with its schema, and has no limit on a statement (`datastore.py`).
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
}

# One message to the server; and the first setting has to be the encoding, in which the others are told.
_SETTLE = SQL("; ").join(
    SQL("set {} to {}").format(Identifier(name), SQL(", ").join(map(Literal, value.split(", "))))
    for name, value in SETTINGS.items()
)


def settle(connection: "Connection[Any]") -> None:
    """Have the server read and write values on this connection as the program does.

    The connection must be in autocommit, as a rollback would take the settings back.

    Raises:
        psycopg.Error: the server does not answer.
    """
    connection.execute(_SETTLE)


def connected(conninfo: str, *, autocommit: bool = True, **options: Any) -> "Connection[tuple[Any, ...]]":
    """A new connection, settled; `options` are libpq's.

    Raises:
        psycopg.Error: the server cannot be reached, or lets nobody in.
    """
    connection = psycopg.connect(conninfo, autocommit=True, **options)
    try:
        settle(connection)
        connection.autocommit = autocommit
    except BaseException:
        connection.close()
        raise
    return connection
