"""What the local engine makes of worlds whose truth is known, as one JSON document; three simple methods beside it.

    python -m benchmarks.planted [--seeds 2027] [--show] [--no-baselines]

The default seed is held out: it draws from wordings that no other seed uses. `--show` lists what was wrong or missed.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import fields

from django.conf import settings

from benchmarks.planted import baselines, convergence, scoring, worlds
from benchmarks.planted.effects import Effect, Reader
from benchmarks.planted.worlds import World
from dreaming.engines.local.curation import Curation
from dreaming.engines.local.engine import LocalEngine
from dreaming.engines.protocol import DreamResult

WIDE = {"max_changes": 1000, "max_removals": 1000, "max_share": 1.0}  # every proposal is scored, whatever the limits


def dream(world: World) -> DreamResult:
    known = {one.name for one in fields(Curation)}
    policy = {name: value for name, value in WIDE.items() if name in known}
    return LocalEngine().dream(world.snapshot, policy, lambda *progress: None, None)  # type: ignore[arg-type]


def of_engine(world: World, result: DreamResult, reader: Reader) -> list[Effect]:
    options = {one.fingerprint: [] for one in result.operations}
    for one in result.alternatives:
        options[one.fingerprint].append(one)
    return [reader.of(one, options[one.fingerprint]) for one in result.operations]


def scored(seeds: Sequence[int], method: Callable[[World, Reader], Sequence[Effect]]) -> scoring.Score:
    score = scoring.Score()
    for seed in seeds:
        world = worlds.build(seed)
        reader = Reader(world, worlds.AT)
        scoring.Judge(world, reader, score).judge(method(world, reader))
    return score


def measured(seeds: Sequence[int], *, with_baselines: bool) -> tuple[dict[str, object], list[str]]:
    score, converging, seconds = scoring.Score(), [], 0.0
    approved: dict[str, int] = {}
    for seed in seeds:
        world, trusted = worlds.build(seed), worlds.of_approved(seed)
        reader = Reader(world, worlds.AT)
        started = time.perf_counter()
        result = dream(world)
        seconds += time.perf_counter() - started
        scoring.Judge(world, reader, score).judge(of_engine(world, result, reader), result.patterns)
        converging.append(convergence.check(world, result, dream))
        for name, count in scoring.overruled(trusted, dream(trusted)).items():
            approved[name] = approved.get(name, 0) + count
    told: dict[str, object] = {
        "version": 1,
        "seeds": list(seeds),
        "held_out": list(seeds) == [worlds.HELD_OUT],
        "engine": score.told(),
        "approved_then_failed": approved,
        "convergence": {name: sum(one[name] for one in converging) for name in converging[0]},
        "engine_seconds": round(seconds, 2),
    }
    if with_baselines:
        told["baselines"] = {name: scored(seeds, method).told() for name, method in baselines.METHODS.items()}
    return told, score.misses


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.planted", description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=[worlds.HELD_OUT])
    parser.add_argument("--show", action="store_true", help="list what was wrong or missed, on standard error")
    parser.add_argument("--no-baselines", action="store_true")
    given = parser.parse_args()
    if not settings.configured:
        importlib.import_module("benchmarks.scratch")  # the checks know models
    told, misses = measured(given.seeds, with_baselines=not given.no_baselines)
    print(json.dumps(told, indent=2))
    if given.show:
        print("\n".join(sorted(misses)), file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
