"""What the Messages API refuses beyond the types of its parameters."""

from tests.platform import models, schemas, tokens
from tests.platform.errors import invalid

MOST_STRICT_TOOLS = 20
OLD_THINKING = frozenset({"enabled", "disabled"})


def check(body):
    models.known(body["model"])
    _check_turns(body["messages"])
    _check_tools(body)
    _check_ttl(body)
    wanted = (body.get("output_config") or {}).get("format")
    if wanted:
        schemas.check(wanted["schema"])
    effort = (body.get("output_config") or {}).get("effort")
    if effort and effort not in models.EFFORTS.get(body["model"], models.ALL_EFFORTS):
        raise invalid(f"output_config.effort: {effort} is not supported by {body['model']}")
    if wanted and any(_cites(block) for _role, block in _blocks(body)):
        raise invalid("citations cannot be enabled together with output_config.format")
    if body["model"] in models.NO_FORCED_TOOLS and body.get("thinking", {}).get("type") in OLD_THINKING:
        raise invalid(f"thinking: {body['thinking']['type']} is not supported by {body['model']}")


def check_length(body):
    most = models.most_output(body["model"])
    if not 1 <= body["max_tokens"] <= most:
        raise invalid(f"max_tokens: must be between 1 and {most}")
    size, context = tokens.total(body), models.context(body["model"])
    if size > context:
        raise invalid(f"prompt is too long: {size} tokens > {context} maximum")


def _check_turns(messages):
    if not messages:
        raise invalid("messages: at least one message is required")
    if messages[0]["role"] != "user":
        raise invalid("messages: the first message must have the role user")
    if messages[-1]["role"] == "assistant":
        raise invalid("messages: prefilling the assistant's message is not supported")
    for role, block in _blocks({"messages": messages}):
        if block["type"] == "text" and not block["text"]:
            raise invalid("messages: text content blocks must be non-empty")
        if role == "assistant" and block["type"] == "document":
            raise invalid("messages: document blocks are not allowed in assistant messages")
        if role == "user" and block["type"] == "text" and block.get("citations"):
            raise invalid("messages: citations are not allowed on text blocks of the user")


def _check_tools(body):
    if body.get("tool_choice", {}).get("type") in ("any", "tool") and body["model"] in models.NO_FORCED_TOOLS:
        raise invalid(f"tool_choice: forced tool use is not supported by {body['model']}")
    if sum(bool(tool.get("strict")) for tool in body.get("tools", [])) > MOST_STRICT_TOOLS:
        raise invalid(f"tools: at most {MOST_STRICT_TOOLS} strict tools")


def _check_ttl(body):
    lives = [part["cache_control"].get("ttl") or "5m" for part in tokens.parts(body) if part["cache_control"]]
    if lives != sorted(lives):  # "1h" sorts before "5m"
        raise invalid("cache_control: a ttl of 1h must not come after one of 5m")


def _cites(block):
    return bool((block.get("citations") or {}).get("enabled")) if block["type"] == "document" else False


def _blocks(body):
    for message in body["messages"]:
        if isinstance(message["content"], str):
            yield message["role"], {"type": "text", "text": message["content"]}
        else:
            yield from ((message["role"], block) for block in message["content"])
