"""Two wrote: here, and in the store. A person decides, and nothing is lost."""

from datetime import timedelta

import pytest

from reviews import ticking
from reviews.enums import State, Verdict
from reviews.models import Proposal
from tests.agents.stores.scene import FolderScene
from tests.reviews import scenes


@pytest.fixture
def stored(team, settings, tmp_path):
    settings.STORE_ROOTS = [tmp_path]
    (tmp_path / "memory").mkdir()
    return FolderScene(team, tmp_path / "memory")


def clash(stored, ours, theirs):
    stored.set_up({"/a.md": "- one\n- two\n- three\n"})
    stored.apply("/a.md", ours)
    if theirs is None:
        stored.outside_delete("/a.md")
    else:
        stored.outside("/a.md", theirs)
    stored.visit()
    ticking.tick(now=stored.now)
    proposal = Proposal.objects.of(stored.row).get(state="open", origin_id__startswith="cfl_")
    return scenes.changes(proposal)[0]


def decide(stored, change, verdict=Verdict.APPROVE):
    stored.now += timedelta(hours=1)
    if verdict == Verdict.APPROVE:
        scenes.approve_and_apply(change, stored.team.reviewer, at=stored.now)
    else:
        scenes.vote(change, stored.team.reviewer, verdict=verdict, reason="Ours", reason_code="other", at=stored.now)
    ticking.tick(now=stored.now)
    stored.visit()


def test_both_sides_are_merged_and_approving_sends_what_came_of_it(stored):
    change = clash(stored, "- ONE\n- two\n- three\n", "- one\n- two\n- three\n- four\n")

    decide(stored, change)

    assert stored.ours() == stored.theirs() == {"/a.md": "- ONE\n- two\n- three\n- four\n"}
    assert (stored.conflicts(), stored.state("/a.md")) == ({}, "delivered")


def test_rejecting_keeps_ours_and_sends_it(stored):
    change = clash(stored, "- ONE\n- two\n- three\n", "- one\n- two\n- three\n- four\n")

    decide(stored, change, Verdict.REJECT)

    assert stored.ours() == stored.theirs() == {"/a.md": "- ONE\n- two\n- three\n"}
    assert (stored.conflicts(), stored.state("/a.md")) == ({}, "delivered")


def test_the_same_lines_on_both_sides_leave_no_line_out(stored):
    change = clash(stored, "- one\n- ours\n- three\n", "- one\n- theirs\n- three\n")

    decide(stored, change)

    assert stored.theirs() == {"/a.md": "- one\n- ours\n- theirs\n- three\n"}


@pytest.mark.parametrize(("verdict", "left"), ((Verdict.APPROVE, {}), (Verdict.REJECT, {"/a.md": "- ours\n"})))
def test_what_was_deleted_there_goes_or_comes_back(stored, verdict, left):
    change = clash(stored, "- ours\n", None)

    decide(stored, change, verdict)

    assert stored.ours() == stored.theirs() == left
    assert stored.conflicts() == {}


def test_what_is_written_once_more_is_asked_once_more(stored):
    first = clash(stored, "- ONE\n- two\n- three\n", "- one\n- two\n- three\n- four\n")
    stored.outside("/a.md", "- one\n- two\n- three\n- five\n")
    stored.visit()

    ticking.tick(now=stored.now)

    first.refresh_from_db()
    assert first.state == State.WITHDRAWN
    proposal = Proposal.objects.of(stored.row).get(state="open", origin_id__startswith="cfl_")
    decide(stored, scenes.changes(proposal)[0])
    assert stored.theirs() == {"/a.md": "- ONE\n- two\n- three\n- five\n"}


def test_what_is_written_after_the_decision_is_not_written_over(stored):
    change = clash(stored, "- ONE\n- two\n- three\n", "- one\n- two\n- three\n- four\n")
    stored.now += timedelta(hours=1)
    scenes.approve_and_apply(change, stored.team.reviewer, at=stored.now)
    ticking.tick(now=stored.now)
    stored.outside("/a.md", "- quite other\n")

    stored.visit()

    assert stored.conflicts() == {"/a.md": "- quite other\n"}


def test_what_ours_says_already_takes_no_decision(stored):
    stored.set_up({"/a.md": "- one\n"})
    stored.apply("/a.md", "- one\n- two\n- three\n")
    stored.outside("/a.md", "- one\n- two\n")
    stored.visit()

    ticking.tick(now=stored.now)
    stored.visit()

    assert stored.theirs() == stored.ours() == {"/a.md": "- one\n- two\n- three\n"}
    assert not Proposal.objects.of(stored.row).filter(origin_id__startswith="cfl_").exists()
