"""What live memory of a namespace says near what a change writes or takes out, without reading the namespace.

The search index names the candidates; memories that were written since it was brought up to date are read themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from accounts.models import Team
from agents.enums import SearchKind
from agents.models import Memory, Namespace, StatementRecord
from agents.search import nearby
from agents.text import lines as text_lines
from agents.text import neighbours
from agents.text.neighbours import Told
from reviews.checks import Proposed


@dataclass(frozen=True, slots=True)
class Live:
    """A statement as it stands: where, whether people approved it, and whether somebody pinned it."""

    memory: str
    path: str
    line: int
    text: str
    approved: bool
    pinned: bool


class Shelves:
    """The live memory of a team as it is looked through for one proposal: what the index does not hold yet is read
    once, not for each of its changes.
    """

    def __init__(self, team: Team) -> None:
        self.team = team
        self._fresh: dict[int, tuple[frozenset[str], tuple[Live, ...]]] = {}

    @cached_property
    def _due(self) -> list[str]:
        return nearby.due(self.team, SearchKind.MEMORY)

    def near(self, namespace: Namespace, asked: Iterable[str]) -> list[Live]:
        """Statements that share rare words with those asked for; those of memories not indexed yet, all of them."""
        asked = list(asked)
        if not asked:
            return []
        stale, fresh = self._not_indexed(namespace)
        hits = nearby.statements(team=self.team, namespace=namespace, asked=asked)
        found = [
            Live(hit.memory, hit.path, hit.start + 1, hit.text, bool(hit.introduced_by), hit.pinned)
            for hit in hits
            if hit.memory not in stale
        ]
        return [*found, *fresh]

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
