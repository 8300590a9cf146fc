"""What an erasure leaves, table by table, and that everything still verifies."""

import pytest
from django.apps import apps
from django.db import connection, models

from accounts import confirming
from accounts.models import User
from agents.enums import Cause
from agents.models import Memory, MemoryVersion, SessionEvent, StorePush
from audit import checking, private, subjects
from audit.models import Blob, Event, Private
from compliance import holding
from compliance.enums import ErasureKind, ErasureState, HoldScope
from compliance.erasure import asking, looking, needles, performing, places, tombstones
from compliance.models import Erasure
from reviews.drafts import DraftQuote
from reviews.models import Decision, Evidence
from tests import agent_recipes, recipes
from tests.compliance.erasure import scenes
from tests.reviews import scenes as review_scenes

pytestmark = pytest.mark.django_db
SHE = needles.read([scenes.NAME, scenes.ADDRESS])


@pytest.fixture
def scene(team):
    return scenes.build(team)


def traces():
    """(table, column) of every text in the database in which she stands, sealed values opened."""
    found = set()
    for model in apps.get_models(include_auto_created=True):
        names = [field.column for field in model._meta.concrete_fields if may_hold_text(field)]
        if names and model._meta.db_table in connection.introspection.table_names():
            columns = ", ".join(f"CAST({connection.ops.quote_name(name)} AS text)" for name in names)
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT {columns} FROM {connection.ops.quote_name(model._meta.db_table)}")  # noqa: S608
                for row in cursor.fetchall():
                    found |= {(model._meta.label, name) for name, value in zip(names, row, strict=True) if is_in(value)}
    for row in Private.objects.all():
        if is_in(private.open(row).value):
            found.add(("audit.Private", row.name))
    return found


def everywhere(team, words):
    """Tables of the team in which these words stand."""
    pieces = ((place, piece) for place in places.all_places() for piece in place.pieces(team))
    return [place.label for place, piece in pieces if words in str(piece)]


def may_hold_text(field):
    return isinstance(field, models.CharField | models.TextField | models.JSONField)


def is_in(value):
    return bool(value) and bool(SHE.spans(value))


def test_the_preview_says_what_an_erasure_would_reach_and_changes_nothing(scene):
    before = traces()
    row = scenes.prepare(scene)

    assert traces() == before | {("compliance.Erasure", "needles")}
    assert row.found["memories"] == [scene.memory.public_id]
    assert scene.session.public_id in row.found["sessions"]
    assert row.found["changes"] == [scene.change.public_id]
    assert row.found["tables"]["private values"] >= 5
    assert {"evidence", "comment", "decision", "session event", "invitation"} <= set(row.found["tables"])
    assert row.needles == [scenes.ADDRESS, scenes.NAME]
    said = Event.objects.get(type="erasure.prepared", actor_id=scene.people.auditor.public_id)
    assert said.content()["data"] == {"kind": "person", "basis": "consent"}


def test_a_person_is_erased_from_every_table_and_all_verifies(scene):
    assert len(traces()) > 15  # else this test would show nothing
    row = scenes.erase(scene)

    assert traces() == set()
    assert (row.state, row.needles) == (ErasureState.DONE, [])
    for log in checking.logs():
        report = checking.check(log)
        assert report.is_sound, report.faults
    assert checking.check(scene.people.row.trail_log).checked["redacted values"] >= 5
    person = User.objects.get(pk=scene.person.pk)
    assert (person.is_active, person.name, person.email) == (False, "", f"erased-{person.public_id}@invalid.example")


def test_a_live_memory_gets_a_version_and_its_store_a_push(scene):
    scenes.erase(scene)

    memory = Memory.objects.of(scene.people.row).with_text().get(pk=scene.memory.pk)
    assert memory.head.text == "- ██████████ wants her invoices on paper.\n- Refunds take 5 days.\n"
    assert (memory.path, memory.head.cause, memory.head.number) == ("/██████████.md", Cause.ERASURE, 2)
    assert StorePush.objects.of(scene.people.row).filter(version=memory.head).exists()
    old = MemoryVersion.objects.of(scene.people.row).get(memory=memory, number=1)
    assert (old.text, old.blob.erased_at is None) == ("", False)


