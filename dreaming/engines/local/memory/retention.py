"""How statements fared: what became of the sessions that had them before them, beside comparable ones that had not.

Cold is not wrong: what was never used is neither helpful nor harmful. A statement is harmful where most sessions with
it surely failed, and where sessions of the same task, or with the same tools, failed less often without it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from agents.snapshot import SessionMark
from dreaming.engines.local import quotes
from dreaming.engines.local.curation import Curation
from dreaming.engines.local.findings import Tidying, counted, gist
from dreaming.engines.local.reading.claims import Claim, Place, where
from dreaming.engines.local.reading.recalls import exposures
from dreaming.engines.local.reading.signals import Signals
from dreaming.engines.local.reading.statistics import adjusted, at_least, stratified

TOGETHER = 3  # statements that were always before the agent together share the blame; more of them share none
CERTAIN, SHARED_BLAME = 0.9, 0.5

Table = tuple[int, int, int, int]
"""Of sessions that can be compared: failed with it, all with it, failed, all."""


@dataclass(frozen=True, slots=True)
class Use:
    """The sessions, by how they ended, that had one statement before them; `good` and `bad` weigh who says so."""

    passed: tuple[int, ...]
    failed: tuple[int, ...]
    good: float
    bad: float

    @property
    def count(self) -> int:
        return len(self.passed) + len(self.failed)


NEVER = Use((), (), 0.0, 0.0)


class Retention:
    """Reads the outcomes once; what is valued and what is harmful is asked of it."""

    def __init__(self, signals: Signals, known: Sequence[Claim], curation: Curation) -> None:
        self._signals = signals
        self._known = known
        self._curation = curation
        found = exposures(signals.snapshot.events, {claim.digest for claim in known})
        self._ends = {session: self._end(session) for session in signals.sessions.tolist()} if found else {}
        self._had = {digest: sessions & self._ends.keys() for digest, sessions in found.items()}
        self._compared: dict[frozenset[int], list[Table]] = {}
        self._uses = {digest: self._use(sessions) for digest, sessions in self._had.items()}

    @cached_property
    def valued(self) -> frozenset[Place]:
        """Statements that surely helped in more than the share of the policy: they do not age.

        What earlier dreams counted and what the window shows overlap, so the larger count is taken, never the sum.
        """
        return frozenset(claim.place for claim in self._known if self._is_valued(claim))

    def _is_valued(self, claim: Claim) -> bool:
        use = self._uses.get(claim.digest, NEVER)
        good, bad = max(use.good, claim.helpful), max(use.bad, claim.harmful)
        return good > bad and at_least(good, bad) > self._curation.helpful_above

    def harmful(self) -> list[Tidying]:
        """Statements to retire, each with the sessions that failed with it and those that did not."""
        suspects = [claim for claim in self._known if not claim.fixed and self._is_suspect(claim)]
        tested = {claim.digest: table for claim in suspects if (table := self._tables(claim))}
        sure = adjusted([stratified(table) for table in tested.values()])
        guilty = {
            one for one, chance in zip(tested, sure, strict=True) if chance <= self._curation.false_discovery_rate
        }
        alike = Counter(frozenset(self._had[digest]) for digest in guilty)
        copies: dict[tuple[str, str], list[Claim]] = defaultdict(list)
        for claim in suspects:
            if claim.digest in guilty and alike[frozenset(self._had[claim.digest])] <= TOGETHER:
                namespace = self._signals.snapshot.memories[claim.memory].namespace
                copies[namespace, claim.digest].append(claim)
        return [
            self._retired(own, tested[digest], alike[frozenset(self._had[digest])])
            for (_, digest), own in copies.items()
        ]

    def _end(self, session: int) -> tuple[str, float]:
        """How a session ended, and how much that weighs by who says so."""
        mark = self._signals.mark(session)
        return mark.verdict, self._weight(mark)

    def _weight(self, mark: SessionMark) -> float:
        own = [self._curation.weights.get(one.source, 0.0) for one in mark.outcomes if one.name == mark.verdict]
        return max(own, default=0.0)

    def _use(self, sessions: set[int]) -> Use:
        passed = tuple(sorted(session for session in sessions if self._ends[session][0] == "completed"))
        failed = tuple(sorted(session for session in sessions if self._ends[session][0] == "failed"))
        good, bad = (sum(self._ends[session][1] for session in some) for some in (passed, failed))
        return Use(passed, failed, good, bad)

    def _is_suspect(self, claim: Claim) -> bool:
        use = self._uses.get(claim.digest, NEVER)
        if use.count < self._curation.min_uses or use.bad <= use.good:
            return False
        return at_least(use.bad, max(use.good, claim.helpful)) > self._curation.harmful_above

    def _tables(self, claim: Claim) -> list[Table]:
        """Failures with the statement and in all, for each task (or set of tools) that was also tried without it."""
        had, use = frozenset(self._had[claim.digest]), self._uses[claim.digest]
        if had in self._compared:
            return self._compared[had]
        groups: dict[object, list[list[int]]] = defaultdict(lambda: [[], []])
        kinds = {self._kind[session] for session in (*use.passed, *use.failed)}
        for kind in kinds:
            for session in self._by_kind[kind]:
                groups[kind][session in had].append(self._ends[session][0] == "failed")
        self._compared[had] = [
            (sum(given), len(given), sum(given) + sum(without), len(given) + len(without))
            for without, given in groups.values()
            if without and given
        ]
        return self._compared[had]

    @cached_property
    def _kind(self) -> Mapping[int, object]:
        """What sessions are compared by: their task, else the tools that they called."""
        calls, found = self._signals.calls, {}
        tools: dict[int, set[int]] = defaultdict(set)
        for call in calls.firsts.tolist():
            tools[int(calls.sessions[calls.trace[call]])].add(int(calls.tool[call]))
        for session, (end, _) in self._ends.items():
            if end in ("completed", "failed"):
                task = self._signals.mark(session).task
                found[session] = task or frozenset(tools[session])
        return found

    @cached_property
    def _by_kind(self) -> Mapping[object, list[int]]:
        found: dict[object, list[int]] = defaultdict(list)
        for session, kind in self._kind.items():
            found[kind].append(session)
        return found

    def _retired(self, copies: Sequence[Claim], table: Sequence[Table], alike: int) -> Tidying:
        claim, signals = copies[0], self._signals
        use = self._uses[claim.digest]
        ends = [quotes.ending(signals, signals.trace(session), "for") for session in use.failed]
        ends += [quotes.ending(signals, signals.trace(session), "against") for session in use.passed]
        share = at_least(use.bad, max(use.good, claim.helpful))
        return Tidying(
            kind="harmful",
            key=(claim.digest,),
            remove=tuple(copies),
            keep=None,
            title=f"Retire “{gist(claim.text, 80)}”: sessions that had it failed",
            rationale=self._why(copies, use, table, alike),
            reason_code="harmful",
            confidence=round(share * (CERTAIN if alike == 1 else SHARED_BLAME), 3),
            loses=True,
            spans=quotes.kept(*ends),
            sessions=use.failed,
        )

    def _why(self, copies: Sequence[Claim], use: Use, table: Sequence[Table], alike: int) -> str:
        places = "; ".join(where(self._signals.snapshot, claim) for claim in copies)
        given, all_given = sum(row[0] for row in table), sum(row[1] for row in table)
        failed, tried = (sum(row[at] for row in table) for at in (2, 3))
        beside = (
            f" {counted(alike - 1, 'other statement').capitalize()} stood before the agent in the same sessions, so it"
            " may not be this one."
            if alike > 1
            else ""
        )
        return (
            f"“{gist(copies[0].text, 140)}” ({places}) stood before the agent in"
            f" {counted(use.count, 'session')} of which is known how they ended; {len(use.failed)} failed. Where the"
            f" same was tried with and without it, {given} of {all_given} failed with it and {failed - given} of"
            f" {tried - all_given} without it.{beside} Reject this to keep it."
        )
