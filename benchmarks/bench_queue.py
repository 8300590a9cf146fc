"""How long the queue takes with many undecided changes, as JSON: milliseconds of processor time (median and worst).

    python benchmarks/bench_queue.py [--changes 10000] [--each 10] [--rounds 15]

Measured are the next proposal (from the top, the middle and the end, and under three queries), a page of the inbox, the
count in the navigation, and grouping what says the same. A tenth of the proposals is assigned, a tenth voted on by the
reader. The database is a new one beside that of DATABASE_URL.
"""

import argparse
import copy
import json
import os
import statistics
import sys
import time
from datetime import timedelta
from importlib import import_module
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("ALLOWED_HOSTS", "testserver")
import_module("config.wsgi")  # as a server starts

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.http import QueryDict  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import reverse  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts import paging  # noqa: E402
from accounts.enums import Role  # noqa: E402
from accounts.models import Membership, Team, User  # noqa: E402
from agents import roster  # noqa: E402
from agents.text import lines as text_lines  # noqa: E402
from audit import ids, trail  # noqa: E402
from reviews import policy, proposals  # noqa: E402
from reviews.drafts import Draft, DraftTarget  # noqa: E402
from reviews.enums import Operation, OriginKind  # noqa: E402
from reviews.inbox import assigning, duplicates, queue, ranking, turns  # noqa: E402
from reviews.inbox import lines as inbox  # noqa: E402
from reviews.models import Change, Decision, Proposal, Revision, RevisionTarget  # noqa: E402
from reviews.proposals import Origin  # noqa: E402

QUERIES = ("view=mine", "view=mine&q=tier:high", "view=open&q=is:overdue+refund", "view=mine&q=nowhere")
THINGS = ("refund window", "freight surcharge", "on-call rota", "invoice format", "rate card", "tone of voice")


