import hashlib
from concurrent.futures import ThreadPoolExecutor

import anthropic
import pytest


@pytest.fixture
def memories(platform):
    return platform.client().beta.memory_stores.memories


def test_a_store_is_made_read_changed_and_listed(platform):
    stores = platform.client().beta.memory_stores

    made = stores.create(name="Support", description="Rules.", metadata={"team": "support"})
    stores.update(made.id, description="More rules.", metadata={"team": None, "kind": "rules"})

    read = stores.retrieve(made.id)
    assert (read.name, read.description, read.metadata) == ("Support", "More rules.", {"kind": "rules"})
    assert read.updated_at > made.updated_at
    assert [one.id for one in stores.list()] == [made.id]


def test_an_archived_store_is_hidden_and_read_only_but_lets_memories_go(platform, memories):
    stores, store = platform.client().beta.memory_stores, platform.seed_store({"/a.md": "x"})
    (memory,) = memories.list(store)

    stores.archive(store)

    assert list(stores.list()) == []
    assert [one.id for one in stores.list(include_archived=True)] == [store]
    with pytest.raises(anthropic.BadRequestError):
        memories.create(store, path="/b.md", content="y")
    assert memories.delete(memory.id, memory_store_id=store).type == "memory_deleted"


def test_a_deleted_store_is_not_found(platform):
    stores, store = platform.client().beta.memory_stores, platform.seed_store()

    assert stores.delete(store).type == "memory_store_deleted"

    with pytest.raises(anthropic.NotFoundError) as caught:
        stores.retrieve(store)
    assert caught.value.type == "not_found_error"


def test_a_memory_is_made_changed_moved_and_deleted(platform, memories):
    store = platform.seed_store()

    made = memories.create(store, path="/a.md", content="é", view="full")
    changed = memories.update(made.id, memory_store_id=store, content="new", path="/b.md")
    memories.delete(made.id, memory_store_id=store, expected_content_sha256=changed.content_sha256)

    assert (made.content, made.content_size_bytes) == ("é", 2)
    assert made.content_sha256 == hashlib.sha256("é".encode()).hexdigest()
    assert (changed.path, changed.content, changed.id) == ("/b.md", None, made.id)
    versions = list(platform.client().beta.memory_stores.memory_versions.list(store, memory_id=made.id, view="full"))
    assert [(one.operation, one.path, one.content) for one in versions] == [
        ("deleted", "/b.md", None),
        ("modified", "/b.md", "new"),
        ("created", "/a.md", "é"),
    ]
    assert {one.created_by.type for one in versions} == {"api_actor"}


def test_a_guarded_write_on_other_content_is_refused(platform, memories):
    store = platform.seed_store({"/a.md": "x"})
    (memory,) = memories.list(store)
    platform.outside_write(store, "/a.md", "theirs")
    guard = {"type": "content_sha256", "content_sha256": memory.content_sha256}

    with pytest.raises(anthropic.ConflictError) as update:
        memories.update(memory.id, memory_store_id=store, content="ours", precondition=guard)
    with pytest.raises(anthropic.ConflictError) as delete:
        memories.delete(memory.id, memory_store_id=store, expected_content_sha256=memory.content_sha256)

    assert update.value.type == delete.value.type == "memory_precondition_failed_error"
    assert platform.memories_of(store) == {"/a.md": "theirs"}


@pytest.mark.parametrize(
    "write",
    (
        lambda memories, store, _other: memories.create(store, path="/a.md", content="z"),
        lambda memories, store, other: memories.update(other, memory_store_id=store, path="/a.md"),
    ),
)
def test_an_occupied_path_is_refused_with_who_holds_it(platform, memories, write):
    store = platform.seed_store({"/a.md": "x", "/b.md": "y"})
    held = {one.path: one.id for one in memories.list(store)}

    with pytest.raises(anthropic.ConflictError) as caught:
        write(memories, store, held["/b.md"])

    assert caught.value.type == "memory_path_conflict_error"
    error = caught.value.body["error"]
    assert (error["conflicting_memory_id"], error["conflicting_path"]) == (held["/a.md"], "/a.md")


@pytest.mark.parametrize(
    "path",
    (
        "a.md",
        "/a//b",
        "/a/../b",
        "/./a",
        "/a/",
        "/" + "/".join("a" * 21),
        "/" + "a" * 1024,
        "/a\u200eb",
        "/a\nb",
        "/a\u2028b",
        "/e\u0301",
    ),
)
def test_a_path_out_of_the_rules_is_refused(platform, memories, path):
    store = platform.seed_store()

    with pytest.raises(anthropic.BadRequestError):
        memories.create(store, path=path, content="x")


def test_content_is_limited_in_bytes(platform, memories):
    store = platform.seed_store()

    memories.create(store, path="/most.md", content="é" * 51_200)

    with pytest.raises(anthropic.BadRequestError):
        memories.create(store, path="/more.md", content="é" * 51_200 + "x")