def test_quotes_keep_their_place_and_are_purged_and_the_change_is_looked_at_again(scene):
    scenes.erase(scene)

    quote = Evidence.objects.of(scene.people.row).get(change=scene.change)
    event = SessionEvent.objects.of(scene.people.row).get(session=scene.session, position=0)
    assert (quote.status, quote.quote) == ("purged", "█" * 10)
    assert event.text[quote.start : quote.end] == quote.quote
    scene.change.refresh_from_db()
    assert scene.change.title == "██████████ is a VIP"
    assert scene.change.is_undecided


def test_her_keys_are_destroyed_and_what_is_said_of_her_later_has_another(scene):
    kept = Private.objects.filter(subject=scene.person.public_id).first()
    scenes.erase(scene)

    assert kept is not None
    with pytest.raises(private.Sealed):  # as a backup still has it
        private.open(kept)
    assert subjects.current(log=kept.log, subject=kept.subject) == ""
    other = Private.objects.filter(subject=scene.people.second.public_id).first()
    assert other is None or private.open(other)


def test_the_account_stays_while_another_team_has_the_person(scene, other_team):
    recipes.membership(other_team.row, user=scene.person, roles=["member"])
    scenes.erase(scene)

    person = User.objects.get(pk=scene.person.pk)
    assert (person.name, person.is_active) == (scenes.NAME, True)
    assert {table for table, _column in traces()} == {"accounts.User"}


def test_a_session_is_erased_whole_and_the_same_transcript_stays_known(scene):
    before = scene.session.content_sha256
    row = scenes.erase(scene, ErasureKind.SESSION, scene.session.public_id)

    events = SessionEvent.objects.of(scene.people.row).filter(session=scene.session)
    scene.session.refresh_from_db()
    assert set(events.values_list("text", "speaker")) == {("", "")}
    assert scene.session.content_sha256 == before
    assert row.counts["events"] == 2
    assert row.counts["quotes"] == 1
    assert ("reviews.Evidence", "quote") not in traces()


@pytest.mark.parametrize("asked", (0, 1, 2))
def test_a_session_is_erased_with_all_its_versions_whichever_is_named(scene, asked):
    versions = later_versions(scene)
    row = scenes.erase(scene, ErasureKind.SESSION, versions[asked].public_id)

    assert row.found["sessions"] == sorted(one.public_id for one in versions)
    assert row.found["tables"]["quotes"] == 2
    assert row.found["changes"] == sorted(quoting(scene).values_list("change__public_id", flat=True))
    events = SessionEvent.objects.of(scene.people.row).filter(session__in=versions)
    assert set(events.values_list("text", flat=True)) == {""}
    assert set(quoting(scene).values_list("status", flat=True)) == {"purged"}
    assert tombstones.all_()[0]["sessions"] == [one.public_id for one in versions]
    assert checking.check(scene.people.row.trail_log).is_sound


def later_versions(scene):
    """The session with two further versions of it; a change of another memory quotes the last."""
    first, agent = scene.session, scene.session.agent
    again = {"external_id": first.external_id, "source": first.source}
    second = agent_recipes.session(agent, texts=(f"Again: {scenes.SAID}", "Well"), **again)
    third = agent_recipes.session(agent, texts=(f"Once more: {scenes.SAID}", "Well"), **again)
    (memory,) = agent_recipes.memories(agent_recipes.namespace(scene.people.row), {"/other.md": "- Other\n"})
    quote = DraftQuote(third.public_id, 0, 0, 9, "Once more")
    draft = review_scenes.edit(memory, "- More\n", title="More", quotes=(quote,))
    review_scenes.propose(scene.people.row, draft, agent=agent)
    return [first, second, third]


def quoting(scene):
    same = Evidence.objects.of(scene.people.row).filter(session__external_id=scene.session.external_id)
    return same.filter(session__agent=scene.session.agent)


