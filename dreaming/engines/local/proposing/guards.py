"""What no change may touch, whichever stage drew it up: the last look before a draft is proposed."""

from __future__ import annotations

from collections.abc import Collection

from agents.snapshot import Snapshot
from agents.text.normalise import digest
from dreaming.engines.local.curation import Curation
from dreaming.engines.local.findings import Tidying
from dreaming.engines.local.proposing.operations import Draft
from dreaming.engines.local.reading.claims import Claim, Place, stands_under
from dreaming.engines.protocol import Target

AGEING = ("unconfirmed",)


class Guards:
    """Protected memories and paths, pinned statements, the value floor, and what people took out themselves."""

    def __init__(self, snapshot: Snapshot, valued: Collection[Place], curation: Curation) -> None:
        self._memories = {memory.id: memory for memory in snapshot.memories}
        self._removed = {(removal.namespace, removal.sha256) for removal in snapshot.removals}
        self._valued = valued
        self._curation = curation

    def against(self, draft: Draft) -> str:
        """Why this draft may not be proposed at all; empty where nothing speaks against it."""
        for target in draft.operation.targets:
            if self._is_guarded(target):
                return "protected"
        removed = _removed(draft)
        if any(claim.pinned for claim in removed):
            return "pinned"
        if draft.operation.reason_code in AGEING and any(claim.place in self._valued for claim in removed):
            return "valued"
        put = draft.source.put if isinstance(draft.source, Tidying) else ""
        if put and (draft.operation.targets[0].namespace, digest(put)) in self._removed:
            return "removed_by_a_person"
        return ""

    def _is_guarded(self, target: Target) -> bool:
        own = self._memories.get(target.memory)
        paths = {target.path_before, target.path_after or target.path_before}
        kept = any(stands_under(path, guard) for path in paths for guard in self._curation.protected_paths)
        return kept or (own is not None and own.protected)


def _removed(draft: Draft) -> tuple[Claim, ...]:
    return draft.source.remove if isinstance(draft.source, Tidying) else draft.lost
