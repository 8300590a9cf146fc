from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class ProposedTarget:
    """One memory of a change: path and text after (None where archived), and the lines that the change writes."""

    path_before: str
    path_after: str | None
    before: tuple[str, ...]
    after: tuple[str, ...]
    text_after: str
    protected: bool


@dataclass(frozen=True, slots=True)
class Proposed:
    """All that a rule may look at."""

    operation: str
    targets: tuple[ProposedTarget, ...]
    verified_for: int
    quotes: int
    source_classes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule found: where (target, code points of its written text), how grave, and why."""

    rule: str
    version: int
    severity: str
    reason: str
    target: int | None = None
    start: int | None = None
    end: int | None = None


class Rule(Protocol):
    RULE: str
    VERSION: int

    def find(self, proposed: Proposed) -> Iterator[Finding]: ...
