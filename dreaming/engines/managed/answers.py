"""What the platform's refusals mean: whether to wait and when, or what to tell people."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import anthropic

from agents.connections.retrying import retry_after
from dreaming.engines.managed.account import Book
from dreaming.engines.managed.reading import LOCAL_WORKS
from dreaming.engines.protocol import EngineFailed, EngineWaits

SHORTEST, LONGEST = timedelta(seconds=30), timedelta(minutes=15)
MOST_FAILURES = 40  # in a row: some hours
PASSING = (408, 409, 429)
LONGEST_SAID = 300
NOT_ENROLLED = "organization_not_enrolled_in_beta"

OF_A_DREAM = {
    "timeout": "The dream ran out of its time over a single session.",
    "internal_error": "The dream failed on the platform twice, and it does not say why.",
    "memory_store_org_limit_exceeded": "The organisation has as many memory stores as it may have: delete some that are"
    " not used. Those that Lucid's dreams left are deleted by themselves.",
    "input_memory_store_too_large": "The memory store is too large for a dream: split it or prune it, or dream with"
    " another engine.",
    "input_memory_store_unavailable": "The memory store was archived or deleted while the dream read it.",
    "input_session_unavailable": "A session was deleted while the dream read it: its next dream does without.",
}


@contextmanager
def patient(book: Book, clock: Callable[[], datetime]) -> Iterator[None]:
    """Reads and repeatable writes: what may pass is waited for. Raises EngineWaits, EngineFailed."""
    try:
        yield
    except anthropic.APIStatusError as error:
        if error.status_code in PASSING or error.status_code >= 500:
            raise wait(book, clock, asked=retry_after(error, clock())) from error
        raise EngineFailed(told(error)) from error
    except anthropic.APIError as error:
        raise wait(book, clock) from error
    book.account.failures = 0


def wait(book: Book, clock: Callable[[], datetime], asked: timedelta | None = None) -> EngineWaits | EngineFailed:
    """What to raise after a failure that may pass; in the end it is taken for one that does not."""
    book.account.failures += 1
    book.save()
    if book.account.failures > MOST_FAILURES:
        return EngineFailed("The Claude platform was not to be reached for too long.")
    backed_off: timedelta = min(SHORTEST * 2 ** min(book.account.failures - 1, 6), LONGEST)
    return EngineWaits(clock() + (backed_off if asked is None else min(asked, timedelta(days=1))))


def told(error: anthropic.APIStatusError) -> str:
    """A refusal in words for people; those of the platform only where it found the request wrong."""
    if isinstance(error, anthropic.AuthenticationError):
        return "The Claude platform refuses the key: it may have been revoked."
    if isinstance(error, anthropic.PermissionDeniedError) or error.error_code == NOT_ENROLLED:
        return f"The workspace has no access to Dreams, or the key may not use them. {LOCAL_WORKS}"
    if isinstance(error, anthropic.NotFoundError):
        return (
            "The Claude platform does not know the memory store, a session or the dream any more, or the workspace has"
            f" no access to Dreams. {LOCAL_WORKS}"
        )
    said = " ".join(str(error.api_message or "").split())[:LONGEST_SAID]
    return f"The Claude platform refused the request ({error.status_code}): {said}"
