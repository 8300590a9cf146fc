"""A change that rests on no verified quote says so, and is never applied automatically."""

from __future__ import annotations

from collections.abc import Iterator

from reviews.checks.base import Finding, Proposed
from reviews.checks.context import NOTHING, Context
from reviews.enums import Severity

RULE, VERSION = "evidence", 2
NEEDS: tuple[str, ...] = ()


def find(proposed: Proposed, _context: Context = NOTHING) -> Iterator[Finding]:
    if not proposed.quotes:
        yield Finding(RULE, VERSION, Severity.NOTE, "No session is quoted: this rests on memory alone.")
    elif not proposed.support:
        yield Finding(RULE, VERSION, Severity.WARNING, "No verified quote supports this change.")
    elif proposed.source_classes == {"external_tool"}:
        yield Finding(RULE, VERSION, Severity.NOTE, "Only what tools returned supports this change.")
