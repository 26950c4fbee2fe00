"""The bytes of one stored event that its leaf in the tree commits to.

Every part has a fixed length or says its own, so that no two rows have the same bytes. The same is written down once
more in SQL, where the leaf is made (`domain/ledger/migrations/0004_tree.sql`); a test holds the two together.
"""

import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self
from uuid import UUID

from domain.proofs.tree import leaf_hash

#: Begins every entry, so that its form can change one day and old ones still be read.
FORM = b"asat/entry/1\n"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

#: Position, version, instant and id of the event; its texts follow.
_NUMBERS = struct.Struct(">qqq16s")
_TEXTS = 4


class NotAnEntry(ValueError):
    """The bytes are no entry; the message says why."""


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
        microseconds = (self.recorded_at - _EPOCH) // _MICROSECOND
        texts = (self.plan.encode(), self.recorded_by.encode(), self.topic.encode(), self.state)
        counted = (part for text in texts for part in (len(text).to_bytes(8, "big"), text))
        return FORM + _NUMBERS.pack(self.position, self.version, microseconds, self.event_id.bytes) + b"".join(counted)

    @classmethod
    def read(cls, data: bytes) -> Self:
        """The entry of these bytes, which it gives again; raises NotAnEntry."""
        at = len(FORM) + _NUMBERS.size
        if not data.startswith(FORM) or len(data) < at:
            raise NotAnEntry("its entry is not in the form of a ledger's")
        position, version, microseconds, event_id = _NUMBERS.unpack_from(data, len(FORM))
        texts: list[bytes] = []
        while len(texts) < _TEXTS:  # a length beyond the end gives an end that is not there
            length = int.from_bytes(data[at : at + 8], "big")
            texts.append(data[at + 8 : at + 8 + length])
            at += 8 + length
        if at != len(data):
            raise NotAnEntry("its entry is cut off, or something was added to it")
        try:
            recorded_at = _EPOCH + timedelta(microseconds=microseconds)
            plan, recorded_by, topic = (text.decode("utf-8") for text in texts[:-1])
        except OverflowError:
            raise NotAnEntry("its entry was recorded at no instant of the calendar") from None
        except UnicodeDecodeError:
            raise NotAnEntry("its entry holds a text that is not UTF-8") from None
        return cls(position, plan, version, recorded_at, recorded_by, UUID(bytes=event_id), topic, texts[-1])

    def leaf(self) -> bytes:
        """The hash of its leaf."""
        return leaf_hash(bytes(self))
