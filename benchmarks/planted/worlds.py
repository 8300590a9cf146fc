"""Worlds by seed: memories with their records, sessions, and what is right to do."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count

from agents.snapshot import EventColumnsBuilder, MemoryText, Snapshot
from benchmarks.planted import approved, hostile, interfaces, memories, sessions, store, waits
from benchmarks.planted.gold import Case, Line, Planted
from benchmarks.planted.pools import THINGS, Pool

AT = datetime(2026, 3, 2, 6, tzinfo=UTC)
HELD_OUT = 2027  # the seed for reporting: it alone draws from all wordings
AGENT = "north-desk"
FILES = ("facts", "rules", "notes")


@dataclass(frozen=True, slots=True)
class World:
    """What an engine is given, and what its author knows."""

    cases: tuple[Case, ...]
    snapshot: Snapshot

    @property
    def lines(self) -> tuple[Line, ...]:
        return tuple(line for case in self.cases for line in case.lines)


def pools(seed: int) -> list[Pool]:
    numbers = count(1000)
    return [Pool(name, random.Random(f"{seed}/{name}"), seed == HELD_OUT, numbers) for name in THINGS]


def build(seed: int, at: datetime = AT) -> World:
    """The world of a seed: every case in every domain."""
    found: list[Case] = []
    for pool in pools(seed):
        parts = (memories, sessions, hostile, interfaces, waits)
        own = [case for part in parts for case in part.cases(pool, at)]
        found += _placed(pool, own)
    return world(found, at, random.Random(seed))


def of_approved(seed: int, at: datetime = AT) -> World:
    """Only patterns that people approved and ground truth failed."""
    found: list[Case] = []
    drawn = pools(seed)
    for n, pool in enumerate(drawn):
        found += approved.cases(pool, at, len(range(n, approved.COUNT, len(drawn))))
    return world(found, at, random.Random(seed))


def _placed(pool: Pool, cases: Iterable[Case]) -> list[Case]:
    """Every line gets a file of its domain; copies rarely stand in one. Wants name the lines where they stand."""
    placed = []
    for case in cases:
        paths = [f"/{pool.domain}/{name}.md" for name in pool.some(FILES, len(FILES))]
        own = [
            replace(line, path=paths[0 if line.heading or pool.chance.random() < 0.4 else at % len(paths)])
            for at, line in enumerate(case.lines)
        ]
        now = dict(zip(case.lines, own, strict=True))
        wants = tuple(replace(want, gone=tuple(now[line] for line in want.gone)) for want in case.wants)
        placed.append(replace(case, lines=tuple(own), wants=wants))
    return placed


def world(cases: Sequence[Case], at: datetime, chance: random.Random) -> World:
    lines = [line for case in cases for line in case.lines]
    chance.shuffle(lines)
    planted = [one for case in cases for one in case.sessions]
    chance.shuffle(planted)
    return World(tuple(cases), snapshot(documents(lines, at), planted, at))


def documents(lines: Iterable[Line], at: datetime) -> list[MemoryText]:
    by_path: dict[str, dict[str, list[Line]]] = defaultdict(lambda: defaultdict(list))
    for line in lines:
        by_path[line.path][line.heading].append(line)
    return [_document(path, sections, at) for path, sections in sorted(by_path.items())]


def _document(path: str, sections: dict[str, list[Line]], at: datetime) -> MemoryText:
    parts = [f"# {path.rpartition('/')[2].removesuffix('.md').capitalize()}\n"]
    for heading, lines in sorted(sections.items()):
        parts.append(f"\n## {heading}\n\n" if heading else "\n")
        parts += [f"- {line.text}\n" for line in lines]
    every = [line for lines in sections.values() for line in lines]
    ages = [(line.text, line.first_seen, line.confirmed_at) for line in every]
    return store.dated(store.memory(path, "".join(parts), at=min(line.first_seen for line in every)), ages)


def moments(one: Planted) -> Iterator[datetime]:
    """When each event came: mostly soon after the one before it, at times much later, unless the event says when."""
    chance, at = random.Random(one.mark.id), one.mark.started_at or AT
    for event in one.events:
        seconds = event.get("after", chance.lognormvariate(1.5, 1.2))
        at += timedelta(seconds=float(seconds))  # type: ignore[arg-type]
        yield at


def snapshot(texts: Sequence[MemoryText], planted: Sequence[Planted], at: datetime, **kept: object) -> Snapshot:
    builder = EventColumnsBuilder()
    blank = {"tool": "", "speaker": "", "is_error": False, "call_id": ""}
    for one in planted:
        for position, (event, moment) in enumerate(zip(one.events, moments(one), strict=True)):
            given = {name: value for name, value in event.items() if name != "after"}
            builder.add(position=position, at=moment, **{**blank, **given})  # type: ignore[arg-type]
        builder.end_session()
    marks = tuple(one.mark for one in planted)
    return Snapshot(AGENT, at, ("main",), tuple(texts), marks, builder.build(), **kept)  # type: ignore[arg-type]
