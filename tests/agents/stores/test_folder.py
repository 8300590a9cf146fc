import os

import pytest

from agents.stores import folder as folders
from agents.stores.folder import Folder
from agents.stores.remote import Changed, Gone, Seen, Taken, Unfit, Unusable, hash_of


@pytest.fixture
def place(tmp_path, settings):
    settings.STORE_ROOTS = [tmp_path]
    place = tmp_path / "memory"
    place.mkdir()
    return place


@pytest.fixture
def store(place):
    store = Folder(str(place))
    yield store
    store.close()


def seen(path, text):
    return Seen(hash_of(path), path, hash_of(text))


def test_folder_has_to_be_below_a_root_that_a_setting_allows(tmp_path, settings, place):
    outside, link = tmp_path.parent / "elsewhere", tmp_path / "link"
    outside.mkdir(exist_ok=True)
    link.symlink_to(outside)
    (place / "up").symlink_to(outside)

    for wrong in (str(outside), str(link), f"{place}/../memory", "memory", f"{place}/none", f"{place}/up", "/a\0b"):
        with pytest.raises(Unfit):
            folders.place_of(wrong)
    assert folders.place_of(str(place)) == str(place)
    settings.STORE_ROOTS = []
    with pytest.raises(Unusable):
        Folder(str(place))


def test_folder_follows_no_link_and_reads_nothing_but_markdown(tmp_path, place, store):
    secret = tmp_path / "secret.md"
    secret.write_text("secret")
    (place / "a.md").write_text("a")
    (place / "b.txt").write_text("b")
    (place / "link.md").symlink_to(secret)
    (place / "links").symlink_to(tmp_path)
    os.mkfifo(place / "pipe.md")
    (place / "d.md").mkdir()

    assert store.listing() == [seen("/a.md", "a")]
    with pytest.raises(Unfit):
        store.create(path="/links/new.md", text="x")
    with pytest.raises(Taken):
        store.create(path="/link.md", text="x")
    with pytest.raises(Gone):
        store.change(seen("/links/secret.md", "secret"), path="/links/secret.md", text="x")
    with pytest.raises(Gone):
        store.delete(seen("/link.md", "secret"))
    assert secret.read_text() == "secret"


def test_folder_says_which_files_are_no_memory(place, store):
    (place / "a.md").write_bytes(b"\xff\xfe")
    (place / "b.md").write_bytes(b"x" * 102_401)
    (place / "e\u0301.md").write_text("x")

    assert store.listing() == []
    assert [path for path, _why in store.refused] == ["/a.md", "/b.md", "/e\u0301.md"]


def test_folder_writes_whole_files_and_only_over_what_was_expected(place, store):
    made = store.create(path="/deep/er/a.md", text="one\r\n")
    store.change(made, path="/deep/er/a.md", text="two")

    with pytest.raises(Changed):
        store.change(made, path="/deep/er/a.md", text="three")
    with pytest.raises(Changed):
        store.delete(made)
    with pytest.raises(Taken):
        store.create(path="/deep/er/a.md", text="four")
    assert [(one.name, one.read_text()) for one in (place / "deep/er").iterdir()] == [("a.md", "two")]


def test_folder_moves_a_file_and_goes_on_where_a_move_was_cut_short(place, store):
    made = store.create(path="/a.md", text="one")
    (place / "b.md").write_text("two")

    moved = store.change(made, path="/b.md", text="two")

    assert moved == seen("/b.md", "two")
    assert sorted(one.name for one in place.iterdir()) == ["b.md"]
    store.create(path="/c.md", text="else")
    with pytest.raises(Taken):
        store.change(moved, path="/c.md", text="two")


def test_folder_keeps_what_is_deleted_in_its_trash_until_it_is_redacted(place, store):
    made = store.create(path="/a.md", text="one")

    store.delete(made)

    assert store.listing() == []
    (kept,) = (place / ".lucid-trash").iterdir()
    assert kept.read_text() == "one"
    for name in list(store.old(made.remote_id, {made.sha256})):
        store.redact(name)
    assert list((place / ".lucid-trash").iterdir()) == []


@pytest.mark.parametrize("path", ("/a.txt", "/" + "a" * 250 + ".md", "/.lucid-trash/a.md", "/.lucid-half-1.md"))
def test_folder_holds_no_such_path(store, path):
    with pytest.raises(Unfit):
        store.check(path, "")


def test_index_note_says_what_agents_do_not_load():
    assert folders.index_note("/MEMORY.md", "x\n" * 200) == ""
    assert "201 lines" in folders.index_note("/MEMORY.md", "x\n" * 201)
    assert "26000 bytes" in folders.index_note("/docs/CLAUDE.md", "x" * 26_000)
    assert folders.index_note("/topic.md", "x\n" * 900) == ""
