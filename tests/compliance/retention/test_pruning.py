"""Pruning a log: what two people agreed on and nothing else goes, and all that is left verifies."""

import io
import json
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from accounts import confirming
from agents import memory as memories
from agents import roster
from agents.models import Memory, MemoryVersion
from audit import checking, pruning, testing, trail
from audit.checkpoints import anchors, restarting, signer
from audit.models import Checkpoint, Event, Private, Segment
from audit.verify import cli
from compliance import holding
from compliance.enums import Disclosure, HoldScope
from compliance.packs import building, plans
from compliance.packs.scopes import Scope
from compliance.past import telling
from compliance.retention import pruning as asking
from compliance.streaming import destinations
from reviews.drift import finding
from tests.recipes import now

pytestmark = pytest.mark.django_db
APPLICATION, OWNER = "lucid_test_application", "lucid_test_owner"
YEARS_8 = timedelta(days=2922)


@pytest.fixture
def log(signs, team, happen):
    """Five old events, sealed, and two young ones."""
    happen(*["team.changed"] * 5, private={"reason": "Words"}, at=now() - YEARS_8)
    signer.sign(team.row.trail_log, at=now() - YEARS_8)
    happen("team.changed", "team.changed", private={"reason": "Young"}, at=now())
    signer.sign(team.row.trail_log, at=now())
    return team.row.trail_log


def agree(team):
    held = asking.ask(team=team.row, by=team.auditor, at=now())
    return confirming.confirm(team=team.row, confirmation_id=held.public_id, by=team.security, at=now())


def prune():
    out = io.StringIO()
    call_command("audit", "prune", stdout=out)
    return out.getvalue()


def refused(sql, *arguments):
    try:
        with transaction.atomic(), connection.cursor() as cursor:  # noqa: TID251  (an attack needs no unit)
            cursor.execute(sql, arguments)
    except DatabaseError as error:
        return "audit" in str(error)
    return False


def pack(team, tmp_path, name, at):
    plan = plans.make(team=team.row, scope=Scope(), at=at)
    path = tmp_path / name
    with path.open("w+b") as out:
        building.build(
            out, team=team.row, plan=plan, scope=Scope(), disclosure=Disclosure.ALL, progress=lambda *_: None
        )
    return path, plan.keys


def verdict(path, keys, capsys):
    capsys.readouterr()
    code = cli.main([str(path), "--strict", "--json", *(part for key in keys for part in ("--key", key))])
    return code, json.loads(capsys.readouterr().out)


def test_what_two_people_agreed_on_goes_and_everything_verifies(team, log, tmp_path, capsys, happen):
    old, keys = pack(team, tmp_path, "old.zip", now())
    agree(team)
    said = prune()
    report = checking.check(log, anchors=anchors.remembered(log))

    assert (f"{log}: pruned 5 events, up to event 5" in said, prune()) == (True, "")
    assert (report.faults, report.checked["pruned events"]) == ([], 5)
    assert report.checked["checkpoints"] >= 4  # two rows, the signer's, and what the log says of the pruning
    assert Event.objects.of_log(log).oldest_first().first().seq == 6
    assert not Private.objects.exclude(event__in=Event.objects.values("public_id")).exists()

    happen("team.changed")
    assert signer.sign(log, at=now()).size == Event.objects.of_log(log).count() + 5
    new, keys = pack(team, tmp_path, "new.zip", now())
    code, document = verdict(new, keys, capsys)
    assert (code, document["reasons"], document["range"]["first"]) == (0, [], 6)
    assert verdict(old, keys, capsys)[0] == 0
    restarting.restart(log, reason_code="restored", by=team.admin.trail_actor, account="root@host", at=now())
    assert checking.check(log, anchors=anchors.remembered(log)).faults == []


def test_pages_say_what_was_pruned(client, team, log):
    agree(team)
    prune()
    client.force_login(team.auditor)
    told = Event.objects.of_log(log).get(type="audit.pruned")
    first = Event.objects.of_log(log).get(seq=6)
    trail_page = client.get(reverse("compliance:trail", args=[team.slug])).content.decode()
    page = client.get(reverse("compliance:retention", args=[team.slug])).content.decode()
    event = client.get(reverse("compliance:event", args=[team.slug, first.public_id])).content.decode()

    for one in (trail_page, page):
        assert "Events 1 to 5 were pruned on" in one
        assert told.public_id in one
    assert "It names the leaf of the event before." in event


@pytest.mark.parametrize("where", ["young", "leaves", "untold", "put back"])
def test_what_is_tampered_with_after_a_pruning_is_caught(team, log, where):
    kept = Event.objects.of_log(log).get(seq=5)
    agree(team)
    prune()
    with testing.guards_open():
        if where == "young":
            Event.objects.filter(log=log, seq=7).update(outcome="denied")
        elif where == "leaves":
            Segment.objects.update(leaves=bytes(32 * 5))
        elif where == "untold":
            Event.objects.filter(log=log, type="audit.pruned").delete()
        else:
            kept.pk = None
            kept.save(force_insert=True)

    assert not checking.check(log).is_sound


def test_the_database_refuses_all_but_what_was_agreed_on(team, log):
    leaves = b"".join(bytes(one.leaf) for one in Event.objects.of_log(log).oldest_first()[:7])
    keep = (
        "INSERT INTO audit_segment (log, first, last, leaves, at) SELECT %s, 1, %s, %s, at FROM audit_event WHERE seq=1"
    )
    before = refused(keep, log, 5, leaves[: 32 * 5])
    agree(team)

    assert before
    assert refused("DELETE FROM audit_event WHERE log = %s AND seq = 1", log)
    assert refused(keep, log, 7, leaves)
    assert refused(keep, log, 4, leaves[: 32 * 5])
    prune()
    for statement in (
        "DELETE FROM audit_event WHERE seq = 6",
        "DELETE FROM audit_event",
        "UPDATE audit_event SET outcome = 'denied'",
        "DELETE FROM audit_segment",
        "UPDATE audit_segment SET last = 7",
    ):
        assert refused(statement)
    assert checking.check(log).faults == []


