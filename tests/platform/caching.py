"""The prompt cache of a workspace: what an identical prefix wrote is read, by model, until its time is over."""

import hashlib
from datetime import datetime, timedelta

from tests.platform import models, tokens
from tests.platform.errors import invalid

LIVES = {"5m": timedelta(minutes=5), "1h": timedelta(hours=1)}
COUNTS = ("input_tokens", "output_tokens", "cache_read_input_tokens", "cache_creation_input_tokens")
MOST_BREAKPOINTS, LOOK_BACK = 4, 20


def used(call, body):
    """Usage of the input side, and the cache as it is afterwards."""
    parts = tokens.parts(body)
    breaks = [number for number, part in enumerate(parts) if part["cache_control"]]
    if len(breaks) > MOST_BREAKPOINTS:
        raise invalid(f"cache_control: at most {MOST_BREAKPOINTS} breakpoints")
    at = datetime.fromisoformat(call.platform.now())
    prefixes = _prefixes(body["model"], parts)
    long_enough = [one for one in breaks if prefixes[one][1] >= models.smallest_prefix(body["model"])]
    cache = call.workspace.cache
    hit = _hit(cache, prefixes, long_enough, at)
    read = prefixes[hit][1] if hit is not None else 0
    if hit is not None:
        entry = cache[prefixes[hit][0]]
        entry["until"] = at + entry["lives"]
    written, start = {"5m": 0, "1h": 0}, read
    for one in long_enough:
        if hit is not None and one <= hit:
            continue
        key, size = prefixes[one]
        ttl = parts[one]["cache_control"].get("ttl") or "5m"
        written[ttl] += size - start
        start = size
        cache[key] = {"until": at + LIVES[ttl], "lives": LIVES[ttl]}
    whole = prefixes[-1][1] if prefixes else 0
    return usage(whole - start, read, written)


def usage(plain, read=0, written=None):
    written = written or {"5m": 0, "1h": 0}
    return {
        "input_tokens": plain,
        "cache_read_input_tokens": read,
        "cache_creation_input_tokens": sum(written.values()),
        "cache_creation": {
            "ephemeral_5m_input_tokens": written["5m"],
            "ephemeral_1h_input_tokens": written["1h"],
        },
    }


def _prefixes(model, parts):
    """(hash, tokens) of each prefix."""
    digest, size, found = hashlib.sha256(model.encode()), 0, []
    for part in parts:
        digest.update(part["said"].encode() + b"\0")
        size += part["tokens"]
        found.append((digest.hexdigest(), size))
    return found


def _hit(cache, prefixes, breaks, at):
    for one in reversed(breaks):
        for number in range(one, max(-1, one - LOOK_BACK), -1):
            entry = cache.get(prefixes[number][0])
            if entry and entry["until"] > at:
                return number
    return None
