"""How an event is stored: JSON out, validation in, the event's own name as topic.

The library's own mapper stores module paths and rebuilds objects without validating them. Here moving a file rewrites
no history, and bytes that are no event of the vocabulary are found the moment they are read.

The texts that can be redacted do not stand in the stored bytes, which nothing ever changes, but beside them, each with
a salt; in its place stands the digest of both. An event read has the texts in their places again.
"""

import os
from base64 import b64decode, b64encode
from hashlib import sha256
from typing import Any

from pydantic_core import from_json, to_json

from domain.envelopes import Recorded
from domain.events import EVENTS, Event
from domain.ledger.errors import LedgerDamaged
from domain.ledger.stored import StoredRecord
from domain.redaction import REDACTABLE, redactable, redacted_value

_FROM_JSON = {name: kind.__pydantic_validator__.validate_json for name, kind in EVENTS.items()}
_FROM_FIELDS = {name: kind.__pydantic_validator__.validate_python for name, kind in EVENTS.items()}

#: The length of a salt in bytes: as many as nobody can try out, so that a digest says nothing of a short text.
SALT_SIZE = 16

#: Only the digest of a text stands in a stored event like this, and takes so many bytes.
_DIGEST = b':{"sha256":"'
_WHOLE_DIGEST = len(_DIGEST) + 64 + len('"}')

#: How many characters stand between a field's name in the texts and its value, the salt among them.
_OPENS, _DIVIDES = '":["', '",'
_BEFORE_VALUE = len(_OPENS) + 4 * -(-SALT_SIZE // 3) + len(_DIVIDES)


def event_state(event: Event) -> bytes:
    """The event as JSON: what was said, in the order of its class, and nothing that was left out."""
    return event.model_dump_json(exclude_unset=True).encode()


def text_digest(salt: bytes, value: Any) -> str:
    """What a stored event commits to a text by: the SHA-256 of salt and value, this as JSON with its keys in order."""
    return sha256(salt + to_json(dict(sorted(value.items())) if isinstance(value, dict) else value)).hexdigest()


def taken_apart(event: Event) -> tuple[bytes, str | None]:
    """The bytes to store, and the texts to lay beside them as JSON: field -> [salt, value]; None without any."""
    state = event_state(event)
    fields = from_json(state)
    apart = redactable(type(event).__name__, fields)
    if not apart:
        return state, None
    salts = os.urandom(SALT_SIZE * len(apart))
    said = {}
    for place, name in enumerate(apart):
        salt = salts[place * SALT_SIZE : (place + 1) * SALT_SIZE]
        said[name] = [b64encode(salt).decode(), fields[name]]
        fields[name] = {"sha256": text_digest(salt, fields[name])}
    return to_json(fields), to_json(said).decode()


def committed_again(event: Event, state: bytes) -> bytes:
    """The bytes that the event would be stored as now, but for the digests, which are taken from what is stored."""
    fields = from_json(event_state(event))
    fields.update({name: {"sha256": digest} for name, digest in digests(from_json(state)).items()})
    return to_json(fields)


def texts_not_as_committed(state: bytes, said: str | None) -> list[str]:
    """The fields whose texts beside the event are not those that it commits to; raises LedgerDamaged."""
    if said is None:
        return []
    committed = digests(from_json(state))
    try:
        return [
            field
            for field, (salt, value) in from_json(said).items()
            if committed.get(field) != text_digest(b64decode(salt, validate=True), value)
        ]
    except (ValueError, TypeError, AttributeError) as error:
        raise LedgerDamaged(f"what lies beside it are no texts with their salts ({error})") from error


def digests(fields: dict[str, Any]) -> dict[str, str]:
    """Field -> digest, of those fields of a stored event whose texts lie beside it."""
    return {
        name: value["sha256"]
        for name, value in fields.items()
        if type(value) is dict and name in REDACTABLE and value.keys() == {"sha256"}
    }


def read_event(topic: str, state: bytes, said: str | None = None) -> Event:
    """The event that these stored bytes are, with its texts; raises LedgerDamaged."""
    return read_with_redactions(topic, state, said)[0]


def read_with_redactions(topic: str, state: bytes, said: str | None) -> tuple[Event, tuple[str, ...]]:
    """The event that these stored bytes are, and which of its texts are gone; raises LedgerDamaged."""
    try:
        if _DIGEST not in state:
            return _FROM_JSON[topic](state), ()
        if (whole := _with_its_one_text(state, said)) is not None:
            return _FROM_JSON[topic](whole), ()
        fields, texts = from_json(state), from_json(said) if said else {}
        for name, (_, value) in texts.items():
            fields[name] = value
        if state.count(_DIGEST) == len(texts):
            return _FROM_FIELDS[topic](fields), ()
        gone = tuple(digests(fields))
        fields.update({name: redacted_value(name) for name in gone})
        return _FROM_FIELDS[topic](fields), gone
    except KeyError:
        raise LedgerDamaged(
            f"the ledger holds an event {topic!r} that this program does not know; was it recorded by a newer one?"
        ) from None
    except (ValueError, TypeError, AttributeError) as error:
        raise LedgerDamaged(f"the ledger holds an event {topic} that is not valid ({error}); see asat check") from error


def _with_its_one_text(state: bytes, said: str | None) -> bytes | None:
    """The event's JSON with the value in its place, for those that have one text; None for all others.

    Most events have one, and putting it there without reading either takes half the time.
    """
    at = state.find(_DIGEST)
    after = at + _WHOLE_DIGEST
    if said is None or state.find(_DIGEST, after) != -1:
        return None
    name = said[1 : said.find('"', 2) + 1].encode()
    value = said.find('"', 2) + _BEFORE_VALUE
    as_written = said.startswith(_OPENS, value - _BEFORE_VALUE) and said.startswith(_DIVIDES, value - len(_DIVIDES))
    if not as_written or not state.startswith(name, at - len(name)):
        return None
    return state[: at + 1] + said[value:-2].encode() + state[after:]


def read_record(row: StoredRecord) -> Recorded:
    """The record that a stored row is; raises LedgerDamaged."""
    event, redacted = read_with_redactions(row.topic, row.state, row.said)
    return Recorded(
        plan=str(row.originator_id),
        version=row.originator_version,
        position=row.id,
        recorded_at=row.recorded_at,
        recorded_by=row.recorded_by,
        event_id=row.event_id,
        event=event,
        redacted=redacted,
    )
