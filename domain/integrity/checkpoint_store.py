"""The ledger's keys and signed checkpoints, kept append-only beside it.

A checkpoint in the same database finds mistakes, and protects against somebody who can change events but not
checkpoints. Against somebody who can change all of it only a copy elsewhere protects: so checkpoints are printed, given
away and cosigned.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from eventsourcing.persistence import IntegrityError, InterfaceError, OperationalError, PersistenceError
from psycopg.errors import CheckViolation
from psycopg.sql import SQL, Identifier

from domain.integrity.checkpoint_check import Cut, Tree, broken_checkpoints, contradiction_of, unlike_the_tree
from domain.integrity.checkpoint_refusals import CheckpointUnknown, KeyCode, KeyRefused, NoKey
from domain.integrity.findings import Broken
from domain.integrity.stored_tree import LedgerTree
from domain.ledger.datastore import LedgerDatastore
from domain.ledger.plan_ledger import PlanLedger
from domain.postgres.connections import Row, rows
from domain.postgres.database_errors import in_short
from domain.proofs.checkpoint import Checkpoint, WitnessKey, open_checkpoint
from domain.proofs.keys import NotAKey, SignerKey, VerifierKey
from domain.proofs.pack import NoPack, Stamped, key_note, key_of_note, one_of_each
from domain.proofs.signed_notes import NotANote, Note, NotSigned, Signature, open_note, sign_note
from domain.refusals import LedgerDamaged, LedgerUnusable

T = TypeVar("T")

_CUTS = """
    select c.number, c.size, c.note, c.cut_at,
           array(select line from {schema}.cosignatures where checkpoint = c.number order by added_at, line),
           array(select answer from {schema}.time_stamps where checkpoint = c.number order by added_at, answer)
      from {schema}.checkpoints c
