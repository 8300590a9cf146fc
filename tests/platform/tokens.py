"""How many tokens a request has: the same for counting, billing and caching. Four bytes are one token."""

import json


def parts(body):
    """The blocks of a request in the order of the cache: tools, system, messages; each with its cache_control."""
    found = [_part("tool", tool) for tool in body.get("tools", [])]
    if output := body.get("output_config", {}).get("format"):
        found.insert(0, _part("format", output))
    found += [_part("system", block) for block in _blocks(body.get("system", []))]
    for message in body["messages"]:
        found += [_part(message["role"], block) for block in _blocks(message["content"])]
    if found and body.get("cache_control"):
        found[-1]["cache_control"] = body["cache_control"]
    return found


def count(text):
    return max(1, (len(text.encode()) + 3) // 4)


def total(body):
    return sum(one["tokens"] for one in parts(body))


def _blocks(content):
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


def _part(where, block):
    bare = {name: value for name, value in block.items() if name != "cache_control"}
    text = bare["text"] if bare.get("type") == "text" else json.dumps(bare, sort_keys=True, ensure_ascii=False)
    said = json.dumps([where, bare], sort_keys=True)
    return {"said": said, "tokens": count(text), "cache_control": block.get("cache_control")}
