"""Which texts are near each other: candidates only. Similar is not same; slots and specifics decide."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations, pairwise

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
    groups: dict[str, list[int]] = defaultdict(list)
    for number, text in enumerate(normal):
        groups[text].append(number)
    groups.pop("", None)
    unique = sorted(groups)  # a fixed order: ties and sums come out alike for any order of the texts
    members = [sorted(groups[text], key=lambda number: (texts[number], number)) for text in unique]
    pairs = [(*pair, 1.0) for group in members for pair in _equal(group, top)]
    near = _near([words[group[0]] for group in members], threshold, top)
    pairs += [(members[one][0], members[other][0], score) for one, other, score in near]
    return sorted((min(one, other), max(one, other), score) for one, other, score in pairs)


def _equal(group: list[int], top: int) -> Iterable[tuple[int, int]]:
    return combinations(group, 2) if len(group) <= top + 1 else pairwise(group)


def _near(words: Sequence[Sequence[str]], threshold: float, top: int) -> Iterator[tuple[int, int, float]]:
    if len(words) < 2:
        return
    counts = _counts(words)
    frequency = np.bincount(counts.indices, minlength=counts.shape[1])
    limit = min(max(_FEW, int(_COMMON * len(words))), _MOST_COMMON) if len(words) >= _LARGE else len(words)
    rare = frequency <= limit
    weights = np.log((1 + len(words)) / (1 + frequency)) + 1
    found = _closest(_unit(counts, weights * rare), threshold, top)
    if not rare.all():
        poor = np.asarray(counts.sign() @ rare.astype(np.float64))
        found |= _by_keys(words, poor, _unit(counts, weights), threshold, top)
    yield from sorted((one, other, score) for (one, other), score in found.items())


def terms(words: Sequence[str]) -> Sequence[str]:
    """Tokens, with the characters of unspaced scripts taken two by two: one alone says little."""
    wide = [len(word) == 1 and word > "\u2fff" for word in words]
    if not any(wide):
        return words
    pairs = [one + other for (one, other), both in zip(pairwise(words), pairwise(wide), strict=True) if all(both)]
    return [word for word, is_wide in zip(words, wide, strict=True) if not is_wide] + (pairs or list(words))


def _counts(words: Sequence[Sequence[str]]) -> csr_matrix:
    vocabulary = {word: column for column, word in enumerate(sorted({word for row in words for word in row}))}
    columns = np.fromiter((vocabulary[word] for row in words for word in row), dtype=np.int32)
    ends = np.cumsum([0, *(len(row) for row in words)])
    counts = csr_matrix((np.ones(len(columns)), columns, ends), shape=(len(words), max(1, len(vocabulary))))
    counts.sum_duplicates()
    return counts


def _unit(counts: csr_matrix, weights: np.ndarray) -> csr_matrix:
    """Rows of length one; columns of weight nothing are gone."""
    rows = counts.copy()
    rows.data = (1 + np.log(rows.data)) * weights[rows.indices]
    rows.eliminate_zeros()
    lengths = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
    rows.data /= np.repeat(lengths, np.diff(rows.indptr))
    return rows


def _closest(rows: csr_matrix, threshold: float, top: int) -> dict[tuple[int, int], float]:
    near = sp_matmul_topn(rows, rows.T.tocsr(), top_n=top + 1, threshold=threshold, sort=True).tocoo()
    keep = near.row != near.col
    return {
        (min(one, other), max(one, other)): round(float(score), 9)
        for one, other, score in zip(near.row[keep].tolist(), near.col[keep].tolist(), near.data[keep], strict=True)
    }


def _by_keys(
    words: Sequence[Sequence[str]], rare: np.ndarray, rows: csr_matrix, threshold: float, top: int
) -> dict[tuple[int, int], float]:
    """Pairs of texts of common words that differ in a word or so, scored by all their words."""
    buckets: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for number in np.flatnonzero(rare <= _FEW).tolist():
        for key in _keys(sorted(words[number])):
            buckets[key].append(number)
    pairs = {pair for bucket in buckets.values() for pair in _equal(sorted(set(bucket)), top)}
    pairs = {(one, other) for one, other in pairs if min(rare[one], rare[other]) < _FEW}
    if not pairs:
        return {}
    ones, others = (np.fromiter(side, dtype=np.int64) for side in zip(*sorted(pairs), strict=True))
    scores = np.asarray(rows[ones].multiply(rows[others]).sum(axis=1)).ravel()
    close = scores >= threshold
    return {
        (one, other): round(float(score), 9)
        for one, other, score in zip(ones[close].tolist(), others[close].tolist(), scores[close], strict=True)
    }


def _keys(words: list[str]) -> Iterator[tuple[str, ...]]:
    if len(words) > _SHORT:
        middle = len(words) // 2
        yield from (tuple(words[:middle]), tuple(words[middle:]))
        return
    yield tuple(words)
    for gap in range(len(words) if len(words) > 1 else 0):
        yield (*words[:gap], *words[gap + 1 :])
