"""The Messages API: a scripted answer to each request that keeps the rules, with usage as the cache has it."""

from anthropic.types import Message, MessageTokensCount, message_count_tokens_params, message_create_params
from anthropic.types.beta import message_create_params as beta_params

from tests.platform import caching, events, prompts, scripting, tokens
from tests.platform.routing import route
from tests.platform.shaping import shaped


def kind(body, headers):
    """The type of parameters that a request has to be of."""
    params = beta_params if "anthropic-beta" in headers else message_create_params
    return params.MessageCreateParamsStreaming if body.get("stream") else params.MessageCreateParamsNonStreaming


@route("POST", "/v1/messages", needs="messages", body=kind)
def create(call):
    return answered(call, call.body)


def answered(call, body):
    """A message, in a stream if asked for."""
    message = made(call, body)
    return events.of(message) if body.get("stream") else message


@route(
    "POST",
    "/v1/messages/count_tokens",
    needs="messages",
    body=message_count_tokens_params.MessageCountTokensParams,
)
def count_tokens(call):
    prompts.check(call.body)
    return shaped(MessageTokensCount, {"input_tokens": tokens.total(call.body)})


def made(call, body, tier="standard"):
    """Check a request and answer it."""
    prompts.check(body)
    prompts.check_length(body)
    answer = scripting.answer(call.platform, body)
    text, stop = answer["text"], answer["stop_reason"]
    if stop is None and tokens.count(text) > body["max_tokens"]:
        text, stop = text[: body["max_tokens"] * 4], "max_tokens"
    usage = caching.used(call, body) | {
        "output_tokens": tokens.count(text) if text else 1,
        "service_tier": tier,
        "inference_geo": body.get("inference_geo") or "global",
    }
    message = {
        "type": "message",
        "id": call.platform.new_id("msg"),
        "role": "assistant",
        "model": body["model"],
        "content": answer["content"] or [{"type": "text", "text": text, "citations": None}],
        "stop_reason": stop or "end_turn",
        "stop_sequence": None,
        "usage": usage | answer["usage"],
    }
    call.platform.bills.append((body["model"], tier, message["usage"]))
    return shaped(Message, message)
