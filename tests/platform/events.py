"""A message as the stream of events that makes it."""

import json

from anthropic.types import RawMessageStreamEvent

from tests.platform.routing import Events
from tests.platform.shaping import shaped

CHUNK = 40


def of(message):
    return Events("".join(_line(shaped(RawMessageStreamEvent, event)) for event in _all(message)))


def _all(message):
    begun = message["usage"] | {"output_tokens": 1}
    yield {"type": "message_start", "message": message | {"content": [], "stop_reason": None, "usage": begun}}
    for index, block in enumerate(message["content"]):
        text = block.get("text")
        empty = block if text is None else block | {"text": ""}
        yield {"type": "content_block_start", "index": index, "content_block": empty}
        for start in range(0, len(text or ""), CHUNK):
            delta = {"type": "text_delta", "text": text[start : start + CHUNK]}
            yield {"type": "content_block_delta", "index": index, "delta": delta}
        yield {"type": "content_block_stop", "index": index}
    ended = {"stop_reason": message["stop_reason"], "stop_sequence": None}
    yield {"type": "message_delta", "delta": ended, "usage": {"output_tokens": message["usage"]["output_tokens"]}}
    yield {"type": "message_stop"}


def _line(event):
    return f"event: {event['type']}\ndata: {json.dumps(event)}\n\n"
