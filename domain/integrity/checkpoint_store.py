"""The ledger's keys and signed checkpoints, kept append-only beside it.

A checkpoint in the same database finds mistakes, and protects against somebody who can change events but not
checkpoints. Against somebody who can change all of it only a copy elsewhere protects: so checkpoints are printed, given
away and cosigned.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar

from eventsourcing.persistence import IntegrityError, InterfaceError, OperationalError, PersistenceError
from psycopg.errors import CheckViolation
from psycopg.rows import tuple_row
from psycopg.sql import SQL, Identifier

from domain.integrity.invariants import Broken
from domain.integrity.stored_tree import LedgerTree
from domain.ledger.datastore import LedgerDatastore
from domain.ledger.plan_ledger import PlanLedger
from domain.postgres.database_errors import in_short
from domain.proofs.checkpoint import Checkpoint, NotACheckpoint, WitnessKey, open_checkpoint
from domain.proofs.keys import NotAKey, SignerKey, VerifierKey
from domain.proofs.pack import NoPack, Stamped, key_note, key_of_note, one_of_each
from domain.proofs.signed_notes import NotANote, Note, NotSigned, Signature, open_note, sign_note
from domain.refusals import LedgerDamaged, LedgerUnusable, Refusal, Unknown

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


class KeyRefused(Refusal):
    """The key is not the one that signs for this ledger now; the message says which does."""

    code = "key-refused"


class CheckpointUnknown(Unknown):
    """The ledger has cut no such checkpoint."""

    code = "unknown-checkpoint"


class Overtaken(LedgerUnusable):
    """Somebody else has signed for this ledger between reading and storing; nothing of one's own was kept."""


class Tree(Protocol):
    """The Merkle tree of which checkpoints are cut."""

    def size(self) -> int:
        """The number of leaves."""

    def roots(self, sizes: Sequence[int]) -> list[bytes]:
        """Its roots at some sizes, in one read."""


@dataclass(frozen=True, slots=True)
class Cut:
    """A stored checkpoint, with the signatures that witnesses added."""

    number: int
    size: int
    note: Note
    #: Stored lines that are no signatures, or too many for a note.
    unread: tuple[str, ...]
    cut_at: datetime
    #: Answers of time-stamping authorities, oldest first.
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
        """Replace the key that signs now by a new one of the same name.

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
            raise KeyRefused(f"the key {key.verifier} {former}: for this ledger signs {keys[-1]}")
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
        if broken := next(self._unlike_the_tree(keys, self._cuts("order by c.number desc limit 1")), None):
            # The earlier ones show from which position on.
            broken = next(self._unlike_the_tree(keys, self.all()), broken)
            raise LedgerDamaged(f"nothing was signed: {broken.where}: {broken.what}")
        size = self._tree.size()
        note = sign_note(Checkpoint(key.name, size, self._tree.roots([size])[0]).text(), key)
        number, _ = self._write("select * from {schema}.add_checkpoint(%s, %s)", size, note)
        return self._numbered(number)

    def all(self) -> list[Cut]:
        """Every checkpoint, oldest first, with the signatures that were added to it."""
        return self._cuts("order by c.number")

    def _cuts(self, which: str, *values: Any) -> list[Cut]:
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
        """The faults of the keys and checkpoints; of the checkpoints that the tree contradicts, only the first.

        The alteration lies between that checkpoint and the one before it, which still holds.
        """
        try:
            keys, cuts = self.keys(), self.all()
            yield from self._unlike_the_tree(keys, cuts)
        except LedgerDamaged as error:
            yield Broken("the ledger's keys and checkpoints", str(error))
            return
        for cut in cuts:
            for line in cut.unread:
                yield Broken(_named(cut), f"a signature of it cannot be read: {line[:80]!r}")
            for stamp in cut.stamps:
                if wrong := Stamped(bytes(cut.note), stamp).wrong():
                    yield Broken(_named(cut), f"a time stamp of it does not hold: {wrong}")

    def _unlike_the_tree(self, keys: Sequence[VerifierKey], cuts: Sequence[Cut]) -> Iterator[Broken]:
        """The checkpoints that cannot be believed, and the first that the tree contradicts."""
        held, size = 0, self._tree.size()
        roots = self._roots((signed.size for cut in cuts if (signed := _said(cut))), size)
        for cut in cuts:
            try:
                signed = open_checkpoint(cut.note, keys).checkpoint
            except (NotANote, NotSigned, NotACheckpoint) as error:
                yield Broken(_named(cut), f"it cannot be believed: {error}")
                continue
            if signed.size != cut.size:
                yield Broken(_named(cut), f"what was signed is of {signed.size} entries")
            if contradiction := _contradicts(signed, roots, size, held):
                yield Broken(_named(cut), contradiction)
                return
            held = signed.size

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
        size = self._tree.size()
        earlier = [signed for cut in self.all() if (signed := _said(cut)) and signed.size < given.size]
        roots = self._roots((one.size for one in (*earlier, given)), size)
        held = max((one.size for one in earlier if roots.get(one.size) == one.root), default=0)
        if contradiction := _contradicts(given, roots, size, held):
            yield Broken(where, contradiction)

    def _roots(self, sizes: Iterable[int], size: int) -> dict[int, bytes]:
        """The tree's roots at the sizes that it has reached."""
        reached = sorted({one for one in sizes if one <= size})
        return dict(zip(reached, self._tree.roots(reached), strict=True))

    # The database

    def _rows(self, query: str, *values: Any) -> list[Any]:
        try:
            with self._datastore.get_connection() as connection, connection.cursor(row_factory=tuple_row) as cursor:
                return cursor.execute(self._sql(query), values).fetchall()
        except (OperationalError, InterfaceError) as error:
            raise LedgerUnusable(f"the database does not answer: {in_short(error)}") from error

    def _write(self, query: str, *values: Any) -> Any:
        try:
            return self._datastore.writes.run(lambda: self._rows(query, *values)[0])
        except IntegrityError as error:
            if _in_form(error):
                raise Overtaken("somebody else has signed for this ledger at this moment; do it again") from error
            raise LedgerUnusable(f"it was not kept, the database says: {in_short(error)}") from error
        except PersistenceError as error:
            raise LedgerUnusable(f"it could not be kept, the database says: {in_short(error)}") from error

    def _sql(self, query: str) -> Any:
        return SQL(query).format(schema=Identifier(self._datastore.schema))


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


def _named(cut: Cut) -> str:
    return f"checkpoint {cut.number} ({cut.size} entries, cut {cut.cut_at.isoformat()})"


def _said(cut: Cut) -> Checkpoint | None:
    """The checkpoint in a note, its signatures not verified; None if the text is no checkpoint."""
    try:
        return Checkpoint.read(cut.note.text)
    except NotACheckpoint:
        return None


def _contradicts(signed: Checkpoint, roots: Mapping[int, bytes], size: int, held: int) -> str | None:
    """The contradiction between ledger and checkpoint, in words; the first `held` entries are known to agree."""
    if signed.size > size:
        return f"the ledger now has {size} entries only: its end is missing, from position {size + 1} on"
    if roots[signed.size] != signed.root:
        return (
            f"the entries from position {held + 1} to {signed.size} are no longer those that were signed: one was"
            " altered, or the ledger was forked"
        )
    return None


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
