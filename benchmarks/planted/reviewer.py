"""A reviewer who knows the truth: approves what is right, takes the right answer to a question, rejects the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from benchmarks.planted import store
from benchmarks.planted.effects import Effect, Reader
from benchmarks.planted.gold import Line
from benchmarks.planted.scoring import Judge, Score
from benchmarks.planted.worlds import World
from dreaming.engines.protocol import DreamResult, Operation


@dataclass(slots=True)
class Review:
    """What became of one dream's operations, with the effects of what was approved."""

    approved: list[Operation] = field(default_factory=list)
    rejected: list[Operation] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)
    against: list[Line] = field(default_factory=list)  # true statements that a rejected operation would have taken


def review(world: World, result: DreamResult) -> Review:
    reader = Reader(world, world.snapshot.taken_at)
    judge = Judge(world, reader, Score())
    options: dict[str, list[Operation]] = {}
    for one in result.alternatives:
        options.setdefault(one.fingerprint, []).append(one)
    made = Review()
    for operation in result.operations:
        chosen = _chosen(world, judge, reader, made.approved, [operation, *options.get(operation.fingerprint, [])])
        if chosen is None:
            made.rejected.append(operation)
            made.against += [line for line in reader.of(operation).removed if line.holds]
        else:
            made.approved.append(chosen)
            made.effects.append(reader.of(chosen))
    return made


def _chosen(
    world: World, judge: Judge, reader: Reader, approved: Sequence[Operation], offered: Sequence[Operation]
) -> Operation | None:
    for operation in offered:
        if judge.approves(reader.of(operation)) and _fits(world, [*approved, operation]):
            return operation
    return None


def _fits(world: World, operations: Sequence[Operation]) -> bool:
    """An answer that was not proposed itself may want a line that another change has."""
    try:
        store.apply(world.snapshot.memories, operations, world.snapshot.taken_at)
    except ValueError:
        return False
    return True
