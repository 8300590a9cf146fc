"""What the stages hand on: findings from sessions (patterns, perhaps with a lesson) and findings in memory alone."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dreaming.engines.local.reading.claims import Claim

CLAUSE = re.compile(r"[;.:](?=\s|$)")


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
    a pattern that teaches nothing yet), `heading` what it stands under in a file of its own, `anchors` the literals
    that a memory has to name to hold the lesson already, `steps` the tools that it puts in order.
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
    heading: str = ""
    rationale: str = ""
    anchors: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    numbers: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person may want instead: what is said in place of each claim, nothing where it is taken out."""

    kind: str  # keep_other, both_scoped, both_dated, rewrite
    claims: tuple[Claim, ...]
    puts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tidying:
    """Statements to take out of memory, and the one that stays in their place, if any.

    `loses` where the removed text is said nowhere else; `put` is said in place of the first one, `rests` are what is
    left of the others; `sessions` are those that the spans are taken from.
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
    choices: tuple[Choice, ...] = ()
    put: str = ""
    rests: tuple[str, ...] = ()
    sessions: tuple[int, ...] = ()


def strength(support: int, *, certainty: float = 1.0) -> float:
    """Confidence from distinct sessions: 2 give one half, 8 give 0.8, never 1; scaled by how certain the reading is."""
    return round(support / (support + 2) * certainty, 3)


def counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def share(count: int, of: int) -> str:
    """ "all 6", "both" or "4 of the 6": what follows is in the plural."""
    return share_all(of) if count == of else f"{count} of the {of}"


def share_all(count: int) -> str:
    return "both" if count == 2 else f"all {count}"


def hardly_chance(cause: str, among: str = "") -> str:
    """What the numbers behind a finding say, and what they do not."""
    return (
        f"A difference this large is hardly chance{among}, with everything that was tested counted in;"
        f" that does not make {cause} the cause."
    )


def code(text: str) -> str:
    """As a literal of Markdown: on one line, without the sign that would end it."""
    return f"`{cut(text.replace('`', chr(39)), 200)}`"


def excerpt(text: str, length: int) -> str:
    """As a literal of at most `length` characters; what was cut off is said outside of it."""
    flat = " ".join(text.split())
    return code(flat) if len(flat) <= length else f"{code(cut(flat, length).removesuffix('…').rstrip())} …"


def listed(names: Sequence[str]) -> str:
    coded = [code(name) for name in names]
    return coded[0] if len(coded) == 1 else f"{', '.join(coded[:-1])} and {coded[-1]}"


def cut(text: str, length: int) -> str:
    """The text on one line, at most `length` characters, cut after a whole word where there is one."""
    flat = " ".join(text.split())
    if len(flat) <= length:
        return flat
    head = flat[: length - 1]  # one more than fits: a word that ends here is whole
    whole = head.rsplit(" ", 1)[0] if " " in head[length // 2 :] else ""
    return f"{whole.rstrip(' ,;:–—-(')} …" if whole else head + "…"


def gist(text: str, length: int) -> str:
    """The first sentence or clause that fits, else as many whole words as do; without the closing sign."""
    flat = " ".join(text.split())
    clauses = [match.start() for match in CLAUSE.finditer(flat) if len(flat) // 4 < match.start() <= length]
    if len(flat) > length and clauses:
        flat = flat[: clauses[-1]]
    return cut(flat, length).rstrip(" .;:,")
