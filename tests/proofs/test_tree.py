"""The Merkle tree: against published values, its definition and another implementation, and under attack."""

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymerkle import InmemoryTree, verify_consistency

from domain.proofs.tree import (
    EMPTY_ROOT,
    NoSuchProof,
    NotProved,
    check_consistency,
    check_inclusion,
    completed_nodes,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root,
)
from tests.proofs import trees
from tests.proofs.trees import CONSISTENCY, INCLUSION, LEAVES, ROOTS, Grown, in_hex

MOST = 70
ENTRIES = [b"entry %d" % number for number in range(MOST)]
GROWN = Grown(ENTRIES)
ROOT = [root(size, GROWN.node) for size in range(MOST + 1)]
LAWFUL = settings(max_examples=300, derandomize=True, database=None, deadline=None)

# Published values


def test_the_published_roots_come_out():
    published = Grown(LEAVES)
    assert in_hex([root(size, published.node) for size in range(9)]) == ROOTS


@pytest.mark.parametrize(("leaf_index", "size"), INCLUSION)
def test_the_published_inclusion_proofs_come_out_and_hold(leaf_index, size):
    made = inclusion_proof(leaf_index, size, Grown(LEAVES).node)
    assert in_hex(made) == INCLUSION[leaf_index, size]
    check_inclusion(leaf_hash(LEAVES[leaf_index]), leaf_index, size, bytes.fromhex(ROOTS[size]), made)


@pytest.mark.parametrize(("first", "second"), CONSISTENCY)
def test_the_published_consistency_proofs_come_out_and_hold(first, second):
    made = consistency_proof(first, second, Grown(LEAVES).node)
    assert in_hex(made) == CONSISTENCY[first, second]
    check_consistency(first, bytes.fromhex(ROOTS[first]), second, bytes.fromhex(ROOTS[second]), made)


# The definition, and another implementation


def test_every_root_is_the_one_that_the_rfc_defines_and_that_another_implementation_makes():
    other = InmemoryTree.init_from_entries(ENTRIES)
    for size in range(1, MOST + 1):
        assert ROOT[size] == trees.mth(ENTRIES[:size]) == other.get_root(size), size
    assert ROOT[0] == EMPTY_ROOT == trees.mth([])


def test_every_inclusion_proof_is_the_defined_one_and_holds():
    other = InmemoryTree.init_from_entries(ENTRIES)
    for size in range(1, MOST + 1):
        for leaf_index in range(size):
            made = inclusion_proof(leaf_index, size, GROWN.node)
            assert made == trees.path(leaf_index, ENTRIES[:size]), (leaf_index, size)
            # It counts from one and puts the leaf itself before the proof.
            assert [leaf_hash(ENTRIES[leaf_index]), *made] == other.prove_inclusion(leaf_index + 1, size).path
            check_inclusion(leaf_hash(ENTRIES[leaf_index]), leaf_index, size, ROOT[size], made)


def test_every_consistency_proof_is_the_defined_one_and_holds():
    other = InmemoryTree.init_from_entries(ENTRIES)
    for second in range(1, MOST + 1):
        for first in range(1, second + 1):
            made = consistency_proof(first, second, GROWN.node)
            assert made == trees.proof(first, ENTRIES[:second]), (first, second)
            check_consistency(first, ROOT[first], second, ROOT[second], made)
            # Its proofs are not the RFC's (they go down to a leaf), but they lead to the same two roots.
            verify_consistency(ROOT[first], ROOT[second], other.prove_consistency(first, second))


# What is kept and what is read


def test_a_leaf_completes_the_nodes_whose_last_leaf_it_is():
    assert [completed_nodes(leaf) for leaf in range(8)] == [
        [], [(1, 0)], [], [(1, 1), (2, 0)], [], [(1, 2)], [], [(1, 3), (2, 1), (3, 0)],
    ]  # fmt: skip


def test_a_grown_tree_keeps_every_complete_node_once_and_no_other():
    complete = {(level, index) for level in range(8) for index in range(MOST >> level)}
    assert set(GROWN.nodes) == complete


