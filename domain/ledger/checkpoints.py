"""The ledger's keys and checkpoints: what its holder has signed, kept append-only beside it.

A checkpoint in the same database protects from those who can change events and not checkpoints, and finds mistakes;
from whoever can change all of it only a copy elsewhere does, which is why they are printed, given away and cosigned.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from eventsourcing.persistence import IntegrityError, PersistenceError
from psycopg.rows import tuple_row
from psycopg.sql import SQL, Identifier

from domain.ledger.datastore import LedgerDatastore
from domain.ledger.errors import LedgerDamaged, LedgerUnusable
from domain.ledger.invariants import Broken
from domain.ledger.ledger import Ledger
from domain.proofs.checkpoint import Checkpoint, NotACheckpoint, WitnessKey, open_checkpoint
from domain.proofs.keys import NotAKey, SignerKey, VerifierKey
from domain.proofs.notes import NotANote, Note, NotSigned, Signature, open_note, sign_note
from domain.proofs.pack import NoPack, Stamped, key_note, key_of_note


class KeyRefused(Exception):
    """The key is not the one that signs for this ledger now; the message says which does."""


class CheckpointUnknown(LookupError):
    """The ledger has cut no such checkpoint."""


class Tree(Protocol):
    """What a checkpoint is cut of."""

    def size(self) -> int:
        """How many leaves it has."""

    def root(self, size: int | None = None) -> bytes:
        """Its root at a size."""


@dataclass(frozen=True, slots=True)
class Cut:
    """A checkpoint as it is kept, with what witnesses signed of it since."""

    number: int
    size: int
    note: Note
    cut_at: datetime
    #: What time-stamping authorities answered, oldest first.
    stamps: tuple[bytes, ...] = ()


class Checkpoints:
    """Keys and checkpoints of a ledger."""

    def __init__(self, datastore: LedgerDatastore, tree: Tree) -> None:
        self._datastore = datastore
        self._tree = tree

    # Keys

    def key_notes(self) -> list[bytes]:
        """The notes of the ledger's keys, from the first."""
        return [note for (note,) in self._rows("select note from {schema}.keys order by number")]

    def keys(self) -> list[VerifierKey]:
        """The ledger's keys, from the first; the last is the one that signs now.

        Raises:
            LedgerDamaged: one does not follow from the one before it.
        """
        found: list[VerifierKey] = []
        for number, note in enumerate(self.key_notes(), 1):
            found.append(_following(number, note, found[-1] if found else None))
        return found

    def rotate(self, old: SignerKey, new: SignerKey) -> None:
        """Have a new key take over from the one that signs now, in the same name.

        Raises:
            KeyRefused: the old key is not the one that signs, or the new one is in another name or was used before.
        """
        keys = self.admit(old)
        if new.name != old.name:
            raise KeyRefused(f"the new key is of {new.name}; it takes over in the name of the old one, {old.name}")
        if new.verifier in keys:
            raise KeyRefused("the new key has been one of this ledger's keys already; make another")
        self._write("select {schema}.add_key(%s, %s)", len(keys) + 1, key_note(len(keys) + 1, new, old))

    def admit(self, key: SignerKey) -> list[VerifierKey]:
        """The ledger's keys, of which this must be the last; where there is none yet, it becomes the first."""
        keys = self.keys()
        if not keys:
            self._write("select {schema}.add_key(%s, %s)", 1, key_note(1, key, None))
            return [key.verifier]
        if keys[-1] != key.verifier:
            former = "was replaced" if key.verifier in keys else "is none of its keys"
            raise KeyRefused(f"the key {key.verifier} {former}: for this ledger signs {keys[-1]}")
        return keys

    # Checkpoints

    def cut(self, key: SignerKey) -> Cut:
        """Sign what the ledger holds now, and keep it. Where nothing has changed since the last, it is that one.

        Raises:
            KeyRefused: the key is not the one that signs for this ledger.
            LedgerDamaged: the tree no longer holds what was signed before; nothing is signed then.
        """
        self.admit(key)
        if broken := next(self.broken(newest=1), None):
            raise LedgerDamaged(f"nothing was signed: {broken.where}: {broken.what}")
        size = self._tree.size()
        note = sign_note(Checkpoint(key.name, size, self._tree.root(size)).text(), key)
        number, _ = self._write("select * from {schema}.add_checkpoint(%s, %s)", size, note)
        return next(one for one in self.all() if one.number == number)

    def all(self) -> list[Cut]:
        """Every checkpoint, oldest first, with the signatures that were added to it."""
        added: dict[int, list[str]] = {}
        for number, line in self._rows("select checkpoint, line from {schema}.cosignatures order by added_at, line"):
            added.setdefault(number, []).append(line)
        stamps: dict[int, list[bytes]] = {}
        for number, stamp in self._rows(
            "select checkpoint, answer from {schema}.time_stamps order by added_at, answer"
        ):
            stamps.setdefault(number, []).append(stamp)
        rows = self._rows("select number, size, note, cut_at from {schema}.checkpoints order by number")
        try:
            return [
                Cut(
                    number,
                    size,
                    _with_lines(Note.read(note), added.get(number, [])),
                    cut_at,
                    tuple(stamps.get(number, [])),
                )
                for number, size, note, cut_at in rows
            ]
        except NotANote as error:
            raise LedgerDamaged(f"the ledger holds a checkpoint that is none: {error}; see asat check") from error

    def add_signatures(self, note: Note, witness: WitnessKey) -> Cut:
        """Keep a witness's signature of a checkpoint of this ledger.

        Raises:
            CheckpointUnknown: this ledger has cut no checkpoint with this text.
            NotSigned: the witness has not signed it.
        """
        known = next((one for one in reversed(self.all()) if one.note.text == note.text), None)
        if known is None:
            raise CheckpointUnknown("the file is of a checkpoint that this ledger has not cut")
        for _, signature in open_note(note, [witness]).believed:
            self._write("select {schema}.add_cosignature(%s, %s)", known.number, signature.line())
        return next(one for one in self.all() if one.number == known.number)

    def newest(self) -> Cut:
        """The newest checkpoint; raises CheckpointUnknown where none was cut."""
        if not (cuts := self.all()):
            raise CheckpointUnknown("this ledger has cut no checkpoint yet; `asat checkpoint cut` does")
        return cuts[-1]

    def of_size(self, size: int) -> Cut:
        """The newest checkpoint that was cut of so many entries; raises CheckpointUnknown."""
        if (found := next((one for one in reversed(self.all()) if one.size == size), None)) is None:
            raise CheckpointUnknown(
                f"this ledger has cut no checkpoint of {size} entries; `asat checkpoint list` lists those there are"
            )
        return found

    def add_stamp(self, number: int, answer: bytes) -> Cut:
        """Keep what a time-stamping authority answered about a checkpoint; whoever asked has verified it.

        Raises:
            CheckpointUnknown: there is no such checkpoint.
            NoPack: the answer is no time stamp of it.
        """
        known = next((one for one in self.all() if one.number == number), None)
        if known is None:
            raise CheckpointUnknown(f"this ledger has cut no checkpoint {number}")
        if wrong := Stamped(bytes(known.note), answer).wrong():
            raise NoPack(f"the answer was not kept: {wrong}")
        self._write("select {schema}.add_time_stamp(%s, %s)", number, answer)
        return next(one for one in self.all() if one.number == number)

    def broken(self, newest: int | None = None) -> Iterator[Broken]:
        """What does not hold of the keys and checkpoints; the first checkpoint that the tree contradicts ends it.

        What was altered lies between that checkpoint and the one before it, which still holds.

        `newest`: look at so many of the newest checkpoints; by default at all of them.
        """
        try:
            keys, cuts = self.keys(), self.all()
        except LedgerDamaged as error:
            yield Broken("the ledger's keys and checkpoints", str(error))
            return
        size, held = self._tree.size(), 0
        for cut in cuts[-newest:] if newest else cuts:
            where = f"checkpoint {cut.number} ({cut.size} entries, cut {cut.cut_at.isoformat()})"
            try:
                signed = open_checkpoint(cut.note, keys).checkpoint
            except (NotANote, NotSigned, NotACheckpoint) as error:
                yield Broken(where, f"it cannot be believed: {error}")
                continue
            if signed.size != cut.size:
                yield Broken(where, f"what was signed is of {signed.size} entries")
            for stamp in cut.stamps:
                if wrong := Stamped(bytes(cut.note), stamp).wrong():
                    yield Broken(where, f"a time stamp of it does not hold: {wrong}")
            if contradiction := self._contradicts(signed, size, held):
                yield Broken(where, contradiction)
                return
            held = signed.size

    def against(self, outside: bytes) -> Iterator[Broken]:
        """What does not hold of the ledger against a checkpoint that somebody has kept elsewhere, whoever signed it.

        Raises:
            NotANote, NotACheckpoint: it is none.
        """
        note = Note.read(outside)
        given = Checkpoint.read(note.text)
        where = f"the checkpoint that was given ({given.origin}, {given.size} entries)"
        try:
            open_checkpoint(note, self.keys())
        except (NotSigned, LedgerDamaged) as error:
            yield Broken(where, f"its key is not among those that the ledger has now: {error}")
        known, size = 0, self._tree.size()
        for cut in self.all():
            root = Checkpoint.read(cut.note.text).root
            if cut.size <= min(given.size, size) and self._tree.root(cut.size) == root:
                known = cut.size
        if contradiction := self._contradicts(given, size, known if known < given.size else 0):
            yield Broken(where, contradiction)

    def _contradicts(self, signed: Checkpoint, size: int, held: int) -> str | None:
        """What of the ledger is not as it was signed; its first `held` entries are known to be."""
        if signed.size > size:
            return f"the ledger now has {size} entries only: its end is missing, from position {size + 1} on"
        if self._tree.root(signed.size) != signed.root:
            return (
                f"the entries from position {held + 1} to {signed.size} are no longer those that were signed: one was"
                " altered, or the ledger was forked"
            )
        return None

    # The database

    def _rows(self, query: str, *values: Any) -> list[Any]:
        with self._datastore.get_connection() as connection, connection.cursor(row_factory=tuple_row) as cursor:
            return cursor.execute(self._sql(query), values).fetchall()

    def _write(self, query: str, *values: Any) -> Any:
        try:
            return self._rows(query, *values)[0]
        except IntegrityError as error:
            raise LedgerUnusable("somebody else has signed for this ledger at this moment; do it again") from error
        except PersistenceError as error:
            raise LedgerUnusable(f"it could not be kept, the database says: {error}") from error

    def _sql(self, query: str) -> Any:
        return SQL(query).format(schema=Identifier(self._datastore.schema))


def _with_lines(note: Note, lines: Sequence[str]) -> Note:
    """The note with these signatures; of those by one key the last."""
    for line in lines:
        note = note.signed(Signature.read(line))
    return note


def _following(number: int, note: bytes, before: VerifierKey | None) -> VerifierKey:
    try:
        key = key_of_note(note)
        for signer in (before or key, key):
            text = open_note(note, [signer]).text
    except (NotANote, NotSigned, NotAKey, IndexError) as error:
        raise LedgerDamaged(f"key {number} of the ledger does not hold: {error}") from error
    after = str(before) if before else "none"
    if text != f"AsAt signing key {number}\n{key.name}\n{key}\nafter {after}\n" or (before and before.name != key.name):
        raise LedgerDamaged(f"key {number} of the ledger does not say that it follows the one before it")
    return key


def checkpoints_of(ledger: Ledger) -> Checkpoints:
    """The keys and checkpoints of a ledger."""
    return Checkpoints(ledger._datastore, ledger.tree())
