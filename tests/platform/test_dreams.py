import anthropic
import pytest

MODEL = "claude-sonnet-5"
MEMORIES = {"/a.md": "alpha", "/b.md": "beta", "/c.md": "gamma", "/policies/keep.md": "keep"}
EDITS = [
    {"op": "add", "path": "/new.md", "content": "new", "why": "Two sessions ask for it."},
    {"op": "edit", "path": "/a.md", "content": "alpha, corrected"},
    {"op": "move", "path": "/b.md", "to": "/letters/b.md"},
    {"op": "merge", "paths": ["/a.md", "/c.md"], "path": "/a.md", "content": "alpha and gamma"},
    {"op": "remove", "path": "/letters/b.md"},
]


@pytest.fixture
def dreams(platform):
    return platform.client().beta.dreams


@pytest.fixture
def store(platform):
    return platform.seed_store(MEMORIES)


def inputs(store, sessions):
    return [{"type": "memory_store", "memory_store_id": store}, {"type": "sessions", "session_ids": sessions}]


def begun(platform, dreams, store, **how):
    return dreams.create(inputs=inputs(store, [platform.seed_session()]), model=MODEL, **how)


def until_the_end(dreams, dream):
    seen = []
    for _number in range(9):
        seen.append(dreams.retrieve(dream.id))
        if seen[-1].status not in ("pending", "running"):
            break
    return seen


def test_a_dream_copies_the_store_and_edits_the_copy(platform, dreams, store):
    platform.script_dream(EDITS[:3], partial=1)

    dream = begun(platform, dreams, store, instructions="Keep /policies/.")
    seen = until_the_end(dreams, dream)

    assert (dream.status, dream.outputs, dream.session_id, dream.usage.input_tokens) == ("pending", [], None, 0)
    assert [one.status for one in seen] == ["running", "running", "completed"]
    assert [len(one.outputs) for one in seen] == [0, 1, 1]
    assert [one.usage.output_tokens for one in seen] == [400, 800, 1200]
    output = seen[-1].outputs[0].memory_store_id
    assert platform.memories_of(store) == MEMORIES
    assert platform.memories_of(output) == {
        "/a.md": "alpha, corrected",
        "/letters/b.md": "beta",
        "/c.md": "gamma",
        "/policies/keep.md": "keep",
        "/new.md": "new",
    }


def test_a_dream_merges_and_removes(platform, dreams, store):
    platform.script_dream(EDITS)

    output = until_the_end(dreams, begun(platform, dreams, store))[-1].outputs[0].memory_store_id

    assert platform.memories_of(output) == {"/a.md": "alpha and gamma", "/policies/keep.md": "keep", "/new.md": "new"}


def test_the_copy_has_ids_of_its_own_and_says_what_the_dream_wrote(platform, dreams, store):
    platform.script_dream(EDITS[:2])
    stores = platform.client().beta.memory_stores

    dream = until_the_end(dreams, begun(platform, dreams, store))[-1]

    output = dream.outputs[0].memory_store_id
    assert not {one.id for one in stores.memories.list(store)} & {one.id for one in stores.memories.list(output)}
    wrote = stores.memory_versions.list(output, session_id=dream.session_id)
    assert {(one.operation, one.path) for one in wrote} == {("created", "/new.md"), ("modified", "/a.md")}


def test_the_pipeline_session_tells_what_was_read_and_is_archived(platform, dreams, store):
    platform.script_dream(EDITS[:1], reads=["/a.md"])
    sessions = platform.client().beta.sessions

    dream = until_the_end(dreams, begun(platform, dreams, store))[-1]

    session = sessions.retrieve(dream.session_id)
    used = [one.input["path"] for one in sessions.events.list(session.id, types=["agent.tool_use"])]
    assert used[1:] == [
        "/mnt/memory/support-agent-memory/a.md",
        "/mnt/memory/support-agent-memory-copy/new.md",
    ]
    (why,) = sessions.events.list(session.id, types=["agent.message"])
    assert why.content[0].text == "Two sessions ask for it."
    assert session.archived_at is not None
    assert session.id not in [one.id for one in sessions.list()]


