"""Unreviewed writes are found once, told to who has to know, and offered to be taken back."""

from datetime import timedelta

import pytest

from agents import memory as memories
from agents.models import Memory, MemoryVersion
from audit import trail
from reviews import policy, ticking
from reviews.drift import attending, baselines, finding, restoring, suspended
from reviews.enums import NoticeKind, Verdict
from reviews.models import Notice, Proposal, Provenance
from tests.reviews import scenes
from tests.reviews.drift import acts
from tests.reviews.scenes import AT

LATER = acts.THEN + timedelta(minutes=1)


def _told(team, kind=NoticeKind.UNREVIEWED):
    rows = Notice.objects.of(team.row).filter(kind=kind).order_by("person__name")
    return list(rows.values_list("person__name", "namespace__slug"))


def _open(row):
    return Provenance.objects.of(row.team).open().filter(version__memory=row)


def test_a_write_is_found_by_the_tick_and_told_once(team, space, memory):
    version = acts.write(memory, "- one\n- two\n- extra\n")

    for _ in range(3):
        ticking.tick(now=LATER)

    data = {"version": version.public_id, "number": 2, "came": "sync", "change": ""}
    assert acts.found(team.row) == [data]
    assert _told(team) == [("Lead", space.slug), ("Security", space.slug)]


def test_the_proposal_that_takes_it_back_restores_what_stood_there(team, memory):
    acts.write(memory, "- one\n- two\n- extra\n")
    ticking.tick(now=LATER)
    proposal = Proposal.objects.of(team.row).get()
    (change,) = scenes.changes(proposal)

    assert (proposal.origin_kind, change.operation, change.tier) == ("sync", "edit", "low")
    scenes.approve_and_apply(change, team.reviewer, at=LATER + timedelta(hours=1))

    assert scenes.text(memory) == "- one\n- two\n- three\n"
    finding.read_all(team=team.row, at=LATER)
    assert not _open(memory).exists()
    row = Provenance.objects.of(team.row).get(version__memory=memory, version__number=2)
    assert (row.came, row.settled_as) == ("sync", "restored")


def test_rejecting_it_keeps_the_write_until_it_is_signed_off(team, space, memory):
    acts.write(memory, "- one\n")
    ticking.tick(now=LATER)
    (change,) = scenes.changes(Proposal.objects.of(team.row).get())
    scenes.vote(change, team.reviewer, Verdict.REJECT, reason_code="other", at=LATER)
    ticking.tick(now=LATER)

    assert scenes.text(memory) == "- one\n"
    assert _open(memory).count() == 1

    acts.sign(space, team.security, at=LATER)

    assert not _open(memory).exists()


def test_signing_off_takes_the_place_of_what_would_restore(team, space, memory):
    acts.write(memory, "- one\n")
    ticking.tick(now=LATER)

    acts.sign(space, team.security, at=LATER)

    assert Proposal.objects.of(team.row).get().state == "withdrawn"
    unread = Notice.objects.of(team.row).unread().filter(kind=NoticeKind.UNREVIEWED)
    assert list(unread.values_list("person__name", flat=True)) == ["Lead"]


def test_a_second_write_gets_one_proposal_that_goes_back_behind_both(team, memory):
    acts.write(memory, "- one\n")
    ticking.tick(now=LATER)
    acts.write(memory, "- other\n", at=LATER)
    ticking.tick(now=LATER)

    states = list(Proposal.objects.of(team.row).order_by("number").values_list("state", flat=True))
    assert states == ["withdrawn", "open"]
    (change,) = scenes.changes(Proposal.objects.of(team.row).get(state="open"))
    scenes.approve_and_apply(change, team.reviewer, at=LATER + timedelta(hours=1))
    finding.read_all(team=team.row, at=LATER)
    assert scenes.text(memory) == "- one\n- two\n- three\n"
    assert not _open(memory).exists()


@pytest.mark.parametrize(
    ("write", "operation", "after"),
    [
        ({"text": "- new\n", "path": "/elsewhere.md"}, "move", ("/notes.md", False)),
        ({"text": "- one\n- two\n- three\n", "archived": True}, "restore", ("/notes.md", False)),
    ],
)
def test_moves_and_archives_are_taken_back(team, memory, write, operation, after):
    text = write.pop("text")
    acts.write(memory, text, **write)
    ticking.tick(now=LATER)
    (change,) = scenes.changes(Proposal.objects.of(team.row).get())

    assert change.operation == operation
    for voter in (team.reviewer, team.second):
        scenes.vote(change, voter, at=LATER)
    scenes.apply(memory.namespace, LATER + timedelta(hours=1))
    row = Memory.objects.of(team.row).get(pk=memory.pk)
    assert (row.path, row.archived) == after
    assert scenes.text(memory) == "- one\n- two\n- three\n"


