"""Connections to the ledger's database, in the role that may only read and append."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import count
from threading import Lock, Thread

import psycopg
from eventsourcing.persistence import InterfaceError, OperationalError, PersistenceError
from eventsourcing.postgres import ConnectionPool, PostgresDatastore
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import dict_row, tuple_row
from psycopg.sql import SQL, Composed, Identifier
from psycopg_pool import PoolTimeout

from domain.postgres.answer_limits import PatientConnection, Silent, Unanswered, Writes
from domain.postgres.connections import Connection, Row, rows, settle, value
from domain.postgres.database_errors import in_short, not_let_in, unusable
from domain.refusals import LedgerLocked, LedgerUnusable, NothingRecorded, ReplicaOnly

#: Seconds to wait for a lost database, which may be restarting.
PATIENCE = 15.0
_PAUSE = 0.2

#: Seconds to wait for the ledger's lock; a batch of 10,000 events holds it for one or two.
LOCK_PATIENCE = 10.0

# No statement timeout: it would cancel an append that waits for a synchronous replica. That append is stored here
# already, and PostgreSQL would report success.

#: Default timeouts, for those that the connection string does not set: a server whose machine disappeared is given up
#: after half a minute, not after hours.
_KEEPALIVE = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}

# The process that holds a lock on the head and waits for no lock: all others wait for it.
_HOLDER = """
    select l.pid, a.wait_event from pg_locks l left join pg_stat_activity a on a.pid = l.pid
     where relation = (select c.oid from pg_class c join pg_namespace n on n.oid = c.relnamespace
                        where n.nspname = %s and c.relname = 'head')
       and granted and mode <> 'AccessShareLock' and l.pid <> pg_backend_pid()
       and not exists (select from pg_locks w where w.pid = l.pid and not w.granted)
"""

_WAITING = """
    select coalesce(array_agg(pid), '{}') from pg_stat_activity where pid = any(%s) and wait_event = 'SyncRep'
