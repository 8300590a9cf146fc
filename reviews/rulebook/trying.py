"""A version held against all live memory: what it would say if it were switched on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from agents.models import Memory, Namespace
from agents.text import lines as text_lines
from reviews.models import TeamRuleVersion
from reviews.rulebook import reading
from reviews.rulebook.matching import Span

AT_ONCE = 200  # texts in memory at a time
COUNTED = 1_000  # memories that are counted before it is “more than”


@dataclass(frozen=True, slots=True)
class Hit:
    """A live memory that breaks the rule: its head, and where."""

    memory: Memory
    spans: tuple[Span, ...]

    @property
    def text(self) -> str:
        assert self.memory.head is not None  # noqa: S101  only such are looked at
        return self.memory.head.text

    def lines(self) -> dict[int, list[Span]]:
        """For each line that a place touches, from 0, the places within it, in code points of the line."""
        found: dict[int, list[Span]] = {}
        at = 0
        for number, line in enumerate(text_lines.split(self.text)):
            inside = [(max(start - at, 0), min(end - at, len(line))) for start, end in self.spans]
            touched = [(start, end) for start, end in inside if start < end]
            if touched:
                found[number] = touched
            at += len(line)
        return found


@dataclass(frozen=True, slots=True)
class Trial:
    """Hits of one page, in the order in which memories were made; `more` where others follow."""

    hits: list[Hit]
    more: bool


@dataclass(frozen=True, slots=True)
class Count:
    """How much was looked at, and how many memories break the rule. `capped` where there are more of those."""

    memories: int
    hits: int
    capped: bool = False


def page(version: TeamRuleVersion, *, after: int, size: int) -> Trial:
    """The next hits after the memory with this primary key."""
    found: list[Hit] = []
    for hit in _hits(version, after):
        if hit is not None:
            found.append(hit)
            if len(found) > size:
                break
    return Trial(found[:size], more=len(found) > size)


def count(version: TeamRuleVersion) -> Count:
    """All live memory that the version applies to, as far as `COUNTED` hits."""
    looked = hits = 0
    for hit in _hits(version, 0):
        looked += 1
        hits += hit is not None
        if hits > COUNTED:
            return Count(looked, COUNTED, capped=True)
    return Count(looked, hits)


def _hits(version: TeamRuleVersion, after: int) -> Iterator[Hit | None]:
    """For each live memory a hit or None."""
    rule, team = reading.of(version), version.team
    spaces = [one for one in Namespace.objects.of(team) if reading.applies(version.namespaces, one.slug)]
    while True:
        rows = Memory.objects.of(team).live().filter(namespace__in=spaces, head__isnull=False, pk__gt=after)
        batch = list(rows.with_text().select_related("team").order_by("pk")[:AT_ONCE])
        for memory in batch:
            found = rule.broken_at(memory.head.text) if memory.head else []
            yield Hit(memory, tuple(found)) if found else None
        if len(batch) < AT_ONCE:
            return
        after = batch[-1].pk
