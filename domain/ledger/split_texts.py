"""Redactable texts, which are stored beside the bytes that an event's leaf commits to, each with a salt.

The committed bytes hold the digest of salt and text in the text's place, so both can be destroyed and every proof still
holds. Questions and papers read the whole event: with its texts, or with placeholders for them.
"""

import os
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from typing import NamedTuple

from pydantic_core import from_json, to_json

from domain.events import Event
from domain.redaction import REDACTABLE, redactable, redacted_value
from domain.refusals import LedgerDamaged
from domain.strict_json import Json

#: The length of a salt in bytes: nobody can try out all salts, so a digest reveals nothing of a short text.
SALT_SIZE = 16

_DESTROYED = bytes(SALT_SIZE)

#: The beginning of a digest in the committed bytes; within a text its quotes would be escaped.
_DIGEST = b'{"sha256":"'


class SplitEvent(NamedTuple):
    """The bytes of an event that its leaf commits to; if it has redactable texts, also the whole event and salts."""

    state: bytes
    whole: bytes | None
    #: The salts one after the other, in the order of the fields; zeros where one is destroyed.
    salts: bytes | None


class KeptText(NamedTuple):
    """A field that is committed to by a digest, and its salt; None once text and salt are destroyed."""

    field: str
    digest: str
    salt: bytes | None


def split_event(event: Event, whole: bytes) -> SplitEvent:
    """Split an event to be stored; `whole`: the event as JSON."""
    if REDACTABLE.isdisjoint(event.model_fields_set):
        return SplitEvent(whole, None, None)
    fields = from_json(whole)
    apart = redactable(type(event).__name__, [name for name, value in fields.items() if value is not None])
    if not apart:
        return SplitEvent(whole, None, None)
    salts = os.urandom(SALT_SIZE * len(apart))
    for number, name in enumerate(apart):
        fields[name] = {"sha256": text_digest(_salt(salts, number), fields[name])}
    return SplitEvent(to_json(fields), whole, salts)


def text_digest(salt: bytes, value: Json) -> str:
    """The digest by which an event commits to a text: SHA-256 of salt and value, the value as JSON with sorted keys."""
    return sha256(salt + to_json(dict(sorted(value.items())) if isinstance(value, dict) else value)).hexdigest()


def committed_again(whole: bytes, state: bytes) -> bytes:
    """The bytes as which an event would be stored, with the digests taken from the stored bytes."""
    fields = from_json(whole)
    fields.update({name: {"sha256": digest} for name, digest in _digests(_read(state)).items()})
    return to_json(fields)


def fields_not_as_written(again: bytes, state: bytes) -> list[str]:
    """The fields in which the stored bytes differ from those written again, in order."""
    read, stored = from_json(again), from_json(state)
    return [name for name in {**stored, **read} if stored.get(name) != read.get(name)]


def kept_texts(state: bytes, salts: bytes | None) -> list[KeptText]:
    """The fields that an event commits to by digests, in order; raises LedgerDamaged if the salts do not fit."""
    digests = _digests(_read(state))
    if len(salts or b"") != SALT_SIZE * len(digests):
        raise LedgerDamaged(f"it commits to {len(digests)} texts, and there are {len(salts or b'')} bytes of salts")
    found = ((field, digest, _salt(salts or b"", number)) for number, (field, digest) in enumerate(digests.items()))
    return [KeptText(field, digest, None if salt == _DESTROYED else salt) for field, digest, salt in found]


def redacted_fields(state: bytes, salts: bytes | None) -> tuple[str, ...]:
    """The fields of an event whose texts are destroyed."""
    if salts is None or _DESTROYED not in salts:
        return ()
    return tuple(text.field for text in kept_texts(state, salts) if text.salt is None)


def texts_not_as_committed(state: bytes, whole: bytes | None, salts: bytes | None) -> Iterator[str]:
    """The fields whose texts differ from those that the event commits to; raises LedgerDamaged."""
    texts = kept_texts(state, salts)
    fields = from_json(whole or b"{}") if texts else {}
    for text in texts:
        value = fields.get(text.field)
        if value != redacted_value(text.field) if text.salt is None else text_digest(text.salt, value) != text.digest:
            yield text.field


def remaining_texts(state: bytes, whole: bytes | None, salts: bytes | None) -> str | None:
    """The remaining texts for a proof, as JSON: field -> [salt in base64, value]; None if there are none."""
    texts = kept_texts(state, salts)
    fields = from_json(whole or b"{}") if texts else {}
    left = {text.field: [b64encode(text.salt).decode(), fields[text.field]] for text in texts if text.salt is not None}
    return to_json(left).decode() if left else None


def _read(state: bytes) -> dict[str, Json]:
    """The fields in the committed bytes; empty if there are no digests."""
    if _DIGEST not in state:
        return {}
    try:
        fields: dict[str, Json] = from_json(state)
    except ValueError as error:
        raise LedgerDamaged(f"its stored bytes are no JSON ({error})") from error
    return fields


def _digests(fields: dict[str, Json]) -> dict[str, str]:
    """Field -> digest, for the fields whose texts are stored beside the event."""
    return {
        name: value["sha256"]
        for name, value in fields.items()
        if type(value) is dict and name in REDACTABLE and value.keys() == {"sha256"}
    }


def _salt(salts: bytes, number: int) -> bytes:
    return salts[SALT_SIZE * number : SALT_SIZE * (number + 1)]
