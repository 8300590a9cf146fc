"""How long a provider asks to wait before it is asked again (RFC 9110, 10.2.3)."""

from __future__ import annotations

from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

import anthropic


def retry_after(error: anthropic.APIStatusError, now: datetime) -> timedelta | None:
    """How long the platform asks to wait; None where it does not say."""
    headers = error.response.headers
    for name, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        try:
            return max(timedelta(0), timedelta(seconds=float(headers[name]) * unit))
        except (KeyError, ValueError, OverflowError):
            continue
    try:
        return max(timedelta(0), parsedate_to_datetime(headers["retry-after"]) - now)
    except (KeyError, ValueError, TypeError):
        return None
