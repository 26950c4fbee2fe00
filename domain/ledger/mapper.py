"""How an event is stored: JSON out, validation in, the event's own name as topic.

The library's own mapper stores module paths and rebuilds objects without validating them. Here moving a file rewrites
no history, and bytes that are no event of the vocabulary are found the moment they are read.
"""

from pydantic import ValidationError

from domain.envelopes import Recorded
from domain.events import EVENTS, Event
from domain.ledger.errors import LedgerDamaged
from domain.ledger.stored import StoredRecord

_READERS = {name: kind.__pydantic_validator__.validate_json for name, kind in EVENTS.items()}


def event_state(event: Event) -> bytes:
    """The event as stored: what was said, in the order of its class, and nothing that was left out."""
    return event.model_dump_json(exclude_unset=True).encode()


def read_event(topic: str, state: bytes) -> Event:
    """The event that these stored bytes are; raises LedgerDamaged."""
    try:
        event: Event = _READERS[topic](state)
    except KeyError:
        raise LedgerDamaged(
            f"the ledger holds an event {topic!r} that this program does not know; was it recorded by a newer one?"
        ) from None
    except ValidationError as error:
        raise LedgerDamaged(f"the ledger holds an event {topic} that is not valid ({error}); see asat check") from error
    return event


def read_record(row: StoredRecord) -> Recorded:
    """The record that a stored row is; raises LedgerDamaged."""
    return Recorded(
        plan=str(row.originator_id),
        version=row.originator_version,
        position=row.id,
        recorded_at=row.recorded_at,
        recorded_by=row.recorded_by,
        event_id=row.event_id,
        event=read_event(row.topic, row.state),
    )
