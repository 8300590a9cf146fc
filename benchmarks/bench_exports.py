"""How fast the trail is exported, as a share of what PostgreSQL takes to COPY the same rows to /dev/null, as JSON.

    python -m benchmarks.bench_exports postgresql://postgres@127.0.0.1:5432/postgres [--events 100000] [--rounds 3]

The database is a new one beside that of the URL, whose role must be a superuser (it writes on the server). Events are
of the size of votes. COPY and exports take turns within each round; the best of each counts. `megabytes` is by how much
the peak of the process grew over all exports.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
LOG = "team_bench"
NAME = "lucid_bench_exports"
LIMITS = {"csv": 0.5, "jsonl": 0.25}
COPY = f"""COPY (SELECT log, seq, public_id, at, type, outcome, actor_type, actor_id, target_type, target_id, body, leaf
    FROM audit_event WHERE log = '{LOG}' ORDER BY seq) TO '/dev/null'"""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("url")
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--fill", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.fill:
        return fill(given.events)
    with_database(given.url, "DROP DATABASE IF EXISTS {0} WITH (FORCE)", "CREATE DATABASE {0}")
    try:
        os.environ["DATABASE_URL"] = f"{given.url.rpartition('/')[0]}/{NAME}"
        again = [sys.executable, "-m", "benchmarks.bench_exports", given.url, "--fill", "--events", str(given.events)]
        subprocess.run(again, check=True)  # in a process of its own, so that its memory is not counted
        print(json.dumps(measure(given.events, given.rounds), indent=2))
    finally:
        with_database(given.url, "DROP DATABASE {0} WITH (FORCE)")
    return None


def with_database(url, *statements):
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.format(NAME))


def set_up():
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()


def fill(events):
    set_up()
    from datetime import UTC, datetime, timedelta

    from django.core.management import call_command
    from django.db import connection

    from audit import catalogue, trail

    voted = catalogue.EVENTS["change.voted"]
    said = {key: voted.example[key] for key in voted.required}
    call_command("migrate", verbosity=0)
    at = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    hashes = {name: f"{number:064x}" for number, name in enumerate(("base", "proposed", "requirement", "evidence"))}
    for start in range(0, events, 2_000):
        with trail.unit_of_work(at=at + timedelta(seconds=start)) as unit:
            for number in range(start, min(start + 2_000, events)):
                unit.record(
                    "change.voted",
                    target=trail.Target("change", f"chg_{number:032x}"),
                    by=trail.Actor("person", f"usr_{number % 50:032x}"),
                    log=LOG,
                    data={**said, **hashes, "dwell_ms": number},
                )
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE audit_event")


def measure(events, rounds):
    set_up()
    from django.db import connection

    from audit import exporting
    from audit.models import Event

    def copy():
        with connection.cursor() as cursor:
            cursor.execute(COPY)

    log = Event.objects.of_log(LOG)
    ways = {
        "copy": copy,
        "csv": lambda: [len(part) for part in exporting.csv_rows(log)],
        "jsonl": lambda: [len(part) for part in exporting.jsonl(log)],
    }
    copy()  # warm
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    best = dict.fromkeys(ways, float("inf"))
    for _ in range(rounds):
        for name, act in ways.items():
            began = time.perf_counter()
            act()
            best[name] = min(best[name], time.perf_counter() - began)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    return {
        "events": events,
        "seconds": {name: round(seconds, 3) for name, seconds in best.items()},
        "share_of_copy": {name: round(best["copy"] / best[name], 2) for name in LIMITS},
        "limits": LIMITS,
        "megabytes": round(grown, 1),
        "megabytes_limit": 64,
    }


if __name__ == "__main__":
    main()
