"""How events of access are stored: as those of plans are, by the same recorder, a stream for each thing they concern.

The stream is the row's `plan`, its name a kind and a key: `principal:ann`, or `token:` and the SHA-256 of the token's
secret. So whatever a request shows is looked up by the primary key, and nothing that is secret is stored. This is the
only place that knows how.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from eventsourcing.persistence import DatabaseError, IntegrityError, InterfaceError, OperationalError
from psycopg.rows import tuple_row
from psycopg.sql import SQL, Composed, Identifier

from domain.access.events import ACCESS_EVENTS, AccessEvent
from domain.ledger.datastore import LedgerDatastore, attempts
from domain.ledger.recorder import LedgerRecorder
from domain.ledger.stored_rows import UnstoredRow
from domain.refusals import LedgerDamaged, LedgerUnusable


class Taken(Exception):
    """Somebody else wrote to the stream in the meantime."""


@dataclass(frozen=True, slots=True)
class Kept:
    """An event of access and its place."""

    stream: str
    version: int
    position: int
    recorded_at: datetime
    recorded_by: str
    event: AccessEvent


@dataclass(frozen=True, slots=True)
class Told:
    """An event of access to be stored as this version of a stream."""

    stream: str
    version: int
    event: AccessEvent


@dataclass(frozen=True, slots=True)
class Password:
    """What the hash of a principal's password becomes with an event of its stream; None: it is destroyed."""

    hash: str | None


class AccessStreams(LedgerRecorder):
    """Appends and reads the streams of an access ledger."""

    def __init__(self, datastore: LedgerDatastore) -> None:
        super().__init__(datastore)
        schema = Identifier(datastore.schema)
        # Only what every version of the ledger's table has.
        self._kept = SQL(
            "select plan, version, position, recorded_at, recorded_by, topic, state from {schema}.events"
        ).format(schema=schema)
        self._added = SQL(
            "select exists (select from {schema}.events where version = 1 and plan > 'principal:'"
            " and plan < 'principal;' and plan <> %b)"
        ).format(schema=schema)
        self._hash = SQL("select hash from {schema}.passwords where principal = %b").format(schema=schema)
        self._with_password = SQL("select principal from {schema}.passwords").format(schema=schema)
        self._set_password = SQL("select {schema}.set_password(%b, %b, %b, %b, %b, %b, %b)").format(schema=schema)
        self._rehash = SQL("select {schema}.rehash_password(%b, %b, %b)").format(schema=schema)

    def tell(self, told: Sequence[Told], by: str, password: Password | None = None) -> None:
        """Store all or none; with an event that is about it, its principal's password, in the same transaction.

        Raises:
            Taken: one of the versions is there already.
            ReplicaOnly: the database is a replica, which only answers.
            InDoubt: the database has not answered in time.
        """
        rows = [
            UnstoredRow(
                originator_id=one.stream,
                originator_version=one.version,
                topic=type(one.event).__name__,
                state=one.event.model_dump_json(exclude_none=True).encode(),
                event_id=uuid4(),
            )
            for one in told
        ]
        doubtful = False
        for _ in attempts():
            try:
                if password is None:
                    self.append(rows, [by] * len(rows))
                else:
                    self._append_with(password, rows, by)
                return
            except IntegrityError:
                # A commit whose answer was lost is tried again, and then found taken by ourselves.
                if doubtful and len(self.select_by_event_id([row.event_id for row in rows])) == len(rows):
                    return
                raise Taken from None
            except (OperationalError, InterfaceError) as error:
                lost, doubtful = error, True
            except DatabaseError as error:
                raise LedgerUnusable(f"nothing was recorded of access: {error}") from error
        raise LedgerUnusable(f"the database was lost while recording who may do what ({lost}); look, and try again")

    def of(self, *streams: str) -> list[Kept]:
        """The events of these streams, each stream's in order."""
        return self._read(" where plan = any(%b) order by plan, version", list(streams))

    def newest(self, stream: str, limit: int) -> list[Kept]:
        """The newest events of a stream, newest first."""
        return self._read(" where plan = %b order by version desc limit %b", stream, limit)

    def beginning_with(self, prefix: str) -> list[Kept]:
        """The events of all streams whose names begin like this, stream by stream."""
        after = prefix[:-1] + chr(ord(prefix[-1]) + 1)
        return self._read(" where plan >= %b and plan < %b order by plan, version", prefix, after)

    def every(self, after: int, limit: int | None) -> list[Kept]:
        """The events of all streams after a position, in the order in which they were stored."""
        return self._read(" where position > %b order by position limit %b", after, limit)

    def any_but(self, stream: str) -> bool:
        """Whether there is any stream of a principal but this."""
        return bool(self._tuples(self._added, stream)[0][0])

    def password_hash(self, principal: str) -> str | None:
        """The hash of a principal's password; None where it has none."""
        return next((found for (found,) in self._tuples(self._hash, principal)), None)

    def with_password(self) -> set[str]:
        """The keys of all principals that have a password."""
        return {principal for (principal,) in self._tuples(self._with_password)}

    def rehash_password(self, principal: str, former: str, hashed: str) -> None:
        """Keep a new hash of the same password, unless another was set in the meantime, or it was destroyed."""
        try:
            self._write(self._rehash, (principal, former, hashed))
        except DatabaseError as error:
            raise LedgerUnusable(f"the password was not hashed anew ({error}): sign in again") from error

    @contextmanager
    def alone(self, with_what: str) -> Iterator[bool]:
        """Whether nobody else, in any process, is within such a block for the same thing; nobody is waited for."""
        query = "select pg_try_advisory_xact_lock(hashtextextended(%s, 0))"
        with self.datastore.get_connection() as connection, connection.transaction():
            with connection.cursor(row_factory=tuple_row) as cursor:
                row = cursor.execute(query, (f"{self.datastore.schema} {with_what}",)).fetchone()
            yield bool(row and row[0])

    def _append_with(self, password: Password, rows: Sequence[UnstoredRow], by: str) -> None:
        [row] = rows
        values = (
            row.originator_id, row.originator_version, row.topic, row.event_id, row.state, by, password.hash,
        )  # fmt: skip
        self._write(self._set_password, values)

    def _write(self, query: Composed, values: Sequence[Any]) -> None:
        def write() -> None:
            with self.datastore.get_connection() as connection:
                connection.execute(query, values, binary=True)

        self.datastore.writes.run(write)

    def _read(self, where: str, *parameters: Any) -> list[Kept]:
        rows = self._tuples(self._kept + SQL(where), *parameters)
        return [
            Kept(stream, version, position, recorded_at, recorded_by, _event(position, topic, state))
            for stream, version, position, recorded_at, recorded_by, topic, state in rows
        ]


def _event(position: int, topic: str, state: bytes) -> AccessEvent:
    try:
        return ACCESS_EVENTS[topic].model_validate_json(state)
    except (KeyError, ValueError) as error:
        raise LedgerDamaged(
            f"the access ledger holds an event {topic}, at position {position}, that this program cannot read"
        ) from error
