from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

from reviews.checks import (
    approvals_only,
    budget,
    contradiction,
    evidence,
    hidden,
    instructions,
    links,
    mixed_scripts,
    personal,
    protected,
    rejected_before,
    rulebook,
    secrets,
    size,
    specifics,
    split,
)
from reviews.checks.base import Finding, Proposed, Rule
from reviews.checks.context import NOTHING, Context

RULES: tuple[Rule, ...] = (
    secrets,
    personal,
    instructions,
    links,
    evidence,
    approvals_only,
    hidden,
    mixed_scripts,
    protected,
    rulebook,
    budget,
    specifics,
    contradiction,
    rejected_before,
    split,
    size,
)
MOST = 50  # findings of one rule on one change that are kept


def run(proposed: Proposed, context: Context = NOTHING, rules: Iterable[Rule] = RULES) -> list[Finding]:
    """All findings of the rules, in their order."""
    return [finding for rule in rules for finding in islice(rule.find(proposed, context), MOST)]
