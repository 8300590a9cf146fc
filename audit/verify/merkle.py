"""The Merkle tree of RFC 6962: hashes, the right frontier, and proofs of inclusion and consistency.

A frontier is the roots of the full subtrees that make up a tree, largest first, as one byte string: 32 bytes for
every 1 bit of the size. It is all that has to be kept in order to append and to know the root.
"""

import hashlib
from collections.abc import Iterable, Sequence

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256().digest()


def leaf_hash(body: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + body).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def extend(frontier: bytes, size: int, leaves: Iterable[bytes]) -> bytes:
    """The frontier after appending the leaf hashes to a tree of this size."""
    nodes = _nodes(frontier, size)
    for leaf in leaves:
        node, full = leaf, size
        while full & 1:
            node, full = node_hash(nodes.pop(), node), full >> 1
        nodes.append(node)
        size += 1
    return b"".join(nodes)


def frontier_root(frontier: bytes, size: int) -> bytes:
    nodes = _nodes(frontier, size)
    if not nodes:
        return EMPTY_ROOT
    root = nodes.pop()
    while nodes:
        root = node_hash(nodes.pop(), root)
    return root


def tree_root(leaves: Sequence[bytes]) -> bytes:
    return frontier_root(extend(b"", 0, leaves), len(leaves))


def inclusion_proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """The hashes that lead from the leaf at this index to the root."""
    if not 0 <= index < len(leaves):
        raise IndexError(f"no leaf {index} in a tree of {len(leaves)}")
    if len(leaves) == 1:
        return []
    split = _split(len(leaves))
    if index < split:
        return [*inclusion_proof(leaves[:split], index), tree_root(leaves[split:])]
    return [*inclusion_proof(leaves[split:], index - split), tree_root(leaves[:split])]


def is_included(*, leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    if not 0 <= index < size:
        return False
    place, last, node = index, size - 1, leaf
    for step in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            node = node_hash(step, node)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            node = node_hash(node, step)
        place, last = place >> 1, last >> 1
    return last == 0 and node == root


def consistency_proof(leaves: Sequence[bytes], old_size: int) -> list[bytes]:
    """The hashes that show the tree's first `old_size` leaves to be the older tree."""
    if not 0 <= old_size <= len(leaves):
        raise IndexError(f"no tree of {old_size} in a tree of {len(leaves)}")
    if old_size in {0, len(leaves)}:
        return []
    return _subproof(leaves, old_size, whole=True)


def is_consistent(*, old_size: int, new_size: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    if not 0 <= old_size <= new_size:
        return False
    if old_size in {0, new_size}:
        return not proof and old_root == (new_root if old_size else EMPTY_ROOT)
    place, last = old_size - 1, new_size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    steps = list(proof)
    if place == 0:
        steps.insert(0, old_root)
    if not steps:
        return False
    return _climb(steps, place, last) == (old_root, new_root)


def _climb(steps: Sequence[bytes], place: int, last: int) -> tuple[bytes, bytes] | None:
    """Both roots that the steps lead to; None where there are too few or too many."""
    old = new = steps[0]
    for step in steps[1:]:
        if last == 0:
            return None
        if place & 1 or place == last:
            old, new = node_hash(step, old), node_hash(step, new)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            new = node_hash(new, step)
        place, last = place >> 1, last >> 1
    return (old, new) if last == 0 else None


def _subproof(leaves: Sequence[bytes], old_size: int, *, whole: bool) -> list[bytes]:
    if old_size == len(leaves):
        return [] if whole else [tree_root(leaves)]
    split = _split(len(leaves))
    if old_size <= split:
        return [*_subproof(leaves[:split], old_size, whole=whole), tree_root(leaves[split:])]
    return [*_subproof(leaves[split:], old_size - split, whole=False), tree_root(leaves[:split])]


def _split(size: int) -> int:
    """The largest power of two below the size."""
    return 1 << (size - 1).bit_length() - 1


def _nodes(frontier: bytes, size: int) -> list[bytes]:
    if len(frontier) != HASH_BYTES * size.bit_count():
        raise ValueError(f"a frontier of {len(frontier)} bytes does not fit a tree of {size}")
    return [frontier[start : start + HASH_BYTES] for start in range(0, len(frontier), HASH_BYTES)]