def test_a_hold_on_one_version_keeps_the_session_whole(scene):
    first, _second, third = later_versions(scene)
    row = scenes.prepare(scene, ErasureKind.SESSION, third.public_id)
    about = {"scope": HoldScope.SESSION, "target": first.public_id, "reason": "A claim", "by": scene.people.auditor}
    holding.set_(team=scene.people.row, at=recipes.now(), **about)

    with pytest.raises(asking.CannotErase, match="legal hold"):
        asking.ask(erasure=row, by=scene.people.auditor, at=recipes.now())


def test_one_text_of_a_memory_is_erased(scene):
    version = MemoryVersion.objects.of(scene.people.row).get(memory=scene.memory, number=1)
    scenes.erase(scene, ErasureKind.TEXT, version.public_id)

    head = Memory.objects.of(scene.people.row).with_text().get(pk=scene.memory.pk).head
    assert (head.text, head.cause) == ("- (erased)\n", Cause.ERASURE)
    assert Blob.objects.get(pk=version.blob_id).text == ""
    assert not {("audit.Blob", "text"), ("reviews.RevisionTarget", "hunks")} & traces()
    assert checking.check(scene.people.row.trail_log).is_sound


def test_one_private_value_is_erased(scene):
    event = Event.objects.filter(type="change.voted").order_by("seq").first()
    row = scenes.erase(scene, ErasureKind.VALUE, f"{event.public_id}:reason")

    assert (row.found["tables"]["decision"], row.found["changes"]) == (1, [scene.change.public_id])
    assert row.counts["reviews.decision"] == 1
    reasons = Decision.objects.of(scene.people.row).order_by("pk").values_list("reason", flat=True)
    assert list(reasons) == [f"(erased on {row.agreed_at:%Y-%m-%d})", "Says who? zelda@quux.example?"]
    assert everywhere(scene.people.row, "I know Zelda Quux best") == []
    said = Event.objects.get(type="audit.redacted").content()["data"]
    assert (said["events"], said["fields"], said["basis"]) == ([event.seq], ["reason"], "consent")
    assert not Private.objects.filter(event=event.public_id).exists()
    assert checking.check(scene.people.row.trail_log).is_sound


def test_the_preview_says_where_the_words_of_one_value_stay(scene):
    voted = Event.objects.filter(type="change.voted").order_by("seq").first()
    scenes.comment(scene.people, scene.change, "“I know Zelda Quux best”, really?")
    row = scenes.prepare(scene, ErasureKind.VALUE, f"{voted.public_id}:reason")
    alone = Event.objects.filter(type="session.tainted").get()

    assert row.found["elsewhere"] == {"comment": 1, "private values": 1}
    assert scenes.prepare(scene, ErasureKind.VALUE, f"{alone.public_id}:reason").found["elsewhere"] == {}


def test_an_erasure_goes_on_where_a_crash_stopped_it(scene, monkeypatch):
    row = scenes.prepare(scene)
    scenes.agree(row, scene.people)
    everything = performing.steps.ALL[ErasureKind.PERSON]
    for broken in range(len(everything)):
        kept = performing.steps.ALL | {ErasureKind.PERSON: (*everything[:broken], stop, *everything[broken + 1 :])}
        monkeypatch.setattr(performing.steps, "ALL", kept)
        with pytest.raises(Stop):
            performing.perform(erasure_id=row.pk, now=recipes.now() + performing.LEASE * (broken + 1) * 2)
    monkeypatch.setattr(performing.steps, "ALL", performing.steps.ALL | {ErasureKind.PERSON: everything})
    done = performing.perform(erasure_id=row.pk, now=recipes.now() + performing.LEASE * 99)

    assert (done, traces()) == (True, set())
    assert len(tombstones.all_()) == 1
    assert Event.objects.filter(type="erasure.done").count() == 1


class Stop(Exception):
    pass


def stop(*_arguments):
    raise Stop


