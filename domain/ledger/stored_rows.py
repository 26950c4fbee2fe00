"""An event on either side of the library's recorder: before it has a position, and as a stored row."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from eventsourcing.persistence import Notification, StoredEvent

from domain.ledger.split_texts import said


@dataclass(frozen=True)
class UnstoredRow(StoredEvent):
    """An event in bytes, about to be appended."""

    event_id: UUID
    #: Where it has texts that can be redacted: the event with these, and their salts (`texts.py`).
    whole: bytes | None = None
    salts: bytes | None = None
    #: Of a plan's first event in a batch: the id of the event it was judged after.
    before: UUID | None = None


@dataclass(frozen=True)
class StoredRecord(Notification):
    """A stored row: the library's notification (its id is the position) with what the ledger adds."""

    recorded_at: datetime
    recorded_by: str
    event_id: UUID
    #: As in UnstoredRow.
    whole: bytes | None = None
    salts: bytes | None = None

    @property
    def said(self) -> str | None:
        """The texts that are left, as they go with a proof."""
        return said(self.state, self.whole, self.salts)
