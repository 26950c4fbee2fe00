"""The library's recorder, which appends and reads stored rows, with a stricter append.

The library stamps time in the client and numbers rows from a sequence: time runs backwards along the log, and every
rollback leaves a gap that looks like a deletion. Here one SQL function does both in the append transaction, under one
lock, in one round trip (`sql/functions/append.sql`).
"""

import json
from collections.abc import Sequence
from datetime import date, datetime
from operator import itemgetter
from typing import Any, LiteralString, NamedTuple, TypeAlias
from uuid import UUID

import psycopg
from eventsourcing.persistence import DatabaseError, Notification, StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder
from psycopg.rows import tuple_row
from psycopg.sql import SQL, Identifier

from domain.ledger.datastore import LedgerDatastore
from domain.ledger.schema import channel
from domain.ledger.stored_rows import StoredRecord, UnstoredRow
from domain.ledger.subscription import LedgerSubscription
from domain.postgres.connections import Row
from domain.refusals import Refused, RuleCode
from domain.rules.lookups import named

#: Version, id, topic, JSON, instant and author of an event: all that folding needs.
FoldRow: TypeAlias = tuple[int, UUID, str, bytes, datetime, str]

_COLUMNS = "plan, version, topic, state, position, recorded_at, recorded_by, event_id, whole, salts"


#: The SQLSTATE of the append function for an event whose day has not come.
_DAY_AHEAD = "AS002"


class Head(NamedTuple):
    """The head of the ledger and the newest stored position, read at one moment."""

    position: int
    recorded_at: datetime | None  # none before the first event
    newest: int
    #: The leaf of the event at the position; none before the first.
    leaf: bytes | None
    #: The clock of the database.
    now: datetime


class PlanState(NamedTuple):
    """The newest version of a plan, and the id of that event."""

    plan: str
    version: int
    event_id: UUID


class Placed(NamedTuple):
    """A stored row and its place in the tree: the hashes of its leaf and of the nodes that its leaf completes."""

    row: StoredRecord
    hashes: bytes | None


class Purged(NamedTuple):
    """Positions: of the newest redaction, and up to which redacted texts have left the files of the database."""

    redacted: int
    #: Up to here the table was rewritten.
    table: int
    #: Up to here the log of the server was renewed, too.
    log: int