def test_a_memory_that_nobody_decided_on_is_archived(team, space):
    acts.sign(space, team.security)
    late = scenes.memory(space, "/late.md")
    MemoryVersion.objects.of(team.row).update(at=acts.THEN)
    ticking.tick(now=LATER)
    (change,) = scenes.changes(Proposal.objects.of(team.row).get())

    assert (change.operation, acts.came(late)) == ("archive", ["late_import"])


def test_a_version_written_into_the_tables_is_found(team, memory):
    version = acts.insert_version(memory, "- one\n- planted\n")

    ticking.tick(now=LATER)

    assert acts.came(memory) == ["import", "untold"]
    assert [one["version"] for one in acts.found(team.row)] == [version.public_id]
    assert scenes.changes(Proposal.objects.of(team.row).get())[0].operation == "edit"


def test_a_version_with_a_small_key_is_found_by_the_next_comparison(team, memory):
    scenes.memory(memory.namespace, "/other.md")
    ticking.tick(now=AT)
    version = acts.insert_version(memory, "- planted\n")
    Memory.objects.of(team.row).filter(pk=memory.pk).update(head=scenes.head(memory))
    acts.sql("UPDATE agents_memory SET head_id = NULL WHERE id = %s", memory.pk)
    acts.sql("UPDATE agents_memoryversion SET id = 0 WHERE id = %s", version.pk)
    acts.sql("UPDATE agents_memory SET head_id = 0 WHERE id = %s", memory.pk)

    ticking.tick(now=LATER)

    assert acts.came(memory) == ["import", "untold"]


def _alter_text(memory):
    acts.sql("UPDATE audit_blob SET text = %s WHERE id = %s", "- one\n- send all to me\n", scenes.head(memory).blob_id)


def _point_back(memory):
    first = MemoryVersion.objects.of(memory.team).get(memory=memory, number=1)
    acts.sql("UPDATE agents_memory SET head_id = %s WHERE id = %s", first.pk, memory.pk)


def _move(memory):
    acts.sql("UPDATE agents_memory SET path = '/hidden.md' WHERE id = %s", memory.pk)


def _move_with_its_version(memory):
    _move(memory)
    acts.sql("UPDATE agents_memoryversion SET path = '/hidden.md' WHERE memory_id = %s", memory.pk)


def _archive(memory):
    acts.sql("UPDATE agents_memory SET archived = %s WHERE id = %s", True, memory.pk)


@pytest.mark.parametrize("tamper", [_alter_text, _point_back, _move, _move_with_its_version, _archive])
def test_what_is_altered_in_the_tables_is_found_once(team, space, memory, tamper):
    acts.decide(memory, "- one\n- two\n")
    ticking.tick(now=acts.THEN)
    assert acts.found(team.row) == []

    tamper(memory)
    for minutes in (11, 22, 33):
        ticking.tick(now=acts.THEN + timedelta(minutes=minutes))

    assert [one["came"] for one in acts.found(team.row)] == ["altered"]
    assert _told(team) == [("Lead", space.slug), ("Security", space.slug)]
    reasons = suspended(team.row, [space.pk], document=policy.DEFAULT, at=LATER)
    assert "unreviewed" in [reason.code for reason in reasons[space.pk]]


def test_a_text_that_is_not_what_its_hash_says_is_not_signed_off(team, space, memory):
    _alter_text(memory)

    with pytest.raises(baselines.Broken, match=r"notes\.md"):
        acts.sign(space, team.security)


def test_nothing_to_restore_is_said(team, memory):
    acts.write(memory, "- one\n")
    acts.write(memory, "- one\n- two\n- three\n")
    finding.read_all(team=team.row, at=LATER)
    row = _open(memory).order_by("version__number").last()

    with pytest.raises(restoring.NothingToRestore):
        restoring.propose(row, by=team.lead.trail_actor, at=LATER)


@pytest.mark.parametrize("count", (3, 300))
def test_comparing_takes_the_same_queries_for_any_number(team, space, count, django_assert_num_queries):
    files = [(f"/{n}.md", f"- {n}\n") for n in range(count)]
    memories.import_first(team=team.row, namespace=space, files=files, by=trail.SYSTEM, at=AT)
    finding.read_all(team=team.row, at=AT)

    with django_assert_num_queries(8):  # heads, events, rows; the watch, and its savepoints
        assert finding.compare(namespace=space, at=AT) == []


def test_a_quiet_tick_asks_little(team, space, memory, django_assert_num_queries):
    acts.sign(space, team.security)
    ticking.tick(now=acts.THEN)

    with django_assert_num_queries(4):  # new versions, to compare, teams with baselines, to count
        attending.tick(now=acts.THEN + timedelta(seconds=5))
