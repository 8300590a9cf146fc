import hashlib
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.verify import merkle

LEAVES = [merkle.leaf_hash(str(number).encode()) for number in range(130)]

# The tree of RFC 6962's reference implementation: eight inputs and the roots of their first n.
KNOWN_INPUTS = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
KNOWN_ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


# Proofs of the same tree: (leaf, size, hashes) and (older size, newer size, hashes).
KNOWN_INCLUSION = [
    (2, 3, ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]),
    (
        0,
        8,
        [
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
    ),
]
KNOWN_CONSISTENCY = [
    (
        6,
        8,
        [
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
    (
        2,
        5,
        [
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ],
    ),
]


def naive_root(leaves):
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\x01" + naive_root(leaves[:split]) + naive_root(leaves[split:])).digest()


ROOTS = [naive_root(LEAVES[:size]) for size in range(len(LEAVES) + 1)]


def test_roots_are_those_of_the_reference_implementation():
    leaves = [merkle.leaf_hash(bytes.fromhex(text)) for text in KNOWN_INPUTS]

    assert [merkle.tree_root(leaves[: size + 1]).hex() for size in range(8)] == KNOWN_ROOTS


def test_frontier_grows_leaf_by_leaf_to_the_naive_root():
    frontier, found = b"", [merkle.EMPTY_ROOT]
    for size, leaf in enumerate(LEAVES):
        frontier = merkle.extend(frontier, size, [leaf])
        found.append(merkle.frontier_root(frontier, size + 1))

    assert found == ROOTS


@given(st.lists(st.integers(0, 40), max_size=6).map(sorted))
def test_frontier_is_the_same_in_one_go_and_in_any_parts(cuts):
    frontier = b""
    for start, end in pairwise([0, *cuts, 41]):
        frontier = merkle.extend(frontier, start, LEAVES[start:end])

    assert frontier == merkle.extend(b"", 0, LEAVES[:41])


def test_frontier_of_another_size_is_refused():
    with pytest.raises(ValueError, match="does not fit"):
        merkle.extend(bytes(32), 3, [LEAVES[0]])


def test_inclusion_holds_for_every_leaf_of_every_tree():
    wrong = []
    for size in range(1, 66):
        for index in range(size):
            proof = merkle.inclusion_proof(LEAVES[:size], index)
            held = {"index": index, "size": size, "proof": proof, "root": ROOTS[size]}
            if not merkle.is_included(leaf=LEAVES[index], **held) or merkle.is_included(leaf=LEAVES[129], **held):
                wrong.append((size, index))

    assert wrong == []


@pytest.mark.parametrize("size", [127, 128, 129, 130])
def test_inclusion_holds_in_larger_trees(size):
    held = [
        merkle.is_included(
            leaf=LEAVES[index],
            index=index,
            size=size,
            proof=merkle.inclusion_proof(LEAVES[:size], index),
            root=ROOTS[size],
        )
        for index in range(size)
    ]

    assert held == [True] * size


def test_consistency_holds_between_all_sizes_and_with_no_other_root():
    wrong = []
    for new in range(66):
        for old in range(new + 1):
            proof = merkle.consistency_proof(LEAVES[:new], old)
            held = {"old_size": old, "new_size": new, "proof": proof}
            if not merkle.is_consistent(**held, old_root=ROOTS[old], new_root=ROOTS[new]):
                wrong.append((old, new))
            if merkle.is_consistent(**held, old_root=ROOTS[129], new_root=ROOTS[new]):
                wrong.append((old, new, "old root"))
            if old and merkle.is_consistent(**held, old_root=ROOTS[old], new_root=ROOTS[129]):
                wrong.append((old, new, "new root"))

    assert wrong == []


@given(st.integers(1, 60), st.data())
def test_a_changed_proof_proves_nothing(size, data):
    index = data.draw(st.integers(0, size - 1))
    proof = merkle.inclusion_proof(LEAVES[:size], index)
    changed = data.draw(
        st.sampled_from([[*proof, LEAVES[0]], [LEAVES[129], *proof[1:]], proof[:-1], proof[::-1]]).filter(
            lambda other: other != proof
        )
    )

    assert not merkle.is_included(leaf=LEAVES[index], index=index, size=size, proof=changed, root=ROOTS[size])


def test_proofs_outside_the_tree_are_refused():
    with pytest.raises(IndexError):
        merkle.inclusion_proof(LEAVES[:3], 3)
    with pytest.raises(IndexError):
        merkle.consistency_proof(LEAVES[:3], 4)
    assert not merkle.is_included(leaf=LEAVES[0], index=3, size=3, proof=[], root=ROOTS[3])
    assert not merkle.is_consistent(old_size=4, new_size=3, old_root=ROOTS[4], new_root=ROOTS[3], proof=[])


def test_a_tree_grows_by_whole_subtrees_to_the_naive_root():
    wrong = []
    for size in range(66):
        for cut in range(size + 1):
            tree = merkle.Range()
            for start, stop in ((0, cut), (cut, size)):
                nodes = merkle.covering_nodes(start, LEAVES[start:stop])
                for level, node in zip(merkle.cover(start, stop), nodes, strict=True):
                    tree.add(node, level)
            if (tree.stop, tree.root) != (size, ROOTS[size]):
                wrong.append((size, cut))

    assert wrong == []


def test_a_part_of_a_tree_has_the_nodes_that_cover_it_leaf_by_leaf_as_in_one_go():
    wrong = []
    for start in range(40):
        part = merkle.Range(start)
        for stop in range(start + 1, 41):
            part.add(LEAVES[stop - 1])
            if part.nodes != merkle.covering_nodes(start, LEAVES[start:stop]):
                wrong.append((start, stop))

    assert wrong == []


def test_a_part_of_a_tree_has_no_root_and_takes_no_subtree_out_of_place():
    with pytest.raises(ValueError, match="has no root"):
        _ = merkle.Range(3).root
    with pytest.raises(ValueError, match="begins at leaf 3"):
        merkle.Range(3).add(LEAVES[0], level=1)


def test_proofs_are_those_of_the_reference_implementation():
    leaves = [merkle.leaf_hash(bytes.fromhex(text)) for text in KNOWN_INPUTS]

    for index, size, proof in KNOWN_INCLUSION:
        assert [step.hex() for step in merkle.inclusion_proof(leaves[:size], index)] == proof
    for old, new, proof in KNOWN_CONSISTENCY:
        assert [step.hex() for step in merkle.consistency_proof(leaves[:new], old)] == proof


@pytest.mark.slow
def test_every_proof_of_every_tree_up_to_300_leaves_holds_for_its_own_place_and_root_only():
    leaves = [merkle.leaf_hash(str(number).encode()) for number in range(301)]
    roots = [merkle.tree_root(leaves[:size]) for size in range(302)]
    wrong = []
    for size in range(1, 301):
        for one in range(size):
            proof = merkle.inclusion_proof(leaves[:size], one)
            held = {"size": size, "proof": proof, "root": roots[size]}
            is_right = merkle.is_included(leaf=leaves[one], index=one, **held)
            is_moved = size > 1 and merkle.is_included(leaf=leaves[one], index=(one + 1) % size, **held)
            step = merkle.consistency_proof(leaves[:size], one)
            linked = {"old_size": one, "new_size": size, "old_root": roots[one], "proof": step}
            is_linked = merkle.is_consistent(**linked, new_root=roots[size])
            is_forked = one and merkle.is_consistent(**linked, new_root=roots[size + 1])
            if not is_right or is_moved or not is_linked or is_forked:
                wrong.append((size, one))

    assert wrong == []
