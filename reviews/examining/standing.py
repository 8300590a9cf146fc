"""What live memory of a namespace says near what a change writes or takes out, without reading the namespace.

The search index names the candidates; memories that were written since it was brought up to date are read themselves.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

from accounts.models import Team
from agents.enums import SearchKind
from agents.models import Memory, Namespace, StatementRecord
from agents.search import nearby
from agents.text import lines as text_lines
from agents.text import neighbours
from agents.text.neighbours import Told
from reviews.checks import Proposed
from reviews.checks.writing import Headings, heading_at, headings


@dataclass(frozen=True, slots=True)
class Live:
    """A statement as it stands: where, whether people approved it, and whether somebody pinned it."""

    memory: str
    path: str
    line: int
    text: str
    approved: bool
    pinned: bool


@dataclass(frozen=True, slots=True)
class Headed:
    """The headings of a document, and where each of its lines begins and the last one ends."""

    above: Headings
    offsets: tuple[int, ...]

    @classmethod
    def of(cls, text: str) -> Headed:
        return cls(headings(text), (0, *accumulate(len(line) for line in text.splitlines(keepends=True))))

    def over(self, line: int) -> tuple[str, ...]:
        """What stands over a line, counted from one."""
        return heading_at(self.above, self.offsets[min(line, len(self.offsets)) - 1])


class Shelves:
    """The live memory of a team as it is looked through for one proposal: what the index does not hold yet, where words
    stand and what heads a memory are read once, not for each of its changes.
    """

    def __init__(self, team: Team) -> None:
        self.team = team
        self._fresh: dict[int, tuple[frozenset[str], tuple[Live, ...]]] = {}
        self._hits: dict[int, nearby.Hits] = defaultdict(dict)
        self._headed: dict[str, Headed] = {}

    @cached_property
    def _due(self) -> list[str]:
        return nearby.due(self.team, SearchKind.MEMORY)

    def near(self, namespace: Namespace, asked: Iterable[str]) -> list[Live]:
        """Statements that share rare words with those asked for; those of memories not indexed yet, all of them."""
        asked = list(asked)
        if not asked:
            return []
        stale, fresh = self._not_indexed(namespace)
        hits = nearby.statements(team=self.team, namespace=namespace, asked=asked, hits=self._hits[namespace.pk])
        found = [
            Live(hit.memory, hit.path, hit.start + 1, hit.text, bool(hit.introduced_by), hit.pinned)
            for hit in hits
            if hit.memory not in stale
        ]
        return [*found, *fresh]

    def headed(self, memories: Collection[str]) -> Mapping[str, Headed]:
        """What stands over the lines of these memories, by their public ids."""
        missing = set(memories) - self._headed.keys()
        rows = Memory.objects.of(self.team).filter(public_id__in=missing).values_list("public_id", "head__blob__text")
        self._headed |= {memory: Headed.of(text) for memory, text in (rows if missing else ())}
        return self._headed

    def _not_indexed(self, namespace: Namespace) -> tuple[frozenset[str], tuple[Live, ...]]:
        """The memories, and what they say."""
        if not self._due:
            return frozenset(), ()
        if namespace.pk not in self._fresh:
            live = Memory.objects.of(self.team).live().with_text().filter(namespace=namespace, head__isnull=False)
            memories = list(live.filter(public_id__in=self._due).order_by("pk"))
            ids = frozenset(memory.public_id for memory in memories)
            self._fresh[namespace.pk] = ids, tuple(_of(self.team, memories) if memories else ())
        return self._fresh[namespace.pk]


def _of(team: Team, memories: Sequence[Memory]) -> Iterator[Live]:
    lines = {memory.pk: text_lines.split(memory.head.text if memory.head else "") for memory in memories}
    places = {memory.pk: memory for memory in memories}
    records = StatementRecord.objects.of(team).filter(memory__in=memories, retired_at=None).exclude(kind="heading")
    for record in records.order_by("memory", "start", "pk"):
        memory = places[record.memory_id]
        text = "".join(lines[memory.pk][record.start : record.end]).strip()
        yield Live(memory.public_id, memory.path, record.start + 1, text, bool(record.introduced_by), record.pinned)


def taken_out(proposed: Proposed) -> list[Told]:
    texts = (target.text_before if target.path_after is None else "".join(target.before) for target in proposed.targets)
    return [one for text in texts for one in neighbours.told(text)]