@cache
def alike(level):
    return leaf_hash(b"") if level == 0 else node_hash(alike(level - 1), alike(level - 1))


@LAWFUL
@given(st.data())
def test_a_proof_about_a_tree_of_any_size_reads_two_nodes_a_level_at_most_and_only_complete_ones(data):
    size = data.draw(st.integers(1, 2**62))
    other = data.draw(st.integers(0, size - 1))
    read = []

    def node(level, index):
        read.append((level, index))
        return alike(level)

    whole = root(size, node)
    assert len(read) == size.bit_count()
    read.clear()
    check_inclusion(alike(0), other, size, whole, inclusion_proof(other, size, node))
    assert len(read) <= 2 * size.bit_length()
    assert all((index + 1) << level <= size for level, index in read)
    read.clear()
    proof = consistency_proof(other, size, node)
    assert len(read) <= 2 * size.bit_length()
    assert all((index + 1) << level <= size for level, index in read)
    check_consistency(other, root(other, node), size, whole, proof)


# What cannot be proved


@pytest.mark.parametrize(("leaf_index", "size"), [(0, 0), (-1, 5), (5, 5), (6, 5), (0, -1)])
def test_no_proof_is_made_or_accepted_of_a_leaf_that_the_tree_does_not_have(leaf_index, size):
    with pytest.raises(NoSuchProof, match=f"has no leaf {leaf_index}"):
        inclusion_proof(leaf_index, size, GROWN.node)
    with pytest.raises(NotProved, match=f"has no leaf {leaf_index}"):
        check_inclusion(leaf_hash(b""), leaf_index, size, ROOT[1], [])


@pytest.mark.parametrize(("first", "second"), [(2, 1), (-1, 1), (-1, -1), (1, 0)])
def test_no_proof_is_made_or_accepted_of_a_tree_that_shrinks_or_has_less_than_no_leaves(first, second):
    with pytest.raises(NoSuchProof, match="cannot be the beginning"):
        consistency_proof(first, second, GROWN.node)
    with pytest.raises(NotProved, match="no proof leads"):
        check_consistency(first, ROOT[1], second, ROOT[1], [])


def test_no_tree_has_less_than_no_leaves():
    with pytest.raises(NoSuchProof, match="-1 leaves"):
        root(-1, GROWN.node)


def test_every_tree_begins_with_the_empty_one_and_with_itself_without_a_proof():
    assert consistency_proof(0, 5, GROWN.node) == consistency_proof(5, 5, GROWN.node) == []
    check_consistency(0, EMPTY_ROOT, 5, ROOT[5], [])
    check_consistency(0, EMPTY_ROOT, 0, EMPTY_ROOT, [])
    check_consistency(5, ROOT[5], 5, ROOT[5], [])


SEVEN_OF_EIGHT = consistency_proof(7, 8, GROWN.node)
REFUSED = {
    "an empty tree has one root": ((0, ROOT[1], 5, ROOT[5], []), "root of the first tree, of 0 leaves"),
    "also as the second": ((0, EMPTY_ROOT, 0, ROOT[1], []), "root of the second tree, of 0 leaves"),
    "from nothing, nothing is needed": ((0, EMPTY_ROOT, 5, ROOT[5], [ROOT[5]]), "proved by 0 hashes, and.* has 1"),
    "nor to itself": ((5, ROOT[5], 5, ROOT[5], [ROOT[5]]), "proved by 0 hashes, and.* has 1"),
    "one size has one root": ((5, ROOT[5], 5, ROOT[4], []), "root of the second tree, of 5 leaves"),
    "another first root": ((7, ROOT[6], 8, ROOT[8], SEVEN_OF_EIGHT), "root of the first tree, of 7 leaves"),
    "another second root": ((7, ROOT[7], 8, ROOT[9], SEVEN_OF_EIGHT), "root of the second tree, of 8 leaves"),
    "no proof": ((7, ROOT[7], 8, ROOT[8], []), "step from 7 to 8 leaves is proved by 4 hashes, and.* has 0"),
    "half a hash": ((7, ROOT[7], 8, ROOT[8], [*SEVEN_OF_EIGHT[:3], b"half"]), "hash 4 of the proof has 4 bytes"),
    "half a first root": ((7, ROOT[7][:31], 8, ROOT[8], SEVEN_OF_EIGHT), "the first root has 31 bytes"),
    "a longer second root": ((7, ROOT[7], 8, ROOT[8] + b"x", SEVEN_OF_EIGHT), "the second root has 33 bytes"),
}


