import signal
import subprocess
import sys

import anthropic
import httpx2
import pytest
from anthropic.types.beta import BetaManagedAgentsMemoryStore

STORES = "GET /v1/memory_stores"


@pytest.mark.parametrize(
    ("status", "raised", "kind"),
    (
        (408, anthropic.RequestTimeoutError, "timeout_error"),
        (429, anthropic.RateLimitError, "rate_limit_error"),
        (500, anthropic.InternalServerError, "api_error"),
        (503, anthropic.ServiceUnavailableError, "api_error"),
        (529, anthropic.OverloadedError, "overloaded_error"),
    ),
)
def test_a_status_is_answered_as_often_as_asked(platform, status, raised, kind):
    stores = platform.client().beta.memory_stores
    platform.fault(STORES, status, times=2, skip=1)

    stores.list()
    for _number in range(2):
        with pytest.raises(raised) as caught:
            stores.list()
        assert caught.value.type == kind
        assert caught.value.request_id.startswith("req_")
    stores.list()


@pytest.mark.parametrize("wait", (None, 3))
def test_a_rate_limit_says_how_long_or_not(platform, wait):
    platform.fault(STORES, 429, retry_after=wait)

    with pytest.raises(anthropic.RateLimitError) as caught:
        platform.client().beta.memory_stores.list()

    assert caught.value.response.headers.get("retry-after") == (wait and str(wait))


@pytest.mark.parametrize(("what", "done"), (("drop", 0), ("drop_after", 1)))
def test_a_connection_drops_before_or_after_the_work(platform, what, done):
    stores = platform.client().beta.memory_stores
    platform.fault("POST /v1/memory_stores", what)

    with pytest.raises(anthropic.APIConnectionError):
        stores.create(name="Support")

    assert len(list(stores.list())) == done


@pytest.mark.parametrize(("what", "done"), (("slow", 0), ("slow_after", 1)))
def test_a_client_that_does_not_wait_may_have_done_it(platform, what, done):
    platform.fault("POST /v1/memory_stores", what, seconds=0.5)

    with pytest.raises(anthropic.APITimeoutError):
        platform.client(timeout=0.2).beta.memory_stores.create(name="Support")

    assert len(list(platform.client().beta.memory_stores.list())) == done


@pytest.mark.parametrize("what", ("cut", "garbled"))
def test_an_answer_may_come_in_part_or_from_somebody_else(platform, what):
    stores = platform.client().beta.memory_stores
    platform.fault("POST /v1/memory_stores", what)

    try:
        said = stores.create(name="Support")
    except (anthropic.APIConnectionError, httpx2.HTTPError) as error:
        said = error

    assert not isinstance(said, BetaManagedAgentsMemoryStore)
    assert len(list(stores.list())) == 1


def test_somebody_writes_between_read_and_write(platform):
    memories = platform.client().beta.memory_stores.memories
    store = platform.seed_store({"/a.md": "x"})
    (read,) = memories.list(store)
    edit = ["outside_write", {"store": store, "path": "/a.md", "content": "theirs"}]
    platform.fault(f"POST /v1/memory_stores/{store}/memories/*", "edit", edit=edit)
    guard = {"type": "content_sha256", "content_sha256": read.content_sha256}

    with pytest.raises(anthropic.ConflictError):
        memories.update(read.id, memory_store_id=store, content="ours", precondition=guard)

    assert platform.memories_of(store) == {"/a.md": "theirs"}


def test_a_key_is_revoked_and_cursors_die_half_way(platform):
    memories = platform.client().beta.memory_stores.memories
    store = platform.seed_store({f"/{number}.md": "x" for number in range(5)})
    platform.fault("GET */memories", "dead_cursor", skip=1)
    platform.fault("GET */memories", "revoke", skip=3)

    with pytest.raises(anthropic.BadRequestError):
        list(memories.list(store, limit=2))
    with pytest.raises(anthropic.AuthenticationError):
        list(memories.list(store, limit=2))


def test_everything_asked_is_on_record(platform):
    client = platform.client()
    platform.fault("POST /v1/memory_stores", 500)
    with pytest.raises(anthropic.InternalServerError):
        client.beta.memory_stores.create(name="Support")
    client.beta.memory_stores.list(limit=3)

    first, second = platform.asked()

    assert (first["method"], first["body"], first["status"]) == ("POST", {"name": "Support"}, 500)
    assert (second["path"], second["query"], second["status"]) == ("/v1/memory_stores", {"limit": ["3"]}, 200)
    assert second["headers"]["authorization"] == f"Bearer {platform.key}"
    assert platform.asked("DELETE *") == []


@pytest.mark.slow
@pytest.mark.parametrize(("what", "done"), (("kill", 0), ("kill_after", 1)))
def test_who_asks_is_killed_before_or_after_the_work(platform, what, done):
    code = (
        f"import anthropic\ninput()\nclient = anthropic.Anthropic(api_key={platform.key!r}, base_url={platform.url!r})"
    )
    asks = "client.beta.memory_stores.create(name='Support')"
    with subprocess.Popen([sys.executable, "-c", f"{code}\n{asks}"], stdin=subprocess.PIPE) as process:
        platform.fault("POST /v1/memory_stores", what, pid=process.pid)
        process.communicate(b"\n", timeout=30)

    assert process.returncode == -signal.SIGKILL
    assert len(list(platform.client().beta.memory_stores.list())) == done


def test_a_process_of_its_own_takes_the_same_verbs(platform_process):
    store = platform_process.seed_store(memories={"/a.md": "x"})
    client = platform_process.client()
    platform_process.fault(on="DELETE *", what="drop_after")
    (memory,) = client.beta.memory_stores.memories.list(store)

    with pytest.raises(anthropic.APIConnectionError):
        client.beta.memory_stores.memories.delete(memory.id, memory_store_id=store)

    assert platform_process.memories_of(store=store) == {}
    assert [one["method"] for one in platform_process.asked(on="DELETE *")] == ["DELETE"]
