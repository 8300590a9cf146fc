"""Public ids: a prefix that says what it names, and a UUID version 7 that sorts by time of making."""

import os
import secrets
import threading
import time
import uuid

_lock = threading.Lock()
_last = 0

_RAND_BITS = 74
_RAND_B = (1 << 62) - 1  # those after the variant


def uuid7() -> uuid.UUID:
    """A UUID version 7 (RFC 9562) that is larger than every one this process made before."""
    return uuid.UUID(int=_with_version(_next_ordinal()))


def new(prefix: str) -> str:
    return f"{prefix}_{_with_version(_next_ordinal()):032x}"


def near(known: str, prefix: str) -> str:
    """A new id that was made, as far as anybody can see, right after this one."""
    number = uuid.UUID(known.rpartition("_")[2]).int
    ordinal = (number >> 80) << _RAND_BITS | (number >> 64 & 0xFFF) << 62 | number & _RAND_B
    return f"{prefix}_{uuid.UUID(int=_with_version(ordinal + 1 + secrets.randbits(32))).hex}"


def _next_ordinal() -> int:
    """Milliseconds and 74 random bits as one number; counted up where the clock did not move on (RFC 9562, 6.2)."""
    global _last  # noqa: PLW0603  (the last one made in this process is what this module is about)
    now = (time.time_ns() // 1_000_000) << _RAND_BITS
    with _lock:
        _last = now | secrets.randbits(_RAND_BITS) if now > _last else _last + 1 + int.from_bytes(os.urandom(4))
        return _last


def _with_version(ordinal: int) -> int:
    rand_b = ordinal & _RAND_B
    return (ordinal >> _RAND_BITS) << 80 | 0x7 << 76 | (ordinal >> 62 & 0xFFF) << 64 | 0b10 << 62 | rand_b
