"""The Merkle tree of RFC 6962: hashes, the right frontier, and proofs of inclusion and consistency.

A frontier is the roots of the full subtrees that make up a tree, largest first, as one byte string: 32 bytes for
every 1 bit of the size. It is all that has to be kept in order to append and to know the root.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence

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


class Range:
    """The part of a tree from leaf `start` on: the roots of the largest whole subtrees that cover it, in order.

    From leaf 0 on it is the tree itself and has a root.
    """

    def __init__(self, start: int = 0) -> None:
        self.start = self.stop = start
        self._nodes: list[tuple[int, bytes]] = []

    @property
    def nodes(self) -> list[bytes]:
        return [node for _, node in self._nodes]

    @property
    def root(self) -> bytes:
        if self.start:
            raise ValueError(f"a part from leaf {self.start} on has no root")
        return frontier_root(b"".join(self.nodes), self.stop)

    def add(self, node: bytes, level: int = 0) -> None:
        """Append a whole subtree of 2**level leaves, which has to begin where such a subtree can."""
        if self.stop & ((1 << level) - 1):
            raise ValueError(f"no subtree of {1 << level} leaves begins at leaf {self.stop}")
        self.stop += 1 << level
        while self._nodes and self._nodes[-1][0] == level and not (self.stop - (2 << level)) & ((2 << level) - 1):
            node, level = node_hash(self._nodes.pop()[1], node), level + 1
        self._nodes.append((level, node))


def cover(start: int, stop: int) -> Iterator[int]:
    """The levels of the largest whole subtrees that cover the leaves from start up to, not including, stop."""
    while start < stop:
        level = (stop - start).bit_length() - 1
        if start:
            level = min(level, (start & -start).bit_length() - 1)
        yield level
        start += 1 << level


def covering_nodes(start: int, leaves: Sequence[bytes]) -> list[bytes]:
    """The roots of the subtrees that `cover` names, for the leaf hashes from leaf `start` on."""
    nodes, at = [], 0
    for level in cover(start, start + len(leaves)):
        row: Sequence[bytes] = leaves[at : at + (1 << level)]
        at += len(row)
        while len(row) > 1:
            pairs = iter(row)
            row = [hashlib.sha256(b"\x01" + left + right).digest() for left, right in zip(pairs, pairs, strict=True)]
        nodes.append(row[0])
    return nodes


def tree_root(leaves: Sequence[bytes]) -> bytes:
    return frontier_root(b"".join(covering_nodes(0, leaves)), len(leaves))


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
