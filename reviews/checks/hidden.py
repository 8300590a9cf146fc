"""Characters that a reviewer cannot see but a model reads."""

from __future__ import annotations

from collections.abc import Iterator

from agents.text import hidden
from reviews.checks.base import Finding, Proposed
from reviews.enums import Severity

RULE, VERSION = "hidden_characters", 1


def find(proposed: Proposed) -> Iterator[Finding]:
    for number, target in enumerate(proposed.targets):
        for one in hidden.find("".join(target.after)):
            if not one.benign:
                reason = f"Hidden characters: {', '.join(one.names[:3])}."
                yield Finding(RULE, VERSION, Severity.WARNING, reason, number, one.start, one.end)
