"""What memory says, statement by statement, with the place of each and whether it may be touched."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from agents.snapshot import MemoryText, Snapshot, StatementMark
from agents.text.slots import Slot, under
from agents.text.specifics import Specific
from dreaming.engines.local.curation import Curation
from dreaming.engines.local.reading import parsing
from dreaming.engines.local.reading.parsing import MOVABLE as MOVABLE
from dreaming.engines.local.reading.parsing import Facts
from dreaming.engines.local.reading.parsing import words as words

Place = tuple[int, int, int]
"""Memory, first line and code point: where a statement stands."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One statement of one memory; lines [start, end) of its text, `offset` in code points.

    `fixed` where no dream may remove it: `pinned` by people or policy, or part of something larger; `shared` where its
    lines hold other statements too. `facts` follow from its text alone.
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
    pinned: bool
    shared: bool
    first_seen: datetime
    confirmed_at: datetime
    helpful: int
    harmful: int
    facts: Facts = field(repr=False, compare=False)

    @property
    def place(self) -> Place:
        return (self.memory, self.start, self.offset)

    @property
    def words(self) -> tuple[str, ...]:
        """The words of `words(text)`."""
        return self.facts.words

    def slots(self, below: int = 0) -> tuple[Slot, ...]:
        """What the text says under its headings, the first of which may be left out."""
        return under(self.facts.slots, self.heading[below:])


def read(snapshot: Snapshot, curation: Curation, parsed: Sequence[Sequence[Facts]] | None = None) -> tuple[Claim, ...]:
    """The claims of all memories, by memory and place; headings are no claims.

    `parsed` are the facts of each memory, where somebody read them before.
    """
    every = [parsing.parse(memory.text) for memory in snapshot.memories] if parsed is None else parsed
    pairs = enumerate(zip(snapshot.memories, every, strict=True))
    return tuple(claim for index, (memory, facts) in pairs for claim in _of(index, memory, facts, curation))


def _of(index: int, memory: MemoryText, every: Sequence[Facts], curation: Curation) -> Iterator[Claim]:
    marks: dict[int, list[StatementMark]] = defaultdict(list)
    for known in sorted(memory.statements, key=lambda known: (known.start, known.end)):
        marks[known.start].append(known)
    is_guarded = guarded(memory, curation)
    phrases = [phrase.casefold() for phrase in curation.protected_phrases]
    for facts in every:
        own = marks.get(facts.statement.start)
        mark = own[min(facts.nth, len(own) - 1)] if own else None
        pinned = is_guarded or bool(mark and mark.pinned) or _holds(facts.statement.text, phrases)
        yield _claim(index, memory, facts, mark, pinned=pinned)


def _claim(index: int, memory: MemoryText, facts: Facts, mark: StatementMark | None, *, pinned: bool) -> Claim:
    statement = facts.statement
    return Claim(
        memory=index,
        start=statement.start,
        end=statement.end,
        offset=statement.offset,
        text=statement.text,
        kind=statement.kind,
        heading=statement.heading,
        digest=facts.digest,
        fixed=pinned or facts.is_bound,
        pinned=pinned,
        shared=facts.is_shared,
        first_seen=mark.first_seen if mark else memory.at,
        confirmed_at=mark.confirmed_at if mark else memory.at,
        helpful=mark.helpful if mark else 0,
        harmful=mark.harmful if mark else 0,
        facts=facts,
    )


def guarded(memory: MemoryText, curation: Curation, path: str = "") -> bool:
    """No dream touches this memory, or may write to this path of it."""
    return memory.protected or any(stands_under(path or memory.path, guard) for guard in curation.protected_paths)


def stands_under(path: str, guard: str) -> bool:
    return path == guard or path.startswith(guard.rstrip("/") + "/")


def _holds(text: str, phrases: Sequence[str]) -> bool:
    return bool(phrases) and any(phrase in text.casefold() for phrase in phrases)


def scope(claim: Claim) -> frozenset[Specific]:
    """What the headings name: a statement under another name is another statement."""
    return claim.facts.scope


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
