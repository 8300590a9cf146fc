import anthropic
import httpx2
import pytest


def test_a_key_is_taken_as_a_bearer_only(platform):
    headers = {"anthropic-version": "2026-10-21"}

    with httpx2.Client(base_url=platform.url, headers=headers) as plain:
        by_old_header = plain.get("/v1/models", headers={"x-api-key": platform.key})
        by_bearer = plain.get("/v1/models", headers={"authorization": f"Bearer {platform.key}"})

    assert (by_old_header.status_code, by_bearer.status_code) == (401, 200)
    said = by_old_header.json()
    assert (said["type"], said["error"]["type"]) == ("error", "authentication_error")
    assert said["request_id"] == by_old_header.headers["request-id"]


def test_an_unknown_and_a_revoked_key_are_refused(platform):
    client = platform.client()
    client.models.list()

    platform.revoke(platform.key)

    with pytest.raises(anthropic.AuthenticationError):
        client.models.list()
    with pytest.raises(anthropic.AuthenticationError):
        platform.client("sk-ant-other").models.list()


@pytest.mark.parametrize(
    ("lacking", "ask"),
    (
        ("read", lambda client, store: client.beta.memory_stores.list()),
        ("write", lambda client, store: client.beta.memory_stores.memories.create(store, path="/a", content="x")),
        ("dreams", lambda client, store: client.beta.dreams.list()),
        ("batches", lambda client, store: client.messages.batches.list()),
        ("messages", lambda client, store: client.messages.count_tokens(model="claude-opus-5", messages=[])),
    ),
)
def test_a_key_without_the_permission_is_refused(platform, lacking, ask):
    store = platform.seed_store()
    key = platform.add_key({"read", "write", "dreams", "batches", "messages"} - {lacking})

    with pytest.raises(anthropic.PermissionDeniedError):
        ask(platform.client(key), store)


def test_another_workspace_does_not_have_ours(platform):
    store = platform.seed_store()
    stranger = platform.client(platform.add_key(workspace=platform.add_workspace().id))

    assert list(stranger.beta.memory_stores.list()) == []
    with pytest.raises(anthropic.NotFoundError):
        stranger.beta.memory_stores.retrieve(store)


def test_the_beta_headers_are_asked_for_and_clash_on_stores(platform):
    client = platform.client()

    with pytest.raises(anthropic.BadRequestError):
        client.beta.memory_stores.list(betas=["managed-agents-2026-04-01"])  # the SDK adds its own
    with pytest.raises(anthropic.BadRequestError):
        client.beta.sessions.list(extra_headers={"anthropic-beta": "agent-memory-2026-07-22"})


def test_unknown_keys_and_queries_are_refused(platform):
    stores = platform.client().beta.memory_stores

    with pytest.raises(anthropic.BadRequestError, match="Extra inputs"):
        stores.create(name="Support", extra_body={"colour": "red"})
    with pytest.raises(anthropic.BadRequestError, match="unknown query parameter"):
        stores.list(extra_query={"order": "asc"})
    with pytest.raises(anthropic.BadRequestError, match="name: must be of type str"):
        stores.create(name=3)


def test_models_are_listed_with_their_limits(platform):
    listed = {one.id: one for one in platform.client().models.list(limit=2)}

    assert listed["claude-haiku-4-5"].max_input_tokens == 200_000
    assert listed["claude-opus-5-5"].lifecycle == "active"
