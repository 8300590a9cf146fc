"""A change that rests on no verified quote says so, and is never applied automatically."""

from __future__ import annotations

from collections.abc import Iterator

from reviews.checks.base import Finding, Proposed
from reviews.checks.context import NOTHING, Context
from reviews.enums import Severity

RULE, VERSION = "evidence", 3
NEEDS: tuple[str, ...] = ()
UNQUOTED = "No session is quoted for this change."


def find(proposed: Proposed, _context: Context = NOTHING) -> Iterator[Finding]:
    if not proposed.quotes:
        yield Finding(RULE, VERSION, Severity.NOTE, UNQUOTED)
    elif not proposed.support:
        yield Finding(RULE, VERSION, Severity.WARNING, "No verified quote supports this change.")
    elif proposed.source_classes == {"external_tool"}:
        yield Finding(RULE, VERSION, Severity.NOTE, "Only what tools returned supports this change.")