def scene(changes, each):
    now = timezone.now()
    team = Team.objects.create(slug="bench", name="Bench", created_at=now)
    people = []
    for name in ("reader", "second", "third"):
        person = User.objects.create_user(f"{name}@bench.example", name=name.title())
        Membership.objects.create(team=team, user=person, roles=[Role.REVIEWER], joined_at=now)
        people.append(person)
    floors = ("low", "medium", "high")
    spaces = [
        roster.create_namespace(team=team, slug=floor, name=floor, tier_floor=floor, by=trail.SYSTEM, at=now)
        for floor in floors
    ]
    models = [_propose(team, space, each, now) for space in spaces]
    rows = _copies(team, models, changes // each - len(models), now)
    for number, row in enumerate(rows[::10]):
        assigning.by_hand(proposal=row, person=people[number % 3], by=trail.SYSTEM, at=now)
    _ask(team, rows[1::10], people[0], now)
    return team, people[0]


def _propose(team, space, each, at):
    drafts = []
    for n in range(each):
        edits = (text_lines.Edit(0, 0, (f"{_says(0, n)}\n",)),)
        target = DraftTarget(base=None, path_after=f"/{space.slug}/{n}.md", edits=edits)
        drafts.append(Draft(Operation.ADD, space, f"Note on {THINGS[n % 6]}", (target,)))
    origin = Origin(OriginKind.DREAM, "run_1", trail.SYSTEM)
    return proposals.open_(team=team, agent=None, title=f"Notes {space.slug}", origin=origin, drafts=drafts, at=at)


def _says(number, n):
    return f"- The {THINGS[(number + n) % 6]} of case {number} is {number % 37} days, or {n} for others."


def _copies(team, models, count, now):
    """Rows like those that the verb stored, in bulk: opening thousands of proposals one by one takes minutes."""
    kept = [list(Change.objects.of(team).filter(proposal=one).select_related("head")) for one in models]
    rows = []
    for number in range(count):
        row = copy.copy(models[number % 3])
        row.pk, row.public_id, row.number = None, ids.new("prp"), 100 + number
        row.opened_at = now - timedelta(minutes=7 * number)
        ranking.place(row, tiers=[row.tier] * row.waiting, document=policy.DEFAULT)
        rows.append(row)
    Proposal.objects.bulk_create(rows, batch_size=500)
    changes = [
        _like(one, "chg", proposal=row, fingerprint=f"{number}-{one.position}", head=None)
        for number, row in enumerate(rows)
        for one in kept[number % 3]
    ]
    Change.objects.bulk_create(changes, batch_size=500)
    heads = [one.head for number in range(count) for one in kept[number % 3]]
    heads = [_like(head, "rev", change=change) for head, change in zip(heads, changes, strict=True)]
    Revision.objects.bulk_create(heads, batch_size=500)
    for change, head in zip(changes, heads, strict=True):
        change.head = head
    Change.objects.of(team).bulk_update(changes, ["head"], batch_size=500)
    hunk = {"start": 0, "end": 0, "before": [], "above": None, "below": None}
    RevisionTarget.objects.bulk_create(
        (
            RevisionTarget(
                team=team,
                revision=head,
                position=0,
                path_after=f"/{number}.md",
                hunks=[hunk | {"after": [f"{_says(number // 10, number % 10)}\n"]}],
            )
            for number, head in enumerate(heads)
        ),
        batch_size=500,
    )
    return rows


def _like(row, prefix, **values):
    other = copy.copy(row)
    other.pk, other.public_id = None, ids.new(prefix)
    for name, value in values.items():
        setattr(other, name, value)
    return other


def _ask(team, rows, person, at):
    """The reader asked for changes to each change of these proposals."""
    asked = Change.objects.of(team).filter(proposal__in=rows)
    names = ("base_sha256", "proposed_sha256", "requirement_sha256", "evidence_sha256")
    seen = dict.fromkeys(names, "0" * 64)
    Decision.objects.bulk_create(
        Decision(team=team, change=one, revision_id=one.head_id, by=person, verdict="request_changes", at=at, **seen)
        for one in asked
    )
    asked.update(state="changes_requested")


def timed(act, rounds):
    spent = []
    for _ in range(rounds):
        start = time.process_time(), time.perf_counter()
        act()
        spent.append((time.process_time() - start[0], time.perf_counter() - start[1]))
    processor, wall = zip(*spent, strict=True)
    return {
        "milliseconds": round(statistics.median(processor) * 1000, 1),
        "worst": round(max(processor) * 1000, 1),
        "wall": round(statistics.median(wall) * 1000, 1),
    }


def measure(changes, each, rounds):
    team, person = scene(changes, each)
    reader = inbox.Reader(person, True, timezone.now())
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    ordered = list(Proposal.objects.of(team).select_related("team").order_by("rank_at", "opened_at", "pk"))
    result = {"database": connection.vendor, "changes": changes, "proposals": len(ordered)}
    for place, row in (("top", ordered[0]), ("middle", ordered[len(ordered) // 2]), ("end", ordered[-1])):
        for text in QUERIES:
            came_by = queue.read(QueryDict(text), decides=True)
            found = timed(lambda: queue.next_after(row, came_by, team=team, reader=reader), rounds)  # noqa: B023
            result[f"next, {place}, {text}"] = found
    result["navigation"] = timed(lambda: paging.count_label(turns.your_turn(person, team=team)), rounds)
    for text in QUERIES:
        url = f"{reverse('reviews:inbox', args=[team.slug])}?{text}"
        result[f"inbox, {text}"] = timed(lambda: client.get(url), rounds)  # noqa: B023
    result["grouping, first"] = timed(lambda: duplicates.refresh(team=team, at=timezone.now()), 1)
    result["grouping, nothing new"] = timed(lambda: duplicates.refresh(team=team, at=timezone.now()), 3)
    result["goal_milliseconds"] = 150
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--changes", type=int, default=10_000)
    parser.add_argument("--each", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()
    name = connection.settings_dict["NAME"]
    call_command("collectstatic", interactive=False, verbosity=0)  # a page names its files by their hashes
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        print(json.dumps(measure(options.changes, options.each, options.rounds), indent=1))
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


if __name__ == "__main__":
    main()
