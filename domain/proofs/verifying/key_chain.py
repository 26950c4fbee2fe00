"""The keys of a ledger, from its first to its newest, and what one of them has signed."""

from collections.abc import Sequence

from domain.proofs.checkpoint import Checkpoint, NotACheckpoint, WitnessKey, open_checkpoint
from domain.proofs.keys import NotAKey, VerifierKey, from_base64
from domain.proofs.signed_notes import Altered, NotANote, NotSigned, open_note
from domain.proofs.verifying.failure import Failed
from domain.proofs.verifying.json_values import encoded, read_json

MOST_KEYS = 1000


def decoded(text: object, where: str) -> bytes:
    """The bytes behind a base64 text in its one proper form; raises Failed."""
    data = from_base64(text) if isinstance(text, str) else None
    if data is None:
        raise Failed(where, "base64 is due there, in its one proper form")
    return data


def read_key(text: str, where: str) -> VerifierKey:
    """A published key of a ledger; raises Failed."""
    try:
        return VerifierKey.read(text)
    except NotAKey as error:
        raise Failed(where, str(error)) from None


def read_witness(text: str) -> WitnessKey:
    """A published key of a witness; raises Failed."""
    try:
        return WitnessKey.read(text)
    except NotAKey as error:
        raise Failed("the key of a witness", str(error)) from None


def signed_text(note: bytes, keys: Sequence[VerifierKey], where: str) -> str:
    """The text of a note that one of these keys at least has signed; raises Failed."""
    try:
        return open_note(note, keys).text
    except NotANote:
        raise Failed(where, "it is not a signed note, or is cut off") from None
    except Altered as error:
        raise Failed(where, f"it was altered: {error}") from None
    except NotSigned:
        raise Failed(where, "no key that is known here has signed it") from None


def witnessed(note: bytes, keys: Sequence[VerifierKey], witness: WitnessKey) -> int:
    """The second of POSIX time at which a witness signed a checkpoint of these keys; raises Failed if it has not."""
    try:
        second = open_checkpoint(note, keys, [witness]).witnessed.get(witness)
    except NotSigned:
        raise Failed("the checkpoint", f"the signature of the witness {witness.name} is not of it") from None
    if second is None:
        raise Failed("the checkpoint", f"the witness {witness.name} has not signed it")
    return second


def as_cut(data: bytes) -> bytes:
    """A checkpoint as it was before any witness signed it: its text, and the line of the key that cut it."""
    text, blank, lines = data.partition(b"\n\n")
    return text + blank + lines.partition(b"\n")[0] + b"\n"


def read_chain(data: bytes) -> list[VerifierKey]:
    """The ledger's keys, from its first: each signs for itself, and is signed for by the one before; raises Failed."""
    notes = read_json(data, "keys.json")
    if not isinstance(notes, list) or {type(one) for one in notes} != {str} or len(notes) > MOST_KEYS:
        raise Failed("keys.json", "it is not the list of the ledger's keys")
    chain: list[VerifierKey] = []
    for number, text in enumerate(notes, 1):
        where = f"key {number} of the ledger"
        lines = text.split("\n")
        key = read_key(lines[2] if len(lines) > 2 else "", where)
        if key in chain:
            raise Failed(where, "it was a key of the ledger before, and cannot follow another")
        before = str(chain[-1]) if chain else "none"
        for signer in [*chain[-1:], key]:
            signed = signed_text(encoded(text, where), [signer], where)
            if signed != f"AsAt signing key {number}\n{key.name}\n{key}\nafter {before}\n":
                raise Failed(where, "its note does not say that it follows the key before it")
        if chain and chain[-1].name != key.name:
            raise Failed(where, "it is in another name than the one before it")
        chain.append(key)
    return chain


def read_checkpoint(text: str, where: str) -> Checkpoint:
    """The checkpoint that the text of a note is; raises Failed."""
    try:
        return Checkpoint.read(text)
    except NotACheckpoint:
        raise Failed(where, "it is no checkpoint") from None
