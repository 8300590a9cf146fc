"""Signing off what was seen, and nothing else."""

import hashlib

import pytest

from audit.models import Event
from audit.verify import canonical, merkle
from reviews.drift import baselines
from reviews.models import Baseline
from tests.reviews import scenes
from tests.reviews.drift import acts


def test_the_root_is_that_of_path_and_text(space):
    texts = {"/b.md": "- b\n", "/a/z.md": "- z\n", "/Ä.md": "- ä\n"}
    for path, text in texts.items():
        scenes.memory(space, path, text)

    leaves = [
        merkle.leaf_hash(canonical.dumps([path, hashlib.sha256(texts[path].encode()).hexdigest()]))
        for path in sorted(texts, key=str.encode)
    ]
    assert baselines.live(space).root == merkle.tree_root(leaves).hex()


def test_signing_off_keeps_what_stood_there(team, space, memory):
    other = scenes.memory(space, "/a.md", "# Head\n\nOne. Two.\n")

    row = acts.sign(space, team.security, note="As agreed.")

    assert row.versions == [scenes.head(other).public_id, scenes.head(memory).public_id]
    assert (row.number, row.statements, row.signed_by) == (1, 6, team.security)
    event = Event.objects.of_log(team.row.trail_log).get(type="baseline.signed")
    assert (event.target_id, event.actor_id) == (row.public_id, team.security.public_id)
    data = {"namespace": space.public_id, "number": 1, "root": row.root, "memories": 2, "statements": 6, "writes": 0}
    assert event.content()["data"] == data
    assert baselines.newest(team.row, [space.pk]) == {space.pk: row}


def test_what_was_written_since_it_was_drawn_is_not_signed_off(team, space, memory):
    root = baselines.live(space).root
    acts.decide(memory, "- one\n")

    with pytest.raises(baselines.Moved, match="look again"):
        baselines.sign(namespace=space, root=root, note="", by=team.security, at=acts.THEN)
    assert not Baseline.objects.of(team.row).exists()


def test_a_baseline_written_into_the_tables_counts_for_nothing(team, space, memory):
    row = acts.sign(space, team.security)
    row.pk, row.public_id, row.number = None, "bsl_forged", 2
    row.save()

    assert baselines.newest(team.row, [space.pk]) == {}


def test_the_newest_baseline_holds(team, space, memory):
    acts.sign(space, team.security)
    acts.decide(memory, "- one\n")
    second = acts.sign(space, team.security, at=acts.THEN)

    assert baselines.newest(team.row, [space.pk]) == {space.pk: second}
    assert second.number == 2
