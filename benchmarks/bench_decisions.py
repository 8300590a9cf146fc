"""How long deciding takes, as JSON: milliseconds of server time for one vote with its answer, and seconds for many.

    python benchmarks/bench_decisions.py [--changes 200]

Votes go through the whole stack of middleware as the page sends them (htmx), one by one over half of the changes of a
proposal; then one word decides on the others. The database is a new one beside that of DATABASE_URL.
"""

import argparse
import json
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from benchmarks.bench_proposal_page import proposal, scene  # isort: skip  first: it sets Django up

from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from audit.trail import SYSTEM
from reviews import bulk, desk
from reviews.decisions import Word
from reviews.enums import Verdict
from reviews.policy import versions

BOUND = ("base", "proposed", "requirement", "evidence")


def one_by_one(client, team, changes):
    """Seconds of this process and queries of each vote, with the card that answers it."""
    seconds, own, queries = [], [], []
    for change in changes:
        seat = desk.read_one(change, team=team)
        form = {name: getattr(seat.bound, name) for name in BOUND}
        form |= {"verdict": "approve", "revision": seat.head.public_id}
        url = reverse("reviews:decide", args=[team.slug, change.public_id])
        with CaptureQueriesContext(connection) as asked:
            start, own_start = time.perf_counter(), time.process_time()
            answer = client.post(url, form, headers={"HX-Request": "true"})
            seconds.append(time.perf_counter() - start)
            own.append(time.process_time() - own_start)
        assert answer.status_code == 200, answer.content[:300]
        queries.append(len(asked))
    return seconds, own, queries


def at_once(team, person, changes):
    """Seconds for one word on all of them."""
    items = bulk.read(changes, team=team, verdict=Verdict.APPROVE, by=person)
    seen = {item.seat.change.public_id: item.seen for item in items}
    start = time.perf_counter()
    outcome = bulk.decide(team=team, seen=seen, word=Word(Verdict.APPROVE), by=person, at=timezone.now())
    assert outcome.decided == len(changes), outcome
    return time.perf_counter() - start


def measure(count):
    team, person, agent, space = scene()
    at_once_too = {"version": 2, "tiers": {"said_only": "off", "by_machine": "off", "unsupported": "off"}}
    versions.set_(team=team, document=at_once_too, by=SYSTEM, at=timezone.now())  # or none of them is low
    row = proposal(team, agent, space, 2 * count, 20)
    changes = list(desk.rows(team).filter(proposal=row).order_by("position"))
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    seconds, own, queries = one_by_one(client, team, changes[:count])
    return {
        "database": connection.vendor,
        "changes": 2 * count,
        "one_vote_milliseconds": round(statistics.median(seconds) * 1000, 1),
        "one_vote_milliseconds_of_this_process": round(statistics.median(own) * 1000, 1),
        "one_vote_queries": statistics.median(queries),
        "goal_milliseconds": 50,
        f"{count}_at_once_seconds": round(at_once(team, person, changes[count:]), 2),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--changes", type=int, default=200)
    options = parser.parse_args()
    name = connection.settings_dict["NAME"]
    call_command("collectstatic", interactive=False, verbosity=0)
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        print(json.dumps(measure(options.changes // 2)))
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


if __name__ == "__main__":
    main()
