"""An event on either side of the library's recorder: before it has a position, and as a stored row."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from eventsourcing.persistence import Notification, StoredEvent


@dataclass(frozen=True)
class UnstoredRow(StoredEvent):
    """An event in bytes, about to be appended."""

    event_id: UUID
    #: The texts beside it, as JSON: field -> [salt in base64, value].
    said: str | None = None
    #: Of a plan's first event in a batch: the id of the event it was judged after.
    before: UUID | None = None


@dataclass(frozen=True)
class StoredRecord(Notification):
    """A stored row: the library's notification (its id is the position) with what the ledger adds."""

    recorded_at: datetime
    recorded_by: str
    event_id: UUID
    #: As in UnstoredRow, without those that were redacted; None where there are none, or none are left.
    said: str | None = None
