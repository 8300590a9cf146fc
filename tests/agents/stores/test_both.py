"""What holds for a folder as for a memory store."""

import pytest

pytestmark = pytest.mark.django_db


def test_the_first_sync_of_an_empty_namespace_is_a_first_import(stored):
    stored.set_up({"/a.md": "one\n", "/deep/b.md": "two\n"})

    assert stored.ours() == {"/a.md": "one\n", "/deep/b.md": "two\n"}
    assert stored.versions("/a.md") == [("import", True, "one\n")]
    assert (stored.state("/a.md"), stored.told("memory.imported")) == ("delivered", 1)
    assert stored.calls() == []


def test_the_first_sync_of_a_namespace_with_memory_matches_sends_and_shows_drift(stored):
    stored.set_up(
        {"/same.md": "same\n", "/other.md": "theirs\n", "/theirs.md": "new\n"},
        {"/same.md": "same\n", "/other.md": "ours\n", "/ours.md": "mine\n"},
    )

    assert stored.ours() == stored.theirs()
    assert stored.ours()["/other.md"] == "theirs\n"
    assert stored.versions("/same.md") == [("import", True, "same\n")]
    assert stored.versions("/other.md")[1:] == [("sync", False, "theirs\n")]
    assert stored.versions("/theirs.md") == [("sync", False, "new\n")]
    assert stored.calls() == [("create", "")]


def test_changes_reach_the_store_in_order_and_do_not_come_back(stored):
    stored.set_up({"/a.md": "a\n", "/b.md": "b\n", "/c.md": "c\n"})
    stored.apply("/new.md", "new\n")
    stored.apply("/a.md", "a2\n")
    stored.apply("/b.md", to="/moved.md")
    stored.apply("/c.md", archived=True)

    stored.visit()
    stored.visit()

    assert stored.theirs() == {"/a.md": "a2\n", "/moved.md": "b\n", "/new.md": "new\n"}
    assert stored.calls() == [("delete", ""), ("rename", ""), ("update", ""), ("create", "")]
    assert (stored.told("store.delivered"), stored.told("memory.synced"), stored.open_calls()) == (4, 0, 0)
    assert [stored.state(path) for path in ("/a.md", "/moved.md", "/new.md", "/c.md")] == ["delivered"] * 4


def test_a_second_visit_brings_nothing(stored):
    stored.set_up({"/a.md": "a\n"})

    again = stored.visit()

    assert (again.sent, again.pulled.counts, again.problem) == (0, {}, "")


def test_edits_moves_and_deletes_outside_become_unreviewed_versions(stored):
    stored.set_up({"/a.md": "a\n", "/b.md": "b\n", "/c.md": "c\n"})
    stored.outside("/a.md", "a2\n")
    stored.outside_move("/b.md", "/b2.md")
    stored.outside_delete("/c.md")
    stored.outside("/d.md", "d\n")

    stored.visit()

    assert stored.ours() == stored.theirs() == {"/a.md": "a2\n", "/b2.md": "b\n", "/d.md": "d\n"}
    assert stored.versions("/a.md")[1:] == [("sync", False, "a2\n")]
    assert stored.versions("/b2.md")[1:] == [("sync", False, "b\n")]
    assert stored.at("/c.md").archived
    assert (stored.told("memory.synced"), stored.calls()) == (4, [])


def test_an_edit_outside_against_one_on_its_way_is_a_conflict_that_keeps_both(stored):
    stored.set_up({"/a.md": "a\n"})
    stored.apply("/a.md", "ours\n")
    stored.outside("/a.md", "theirs\n")

    stored.visit()
    stored.visit()

    assert (stored.ours(), stored.theirs()) == ({"/a.md": "ours\n"}, {"/a.md": "theirs\n"})
    assert (stored.conflicts(), stored.state("/a.md")) == ({"/a.md": "theirs\n"}, "conflict")
    assert (stored.told("store.conflicted"), stored.told("memory.synced")) == (1, 0)


def test_a_delete_outside_against_an_edit_on_its_way_is_a_conflict(stored):
    stored.set_up({"/a.md": "a\n"})
    stored.apply("/a.md", "ours\n")
    stored.outside_delete("/a.md")

    stored.visit()
    stored.visit()

    assert (stored.conflicts(), stored.theirs(), stored.ours()) == ({"/a.md": None}, {}, {"/a.md": "ours\n"})


def test_a_new_path_that_is_taken_outside_is_a_conflict(stored):
    stored.set_up({"/a.md": "a\n"})
    stored.apply("/b.md", "ours\n")
    stored.outside("/b.md", "theirs\n")

    stored.visit()

    assert (stored.conflicts(), stored.theirs()["/b.md"]) == ({"/b.md": "theirs\n"}, "theirs\n")


def test_the_same_written_on_both_sides_is_delivered(stored):
    stored.set_up({"/a.md": "a\n"})
    stored.apply("/a.md", "same\n")
    stored.apply("/b.md", "b\n")
    stored.outside("/a.md", "same\n")
    stored.outside("/b.md", "b\n")

    stored.visit()

    assert (stored.state("/a.md"), stored.state("/b.md"), stored.conflicts()) == ("delivered", "delivered", {})


def test_a_chain_of_moves_finds_its_order(stored):
    stored.set_up({"/a.md": "a\n", "/b.md": "b\n"})
    stored.apply("/b.md", to="/c.md")
    stored.apply("/a.md", to="/b.md")

    stored.visit()

    assert stored.theirs() == {"/b.md": "a\n", "/c.md": "b\n"}
    assert stored.conflicts() == {}
