"""What the trail costs whoever writes into it, as JSON: ratios of one run, beside their limits. PostgreSQL only.

    DATABASE_URL=postgresql://… python benchmarks/bench_append.py [--seconds 10] [--writers 16] [--batch 5000]

`beside_work`: so many processes, each a transaction after the other that writes a row and waits 10 ms for something
else; without an event, with one in a log that all share, and with one in a log of each. The ways take turns, so that
whatever else the machine does hits all of them.

`batch`: events a second of units with a batch of events each, through the product; and of a COPY of the very same rows
into a table of the same columns and indexes without chain, head or trigger, in one transaction each as well.
"""

import argparse
import json
import multiprocessing
import os
import statistics
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import django

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.db import connection, transaction  # noqa: E402

from audit import catalogue, storing, trail  # noqa: E402
from audit.models import Event  # noqa: E402

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
WORK_SECONDS = 0.010
LIMITS = {"beside_work": 0.9, "batch": 0.5}
ACTOR = trail.Actor("person", "usr_0192f0c1e5a97c4e8d1b2f3a4c5d6e7f")
VOTE = catalogue.EVENTS["change.voted"]
DATA = {key: VOTE.example[key] for key in (*sorted(VOTE.required), "dwell_ms")}


def work():
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO bench_row (note) VALUES (%s)", ["something that a verb writes"])
    time.sleep(WORK_SECONDS)


def plain():
    with transaction.atomic():  # noqa: TID251  (what is compared with)
        work()


def in_one_log():
    with trail.unit_of_work(at=AT) as unit:
        work()
        record(unit, "bench")


def in_own_log():
    with trail.unit_of_work(at=AT) as unit:
        work()
        record(unit, f"bench{os.getpid()}")


def record(unit, log):
    target = trail.Target("change", "chg_0192f0c1e5a97c4e8d1b2f3a4c5d6e7f")
    unit.record("change.voted", target=target, by=ACTOR, log=log, data=DATA)


def writer(act, name, start, seconds, counts):
    """In a process of its own: as many transactions as fit between the start and the end."""
    connection.settings_dict["NAME"] = name
    act()
    start.wait()
    end, done = time.perf_counter() + seconds, 0
    while time.perf_counter() < end:
        act()
        done += 1
    counts.put(done)
    connection.close()


def rate(act, writers, seconds):
    context = multiprocessing.get_context("fork")
    start, counts = context.Barrier(writers), context.Queue()
    name = connection.settings_dict["NAME"]
    connection.close()
    processes = [context.Process(target=writer, args=(act, name, start, seconds, counts)) for _ in range(writers)]
    for process in processes:
        process.start()
    total = sum(counts.get() for _ in processes)
    for process in processes:
        process.join()
    return total / seconds


def beside_work(writers, seconds, rounds):
    ways = (plain, in_one_log, in_own_log)
    taken = [[rate(way, writers, seconds / rounds) for way in ways] for _ in range(rounds)]
    names = ("without", "in_one_log", "in_own_logs")
    medians = [round(statistics.median(way)) for way in zip(*taken, strict=True)]
    return {
        "writers": writers,
        "per_second": dict(zip(names, medians, strict=True)),
        "ratio": round(statistics.median(one / without for without, one, _ in taken), 3),
        "ratio_in_own_logs": round(statistics.median(own / without for without, _, own in taken), 3),
        "commit_ms": round(1000 * statistics.median(committed() for _ in range(50)), 2),
    }


def committed():
    """Seconds of a transaction with one row and nothing else: mostly the disk's."""
    began = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO bench_row (note) VALUES ('x')")
    return time.perf_counter() - began


def appended(batch, log):
    began = time.perf_counter()
    with trail.unit_of_work(at=AT) as unit:
        for _ in range(batch):
            record(unit, log)
    return batch / (time.perf_counter() - began)


def copied(log):
    rows = list(Event.objects.of_log(log).order_by("seq").values_list(*storing.COLUMNS))
    connection.ensure_connection()
    began = time.perf_counter()
    statement = storing.COPY.replace("audit_event", "bench_event")
    with transaction.atomic(), connection.cursor() as cursor, cursor.copy(statement) as copy:  # noqa: TID251
        copy.set_types(storing.COPY_TYPES)
        for row in rows:
            copy.write_row(row)
    return len(rows) / (time.perf_counter() - began)


def in_batches(batch, rounds):
    appended(batch, "warm")
    taken = []
    for number in range(rounds):
        log = f"batch{number}"
        taken.append((appended(batch, log), copied(log)))
    ours, theirs = (statistics.median(column) for column in zip(*taken, strict=True))
    return {
        "batch": batch,
        "per_second": {"appended": round(ours), "copied": round(theirs)},
        "ratio": round(statistics.median(one / other for one, other in taken), 3),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seconds", type=float, default=10, help="for each way, over all rounds")
    parser.add_argument("--writers", type=int, default=16)
    parser.add_argument("--batch", type=int, default=5_000)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    if connection.vendor != "postgresql":
        raise SystemExit("this measures PostgreSQL: set DATABASE_URL")
    old = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        with connection.cursor() as cursor:
            cursor.execute("CREATE TABLE bench_row (id bigserial PRIMARY KEY, note text)")
            cursor.execute("CREATE TABLE bench_event (LIKE audit_event INCLUDING ALL)")
        figures = {
            "batch": in_batches(given.batch, given.rounds),
            "beside_work": beside_work(given.writers, given.seconds, given.rounds),
        }
    finally:
        connection.creation.destroy_test_db(old, verbosity=0)
    for name, limit in LIMITS.items():
        figures[name] |= {"limit": limit, "is_met": figures[name]["ratio"] >= limit}
    print(json.dumps({"database": connection.vendor, "cores": os.cpu_count(), **figures}, indent=2))


if __name__ == "__main__":
    main()
