"""How long a search takes over many statements, as JSON: milliseconds (median and worst; and of the process
alone, which on SQLite is all there is) for each kind of question.

    python benchmarks/bench_search.py [--statements 1000000] [--rounds 7]

The statements are made of words as often as words are in a language (Zipf), of one team in four namespaces. Building
them is told apart. The database is a new one beside that of DATABASE_URL.
"""

import argparse
import json
import os
import random
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django

django.setup()

from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.models import Team  # noqa: E402
from agents import roster  # noqa: E402
from agents.enums import SearchKind  # noqa: E402
from agents.models import SearchRow  # noqa: E402
from agents.search import finding, words  # noqa: E402
from agents.search.finding import Scope  # noqa: E402
from audit import trail  # noqa: E402

SYLLABLES = [a + b for a in "bcdfghklmnprstvz" for b in "aeiou"]
VOCABULARY = 60_000
LENGTH = 12  # words of a statement
AT_ONCE = 5_000
GOAL = 100


def vocabulary(rng):
    made = {"".join(rng.choice(SYLLABLES) for _ in range(rng.choice((2, 3, 3, 4)))) for _ in range(2 * VOCABULARY)}
    return sorted(made)[:VOCABULARY]


def build(count, rng):
    at = timezone.now()
    team = Team.objects.create(slug="bench", name="Bench", created_at=at)
    spaces = [
        roster.create_namespace(team=team, slug=f"space-{n}", name=f"Space {n}", by=trail.SYSTEM, at=at)
        for n in range(4)
    ]
    known = vocabulary(rng)
    rng.shuffle(known)
    weights = [1 / (rank + 10) for rank in range(len(known))]
    for start in range(0, count, AT_ONCE):
        said = rng.choices(known, weights, k=AT_ONCE * LENGTH)
        texts = (" ".join(said[at : at + LENGTH]) for at in range(0, len(said), LENGTH))
        SearchRow.objects.bulk_create(
            SearchRow(
                team=team, kind=SearchKind.STATEMENT, about=f"mem_{(start + n) // 20}", namespace=spaces[n % 4],
                title="/notes.md", text=text, words=f"notes md {text}", at=at,
            )
            for n, text in zip(range(min(AT_ONCE, count - start)), texts, strict=False)
        )  # fmt: skip
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE agents_searchrow")
    return team, spaces, known


def questions(known, rng):
    common, middling, rare = known[:20], known[200:2_000], known[30_000:]
    return {
        "a common word": lambda: rng.choice(common),
        "a rare word": lambda: rng.choice(rare),
        "three words": lambda: " ".join(rng.sample(middling, 3)),
        "common and rare": lambda: f"{rng.choice(common)} {rng.choice(rare)}",
        "a word being typed": lambda: rng.choice(middling)[:3],
        "two that never meet": lambda: " ".join(rng.sample(rare, 2)),
        "with a word left out": lambda: f"{rng.choice(middling)} -{rng.choice(common)}",
        "a word there is not": lambda: f"{rng.choice(rare)}xqx",
    }


def asked(team, make, rounds, scope):
    seconds, own = [], []
    for _ in range(rounds):
        question = words.ask(make())
        start, own_start = time.perf_counter(), time.process_time()
        finding.find(team=team, asked=question, scope=scope)
        seconds.append(time.perf_counter() - start)
        own.append(time.process_time() - own_start)
    return {
        "milliseconds": round(statistics.median(seconds) * 1000, 1),
        "worst": round(max(seconds) * 1000, 1),
        "of_this_process": round(statistics.median(own) * 1000, 1),
    }


def measure(count, rounds):
    rng = random.Random(1)
    start = time.perf_counter()
    team, spaces, known = build(count, rng)
    result = {
        "database": connection.vendor,
        "statements": count,
        "built_seconds": round(time.perf_counter() - start),
        "goal_milliseconds": GOAL,
    }
    for name, make in questions(known, rng).items():
        result[name] = asked(team, make, rounds, Scope())
    narrow = Scope(kinds=(SearchKind.STATEMENT,), namespace=spaces[2].pk)
    result["in one namespace"] = asked(team, lambda: rng.choice(known[:20]), rounds, narrow)
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--statements", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    name = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        print(json.dumps(measure(options.statements, options.rounds)))
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


if __name__ == "__main__":
    main()
