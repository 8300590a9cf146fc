"""Whether memory holds a lesson already: at its own path, word for word, or by the literals that make it."""

from __future__ import annotations

from collections.abc import Sequence

from agents.snapshot import Snapshot
from agents.text.normalise import digest, normalise
from agents.text.specifics import lost
from dreaming.engines.local.claims import Claim, words
from dreaming.engines.local.findings import Finding

COVERED = 0.9


class Holdings:
    """An index of what the memories in scope say, over all namespaces: agents read them together."""

    def __init__(self, snapshot: Snapshot, claims: Sequence[Claim]) -> None:
        self._paths = {(memory.namespace, memory.path) for memory in snapshot.memories}
        self._digests = {claim.digest for claim in claims}
        self._removed = {(removal.namespace, removal.sha256) for removal in snapshot.removals}
        self._texts = [claim.facts.normal for claim in claims]
        self._claims = claims
        self._words: list[frozenset[str]] | None = None

    def hold(self, finding: Finding, namespace: str, path: str) -> bool:
        if (namespace, path) in self._paths or digest(finding.lesson) in self._digests:
            return True
        return (
            self._named(finding.anchors)
            if finding.anchors
            else finding.kind == "preference" and self._covered(finding.lesson)
        )

    def removed(self, finding: Finding, namespace: str) -> bool:
        """A person took these lines out."""
        own = {digest(finding.lesson)}
        return any((namespace, sha256) in self._removed for sha256 in own)

    def _named(self, anchors: Sequence[str]) -> bool:
        wanted = [normalise(anchor) for anchor in anchors]
        return any(all(anchor in text for anchor in wanted) for text in self._texts)

    def _covered(self, lesson: str) -> bool:
        """One statement holds nearly all words of the lesson, and all its names and numbers."""
        if self._words is None:
            self._words = [frozenset(claim.words) for claim in self._claims]
        own = frozenset(words(lesson))
        near = (at for at, held in enumerate(self._words) if own and len(own & held) >= COVERED * len(own))
        return any(not lost([lesson], self._claims[at].text) for at in near)
