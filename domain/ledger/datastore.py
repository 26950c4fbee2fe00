"""Connections to the ledger's database, as the role that may read and append and nothing else."""

from collections.abc import Callable
from typing import Any

from eventsourcing.postgres import ConnectionPool, PostgresDatastore
from psycopg import Connection
from psycopg.rows import dict_row
from psycopg.sql import SQL, Identifier


class LedgerDatastore(PostgresDatastore):
    """The library's datastore, connecting by a conninfo instead of five separate settings.

    So TLS and every other libpq option keep working, and each connection takes on the application's role before it is
    used.
    """

    def __init__(self, conninfo: str, schema: str, role: str, pool_size: int = 20) -> None:
        self._role = role
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
            timeout=30.0,
            max_lifetime=60 * 60.0,
        )

    def after_connect_func(self) -> Callable[[Connection[Any]], None]:
        """What is done with a connection before its first use."""
        take_role = SQL("set role {}").format(Identifier(self._role))

        def after_connect(connection: Connection[Any]) -> None:
            connection.autocommit = True
            connection.execute(take_role)

        return after_connect

    def register_type_adapters(self) -> None:
        """Nothing to register: the append function takes arrays of plain types."""
