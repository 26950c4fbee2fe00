"""The Merkle tree of RFC 9162, section 2, with SHA-256: what it commits to, and proofs about it.

A tree is its size (the number of leaves) and a function that gives the hash of a complete subtree, `(level, index)`:
level 0 holds the leaves, and the node `index` of a level stands over the leaves from `index << level` up to
`(index + 1) << level`, which is not one of them. A complete node never changes again, so it can be stored once, and a
root or a proof reads at most two nodes for each level of the tree. Proofs are checked from bytes alone.
"""

from collections.abc import Callable, Sequence
from hashlib import sha256

#: Gives the hash of the complete subtree at `(level, index)`.
Node = Callable[[int, int], bytes]

#: The length in bytes of every hash.
HASH_SIZE = 32

#: The root of a tree without leaves.
EMPTY_ROOT = sha256(b"").digest()


class NoSuchProof(ValueError):
    """There is nothing to be proved: the tree has no such leaf, or never had that size."""


class NotProved(ValueError):
    """A proof does not show what it is said to show; the message says which step does not hold."""


def leaf_hash(entry: bytes) -> bytes:
    """The hash of a leaf. Its first byte differs from a node's, so that no node can be passed off as an entry."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of the node over two others."""
    return sha256(b"\x01" + left + right).digest()


# Making


def root(size: int, node: Node) -> bytes:
    """The hash that a tree of this size is known by; raises NoSuchProof if the size is negative."""
    if size < 0:
        raise NoSuchProof(f"no tree has {size} leaves")
    return _hash_over(0, size, node) if size else EMPTY_ROOT


def inclusion_proof(leaf_index: int, size: int, node: Node) -> list[bytes]:
    """The hashes that lead from a leaf (counted from 0) to the root of the tree of this size, from the leaf upwards.

    Raises NoSuchProof if the tree has no such leaf.
    """
    if not 0 <= leaf_index < size:
        raise NoSuchProof(f"a tree of {size} leaves has no leaf {leaf_index} (the first is 0)")
    start, end, hashes = 0, size, []
    while end - start > 1:
        middle = _middle(start, end)
        if leaf_index < middle:
            hashes.append(_hash_over(middle, end, node))
            end = middle
        else:
            hashes.append(_hash_over(start, middle, node))
            start = middle
    return hashes[::-1]


def consistency_proof(first: int, second: int, node: Node) -> list[bytes]:
    """The hashes that show that the tree of `first` leaves is the beginning of that of `second`.

    It is empty where there is nothing to show: from the empty tree, and between trees of the same size.

    Raises NoSuchProof if the first tree is the larger one, or its size is negative.
    """
    if not 0 <= first <= second:
        raise NoSuchProof(f"a tree of {first} leaves cannot be the beginning of one of {second}")
    if first == 0:
        return []
    start, end, hashes = 0, second, []
    while first < end:
        middle = _middle(start, end)
        if first <= middle:
            hashes.append(_hash_over(middle, end, node))
            end = middle
        else:
            hashes.append(_hash_over(start, middle, node))
            start = middle
    if start:  # else this is the whole of the first tree, whose root the reader holds
        hashes.append(_hash_over(start, end, node))
    return hashes[::-1]


def completed_nodes(leaf_index: int) -> list[tuple[int, int]]:
    """The nodes above a new leaf that it completes, as `(level, index)`, lowest first.

    Each is made of the two nodes `2 * index` and `2 * index + 1` of the level below, which are then complete.
    """
    levels = _trailing_zeros(leaf_index + 1)
    return [(level, leaf_index >> level) for level in range(1, levels + 1)]


def _hash_over(start: int, end: int, node: Node) -> bytes:
    """The root over some leaves, where `start` is a multiple of the largest complete subtree among them."""
    complete = []
    while start < end:
        level = (end - start).bit_length() - 1
        complete.append(node(level, start >> level))
        start += 1 << level
    value = complete.pop()
    while complete:
        value = node_hash(complete.pop(), value)
    return value


def _middle(start: int, end: int) -> int:
    """The leaf before which a tree over these is divided: after the largest power of two that is not all of them."""
    return start + (1 << ((end - start - 1).bit_length() - 1))


def _trailing_zeros(number: int) -> int:
    return (number & -number).bit_length() - 1


