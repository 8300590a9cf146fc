"""Signing what is due, and delivering what was signed."""

from __future__ import annotations

from datetime import datetime

from audit.checkpoints import delivering, due, signer


def is_due(*, now: datetime) -> bool:
    return bool(delivering.is_due(now=now) or due.logs(now=now))


def seal(*, now: datetime) -> None:
    """Sign each log that is due, then deliver. Deliveries need no key, and wait for no key that is missing.

    Raises keys.NoKey, keys.BadKey and memory.Unreadable.
    """
    try:
        signer.sign_each(due.logs(now=now), at=now)
    finally:
        delivering.deliver_due(now=now)
