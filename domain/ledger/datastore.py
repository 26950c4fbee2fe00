"""Connections to the ledger's database, as the role that may read and append and nothing else."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

import psycopg
from eventsourcing.postgres import ConnectionPool, PostgresDatastore
from psycopg import Connection
from psycopg.rows import dict_row
from psycopg.sql import SQL, Identifier

from domain.ledger.errors import LedgerUnusable

#: How long a lost database is waited for before giving up, in seconds: it may be starting anew.
PATIENCE = 15.0
_PAUSE = 0.2


def attempts() -> Iterator[int]:
    """Count attempts at what fails while the database is lost, with pauses between them, until patience ends."""
    deadline = time.monotonic() + PATIENCE
    for attempt in count():
        yield attempt
        if time.monotonic() > deadline:
            return
        time.sleep(_PAUSE)


class LedgerDatastore(PostgresDatastore):
    """The library's datastore, connecting by a conninfo instead of five separate settings.

    So TLS and every other libpq option keep working, and each connection takes on the application's role before it is
    used.
    """

    def __init__(self, conninfo: str, schema: str, role: str, pool_size: int = 20) -> None:
        self.role = role
        super().__init__(
            dbname="", host="", port="", user="", password="", schema=schema, originator_id_type="text"
        )  # fmt: skip
        self.pool = ConnectionPool(
            conninfo,
            connection_class=Connection[Any],
            kwargs={"row_factory": dict_row, "application_name": "asat"},
            min_size=1,
            max_size=pool_size,
            open=False,
            configure=self.after_connect_func(),
            timeout=5.0,
            max_lifetime=60 * 60.0,
            # Given up soon, as whoever asks for a connection next makes the pool try again at once: otherwise its
            # pauses grow to minutes, also when the database has long been back.
            reconnect_timeout=5.0,
        )

    def after_connect_func(self) -> Callable[[Connection[Any]], None]:
        """What is done with a connection before its first use."""
        take_role = SQL("set role {}").format(Identifier(self.role))

        def after_connect(connection: Connection[Any]) -> None:
            connection.autocommit = True
            connection.execute(take_role)

        return after_connect

    def ping(self) -> None:
        """Ask the database for nothing, once and with a connection of its own; raises LedgerUnusable."""
        try:
            with Connection.connect(str(self.pool.conninfo), connect_timeout=2, autocommit=True) as connection:
                connection.execute("select")
        except psycopg.Error as error:
            raise LedgerUnusable(f"the database does not answer: {error}") from error

    @contextmanager
    def get_connection(self) -> Iterator[Connection[Any]]:
        """A connection of the pool; errors are the library's."""
        connection = None
        try:
            with super().get_connection() as connection:
                yield connection
        finally:
            if connection is not None and connection.broken:
                self.pool.check()  # a lost connection is seldom the only one

    def register_type_adapters(self) -> None:
        """Nothing to register: the append function takes arrays of plain types."""
