"""The streams of access events, stored by the plans' recorder in a schema of their own beside the plans'.

A stream's name is a kind and a key: `principal:ann`, or `token:` and the SHA-256 of the token's secret. A credential is
found by primary key; no secret is stored. The schema is made with the first record; until then every stream is empty.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from itertools import groupby
from threading import Lock
from typing import LiteralString, TypeAlias
from uuid import uuid4

import psycopg
from eventsourcing.persistence import DatabaseError, IntegrityError, InterfaceError, OperationalError, PersistenceError
from psycopg.sql import SQL, Composed, Identifier

from domain.access.access_errors import AccessCode, AccessRefused
from domain.access.access_events import ACCESS_EVENTS, AccessEvent, PasswordSet, PrincipalLeft
from domain.ledger.access_marks import AccessLost, access_lost_from
from domain.ledger.datastore import LedgerDatastore, attempts
from domain.ledger.recorder import LedgerRecorder
from domain.ledger.schema import HAS_BEGUN, access_schema
from domain.ledger.stored_rows import UnstoredRow
from domain.postgres.connections import Row, value
from domain.postgres.database_errors import in_short
from domain.refusals import LedgerDamaged, LedgerUnusable

#: A request takes a connection for a millisecond; a sign-in, of which few run at once, for longer.
_CONNECTIONS = 10
#: The most attempts to decide about a stream while others append to it.
_TRIES = 20
_ABOUT_PASSWORDS = (PasswordSet.__name__, PrincipalLeft.__name__)

_log = logging.getLogger("asat.access")


def secret_stream(kind: str, secret: str) -> str:
    """The stream of a token, session or link. The secret is random, so its SHA-256 can be stored."""
    return f"{kind}:{sha256(secret.encode('utf-8', 'surrogatepass')).hexdigest()}"


class StreamTaken(Exception):
    """A concurrent append to the stream came first."""


@dataclass(frozen=True, slots=True)
class AccessRecord:
    """A stored event of access."""

    stream: str
    version: int
    position: int
    recorded_at: datetime
    recorded_by: str
    event: AccessEvent

    @property
    def about(self) -> str:
        """The principal or token that it concerns; empty where there is none."""
        return str(getattr(self.event, "principal", None) or getattr(self.event, "name", None) or "")


#: An event to be stored: its stream, its version in it, and the event.
Addition: TypeAlias = tuple[str, int, AccessEvent]


class AccessStreams:
    """Appends to the streams of an access ledger and reads them.

    Every method raises LedgerUnusable where the database does not answer; appending raises ReplicaOnly on a replica.
    """

    def __init__(self, plans: LedgerDatastore, open_schema: Callable[[str], str]) -> None:
        """`open_schema` opens a schema of the plans' database, makes it where missing, and returns the role to use."""
        self._plans, self._open_schema = plans, open_schema
        self._schema = access_schema(plans.schema)
        self._lock = Lock()
        self._opened: LedgerRecorder | None = None
        #: Whether the plans' ledger has marked everything that it ever marks of this one.
        self._marked = False

    def close(self) -> None:
        """Close the connections, if there are any."""
        with self._lock:
            if self._opened is not None:
                self._opened.datastore.close()
                self._opened = None

    def have_begun(self) -> bool:
        """Whether the schema exists, asked with every request to an open ledger; raises AccessLost if it is gone."""
        if self._opened is not None:
            return True
        query = SQL("select exists ({}), {}.access_lost_from()").format(HAS_BEGUN, Identifier(self._plans.schema))
        [(there, since)] = self._plans.read_rows(query, self._schema)
        if since is not None and not there:
            raise AccessLost(since)
        return bool(there)

    def is_there(self) -> bool:
        """Whether the schema exists at this moment."""
        return bool(self._plans.read_rows(HAS_BEGUN, self._schema))

    @property
    def recorder(self) -> LedgerRecorder:
        """The recorder; the first access makes or upgrades its schema."""
        with self._lock:
            if self._opened is None:
                if not self.is_there():
                    self.refuse_where_lost()  # a removed schema is not made again
                try:
                    role = self._open_schema(self._schema)
                except psycopg.errors.InsufficientPrivilege as error:
                    raise LedgerUnusable(
                        f"who may do what is kept in a schema of its own, {self._schema}, which the program may not"
                        f" make ({in_short(error)}): have it made, owned by the program's role"
                    ) from error
                except psycopg.Error as error:
                    raise LedgerUnusable(
                        f"the database of who may do what cannot be used: {in_short(error)}"
                    ) from error
                conninfo, writes = str(self._plans.pool.conninfo), self._plans.writes
                self._opened = LedgerRecorder(
                    LedgerDatastore(conninfo, self._schema, role, _CONNECTIONS, writes=writes)
                )
            return self._opened

    # Against removal

    def lost_from(self, ask: Callable[[Composed], list[Row]] | None = None) -> datetime | None:
        """The day of the access ledger that is gone, or is another one by now; None if all is well.

        Args:
            ask: asks the plans' database; by default on a connection of its pool.
        """
        return access_lost_from(ask or self._plans.read_rows, self._plans.schema)

    def refuse_where_lost(self, ask: Callable[[Composed], list[Row]] | None = None) -> None:
        """Raises AccessLost if the access ledger is gone: without it the ledger would be open to everybody."""
        if (since := self.lost_from(ask)) is not None:
            raise AccessLost(since)

    def _mark(self) -> None:
        """Mark this access ledger in the plans' ledger; a failure is retried with the next event."""
        if self._marked:
            return
        query = SQL("select {}.mark_access() as closed").format(Identifier(self._plans.schema))
        try:
            with self._plans.get_connection() as connection:
                self._marked = bool(value(connection, query))
        except (PersistenceError, LedgerUnusable) as error:
            _log.warning("that the audit of access has begun is not noted in the ledger of the plans yet: %s", error)

    # Appending

    def append(self, additions: Sequence[Addition], by: str, password_hash: str | None = None) -> None:
        """Store all events or none, by this author.

        A PasswordSet, with the new hash, and a PrincipalLeft are stored alone, and destroy the former password.

        Raises:
            StreamTaken: one of the versions is stored already.
            InDoubt: the database has not answered in time.
        """
        if not by:
            raise AccessRefused(AccessCode.DECIDER_NEEDED, "say who decides it")
        rows = [
            UnstoredRow(
                stream, version, type(event).__name__, event.model_dump_json(exclude_none=True).encode(), uuid4()
            )
            for stream, version, event in additions
        ]
        in_doubt = False
        for _ in attempts():
            try:
                self._store(rows, by, password_hash)
                self._mark()
                return
            except IntegrityError:
                # The first attempt may have committed and only its answer been lost.
                if in_doubt and len(self.recorder.select_by_event_id([row.event_id for row in rows])) == len(rows):
                    return
                raise StreamTaken from None
            except (OperationalError, InterfaceError) as error:
                lost, in_doubt = error, True
            except DatabaseError as error:
                raise LedgerUnusable(f"nothing was recorded of access: {in_short(error)}") from error
        raise LedgerUnusable(
            f"the database was lost while recording who may do what ({in_short(lost)}); look, and try again"
        )

    def decide(
        self,
        stream: str,
        decide: Callable[[list[AccessRecord]], AccessEvent],
        by: str,
        password_hash: str | None = None,
    ) -> None:
        """Append the event that `decide` makes of a stream's records; decide again after a concurrent append."""
        for _ in range(_TRIES):
            records = self.of(stream)
            addition = stream, len(records) + 1, decide(records)
            with suppress(StreamTaken):
                self.append([addition], by, password_hash)
                return
        kind = stream.partition(":")[0]
        raise LedgerUnusable(f"others kept deciding about the same {kind}; nothing was recorded, try again")

    def rehash_password(self, principal: str, former: str, hashed: str) -> None:
        """Store a new hash of the same password, unless the password was replaced or destroyed in the meantime."""
        try:
            self._write("rehash_password", principal, former, hashed)
        except DatabaseError as error:
            raise LedgerUnusable(f"the password was not hashed anew ({in_short(error)}): sign in again") from error

    def _store(self, rows: Sequence[UnstoredRow], by: str, password_hash: str | None) -> None:
        if rows[0].topic not in _ABOUT_PASSWORDS:
            self.recorder.append(rows, [by] * len(rows))
            return
        [row] = rows
        place = row.originator_id, row.originator_version
        self._write("set_password", *place, row.topic, row.event_id, row.state, by, password_hash)

    def _write(self, function: LiteralString, *values: object) -> None:
        places = SQL(", ").join([SQL("%b")] * len(values))
        query = SQL("select {}.{}({})").format(Identifier(self._schema), Identifier(function), places)
        datastore = self.recorder.datastore

        def write() -> None:
            with datastore.get_connection() as connection:
                connection.execute(query, values, binary=True)

        datastore.writes.run(write)

    @contextmanager
    def locked(self, name: str) -> Iterator[bool]:
        """Try the lock of this name, across processes, for the block, without waiting; yields whether it was free."""
        query, datastore = "select pg_try_advisory_xact_lock(hashtextextended(%s, 0))", self.recorder.datastore
        with datastore.get_connection() as connection, connection.transaction():
            yield bool(value(connection, query, (f"{self._schema} {name}",)))

    def of(self, *streams: str) -> list[AccessRecord]:
        """The records of these streams; those of one stream are in order."""
        return self.select("plan = any(%b) order by plan, version", list(streams))

    def newest(self, stream: str, limit: int) -> list[AccessRecord]:
        """The newest records of a stream, newest first."""
        return self.select("plan = %b order by version desc limit %b", stream, limit)

    def of_kind(self, kind: str) -> list[list[AccessRecord]]:
        """The records of each stream of a kind."""
        found = self.select("plan > %b and plan < %b order by plan, version", f"{kind}:", f"{kind};")
        return [list(records) for _, records in groupby(found, key=lambda one: one.stream)]

    def any_principal_but(self, stream: str) -> bool:
        """Whether there is any other stream of a principal."""
        query = "select from {}.events where version = 1 and plan > 'principal:' and plan < 'principal;' and plan <> %b"
        return bool(self._rows(query + " limit 1", stream))

    def password_hash(self, principal: str) -> str | None:
        """The hash of the password of the principal with this key; None where it has none."""
        rows = self._rows("select hash from {}.passwords where principal = %b", principal)
        return rows[0][0] if rows else None

    def with_password(self) -> set[str]:
        """The keys of all principals that have a password."""
        return {principal for (principal,) in self._rows("select principal from {}.passwords")}

    def select(self, where: LiteralString, *values: object) -> list[AccessRecord]:
        """The records that meet a condition, which also gives their order."""
        # Only columns that every version of the schema has.
        query = "select plan, version, position, recorded_at, recorded_by, topic, state from {}.events where "
        rows = self._rows(query + where, *values)
        return [
            AccessRecord(stream, version, position, recorded_at, recorded_by, _event(position, topic, state))
            for stream, version, position, recorded_at, recorded_by, topic, state in rows
        ]

    def _rows(self, query: LiteralString, *values: object) -> list[Row]:
        if not self.have_begun():
            return []
        rows = self.recorder.datastore.read_rows(SQL(query).format(Identifier(self._schema)), *values)
        if not rows:  # its events may be gone
            self.refuse_where_lost()
        return rows


def _event(position: int, topic: str, state: bytes) -> AccessEvent:
    try:
        return ACCESS_EVENTS[topic].model_validate_json(state)
    except (KeyError, ValueError) as error:
        raise LedgerDamaged(
            f"the access ledger holds an event {topic}, at position {position}, that this program cannot read"
        ) from error
