"""What is asked of a change before it may be applied, as plain data: votes bind to its hash."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from agents.enums import TIER_ORDER, Tier
from reviews.enums import Severity
from reviews.models import Change, Check
from reviews.policy import owners
from reviews.policy.documents import RESOLVED, wants_resolved
from reviews.policy.tiers import Found, Line

Requirement = dict[str, Any]


def requirement(
    change: Change,
    document: Mapping[str, Any],
    *,
    lines: Sequence[Line],
    paths: Iterable[str],
    checks: Iterable[Check],
) -> Requirement:
    """Tier, votes, owners, a role, who is left out, blocking checks.

    The tier is that of today, and never less than what the change was opened or answered with: a path that was
    protected since is high from then on.
    """
    tier = max(Tier(change.tier), lines[0].tier, key=TIER_ORDER.__getitem__)
    votes = document["votes"][tier]
    asked: Requirement = {
        "tier": str(tier),
        "votes": int(votes["people"]),
        "owners": owners.groups(document, change.namespace, paths) if votes.get("owner") else [],
        "role": votes.get("role", ""),
        "left_out": _left_out(change, tier),
        "blocking": sorted({check.rule for check in checks if check.severity == Severity.BLOCKING}),
    }
    return asked | {"conversation": RESOLVED} if wants_resolved(document) else asked


def graded(checks: Iterable[Check], document: Mapping[str, Any]) -> list[Check]:
    """The findings with the severities that the team's policy gives them; those of rules that are off are gone."""
    found = []
    for check in checks:
        severity = severity_of(check, document)
        if severity:
            check.severity = severity
            found.append(check)
    return found


def severity_of(check: Found, document: Mapping[str, Any]) -> str:
    """What the team's policy makes of a finding; nothing where its rule is off."""
    severity = document["checks"].get(check.rule, {}).get("severity", check.severity)
    return "" if severity == "off" else str(severity)


def _left_out(change: Change, tier: Tier) -> list[str]:
    """Who asked for the run that proposes it may not be one of the two who approve what is grave."""
    asked_by = change.proposal.asked_by_id
    return [asked_by] if asked_by and TIER_ORDER[tier] >= TIER_ORDER[Tier.HIGH] else []
