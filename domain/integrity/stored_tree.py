"""The stored Merkle tree of the ledger: its size, nodes, roots and proofs.

A node lies in the row of the event that completed it, so a proof is one indexed read of as many rows as it has hashes,
twice the tree's height at most. A complete node never changes, so no snapshot of the whole ledger is needed.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

from domain.ledger.recorder import LedgerRecorder
from domain.ledger.stored_rows import StoredRecord
from domain.proofs.entry import Entry
from domain.proofs.tree import HASH_SIZE, Node, NoSuchProof, consistency_proof, inclusion_proof, root
from domain.refusals import LedgerDamaged

T = TypeVar("T")


class LedgerTree:
    """The Merkle tree (RFC 9162) whose leaf `position - 1` is the event at a position."""

    def __init__(self, recorder: LedgerRecorder) -> None:
        self._recorder = recorder

    def size(self) -> int:
        """The number of leaves by now: the newest position."""
        return self._recorder.max_notification_id() or 0

    def node(self, level: int, index: int) -> bytes:
        """The hash of a complete node; raises LedgerDamaged where the ledger does not have it."""
        return self.nodes([(level, index)])[0]

    def nodes(self, wanted: Sequence[tuple[int, int]]) -> list[bytes]:
        """The hashes of complete nodes, given as (level, index), in one read; raises LedgerDamaged."""
        found = self._recorder.select_nodes(wanted) if wanted else []
        for (level, index), value in zip(wanted, found, strict=True):
            if value is None or len(value) != HASH_SIZE:
                raise LedgerDamaged(f"the ledger does not have node {index} of level {level} of its tree: asat check")
        return [value for value in found if value is not None]

    def root(self, size: int | None = None) -> bytes:
        """The root that the tree had at a size; by default, that it has now.

        Raises:
            NoSuchProof: it never had that size.
        """
        size = self._a_size(size)
        return self._from_nodes(lambda node: root(size, node))

    def roots(self, sizes: Sequence[int]) -> list[bytes]:
        """The roots that the tree had at some sizes, in one read.

        Raises:
            NoSuchProof: it never had one of them.
        """
        self._a_size(max(sizes, default=0))
        return self._from_nodes(lambda node: [root(size, node) for size in sizes])

    def inclusion_proof(self, position: int, size: int | None = None) -> list[bytes]:
        """The hashes that lead from the event at a position to the root of the tree at a size.

        Raises:
            NoSuchProof: the tree has no such leaf, or never had that size.
        """
        size = self._a_size(size)
        return self._from_nodes(lambda node: inclusion_proof(position - 1, size, node))

    def consistency_proof(self, first: int, second: int | None = None) -> list[bytes]:
        """The hashes that show that the tree at one size is the beginning of that at another.

        Raises:
            NoSuchProof: the first is the larger one, or the tree never had the second size.
        """
        second = self._a_size(second)
        return self._from_nodes(lambda node: consistency_proof(first, second, node))

    def _a_size(self, size: int | None) -> int:
        now = self.size()
        if size is not None and size > now:
            raise NoSuchProof(f"the ledger has {now} events, and never had {size}")
        return now if size is None else size

    def _from_nodes(self, make: Callable[[Node], T]) -> T:
        """The result of `make`, which runs twice: first to learn which nodes it needs, so that one read fetches all."""
        wanted: dict[tuple[int, int], bytes] = {}

        def note(level: int, index: int) -> bytes:
            return wanted.setdefault((level, index), b"")

        make(note)
        found = dict(zip(wanted, self.nodes(list(wanted)), strict=True))
        return make(lambda level, index: found[level, index])


def entry_of(row: StoredRecord) -> Entry:
    """The entry of a stored row, to which the tree commits."""
    return Entry(
        row.id,
        str(row.originator_id),
        row.originator_version,
        row.recorded_at,
        row.recorded_by,
        row.event_id,
        row.topic,
        row.state,
    )