def test_a_full_store_takes_edits_only(platform, memories):
    store = platform.seed_store({f"/{number}.md": "x" for number in range(2_000)})

    with pytest.raises(anthropic.BadRequestError):
        memories.create(store, path="/one-more.md", content="x")
    (first,) = memories.list(store, limit=1).data
    memories.update(first.id, memory_store_id=store, content="y")


def test_memories_come_in_pages_of_at_most_100_and_20_in_full(platform, memories):
    store = platform.seed_store({f"/{number}.md": "x" for number in range(205)})

    basic, full = memories.list(store, limit=100), memories.list(store, limit=100, view="full")

    assert (len(basic.data), len(full.data)) == (100, 20)
    assert {one.content for one in basic.data} == {None}
    assert len({one.id for one in basic}) == len({one.id for one in full}) == 205
    with pytest.raises(anthropic.BadRequestError):
        memories.list(store, limit=101)


def test_a_prefix_matches_whole_segments_and_a_depth_folds(platform, memories):
    store = platform.seed_store({"/notes/a.md": "x", "/notes/deep/b.md": "x", "/notes-old/c.md": "x"})

    whole = memories.list(store, path_prefix="/notes/")
    folded = memories.list(store, path_prefix="/notes/", depth=1)

    assert {one.path for one in whole} == {"/notes/a.md", "/notes/deep/b.md"}
    assert {(one.type, one.path) for one in folded} == {("memory", "/notes/a.md"), ("memory_prefix", "/notes/deep/")}
    with pytest.raises(anthropic.BadRequestError):
        memories.list(store, path_prefix="/notes")
    with pytest.raises(anthropic.BadRequestError):
        memories.list(store, depth=2)


def test_versions_are_filtered(platform):
    store = platform.seed_store({"/a.md": "x"})
    platform.outside_write(store, "/a.md", "y", session="sesn_01A")
    versions = platform.client().beta.memory_stores.memory_versions

    by_session = list(versions.list(store, session_id="sesn_01A"))
    created = list(versions.list(store, operation="created"))
    since = list(versions.list(store, created_at_gte=by_session[0].created_at))

    assert [(one.operation, one.created_by.session_id) for one in by_session] == [("modified", "sesn_01A")]
    assert [one.created_by.type for one in created] == ["user_actor"]
    assert [one.id for one in since] == [by_session[0].id]


def test_an_old_version_is_redacted_and_the_current_one_is_not(platform):
    store = platform.seed_store({"/a.md": "x"})
    platform.outside_write(store, "/a.md", "y")
    versions = platform.client().beta.memory_stores.memory_versions
    head, old = versions.list(store)

    redacted = versions.redact(old.id, memory_store_id=store)

    assert (redacted.content, redacted.path, redacted.content_sha256) == (None, None, None)
    assert redacted.redacted_by.type == "api_actor"
    assert versions.retrieve(head.id, memory_store_id=store).content == "y"
    with pytest.raises(anthropic.ConflictError):
        versions.redact(head.id, memory_store_id=store)


def test_cursors_hold_while_the_store_moves_and_can_die(platform, memories):
    store = platform.seed_store({f"/{number}.md": "x" for number in range(5)})
    first = memories.list(store, limit=2)
    platform.outside_delete(store, first.data[0].path)

    rest = first.get_next_page()
    assert len(rest.data) == 2
    assert not {one.id for one in rest.data} & {one.id for one in first.data}

    platform.kill_cursors()
    with pytest.raises(anthropic.BadRequestError):
        rest.get_next_page()


def test_writes_at_once_lose_nothing(platform, memories):
    store = platform.seed_store()

    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda n: memories.create(store, path=f"/{n}.md", content="x").id, range(40)))

    assert {one.id for one in memories.list(store)} == set(made)
    assert len(platform.asked("POST *")) == len(set(made)) == 40


def test_time_is_what_the_test_says(platform):
    platform.set_time("2026-03-02T09:00:00Z")
    before = platform.seed_store()
    platform.advance(3600)

    made = platform.client().beta.memory_stores.retrieve(before)

    assert made.created_at.isoformat().startswith("2026-03-02T09:00:0")
    assert platform.now().startswith("2026-03-02T10:00:0")


def test_old_versions_go_and_a_service_account_signs_its_own(platform):
    store = platform.seed_store({"/a.md": "x"})
    key = platform.add_key(service_account="svac_01Dash")
    stores = platform.client(key).beta.memory_stores
    (memory,) = stores.memories.list(store)
    stores.memories.update(memory.id, memory_store_id=store, content="y")

    platform.forget_versions(store)

    (head,) = stores.memory_versions.list(store, service_account_id="svac_01Dash")
    assert len(platform.versions_of(store)) == 1
    assert (head.id, head.created_by.type) == (platform.versions_of(store)[0]["id"], "service_account_actor")
