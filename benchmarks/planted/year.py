"""A year of dreams over a store that lives, with a reviewer who knows the truth; and two days without one.

    python -m benchmarks.planted.year [--cycles 730] [--seed 1] [--show]

Two dreams a day. One JSON document: what was lost, how much of what went stale was retired and how soon, how large
memory is beside the truth, and how often an unchanged statement was proposed for removal.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from django.conf import settings

from agents.snapshot import OpenChange
from benchmarks.planted import reviewer, store, worlds
from benchmarks.planted.effects import held
from benchmarks.planted.living import Living
from benchmarks.planted.worlds import World
from dreaming.engines.local.engine import LocalEngine
from dreaming.engines.protocol import DreamResult

START = datetime(2026, 3, 2, 6, tzinfo=UTC)
CYCLE = timedelta(hours=12)
SOON = 2 * CYCLE
HOURS = 48


@dataclass(slots=True)
class Tally:
    proposed: int = 0
    approved: int = 0
    rejected: int = 0
    largest: float = 0.0
    against: Counter[str] = field(default_factory=Counter)
    by_reason: Counter[str] = field(default_factory=Counter)


class Life:
    """The store, the engine and what people decided so far."""

    def __init__(self, seed: int) -> None:
        self.living = Living(seed, START)
        self.engine = LocalEngine()
        self.refusals = store.Refusals()
        self.read: set[str] = set()
        self.tally = Tally()

    def world(self, opened: Sequence[OpenChange] = ()) -> World:
        living = self.living
        marked = [replace(one, mark=replace(one.mark, is_new=one.mark.id not in self.read)) for one in living.sessions]
        snap = worlds.snapshot(
            living.memories, marked, living.at, cooldowns=self.refusals.cooldowns(), open_changes=tuple(opened)
        )
        return World(tuple(living.cases()), snap)

    def dream(self, world: World) -> DreamResult:
        found = self.engine.dream(world.snapshot, {}, lambda *progress: None, None)  # type: ignore[arg-type]
        self.read |= {mark.id for mark in world.snapshot.sessions}
        return found

    def cycle(self, at: datetime) -> None:
        """Life goes on, a dream is dreamed, everything is decided and applied."""
        self.living.pass_time(at)
        world = self.world()
        result = self.dream(world)
        made = reviewer.review(world, result)
        for operation in made.rejected:
            self.refusals.refuse(operation, at)
            self.tally.by_reason[operation.reason_code] += 1
        self.tally.against.update(line.text for line in made.against)
        self.tally.proposed += len(result.operations)
        self.tally.approved += len(made.approved)
        self.tally.rejected += len(made.rejected)
        self.living.settle(store.apply(world.snapshot.memories, made.approved, at), made.effects)

    def size(self) -> float:
        """Statements in memory beside statements that are true."""
        true = len({line.fact for line in self.living.lines if line.holds})
        return sum(len(marks) for marks in held(self.living.memories).values()) / max(1, true)


def year(cycles: int, seed: int) -> dict[str, object]:
    life, started = Life(seed), time.perf_counter()
    for n in range(1, cycles + 1):
        life.cycle(START + n * CYCLE)
        life.tally.largest = max(life.tally.largest, life.size() if n > 4 else 0.0)
    living, tally = life.living, life.tally
    overdue = [one for one in living.due if living.at - one.since > SOON]
    soon = sum(late <= SOON for late in living.retired)
    counted = len(living.retired) + len(overdue)
    return {
        "version": 1,
        "cycles": cycles,
        "seed": seed,
        "lost_true_statements": len(living.lost),
        "retirable": counted,
        "retired_within_two_cycles": soon,
        "retired_within_two_cycles_rate": round(soon / counted, 4) if counted else None,
        "retired_later": len(living.retired) - soon,
        "never_retired": Counter(one.want.kind for one in overdue),
        "size_to_truth": round(life.size(), 4),
        "largest_size_to_truth": round(tally.largest, 4),
        "proposed": tally.proposed,
        "approved": tally.approved,
        "rejected": tally.rejected,
        "rejected_by_reason": dict(tally.by_reason),
        "most_proposals_against_one_true_statement": max(tally.against.values(), default=0),
        "true_statements_proposed_more_than_once": sum(n > 1 for n in tally.against.values()),
        "seconds": round(time.perf_counter() - started, 1),
        "not_retired": [f"{one.want.kind}: {one.line.text}" for one in overdue],
        "asked_again": [f"{n} times: {text}" for text, n in tally.against.items() if n > 1],
        "lost": living.lost,
    }


def unreviewed(seed: int, hours: int = HOURS) -> dict[str, object]:
    """Dreams by the hour that nobody decides on: the queue may hold what is true of the input, once."""
    life = Life(seed)
    opened: dict[str, OpenChange] = {}
    sizes, twice = [], 0
    for n in range(1, hours + 1):
        life.living.pass_time(START + timedelta(hours=n))
        world = life.world(list(opened.values()))
        result = life.dream(world)
        for name, quotes in result.joins.items():
            mark = next(one.fingerprint for one in opened.values() if one.id == name)
            joined = {*opened[mark].sessions, *(quote.session for quote in quotes)}
            opened[mark] = replace(opened[mark], sessions=tuple(sorted(joined)))
        opened = {mark: one for mark, one in opened.items() if one.id not in result.withdrawals}
        for at, operation in enumerate(result.operations):
            twice += operation.fingerprint in opened
            opened[operation.fingerprint] = store.open_change(
                operation, f"{n}_{at}", life.living.memories, agent=worlds.AGENT, opened_at=life.living.at
            )
        sizes.append(len(opened))
    return {"hours": hours, "queue": sizes[-1], "largest_queue": max(sizes), "proposed_twice": twice}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.planted.year", description=__doc__)
    parser.add_argument("--cycles", type=int, default=730)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", action="store_true", help="list what was not retired, asked again or lost")
    given = parser.parse_args()
    if not settings.configured:
        importlib.import_module("benchmarks.scratch")  # the checks know models
    told = year(given.cycles, given.seed)
    told["without_a_reviewer"] = unreviewed(given.seed)
    if not given.show:
        told = {name: value for name, value in told.items() if name not in ("not_retired", "asked_again", "lost")}
    print(json.dumps(told, indent=2, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
