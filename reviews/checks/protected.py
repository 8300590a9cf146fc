"""Paths that their owners protect: a change there is high tier at least."""

from __future__ import annotations

from collections.abc import Iterator

from reviews.checks.base import Finding, Proposed
from reviews.checks.context import NOTHING, Context
from reviews.enums import Severity

RULE, VERSION = "protected_path", 1
NEEDS: tuple[str, ...] = ()


def find(proposed: Proposed, _context: Context = NOTHING) -> Iterator[Finding]:
    for number, target in enumerate(proposed.targets):
        if target.protected:
            path = target.path_after or target.path_before
            yield Finding(RULE, VERSION, Severity.WARNING, f"{path} is protected by its namespace.", number)
