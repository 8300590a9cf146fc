"""How long officers wait for their pages on a long log, as JSON: milliseconds on the clock, median, best and worst.

    python -m benchmarks.bench_officer_pages postgresql://postgres@127.0.0.1:5432/postgres [--events 1000000]

The database is a new one beside that of the URL; with `--keep` it stays, and the next such run takes it as it is. The
events are of one team and one year: half are done by tokens, a third by Lucid, the rest by twenty people, of whom one
did most and one next to nothing; some types are rare. The first round is left out, as it only warms the caches.
"""

import argparse
import json
import os
import random
import statistics
import sys
import time
from datetime import timedelta
from importlib import import_module
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
NAME = "lucid_bench_officer_pages"
SLUG, GOAL = "bench", 300
AT_ONCE, PEOPLE, AGENTS, CHANGES = 5_000, 20, 10, 20_000
# Type, share of a thousand, who does it, what it is about.
MIX = (
    ("memory.read", 450, "token", "agent"),
    ("sessions.imported", 50, "token", "agent"),
    ("change.opened", 150, "system", "change"),
    ("memory.written", 100, "system", "memory"),
    ("dream.finished", 80, "system", "agent"),
    ("change.voted", 110, "person", "change"),
    ("change.commented", 40, "person", "change"),
    ("auth.signed_in", 19, "person", "person"),
    ("policy.changed", 1, "person", "policy"),
)
RARE = ("hold.set", "erasure.done", "stream.added")  # three of each in a million


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("url")
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--keep", action="store_true")
    given = parser.parse_args()
    with psycopg_at(given.url) as admin:
        is_there = admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME]).fetchone() is not None
        if is_there and not given.keep:
            admin.execute(f"DROP DATABASE {NAME} WITH (FORCE)")
        if not is_there or not given.keep:
            admin.execute(f"CREATE DATABASE {NAME}")
    set_up(given.url)
    try:
        if not is_there or not given.keep:
            fill(given.events)
        print(json.dumps(measure(given.rounds), indent=1))
    finally:
        if not given.keep:
            with psycopg_at(given.url) as admin:
                admin.execute(f"DROP DATABASE {NAME} WITH (FORCE)")


def psycopg_at(url):
    import psycopg

    return psycopg.connect(url, autocommit=True)


def set_up(url):
    os.environ["DATABASE_URL"] = f"{url.rpartition('/')[0]}/{NAME}"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ.setdefault("ALLOWED_HOSTS", "testserver")
    os.environ.setdefault("LOG_LEVEL", "ERROR")
    import_module("config.wsgi")  # as a server starts
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)  # a page names its files by their hashes


def fill(count):
    from django.db import connection
    from django.utils import timezone

    from accounts.enums import Role
    from accounts.models import Membership, Team, User
    from agents import memory, roster
    from agents.enums import Access
    from audit import trail

    now = timezone.now()
    team = Team.objects.create(slug=SLUG, name="Bench", created_at=now)
    for number in range(PEOPLE):
        person = User.objects.create_user(f"p{number}@bench.example", name=f"Person {number}")
        Membership.objects.create(team=team, user=person, roles=[Role.AUDITOR, Role.REVIEWER], joined_at=now)
    space = roster.create_namespace(team=team, slug="space", name="Space", by=trail.SYSTEM, at=now)
    for number in range(AGENTS):
        agent = roster.create_agent(team=team, slug=f"agent-{number}", name=f"Agent {number}", by=trail.SYSTEM, at=now)
        roster.set_access(agent=agent, namespace=space, mode=Access.WRITE, by=trail.SYSTEM, at=now)
    files = {f"/{number}.md": f"- Note {number}\n" for number in range(300)}
    memory.import_first(team=team, namespace=space, files=files.items(), by=trail.SYSTEM, at=now)
    _record(team, count, now)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _record(team, count, now):
    from audit import catalogue, trail

    chance = random.Random(7)
    actors, targets = _who(team), _what(team)
    kinds = chance.choices(MIX, weights=[share for _type, share, *_ in MIX], k=count)
    begin, step = now - timedelta(days=365), timedelta(days=365) / count
    rare = {int(count * (number + 1) / 10): type for number, type in enumerate(RARE * 3)}
    for start in range(0, count, AT_ONCE):
        with trail.unit_of_work(at=begin + step * start) as unit:
            for number in range(start, min(start + AT_ONCE, count)):
                type, _share, who, what = kinds[number]
                type = rare.get(number, type)
                target, by = chance.choice(targets[what]), chance.choice(actors[who])
                data = catalogue.EVENTS[type].example
                data |= {"agent": chance.choice(targets["agent"]).id} if "agent" in data else {}
                unit.record(type, target=target, by=by, log=team.trail_log, data=data)


