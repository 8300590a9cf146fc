"""How fast a log goes out to sinks on this machine, as JSON: events a second, and seconds for all of them.

    python benchmarks/bench_stream.py [--events 20000]

The servers speak TLS and run in a process of their own; they parse what comes and keep none of it.
"""

import argparse
import json
import multiprocessing
import sys
import tempfile
import time
from ipaddress import ip_network
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from benchmarks import scratch  # isort: skip  first: it makes the database of its own

from django.conf import settings
from django.utils import timezone

from accounts import confirming
from audit import catalogue, trail
from compliance.models import Destination
from compliance.streaming import delivering, destinations
from tests import recipes
from tests.compliance.streaming import servers

VOTE = catalogue.EVENTS["change.voted"]
DATA = {key: VOTE.example[key] for key in (*sorted(VOTE.required), "dwell_ms")}
BATCH = 1_000


def serve(folder, told):
    ca, context = servers.authority(Path(folder))
    webhook, syslog = servers.Webhook(context), servers.Syslog(context)
    told.put((ca, webhook.url, syslog.address))
    time.sleep(3600)


def fill(people, count):
    for _ in range(count // BATCH):
        with trail.unit_of_work(at=timezone.now()) as unit:
            for _ in range(BATCH):
                unit.record("change.voted", target=people.row, by=people.lead, data=DATA)


def measured(people, kind, address, ca, format):
    name = f"{kind} {format}"
    words = {"name": name, "kind": kind, "format": format, "address": address, "ca": ca}
    added = destinations.add(team=people.row, by=people.admin, at=timezone.now(), **words)
    if added.held:
        held = added.held.public_id
        confirming.confirm(team=people.row, confirmation_id=held, by=people.auditor, at=timezone.now())
    began, sent = time.perf_counter(), 0
    while more := delivering.deliver(destination_id=added.destination.pk):
        sent += more
    seconds = time.perf_counter() - began
    row = Destination.objects.of(people.row).get(pk=added.destination.pk)
    assert not row.problem, row.problem
    destinations.remove(destination=row, by=people.admin, at=timezone.now())
    return {"events": sent, "seconds": round(seconds, 2), "per_second": round(sent / seconds)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=20_000)
    count = parser.parse_args().events
    scratch.database()
    settings.STREAM_NETWORKS = [ip_network("127.0.0.0/8"), ip_network("::1/128")]
    settings.STREAM_FOLDER = Path(tempfile.mkdtemp(dir=scratch.FOLDER))
    told = multiprocessing.Queue()
    server = multiprocessing.Process(target=serve, args=(str(scratch.FOLDER), told), daemon=True)
    server.start()
    ca, url, address = told.get()
    people = recipes.people_of_a_team("bench")
    fill(people, count)
    ways = [("webhook", url, ca), ("syslog", address, ca), ("file", "trail.jsonl", "")]
    found = {f"{way[0]} {format}": measured(people, *way, format) for way in ways for format in ("jsonl", "ocsf")}
    server.terminate()
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