@pytest.mark.parametrize(("claim", "why"), REFUSED.values(), ids=REFUSED)
def test_a_consistency_that_does_not_hold_is_refused_by_the_step_that_fails(claim, why):
    with pytest.raises(NotProved, match=why):
        check_consistency(*claim)


LEAF = leaf_hash(ENTRIES[5])
FIVE_OF_EIGHT = inclusion_proof(5, 8, GROWN.node)
NOT_INCLUDED = {
    "another root": ((LEAF, 5, 8, ROOT[7], FIVE_OF_EIGHT), "from leaf 5 to another root than that of the tree of 8"),
    "another leaf": ((leaf_hash(ENTRIES[4]), 5, 8, ROOT[8], FIVE_OF_EIGHT), "to another root"),
    "another place": ((LEAF, 4, 8, ROOT[8], FIVE_OF_EIGHT), "from leaf 4 to another root"),
    "a hash too few": ((LEAF, 5, 8, ROOT[8], FIVE_OF_EIGHT[1:]), "leaf 5 in a tree of 8 is proved by 3 .* has 2"),
    "a hash too many": ((LEAF, 5, 8, ROOT[8], [*FIVE_OF_EIGHT, LEAF]), "proved by 3 hashes, and the proof has 4"),
    "half a hash": ((LEAF, 5, 8, ROOT[8], [b"half", *FIVE_OF_EIGHT[1:]]), "hash 1 of the proof has 4 bytes, not 32"),
    "half a leaf": ((LEAF[:16], 5, 8, ROOT[8], FIVE_OF_EIGHT), "the hash of the leaf has 16 bytes"),
    "half a root": ((LEAF, 5, 8, ROOT[8][:16], FIVE_OF_EIGHT), "the root has 16 bytes"),
}


@pytest.mark.parametrize(("claim", "why"), NOT_INCLUDED.values(), ids=NOT_INCLUDED)
def test_an_inclusion_that_does_not_hold_is_refused_by_the_step_that_fails(claim, why):
    with pytest.raises(NotProved, match=why):
        check_inclusion(*claim)


def test_a_node_cannot_be_passed_off_as_an_entry():
    pair = leaf_hash(ENTRIES[0]), leaf_hash(ENTRIES[1])
    assert node_hash(*pair) == ROOT[2] != leaf_hash(b"".join(pair))


# Under attack: nothing but the true proof is accepted


def altered(data, hashes):
    """The same hashes with one bit flipped, one hash dropped, added or doubled, or two exchanged."""
    hashes = list(hashes)
    way = data.draw(st.sampled_from(["flip", "drop", "add", "exchange"] if hashes else ["add"]))
    at = data.draw(st.integers(0, max(len(hashes) - 1, 0)))
    if way == "flip":
        bit = data.draw(st.integers(0, 255))
        hashes[at] = flipped(hashes[at], bit)
    elif way == "drop":
        del hashes[at]
    elif way == "add":
        hashes.insert(at, data.draw(st.sampled_from([*hashes, EMPTY_ROOT, ROOT[1], b"", bytes(32)])))
    else:
        other = data.draw(st.integers(0, len(hashes) - 1))
        hashes[at], hashes[other] = hashes[other], hashes[at]
    return hashes


def flipped(value, bit):
    return (int.from_bytes(value, "big") ^ 1 << bit).to_bytes(len(value), "big")


BITS = st.integers(0, 255)


