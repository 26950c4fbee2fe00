"""The stored form of an event: JSON, validated when read, with the event's name as topic.

The library's own mapper stores module paths and rebuilds objects without validating them. Here a module can be moved
without rewriting history, and invalid bytes are found when they are read.
"""

from collections.abc import Callable

from pydantic import ValidationError

from domain.envelopes import Recorded
from domain.events import EVENTS, Event
from domain.ledger.split_texts import redacted_fields
from domain.ledger.stored_rows import StoredRecord
from domain.refusals import LedgerDamaged

_FROM_JSON: dict[str, Callable[[bytes], Event]] = {
    name: kind.__pydantic_validator__.validate_json for name, kind in EVENTS.items()
}


def event_state(event: Event) -> bytes:
    """The event as JSON: only the fields that were given, in the order of its class."""
    return event.model_dump_json(exclude_unset=True).encode()


def read_event(topic: str, whole: bytes) -> Event:
    """The event in these stored bytes, with its texts in their places; raises LedgerDamaged."""
    try:
        return _FROM_JSON[topic](whole)
    except KeyError:
        raise LedgerDamaged(
            f"the ledger holds an event {topic!r} that this program does not know; was it recorded by a newer one?"
        ) from None
    except ValidationError as error:
        # Without the value, which may be a text that only few may read.
        problems = ((".".join(map(str, one["loc"])), one["msg"]) for one in error.errors(include_input=False))
        wrong = "; ".join(f"{place}: {what}" if place else what for place, what in problems)
        raise LedgerDamaged(f"the ledger holds an event {topic} that is not valid ({wrong}); see asat check") from None


def read_record(row: StoredRecord) -> Recorded:
    """The record that a stored row is; raises LedgerDamaged."""
    return Recorded(
        plan=str(row.originator_id),
        version=row.originator_version,
        position=row.id,
        recorded_at=row.recorded_at,
        recorded_by=row.recorded_by,
        event_id=row.event_id,
        event=read_event(row.topic, row.state if row.whole is None else row.whole),
        redacted=redacted_fields(row.state, row.salts),
    )
