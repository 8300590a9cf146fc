"""All that the stages made of one snapshot, before it is settled what is proposed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from agents.snapshot import Snapshot
from dreaming.engines.local.findings import Finding, Tidying
from dreaming.engines.local.memory.retention import Retention
from dreaming.engines.local.memory.stated import Sayings
from dreaming.engines.local.proposing import operations
from dreaming.engines.local.reading.claims import Claim
from dreaming.engines.local.reading.signals import Signals


@dataclass(frozen=True, eq=False)
class Considered:
    """Findings from sessions and in memory, with what they were read from."""

    signals: Signals
    known: Sequence[Claim]
    sayings: Sayings
    retention: Retention
    findings: Sequence[Finding]
    tidyings: Sequence[Tidying]

    @property
    def snapshot(self) -> Snapshot:
        return self.signals.snapshot

    @cached_property
    def by_pattern(self) -> dict[str, Finding]:
        return {operations.pattern_key(finding): finding for finding in self.findings}

    @cached_property
    def by_fingerprint(self) -> dict[str, Tidying]:
        return {operations.tidying_mark(self.snapshot, tidying): tidying for tidying in self.tidyings}
