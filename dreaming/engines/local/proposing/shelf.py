"""Whole memories, as merging looks at them: what they hold, which statements two of them share, what else is wanted."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from functools import cached_property
from itertools import combinations

from agents.snapshot import MemoryText, Snapshot
from dreaming.engines.local.curation import Curation
from dreaming.engines.local.findings import Tidying
from dreaming.engines.local.proposing.operations import FOLDS
from dreaming.engines.local.reading.claims import Claim, guarded

CROWD = 8  # what stands in more memories is a template
LARGEST = 50_000  # code points: no memory becomes one that nobody reads to its end

Shared = list[tuple[Claim, Claim]]


class Shelf:
    """The memories that have statements and that the agent may write, by their index."""

    def __init__(
        self, snapshot: Snapshot, known: Sequence[Claim], tidyings: Sequence[Tidying], curation: Curation
    ) -> None:
        self.snapshot = snapshot
        self.curation = curation
        self.held: dict[int, list[Claim]] = defaultdict(list)
        written = set(snapshot.namespaces)
        for claim in known:
            if snapshot.memories[claim.memory].namespace in written:
                self.held[claim.memory].append(claim)
        self._tidyings = tidyings

    def memory(self, index: int) -> MemoryText:
        return self.snapshot.memories[index]

    def folder(self, index: int) -> str:
        return self.memory(index).path.rpartition("/")[0]

    def title(self, index: int) -> str:
        """The one heading under which a whole memory stands; empty where there is none."""
        tops = {claim.heading[:1] for claim in self.held[index]}
        return "".join(tops.pop()) if len(tops) == 1 else ""

    def shared(self) -> dict[tuple[int, int], Shared]:
        """Statements in common by pair of memories: word for word under the same headings, or judged to be the same."""
        by_words: dict[tuple[str, str, tuple[str, ...]], dict[int, Claim]] = defaultdict(dict)
        often = Counter(claim.digest for own in self.held.values() for claim in own)
        for index, own in self.held.items():
            again = [claim for claim in own if often[claim.digest] > 1]
            namespace, top = self.memory(index).namespace, 1 if again and self.title(index) else 0
            for claim in again:
                by_words[namespace, claim.digest, claim.heading[top:]].setdefault(index, claim)
        crowds = [tuple(group.values()) for group in by_words.values()]
        crowds += [(one.keep, *one.remove) for one in self._tidyings if one.keep is not None and _folds(one)]
        found: dict[tuple[int, int], dict[object, tuple[Claim, Claim]]] = defaultdict(dict)
        for crowd in crowds:
            if 2 <= len(crowd) <= CROWD:
                for one, other in combinations(sorted(crowd, key=lambda claim: claim.place), 2):
                    if one.memory != other.memory and self._go_together(one.memory, other.memory):
                        found[one.memory, other.memory].setdefault((one.place, other.place), (one, other))
        return {pair: list(own.values()) for pair, own in found.items()}

    def _go_together(self, one: int, other: int) -> bool:
        return one in self.held and other in self.held and self.memory(one).namespace == self.memory(other).namespace

    def may_merge(self, target: int, sources: Sequence[int]) -> bool:
        """Nothing is protected or, of the sources, pinned, and nothing is wanted of them but what a merge does."""
        members = {target, *sources}
        memories = [self.memory(index) for index in members]
        return (
            not any(guarded(memory, self.curation) for memory in memories)
            and sum(len(memory.text) for memory in memories) <= LARGEST
            and not any(claim.pinned for index in sources for claim in self.held[index])
            and all(touched <= members and folds for index in sources for touched, folds in self._wanted[index])
        )

    @cached_property
    def _wanted(self) -> dict[int, list[tuple[frozenset[int], bool]]]:
        """What is proposed of each memory's statements: the memories that it touches, and whether it folds copies."""
        found: dict[int, list[tuple[frozenset[int], bool]]] = defaultdict(list)
        for one in self._tidyings:
            claims = one.remove if one.keep is None else (one.keep, *one.remove)
            touched = frozenset(claim.memory for claim in claims)
            for index in touched:
                found[index].append((touched, _folds(one) and len(touched) > 1))
        return found


def _folds(tidying: Tidying) -> bool:
    return tidying.reason_code in FOLDS