@pytest.mark.parametrize("clones", (True, False))
def test_a_failed_dream_leaves_a_part_or_nothing(platform, dreams, store, clones):
    error = {"type": "timeout", "message": "The run exceeded its time budget."}
    platform.script_dream(EDITS, ends="failed", error=error, partial=1, clones=clones)

    dream = until_the_end(dreams, begun(platform, dreams, store))[-1]

    assert (dream.status, dream.error.type) == ("failed", "timeout")
    outputs = [platform.memories_of(one.memory_store_id) for one in dream.outputs]
    assert outputs == ([{**MEMORIES, "/new.md": "new"}] if clones else [])


@pytest.mark.parametrize(("stuck", "status"), (("stuck_pending", "pending"), ("stuck_running", "running")))
def test_a_stuck_dream_ends_by_a_cancel_only(platform, dreams, store, stuck, status):
    platform.script_dream(ends=stuck)
    dream = begun(platform, dreams, store)

    assert {one.status for one in until_the_end(dreams, dream)[2:]} == {status}
    assert dreams.cancel(dream.id).status == "canceled"


def test_a_canceled_dream_keeps_its_part_and_spends_for_a_while(platform, dreams, store):
    platform.script_dream(EDITS, partial=1)
    dream = begun(platform, dreams, store)
    dreams.retrieve(dream.id)
    dreams.retrieve(dream.id)

    canceled = dreams.cancel(dream.id)
    spent = [dreams.retrieve(dream.id).usage.output_tokens for _number in range(4)]

    assert (canceled.status, dreams.cancel(dream.id).status) == ("canceled", "canceled")
    assert canceled.usage.output_tokens < spent[0] < spent[1] == spent[2] == spent[3]
    assert platform.memories_of(canceled.outputs[0].memory_store_id) == {**MEMORIES, "/new.md": "new"}


def test_a_dream_that_ended_is_not_canceled(platform, dreams, store):
    platform.script_dream(outruns_cancel=True)
    dream = begun(platform, dreams, store)

    with pytest.raises(anthropic.BadRequestError):
        dreams.cancel(dream.id)

    assert dreams.retrieve(dream.id).status == "completed"


def test_only_an_ended_dream_is_archived(platform, dreams, store):
    dream = begun(platform, dreams, store)
    with pytest.raises(anthropic.BadRequestError):
        dreams.archive(dream.id)
    dreams.cancel(dream.id)

    archived = dreams.archive(dream.id)

    assert (archived.status, dreams.archive(dream.id).archived_at) == ("canceled", archived.archived_at)
    assert list(dreams.list()) == []
    assert [one.id for one in dreams.list(include_archived=True)] == [dream.id]


def test_dreams_are_listed_newest_first_with_exclusive_bounds(platform, dreams, store):
    first, second, third = (begun(platform, dreams, store) for _number in range(3))
    dreams.cancel(second.id)

    assert [one.id for one in dreams.list(limit=2)] == [third.id, second.id, first.id]
    assert [one.id for one in dreams.list(created_at_gt=first.created_at, created_at_lt=third.created_at)] == [
        second.id
    ]
    assert [one.id for one in dreams.list(statuses=["canceled"])] == [second.id]


def test_a_dream_moved_by_hand(platform, dreams, store):
    platform.script_dream(by_hand=True)
    dream = begun(platform, dreams, store)

    assert dreams.retrieve(dream.id).status == "pending"
    assert [platform.step_dream(dream.id) for _number in range(3)] == ["running", "running", "completed"]


def test_inputs_that_go_away_fail_the_dream(platform, dreams, store):
    lost_store, lost_session = begun(platform, dreams, store), begun(platform, dreams, platform.seed_store())
    platform.client().beta.memory_stores.archive(store)
    platform.delete_session(lost_session.inputs[1].session_ids[0])

    errors = [until_the_end(dreams, one)[-1].error.type for one in (lost_store, lost_session)]

    assert errors == ["input_memory_store_unavailable", "input_session_unavailable"]


def test_no_room_for_another_store_fails_the_dream(platform, dreams, store):
    platform.cap_stores(1)

    dream = until_the_end(dreams, begun(platform, dreams, store))[-1]

    assert (dream.error.type, dream.outputs) == ("memory_store_org_limit_exceeded", [])


