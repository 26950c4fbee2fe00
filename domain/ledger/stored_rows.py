"""Rows of the library's recorder: an event to be appended, and a stored one."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from eventsourcing.persistence import Notification, StoredEvent

from domain.ledger.split_texts import remaining_texts


@dataclass(frozen=True)
class UnstoredRow(StoredEvent):
    """An event in bytes, about to be appended."""

    event_id: UUID
    #: If it has redactable texts: the whole event, and their salts (`split_texts.py`).
    whole: bytes | None = None
    salts: bytes | None = None
    #: For a plan's first event in a batch: the id of the event before it, when it was judged.
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
    def remaining_texts(self) -> str | None:
        """The remaining texts for a proof, as `split_texts.remaining_texts`."""
        return remaining_texts(self.state, self.whole, self.salts)
