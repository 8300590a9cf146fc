from __future__ import annotations

from reviews.checks import evidence, hidden, instructions, protected, secrets
from reviews.checks.base import Finding, Proposed

RULES = (secrets, instructions, evidence, hidden, protected)


def run(proposed: Proposed) -> list[Finding]:
    """All findings of all rules, in the order of the rules."""
    return [finding for rule in RULES for finding in rule.find(proposed)]
