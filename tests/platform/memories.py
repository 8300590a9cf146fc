"""Memories and their versions over HTTP."""

import hashlib
from functools import lru_cache

from anthropic.types.beta.memory_stores import (
    BetaManagedAgentsDeletedMemory,
    BetaManagedAgentsMemory,
    BetaManagedAgentsMemoryPrefix,
    BetaManagedAgentsMemoryVersion,
    memory_create_params,
    memory_delete_params,
    memory_list_params,
    memory_retrieve_params,
    memory_update_params,
    memory_version_list_params,
    memory_version_retrieve_params,
)

from tests.platform import pages, paths, stores
from tests.platform.errors import invalid, missing
from tests.platform.ranges import within
from tests.platform.routing import route
from tests.platform.shaping import shaped

BETA = stores.BETA
MEMORIES, VERSIONS = f"{stores.STORE}/memories", f"{stores.STORE}/memory_versions"
IN_PATH = ("memory_store_id",)
MOST_FULL = 20


def shown(store, one, view):
    values = {
        "type": "memory",
        "id": one.id,
        "memory_store_id": store.id,
        "memory_version_id": one.version,
        "path": one.path,
        "content": one.content if view == "full" else None,
        "content_size_bytes": len(one.content.encode()),
        "content_sha256": one.sha256,
        "created_at": one.created_at,
        "updated_at": one.updated_at,
    }
    return shaped(BetaManagedAgentsMemory, values)


@route(
    "POST",
    MEMORIES,
    needs="write",
    beta=BETA,
    body=memory_create_params.MemoryCreateParams,
    query=memory_retrieve_params.MemoryRetrieveParams,
    elsewhere=("view",),
)
def create(call, store):
    one = stores.of(call, store)
    memory = one.add(call.body["path"], call.body["content"] or "", call.key.actor)
    return shown(one, memory, call.query.get("view", "basic"))


@route("GET", f"{MEMORIES}/{{memory}}", beta=BETA, query=memory_retrieve_params.MemoryRetrieveParams, elsewhere=IN_PATH)
def retrieve(call, store, memory):
    one = stores.of(call, store)
    return shown(one, one.memory(memory), call.query.get("view", "full"))


@route(
    "POST",
    f"{MEMORIES}/{{memory}}",
    needs="write",
    beta=BETA,
    body=memory_update_params.MemoryUpdateParams,
    query=memory_retrieve_params.MemoryRetrieveParams,
    elsewhere=("view", *IN_PATH),
)
def update(call, store, memory):
    one = stores.of(call, store)
    expected = call.body.get("precondition", {}).get("content_sha256")
    changed = one.change(memory, call.key.actor, call.body.get("content"), call.body.get("path"), expected)
    return shown(one, changed, call.query.get("view", "basic"))


@route(
    "DELETE",
    f"{MEMORIES}/{{memory}}",
    needs="write",
    beta=BETA,
    query=memory_delete_params.MemoryDeleteParams,
    elsewhere=IN_PATH,
)
def delete(call, store, memory):
    stores.of(call, store).remove(memory, call.key.actor, call.query.get("expected_content_sha256"))
    return shaped(BetaManagedAgentsDeletedMemory, {"type": "memory_deleted", "id": memory})


@route("GET", MEMORIES, beta=BETA, query=memory_list_params.MemoryListParams)
def listing(call, store):
    one = stores.of(call, store)
    prefix, depth = call.query.get("path_prefix", "/"), call.query.get("depth", 0)
    paths.check_prefix(prefix)
    if depth not in (0, 1):
        raise invalid("depth: must be 0 or 1")
    view = call.query.get("view", "basic")
    found = {}
    for memory in one.memories.values():
        if not memory.path.startswith(prefix):
            continue
        folder, deeper, _rest = memory.path.removeprefix(prefix).partition("/")
        if depth == 1 and deeper:
            found[f"{prefix}{folder}/"] = None
        else:
            found[memory.path] = memory

    def draw(item):
        path, memory = item
        if memory is None:
            return shaped(BetaManagedAgentsMemoryPrefix, {"type": "memory_prefix", "path": path})
        return shown(one, memory, view)

    return _page(call, [((_place(item[0]), item[0]), item) for item in found.items()], view, draw)


@route("GET", VERSIONS, beta=BETA, query=memory_version_list_params.MemoryVersionListParams)
def version_listing(call, store):
    one = stores.of(call, store)
    view = call.query.get("view", "basic")
    rows = [
        ((version["created_at"], version["id"]), version)
        for version in one.versions.values()
        if within(version["created_at"], call.query) and _is_wanted(version, call.query)
    ]
    return _page(call, rows, view, lambda version: _version(version, view), order="desc")


@route(
    "GET",
    f"{VERSIONS}/{{version}}",
    beta=BETA,
    query=memory_version_retrieve_params.MemoryVersionRetrieveParams,
    elsewhere=IN_PATH,
)
def version(call, store, version):
    one = stores.of(call, store)
    if version not in one.versions:
        raise missing("memory version", version)
    return _version(one.versions[version], call.query.get("view", "full"))


@route("POST", f"{VERSIONS}/{{version}}/redact", needs="write", beta=BETA)
def redact(call, store, version):
    return _version(stores.of(call, store).redact(version, call.key.actor), "full")


def _version(version, view):
    values = version if view == "full" else version | {"content": None}
    return shaped(BetaManagedAgentsMemoryVersion, values)


def _is_wanted(version, query):
    by = version["created_by"] or {}
    actors = ("session_id", "api_key_id", "service_account_id")
    return all(by.get(name) == query[name] for name in actors if name in query) and all(
        version[name] == query[name] for name in ("memory_id", "operation") if name in query
    )


def _page(call, rows, view, draw, order="asc"):
    page = pages.listed(call, rows, draw=draw, order=order)
    if view == "full" and len(page["data"]) > MOST_FULL:
        call.query["limit"] = MOST_FULL
        page = pages.listed(call, rows, draw=draw, order=order)
    return page


@lru_cache(maxsize=10_000)
def _place(path):
    """The platform's own order: stable, and not that of the paths."""
    return hashlib.sha256(path.encode()).hexdigest()
