"""How much one run may propose: changes, removals, and the share of one namespace's statements."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import ceil

from agents.snapshot import Snapshot
from dreaming.engines.local.curation import Curation
from dreaming.engines.local.proposing.operations import Draft
from dreaming.engines.local.reading.claims import Claim


class Limits:
    """Counts what was admitted. A statement that still stands elsewhere is no removal."""

    def __init__(self, snapshot: Snapshot, known: Sequence[Claim], curation: Curation) -> None:
        sizes = Counter(snapshot.memories[claim.memory].namespace for claim in known)
        self._curation = curation
        self._most = {namespace: ceil(size * curation.max_share) for namespace, size in sizes.items()}
        self._changes = self._removals = 0
        self._lost: Counter[str] = Counter()

    def passed_by(self, draft: Draft) -> str:
        """Which limit this draft would pass; empty where it fits."""
        if self._changes >= self._curation.max_changes:
            return "over_limit"
        if not draft.lost:
            return ""
        if self._removals >= self._curation.max_removals:
            return "over_removals"
        namespace = draft.operation.targets[0].namespace
        return "over_share" if self._lost[namespace] + len(draft.lost) > self._most.get(namespace, 0) else ""

    def count(self, draft: Draft) -> None:
        self._changes += 1
        self._removals += bool(draft.lost)
        self._lost[draft.operation.targets[0].namespace] += len(draft.lost)
