"""How fast transcripts come in, as JSON: events a second of the import, and its share of a raw COPY of the same rows.

    python benchmarks/bench_import.py [--events 100000] [--rounds 3]

Transcripts come from $LUCID_DATA/dev, over and over under new ids; where that is absent they are made up. The database
is a new one beside that of DATABASE_URL. Parsing is part of the import; `store` leaves it out. On SQLite there is no
COPY to compare with, and the rates stand alone.
"""

import argparse
import itertools
import json
import os
import statistics
import sys
import time
from pathlib import Path

import django
import msgspec

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.db import connection, transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.models import Team  # noqa: E402
from agents import loading, roster, sessions  # noqa: E402
from agents.importers import detect  # noqa: E402
from agents.importers.records import EventRecord, Transcript  # noqa: E402
from agents.models import SessionEvent  # noqa: E402
from audit import trail  # noqa: E402

FILE_BYTES = 20 * 1024 * 1024


def real_transcripts():
    data = os.environ.get("LUCID_DATA")
    for folder in ("tau_bench_airline", "tau2_bench", "claude_code_jsonl", "who_and_when", "swe_agent_traj"):
        for path in sorted(Path(data or "", "dev", folder).rglob("*")) if data else []:
            if path.is_file():
                yield from detect.read(str(path), path.read_bytes())[1]


def made_up_transcripts():
    for number in range(100):
        events = [
            EventRecord("message", "user", f"Order {number * 40 + n} has not come. " * 8, "user_input")
            for n in range(40)
        ]
        yield Transcript(str(number), events)


def files(wanted):
    """Files in Lucid's own format that hold about as many events as wanted."""
    transcripts = list(real_transcripts()) or list(made_up_transcripts())
    encode = msgspec.json.Encoder().encode
    made, size, events = [], 0, 0
    for number, transcript in enumerate(itertools.cycle(transcripts)):
        made.append(encode({"record": "session", "version": 1, "id": f"{number}"}))
        for event in transcript.events:
            made.append(
                encode(
                    {"record": "event", **{k: v for k, v in msgspec.structs.asdict(event).items() if v or k == "text"}}
                )
            )
        events += len(transcript.events)
        size += sum(map(len, made[-len(transcript.events) - 1 :]))
        if size > FILE_BYTES or events >= wanted:
            yield b"\n".join(made)
            made, size = [], 0
        if events >= wanted:
            return


def imported(agent, contents):
    """(seconds of parsing and storing, seconds of storing, events)."""
    whole = stored = events = 0
    for number, data in enumerate(contents):
        start = time.perf_counter()
        format, transcripts = detect.read(f"{number}.jsonl", data)
        parsed = time.perf_counter()
        report = sessions.store(
            team=agent.team,
            agent=agent,
            source=f"file {number}",
            transcripts=transcripts,
            format=format,
            by=trail.SYSTEM,
            at=timezone.now(),
        )
        ended = time.perf_counter()
        whole, stored, events = whole + ended - start, stored + ended - parsed, events + report.stored_events
    return whole, stored, events


def copied(agent):
    """Seconds that a raw COPY of the same rows takes, into a table of the same shape; rendering is not counted."""
    table = SessionEvent._meta.db_table
    own = SessionEvent.objects.of(agent.team).filter(session__agent=agent)
    rows = own.order_by("pk").values_list(*loading._COLUMNS)
    blocks = list(loading._blocks(loading.Row(str(row[0]), *row[1:]) for row in rows.iterator(chunk_size=5000)))
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE raw_copy (LIKE {table} INCLUDING ALL)")
        start = time.perf_counter()
        with transaction.atomic(), cursor.copy(f"COPY raw_copy ({loading._names()}) FROM STDIN") as copy:  # noqa: TID251
            for block in blocks:
                copy.write(block)
        seconds = time.perf_counter() - start
        cursor.execute("DROP TABLE raw_copy")
    return seconds


def measure(wanted, rounds):
    contents = list(files(wanted))
    at = timezone.now()
    team = Team.objects.create(slug="bench", name="Bench", created_at=at)
    whole, store, raw, events = [], [], [], 0
    for number in range(rounds):
        agent = roster.create_agent(team=team, slug=f"agent-{number}", name="Bench", by=trail.SYSTEM, at=at)
        seconds, stored, events = imported(agent, contents)
        whole.append(seconds)
        store.append(stored)
        if connection.vendor == "postgresql":
            raw.append(copied(agent))
    result = {
        "database": connection.vendor,
        "events": events,
        "megabytes": round(sum(map(len, contents)) / 1e6, 1),
        "rounds": rounds,
        "import_events_per_second": round(events / statistics.median(whole)),
        "store_events_per_second": round(events / statistics.median(store)),
    }
    if raw:
        result["raw_copy_events_per_second"] = round(events / statistics.median(raw))
        result["import_share_of_copy"] = round(statistics.median(raw) / statistics.median(whole), 3)
        result["store_share_of_copy"] = round(statistics.median(raw) / statistics.median(store), 3)
        result["goal_share_of_copy"] = 0.3
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    name = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        print(json.dumps(measure(options.events, options.rounds)))
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


if __name__ == "__main__":
    main()
