"""Message batches over HTTP. What a request of a batch does wrong shows in its result only."""

import json
import re
from typing import TypedDict

from anthropic.types.messages import (
    DeletedMessageBatch,
    MessageBatch,
    MessageBatchIndividualResponse,
    batch_list_params,
)

from tests.platform import batching, pages
from tests.platform.errors import invalid, missing
from tests.platform.routing import Streamed, route
from tests.platform.shaping import shaped

BATCHES = "/v1/messages/batches"
BATCH = f"{BATCHES}/{{batch}}"
MOST_REQUESTS = 100_000
NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


class _Request(TypedDict):
    custom_id: str
    params: dict[str, object]


class _Create(TypedDict):
    """The SDK's own type holds each request's params to its own: the platform looks at them later."""

    requests: list[_Request]


def _of(call, id):
    if id not in call.workspace.batches:
        raise missing("message batch", id)
    return call.workspace.batches[id]


def _shown(call, batch):
    values = {
        "type": "message_batch",
        "id": batch.id,
        "processing_status": batch.status,
        "request_counts": batch.counts(),
        "created_at": batch.created_at,
        "expires_at": batch.expires_at,
        "ended_at": batch.ended_at,
        "cancel_initiated_at": batch.cancel_initiated_at,
        "archived_at": None,
        "results_url": f"{call.platform.url}{BATCHES}/{batch.id}/results" if batch.ended_at else None,
    }
    return shaped(MessageBatch, values)


@route("POST", BATCHES, needs="batches", body=_Create)
def create(call):
    requests = call.body["requests"]
    _check(requests)
    script = call.platform.batch_scripts.pop(0) if call.platform.batch_scripts else batching.Script()
    one = batching.Batch(call.platform.new_id("msgbatch"), call.key, requests, script, call.platform.now())
    call.workspace.batches[one.id] = one
    return _shown(call, one)


@route("GET", BATCHES, needs="batches", query=batch_list_params.BatchListParams)
def listing(call):
    newest_first = reversed(call.workspace.batches.values())
    return pages.by_id(call, [(one.id, _shown(call, one)) for one in newest_first])


@route("GET", BATCH, needs="batches")
def retrieve(call, batch):
    one = _of(call, batch)
    batching.polled(call.platform, one)
    return _shown(call, one)


@route("POST", f"{BATCH}/cancel", needs="batches")
def cancel(call, batch):
    one = _of(call, batch)
    if one.status == "ended":
        raise invalid("the batch has ended")
    one.status = "canceling"
    one.cancel_initiated_at = one.cancel_initiated_at or call.platform.now()
    return _shown(call, one)


@route("DELETE", BATCH, needs="batches")
def delete(call, batch):
    one = _of(call, batch)
    if one.status != "ended":
        raise invalid("only an ended batch can be deleted")
    del call.workspace.batches[one.id]
    return shaped(DeletedMessageBatch, {"id": one.id, "type": "message_batch_deleted"})


@route("GET", f"{BATCH}/results", needs="batches")
def results(call, batch):
    one = _of(call, batch)
    if one.status != "ended":
        raise invalid("the batch has not ended")
    lines = [json.dumps(shaped(MessageBatchIndividualResponse, result)) for result in one.results]
    return Streamed("".join(f"{line}\n" for line in lines))


def _check(requests):
    if not 1 <= len(requests) <= MOST_REQUESTS:
        raise invalid(f"requests: 1 to {MOST_REQUESTS} requests")
    names = [one["custom_id"] for one in requests]
    if len(set(names)) != len(names):
        raise invalid("requests: custom_ids must be unique")
    if bad := next((name for name in names if not NAME.fullmatch(name)), None):
        raise invalid(f"requests: custom_id {bad!r} must be 1 to 64 of A-Z, a-z, 0-9, _ and -")
    for one in requests:
        params = one["params"]
        if params.get("stream") or params.get("speed") == "fast" or params.get("max_tokens") == 0:
            raise invalid(f"requests: {one['custom_id']}: stream, fast mode and max_tokens 0 are not supported")
