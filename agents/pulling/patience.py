"""When to ask the platform again after it refused, and how to say so without a word of what it answered."""

from __future__ import annotations

from datetime import datetime, timedelta

import anthropic
from django.utils.translation import gettext as _

from agents.connections.retrying import retry_after

SHORTEST, LONGEST = timedelta(seconds=30), timedelta(hours=1)


def next_try(error: Exception, *, attempts: int, now: datetime) -> datetime:
    """Not before the platform wants it; else twice as late after each failure."""
    backed_off: timedelta = min(SHORTEST * 2 ** min(attempts, 10), LONGEST)
    asked = retry_after(error, now) if isinstance(error, anthropic.APIStatusError) else None
    return now + (backed_off if asked is None else min(asked, timedelta(days=1)))


def told(error: anthropic.APIError) -> str:
    """The reason in words for people."""
    if isinstance(error, anthropic.AuthenticationError):
        return _("The platform refuses the key: it may have been revoked.")
    if isinstance(error, anthropic.PermissionDeniedError):
        return _("The key may not do this in its workspace.")
    if isinstance(error, anthropic.NotFoundError):
        return _("The platform does not know what was asked for.")
    if isinstance(error, anthropic.RateLimitError):
        return _("The platform asks to wait: too many requests.")
    if isinstance(error, anthropic.APIStatusError):
        return _("The platform answered with status %(status)s.") % {"status": error.status_code}
    return _("The platform cannot be reached.")
