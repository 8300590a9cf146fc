"""Which drafts are proposed: one taker a line, limits of the run, and nothing that is open, cooling, removed or known.

Limits are counted over everything that the input calls for, what is settled already included: else a second dream
over the same input would go on where the first one stopped.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from agents.snapshot import Cooldown, OpenChange, Snapshot
from dreaming.engines.local.curation import Curation
from dreaming.engines.local.findings import Finding, Tidying
from dreaming.engines.local.held import Holdings
from dreaming.engines.local.operations import Draft
from dreaming.engines.protocol import Operation, Quote


@dataclass(frozen=True, slots=True)
class Settled:
    operations: tuple[Operation, ...]
    alternatives: tuple[Operation, ...]
    joins: dict[str, tuple[Quote, ...]]
    funnel: Counter[str]


def settle(snapshot: Snapshot, drafts: Iterable[Draft], holdings: Holdings, curation: Curation) -> Settled:
    """The drafts that may be proposed now, in rank order; evidence for what is open; a count for each that is not."""
    ledger = _Ledger(snapshot, holdings, curation)
    accepted: list[Draft] = []
    for draft in sorted(drafts, key=_rank):
        if ledger.admits(draft):
            accepted.append(draft)
    return Settled(
        operations=tuple(draft.operation for draft in accepted),
        alternatives=tuple(operation for draft in accepted for operation in draft.alternatives),
        joins=ledger.joins,
        funnel=ledger.funnel,
    )


def _rank(draft: Draft) -> tuple[bool, float, str]:
    """What a person asked for comes first, then what is surest."""
    return (
        draft.operation.reason_code != "stated_preference",
        -draft.operation.confidence,
        draft.operation.fingerprint,
    )


class _Ledger:
    """What the drafts before took: lines, paths, changes and removals."""

    def __init__(self, snapshot: Snapshot, holdings: Holdings, curation: Curation) -> None:
        self.snapshot = snapshot
        self.holdings = holdings
        self.curation = curation
        self.joins: dict[str, tuple[Quote, ...]] = {}
        self.funnel: Counter[str] = Counter()
        self._open = {(change.namespace, change.fingerprint): change for change in snapshot.open_changes}
        self._open_paths = {(change.namespace, path) for change in snapshot.open_changes for path in change.paths}
        self._whole = _taken_whole(snapshot.open_changes)
        self._cooling: dict[tuple[str, str], list[Cooldown]] = {}
        for cooldown in snapshot.cooldowns:
            self._cooling.setdefault((cooldown.namespace, cooldown.fingerprint), []).append(cooldown)
        self._first_reading = all(mark.is_new for mark in snapshot.sessions)
        self._lines: set[tuple[int, int]] = set()
        self._changes = self._removals = 0

    def admits(self, draft: Draft) -> bool:
        if draft.operation.kind not in self.curation.propose:
            return self._no("kind_not_wanted")
        if draft.lines & self._lines:
            return self._no("line_taken")
        settled = self._settled(draft)
        if settled and not self._keeps_its_place(draft, settled):
            return self._no(settled)
        removes = isinstance(draft.source, Tidying) and draft.source.loses
        if self._changes >= self.curation.max_changes or (removes and self._removals >= self.curation.max_removals):
            return self._no(settled or "over_limit")
        self._changes += 1
        self._removals += removes
        self._lines |= draft.lines
        return self._no(settled) if settled else True

    def _no(self, reason: str) -> bool:
        self.funnel[f"skipped_{reason}"] += 1
        return False

    def _keeps_its_place(self, draft: Draft, settled: str) -> bool:
        """What waits or cools keeps its place in the limits; of session findings only when all is read afresh."""
        return settled in ("open", "cooling") if isinstance(draft.source, Tidying) else self._first_reading

    def _settled(self, draft: Draft) -> str:
        """Why this draft is no news; empty where it is."""
        operation = draft.operation
        namespace = operation.targets[0].namespace
        key = (namespace, operation.fingerprint)
        if key in self._open:
            self._join(self._open[key], operation.quotes)
            return "open"
        if refused := self._refused(key, operation):
            return refused
        if isinstance(draft.source, Finding):
            return self._known(draft, draft.source, namespace)
        if any(target.memory in self._whole for target in operation.targets):
            return "memory_in_another_change"
        return ""

    def _known(self, draft: Draft, finding: Finding, namespace: str) -> str:
        if self.holdings.hold(finding, namespace, draft.path):
            return "known"
        if self.holdings.removed(finding, namespace):
            return "removed_by_a_person"
        if (namespace, draft.path) in self._open_paths:
            return "path_in_another_change"
        if not any(self.snapshot.sessions[session].is_new for session in finding.sessions):
            return "nothing_new"
        return "" if draft.operation.quotes else "no_quote"

    def _join(self, change: OpenChange, quotes: Sequence[Quote]) -> None:
        fresh = tuple(quote for quote in quotes if quote.session not in set(change.sessions))
        if fresh:
            self.joins[change.id] = fresh

    def _refused(self, key: tuple[str, str], operation: Operation) -> str:
        """Refused before: comes back after the time set, and only with sessions that it did not have."""
        past = self._cooling.get(key, [])
        if any(cooldown.until > self.snapshot.taken_at for cooldown in past):
            return "cooling"
        had = {session for cooldown in past for session in cooldown.sessions}
        return "refused" if past and all(quote.session in had for quote in operation.quotes) else ""


def _taken_whole(changes: Iterable[OpenChange]) -> set[str]:
    """Memories that an open change archives, merges or moves: another change of them would only clash."""
    whole = ("archive", "merge", "move")
    return {memory for change in changes if change.operation in whole for memory in change.memory_ids if memory}
