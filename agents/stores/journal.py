"""Which calls were made to a store: each stands here before it is made.

An entry ends when what came of it is known, in the unit that says what the store holds now. One without an end may
have come through, so that what it wrote is known for ours when it is met.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

import anthropic

from agents.enums import StoreAct
from agents.models import Memory, StoreCall, StoreLink, StorePush
from agents.stores.remote import Changed, Gone, Seen, Store, Taken, Unfit

Clock = Callable[[], datetime]


@contextmanager
def written(
    link: StoreLink, push: StorePush, act: StoreAct, store: Store, clock: Clock, target: Seen | None, sha256: str = ""
) -> Iterator[StoreCall]:
    """Write a call down, let it be made, and write down what was answered."""
    entry = StoreCall.objects.create(
        team_id=link.team_id,
        link=link,
        push=push,
        act=act,
        remote_id=target.remote_id if target else "",
        sha256=sha256,
        begun_at=clock(),
    )
    store.answered = ""
    try:
        yield entry
    except (Changed, Gone, Taken, Unfit) as refusal:
        entry.error, entry.ended_at = type(refusal).__name__, clock()
        _save(entry, store.answered)
        raise
    except (anthropic.APIError, OSError) as error:
        entry.error = type(error).__name__
        if isinstance(error, anthropic.APIStatusError) and error.status_code < 500 and error.status_code != 408:
            entry.ended_at = clock()
        _save(entry, getattr(error, "request_id", None) or "")
        raise
    _save(entry, store.answered)


def _save(entry: StoreCall, answered: str) -> None:
    entry.request_id = answered[:128]
    entry.save(update_fields=["ended_at", "request_id", "error", "remote_id"])


def open_of(link: StoreLink, memory: Memory) -> StoreCall | None:
    """The last call for a memory of which nobody knows what came of it."""
    rows = StoreCall.objects.of(link.team).filter(link=link, push__version__memory=memory, ended_at=None)
    return rows.exclude(act=StoreAct.REDACT).select_related("push__version").order_by("-pk").first()


def close(link: StoreLink, memory: Memory, *, at: datetime) -> None:
    """What the store holds of a memory is known."""
    StoreCall.objects.of(link.team).filter(link=link, push__version__memory=memory, ended_at=None).update(ended_at=at)
