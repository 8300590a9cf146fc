"""A second dream over the same input proposes nothing, and the order of sessions and memories does not matter."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

from agents.snapshot import Snapshot
from benchmarks.planted import store, worlds
from benchmarks.planted.worlds import World
from dreaming.engines.protocol import DreamResult

Dream = Callable[[World], DreamResult]


def check(world: World, first: DreamResult, dream: Dream) -> dict[str, int]:
    """How much each second look proposes (0 is right), and whether shuffled sessions give the same operations."""
    refused = store.Refusals()
    for operation in first.operations:
        refused.refuse(operation, world.snapshot.taken_at)
    opened = tuple(
        store.open_change(one, at, world.snapshot.memories, agent=worlds.AGENT, opened_at=world.snapshot.taken_at)
        for at, one in enumerate(first.operations)
    )
    applied = store.apply(world.snapshot.memories, first.operations, world.snapshot.taken_at)
    found: dict[str, int] = {}
    for read in (False, True):
        snap = _read(world.snapshot) if read else world.snapshot
        name = "read" if read else "reset"
        found[f"open_{name}"] = _proposed(world, replace(snap, open_changes=opened), dream)
        found[f"rejected_{name}"] = _proposed(world, replace(snap, cooldowns=refused.cooldowns()), dream)
        found[f"applied_{name}"] = _proposed(world, replace(snap, memories=applied), dream)
    found["shuffled_differs"] = int(_shuffled(world, dream).operations != first.operations)
    return found


def _read(snap: Snapshot) -> Snapshot:
    return replace(snap, sessions=tuple(replace(mark, is_new=False) for mark in snap.sessions))


def _proposed(world: World, snap: Snapshot, dream: Dream) -> int:
    return len(dream(replace(world, snapshot=snap)).operations)


def _shuffled(world: World, dream: Dream) -> DreamResult:
    planted = [one for case in world.cases for one in case.sessions]
    memories = list(world.snapshot.memories)
    chance = random.Random(5)
    chance.shuffle(planted)
    chance.shuffle(memories)
    return dream(replace(world, snapshot=worlds.snapshot(memories, planted, world.snapshot.taken_at)))