@pytest.mark.parametrize("scope", ["all", "person", "session", "namespace", "agent"])
def test_a_legal_hold_stands_in_the_way_when_asked_and_when_agreed(scene, scope):
    targets = {
        "all": "",
        "person": scene.person.public_id,
        "session": scene.session.public_id,
        "namespace": scene.memory.namespace.public_id,
        "agent": scene.session.agent.public_id,
    }
    people, now = scene.people, recipes.now()
    row = scenes.prepare(scene)
    held = asking.ask(erasure=row, by=people.auditor, at=now)
    about = {"scope": HoldScope(scope), "target": targets[scope], "reason": "A claim", "by": people.auditor, "at": now}
    hold = holding.set_(team=people.row, **about)
    with pytest.raises(holding.CannotHold):
        holding.set_(team=people.row, **about)
    second = scenes.prepare(scene)
    with pytest.raises(asking.CannotErase, match="legal hold"):
        asking.ask(erasure=second, by=people.auditor, at=now)
    failed = confirming.confirm(team=people.row, confirmation_id=held.public_id, by=people.security, at=now)
    asking.drop_settled(now=now)

    assert (failed.state, "legal hold" in failed.reason) == ("failed", True)
    assert Erasure.objects.of(people.row).get(pk=row.pk).needles == []
    lift = holding.ask_to_lift(hold=hold, by=people.auditor, at=now)
    assert holding.on_erasure(second) == [hold]
    confirming.confirm(team=people.row, confirmation_id=lift.public_id, by=people.security, at=now)
    assert holding.on_erasure(second) == []
    assert asking.ask(erasure=second, by=people.auditor, at=now).is_waiting


@pytest.mark.parametrize("scope", ["session", "namespace", "agent"])
def test_a_legal_hold_counts_for_what_the_preview_does_not_list(scene, scope, monkeypatch):
    monkeypatch.setattr(looking, "LISTED", 0)
    target = {"session": scene.session, "namespace": scene.memory.namespace, "agent": scene.session.agent}[scope]
    row = scenes.prepare(scene)
    about = {"scope": HoldScope(scope), "target": target.public_id, "reason": "A claim", "by": scene.people.auditor}
    hold = holding.set_(team=scene.people.row, at=recipes.now(), **about)

    assert (row.found["sessions"], holding.on_erasure(row)) == ([], [hold])


def test_who_is_still_a_member_and_what_is_not_there_cannot_be_erased(scene):
    for kind, subject, words in (
        (ErasureKind.PERSON, scene.people.second.public_id, ()),
        (ErasureKind.PERSON, "usr_none", ()),
        (ErasureKind.PERSON, "", ()),
        (ErasureKind.PERSON, "", ("Jo",)),
        (ErasureKind.SESSION, "ses_none", ()),
        (ErasureKind.TEXT, "ver_none", ()),
        (ErasureKind.VALUE, "evt_none:reason", ()),
    ):
        with pytest.raises(asking.CannotErase):
            scenes.prepare(scene, kind, subject, words)

    assert not Erasure.objects.of(scene.people.row).exists()


@pytest.mark.django_db(transaction=True)
def test_an_sqlite_file_keeps_nothing_between_its_rows_but_the_records_themselves(scene):
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL vacuums by itself")
    scenes.erase(scene)

    bytes_ = connection.connection.serialize()
    in_records = sum(bytes(body).count(b"zelda") for body in Event.objects.values_list("body", flat=True))
    assert (bytes_.count(b"Zelda"), bytes_.count(b"zelda@quux")) == (0, 0)
    assert bytes_.count(b"zelda") == in_records == 1  # the path of the memory


def test_every_column_of_words_has_its_place_or_is_named_apart():
    """A new table of a team is looked through by itself; this says so of some, by name."""
    known = {(place.label, field) for place in places.all_places() for field in place.fields}

    assert {("reviews.comment", "text"), ("agents.historicalnamespace", "description")} <= known
    assert {("dreaming.journalentry", "value"), ("accounts.confirmation", "diff")} <= known
    assert not known & {(f"{app}.{model}", field) for app, model, field in places.APART}