class LedgerRecorder(PostgresApplicationRecorder):
    """Appends rows with the ledger's SQL function, and reads them."""

    datastore: LedgerDatastore

    def __init__(self, datastore: LedgerDatastore) -> None:  # long: all statements, each composed once
        super().__init__(datastore, events_table_name="events")
        self.channel_name = channel(datastore.schema)

        def query(text: LiteralString) -> bytes:
            return SQL(text).format(schema=Identifier(datastore.schema), columns=SQL(_COLUMNS)).as_bytes()

        self._append = query("select * from {schema}.append(%b, %b, %b, %b, %b, %b, %b, %b, %b)")
        self._append_one = query("select * from {schema}.append_one(%b, %b, %b, %b, %b, %b, %b, %b, %b)")
        self._select = query("select {columns} from {schema}.events")
        self._fold = query(
            "select version, event_id, topic, coalesce(whole, state), recorded_at, recorded_by from {schema}.events"
            " where plan = %b and version >= %b"
        )
        self._placed = query(
            "select {columns}, hashes from {schema}.events where position > %b and position <= %b"
            " order by position limit %b"
        )
        # A node lies in the row of the event whose leaf completed it.
        self._nodes = query(
            "select substr(hashes, 32 * w.level + 1, 32) from unnest(%b::int[], %b::bigint[]) with ordinality"
            " as w(level, index, place) left join {schema}.events on position = (w.index + 1) << w.level"
            " order by place"
        )
        # Rows that a scan by position misses: their position is below 1, or another row has it too.
        self._unplaced = query(
            "select plan, version, position from {schema}.events where position < 1 or position in"
            " (select position from {schema}.events group by position having count(*) > 1) order by plan, version"
        )
        self._count = query("select count(*) from {schema}.events where position <= %b")
        # An empty ledger's instant is -infinity, which Python has no value for.
        self._head = query(
            "select position, case when position > 0 then recorded_at end, "
            "(select coalesce(max(position), 0) from {schema}.events), leaf, clock_timestamp() from {schema}.head"
        )
        self._purged = query(
            "select (select coalesce(max(position), 0) from {schema}.events where topic = 'TextRedacted'),"
            " coalesce(max(position), 0), coalesce(max(position) filter (where complete), 0) from {schema}.purges"
        )
        self._applied = query("select applied_at from {schema}.migrations where number = %b")
        self._plans = query("select plan from {schema}.events where version = 1 order by plan")
        # Two index lookups a plan, whatever the number of its events.
        self._states = query(
            "select first.plan, newest.version, newest.event_id from {schema}.events as first cross join lateral"
            " (select version, event_id from {schema}.events where plan = first.plan order by version desc limit 1)"
            " as newest where first.version = 1 order by first.plan"
        )

    def append(self, rows: Sequence[UnstoredRow], authors: Sequence[str]) -> tuple[int, datetime]:
        """Append all rows or none, in one transaction; returns the last position and the instant.

        A TextRedacted destroys the texts that it names in the same transaction.

        Raises:
            Refused: an event is of a day that has not come, by the clock of the database; `index` says which row.
            IntegrityError: a version or an event_id is taken.
            OperationalError, InterfaceError: the connection failed; whether the rows are stored is then unknown.
            InDoubt: the database has not answered in time; that is unknown too.
        """
        columns = [_columns(row, author) for row, author in zip(rows, authors, strict=True)]
        query = self._append_one if len(rows) == 1 else self._append
        values: Sequence[object] = columns[0] if len(rows) == 1 else [list(one) for one in zip(*columns, strict=True)]

        def append() -> tuple[int, datetime]:
            try:
                with self.datastore.get_connection() as connection, connection.cursor(row_factory=tuple_row) as cursor:
                    stored = cursor.execute(query, values, prepare=True, binary=True).fetchone()
            except DatabaseError as error:
                if refused := _of_a_day_ahead(error.__cause__, rows):
                    raise refused from error
                raise
            assert stored is not None, "the append function returns one row"
            return stored

        return self.datastore.writes.run(append, len(rows))

    def insert_events(
        self,
        stored_events: Sequence[StoredEvent],
        **kwargs: Any,  # any: as the library has it
    ) -> Sequence[int]:
        """The library's way to append; `recorded_by` is required."""
        rows = [row for row in stored_events if isinstance(row, UnstoredRow)]
        assert len(rows) == len(stored_events), "the ledger appends rows that have an event_id"
        last, _ = self.append(rows, [kwargs["recorded_by"]] * len(rows))
        return range(last - len(rows) + 1, last + 1)

    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> LedgerSubscription:
        """Every row after a position, future ones included."""
        return LedgerSubscription(self, gt=gt, topics=topics)

    def select_fold(self, plan: str, first: int) -> list[FoldRow]:
        """A plan's events from a version on, in their order."""
        rows: list[FoldRow] = self._tuples(self._fold, plan, first)
        # The database would sort them on disk; they come almost sorted.
        rows.sort(key=itemgetter(0))
        return rows

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredRecord]:
        """Rows of one plan, by version."""
        return self._rows(
            b" where plan = %b and version > %b and version <= %b order by version "
            + (b"desc limit %b" if desc else b"asc limit %b"),
            [originator_id, gt or 0, 2**62 if lte is None else lte, limit],
        )

    def select_versions(self, plan: str, versions: Sequence[int]) -> Sequence[StoredRecord]:
        """The rows of one plan that have these versions, in order."""
        return self._rows(b" where plan = %b and version = any(%b) order by version", [plan, list(versions)])

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        """Rows of the whole ledger, by position."""
        first = (start or 0) + (0 if inclusive_of_start else 1)
        by_topic = b" and topic = any(%b)" if topics else b""
        return self._rows(
            b" where position >= %b and position <= %b" + by_topic + b" order by position limit %b",
            [first, 2**62 if stop is None else stop, *([list(topics)] if topics else []), limit],
        )

    def select_by_event_id(self, event_ids: Sequence[UUID]) -> Sequence[StoredRecord]:
        """The rows that have one of these event ids."""
        return self._rows(b" where event_id = any(%b) order by position", [list(event_ids)])

    def select_plans(self) -> list[str]:
        """The names of all plans."""
        return [plan for (plan,) in self._tuples(self._plans)]

    def select_states(self) -> list[PlanState]:
        """The newest version of each plan, in the order of their names."""
        return [PlanState(*row) for row in self._tuples(self._states)]

    def max_notification_id(self) -> int | None:
        """The newest position; None in an empty ledger."""
        head = self.select_head()
        return (head and head.position) or None

    def select_placed(self, after: int, last: int, limit: int) -> list[Placed]:
        """A range of the whole ledger, by position, with the hashes in the tree."""
        return [Placed(StoredRecord(*row), hashes) for *row, hashes in self._tuples(self._placed, after, last, limit)]

    def select_nodes(self, wanted: Sequence[tuple[int, int]]) -> list[bytes | None]:
        """Nodes of the tree by (level, index), in the given order; None for a missing row."""
        levels, indexes = [level for level, _ in wanted], [index for _, index in wanted]
        return [node for (node,) in self._tuples(self._nodes, levels, indexes)]

    def select_unplaced(self, head: int) -> list[tuple[str, int, int]]:
        """Plan, version and position of the rows whose position is below 1 or another row's too."""
        [(found,)] = self._tuples(self._count, head)
        return [] if found == head else self._tuples(self._unplaced)

    def select_purged(self) -> Purged:
        """The newest redaction, and the positions up to which redacted texts have left the files."""
        [row] = self._tuples(self._purged)
        return Purged(*row)

    def select_applied(self, migration: int) -> datetime:
        """The instant at which this migration was applied."""
        [(applied_at,)] = self._tuples(self._applied, migration)
        return applied_at  # type: ignore[no-any-return]

    def select_head(self) -> Head | None:
        """The head, from which the next append goes on; None if somebody has removed it."""
        return next((Head(*row) for row in self._tuples(self._head)), None)

    def _rows(self, where: bytes, parameters: Sequence[object]) -> Sequence[StoredRecord]:
        return [StoredRecord(*row) for row in self._tuples(self._select + where, *parameters)]

    def _tuples(self, query: bytes, *parameters: object) -> list[Row]:
        return self.datastore.read_rows(query, *parameters)


def _columns(row: UnstoredRow, author: str) -> tuple[object, ...]:
    stream, texts = str(row.originator_id), (row.whole, row.salts)
    return stream, row.originator_version, row.topic, row.event_id, row.state, author, row.before, *texts


def _of_a_day_ahead(error: BaseException | None, rows: Sequence[UnstoredRow]) -> Refused | None:
    """The refusal of an event whose day has not come; None for any other error."""
    if not isinstance(error, psycopg.Error) or error.sqlstate != _DAY_AHEAD:
        return None
    refused, today = error.diag.message_detail, date.fromisoformat(str(error.diag.message_hint))
    index = next((place for place, row in enumerate(rows) if str(row.event_id) == refused), 0)
    day = date.fromisoformat(json.loads(rows[index].state)["effective_on"])
    return Refused(
        RuleCode.DAY_IN_THE_FUTURE,
        f"{named(day)} is in the future: today is {named(today)} by the clock of the database; give the event the day"
        " on which it was true (effective_on), and set the clock of this machine right where it shows another",
        index=index,
    )
