"""What a memory store on the platform refuses, loses and takes its time with."""

from datetime import timedelta

import pytest

from agents import memory as memories
from agents.enums import Cause
from agents.models import StorePush
from agents.stores import opening, visit
from agents.stores import platform as stores
from audit import trail
from audit.models import Blob, Event
from tests.platform import memory
from tests.recipes import AT

MEMORIES = "/v1/memory_stores/*/memories"
MEMORY = f"{MEMORIES}/*"

pytestmark = pytest.mark.django_db


@pytest.mark.slow
def test_two_thousand_memories_are_read_by_the_page_once(remote):
    texts = {f"/m/{number:04}.md": f"text {number}\n" for number in range(2000)}
    remote.place = remote.platform.seed_store(texts)
    remote.platform.fault(f"GET {MEMORIES}", "dead_cursor", skip=5)

    remote.set_up()
    asked = len(remote.platform.asked("GET *"))
    remote.visit()

    assert remote.ours() == texts
    assert asked < 200
    assert len(remote.platform.asked("GET *")) <= asked + 21  # the versions of the last two minutes are told again


def test_the_second_read_asks_for_versions_alone_and_the_hourly_one_lists_all(remote):
    remote.set_up({"/a.md": "a\n"})
    remote.platform.forget()

    remote.visit()
    quiet = [one["path"].rsplit("/", 1)[-1] for one in remote.platform.asked()]
    remote.platform.forget()
    remote.visit(timedelta(hours=1))

    assert quiet == ["memory_versions"]
    assert [one["path"].rsplit("/", 1)[-1] for one in remote.platform.asked()] == ["memory_versions", "memories"]


def test_who_wrote_outside_is_in_the_trail(remote):
    remote.set_up({"/a.md": "a\n"})
    remote.platform.outside_write(remote.place, "/a.md", "theirs\n", session="sesn_01X")

    remote.visit()

    told = Event.objects.get(type="memory.synced").content()["data"]
    assert (told["writer_kind"], told["writer"], told["number"]) == ("session_actor", "sesn_01X", 2)


@pytest.mark.parametrize(("status", "wait"), ((429, 90), (529, None), (500, None), (503, 45)))
def test_a_busy_platform_is_waited_for_and_nothing_is_tried_again_meanwhile(remote, status, wait):
    remote.set_up({"/a.md": "a\n"})
    remote.apply("/a.md", "a2\n")
    remote.platform.fault(f"POST {MEMORY}", status, retry_after=wait)
    remote.platform.forget()

    first = remote.visit()

    link, push = remote.fresh(), StorePush.objects.of(remote.row).get(version=remote.at("/a.md").head)
    seconds = timedelta(seconds=wait or 30)
    assert (link.wait_until - remote.now, bool(first.problem)) == (seconds, True)
    assert (push.state, push.attempts, bool(push.problem)) == ("pending", 1, True)
    assert remote.visit(timedelta(seconds=1)) is None
    assert remote.writes() == [("POST", status)]
    remote.visit(timedelta(minutes=2))
    assert (remote.theirs(), remote.state("/a.md")) == ({"/a.md": "a2\n"}, "delivered")
    assert remote.fresh().problem == ""


@pytest.mark.parametrize("fault", ("drop_after", "slow_after", "drop", 500))
@pytest.mark.parametrize("act", ("create", "update", "delete"))
def test_a_write_whose_answer_was_lost_is_done_once(remote, monkeypatch, fault, act):
    monkeypatch.setattr(stores, "PATIENCE", 0.4)
    remote.set_up({"/a.md": "a\n"})
    path = {"create": MEMORIES}.get(act, MEMORY)
    if act == "delete":
        remote.apply("/a.md", archived=True)
    else:
        remote.apply({"create": "/b.md", "update": "/a.md"}[act], "ours\n")
    remote.platform.fault(f"{'DELETE' if act == 'delete' else 'POST'} {path}", fault, seconds=1.0)
    before = len(remote.platform.versions_of(remote.place))

    remote.visit()
    remote.visit()

    assert remote.theirs() == remote.ours()
    assert len(remote.platform.versions_of(remote.place)) == before + 1
    assert (remote.conflicts(), remote.open_calls()) == ({}, 0)
    assert remote.told("store.delivered") == 1


def test_a_lost_create_that_was_moved_outside_is_found(remote):
    remote.set_up()
    remote.apply("/a.md", "ours\n")
    remote.platform.fault(f"POST {MEMORIES}", "drop_after")
    remote.visit()
    remote.outside_move("/a.md", "/b.md")

    remote.visit()
    remote.visit()

    assert remote.theirs() == remote.ours() == {"/b.md": "ours\n"}
    assert remote.versions("/b.md")[-1] == ("sync", False, "ours\n")


def test_a_lost_update_that_was_written_over_by_ours_is_no_outside_edit(remote):
    remote.set_up({"/a.md": "a\n"})
    remote.apply("/a.md", "two\n")
    remote.platform.fault(f"POST {MEMORY}", "drop_after")
    remote.visit()
    remote.apply("/a.md", "three\n")

    remote.visit()

    assert (remote.theirs(), remote.conflicts()) == ({"/a.md": "three\n"}, {})


