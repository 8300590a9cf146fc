"""What an operation does to planted memory, read from the texts before and after: whoever proposed it, and however."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from agents.snapshot import MemoryText, Snapshot, StatementMark
from agents.text import lines
from agents.text.lines import Edit
from agents.text.normalise import digest
from benchmarks.planted import store
from benchmarks.planted.gold import Line
from benchmarks.planted.worlds import World
from dreaming.engines.protocol import Operation

ASKS = "needs_person"
Held = dict[tuple[str, str], list[StatementMark]]
"""The records of all statements, by path and digest."""


@dataclass(frozen=True, slots=True)
class Effect:
    """`removed` are the planted lines that are gone, `added` the texts that are new, `after` what memory holds then.

    `options` are what a person may choose instead where it `asks`.
    """

    klass: str
    title: str
    removed: tuple[Line, ...]
    added: tuple[str, ...]
    after: Held
    asks: bool = False
    flagged: bool = False
    sessions: frozenset[str] = frozenset()
    options: tuple[Effect, ...] = ()


class Reader:
    """Turns operations and rewritten stores into effects on one world."""

    def __init__(self, world: World, at: datetime) -> None:
        self.world = world
        self.at = at
        self.before = held(world.snapshot.memories)
        self._planted: dict[tuple[str, str], list[Line]] = {}
        for line in world.lines:
            self._planted.setdefault((line.path, digest(line.text)), []).append(line)

    def of(self, operation: Operation, options: Sequence[Operation] = ()) -> Effect:
        memories = store.apply(self.world.snapshot.memories, [operation], self.at)
        found = self.between(memories, title=operation.title)
        return replace(
            found,
            klass=_klass(operation, found),
            asks=operation.reason_code == ASKS,
            flagged=is_flagged(self.world.snapshot, operation),
            sessions=frozenset(quote.session for quote in operation.quotes),
            options=tuple(self.of(one) for one in options),
        )

    def between(self, memories: Iterable[MemoryText], *, klass: str = "", title: str = "") -> Effect:
        """The effect of a store put in place of the planted one."""
        after = held(memories)
        gone: list[Line] = []
        counts = Counter({key: len(marks) for key, marks in self.before.items()})
        now = Counter({key: len(marks) for key, marks in after.items()})
        left = Counter(name for _, name in now.elements())
        for key, count in sorted((counts - now).items()):
            moved = sum(
                now[other] - counts[other] for other in now if other[1] == key[1] and now[other] > counts[other]
            )
            gone += self._planted.get(key, [])[: max(0, count - moved)]
        known = {name for _, name in self.before}
        texts = {digest(one.text): one.text for memory in memories for one in store.statements(memory.text)}
        added = tuple(text for name, text in texts.items() if name not in known and left[name])
        return Effect(klass, title, tuple(gone), added, after)


def held(memories: Iterable[MemoryText]) -> Held:
    found: Held = {}
    for memory in memories:
        for one, mark in zip(store.statements(memory.text), memory.statements, strict=True):
            if one.kind != "heading":
                found.setdefault((memory.path, digest(one.text)), []).append(mark)
    return found


def _klass(operation: Operation, effect: Effect) -> str:
    if operation.reason_code == ASKS:
        return "ask"
    if operation.kind == "move":
        return "move"
    if operation.kind == "merge" or (operation.reason_code == "same" and not effect.added):
        return "fold"
    if effect.removed:
        return "replace" if effect.added else "retire"
    return "learn" if effect.added else "other"


def is_flagged(snapshot: Snapshot, operation: Operation) -> bool:
    """Whether a check of the product warns of what it would write; being without evidence is no warning of that."""
    from reviews import checks  # the checks translate their reasons, so they need Django's settings

    texts = {memory.id: lines.split(memory.text) for memory in snapshot.memories}
    targets = [
        checks.ProposedTarget(
            path_before=target.path_before,
            path_after=target.path_after,
            before=tuple(row for edit in target.edits for row in _old(texts, target.memory, edit)),
            after=tuple(row for edit in target.edits for row in edit.lines),
            text_after="",
            protected=False,
        )
        for target in operation.targets
    ]
    proposed = checks.Proposed(operation.kind, tuple(targets))
    return any(found.rule != "evidence" and found.severity in ("warning", "blocking") for found in checks.run(proposed))


def _old(texts: dict[str, list[str]], memory: str, edit: Edit) -> list[str]:
    return texts.get(memory, [])[edit.start : edit.end]
