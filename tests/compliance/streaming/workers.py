"""Workers that send, and are killed by chance, while events go on happening.

`python -m tests.compliance.streaming.workers URL CA WORKERS DEATH`. Each worker that was killed gets a successor, as
often as there are workers and three. Prints, as JSON, what is left.
"""

import json
import os
import random
import signal
import sys
import time
from datetime import timedelta
from pathlib import Path

import django

django.setup()

from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts import confirming  # noqa: E402
from audit import trail  # noqa: E402
from audit.models import LogHead  # noqa: E402
from compliance.models import Destination  # noqa: E402
from compliance.streaming import batches, delivering, destinations, sending  # noqa: E402
from tests import recipes  # noqa: E402
from tests.audit.writers import deadly  # noqa: E402

EVENTS = 60  # half of them are there before, half happen meanwhile


def prepare(url, ca):
    people = recipes.people_of_a_team("killed")
    words = {"name": "SIEM", "kind": "webhook", "format": "jsonl", "address": url, "ca": ca}
    added = destinations.add(team=people.row, by=people.admin, at=timezone.now(), **words)
    held = added.held.public_id
    confirming.confirm(team=people.row, confirmation_id=held, by=people.auditor, at=timezone.now())
    happen(people.row, EVENTS // 2)
    return people.row, added.destination.pk


def size(team):
    return LogHead.objects.get(log=team.trail_log).size


def happen(team, count):
    with trail.unit_of_work(at=timezone.now()) as unit:
        for _ in range(count):
            unit.record("team.changed", target=team, by=trail.SYSTEM)


def forked(act, *arguments):
    process = os.fork()
    if process:
        return process
    code = 1
    try:
        act(*arguments)
        code = 0
    finally:
        os._exit(code)


def write(team):
    for _ in range(EVENTS // 2):
        happen(team, 1)
        time.sleep(0.02)


def start(seed, *arguments):
    return forked(work, seed, *arguments)


def work(seed, team, destination, goal, death):
    delivering.LEASE = timedelta(seconds=0.3)
    batches.MOST_EVENTS = 3
    sending.send = deadly(sending.send, random.Random(seed), death)
    while size(team) < goal or waiting(team, destination):
        delivering.deliver(destination_id=destination)
        time.sleep(0.01)


def waiting(team, destination):
    return size(team) - Destination.objects.of(team).get(pk=destination).acked


def main(url, ca, workers, death):
    team, destination = prepare(url, Path(ca).read_text())
    goal = size(team) + EVENTS // 2
    connection.close()
    running = {start(seed, team, destination, goal, death) for seed in range(workers)} | {forked(write, team)}
    deaths = failures = 0
    while running:
        process, status = os.wait()
        running.discard(process)
        if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
            deaths += 1
            running.add(start(workers + deaths, team, destination, goal, death if deaths < workers * 3 else 0))
        elif status:
            failures += 1
    print(json.dumps({"deaths": deaths, "size": size(team), "left": waiting(team, destination)}))
    return failures


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4])))
