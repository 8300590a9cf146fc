"""What people say in all sessions, found by the words and amounts that it names: looked for often, and in much text."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial, reduce
from itertools import count

import numpy as np
from scipy.sparse import csr_array

from agents.text import quantities
from dreaming.engines.local.lexicon import NEWER, NEWER_HINTS
from dreaming.engines.local.reading import own_words
from dreaming.engines.local.reading.calls import Ints, starts
from dreaming.engines.local.reading.own_words import FIRST_WORDS
from dreaming.engines.local.reading.signals import Signals


@dataclass(frozen=True, slots=True)
class Words:
    """All words of all messages, one a line, where each begins, and the messages that hold word i."""

    lines: str
    begins: Ints
    offsets: Ints
    messages: Ints


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a message, [start, end) of its text, and the amounts in it."""

    start: int
    end: int
    amounts: frozenset[str]


class Messages:
    """Messages go by number, in canonical order; only their beginnings are read."""

    def __init__(self, signals: Signals) -> None:
        self._signals = signals
        self._holding: dict[tuple[str, bool], Ints] = {}

    def place(self, number: int) -> tuple[int, int]:
        """Session and row."""
        return int(self._signals.speakers[number]), int(self._signals.spoken[number])

    def text(self, number: int) -> str:
        return self._signals.text(int(self._signals.spoken[number]))[:FIRST_WORDS]

    def naming(self, words: Sequence[str], *, begun: bool = False) -> list[int]:
        """Messages that hold each of these pieces of words, whatever their case; or words that begin with each."""
        if not words:
            return []
        found = reduce(partial(np.intersect1d, assume_unique=True), (self._with(word, begun) for word in words))
        return [int(number) for number in found]

    def _with(self, piece: str, begun: bool) -> Ints:
        if (piece, begun) not in self._holding:
            words, at, found = self._words, -1, []
            while (at := words.lines.find(piece, at + 1)) >= 0:
                if begun and words.lines[at - 1 : at].isalnum():
                    continue
                word = int(np.searchsorted(words.begins, at, side="right")) - 1
                found.append(words.messages[words.offsets[word] : words.offsets[word + 1]])
                at = int(words.begins[word + 1]) - 1
            numbers = np.sort(np.concatenate(found)) if found else np.array([], dtype=np.int64)
            self._holding[piece, begun] = numbers[starts(numbers)]
        return self._holding[piece, begun]

    @cached_property
    def _words(self) -> Words:
        codes: defaultdict[str, int] = defaultdict(count().__next__)  # a new word has the next number
        texts, ends, word = self._signals.snapshot.events.text, [0], array("q")
        for row in self._signals.spoken.tolist():
            word.extend(map(codes.__getitem__, texts[row][:FIRST_WORDS].casefold().split()))
            ends.append(len(word))
        held = np.array(word, dtype=np.int64)
        by_word = csr_array((np.ones(len(held), np.bool_), held, ends), shape=(len(ends) - 1, len(codes))).tocsc()
        return Words(
            lines="\n".join(codes),
            begins=np.cumsum([0, *(len(one) + 1 for one in codes)]),
            offsets=by_word.indptr,
            messages=by_word.indices,
        )

    def of_amounts(self, one: str, other: str) -> list[int]:
        """Messages that name both amounts and mark something as newer."""
        return sorted(set(self._amounts.get(one, ())) & set(self._amounts.get(other, ())))

    @cached_property
    def _amounts(self) -> Mapping[str, Sequence[int]]:
        found: dict[str, list[int]] = defaultdict(list)
        for number in self._hinted(NEWER_HINTS):
            if NEWER.search(self.text(number)):
                for amount in {amount for own in self.sentences(number) for amount in own.amounts}:
                    found[amount].append(number)
        return found

    def _hinted(self, hints: Sequence[str]) -> Sequence[int]:
        """Messages that hold the words of one of these folded hints; all, where none is given."""
        if not hints:
            return range(len(self._signals.spoken))
        return sorted({number for hint in hints for number in self.naming(hint.split(), begun=True)})

    def sentences(self, number: int) -> list[Sentence]:
        """What a message says in its speaker's own words."""
        text = self.text(number)
        return [
            Sentence(start, end, frozenset(quantity.value for quantity in quantities.find(text[start:end])))
            for start, end in own_words.said(text)
        ]


def hinting(signals: Signals, hints: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Session and row of the messages that hold one of these folded pieces of a line; of all, where none is given."""
    if not hints:
        return signals.said
    at = signals.hints.holding(hints)
    return zip(signals.speakers[at].tolist(), signals.spoken[at].tolist(), strict=True)