"""

#: Further attempts at signing, if somebody else signs at the same moment.
_MORE = 3

#: The number of newest stamps among which one of each authority is looked for.
_STAMPS_READ = 100


class Overtaken(LedgerUnusable):
    """Somebody else has signed for this ledger between reading and storing; nothing of one's own was kept."""


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

    def published(self) -> list[VerifierKey]:
        """As `keys`; raises NoKey if there is none."""
        if found := self.keys():
            return found
        raise NoKey("this ledger has no key yet: `asat checkpoint cut --key FILE` gives it one")

    def rotate(self, old: SignerKey, new: SignerKey) -> None:
        """Replace the key that signs now by a new one of the same name.

        Raises:
            KeyRefused: the old key is not the one that signs, or the new one is in another name or was used before.
        """
        keys = self.admit(old)
        if new.name != old.name:
            raise KeyRefused(
                KeyCode.OTHER_NAME,
                f"the new key is of {new.name}; it takes over in the name of the old one, {old.name}",
            )
        if new.verifier in keys:
            raise KeyRefused(
                KeyCode.USED_BEFORE, "the new key has been one of this ledger's keys already; make another"
            )
        self._write("select {schema}.add_key(%s, %s)", len(keys) + 1, key_note(len(keys) + 1, new, old))

    def admit(self, key: SignerKey) -> list[VerifierKey]:
        """The ledger's keys, of which this must be the last; where there is none yet, it becomes the first.

        Raises:
            KeyRefused: another signs for this ledger.
        """
        return _once_more(lambda: self._admit(key))

    def _admit(self, key: SignerKey) -> list[VerifierKey]:
        keys = self.keys()
        if not keys:
            self._write("select {schema}.add_key(%s, %s)", 1, key_note(1, key, None))
            return [key.verifier]
        if keys[-1] != key.verifier:
            former = "was replaced" if key.verifier in keys else "is none of its keys"
            raise KeyRefused(
                KeyCode.NOT_THE_SIGNER, f"the key {key.verifier} {former}: for this ledger signs {keys[-1]}"
            )
        return keys

    # Checkpoints

    def cut(self, key: SignerKey) -> Cut:
        """Sign and store a checkpoint of the ledger as it is now; the last one, if nothing has changed since.

        Raises:
            KeyRefused: the key is not the one that signs for this ledger.
            LedgerDamaged: the tree no longer holds what was signed before; nothing is signed then.
            Overtaken: others sign at every attempt.
        """
        return _once_more(lambda: self._cut(key))

    def _cut(self, key: SignerKey) -> Cut:
        keys = self.admit(key)
        if broken := next(unlike_the_tree(self._tree, keys, self._cuts("order by c.number desc limit 1")), None):
            # The earlier ones show from which position on.
            broken = next(unlike_the_tree(self._tree, keys, self.all()), broken)
            raise LedgerDamaged(f"nothing was signed: {broken.where}: {broken.what}")
        size = self._tree.size()
        note = sign_note(Checkpoint(key.name, size, self._tree.roots([size])[0]).text(), key)
        number, _ = self._write("select * from {schema}.add_checkpoint(%s, %s)", size, note)
        return self._numbered(number)

    def all(self) -> list[Cut]:
        """Every checkpoint, oldest first, with the signatures that were added to it."""
        return self._cuts("order by c.number")

    def _cuts(self, which: str, *values: object) -> list[Cut]:
        rows = self._rows(_CUTS + which, *values)
        try:
            return [
                Cut(number, size, *_with_lines(Note.read(note), lines), cut_at, tuple(stamps))
                for number, size, note, cut_at, lines, stamps in rows
            ]
        except NotANote as error:
            raise LedgerDamaged(f"the ledger holds a checkpoint that is none: {error}; see asat check") from error

    def _numbered(self, number: int) -> Cut:
        if not (found := self._cuts("where c.number = %s", number)):
            raise CheckpointUnknown(f"this ledger has cut no checkpoint {number}")
        return found[0]

    def add_signatures(self, note: Note, witness: WitnessKey) -> Cut:
        """Store a witness's signature of a checkpoint of this ledger.

        Raises:
            CheckpointUnknown: this ledger has cut no checkpoint with this text.
            NotSigned: the witness has not signed it.
        """
        begins = note.text.encode() + b"\n"
        alike = self._cuts("where position(%s::bytea in c.note) = 1 order by c.number desc", begins)
        known = next((one for one in alike if one.note.text == note.text), None)
        if known is None:
            raise CheckpointUnknown("the file is of a checkpoint that this ledger has not cut")
        for _, signature in open_note(note, [witness]).believed:
            self._write("select {schema}.add_cosignature(%s, %s)", known.number, signature.line())
        return self._numbered(known.number)

    def newest(self) -> Cut:
        """The newest checkpoint; raises CheckpointUnknown if there is none."""
        if not (found := self._cuts("order by c.number desc limit 1")):
            raise CheckpointUnknown("this ledger has cut no checkpoint yet; `asat checkpoint cut` does")
        return found[0]

    def of_size(self, size: int) -> Cut:
        """The newest checkpoint of this size; raises CheckpointUnknown."""
        if not (found := self._cuts("where c.size = %s order by c.number desc limit 1", size)):
            raise CheckpointUnknown(
                f"this ledger has cut no checkpoint of {size} entries; `asat checkpoint list` lists those there are"
            )
        return found[0]

    def stamped(self, size: int) -> list[Stamped]:
        """The newest stamp by each authority, for checkpoints of at most this size; newest first."""
        rows = self._rows(
            "select c.note, t.answer from {schema}.time_stamps t join {schema}.checkpoints c on c.number = t.checkpoint"
            " where c.size <= %s order by c.number desc, t.added_at desc, t.answer limit %s",
            size,
            _STAMPS_READ,
        )
        return one_of_each(Stamped(note, answer) for note, answer in rows)

    def add_stamp(self, number: int, answer: bytes) -> Cut:
        """Store a time-stamping authority's answer about a checkpoint; the caller has verified it.

        Raises:
            CheckpointUnknown: there is no such checkpoint.
            NoPack: the answer is no time stamp of it.
        """
        known = self._numbered(number)
        if wrong := Stamped(bytes(known.note), answer).wrong():
            raise NoPack(f"the answer was not kept: {wrong}")
        self._write("select {schema}.add_time_stamp(%s, %s)", number, answer)
        return self._numbered(number)

    def broken(self) -> Iterator[Broken]:
        """The faults of the keys and checkpoints, as `broken_checkpoints`."""
        try:
            yield from broken_checkpoints(self._tree, self.keys(), self.all())
        except LedgerDamaged as error:
            yield Broken("the ledger's keys and checkpoints", str(error))

    def against(self, outside: bytes) -> Iterator[Broken]:
        """The contradictions between the ledger and a checkpoint that was kept elsewhere, whoever signed it.

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
        if contradiction := contradiction_of(self._tree, given, self.all()):
            yield Broken(where, contradiction)

    # The database

    def _rows(self, query: str, *values: object) -> list[Row]:
        try:
            with self._datastore.get_connection() as connection:
                return rows(connection, SQL(query).format(schema=Identifier(self._datastore.schema)), values)
        except (OperationalError, InterfaceError) as error:
            raise LedgerUnusable(f"the database does not answer: {in_short(error)}") from error

    def _write(self, query: str, *values: object) -> Row:
        try:
            return self._datastore.writes.run(lambda: self._rows(query, *values)[0])
        except IntegrityError as error:
            if _in_form(error):
                raise Overtaken("somebody else has signed for this ledger at this moment; do it again") from error
            raise LedgerUnusable(f"it was not kept, the database says: {in_short(error)}") from error
        except PersistenceError as error:
            raise LedgerUnusable(f"it could not be kept, the database says: {in_short(error)}") from error


def _once_more(sign: Callable[[], T]) -> T:
    """Sign, and try again if somebody else signed in between; raises Overtaken after the last attempt."""
    for _ in range(_MORE):
        try:
            return sign()
        except Overtaken:
            continue
    return sign()


def _in_form(error: IntegrityError) -> bool:
    """Whether the refused row had the right form and came only out of turn."""
    return not (isinstance(error.__cause__, CheckViolation) and error.__cause__.diag.constraint_name == "signed_form")


def _with_lines(note: Note, lines: Sequence[str]) -> tuple[Note, tuple[str, ...]]:
    """The note with these signatures, the last by each key; and the lines that cannot be added to it."""
    unread = []
    for line in lines:
        try:
            note = note.signed(Signature.read(line))
        except NotANote:
            unread.append(line)
    return note, tuple(unread)


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


def checkpoints_of(ledger: PlanLedger) -> Checkpoints:
    """The keys and checkpoints of a ledger."""
    return Checkpoints(ledger.datastore, LedgerTree(ledger.recorder))
