"""What the stages hand on: findings from sessions (patterns, perhaps with a lesson) and findings in memory alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dreaming.engines.local.claims import Claim


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of one event: row of the columns, code points [start, end), and what it speaks for."""

    row: int
    start: int
    end: int
    stance: str = "for"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that recurs over sessions. `key` is what it is, free of counts and wording.

    `sessions` are the indexes of the sessions that support it, `lesson` is the line that memory would get (empty for
    a pattern that teaches nothing yet), `anchors` the literals that a memory has to name to hold the lesson already.
    """

    kind: str
    key: tuple[str, ...]
    statement: str
    sessions: tuple[int, ...]
    opportunities: int
    spans: tuple[Span, ...]
    confidence: float
    reason_code: str
    title: str = ""
    lesson: str = ""
    rationale: str = ""
    anchors: tuple[str, ...] = ()
    numbers: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Tidying:
    """Statements to take out of memory, and the one that stays in their place, if any.

    `loses` where the removed text is said nowhere else; `choices` are other removals that a person might want.
    """

    kind: str
    key: tuple[str, ...]
    remove: tuple[Claim, ...]
    keep: Claim | None
    title: str
    rationale: str
    reason_code: str
    confidence: float
    loses: bool
    spans: tuple[Span, ...] = ()
    choices: tuple[tuple[Claim, ...], ...] = ()


def strength(support: int, *, certainty: float = 1.0) -> float:
    """Confidence from distinct sessions: 2 give one half, 8 give 0.8, never 1; scaled by how certain the reading is."""
    return round(support / (support + 2) * certainty, 3)


def counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def cut(text: str, length: int) -> str:
    """The text on one line, at most `length` characters, cut at a word where possible."""
    flat = " ".join(text.split())
    if len(flat) <= length:
        return flat
    head = flat[: length - 1]
    return (head.rsplit(" ", 1)[0] if " " in head[length // 2 :] else head) + "…"