@LAWFUL
@given(st.data())
def test_no_altered_inclusion_proof_is_accepted(data):
    size = data.draw(st.integers(1, MOST))
    leaf_index = data.draw(st.integers(0, size - 1))
    leaf, true = leaf_hash(ENTRIES[leaf_index]), inclusion_proof(leaf_index, size, GROWN.node)
    false = altered(data, true)
    if false != true:
        refused(check_inclusion, leaf, leaf_index, size, ROOT[size], false)
    refused(check_inclusion, flipped(leaf, data.draw(BITS)), leaf_index, size, ROOT[size], true)
    refused(check_inclusion, leaf, leaf_index, size, flipped(ROOT[size], data.draw(BITS)), true)


@LAWFUL
@given(st.data())
def test_no_altered_consistency_proof_is_accepted(data):
    second = data.draw(st.integers(1, MOST))
    first = data.draw(st.integers(1, second))
    true = consistency_proof(first, second, GROWN.node)
    false = altered(data, true)
    if false != true:
        refused(check_consistency, first, ROOT[first], second, ROOT[second], false)
    refused(check_consistency, first, flipped(ROOT[first], data.draw(BITS)), second, ROOT[second], true)
    refused(check_consistency, first, ROOT[first], second, flipped(ROOT[second], data.draw(BITS)), true)


@LAWFUL
@given(st.data())
def test_the_verdict_on_any_claim_is_that_of_the_steps_in_the_rfc(data):
    sizes = st.integers(1, MOST)
    first, second = sorted(data.draw(st.lists(sizes, min_size=2, max_size=2, unique=True)))
    about, of = sorted(data.draw(st.lists(st.sampled_from([first, second, MOST, 64, 3]), min_size=2, max_size=2)))
    hashes = consistency_proof(about, of, GROWN.node)
    if data.draw(st.booleans()):
        hashes = altered(data, hashes)
    claim = (first, ROOT[data.draw(st.sampled_from([first, about]))], second, ROOT[second], hashes)
    assert accepted(*claim) == trees.consistent(*claim)


def accepted(*claim):
    try:
        check_consistency(*claim)
    except NotProved:
        return False
    return True


@LAWFUL
@given(st.data())
def test_no_proof_about_another_leaf_or_size_is_accepted(data):
    size, other_size = data.draw(st.lists(st.integers(1, MOST), min_size=2, max_size=2))
    leaf_index, other = data.draw(st.integers(0, size - 1)), data.draw(st.integers(0, other_size - 1))
    proof = inclusion_proof(other, other_size, GROWN.node)
    if (leaf_index, size) != (other, other_size):
        refused(check_inclusion, leaf_hash(ENTRIES[other]), leaf_index, size, ROOT[size], proof)


@LAWFUL
@given(st.data())
def test_no_proof_shows_that_a_rewritten_history_continues_the_old_one(data):
    second = data.draw(st.integers(1, MOST))
    first = data.draw(st.integers(1, second))
    rewritten = data.draw(st.integers(0, first - 1))
    fork = Grown([*ENTRIES[:rewritten], b"rewritten", *ENTRIES[rewritten + 1 : second]])
    for node in (GROWN.node, fork.node):
        proof = consistency_proof(first, second, node)
        refused(check_consistency, first, ROOT[first], second, root(second, fork.node), proof)
    proof = inclusion_proof(rewritten, second, GROWN.node)  # its hashes are those of the fork, but not its leaf
    refused(check_inclusion, leaf_hash(ENTRIES[rewritten]), rewritten, second, root(second, fork.node), proof)


@LAWFUL
@given(st.data())
def test_no_proof_shows_that_another_size_was_the_beginning(data):
    second = data.draw(st.integers(2, MOST))
    first, other = data.draw(st.lists(st.integers(1, second), min_size=2, max_size=2, unique=True))
    proof = consistency_proof(other, second, GROWN.node)
    refused(check_consistency, first, ROOT[other], second, ROOT[second], proof)
    refused(check_consistency, first, ROOT[first], second, ROOT[second], proof)


def refused(check, *claim):
    with pytest.raises(NotProved):
        check(*claim)
