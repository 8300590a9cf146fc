"""Which texts are near each other: candidates only. Similar is not same; slots and specifics decide."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, combinations, pairwise

import numpy as np
from rapidfuzz import fuzz
from scipy.sparse import csr_matrix
from sparse_dot_topn import sp_matmul_topn

from agents.text.normalise import normalise
from agents.text.tokens import tokens

_LARGE = 2_000  # from this many texts on, words in more than 0.5 % of them are left out: they cost much and tell little
_COMMON = 0.005
_MOST_COMMON = 500  # and in no more than this many, so that the work stays linear
_FEW = 2  # texts with fewer rare words are paired by what is left when one word is taken out
_SHORT = 24  # words; longer texts are keyed by their halves

Pairs = tuple[np.ndarray, np.ndarray, np.ndarray]
"""One text, the other one, and how near they are: a row a pair."""

_NONE: Pairs = (np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros(0))


def ratio(a: str, b: str) -> float:
    """0..1: how alike two texts are whatever the order of their words; 1.0 for equal normalised texts."""
    one, other = (" ".join(sorted(tokens(normalise(text)))) for text in (a, b))
    if not one or not other:
        return float(normalise(a) == normalise(b))
    return fuzz.ratio(one, other) / 100


def candidates(texts: Sequence[str], threshold: float = 0.5, top: int = 12) -> list[tuple[int, int, float]]:
    """Pairs (i, j, score), i < j, of texts worth a closer look, sorted; equal normalised texts score 1.0.

    A large group of equal texts is chained, and near pairs name one member of a group; the order of texts is no matter.
    """
    normal = [normalise(text) for text in texts]
    return alike(texts, normal, [terms(tokens(text)) for text in normal], threshold, top)


def alike(
    texts: Sequence[str], normal: Sequence[str], words: Sequence[Sequence[str]], threshold: float = 0.5, top: int = 12
) -> list[tuple[int, int, float]]:
    """The candidates among texts that were normalised, and cut into terms, before."""
    ones, others, scores = near(texts, normal, words, threshold, top)
    return list(zip(ones.tolist(), others.tolist(), scores.tolist(), strict=True))


def near(
    texts: Sequence[str], normal: Sequence[str], words: Sequence[Sequence[str]], threshold: float = 0.5, top: int = 12
) -> Pairs:
    """What `alike` finds, as columns."""
    groups: dict[str, list[int]] = defaultdict(list)
    for number, text in enumerate(normal):
        groups[text].append(number)
    groups.pop("", None)
    unique = sorted(groups)  # a fixed order: ties and sums come out alike for any order of the texts
    members = [groups[text] for text in unique]
    several = [group for group in members if len(group) > 1]
    for group in several:
        group.sort(key=lambda number: (texts[number], number))
    equal = np.array([pair for group in several for pair in _equal(group, top)], dtype=np.int64).reshape(-1, 2)
    first = np.array([group[0] for group in members], dtype=np.int64)
    ones, others, scores = _near([words[number] for number in first.tolist()], threshold, top)
    ends = np.concatenate([equal, np.column_stack([first[ones], first[others]])])
    ends.sort(axis=1)
    order = np.lexsort((ends[:, 1], ends[:, 0]))
    return ends[order, 0], ends[order, 1], np.concatenate([np.ones(len(equal)), scores])[order]


def _equal(group: list[int], top: int) -> Iterable[tuple[int, int]]:
    return combinations(group, 2) if len(group) <= top + 1 else pairwise(group)


def _near(words: Sequence[Sequence[str]], threshold: float, top: int) -> Pairs:
    if len(words) < 2:
        return _NONE
    bags = Bags.read(words)
    frequency = np.bincount(bags.counts.indices, minlength=bags.counts.shape[1])
    limit = min(max(_FEW, int(_COMMON * len(words))), _MOST_COMMON) if len(words) >= _LARGE else len(words)
    rare = frequency <= limit
    weights = np.log((1 + len(words)) / (1 + frequency)) + 1
    found = _closest(_unit(bags.counts, weights * rare), threshold, top)
    if not rare.all():
        poor = np.asarray(bags.counts.sign() @ rare.astype(np.float64))
        found = _joined(_by_keys(bags, poor, _unit(bags.counts, weights), threshold, top), found)
    _, places = np.unique(found[0] * len(words) + found[1], return_index=True)
    return found[0][places], found[1][places], found[2][places].round(9)


def _joined(some: Pairs, more: Pairs) -> Pairs:
    ones, others, scores = (np.concatenate(both) for both in zip(some, more, strict=True))
    return ones, others, scores


def terms(words: Sequence[str]) -> Sequence[str]:
    """Tokens, with the characters of unspaced scripts taken two by two: one alone says little."""
    wide = [len(word) == 1 and word > "\u2fff" for word in words]
    if not any(wide):
        return words
    pairs = [one + other for (one, other), both in zip(pairwise(words), pairwise(wide), strict=True) if all(both)]
    return [word for word, is_wide in zip(words, wide, strict=True) if not is_wide] + (pairs or list(words))


@dataclass(frozen=True, slots=True)
class Bags:
    """Rows of words by their column, in the order of the alphabet: the words of row n are [ends[n], ends[n + 1])."""

    columns: np.ndarray
    ends: np.ndarray
    counts: csr_matrix

    @classmethod
    def read(cls, words: Sequence[Sequence[str]]) -> Bags:
        vocabulary = {word: column for column, word in enumerate(sorted(set(chain.from_iterable(words))))}
        columns = np.fromiter(map(vocabulary.__getitem__, chain.from_iterable(words)), dtype=np.int32)
        ends = np.cumsum([0, *map(len, words)])
        shape = (len(words), max(1, len(vocabulary)))
        counts = csr_matrix((np.ones(len(columns)), columns.copy(), ends), shape=shape)
        counts.sum_duplicates()
        return cls(columns, ends, counts)


def shared(words: Sequence[Sequence[str]], ones: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Three rows: how many different words the one of each pair has, how many the other, and how many both have."""
    held = {row: frozenset(words[row]) for row in np.unique(np.concatenate((ones, others))).tolist()}
    pairs = ((held[one], held[other]) for one, other in zip(ones.tolist(), others.tolist(), strict=True))
    counts = [(len(one), len(other), len(one & other)) for one, other in pairs]
    return np.array(counts, dtype=np.int64).reshape(-1, 3).T


