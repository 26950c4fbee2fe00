"""The bytes of one stored event that its leaf in the tree commits to.

Every part has a fixed length or says its own, so that no two rows have the same bytes. The same is written down once
more in SQL, where the leaf is made (`domain/ledger/migrations/0004_tree.sql`); a test holds the two together.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from domain.proofs.tree import leaf_hash

#: Begins every entry, so that its form can change one day and old ones still be read.
FORM = b"asat/entry/1\n"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Entry:
    """A stored event as the tree knows it."""

    position: int
    plan: str
    version: int
    recorded_at: datetime
    recorded_by: str
    event_id: UUID
    topic: str
    #: The event as stored: texts that can be redacted stand in it as salted digests.
    state: bytes

    def __bytes__(self) -> bytes:
        """Numbers big-endian in eight bytes, the instant in microseconds since 1970, each text after its length."""
        texts = (self.plan.encode(), self.recorded_by.encode(), self.topic.encode(), self.state)
        return b"".join(
            (
                FORM,
                _number(self.position),
                _number(self.version),
                _number((self.recorded_at - _EPOCH) // _MICROSECOND),
                self.event_id.bytes,
                *(part for text in texts for part in (_number(len(text)), text)),
            )
        )

    def leaf(self) -> bytes:
        """The hash of its leaf."""
        return leaf_hash(bytes(self))


def _number(value: int) -> bytes:
    return value.to_bytes(8, "big", signed=True)
