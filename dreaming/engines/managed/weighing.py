"""Which drafts are proposed: nothing protected, removed or refused before, nothing that is open, within the limits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from math import ceil

from agents.snapshot import Cooldown, OpenChange, Snapshot
from agents.text import lines, similarity
from agents.text.normalise import digest, normalise
from agents.text.paths import BadPath, check_path
from agents.text.specifics import lost
from agents.text.statements import statements
from dreaming.engines.local.curation import Curation
from dreaming.engines.local.proposing.discretion import is_secret
from dreaming.engines.local.reading.claims import stands_under
from dreaming.engines.managed.drawing import Draft
from dreaming.engines.managed.workspace import Workspace
from dreaming.engines.protocol import Operation, Quote, Target

MOST_BYTES = 102_400  # of a memory
ALIKE = 0.85  # an open change says this already, in other words
WHOLE = ("archive", "merge", "move")


@dataclass(slots=True)
class Weighed:
    operations: list[Operation] = field(default_factory=list)
    alternatives: list[Operation] = field(default_factory=list)
    joins: dict[str, tuple[Quote, ...]] = field(default_factory=dict)
    funnel: Counter[str] = field(default_factory=Counter)


class Scales:
    """Takes drafts with their operations, the surest first, and remembers what those before took."""

    def __init__(self, snapshot: Snapshot, workspace: Workspace, policy: Curation, stands: Collection[str]) -> None:
        """`stands` are the statements that memory would hold after all of it, normalised."""
        self._snapshot, self._workspace, self._policy, self._stands = snapshot, workspace, policy, stands
        self.result = Weighed()
        self._memories = {memory.id: memory for memory in snapshot.memories}
        self._live = {(memory.namespace, memory.path) for memory in snapshot.memories}
        self._removed = {(one.namespace, one.sha256) for one in snapshot.removals}
        self._open = {(change.namespace, change.fingerprint): change for change in snapshot.open_changes}
        self._busy = {one for change in snapshot.open_changes if change.operation in WHOLE for one in change.memory_ids}
        self._paths = {(change.namespace, path) for change in snapshot.open_changes for path in change.paths}
        self._taken: list[Draft] = []  # each with the operation at the same place of the result
        self._removals = 0
        self._lost: Counter[str] = Counter()
        self._sizes = Counter(
            memory.namespace for memory in snapshot.memories for one in statements(memory.text) if one.kind != "heading"
        )

    def weigh(self, drafts: Iterable[tuple[Draft, Operation]]) -> Weighed:
        for draft, operation in sorted(drafts, key=lambda one: (-one[1].confidence, one[1].fingerprint, one[1].title)):
            reason = self._against(draft) or self._settled(draft, operation) or self._beside(draft, operation)
            reason = reason or self._over(draft)
            if reason:
                self.result.funnel[f"skipped_{reason}"] += 1
                continue
            self._taken.append(draft)
            self.result.operations.append(operation)
        return self.result

    def _against(self, draft: Draft) -> str:
        """Why this may not be proposed at all."""
        if draft.kind not in self._policy.propose:
            return "kind_not_wanted"
        if len({target.namespace for target in draft.targets}) > 1:
            return "namespaces_mixed"
        if any(self._is_guarded(target) for target in draft.targets):
            return "protected"
        if any(self._is_pinned(target) for target in draft.targets):
            return "pinned"
        if any(not _is_path(target.path_after) for target in draft.targets):
            return "bad_path"
        if not all(map(self._is_text, draft.targets)):
            return "unfit_text"
        if is_secret(draft.added):
            return "secret"
        space = draft.targets[0].namespace
        if any((space, digest(one.text)) in self._removed for one in draft.said):
            return "removed_by_a_person"
        return "path_taken" if draft.wanted & self._live else ""

    def _is_guarded(self, target: Target) -> bool:
        own = self._memories.get(target.memory)
        paths = {target.path_before, target.path_after or target.path_before}
        kept = any(stands_under(path, guard) for path in paths for guard in self._policy.protected_paths)
        held = any(self._workspace.is_protected(target.namespace, path) for path in paths)
        return kept or held or (own is not None and own.protected)

    def _is_pinned(self, target: Target) -> bool:
        own = self._memories.get(target.memory)
        pins = [mark for mark in own.statements if mark.pinned] if own else []
        if target.path_after is None:
            return bool(pins)
        return any(edit.start < pin.end and edit.end > pin.start for pin in pins for edit in target.edits)

    def _is_text(self, target: Target) -> bool:
        """A memory may hold it, and it says something."""
        own = self._memories.get(target.memory)
        after = "".join(lines.apply(lines.split(own.text) if own else [], target.edits))
        if target.path_after is None:
            return True
        try:
            return bool(after.strip()) and "\0" not in after and len(after.encode()) <= MOST_BYTES
        except UnicodeEncodeError:
            return False

    def _settled(self, draft: Draft, operation: Operation) -> str:
        """Why this is no news."""
        key = (operation.targets[0].namespace, operation.fingerprint)
        change = self._open.get(key) or self._open_alike(draft)
        if change is not None:
            self._join(change, operation.quotes)
            return "open"
        if refused := self._refused(key, operation):
            return refused
        if any(target.memory in self._busy for target in operation.targets if target.memory):
            return "memory_in_another_change"
        return "path_in_another_change" if draft.wanted & self._paths else ""

    def _open_alike(self, draft: Draft) -> OpenChange | None:
        """An open change of the same memory or folder that brings the same, worded otherwise."""
        added = draft.added.strip()
        if not added:
            return None
        own = {target.memory for target in draft.targets if target.memory}
        for change in self._snapshot.open_changes:
            is_near = own & set(change.memory_ids) if own else change.operation == "add"
            is_here = change.namespace == draft.targets[0].namespace and change.operation == draft.kind
            theirs = "\n".join(change.adds)
            if is_near and is_here and similarity.ratio(added, theirs) >= ALIKE and not _differ(added, theirs):
                return change
        return None

    def _join(self, change: OpenChange, quotes: Sequence[Quote]) -> None:
        fresh = [quote for quote in quotes if quote.session not in set(change.sessions)]
        if fresh:
            self.result.joins[change.id] = tuple(dict.fromkeys((*self.result.joins.get(change.id, ()), *fresh)))

    def _refused(self, key: tuple[str, str], operation: Operation) -> str:
        """Refused before: comes back after the time set, and only with sessions that it did not have."""
        past: list[Cooldown] = [one for one in self._snapshot.cooldowns if (one.namespace, one.fingerprint) == key]
        if any(one.until > self._snapshot.taken_at for one in past):
            return "cooling"
        had = {session for one in past for session in one.sessions}
        return "refused" if past and all(quote.session in had for quote in operation.quotes) else ""

    def _beside(self, draft: Draft, operation: Operation) -> str:
        """What another dream of the same run proposes already, or proposes otherwise: then it is an alternative."""
        for number, other in enumerate(self._taken):
            accepted = self.result.operations[number]
            if (draft.kind, draft.targets) == (other.kind, other.targets):
                quotes = tuple(dict.fromkeys((*accepted.quotes, *operation.quotes)))
                self.result.operations[number] = replace(accepted, quotes=quotes)
                return "proposed_twice"
            if _clash(draft, other):
                alternative = replace(operation, fingerprint=accepted.fingerprint, choice="rewrite")
                if all(alternative.targets != known.targets for known in self.result.alternatives):
                    self.result.alternatives.append(alternative)
                return "clashing"
        return ""

    def _over(self, draft: Draft) -> str:
        """Which limit of the curation policy this would pass; it is counted where it passes none."""
        space = draft.targets[0].namespace
        gone = sum(one not in self._stands for one in draft.gone)
        if len(self._taken) >= self._policy.max_changes:
            return "over_limit"
        if gone and self._removals >= self._policy.max_removals:
            return "over_removals"
        if gone and self._lost[space] + gone > ceil(self._sizes[space] * self._policy.max_share):
            return "over_share"
        self._removals += bool(gone)
        self._lost[space] += gone
        return ""


def _clash(one: Draft, other: Draft) -> bool:
    touched = {target.memory for target in one.targets if target.memory}
    theirs = {target.memory for target in other.targets if target.memory}
    return bool(
        one.lines & other.lines
        or one.whole & theirs
        or other.whole & touched
        or one.moved & other.moved
        or one.wanted & other.wanted
    )


def _differ(one: str, other: str) -> bool:
    """Two texts name other things: another number makes another rule of the same words."""
    return bool(lost([one], other) or lost([other], one))


def _is_path(path: str | None) -> bool:
    try:
        check_path(path if path is not None else "/archived")
    except BadPath:
        return False
    return True


def stands(texts: Iterable[str]) -> frozenset[str]:
    """The statements of these texts, normalised."""
    return frozenset(normalise(one.text) for text in texts for one in statements(text))