@pytest.mark.parametrize(
    ("status", "raised"),
    ((403, anthropic.PermissionDeniedError), (400, anthropic.BadRequestError), (404, anthropic.NotFoundError)),
)
def test_a_workspace_without_dreams_says_so(platform, dreams, status, raised):
    platform.close_dreams(status=status)

    with pytest.raises(raised) as caught:
        dreams.list()

    assert caught.value.error_code == ("organization_not_enrolled_in_beta" if status == 400 else None)


def test_updating_in_place_needs_the_permission_and_the_store_for_itself(platform, dreams, store):
    in_place = {"type": "update_existing", "memory_store_id": store}
    platform.script_dream(EDITS[:2], partial=1, ends="failed", error={"type": "internal_error", "message": "x"})
    dream = begun(platform, dreams, store, output_behavior=in_place)

    with pytest.raises(anthropic.ConflictError):
        begun(platform, dreams, store, output_behavior=in_place)
    reader = platform.client(platform.add_key(["read", "dreams"])).beta.dreams
    with pytest.raises(anthropic.PermissionDeniedError):
        begun(platform, reader, store, output_behavior=in_place)

    assert until_the_end(dreams, dream)[-1].outputs[0].memory_store_id == store
    assert platform.memories_of(store) == {**MEMORIES, "/new.md": "new"}


@pytest.mark.parametrize(
    ("change", "raised"),
    (
        (lambda body: body["inputs"].pop(), anthropic.BadRequestError),
        (lambda body: body["inputs"].append(body["inputs"][1]), anthropic.BadRequestError),
        (lambda body: body["inputs"][1].update(session_ids=[]), anthropic.BadRequestError),
        (
            lambda body: body["inputs"][1].update(session_ids=body["inputs"][1]["session_ids"] * 2),
            anthropic.BadRequestError,
        ),
        (lambda body: body["inputs"][1].update(session_ids=[f"s{n}" for n in range(101)]), anthropic.BadRequestError),
        (lambda body: body["inputs"][1].update(session_ids=["sesn_other"]), anthropic.NotFoundError),
        (lambda body: body["inputs"][0].update(memory_store_id="memstore_other"), anthropic.NotFoundError),
        (lambda body: body.update(model="claude-haiku-4-5"), anthropic.BadRequestError),
        (lambda body: body.update(model={"id": MODEL, "speed": "fast"}), anthropic.BadRequestError),
        (lambda body: body.update(instructions="x" * 4097), anthropic.BadRequestError),
        (lambda body: body.update(instructions=""), anthropic.BadRequestError),
        (lambda body: body.update(extra_body={"budget": 1}), anthropic.BadRequestError),
        (
            lambda body: body.update(output_behavior={"type": "update_existing", "memory_store_id": "memstore_other"}),
            anthropic.BadRequestError,
        ),
    ),
)
def test_a_dream_out_of_the_rules_is_refused(platform, dreams, store, change, raised):
    body = {"inputs": inputs(store, [platform.seed_session()]), "model": MODEL}
    change(body)

    with pytest.raises(raised):
        dreams.create(**body)


def test_a_dream_of_a_long_history_says_why_it_wrote(platform, dreams):
    history = platform.seed_history()
    platform.script_dream(history["edits"])

    dream = dreams.create(inputs=inputs(history["store"], history["sessions"]), model=MODEL)
    ended = until_the_end(dreams, dream)[-1]

    before = platform.memories_of(history["store"])
    after = platform.memories_of(ended.outputs[0].memory_store_id)
    assert (len(history["sessions"]), len(before), len(history["edits"])) == (60, 200, 30)
    assert len(after) == 200 + 6 - 6 - 6  # added, merged away, removed
    said = "".join(str(platform.workspace.sessions[one].events) for one in history["sessions"])
    assert all(edit["why"] in said for edit in history["edits"])


def test_an_archived_store_is_no_input(platform, dreams, store):
    platform.client().beta.memory_stores.archive(store)

    with pytest.raises(anthropic.BadRequestError):
        begun(platform, dreams, store)