def test_holds_and_young_events_stop_it(team, log, other_team):
    given = {"team": team.row, "reason": "A claim", "by": team.security, "at": now()}
    agree(team)
    holding.set_(scope=HoldScope.PERSON, target=team.admin.public_id, **given)
    assert "a legal hold stands in the way" in prune()
    with pytest.raises(asking.CannotPrune, match="legal hold"):
        asking.ask(team=team.row, by=team.auditor, at=now())
    with pytest.raises(asking.CannotPrune, match="No sealed stretch"):
        asking.ask(team=other_team.row, by=other_team.auditor, at=now())
    assert pruning.end(log) == 0


def test_what_a_stream_has_still_to_send_stays(team, log, settings, tmp_path):
    settings.STREAM_FOLDER = tmp_path
    given = {"team": team.row, "kind": "file", "format": "jsonl", "by": team.auditor, "at": now()}
    agree(team)
    slow = destinations.add(name="Slow", address="slow.jsonl", after=4, **given).destination
    assert "has not sent all of it yet" in prune()
    with pytest.raises(asking.CannotPrune, match="No sealed stretch"):
        asking.ask(team=team.row, by=team.auditor, at=now())

    destinations.remove(destination=slow, by=team.auditor, at=now())
    assert "pruned 5 events" in prune()
    with pytest.raises(destinations.NotThere) as late:
        destinations.add(name="Late", address="late.jsonl", after=4, **given)
    assert late.value.pruned == 5
    assert destinations.add(name="Next", address="next.jsonl", after=5, **given)


def test_a_log_that_does_not_add_up_is_not_pruned(team, log):
    agree(team)
    with testing.guards_open():
        Event.objects.filter(log=log, seq=2).update(body=b"{}")

    with pytest.raises(CommandError, match="event 2"):
        prune()
    assert (pruning.end(log), Event.objects.of_log(log).filter(seq=1).exists()) == (0, True)
    assert Checkpoint.objects.filter(log=log).count() == 2


def test_memory_whose_event_was_pruned_is_no_drift_until_its_row_is_altered(team, signs):
    old = now() - YEARS_8
    space = roster.create_namespace(team=team.row, slug="notes", name="Notes", by=team.admin, at=old)
    memories.import_first(team=team.row, namespace=space, files=[("/a.md", "- one\n")], by=trail.SYSTEM, at=old)
    finding.read_all(team=team.row, at=old)
    for at in (old, now()):
        with trail.unit_of_work(at=at) as unit:
            unit.record("team.changed", target=team.row, by=team.admin, data={"changed": ["name"]})
        signer.sign(team.row.trail_log, at=at)
    agree(team)
    prune()

    assert not Event.objects.of_log(team.row.trail_log).filter(type="memory.written").exists()
    assert finding.compare(namespace=space, at=now()) == []
    version = MemoryVersion.objects.of(team.row).select_related("memory__namespace", "blob").get()
    assert [(told.event, told.is_pruned) for told in telling.tell(team.row, [version])] == [(None, True)]
    Memory.objects.of(team.row).update(path="/b.md")
    assert [row.came for row in finding.compare(namespace=space, at=now())] == ["altered"]


@pytest.fixture
def roles(team, log):
    """An owner of all tables that is no superuser, and the application's role; a pruning is agreed on."""
    if connection.vendor != "postgresql":
        pytest.skip("only PostgreSQL knows roles")
    agree(team)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # no table changes hands with checks that still wait
        cursor.execute(f"CREATE ROLE {OWNER} NOLOGIN; CREATE ROLE {APPLICATION} NOLOGIN")
        cursor.execute(f"GRANT ALL ON SCHEMA public TO {OWNER}")
        cursor.execute("SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in cursor.fetchall():
            cursor.execute(f"ALTER TABLE {table} OWNER TO {OWNER}")
    with acting_as(OWNER):
        call_command("audit", "grant", "--role", APPLICATION)


@contextmanager
def acting_as(role):
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {role}")
        try:
            yield
        finally:
            cursor.execute("RESET ROLE")


def test_the_application_role_is_refused_with_a_reason_and_prunes_nothing(team, log, roles):
    before = Event.objects.of_log(log).count()

    with (
        acting_as(APPLICATION),
        pytest.raises(CommandError, match=r"only the owner may prune.*permission denied") as refused,
    ):
        prune()

    assert refused.value.returncode == 1
    assert (Event.objects.of_log(log).count(), Segment.objects.count()) == (before, 0)
    with acting_as(APPLICATION):
        assert checking.check(log, anchors=anchors.remembered(log)).faults == []


def test_an_owner_prunes_and_the_application_goes_on_with_what_is_left(team, log, roles, happen):
    with acting_as(OWNER):
        assert f"{log}: pruned 5 events, up to event 5" in prune()

    with acting_as(APPLICATION):
        happen("team.changed")
        size = signer.sign(log, at=now()).size
        report = checking.check(log, anchors=anchors.remembered(log))
        assert prune() == ""  # nothing is agreed on any more, so nothing is refused

    assert (report.faults, report.checked["pruned events"], report.size) == ([], 5, size)
