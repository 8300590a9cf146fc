"""Whether memory holds a lesson already: at its own path, word for word, or by the literals that make it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import cached_property

import numpy as np

from agents.snapshot import Snapshot
from agents.text.normalise import digest, normalise
from agents.text.specifics import lost
from agents.text.statements import statements
from dreaming.engines.local.findings import Finding
from dreaming.engines.local.reading.claims import Claim, words

COVERED = 0.9


class Holdings:
    """An index of what the memories in scope say, over all namespaces: agents read them together."""

    def __init__(self, snapshot: Snapshot, claims: Sequence[Claim]) -> None:
        self._paths = {(memory.namespace, memory.path) for memory in snapshot.memories}
        self._digests = {claim.digest for claim in claims}
        self._removed = {(removal.namespace, removal.sha256) for removal in snapshot.removals}
        self._claims = claims

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
        longest, at = wanted[-1], -1
        while self._lines and (at := self._lines.find(longest, at + 1)) >= 0:
            end = self._lines.find("\n", at)
            if all(anchor in self._lines[self._lines.rfind("\n", 0, at) + 1 : end] for anchor in wanted):
                return True
            at = end
        return False

    def _covered(self, lesson: str) -> bool:
        """One statement holds nearly all words of the lesson, and all its names and numbers."""
        own = set(words(lesson))
        shared = np.zeros(len(self._claims), dtype=np.int64)
        for word in own:
            shared[self._by_word.get(word, [])] += 1
        near = np.flatnonzero(shared >= COVERED * len(own)).tolist() if own else ()
        return any(not lost([lesson], self._claims[at].text) for at in near)

    @cached_property
    def _lines(self) -> str:
        """All statements, one a line."""
        return "".join(f"{claim.facts.normal}\n" for claim in self._claims)

    @cached_property
    def _by_word(self) -> dict[str, list[int]]:
        """The statements that hold a word."""
        found: dict[str, list[int]] = defaultdict(list)
        for at, claim in enumerate(self._claims):
            for word in set(claim.words):
                found[word].append(at)
        return found
