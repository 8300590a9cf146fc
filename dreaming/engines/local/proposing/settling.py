"""Which drafts are proposed: one taker a line, limits of the run, and nothing that is open, cooling, removed or known.

Limits are counted over everything that the input calls for, what is settled already included: else a second dream
over the same input would go on where the first one stopped.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from agents.snapshot import Cooldown, OpenChange, Snapshot
from dreaming.engines.local.curation import Curation
from dreaming.engines.local.findings import Finding, Tidying
from dreaming.engines.local.proposing.concerned import Concerned
from dreaming.engines.local.proposing.guards import Guards
from dreaming.engines.local.proposing.held import Holdings
from dreaming.engines.local.proposing.limits import Limits
from dreaming.engines.local.proposing.operations import Draft
from dreaming.engines.local.proposing.taken import Taken
from dreaming.engines.local.reading.claims import Claim, Place
from dreaming.engines.protocol import Operation, Quote

REASONS_FIRST = ("stated_preference", "same_topic")  # what a person asked for; what takes in other changes


@dataclass(frozen=True, slots=True)
class Settled:
    operations: tuple[Operation, ...]
    alternatives: tuple[Operation, ...]
    joins: dict[str, tuple[Quote, ...]]
    funnel: Counter[str]


def settle(
    snapshot: Snapshot,
    drafts: Iterable[Draft],
    known: Sequence[Claim],
    holdings: Holdings,
    valued: Collection[Place],
    curation: Curation,
) -> Settled:
    """The drafts that may be proposed now, in rank order; evidence for what is open; a count for each that is not."""
    ledger = _Ledger(
        snapshot, holdings, Limits(snapshot, known, curation), Guards(snapshot, valued, curation), curation
    )
    accepted = [draft for draft in _ranked(drafts) if ledger.admits(draft)]
    return Settled(
        operations=tuple(draft.operation for draft in accepted),
        alternatives=tuple(operation for draft in accepted for operation in draft.alternatives),
        joins=ledger.joins,
        funnel=ledger.funnel,
    )


def _ranked(drafts: Iterable[Draft]) -> list[Draft]:
    """What a person asked for comes first, then merges, which take in smaller changes, then what is surest.

    A statement goes for a reason of its own only after its copies were folded onto it: else they would outlive it.
    """
    every = list(drafts)
    kept = {line for draft in every if draft.folds for line in draft.keeps}

    def rank(draft: Draft) -> tuple[int, float, str]:
        reason = draft.operation.reason_code
        first = REASONS_FIRST.index(reason) if reason in REASONS_FIRST else len(REASONS_FIRST)
        waits = not draft.folds and not draft.lines.isdisjoint(kept)
        return (first + waits, -draft.operation.confidence, draft.operation.fingerprint)

    return sorted(every, key=rank)


class _Ledger:
    """Goes through the drafts and remembers what those before took."""

    def __init__(
        self, snapshot: Snapshot, holdings: Holdings, limits: Limits, guards: Guards, curation: Curation
    ) -> None:
        self.snapshot = snapshot
        self.holdings = holdings
        self.limits = limits
        self.guards = guards
        self.curation = curation
        self.taken = Taken(snapshot)
        self.concerned = Concerned(snapshot.open_changes)
        self.joins: dict[str, tuple[Quote, ...]] = {}
        self.funnel: Counter[str] = Counter()
        self._open = {(change.namespace, change.fingerprint): change for change in snapshot.open_changes}
        self._whole = _taken_whole(snapshot.open_changes)
        self._cooling: dict[tuple[str, str], list[Cooldown]] = {}
        for cooldown in snapshot.cooldowns:
            self._cooling.setdefault((cooldown.namespace, cooldown.fingerprint), []).append(cooldown)
        self._first_reading = all(mark.is_new for mark in snapshot.sessions)

    def admits(self, draft: Draft) -> bool:
        if draft.operation.kind not in self.curation.propose:
            return self._no("kind_not_wanted")
        if guard := self.guards.against(draft):
            return self._no(guard)
        if taken := self.taken.by_another(draft):
            return self._no(taken)
        settled = self._settled(draft)
        if settled == "refused" and draft.operation.reason_code == "same_topic":
            self.taken.settle(draft)
        if settled and not self._keeps_its_place(draft, settled):
            return self._no(settled)
        if over := self.limits.passed_by(draft):
            return self._no(settled or over)
        self.limits.count(draft)
        self.taken.take(draft)
        return self._no(settled) if settled else True

    def _no(self, reason: str) -> bool:
        self.funnel[f"skipped_{reason}"] += 1
        return False

    def _keeps_its_place(self, draft: Draft, settled: str) -> bool:
        """What waits or cools keeps its place in the limits; of session findings only when all is read afresh."""
        return self._first_reading if isinstance(draft.source, Finding) else settled in ("open", "cooling")

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
        if isinstance(draft.source, Tidying) and self.holdings.removed(draft.source.put, namespace):
            return "removed_by_a_person"
        if self._is_concerned(draft):
            return "slot_in_another_change"
        if any(target.memory in self._whole for target in operation.targets):
            return "memory_in_another_change"
        return "path_in_another_change" if self.taken.path_is_open(draft) else ""

    def _known(self, draft: Draft, finding: Finding, namespace: str) -> str:
        if self.holdings.hold(finding, namespace, draft.path):
            return "known"
        if self.holdings.removed(finding.lesson, namespace):
            return "removed_by_a_person"
        if self.taken.path_is_open(draft):
            return "path_in_another_change"
        if not any(self.snapshot.sessions[session].is_new for session in finding.sessions):
            return "nothing_new"
        if self._is_concerned(draft):
            return "slot_in_another_change"
        return "" if draft.operation.quotes else "no_quote"

    def _is_concerned(self, draft: Draft) -> bool:
        """An open change is about its slot: its evidence goes there, for or against."""
        beside = self.concerned.other(draft)
        if beside is None:
            return False
        change, stance = beside
        if stance:
            quotes = draft.operation.quotes
            self._join(change, quotes if stance == "for" else [_turned(quote) for quote in quotes])
        return True

    def _join(self, change: OpenChange, quotes: Sequence[Quote]) -> None:
        fresh = [quote for quote in quotes if quote.session not in set(change.sessions)]
        if fresh:
            self.joins[change.id] = tuple(dict.fromkeys((*self.joins.get(change.id, ()), *fresh)))

    def _refused(self, key: tuple[str, str], operation: Operation) -> str:
        """Refused before: comes back after the time set, and only with sessions that it did not have."""
        past = self._cooling.get(key, [])
        if any(cooldown.until > self.snapshot.taken_at for cooldown in past):
            return "cooling"
        had = {session for cooldown in past for session in cooldown.sessions}
        return "refused" if past and all(quote.session in had for quote in operation.quotes) else ""


def _turned(quote: Quote) -> Quote:
    """What speaks for one value of a slot speaks against another one."""
    return replace(quote, stance="for" if quote.stance == "against" else "against")


def _taken_whole(changes: Iterable[OpenChange]) -> set[str]:
    """Memories that an open change archives, merges or moves: another change of them would only clash."""
    whole = ("archive", "merge", "move")
    return {memory for change in changes if change.operation in whole for memory in change.memory_ids if memory}
