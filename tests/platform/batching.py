"""How a batch goes: in progress, then ended, with a result for each request."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from anthropic.types import message_create_params

from tests.platform import messages, validating
from tests.platform.errors import Refused
from tests.platform.routing import Call

LIVES = timedelta(hours=24)


@dataclass
class Script:
    """A retrieve ends the batch after `lingers` others; with `by_hand` only `step_batch` does, `stuck` only its expiry.

    `errors` are {custom_id: {"type", "message"}}, `expired` the custom_ids that found no time. `done_before_cancel`
    is how many are answered all the same when it is canceled.
    """

    lingers: int = 0
    by_hand: bool = False
    stuck: bool = False
    errors: dict = field(default_factory=dict)
    expired: list = field(default_factory=list)
    done_before_cancel: int = 0


@dataclass
class Batch:
    id: str
    key: object
    requests: list
    script: Script
    created_at: str
    status: str = "in_progress"
    cancel_initiated_at: str | None = None
    ended_at: str | None = None
    results: list = field(default_factory=list)
    read: int = 0

    @property
    def expires_at(self):
        return (datetime.fromisoformat(self.created_at) + LIVES).isoformat()

    def counts(self):
        counts = dict.fromkeys(("processing", "succeeded", "errored", "canceled", "expired"), 0)
        for one in self.results:
            counts[one["result"]["type"]] += 1
        return counts | {"processing": 0 if self.ended_at else len(self.requests)}


def polled(platform, batch):
    """What a retrieve does."""
    if batch.status == "ended":
        return
    if datetime.fromisoformat(platform.now()) >= datetime.fromisoformat(batch.expires_at):
        _end(platform, batch, lambda _number, _request: {"type": "expired"})
    elif batch.script.stuck and batch.status == "in_progress":
        return
    elif not batch.script.by_hand or batch.status == "canceling":
        batch.read += 1
        if batch.read > batch.script.lingers:
            step(platform, batch)


def step(platform, batch):
    if batch.status == "in_progress":
        _end(platform, batch, lambda _number, request: _result(platform, batch, request))
    elif batch.status == "canceling":
        done = batch.script.done_before_cancel
        _end(
            platform,
            batch,
            lambda number, request: _result(platform, batch, request) if number < done else {"type": "canceled"},
        )


def _end(platform, batch, result):
    batch.results = [
        {"custom_id": request["custom_id"], "result": result(number, request)}
        for number, request in enumerate(batch.requests)
    ][::-1]  # in no order to rely on
    batch.status, batch.ended_at = "ended", platform.now()


def _result(platform, batch, request):
    name, params = request["custom_id"], request["params"]
    if name in batch.script.expired:
        return {"type": "expired"}
    if name in batch.script.errors:
        return _errored(platform, batch.script.errors[name])
    try:
        validating.body(params, message_create_params.MessageCreateParamsNonStreaming)
        call = Call(platform, batch.key, "/v1/messages/batches", {})
        return {"type": "succeeded", "message": messages.made(call, params, tier="batch")}
    except Refused as refusal:
        return _errored(platform, {"type": refusal.kind, "message": refusal.message})


def _errored(platform, error):
    return {"type": "errored", "error": {"type": "error", "error": error, "request_id": platform.new_id("req")}}
