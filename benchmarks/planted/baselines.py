"""What others do, on the same worlds: latest wins per file, cosine merge, deduplication with promotion by recall."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from agents.snapshot import KINDS, MemoryText
from agents.text import lines
from agents.text.lines import Edit
from agents.text.tokens import tokens
from benchmarks.planted import store
from benchmarks.planted.effects import Effect, Reader
from benchmarks.planted.worlds import World

CALL = KINDS.index("tool_call")
COSINE, JACCARD = 0.88, 0.9
RECALLS = 3
OVERLAP = 0.5  # of words: a rewrite takes two lines of a file for one subject

Place = tuple[int, int, str, Any]  # memory, line, text, record


def places(memories: Sequence[MemoryText]) -> list[Place]:
    return [
        (at, one.start, one.text, mark)
        for at, memory in enumerate(memories)
        for one, mark in zip(store.statements(memory.text), memory.statements, strict=True)
        if one.kind == "bullet"
    ]


def without(memories: Sequence[MemoryText], gone: set[tuple[int, int]], world: World) -> tuple[MemoryText, ...]:
    """The memories without these lines, with the records of the product."""
    found = []
    for at, memory in enumerate(memories):
        edits = tuple(Edit(row, row + 1, ()) for index, row in sorted(gone) if index == at)
        text = "".join(lines.apply(lines.split(memory.text), edits))
        marks = store.carried(memory, text, edits, world.snapshot.taken_at)
        found.append(replace(memory, text=text, statements=marks) if edits else memory)
    return tuple(found)


def _each(world: World, reader: Reader, pairs: Iterator[tuple[Place, Place]], klass: str) -> list[Effect]:
    """One effect for each line that a method drops for another one, each on the store as it was."""
    effects, gone = [], set()
    for drop, keep in pairs:
        if (place := drop[:2]) in gone or keep[:2] in gone:
            continue
        gone.add(place)
        after = without(world.snapshot.memories, {place}, world)
        effects.append(reader.between(after, klass=klass, title=f"Drop “{drop[2]}” for “{keep[2]}”"))
    return effects


def latest_wins(world: World, reader: Reader) -> list[Effect]:
    """A rewrite of each file: of lines that share half of their words, the one seen first last is kept."""

    def pairs() -> Iterator[tuple[Place, Place]]:
        by_file: dict[int, list[Place]] = defaultdict(list)
        for place in places(world.snapshot.memories):
            by_file[place[0]].append(place)
        for own in by_file.values():
            own.sort(key=lambda place: place[3].first_seen, reverse=True)
            yield from _close(own, OVERLAP)

    return _each(world, reader, pairs(), "rewrite")


def cosine(world: World, reader: Reader) -> list[Effect]:
    """Entries over a cosine of 0.88 are one; the longer one is kept."""
    known = places(world.snapshot.memories)
    vectors = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5)).fit_transform(place[2] for place in known)
    alike = (vectors @ vectors.T).toarray()

    def pairs() -> Iterator[tuple[Place, Place]]:
        for one, other in zip(*np.nonzero(np.triu(alike, 1) >= COSINE), strict=True):
            keep, drop = sorted((known[one], known[other]), key=lambda place: -len(place[2]))
            yield drop, keep

    return _each(world, reader, pairs(), "merge")


def jaccard(world: World, reader: Reader) -> list[Effect]:
    """Entries over a Jaccard of 0.9 are one; an error that was met three times is promoted as it stands."""
    known = sorted(places(world.snapshot.memories), key=lambda place: place[3].first_seen)
    effects = _each(world, reader, _close(known, JACCARD), "dedupe")
    for text, sessions in _recalled(world).items():
        if len(sessions) >= RECALLS:
            effects.append(_promoted(world, reader, text, sessions))
    return effects


def _close(known: Sequence[Place], least: float) -> Iterator[tuple[Place, Place]]:
    sets = [set(tokens(place[2].lower())) for place in known]
    for at, one in enumerate(sets):
        for other in range(at + 1, len(sets)):
            if len(one & sets[other]) >= least * len(one | sets[other]):
                yield known[other], known[at]


def _recalled(world: World) -> dict[str, list[str]]:
    """Texts that sessions show again and again, whoever wrote them."""
    events = world.snapshot.events
    found: dict[str, list[str]] = defaultdict(list)
    for at, mark in enumerate(world.snapshot.sessions):
        for row in events.rows_of(at):
            if events.kind[row] != CALL and len(events.text[row]) > 20:
                found[events.text[row]].append(mark.id)
    return found


def _promoted(world: World, reader: Reader, text: str, sessions: Sequence[str]) -> Effect:
    at = world.snapshot.taken_at
    new = store.memory("/learned/promoted.md", "- " + " ".join(text.split()) + "\n", at)
    effect = reader.between((*world.snapshot.memories, new), klass="promote", title=text)
    return replace(effect, sessions=frozenset(sessions))


METHODS: dict[str, Callable[[World, Reader], Sequence[Effect]]] = {
    "latest_wins_per_file": latest_wins,
    "cosine_0.88_merge": cosine,
    "jaccard_0.9_and_recalls": jaccard,
}
