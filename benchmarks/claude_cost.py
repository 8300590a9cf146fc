"""What a dream with the model costs over a long history, and what one more night of it costs, as JSON.

    python -m benchmarks.claude_cost $LUCID_DATA/dev [--nights 90] [--a-night 2]

The sessions are those of tau-bench, again and again under other names, a few for each night, beside a memory of 200
statements. The model is the tests' platform over real HTTP: it bills as the real one does (a cache that is real, four
bytes to a token) and says little, which makes what is read weigh more. Prices: 3 and 15 dollars a million tokens in and
out, 6 written to the cache, 0.3 read from it.
"""

import argparse
import json
import sys
from dataclasses import replace
from datetime import timedelta
from itertools import cycle, islice
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.dreaming.engines import build
from tests.dreaming.engines.claude.desk import FINDER, Notes, Reader, dream, engine
from tests.dreaming.engines.managed.desk import Purse
from tests.platform import server

LIMIT = 0.05


def history(directory, count):
    """`count` sessions under names of their own, the oldest first."""
    files = sorted((directory / "tau_bench_airline").glob("*.json"))
    real = [one for path in files for one in build.tau_bench(path)]
    for number, (mark, events) in enumerate(islice(cycle(real), count)):
        began = build.NOW - timedelta(hours=count - number)
        said = [event | {"text": f"{event['text']} ({number})"} for event in events]
        yield replace(mark, id=f"ses_{number}", external_id=str(number), started_at=began, is_new=True), said


def memory():
    lines = (f"- Fares of class {n} are refunded within {n % 9 + 2} days by desk {n}.\n" for n in range(200))
    return build.memory("/fares.md", "# Fares\n\n" + "".join(lines))


def cost(platform, sessions, notes):
    platform.answering, purse = Reader(discover={"items": []}), Purse()
    result = dream(engine(platform, purse=purse), build.snapshot(sessions, [memory()]), journal=notes)
    tokens = list(purse.booked.values())
    read = sum(one.input + one.cache_read + one.cache_write_1h for one in tokens)
    return {"micro_dollars": purse.usage()["micro_dollars"], "tokens_in": read, "calls": len(tokens)}, result


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("directory", type=Path)
    parser.add_argument("--nights", type=int, default=90)
    parser.add_argument("--a-night", type=int, default=2)
    given = parser.parse_args()
    sessions = list(history(given.directory, given.nights * given.a_night))
    before, tonight = sessions[: -given.a_night], sessions[-given.a_night :]
    with server.serving() as platform:
        notes = Notes()
        whole, _ = cost(platform, sessions, Notes())
        cost(platform, before, notes)
        platform.advance(24 * 3600)
        night, _ = cost(platform, [*build.read(before), *tonight], Notes([notes]))
        nothing, _ = cost(platform, build.read(sessions), Notes([notes]))
    share = round(night["micro_dollars"] / whole["micro_dollars"], 4)
    figures = {"model": FINDER, "sessions": len(sessions), "first": whole, "night": night, "unchanged": nothing}
    print(json.dumps(figures | {"share": share, "limit": LIMIT, "is_met": share <= LIMIT}, indent=2))


if __name__ == "__main__":
    main()