def test_an_edit_between_read_and_write_is_a_conflict_and_is_not_written_over(remote):
    remote.set_up({"/a.md": "a\n"})
    remote.apply("/a.md", "ours\n")
    edit = ["outside_write", {"store": remote.place, "path": "/a.md", "content": "theirs\n"}]
    remote.platform.fault(f"POST {MEMORY}", "edit", edit=edit)
    remote.platform.forget()

    remote.visit()

    assert remote.conflicts() == {"/a.md": "theirs\n"}
    assert remote.writes() == [("POST", 409)]
    assert (remote.calls(), remote.state("/a.md")) == ([("update", "Changed")], "conflict")


def test_a_path_taken_between_read_and_write_is_a_conflict(remote):
    remote.set_up()
    remote.apply("/a.md", "ours\n")
    edit = ["outside_write", {"store": remote.place, "path": "/a.md", "content": "theirs\n"}]
    remote.platform.fault(f"POST {MEMORIES}", "edit", edit=edit)

    remote.visit()

    assert (remote.conflicts(), remote.calls()) == ({"/a.md": "theirs\n"}, [("create", "Taken")])


def test_a_key_that_is_revoked_half_way_loses_nothing(remote):
    remote.set_up({"/a.md": "a\n", "/b.md": "b\n"})
    remote.apply("/a.md", "a2\n")
    remote.apply("/b.md", "b2\n")
    remote.platform.fault(f"GET {MEMORY}", "revoke", skip=1)

    visited = remote.visit()

    assert "revoked" in visited.problem
    assert remote.fresh().problem == visited.problem
    assert {remote.state("/a.md"), remote.state("/b.md")} == {"delivered", "pending"}


def test_a_store_that_went_says_so(remote):
    remote.set_up({"/a.md": "a\n"})
    remote.apply("/a.md", "a2\n")
    remote.platform.client().beta.memory_stores.delete(remote.place)

    visited = remote.visit()

    assert visited.problem
    assert (remote.ours(), remote.state("/a.md")) == ({"/a.md": "a2\n"}, "pending")


def test_an_archived_store_says_so_for_each_memory_and_the_others_go_on(remote):
    remote.set_up({"/a.md": "a\n"})
    remote.apply("/a.md", "a2\n")
    remote.platform.client().beta.memory_stores.archive(remote.place)

    remote.visit()

    push = StorePush.objects.of(remote.row).get(version=remote.at("/a.md").head)
    assert (push.state, push.attempts) == ("pending", 1)
    assert push.problem


def test_a_full_store_is_not_asked_for_more_and_what_waits_goes_once_there_is_room(remote, monkeypatch):
    assert stores.PlatformStore.most == memory.MOST_MEMORIES
    monkeypatch.setattr(stores.PlatformStore, "most", 2)
    remote.set_up({"/a.md": "a\n", "/b.md": "b\n"})
    remote.apply("/a.md", "a2\n")
    remote.apply("/c.md", "c\n")
    remote.platform.forget()

    remote.visit()

    push = StorePush.objects.of(remote.row).get(version=remote.at("/c.md").head)
    assert (push.state, push.attempts, push.next_at) == ("pending", 0, remote.now + timedelta(minutes=5))
    assert push.problem == "The store is full: it holds 2 memories. This one waits until one there is archived."
    assert remote.theirs() == {"/a.md": "a2\n", "/b.md": "b\n"}
    assert [status for _method, status in remote.writes()] == [200]
    assert remote.calls() == [("update", "")]

    remote.apply("/b.md", archived=True)
    remote.visit()

    push.refresh_from_db()
    assert (push.state, push.problem) == ("delivered", "")
    assert remote.theirs() == {"/a.md": "a2\n", "/c.md": "c\n"}


def test_what_residency_forbids_is_never_asked(remote):
    remote.set_up({"/a.md": "a\n"})
    remote.space.residency = "EU"
    remote.space.save()
    remote.platform.forget()

    visited = remote.visit()

    assert "EU" in visited.problem
    assert remote.platform.asked() == []


def test_two_workers_do_not_meet(remote):
    remote.set_up({"/a.md": "a\n"})
    opening.hold(remote.link.pk, now=remote.now)

    assert visit(link_id=remote.link.pk, now=remote.now, clock=lambda: AT) is None
    assert visit(link_id=remote.link.pk, now=remote.now + opening.HELD, clock=lambda: AT) is not None


def test_erased_text_is_replaced_and_redacted_in_the_store(stored):
    stored.set_up({"/a.md": "my secret\n"})
    memory = stored.at("/a.md")
    old = memory.head.blob
    with trail.unit_of_work(at=stored.now) as unit:
        writing = memories.Writing(text="- (erased)\n", path="/a.md")
        memories.write(memory=memory, writing=writing, cause=Cause.ERASURE, by=trail.SYSTEM, at=stored.now, unit=unit)
    Blob.objects.filter(pk=old.pk).update(text="", erased_at=stored.now)

    visited = stored.visit()
    again = stored.visit()

    assert stored.theirs() == {"/a.md": "- (erased)\n"}
    if stored.kind == "anthropic":
        assert (visited.redacted, again.redacted) == (1, 0)
        assert "my secret\n" not in [one["content"] for one in stored.platform.versions_of(stored.place)]
    assert stored.open_calls() == 0
