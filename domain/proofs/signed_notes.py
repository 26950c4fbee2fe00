"""Signed notes (https://c2sp.org/signed-note): a text, a blank line, and lines that say which key signed it.

A note is read strictly, so that two readers cannot see two things in the same bytes, and believed only when a key that
the reader already holds has signed it. Signatures by other keys are no concern of that reader's and are passed over.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from domain.proofs.keys import (
    CONTROL,
    KEY_ID_SIZE,
    NotAKey,
    SignerKey,
    VerifierKey,
    check_name,
    encodes,
    from_base64,
    to_base64,
)

#: A note with more signatures is not read: each costs the reader work that its sender need not have done.
MOST_SIGNATURES = 100


class NotANote(ValueError):
    """The bytes are no signed note, or the text cannot stand in one; the message says why."""


class NotSigned(ValueError):
    """No key that is known has signed the note, or one has not signed this text; the message says which."""


class Altered(NotSigned):
    """The signature of a known key is not of this text."""


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line, believed or not."""

    name: str
    key_id: bytes
    value: bytes

    def __post_init__(self) -> None:
        try:
            check_name(self.name)
        except NotAKey as error:
            raise NotANote(f"in a signature line, {error}") from None
        if len(self.key_id) != KEY_ID_SIZE or not self.value:
            raise NotANote(f"the signature by {self.name} is not a key id of {KEY_ID_SIZE} bytes and a signature")

    def line(self) -> str:
        """As it stands in the note, without the end of the line."""
        return f"— {self.name} {to_base64(self.key_id + self.value)}"

    @classmethod
    def read(cls, line: str) -> Self:
        """A signature from its line; raises NotANote."""
        parts = line.split(" ")
        if len(parts) != 3 or parts[0] != "—":
            raise NotANote(f"{line[:80]!r} is not a signature line (— NAME BASE64)")
        _, name, encoded = parts
        value = from_base64(encoded)
        if value is None:
            raise NotANote(f"the signature by {name[:80]!r} is not base64")
        return cls(name, value[:KEY_ID_SIZE], value[KEY_ID_SIZE:])


@dataclass(frozen=True, slots=True)
class Note:
    """A text and the signatures that came with it, none of which has been believed yet."""

    text: str
    signatures: tuple[Signature, ...]

    def __post_init__(self) -> None:
        check_text(self.text)
        if not 1 <= len(self.signatures) <= MOST_SIGNATURES:
            raise NotANote(f"a note has between 1 and {MOST_SIGNATURES} signatures, and not {len(self.signatures)}")

    def __bytes__(self) -> bytes:
        return "".join([self.text, "\n", *(f"{signature.line()}\n" for signature in self.signatures)]).encode()

    @classmethod
    def read(cls, data: bytes) -> Self:
        """A note from its bytes; raises NotANote."""
        try:
            whole = data.decode("utf-8")
        except UnicodeDecodeError as error:
            raise NotANote(f"this is not a note: byte {error.start + 1} is not UTF-8") from None
        # The last blank line: a text may have blank lines of its own, the lines of signatures have none.
        text, blank, lines = whole.rpartition("\n\n")
        if not blank or not lines:
            raise NotANote("this is not a signed note: no blank line with signatures after it")
        if not lines.endswith("\n"):
            raise NotANote("the last line of the note has no end: it may have been cut off")
        check_text(whole)
        if lines.count("\n") > MOST_SIGNATURES:
            raise NotANote(f"the note has more than {MOST_SIGNATURES} signatures")
        return cls(text + "\n", tuple(Signature.read(line) for line in lines[:-1].split("\n")))

    def signed(self, *signatures: Signature) -> Self:
        """The note with more signatures; one by the same key takes the place of its former."""
        again = {(one.name, one.key_id) for one in signatures}
        kept = [one for one in self.signatures if (one.name, one.key_id) not in again]
        return type(self)(self.text, (*kept, *signatures))


@dataclass(frozen=True, slots=True)
class Opened:
    """A note that can be believed, and why."""

    text: str
    believed: tuple[tuple[VerifierKey, Signature], ...]
    unknown: tuple[Signature, ...]


def sign_note(text: str, *signers: SignerKey) -> bytes:
    """The bytes of a note with this text, signed by each key.

    Raises NotANote if the text cannot stand in a note, or nobody signs.
    """
    check_text(text)
    message = text.encode()
    return bytes(Note(text, tuple(Signature(one.name, one.verifier.key_id, one.sign(message)) for one in signers)))


def open_note(note: Note | bytes, keys: Iterable[VerifierKey]) -> Opened:
    """A note that at least one of these keys has signed. A line that stands twice counts once.

    Raises:
        NotANote: the bytes are no signed note.
        NotSigned: none of the keys has signed it, or the signature of one of them is not of this text.
    """
    read = note if isinstance(note, Note) else Note.read(note)
    known: dict[tuple[str, bytes], VerifierKey] = {}
    for key in keys:
        if known.setdefault((key.name, key.key_id), key) != key:
            raise NotSigned(f"two of the known keys are called {key.name}+{key.key_id.hex()}; use one of them")
    believed, unknown = [], []
    for signature in dict.fromkeys(read.signatures):
        signer = known.get((signature.name, signature.key_id))
        if signer is None:
            unknown.append(signature)
        elif signer.holds(read.text, signature.value):
            believed.append((signer, signature))
        else:
            raise Altered(f"the signature by {signature.name}+{signature.key_id.hex()} is not of this text")
    if not believed:
        names = ", ".join(sorted({signature.name for signature in unknown}))
        raise NotSigned(f"none of the known keys has signed the note (its signatures: {names})")
    return Opened(read.text, tuple(believed), tuple(unknown))


def check_text(text: str) -> None:
    """Check that a text can stand in a note; raises NotANote."""
    if not text.endswith("\n"):
        raise NotANote("the text of a note ends with the end of a line")
    if control := CONTROL.search(text):
        raise NotANote(f"the character {control[0]!r} cannot stand in a note")
    if not encodes(text):
        raise NotANote("the text of a note cannot hold half a character")
