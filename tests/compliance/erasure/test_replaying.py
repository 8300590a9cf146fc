"""The whole story: erase a person, restore an older backup, and nothing of her comes back."""

import json

import pytest
from django.core.management import call_command
from django.db import transaction

from agents.models import SessionEvent
from audit import checking, private
from audit.models import Event, Private
from compliance.enums import ErasureKind
from compliance.erasure import replaying, tombstones
from compliance.models import Erasure
from tests import agent_recipes, recipes
from tests.compliance.erasure import scenes
from tests.compliance.erasure.test_erasing import traces


@pytest.fixture
def restored(team, db):
    """A database as it was before an erasure whose tombstone and destroyed keys are outside of it."""
    scene = scenes.build(team)
    savepoint = transaction.savepoint()
    row = scenes.erase(scene)
    assert traces() == set()
    transaction.savepoint_rollback(savepoint)
    assert not Erasure.objects.of(team.row).exists()
    return scene, row.public_id


def sealed_values(scene):
    return Private.objects.filter(subject=scene.person.public_id)


def test_a_restored_database_is_refused_until_its_erasures_are_replayed(restored, capsys):
    scene, id = restored
    with pytest.raises(replaying.Behind, match=f"behind 1 erasure.*{id}"):
        replaying.refuse_if_behind()
    for row in sealed_values(scene):
        with pytest.raises(private.Sealed):
            private.open(row)
    assert not checking.check(scene.people.row.trail_log).is_sound  # what cannot be opened is said

    call_command("audit", "replay-erasures")

    assert id in capsys.readouterr().out
    assert (traces(), list(sealed_values(scene))) == (set(), [])
    replaying.refuse_if_behind()
    for log in checking.logs():
        report = checking.check(log)
        assert report.is_sound, report.faults
    assert Event.objects.filter(type="erasure.replayed", target_id=id).count() == 1
    assert replaying.replay(now=recipes.now()) == []


def test_tombstones_hold_nothing_of_the_person_and_show_when_a_line_is_gone(restored, folder):
    scene, id = restored
    text = tombstones.path().read_text()
    row = json.loads(text)

    assert not any(word in text.casefold() for word in ("zelda", "quux"))
    assert (row["id"], row["subject"], len(row["needles"])) == (id, scene.person.public_id, 2)
    assert tombstones.path().stat().st_mode & 0o777 == 0o600
    other = scenes.prepare(scene, words=["Somebody Else"])
    scenes.agree(other, scene.people)
    replaying.replay(now=recipes.now())
    assert [one["id"] for one in tombstones.all_()] == [id, other.public_id]
    tombstones.path().write_text(tombstones.path().read_text().split("\n", 1)[1])
    with pytest.raises(tombstones.Damaged, match="line 1"):
        replaying.refuse_if_behind()


def test_a_session_is_erased_again_by_a_version_that_the_backup_has(team, db):
    scene = scenes.build(team)
    savepoint = transaction.savepoint()
    known = {"external_id": scene.session.external_id, "source": scene.session.source}
    later = agent_recipes.session(scene.session.agent, texts=("Another beginning",), **known)
    scenes.erase(scene, ErasureKind.SESSION, later.public_id)
    transaction.savepoint_rollback(savepoint)

    replaying.replay(now=recipes.now())

    events = SessionEvent.objects.of(team.row).filter(session=scene.session)
    assert set(events.values_list("text", flat=True)) == {""}


def test_a_team_that_the_backup_does_not_have_is_no_hindrance(restored):
    scene, _id = restored
    text = tombstones.path().read_text()
    tombstones.path().write_text(text.replace(scene.people.row.public_id, f"team_{'0' * 32}"))

    assert len(replaying.replay(now=recipes.now())) == 1
