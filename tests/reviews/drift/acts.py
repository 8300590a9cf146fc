"""What people, pipelines and intruders do to the memory of a namespace."""

from datetime import timedelta

from django.db import connection

from agents import memory as memories
from agents.enums import Cause
from agents.memory import Writing
from agents.models import Memory, MemoryVersion
from audit import testing, trail
from reviews import applying
from reviews.drift import baselines, finding
from reviews.models import Provenance
from tests.reviews import scenes
from tests.reviews.scenes import AT

SIGNED = AT + timedelta(hours=1)
THEN = AT + timedelta(hours=2)


def sign(space, by, at=SIGNED, note=""):
    root = baselines.live(space).root
    return baselines.sign(namespace=space, root=root, note=note, by=by, at=at)


def write(row, text, *, cause=Cause.SYNC, at=THEN, origin_ids=(), **values):
    """Through the verb of memory, as the part of the product would that has this cause."""
    row = Memory.objects.of(row.team).with_text().get(pk=row.pk)
    edits = memories.diff_edits(row.head.text, text)
    writing = Writing(**{"text": text, "path": row.path, "edits": edits, "origin_ids": list(origin_ids)} | values)
    with trail.unit_of_work(at=at) as unit:
        return memories.write(memory=row, writing=writing, cause=cause, by=trail.SYSTEM, at=at, unit=unit)


def decide(row, text, *, people=1, at=THEN):
    """A change that this many people approve, applied."""
    proposal = scenes.propose(row.team, scenes.edit(row, text, title=text), at=at)
    (change,) = scenes.changes(proposal)
    for number in range(people):
        scenes.vote(change, _voter(row.team, number), at=at)
    applying.apply_now(team=row.team, change_id=change.public_id, by=trail.SYSTEM, at=at)
    change.refresh_from_db()
    return change


def _voter(team, number):
    from accounts.models import Membership

    members = Membership.objects.of(team).filter(user__name__in=("Reviewer", "Second")).order_by("pk")
    return members.select_related("user")[number].user


def sql(query, *values):
    """Past the product, as somebody who owns the database."""
    with testing.guards_open(), connection.cursor() as cursor:
        cursor.execute(query, values)


def insert_version(row, text):
    """A version and its head written straight into the tables: nothing in the trail tells of it."""
    head = scenes.head(row)
    with testing.guards_open():
        from audit import blobs

        blob = blobs.keep_one(log=row.trail_log, text=text, at=THEN)
        values = {"number": head.number + 1, "blob": blob, "path": head.path, "cause": "change", "at": THEN}
        version = MemoryVersion.objects.create(
            team=row.team, memory=row, actor_type="person", actor_id="usr_1", origin_ids=head.origin_ids, **values
        )
        Memory.objects.of(row.team).filter(pk=row.pk).update(head=version)
    return version


def came(row):
    """How each version of a memory came, by number, after the tick has read them."""
    finding.read_all(team=row.team, at=THEN)
    rows = Provenance.objects.of(row.team).filter(version__memory=row).order_by("version__number")
    return [one.came for one in rows]


def found(team):
    """Data of the events that tell of unreviewed writes."""
    from audit.models import Event

    rows = Event.objects.of_log(team.trail_log).filter(type="drift.found").oldest_first()
    return [event.content()["data"] for event in rows]
