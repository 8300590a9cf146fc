"""What the API's refusals mean for a run: to wait, or to end with a reason that people can act upon."""

from __future__ import annotations

from datetime import datetime, timedelta

import anthropic

from agents.connections.retrying import retry_after
from dreaming.engines.protocol import EngineFailed, EngineWaits

SHORTEST, LONGEST = timedelta(seconds=30), timedelta(minutes=15)
MOST_TRIES = 12  # of one question: some hours
PASSING = (408, 409, 429)
LONGEST_SAID = 300
LOCAL_WORKS = "The local engine needs no model and still works."


def meaning(error: anthropic.APIError, *, tries: int, now: datetime) -> EngineWaits | EngineFailed:
    """What to raise after `tries` earlier ones."""
    status = getattr(error, "status_code", None)
    if status is not None and status not in PASSING and status < 500:
        return EngineFailed(_told(error))
    if tries + 1 >= MOST_TRIES:
        return EngineFailed(f"Claude could not be reached for too long. {LOCAL_WORKS}")
    backed_off = min(SHORTEST * 2 ** min(tries, 6), LONGEST)
    asked = retry_after(error, now) if isinstance(error, anthropic.APIStatusError) else None
    return EngineWaits(now + (backed_off if asked is None else min(asked, timedelta(days=1))))


def is_too_long(error: anthropic.APIStatusError) -> bool:
    said = str(error.api_message or "").casefold()
    return error.status_code == 413 or (error.status_code == 400 and "too long" in said)


def _told(error: anthropic.APIError) -> str:
    if isinstance(error, anthropic.AuthenticationError):
        return f"Claude refuses the key: it may have been revoked. {LOCAL_WORKS}"
    if isinstance(error, anthropic.PaymentRequiredError):
        return f"The account at Claude has no credit left. {LOCAL_WORKS}"
    if isinstance(error, anthropic.PermissionDeniedError):
        return f"The key may not use the model that the settings name. {LOCAL_WORKS}"
    if isinstance(error, anthropic.NotFoundError):
        return f"Claude knows no model of the name that the settings give. {LOCAL_WORKS}"
    said = " ".join(str(getattr(error, "api_message", "") or "").split())[:LONGEST_SAID]
    return f"Claude refused the request ({getattr(error, 'status_code', '?')}): {said}"
