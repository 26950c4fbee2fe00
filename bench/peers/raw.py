"""Plain psycopg: the same bytes into a table equal to the ledger's, with no rules, no lock and no triggers.

Its time is PostgreSQL's own, the lower bound of recording.
"""

from datetime import UTC, datetime
from uuid import UUID

import psycopg

from domain.envelopes import Recorded
from domain.ledger.mapper import event_state

Row = tuple[str, int, int, datetime, str, UUID, str, bytes]
_COLUMNS = "plan, version, position, recorded_at, recorded_by, event_id, topic, state"
_INSERT = f"insert into bench_raw.events ({_COLUMNS}) values (%b, %b, %b, %b, %b, %b, %b, %b)"  # noqa: S608 - constant


class RawTable:
    """A table with the columns, constraints and indexes of the ledger's."""

    def __init__(self, conninfo: str) -> None:
        self._connection = psycopg.connect(conninfo, autocommit=True)
        self._connection.execute("create schema bench_raw")
        self._connection.execute("create table bench_raw.events (like asat.events including all)")
        # The record without its proofs.
        self._connection.execute(
            "alter table bench_raw.events alter hashes drop not null, drop constraint leaf_and_nodes"
        )

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def insert(self, row: Row) -> None:
        """Insert one row, which commits: one round trip."""
        self._connection.execute(_INSERT, row, prepare=True)

    def copy(self, text: bytes) -> None:
        """Copy rows that are in PostgreSQL's own format already, and commit."""
        with self._connection.cursor() as cursor, cursor.copy(f"copy bench_raw.events ({_COLUMNS}) from stdin") as copy:
            copy.write(text)

    def copy_rows(self, rows: list[Row]) -> None:
        """Copy rows as a Python program has them, and commit."""
        with self._connection.cursor() as cursor, cursor.copy(f"copy bench_raw.events ({_COLUMNS}) from stdin") as copy:
            for row in rows:
                copy.write_row(row)


def row_of(record: Recorded, plan: str, position: int, event_id: UUID) -> Row:
    """The row the ledger has for a record, with keys of its own."""
    state = event_state(record.event)
    return plan, record.version, position, record.recorded_at, record.recorded_by, event_id, type(record.event).__name__, state  # fmt: skip  # noqa: E501


def copy_text(rows: list[Row]) -> bytes:
    """The rows in the text format of COPY."""
    lines = []
    for plan, version, position, recorded_at, recorded_by, event_id, topic, state in rows:
        instant = recorded_at.astimezone(UTC).isoformat()
        lines.append(
            f"{plan}\t{version}\t{position}\t{instant}\t{recorded_by}\t{event_id}\t{topic}\t\\\\x{state.hex()}\n"
        )
    return "".join(lines).encode()