def _who(team):
    """Of the people the first did two thirds, the last next to nothing."""
    from accounts.models import User
    from audit import ids, trail

    people = [user.trail_actor for user in User.objects.order_by("pk")]
    often = people[:1] * 2_000 + people[1:-1] * 55 + people[-1:]
    tokens = [trail.Actor("machine", ids.new("tok")) for _ in range(AGENTS)]
    return {"system": [trail.SYSTEM], "token": tokens, "person": often}


def _what(team):
    from accounts.models import User
    from agents.models import Agent, Memory
    from audit import ids, trail

    return {
        "agent": [trail.Target("agent", one.public_id) for one in Agent.objects.of(team).order_by("pk")],
        "memory": [trail.Target("memory", one.public_id) for one in Memory.objects.of(team).order_by("pk")],
        "change": [trail.Target("change", ids.new("chg")) for _ in range(CHANGES)],
        "person": [trail.Target("user", one.public_id) for one in User.objects.order_by("pk")],
        "policy": [trail.Target("policy", ids.new("pol"))],
    }


def pages():
    """{name: address}."""
    from django.urls import reverse
    from django.utils import timezone

    from accounts.models import Team, User
    from agents.models import Agent, Memory
    from audit.models import Event

    team = Team.objects.get(slug=SLUG)
    people = list(User.objects.order_by("pk").values_list("public_id", flat=True))
    log = Event.objects.of_log(team.trail_log)
    change = log.filter(type="change.opened").newest_first()[1_000].target_id
    agent = Agent.objects.of(team).order_by("pk").first().public_id
    memory = Memory.objects.of(team).order_by("pk").first().public_id
    today = timezone.localdate()
    old, half, recent = today - timedelta(days=360), today - timedelta(days=180), today - timedelta(days=3)

    def url(name, *args, query=""):
        return reverse(f"compliance:{name}", args=[SLUG, *args]) + (f"?{query}" if query else "")

    found = {"trail": url("trail")}
    queries = {
        "who did most": f"actor={people[0]}",
        "who did next to nothing": f"actor={people[-1]}",
        "Lucid": "actor=system",
        "one change": f"target={change}",
        "one agent": f"target={agent}",
        "nothing of this id": "target=chg_none",
        "one type": "type=change.voted",
        "a family": "type=change",
        "a rare type": "type=hold.set",
        "a rare family": "type=erasure",
        "a day long ago": f"since={old}&until={old}",
        "a day lately": f"since={recent}&until={recent}",
        "until long ago": f"until={old}",
        "a month half a year ago": f"since={half}&until={half + timedelta(days=30)}",
        "that month, who did most": f"since={half}&until={half + timedelta(days=30)}&actor={people[0]}",
        "that month, who did next to nothing": f"since={half}&until={half + timedelta(days=30)}&actor={people[-1]}",
        "that day, a rare type": f"since={old}&until={old}&type=hold.set",
        "a rare type of who did most": f"type=policy.changed&actor={people[0]}",
    }
    found |= {f"trail, {name}": url("trail", query=query) for name, query in queries.items()}
    followed = {"a change": change, "an agent": agent, "a memory": memory}
    followed |= {"who did most": people[0], "who did next to nothing": people[-1]}
    for name, id in followed.items():
        found[f"through time, {name}"] = url("follow", id)
    found["through time, who did most, oldest first"] = url("follow", people[0], query="order=oldest")
    found["through time, who did most, a day long ago"] = url("follow", people[0], query=f"since={old}&until={old}")
    for name in ("a change", "an agent", "who did next to nothing"):
        found[f"through time, {name}, all that name it"] = url("follow", followed[name], query="reach=named")
    found |= {name: url(name) for name in ("home", "controls", "access", "duties", "exports", "streams", "checkpoints")}
    found["event"] = url("event", log.order_by("seq")[500].public_id)
    return found


def measure(rounds):
    from django.test import Client

    from accounts.models import User
    from audit.models import LogHead

    client = Client()
    client.force_login(User.objects.order_by("pk")[1], backend="django.contrib.auth.backends.ModelBackend")
    found = {name: _timed(client, url, rounds) for name, url in pages().items()}
    slow = [name for name, one in found.items() if one["milliseconds"] > GOAL]
    return {"events": max(LogHead.objects.values_list("size", flat=True)), "goal": GOAL, "slow": slow, "pages": found}


def _timed(client, url, rounds):
    spent = []
    for _ in range(rounds + 1):
        start = time.perf_counter()
        answer = client.get(url)
        spent.append((time.perf_counter() - start) * 1000)
        assert answer.status_code == 200, (url, answer.status_code)
    told = {"milliseconds": statistics.median(spent[1:]), "best": min(spent[1:]), "worst": max(spent[1:])}
    return {name: round(value) for name, value in told.items()}


if __name__ == "__main__":
    main()
