"""An event on either side of the library's recorder: before it has a position, and as a stored row."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from eventsourcing.persistence import Notification, StoredEvent

from domain.events import Event


@dataclass(frozen=True, slots=True)
class Unstored:
    """An accepted event with the version it is to have; position and instant are the database's to give."""

    originator_id: str
    originator_version: int
    event: Event


@dataclass(frozen=True)
class UnstoredRow(StoredEvent):
    """An event in bytes, about to be appended."""

    event_id: UUID


@dataclass(frozen=True)
class StoredRecord(Notification):
    """A stored row: the library's notification (its id is the position) with what the ledger adds."""

    recorded_at: datetime
    recorded_by: str
    event_id: UUID
