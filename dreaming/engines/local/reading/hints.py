"""Which messages hold a piece of what a stage listens for: the others need not be read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from dreaming.engines.local.reading.calls import Ints
from dreaming.engines.local.reading.own_words import FIRST_WORDS

AT_ONCE = 4096  # messages that are looked through together: a search in each costs many times as much


class Hints:
    """Folded pieces of a line, and the messages (by number) that hold them; each piece is looked for once."""

    def __init__(self, texts: Sequence[str], rows: Ints) -> None:
        self._texts = texts
        self._rows = rows
        self._holding: dict[str, Ints] = {}

    def holding(self, pieces: Sequence[str]) -> Ints:
        """The messages that hold one of the pieces at least."""
        new = [piece for piece in pieces if piece not in self._holding]
        if new:
            self._look_for(new)
        found = [self._holding[piece] for piece in pieces]
        return np.unique(np.concatenate(found)) if found else np.array([], dtype=np.int64)

    def _look_for(self, pieces: Sequence[str]) -> None:
        found: dict[str, list[Ints]] = {piece: [] for piece in pieces}
        for first in range(0, len(self._rows), AT_ONCE):
            rows = self._rows[first : first + AT_ONCE].tolist()
            text, begins = _folded(list(map(self._texts.__getitem__, rows)))
            for piece in pieces:
                if places := list(_places(text, piece)):
                    found[piece].append(first + np.searchsorted(begins, places, side="right") - 1)
        none = np.array([], dtype=np.int64)
        self._holding |= {piece: np.concatenate([none, *numbers]) for piece, numbers in found.items()}


def _folded(texts: list[str]) -> tuple[str, Ints]:
    """What all texts begin with, in folded case, one a line, and where each of them stands."""
    if max(map(len, texts)) > FIRST_WORDS:
        texts = [text[:FIRST_WORDS] for text in texts]
    joined = "\n".join(texts)
    folded = joined.casefold()
    if len(folded) > len(joined):  # folding makes no sign shorter: where all are as long as before, so is each
        texts = [text.casefold() for text in texts]
    lengths = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
    return folded, np.cumsum(lengths + 1) - (lengths + 1)


def _places(text: str, piece: str) -> Iterator[int]:
    at = text.find(piece)
    while at >= 0:
        yield at
        at = text.find(piece, at + 1)
