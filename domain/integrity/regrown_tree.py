"""The tree, computed again from the stored rows and compared with the stored tree.

A node is compared with the hash of the two stored below it: so an altered row is reported without the nodes above it.
"""

from collections.abc import Iterator

from domain.integrity.stored_tree import entry_of
from domain.ledger.recorder import LedgerRecorder
from domain.ledger.stored_rows import StoredRecord
from domain.proofs.tree import HASH_SIZE, completed_nodes, node_hash

#: The node, empty for the row itself, and its fault.
Wrong = tuple[str, str]


class RegrownTree:
    """Takes in every row of the ledger in order, and yields the faults."""

    def __init__(self, recorder: LedgerRecorder) -> None:
        self._recorder = recorder
        #: Level -> index and hash of the last complete node there, as stored or, if altered, as it should be.
        self._peaks: dict[int, tuple[int, bytes]] = {}
        self.last_leaf: bytes | None = None

    def add(self, row: StoredRecord, hashes: bytes | None) -> Iterator[Wrong]:
        """Take in the next row, with the hashes stored in it."""
        place = row.id - 1
        derived = entry_of(row).leaf()
        stored = [(hashes or b"")[at : at + HASH_SIZE] for at in range(0, len(hashes or b""), HASH_SIZE)]
        completed = completed_nodes(place)
        if not stored:
            yield "", "it has no leaf in the tree"
            stored = [derived]
        elif len(stored) != 1 + len(completed) or len(stored[-1]) != HASH_SIZE:
            yield "", f"it should have the hashes of its leaf and of {len(completed)} nodes, and has {len(stored)}"
            stored = [derived]
        elif stored[0] != derived:
            yield "", self._altered(place, derived, stored[0])
        self.last_leaf = node = stored[0]
        below, self._peaks[0] = self._peaks.get(0), (place, node)
        for (level, index), found in zip(completed, stored[1:], strict=False):
            if below is None or below[0] != 2 * index:
                node = found  # the left node below it is missing, which was reported at its row
            else:
                node = node_hash(below[1], node)
                if node != found:
                    yield (
                        f"node {index} of level {level}",
                        (
                            "it is not the hash of the two below it "
                            f"(it stands over positions {(index << level) + 1} to {(index + 1) << level})"
                        ),
                    )
            below, self._peaks[level] = self._peaks.get(level), (index, node)

    def _altered(self, place: int, derived: bytes, stored: bytes) -> str:
        """Whether the row or its leaf was altered: the node above tells, unless this leaf is the last."""
        beside, above = self._recorder.select_nodes([(0, place ^ 1), (1, place >> 1)])

        def over(leaf: bytes) -> bytes:
            return node_hash(beside or b"", leaf) if place & 1 else node_hash(leaf, beside or b"")

        if above and over(stored) == above:
            return "it is not what was recorded: the row was altered afterwards"
        if above and over(derived) == above:
            return f"its leaf (node {place} of level 0) was altered, and is no longer the hash of the row"
        return "it is not what was recorded: the row or its leaf was altered afterwards"
