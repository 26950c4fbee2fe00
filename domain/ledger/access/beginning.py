"""When an access ledger begins: its schema is made when something is first recorded in it, not before.

Until then there is nothing to know, and a ledger that nobody is ever added to needs none of it.
"""

from collections.abc import Callable, Sequence
from hashlib import sha256
from threading import Lock

import psycopg
from eventsourcing.persistence import InterfaceError, OperationalError
from psycopg.rows import tuple_row

from domain.access.events import AccessEvent
from domain.access.principals import ANYONE
from domain.ledger.access.said import AccessRefused
from domain.ledger.access.streams import AccessStreams, Kept, Password, Told
from domain.ledger.datastore import LedgerDatastore, attempts
from domain.refusals import LedgerUnusable

#: Requests take a connection for a millisecond; signing in, of which few go on at once, for longer.
_CONNECTIONS = 10

_LONGEST = 54
_SUFFIX = "_access"


def access_schema(schema: str) -> str:
    """The schema of the access ledger that belongs to the ledger in this one."""
    if len(schema) + len(_SUFFIX) <= _LONGEST:
        return schema + _SUFFIX
    short = sha256(schema.encode()).hexdigest()[:8]
    return f"{schema[: _LONGEST - len(_SUFFIX) - 9]}_{short}{_SUFFIX}"


class Beginning:
    """The streams of an access ledger, which may not exist yet."""

    def __init__(self, beside: LedgerDatastore, open_schema: Callable[[str], str]) -> None:
        """
        Args:
            beside: the plans' ledger.
            open_schema: opens a schema of its database, making it where this program may; returns the role to work as.
        """
        self._beside = beside
        self._open_schema = open_schema
        self._schema = access_schema(beside.schema)
        self._lock = Lock()
        self._opened: AccessStreams | None = None
        self._closed_to_all = False

    def close(self) -> None:
        """Close the connections, if there are any."""
        with self._lock:
            if self._opened is not None:
                self._opened.datastore.close()
                self._opened = None

    def is_open(self) -> bool:
        """Whether no principal was ever added: everybody on this machine may do everything."""
        if not self._closed_to_all and self._begun():
            # Never taken back, so it need not be asked again.
            self._closed_to_all = self._streams.any_but(stream_of(ANYONE))
        return not self._closed_to_all

    def _begun(self) -> bool:
        if self._opened is not None:
            return True
        query = (
            "select from pg_class c join pg_namespace n on n.oid = c.relnamespace"
            " where n.nspname = %s and c.relname = 'migrations'"
        )
        for _ in attempts():
            try:
                with self._beside.get_connection() as connection, connection.cursor(row_factory=tuple_row) as cursor:
                    return cursor.execute(query, (self._schema,)).fetchone() is not None
            except (OperationalError, InterfaceError) as error:
                lost = error
        raise LedgerUnusable(f"the database does not answer: {lost}") from lost

    @property
    def _streams(self) -> AccessStreams:
        """The streams, their schema made or upgraded when first asked for."""
        with self._lock:
            if self._opened is None:
                try:
                    role = self._open_schema(self._schema)
                except psycopg.errors.InsufficientPrivilege as error:
                    raise LedgerUnusable(
                        f"who may do what is kept in a schema of its own, {self._schema}, which the program may not"
                        f" make ({error}): have it made, owned by the program's role"
                    ) from error
                except psycopg.Error as error:
                    raise LedgerUnusable(f"the database of who may do what cannot be used: {error}") from error
                conninfo = str(self._beside.pool.conninfo)
                datastore = LedgerDatastore(
                    conninfo, self._schema, role, _CONNECTIONS, writes=self._beside.writes
                )  # fmt: skip
                self._opened = AccessStreams(datastore)
            return self._opened

    def _of(self, *streams: str) -> list[Kept]:
        """The events of these streams; none before the access ledger has begun."""
        return self._streams.of(*streams) if self._begun() else []

    def _tell(
        self,
        stream: str,
        told: Sequence[Kept],
        events: Sequence[AccessEvent],
        by: str,
        password: Password | None = None,
    ) -> None:
        """Add to a stream of which this much was known, and with it what becomes of its principal's password."""
        if not by:
            raise AccessRefused("say who decides it")
        begin = len(told) + 1
        self._streams.tell([Told(stream, begin + place, event) for place, event in enumerate(events)], by, password)


def stream_of(principal: str) -> str:
    """The stream of a principal, by the key of its name."""
    return f"principal:{principal}"
