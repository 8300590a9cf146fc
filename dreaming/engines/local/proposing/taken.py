"""What the accepted drafts of a run hold between them: lines, statements that stay, memories and paths.

Two changes of one proposal never touch one line. What one names as staying may still go for a reason of its own (its
date has passed), but never because it is said elsewhere: each would point to the other.
"""

from __future__ import annotations

from agents.snapshot import Snapshot
from dreaming.engines.local.proposing.operations import Draft
from dreaming.engines.protocol import Target

Line = tuple[int, int]
Path = tuple[str, str]


class Taken:
    def __init__(self, snapshot: Snapshot) -> None:
        self._live: set[Path] = {(memory.namespace, memory.path) for memory in snapshot.memories}
        self._open: set[Path] = {(change.namespace, path) for change in snapshot.open_changes for path in change.paths}
        self._lines: set[Line] = set()
        self._kept: set[Line] = set()
        self._touched: set[str] = set()
        self._moved: set[str] = set()
        self._archived: set[str] = set()
        self._paths: set[Path] = set()
        self._settled: set[Line] = set()

    def by_another(self, draft: Draft) -> str:
        """Why this draft does not go with those before it; empty where it does."""
        targets = draft.operation.targets
        if len({target.namespace for target in targets}) > 1:
            return "namespaces_mixed"
        if draft.lines & self._lines:
            return "line_taken"
        if draft.folds and (draft.lines | draft.keeps) & self._settled:
            return "line_settled"
        if draft.keeps & self._lines or (draft.folds and draft.lines & self._kept):
            return "line_kept_by_another"
        touched = {target.memory for target in targets if target.memory}
        if touched & self._archived or _archived(targets) & self._touched or _moved(targets) & self._moved:
            return "memory_taken"
        wanted = set() if draft.path else _wanted(targets)
        return "" if wanted.isdisjoint(self._live) and wanted.isdisjoint(self._paths) else "path_taken"

    def take(self, draft: Draft) -> None:
        targets = draft.operation.targets
        self._lines |= draft.lines
        self._kept |= draft.keeps
        self._touched |= {target.memory for target in targets if target.memory}
        self._archived |= _archived(targets)
        self._moved |= _moved(targets)
        self._paths |= _wanted(targets)

    def settle(self, draft: Draft) -> None:
        """A merge that was turned down is not asked for again line by line."""
        self._settled |= draft.lines

    def path_is_open(self, draft: Draft) -> bool:
        """An open change wants or holds the path that this one wants."""
        return bool((_wanted(draft.operation.targets) | _own(draft)) & self._open)


def _own(draft: Draft) -> set[Path]:
    return {(draft.operation.targets[0].namespace, draft.path)} if draft.path else set()


def _archived(targets: tuple[Target, ...]) -> set[str]:
    return {target.memory for target in targets if target.path_after is None}


def _moved(targets: tuple[Target, ...]) -> set[str]:
    return {
        target.memory for target in targets if target.memory and target.path_after not in (None, target.path_before)
    }


def _wanted(targets: tuple[Target, ...]) -> set[Path]:
    """Paths that have to be free."""
    return {
        (target.namespace, target.path_after)
        for target in targets
        if target.path_after is not None and (not target.memory or target.path_after != target.path_before)
    }