"""

_READ_ONLY = (
    "nothing was recorded: the database is set to be read only; switch default_transaction_read_only off for it and for"
    " the program's role"
)


def attempts() -> Iterator[int]:
    """Count attempts at a use of the database, with pauses between them, until PATIENCE seconds have passed."""
    deadline = time.monotonic() + PATIENCE
    for attempt in count():
        yield attempt
        if time.monotonic() > deadline:
            return
        time.sleep(_PAUSE)


#: Restarts a server that has died.
Revive = Callable[[], None]


class LedgerDatastore(PostgresDatastore):
    """The library's datastore, with a conninfo instead of five settings: TLS and all other libpq options keep working.

    Each connection takes on the application's role before its first use.
    """

    def __init__(
        self,
        conninfo: str,
        schema: str,
        role: str,
        pool_size: int = 20,
        revive: Revive | None = None,
        writes: Writes | None = None,
    ) -> None:
        self.role = role
        #: Runs every write, with a limit on the wait for an answer; shared by all schemas of a database.
        self.writes = writes or Writes(self._which_wait)
        #: An instant by the database's clock, and `_elapsed()` when it was read.
        self._clock_reading: tuple[datetime, float] | None = None
        super().__init__(dbname="", host="", port="", user="", password="", schema=schema, originator_id_type="text")
        self.pool = ConnectionPool(
            conninfo,
            connection_class=PatientConnection,
            kwargs={"row_factory": dict_row, "application_name": "asat", **_left_open(conninfo)},
            min_size=1,
            max_size=pool_size,
            open=False,
            configure=self.after_connect_func(),
            timeout=5.0,
            max_lifetime=60 * 60.0,
            # Short, as the next request for a connection makes the pool try again at once. Otherwise the pool's pauses
            # grow to minutes, even when the database is back.
            reconnect_timeout=5.0,
            reconnect_failed=None if revive is None else lambda _: revive(),
        )
        self._revive = revive
        self._reviving = Lock()

    def after_connect_func(self) -> Callable[[Connection], None]:
        """The function that prepares a connection for its first use."""
        take_role = SQL("set role {}").format(Identifier(self.role))

        def after_connect(connection: Connection) -> None:
            connection.autocommit = True
            settle(connection)
            connection.execute(take_role)
            connection.execute(f"set lock_timeout = {int(LOCK_PATIENCE * 1000)}")
            self._clock_reading = value(connection, "select clock_timestamp()"), _elapsed()

        return after_connect

    def now(self) -> datetime:
        """The present instant by the database's clock: its reading at the last new connection, plus the time since.

        Connections are renewed every hour, which limits the drift. Without a reading, a connection is made first.
        """
        if self._clock_reading is None:
            with self.get_connection():
                pass
        assert self._clock_reading is not None, "every connection tells the instant"
        instant, at = self._clock_reading
        return instant + timedelta(seconds=_elapsed() - at)

    def ask_once(self, query: SQL | Composed) -> list[Row]:
        """Rows of a reading query, asked once and on a connection of its own; raises LedgerUnusable."""
        try:
            with self._outside_the_pool() as connection:
                connection.execute(SQL("set role {}").format(Identifier(self.role)))
                return rows(connection, query)
        except psycopg.Error as error:
            Thread(target=self._start_anew, daemon=True).start()
            raise LedgerUnusable(f"the database does not answer: {not_let_in(error)}") from error

    def _outside_the_pool(self) -> Connection:
        return PatientConnection.connect(str(self.pool.conninfo), connect_timeout=2, autocommit=True)

    def _start_anew(self) -> None:
        """Restart an embedded server that cannot be reached."""
        # Where only the socket was removed, open connections may go on for long: nothing else would notice.
        if self._revive is not None and self._reviving.acquire(blocking=False):
            try:
                self._revive()
            finally:
                self._reviving.release()

    @contextmanager
    def get_connection(self) -> Iterator[Connection]:
        """A connection of the pool; an error that may pass, or that the caller interprets, stays the library's.

        Raises:
            LedgerUnusable: the database refuses, and says why; NothingRecorded where it is about recording.
        """
        connection = None
        try:
            with super().get_connection() as connection:
                yield connection
        except PersistenceError as error:
            if isinstance(error.__cause__, PoolTimeout):
                raise OperationalError(self._why_unreachable() or str(error)) from error
            if (why := self._why_refused(error.__cause__)) is not None:
                raise why from error
            raise
        finally:
            if connection is not None and connection.broken:
                self.pool.check()  # a lost connection is seldom the only one

    def read_rows(self, query: SQL | Composed | bytes, *parameters: object) -> list[Row]:
        """Rows of a read query, repeated while the connection is lost.

        Raises:
            LedgerUnusable: the database does not answer.
        """
        for _ in attempts():
            try:
                with self.get_connection() as connection, connection.cursor(row_factory=tuple_row) as cursor:
                    return cursor.execute(query, parameters, prepare=True, binary=True).fetchall()
            except (OperationalError, InterfaceError) as error:
                lost = error
        raise LedgerUnusable(f"the database does not answer: {in_short(lost)}") from lost

    def _why_unreachable(self) -> str | None:
        """Why the pool has no connection, which its error does not say; None if the server can be reached."""
        try:
            with self._outside_the_pool() as connection:
                self.after_connect_func()(connection)
        except psycopg.Error as error:
            return not_let_in(error)
        return None

    def _why_refused(self, error: BaseException | None) -> LedgerUnusable | None:
        """The refusal for an error that a retry would not mend; after all but Silent nothing is stored."""
        match error:
            case Unanswered():
                return Silent(error)
            case psycopg.errors.ReadOnlySqlTransaction():
                return ReplicaOnly() if self._is_replica() else NothingRecorded(_READ_ONLY)
            case psycopg.errors.LockNotAvailable():
                return LedgerLocked(f"nothing was recorded: {self._holder()}")
        return unusable(error)

    def _ask(self, query: str, *values: object) -> Row | None:
        """The first row of a query, on a new connection; None without a row or an answer."""
        try:
            with self._outside_the_pool() as connection:
                settle(connection)
                return next(iter(rows(connection, query, values)), None)
        except psycopg.Error:
            return None

    def _which_wait(self, processes: list[int]) -> list[int] | None:
        row = self._ask(_WAITING, processes)
        return None if row is None else row[0]

    def _is_replica(self) -> bool:
        return self._ask("select pg_is_in_recovery()") != (False,)

    def _holder(self) -> str:
        """The holder of the ledger's lock, and the remedy, in words."""
        locked = f"another transaction has kept the ledger locked for {LOCK_PATIENCE:g} s"
        if (holder := self._ask(_HOLDER, self.schema)) is None:
            return f"{locked}; try again when it has ended"
        process, waits_for = holder
        if waits_for == "SyncRep":  # ending it loses nothing, but reports it as stored on two disks
            return "an earlier recording waits for a synchronous replica; see to the replica, then try again"
        ends = f"(database process {process}; `select pg_terminate_backend({process})` ends it)"
        return f"{locked} {ends}; try again when it has ended"

    def register_type_adapters(self) -> None:
        """Nothing to register: the append function takes arrays of plain types."""


def _elapsed() -> float:
    """Seconds by a monotonic clock that counts time asleep, where the system has one."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


def _left_open(conninfo: str) -> dict[str, int]:
    """Default timeouts, for those that the connection string does not set."""
    given = conninfo_to_dict(conninfo)
    return {name: value for name, value in _KEEPALIVE.items() if name not in given}
