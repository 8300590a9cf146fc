"""How long the page of a proposal takes, as JSON: milliseconds of server time (median) and queries, for 2 and for many
changes.

    python benchmarks/bench_proposal_page.py [--changes 200] [--rounds 15] [--memories 20]

The changes are small edits with two quotes each, spread over memories of 100 lines or more. The page is asked for
through the whole stack of middleware, without a network. The database is a new one beside that of DATABASE_URL.
"""

import argparse
import json
import os
import statistics
import sys
import time
from importlib import import_module
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("ALLOWED_HOSTS", "testserver")
import_module("config.wsgi")  # as a server starts

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.urls import reverse  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.enums import Role  # noqa: E402
from accounts.models import Membership, Team, User  # noqa: E402
from agents import memory, roster, sessions  # noqa: E402
from agents.importers.records import EventRecord, Transcript  # noqa: E402
from agents.models import Session  # noqa: E402
from agents.text import lines as text_lines  # noqa: E402
from audit import trail  # noqa: E402
from reviews import proposals  # noqa: E402
from reviews.drafts import Draft, DraftQuote, DraftTarget  # noqa: E402
from reviews.enums import Operation, OriginKind  # noqa: E402
from reviews.proposals import Origin  # noqa: E402

LINES = 100  # of each memory, at least
APART = 5  # lines between two changes of one memory
SAID = "It came after fourteen days, and the rule you told me says thirty."


def scene():
    at = timezone.now()
    team = Team.objects.create(slug="bench", name="Bench", created_at=at)
    person = User.objects.create_user("reviewer@bench.example", name="Reviewer")
    Membership.objects.create(team=team, user=person, roles=[Role.REVIEWER], joined_at=at)
    agent = roster.create_agent(team=team, slug="agent", name="Agent", by=trail.SYSTEM, at=at)
    space = roster.create_namespace(team=team, slug="space", name="Space", by=trail.SYSTEM, at=at)
    told = [
        Transcript(str(n), [EventRecord("message", "user", SAID, "user_input", at=at) for _ in range(4)])
        for n in range(40)
    ]
    sessions.store(team=team, agent=agent, source="b", transcripts=told, format="lucid", by=trail.SYSTEM, at=at)
    return team, person, agent, space


def proposal(team, agent, space, changes, spread):
    """`changes` small edits over `spread` memories."""
    at = timezone.now()
    lines = max(LINES, APART * (changes // spread + 1))
    files = [
        (f"/{changes}/{n}.md", "".join(f"- Refund rule {line} holds for {n} days.\n" for line in range(lines)))
        for n in range(spread)
    ]
    rows = memory.import_first(team=team, namespace=space, files=files, by=trail.SYSTEM, at=at).new
    heads = [row.versions.select_related("blob", "memory").get() for row in rows]
    heard = list(Session.objects.of(team).order_by("pk"))
    drafts = [_draft(number, heads[number % spread], number // spread * APART, heard) for number in range(changes)]
    origin = Origin(OriginKind.DREAM, "run_1", trail.SYSTEM)
    return proposals.open_(team=team, agent=agent, title="Many changes", origin=origin, drafts=drafts, at=at)


def _draft(number, head, line, heard):
    old = text_lines.split(head.text)[line]
    edit = text_lines.Edit(line, line + 1, (old.replace("holds", "counts from delivery and holds"),))
    quotes = tuple(DraftQuote(heard[(number + n) % 40].public_id, n, 0, len(SAID), SAID) for n in range(2))
    return Draft(
        Operation.EDIT,
        head.memory.namespace,
        f"Refund rule {line} of memory {head.path}",
        (DraftTarget(base=head, path_after=head.path, edits=(edit,)),),
        rationale="Customers said so in several sessions.",
        reason_code="contradiction",
        confidence=0.9,
        quotes=quotes,
        pattern={"support": 4, "opportunities": 9},
    )


def measured(client, url, rounds):
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(url)
    queries = len(asked)
    assert answer.status_code == 200, answer.status_code
    seconds = []
    for _ in range(rounds):
        start = time.perf_counter()
        client.get(url)
        seconds.append(time.perf_counter() - start)
    return queries, seconds, len(answer.content)


def measure(changes, rounds, spread):
    team, person, agent, space = scene()
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    result = {"database": connection.vendor, "rounds": rounds, "memories": spread}
    for count in (2, changes):
        row = proposal(team, agent, space, count, min(count, spread))
        url = reverse("reviews:proposal", args=[team.slug, row.number])
        queries, seconds, size = measured(client, url, rounds)
        result[f"{count}_changes"] = {
            "queries": queries,
            "milliseconds": round(statistics.median(seconds) * 1000, 1),
            "milliseconds_best": round(min(seconds) * 1000, 1),
            "kilobytes": round(size / 1000),
        }
    result["goal_milliseconds"] = 100
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--changes", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--memories", type=int, default=20)
    options = parser.parse_args()
    name = connection.settings_dict["NAME"]
    call_command("collectstatic", interactive=False, verbosity=0)  # a page names its files by their hashes
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        print(json.dumps(measure(options.changes, options.rounds, options.memories)))
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


if __name__ == "__main__":
    main()
