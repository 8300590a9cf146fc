"""What memory says, statement by statement, with the place of each and whether it may be touched."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from agents.snapshot import MemoryText, Snapshot, StatementMark
from agents.text import lines
from agents.text.normalise import digest, normalise
from agents.text.specifics import specifics
from agents.text.statements import Statement, statements
from agents.text.tokens import tokens
from dreaming.engines.local.curation import Curation
from dreaming.engines.local.lexicon import EMPTY_WORDS

MOVABLE = ("bullet", "sentence", "paragraph")


@dataclass(frozen=True, slots=True)
class Claim:
    """One statement of one memory; lines [start, end) of its text, `offset` in code points.

    `fixed` where no dream may remove it (protected, pinned, or part of something larger); `shared` where its lines
    hold other statements too.
    """

    memory: int
    start: int
    end: int
    offset: int
    text: str
    kind: str
    heading: tuple[str, ...]
    digest: str
    fixed: bool
    shared: bool
    first_seen: datetime
    confirmed_at: datetime
    helpful: int
    harmful: int

    @property
    def place(self) -> tuple[int, int, int]:
        return (self.memory, self.start, self.offset)


def read(snapshot: Snapshot, curation: Curation) -> tuple[Claim, ...]:
    """The claims of all memories, by memory and place; headings are no claims."""
    return tuple(claim for index, memory in enumerate(snapshot.memories) for claim in _of(index, memory, curation))


def _of(index: int, memory: MemoryText, curation: Curation) -> list[Claim]:
    found = [statement for statement in statements(memory.text) if statement.text.strip()]
    rows = lines.split(memory.text)
    marks: dict[int, list[StatementMark]] = defaultdict(list)
    for known in sorted(memory.statements, key=lambda known: (known.start, known.end)):
        marks[known.start].append(known)
    guarded = memory.protected or any(_under(memory.path, path) for path in curation.protected_paths)
    claims: list[Claim] = []
    seen_at: dict[int, int] = defaultdict(int)
    for at, statement in enumerate(found):
        nth, seen_at[statement.start] = seen_at[statement.start], seen_at[statement.start] + 1
        if statement.kind == "heading":
            continue
        own = marks.get(statement.start, [])
        mark = own[min(nth, len(own) - 1)] if own else None
        shared = any(_overlap(statement, other) for other in found[max(0, at - 1) : at] + found[at + 1 : at + 2])
        fixed = (
            guarded
            or bool(mark and mark.pinned)
            or _is_bound(statement, rows)
            or _holds_phrase(statement.text, curation)
        )
        claims.append(_claim(index, memory, statement, mark, fixed=fixed, shared=shared))
    return claims


def _claim(
    index: int, memory: MemoryText, statement: Statement, mark: StatementMark | None, *, fixed: bool, shared: bool
) -> Claim:
    return Claim(
        memory=index,
        start=statement.start,
        end=statement.end,
        offset=statement.offset,
        text=statement.text,
        kind=statement.kind,
        heading=statement.heading,
        digest=digest(statement.text),
        fixed=fixed,
        shared=shared,
        first_seen=mark.first_seen if mark else memory.at,
        confirmed_at=mark.confirmed_at if mark else memory.at,
        helpful=mark.helpful if mark else 0,
        harmful=mark.harmful if mark else 0,
    )


def _overlap(one: Statement, other: Statement) -> bool:
    return one.start < other.end and other.start < one.end


def _under(path: str, guard: str) -> bool:
    return path == guard or path.startswith(guard.rstrip("/") + "/")


def _holds_phrase(text: str, curation: Curation) -> bool:
    folded = text.casefold()
    return any(phrase.casefold() in folded for phrase in curation.protected_phrases)


def _is_bound(statement: Statement, rows: list[str]) -> bool:
    """Taking it out would break what hangs on it: code, tables, a lead-in, a bullet with a list or text below it."""
    if statement.kind not in MOVABLE or statement.text.rstrip().endswith(":"):
        return True
    following = next((rows[at] for at in range(statement.end, len(rows)) if rows[at].strip()), "")
    return statement.kind == "bullet" and _indent(following) > _indent(rows[statement.start])


def _indent(row: str) -> int:
    return len(row.expandtabs(4)) - len(row.expandtabs(4).lstrip())


def scope(claim: Claim) -> frozenset[object]:
    """What the headings name: a statement under another name is another statement."""
    return frozenset(specifics(" / ".join(claim.heading))) if claim.heading else frozenset()


def worth(snapshot: Snapshot) -> Callable[[Claim], tuple[Any, ...]]:
    """What is kept comes first: what may not be touched, what helped, what has stood longest."""

    def order(claim: Claim) -> tuple[Any, ...]:
        path = snapshot.memories[claim.memory].path
        return (
            not claim.fixed,
            claim.harmful - claim.helpful,
            claim.first_seen,
            -len(claim.text),
            path,
            claim.start,
            claim.offset,
        )

    return order


def where(snapshot: Snapshot, claim: Claim) -> str:
    return f"{snapshot.memories[claim.memory].path}, line {claim.start + 1}"


def words(text: str) -> tuple[str, ...]:
    """The words that carry the meaning, in order: folded, without empty words and the endings of plural and tense."""
    return tuple(_stem(word) for word in tokens(normalise(text)) if word not in EMPTY_WORDS)


def _stem(word: str) -> str:
    if not word.isalpha() or len(word) < 5:
        return word
    for ending in ("ies", "ing", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3 and not word.endswith(("ss", "eed")):
            return word[: -len(ending)]
    return word.removesuffix("e")
