"""Memory stores over HTTP."""

from anthropic.types.beta import (
    BetaManagedAgentsDeletedMemoryStore,
    BetaManagedAgentsMemoryStore,
    memory_store_create_params,
    memory_store_list_params,
    memory_store_update_params,
)

from tests.platform import auth, pages
from tests.platform.errors import invalid, missing
from tests.platform.memory import Store
from tests.platform.ranges import within
from tests.platform.routing import route
from tests.platform.shaping import shaped

BETA = (auth.MEMORY, auth.MANAGED)
STORE = "/v1/memory_stores/{store}"


def of(call, id):
    if id not in call.workspace.stores:
        raise missing("memory store", id)
    return call.workspace.stores[id]


def make(platform, workspace, name, description="", metadata=None):
    at = platform.now()
    one = Store(platform, platform.new_id("memstore"), name, description, dict(metadata or {}), at, at)
    workspace.stores[one.id] = one
    return one


def shown(store):
    names = ("id", "name", "description", "metadata", "created_at", "updated_at", "archived_at")
    values = {name: getattr(store, name) for name in names}
    return shaped(BetaManagedAgentsMemoryStore, {"type": "memory_store", **values})


@route("POST", "/v1/memory_stores", needs="write", beta=BETA, body=memory_store_create_params.MemoryStoreCreateParams)
def create(call):
    _check(call.body)
    most = call.workspace.most_stores
    if most is not None and len(call.workspace.stores) >= most:
        raise invalid(f"the organization has its {most} memory stores already")
    return shown(make(call.platform, call.workspace, **call.body))


@route("GET", "/v1/memory_stores", beta=BETA, query=memory_store_list_params.MemoryStoreListParams)
def listing(call):
    everything = call.query.get("include_archived", False)
    rows = [
        ((one.created_at, one.id), shown(one))
        for one in call.workspace.stores.values()
        if within(one.created_at, call.query) and (everything or one.archived_at is None)
    ]
    return pages.listed(call, rows, order="desc")


@route("GET", STORE, beta=BETA)
def retrieve(call, store):
    return shown(of(call, store))


@route("POST", STORE, needs="write", beta=BETA, body=memory_store_update_params.MemoryStoreUpdateParams)
def update(call, store):
    one = of(call, store)
    one.must_be_open()
    metadata = one.metadata | (call.body.get("metadata") or {})
    new = {
        "name": call.body.get("name") or one.name,
        "description": one.description if "description" not in call.body else call.body["description"] or "",
        "metadata": {name: value for name, value in metadata.items() if value is not None},
    }
    _check(new)
    one.name, one.description, one.metadata = new["name"], new["description"], new["metadata"]
    one.updated_at = call.platform.now()
    return shown(one)


@route("POST", f"{STORE}/archive", needs="write", beta=BETA)
def archive(call, store):
    one = of(call, store)
    if one.archived_at is None:
        one.archived_at = one.updated_at = call.platform.now()
    return shown(one)


@route("DELETE", STORE, needs="write", beta=BETA)
def delete(call, store):
    one = of(call, store)
    del call.workspace.stores[one.id]
    return shaped(BetaManagedAgentsDeletedMemoryStore, {"type": "memory_store_deleted", "id": one.id})


def _check(values):
    name, metadata = values["name"], values.get("metadata", {})
    if not 1 <= len(name) <= 255 or not name.isprintable():
        raise invalid("name: must have 1 to 255 characters, none of them control characters")
    if len(values.get("description", "")) > 1024:
        raise invalid("description: must have at most 1024 characters")
    if len(metadata) > 16 or any(not 1 <= len(key) <= 64 or len(value) > 512 for key, value in metadata.items()):
        raise invalid("metadata: at most 16 pairs, keys of 1 to 64 and values of at most 512 characters")
