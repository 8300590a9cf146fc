"""Whether memory holds a lesson already: at its own path, word for word, or by the literals that make it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, count
from math import ceil

import numpy as np

from agents.snapshot import Snapshot
from agents.text.normalise import digest, normalise
from agents.text.specifics import lost
from agents.text.statements import statements
from dreaming.engines.local.findings import Finding
from dreaming.engines.local.reading.calls import Ints
from dreaming.engines.local.reading.claims import Claim, words

COVERED = 0.9


@dataclass(frozen=True, slots=True)
class Postings:
    """The statements that hold each word: those of word i are statements[offsets[i] : offsets[i + 1]]."""

    words: Mapping[str, int]
    offsets: Ints
    statements: Ints

    @classmethod
    def read(cls, claims: Sequence[Claim]) -> Postings:
        said = [claim.words for claim in claims]
        words = dict(zip(dict.fromkeys(chain.from_iterable(said)), count()))
        word = np.fromiter(map(words.__getitem__, chain.from_iterable(said)), dtype=np.int64)
        order = np.argsort(word, kind="stable")
        statements = np.repeat(np.arange(len(said)), np.fromiter(map(len, said), dtype=np.int64, count=len(said)))
        return cls(words, np.searchsorted(word[order], np.arange(len(words) + 1)), statements[order])

    def of(self, word: str) -> Ints:
        at = self.words.get(word)
        return self.statements[:0] if at is None else self.statements[self.offsets[at] : self.offsets[at + 1]]


class Holdings:
    """An index of what the memories in scope say, over all namespaces: agents read them together."""

    def __init__(self, snapshot: Snapshot, claims: Sequence[Claim]) -> None:
        self._paths = {(memory.namespace, memory.path) for memory in snapshot.memories}
        self._digests = {claim.digest for claim in claims}
        self._removed = {(removal.namespace, removal.sha256) for removal in snapshot.removals}
        self._claims = claims
        self._spoken: dict[str, bool] = {}

    def hold(self, finding: Finding, namespace: str, path: str) -> bool:
        if (namespace, path) in self._paths or digest(finding.lesson) in self._digests:
            return True
        return (
            self._named(finding.anchors)
            if finding.anchors
            else finding.kind == "preference" and self._covered(finding.lesson)
        )

    def removed(self, text: str, namespace: str) -> bool:
        """A person took this out, or a part of it."""
        said = (text, *(statement.text for statement in statements(text))) if self._removed else ()
        return any((namespace, digest(one)) in self._removed for one in said)

    def _named(self, anchors: Sequence[str]) -> bool:
        """One statement names all anchors: looked for in all of them at once, by the longest."""
        wanted = sorted({normalise(anchor) for anchor in anchors}, key=lambda anchor: (len(anchor), anchor))
        if not all(self._is_spoken(piece) for anchor in wanted for piece in anchor.split()):
            return False
        longest, at = wanted[-1], -1
        while self._lines and (at := self._lines.find(longest, at + 1)) >= 0:
            end = self._lines.find("\n", at)
            if all(anchor in self._lines[self._lines.rfind("\n", 0, at) + 1 : end] for anchor in wanted):
                return True
            at = end
        return False

    def _is_spoken(self, piece: str) -> bool:
        """It is a word or a part of one: a piece of most anchors is not, and they are not looked for any further."""
        if piece not in self._spoken:
            self._spoken[piece] = piece in self._vocabulary or piece in self._joined
        return self._spoken[piece]

    def _covered(self, lesson: str) -> bool:
        """One statement holds nearly all words of the lesson, and all its names and numbers.

        It lacks few of them, so it holds one at least of any few more: the rarest ones find it.
        """
        own = set(words(lesson))
        needed = ceil(COVERED * len(own))
        rarest = sorted(map(self._postings.of, own), key=len)[: len(own) - needed + 1]
        near = np.unique(np.concatenate(rarest)).tolist() if rarest else ()
        fitting = (self._claims[at] for at in near)
        return any(len(own.intersection(one.words)) >= needed and not lost([lesson], one.text) for one in fitting)

    @cached_property
    def _lines(self) -> str:
        """All statements, one a line."""
        return "".join(f"{claim.facts.normal}\n" for claim in self._claims)

    @cached_property
    def _vocabulary(self) -> frozenset[str]:
        """What stands between white space in all statements."""
        return frozenset(self._lines.split())

    @cached_property
    def _joined(self) -> str:
        return "\n".join(self._vocabulary)

    @cached_property
    def _postings(self) -> Postings:
        return Postings.read(self._claims)