# Checking


def check_inclusion(leaf: bytes, leaf_index: int, size: int, root: bytes, proof: Sequence[bytes]) -> None:
    """Check that the leaf with this hash stands at this place of the tree with this size and root; raises NotProved.

    Size and root must come from one checkpoint: a root alone does not say of how many leaves it is.
    """
    _be_a_hash(root, "the root")
    if not 0 <= leaf_index < size:
        raise NotProved(f"a tree of {size} leaves has no leaf {leaf_index} (the first is 0)")
    _be_a_hash(leaf, "the hash of the leaf")
    below, border = _steps(leaf_index, size)
    _be_hashes(proof, below + border, f"leaf {leaf_index} in a tree of {size}")
    if _climb(leaf, leaf_index, below, proof) != root:
        raise NotProved(
            f"the proof leads from leaf {leaf_index} to another root than that of the tree of {size} leaves"
        )


def check_consistency(
    first_size: int, first_root: bytes, second_size: int, second_root: bytes, proof: Sequence[bytes]
) -> None:
    """Check that the second tree begins with the whole of the first, unchanged; raises NotProved.

    Every tree begins with the empty one; from there the proof is empty and says nothing about the second root.
    """
    _be_a_hash(first_root, "the first root")
    _be_a_hash(second_root, "the second root")
    if first_size == 0 <= second_size:
        _be_hashes(proof, 0, f"the step from 0 to {second_size} leaves")
        expected = EMPTY_ROOT, second_root if second_size else EMPTY_ROOT
    else:
        expected = _led_to(first_size, first_root, second_size, proof)
    if expected[0] != first_root:
        raise NotProved(f"the proof does not lead to the root of the first tree, of {first_size} leaves")
    if expected[1] != second_root:
        raise NotProved(f"the proof does not lead to the root of the second tree, of {second_size} leaves")


def _led_to(first_size: int, first_root: bytes, second_size: int, proof: Sequence[bytes]) -> tuple[bytes, bytes]:
    """The two roots to which a proof leads; it begins at the first root if the first tree is complete."""
    if not 0 < first_size <= second_size:
        raise NotProved(f"no proof leads from a tree of {first_size} leaves to one of {second_size}")
    subject = f"the step from {first_size} to {second_size} leaves"
    if first_size == second_size:
        _be_hashes(proof, 0, subject)
        return first_root, first_root
    # The climb starts at the last complete subtree of the first tree, which the second tree holds unchanged.
    level = _trailing_zeros(first_size)
    last = (first_size - 1) >> level
    below, border = _steps(last, ((second_size - 1) >> level) + 1)
    given = 0 if last == 0 else 1
    _be_hashes(proof, given + below + border, subject)
    start, path = (proof[0] if given else first_root), proof[given:]
    # The first tree ends at that subtree: what stands to the right of the way up is not part of it.
    lefts = [sibling for step, sibling in enumerate(path) if step >= below or last >> step & 1]
    return _climb(start, 0, 0, lefts), _climb(start, last, below, path)


def _steps(index: int, size: int) -> tuple[int, int]:
    """The number of hashes from a leaf to the root: below where its way meets that of the last leaf, and above.

    Above, the way goes up the right border of the tree, where it has a neighbour, always on its left, only on the
    levels on which it is itself a right child.
    """
    below = (index ^ (size - 1)).bit_length()
    return below, (index >> below).bit_count()


def _climb(value: bytes, index: int, below: int, path: Sequence[bytes]) -> bytes:
    """The root over a node at this index of its level: `below` steps as its index says, and from there on the right."""
    for step, sibling in enumerate(path):
        from_the_left = step < below and not index >> step & 1
        value = node_hash(value, sibling) if from_the_left else node_hash(sibling, value)
    return value


def _be_hashes(proof: Sequence[bytes], needed: int, subject: str) -> None:
    if len(proof) != needed:
        raise NotProved(f"{subject} is proved by {needed} hashes, and the proof has {len(proof)}")
    for number, value in enumerate(proof, 1):
        _be_a_hash(value, f"hash {number} of the proof")


def _be_a_hash(value: bytes, what: str) -> None:
    if len(value) != HASH_SIZE:
        raise NotProved(f"{what} has {len(value)} bytes, not {HASH_SIZE}")
