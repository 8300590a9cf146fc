"""Exact tests for small counts, and the correction for having tested many things."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtrc, betaincinv, gammaln

Ints = NDArray[np.int64]
NEGLIGIBLE = 1e-13
STEPS = 16  # terms between two looks at which tails still grow: what is past its end only adds nothing


def _log_choose(n: int, k: np.ndarray | int) -> np.ndarray:
    return np.asarray(gammaln(n + 1) - gammaln(np.add(k, 1)) - gammaln(np.subtract(n, k) + 1))


@lru_cache(maxsize=1 << 14)
def enrichment(hits: int, drawn: int, marked: int, total: int) -> float:
    """Chance of at least `hits` marked among `drawn` out of `total` with `marked` (hypergeometric, one-sided)."""
    most = min(drawn, marked)
    if hits <= max(0, drawn + marked - total):
        return 1.0
    ks = np.arange(hits, most + 1)
    logs = _log_choose(marked, ks) + _log_choose(total - marked, drawn - ks) - _log_choose(total, drawn)
    return float(min(1.0, np.exp(logs).sum()))


def adjusted(chances: Sequence[float]) -> list[float]:
    """Benjamini-Hochberg: for each chance, the false discovery rate at which it would just be kept."""
    if not chances:
        return []
    values = np.asarray(chances, dtype=float)
    order = np.argsort(values, kind="stable")
    ranked = values[order] * len(values) / np.arange(1, len(values) + 1)
    kept = np.minimum(1.0, np.minimum.accumulate(ranked[::-1])[::-1])
    result = np.empty_like(kept)
    result[order] = kept
    return [float(value) for value in result]


def enrichments(hits: Ints, drawn: Ints, marked: Ints, total: Ints) -> NDArray[np.float64]:
    """`enrichment` of many counts at once: the terms are added outwards from the mean, where they only shrink."""
    above = hits * total > drawn * marked
    k = np.where(above, hits, hits - 1).astype(np.float64)
    low, high = np.maximum(0, drawn + marked - total), np.minimum(drawn, marked)
    inside = (k >= low) & (k <= high)
    term = np.where(inside, np.exp(_log_share(np.clip(k, low, high), drawn, marked, total)), 0.0)
    tail = term.copy()
    left = np.flatnonzero(term > 0)
    while len(left):
        up, at, own, added = above[left], k[left], term[left], tail[left]
        n, m, rest = drawn[left], marked[left], (total - marked - drawn)[left]
        step = np.where(up, 1.0, -1.0)
        for _ in range(STEPS):
            own *= np.where(up, (m - at) * (n - at), at * (rest + at))
            own /= np.where(up, (at + 1) * (rest + at + 1), (m - at + 1) * (n - at + 1))
            added += own
            at += step
        k[left], term[left], tail[left] = at, own, added
        left = left[own > added * NEGLIGIBLE]
    return np.clip(np.where(above, tail, 1.0 - tail), 0.0, 1.0)


def least(drawn: Ints, marked: Ints, total: Ints) -> NDArray[np.float64]:
    """The smallest chance that such counts can have, however their cases end: all that may be marked are."""
    return np.exp(_log_share(np.minimum(drawn, marked).astype(np.float64), drawn, marked, total))


def _log_share(k: NDArray[np.float64], drawn: Ints, marked: Ints, total: Ints) -> NDArray[np.float64]:
    rest = total - marked
    parts = ((marked, k), (rest, drawn - k))
    chosen = sum(gammaln(n + 1) - gammaln(r + 1) - gammaln(n - r + 1) for n, r in parts)
    every = gammaln(total + 1) - gammaln(drawn + 1) - gammaln(total - drawn + 1)
    return np.asarray(chosen - every, dtype=np.float64)


def more_often(hits: Ints, tries: Ints, expected: NDArray[np.float64]) -> NDArray[np.float64]:
    """Chance of at least `hits` in tries of unlike chances whose sum is `expected`, never understated.

    The binomial of the mean chance bounds it from above where hits exceed the mean by one (Hoeffding 1956).
    """
    share = np.divide(expected, tries, out=np.ones(len(tries)), where=tries > 0)
    return np.where(hits >= expected + 1, bdtrc(hits - 1.0, tries, np.clip(share, 0.0, 1.0)), 1.0)


@lru_cache(maxsize=1 << 14)
def at_least(good: float, bad: float) -> float:
    """The share that is surely good: the 5 % quantile of Beta(1 + good, 1 + bad), the posterior of a flat prior."""
    return float(betaincinv(1.0 + good, 1.0 + bad, 0.05))


def stratified(tables: Sequence[tuple[int, int, int, int]]) -> float:
    """Chance of as many hits over all tables (hits, drawn, marked, total) if drawing made no difference in any.

    The exact conditional test of Birch (1964): the sum of independent hypergeometric counts, one-sided.
    """
    chances = np.ones(1)
    for _, drawn, marked, total in tables:
        low, high = max(0, drawn + marked - total), min(drawn, marked)
        ks = np.arange(low, high + 1)
        logs = _log_choose(marked, ks) + _log_choose(total - marked, drawn - ks) - _log_choose(total, drawn)
        chances = np.convolve(chances, np.concatenate((np.zeros(low), np.exp(logs))))
    return float(min(1.0, chances[sum(hits for hits, *_ in tables) :].sum()))
