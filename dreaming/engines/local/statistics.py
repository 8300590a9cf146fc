"""Exact tests for small counts, and the correction for having tested many things."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.special import gammaln


def _log_choose(n: int, k: np.ndarray | int) -> np.ndarray:
    return np.asarray(gammaln(n + 1) - gammaln(np.add(k, 1)) - gammaln(np.subtract(n, k) + 1))


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
