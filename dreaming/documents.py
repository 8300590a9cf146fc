"""A run as one JSON document, as `dream --json` prints it: patterns, changes with their texts, evidence, funnel."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from accounts.models import Team
from agents.models import Session
from agents.text import lines
from agents.text.lines import Edit
from dreaming import lists
from dreaming.manifests import AT_ONCE
from dreaming.models import Pattern, Run
from reviews import hunks
from reviews.enums import OriginKind
from reviews.models import Change, Evidence, Proposal, RevisionTarget


def document(run: Run, *, stored: bool = True) -> dict[str, Any]:
    """What a run found and proposed. Of a rehearsal (`stored` is False) nothing can be named."""
    proposal = proposal_of(run)
    patterns = lists.patterns_of(run)
    return {
        "version": 1,
        "run": run.public_id if stored else None,
        "state": str(run.state),
        "origin": str(run.origin),
        "proposal": proposal.public_id if proposal and stored else None,
        "seconds": _seconds(run),
        "patterns": _patterns(run.team, patterns),
        "changes": [_change(change) for change in _changes(proposal)] if proposal else [],
        "funnel": run.funnel,
        "usage": run.usage,
    }


def _seconds(run: Run) -> float | None:
    if run.started_at is None or run.finished_at is None:
        return None
    return round((run.finished_at - run.started_at).total_seconds(), 3)


def proposal_of(run: Run) -> Proposal | None:
    made = Proposal.objects.of(run.team).filter(origin_kind=OriginKind.DREAM, origin_id=run.public_id)
    return made.select_related("team").first()


def _patterns(team: Team, patterns: Iterable[Pattern]) -> list[dict[str, Any]]:
    patterns = list(patterns)
    ids = sorted({session for pattern in patterns for session in pattern.session_ids})
    external: dict[str, str] = {}
    for start in range(0, len(ids), AT_ONCE):
        rows = Session.objects.of(team).filter(public_id__in=ids[start : start + AT_ONCE])
        external |= dict(rows.values_list("public_id", "external_id"))
    return [
        {
            "kind": pattern.kind,
            "statement": pattern.statement,
            "support": pattern.support,
            "agents": pattern.agents,
            "opportunities": pattern.opportunities,
            "sessions": [external[session] for session in pattern.session_ids],
        }
        for pattern in patterns
    ]


def _changes(proposal: Proposal) -> list[Change]:
    rows = proposal.changes.select_related("namespace", "head").in_order()
    return list(rows.prefetch_related("head__targets__base__blob", "head__targets__memory__namespace", "head__checks"))


def _change(change: Change) -> dict[str, Any]:
    head = change.head
    assert head is not None  # noqa: S101  (every stored change has one)
    evidence = change.evidence.select_related("session").order_by("session__external_id", "position", "start", "pk")
    return {
        "operation": change.operation,
        "targets": [_target(target, change) for target in sorted(head.targets.all(), key=lambda one: one.position)],
        "rationale": change.rationale,
        "reason_code": change.reason_code,
        "confidence": change.confidence,
        "tier": change.tier,
        "checks": [
            {"rule": check.rule, "version": check.rule_version, "severity": check.severity, "reason": check.reason}
            for check in head.checks.all()
        ],
        "evidence": [_evidence(row) for row in evidence],
    }


def _target(target: RevisionTarget, change: Change) -> dict[str, Any]:
    before = target.base.text if target.base else None
    after = None
    if target.path_after is not None:
        after = "".join(lines.apply(lines.split(before or ""), _edits(target)))
    return {
        "namespace": (target.memory.namespace if target.memory else change.namespace).slug,
        "path": target.path_before or target.path_after,
        "path_after": target.path_after,
        "before": before,
        "after": after,
    }


def _edits(target: RevisionTarget) -> list[Edit]:
    return [Edit(hunk.start, hunk.end, tuple(hunk.after)) for hunk in hunks.read(target.hunks)]


def _evidence(row: Evidence) -> dict[str, Any]:
    return {
        "session": row.session.external_id,
        "event": row.position,
        "quote": row.quote,
        "start": row.start,
        "end": row.end,
        "stance": row.stance,
        "status": row.status,
    }
