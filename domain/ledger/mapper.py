"""How an event is stored: JSON out, validation in, the event's own name as topic.

The library's own mapper stores module paths and rebuilds objects without validating them. Here moving a file rewrites
no history, and bytes that are no event of the vocabulary are found the moment they are read.
"""

from typing import Any

from eventsourcing.persistence import JSONTranscoder, Mapper, MapperDeserialisationError, StoredEvent
from pydantic import ValidationError

from domain.envelopes import Recorded
from domain.events import EVENTS, Event
from domain.ledger.stored import StoredRecord, Unstored

_READERS = {name: kind.__pydantic_validator__.validate_json for name, kind in EVENTS.items()}


def event_state(event: Event) -> bytes:
    """The event as stored: what was said, in the order of its class, and nothing that was left out."""
    return event.model_dump_json(exclude_unset=True).encode()


def read_event(topic: str, state: bytes) -> Event:
    """The event that these stored bytes are; raises MapperDeserialisationError."""
    try:
        event: Event = _READERS[topic](state)
    except KeyError:
        raise MapperDeserialisationError(
            f"the ledger holds an event {topic!r} that this program does not know"
        ) from None
    except ValidationError as error:
        raise MapperDeserialisationError(f"the ledger holds a {topic} that is not valid: {error}") from error
    return event


class EventMapper(Mapper[str]):
    """Between records and the library's stored events."""

    def __init__(self) -> None:
        super().__init__(JSONTranscoder())  # never called: pydantic reads and writes the JSON

    def to_stored_event(self, domain_event: Any) -> StoredEvent:
        """Bytes for an event about to be appended; it must be an `Unstored`."""
        assert isinstance(domain_event, Unstored)
        return StoredEvent(
            domain_event.originator_id,
            domain_event.originator_version,
            type(domain_event.event).__name__,
            event_state(domain_event.event),
        )

    def to_domain_event(self, stored_event: StoredEvent) -> Any:
        """The record that a stored row is."""
        assert isinstance(stored_event, StoredRecord)
        return Recorded(
            plan=str(stored_event.originator_id),
            version=stored_event.originator_version,
            position=stored_event.id,
            recorded_at=stored_event.recorded_at,
            recorded_by=stored_event.recorded_by,
            event_id=stored_event.event_id,
            event=read_event(stored_event.topic, stored_event.state),
        )
