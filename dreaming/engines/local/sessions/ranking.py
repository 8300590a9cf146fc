"""The order in which a reviewer reads what was found: surest first, without one kind crowding out the others.

Each further finding of one kind counts a little less, as the tenth task that never completes tells less than the first
tool that should have been called. What another finding says of the very same sessions is folded into the surer one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from dreaming.engines.local.findings import Finding

NEXT_OF_KIND = 0.9
TEACHES_NOTHING = 0.9
DIFFERENCES = frozenset(
    (
        "approved_then_failed",
        "attempts_differ",
        "ended_idle",
        "ended_short",
        "ends_badly",
        "handed_over_too_early",
        "tasks_extra",
        "tasks_missing",
        "tasks_value",
    )
)


def ranked(found: Iterable[Finding]) -> list[Finding]:
    kinds: dict[str, list[Finding]] = defaultdict(list)
    for finding in folded(found):
        kinds[finding.reason_code].append(finding)
    rows = [
        (-_worth(finding) * NEXT_OF_KIND**place, finding.kind, finding.key, finding)
        for group in kinds.values()
        for place, finding in enumerate(sorted(group, key=_order))
    ]
    return [row[-1] for row in sorted(rows, key=lambda row: row[:3])]


def _worth(finding: Finding) -> float:
    return finding.confidence * (1 if finding.lesson else TEACHES_NOTHING)


def _order(finding: Finding) -> tuple[float, str, tuple[str, ...]]:
    return -_worth(finding), finding.kind, finding.key


def folded(found: Iterable[Finding]) -> list[Finding]:
    """Differences between failing and completed attempts that rest on the same sessions are one finding."""
    kept: dict[object, list[Finding]] = defaultdict(list)
    for finding in sorted(found, key=_order):
        same = (finding.kind, frozenset(finding.sessions)) if finding.reason_code in DIFFERENCES else finding.key
        kept[same].append(finding)
    return [_with(group[0], group[1:]) for group in kept.values()]


def _with(finding: Finding, others: list[Finding]) -> Finding:
    return replace(finding, statement=" ".join((finding.statement, *(other.statement for other in others))))
