"""How far two people agree, beyond chance, and how sure a share is."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

Z = 1.959964  # 95 %


def kappa(pairs: Sequence[tuple[str, str]]) -> float | None:
    """Cohen's kappa of pairs of words (Cohen 1960); None where one side always says the same."""
    if min((len(set(side)) for side in zip(*pairs, strict=True)), default=0) < 2:
        return None
    n = len(pairs)
    agreed = sum(first == second for first, second in pairs) / n
    words = {word for pair in pairs for word in pair}
    by_chance = sum(_share(pairs, 0, word) * _share(pairs, 1, word) for word in words)
    return (agreed - by_chance) / (1 - by_chance)


def wilson(count: int, of: int) -> tuple[float, float]:
    """Where the true share lies, with 95 % (Wilson 1927). All is possible where nothing was counted."""
    if not of:
        return 0.0, 1.0
    share, around = count / of, Z * Z / of
    middle = (share + around / 2) / (1 + around)
    half = Z * sqrt(share * (1 - share) / of + around / (4 * of)) / (1 + around)
    return max(0.0, middle - half), min(1.0, middle + half)


def _share(pairs: Sequence[tuple[str, str]], side: int, word: str) -> float:
    return sum(pair[side] == word for pair in pairs) / len(pairs)