def _unit(counts: csr_matrix, weights: np.ndarray) -> csr_matrix:
    """Rows of length one; columns of weight nothing are gone."""
    rows = counts.copy()
    rows.data = (1 + np.log(rows.data)) * weights[rows.indices]
    rows.eliminate_zeros()
    lengths = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
    rows.data /= np.repeat(lengths, np.diff(rows.indptr))
    return rows


def _closest(rows: csr_matrix, threshold: float, top: int) -> Pairs:
    close = sp_matmul_topn(rows, rows.T.tocsr(), top_n=top + 1, threshold=threshold, sort=True).tocoo()
    keep = close.row != close.col
    ones, others = close.row[keep].astype(np.int64), close.col[keep].astype(np.int64)
    return np.minimum(ones, others), np.maximum(ones, others), close.data[keep]


def _by_keys(bags: Bags, rare: np.ndarray, rows: csr_matrix, threshold: float, top: int) -> Pairs:
    """Pairs of texts of common words that differ in a word or so, scored by all their words."""
    ones, others = _paired(*_keys(bags, rare <= _FEW), top)
    apart = np.minimum(rare[ones], rare[others]) < _FEW
    pairs = np.unique(ones[apart] * len(rare) + others[apart])
    ones, others = np.divmod(pairs, len(rare))
    scores = np.asarray(rows[ones].multiply(rows[others]).sum(axis=1)).ravel()
    close = scores >= threshold
    return ones[close], others[close], scores[close]


def _keys(bags: Bags, wanted: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The keys of the wanted rows, each with its row: sums over hashed words, so that the order of words is no matter.

    All words, all but one, or either half of a longer row.
    """
    sizes = np.diff(bags.ends)
    marks = _mixed(bags.counts.shape[1])[bags.columns]
    sums = np.concatenate([np.zeros(1, dtype=np.uint64), np.cumsum(marks, dtype=np.uint64)])
    whole = sums[bags.ends[1:]] - sums[bags.ends[:-1]]
    short = wanted & (sizes > 0) & (sizes <= _SHORT)
    rows = np.repeat(np.arange(len(sizes)), sizes)
    gaps = short[rows] & (sizes[rows] > 1)
    keys, numbers = [whole[short], whole[rows[gaps]] - marks[gaps]], [np.flatnonzero(short), rows[gaps]]
    for number in np.flatnonzero(wanted & (sizes > _SHORT)).tolist():
        own = slice(bags.ends[number], bags.ends[number + 1])
        ordered = marks[own][np.argsort(bags.columns[own], kind="stable")]
        middle = len(ordered) // 2
        keys.append(np.array([ordered[:middle].sum(), ordered[middle:].sum()], dtype=np.uint64))
        numbers.append(np.array([number, number]))
    return np.concatenate(keys), np.concatenate(numbers)


def _mixed(count: int) -> np.ndarray:
    """A number of 64 bits for each column (splitmix64)."""
    mixed = np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    return mixed ^ (mixed >> np.uint64(31))


def _paired(keys: np.ndarray, numbers: np.ndarray, top: int) -> tuple[np.ndarray, np.ndarray]:
    """The rows of one key two by two; those of a key that many share as a chain."""
    order = np.lexsort((numbers, keys))
    keys, numbers = keys[order], numbers[order]
    fresh = np.append(True, (keys[1:] != keys[:-1]) | (numbers[1:] != numbers[:-1]))[: len(keys)]
    keys, numbers = keys[fresh], numbers[fresh]
    _, sizes = np.unique(keys, return_counts=True)
    few = np.repeat(sizes <= top + 1, sizes)
    ones, others = [], []
    for gap in range(1, top + 1):
        one_key = (keys[gap:] == keys[:-gap]) & (few[gap:] | (gap == 1))
        ones.append(numbers[:-gap][one_key])
        others.append(numbers[gap:][one_key])
    return np.concatenate(ones), np.concatenate(others)
