from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from agents.enums import Exposure, Trust
from reviews.checks.context import Context


@dataclass(frozen=True, slots=True)
class ProposedTarget:
    """One memory of a change: path and text before and after (None where archived), and the lines that it changes.

    `text_before` and `text_after` are whole texts; `before` and `after` the lines of all hunks, one after the other.
    """

    path_before: str
    path_after: str | None
    before: tuple[str, ...]
    after: tuple[str, ...]
    text_after: str
    protected: bool
    text_before: str = ""


@dataclass(frozen=True, slots=True)
class Quoted:
    """One quote that a change rests on: whose session said it, who was speaking, how far that is trusted, and
    who brought the session."""

    session: str
    agent: str
    source_class: str
    text: str = ""
    trust: str = Trust.NORMAL
    exposure: str = Exposure.INTERNAL
    is_tainted: bool = False
    supports: bool = True
    pushed_by: str = ""


@dataclass(frozen=True)
class Proposed:
    """A change and its evidence: all of a change that a rule may look at."""

    operation: str
    targets: tuple[ProposedTarget, ...]
    quotes: tuple[Quoted, ...] = ()
    namespace: str = ""
    reason_code: str = ""
    confidence: float | None = None

    @cached_property
    def support(self) -> tuple[Quoted, ...]:
        """The quotes that were found where they are said to stand, and that speak for the change."""
        return tuple(quote for quote in self.quotes if quote.supports)

    @cached_property
    def source_classes(self) -> frozenset[str]:
        return frozenset(quote.source_class for quote in self.support)

    @cached_property
    def sessions(self) -> frozenset[str]:
        return frozenset(quote.session for quote in self.quotes)


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
    """One file of this folder. `NEEDS` names the pieces of the context it looks at; nothing else of it may be read.

    A rule that needs a piece of live memory is run again when a person votes and when the change is applied.
    """

    RULE: str
    VERSION: int
    NEEDS: tuple[str, ...]

    def find(self, proposed: Proposed, context: Context, /) -> Iterator[Finding]: ...
