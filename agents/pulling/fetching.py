"""What the platform says of an agent's finished sessions, as plain JSON: nothing is kept here, nothing is decided."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import anthropic

from agents.importers import decoding

FINISHED: list[Any] = ["idle", "terminated"]  # finished work is idle; terminated was archived, or cannot go on
AT_ONCE = 100
MOST_AGENTS = 500
_EARLIEST = datetime.min.replace(tzinfo=UTC)
Raw = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Fetched:
    """One session with the events of all its threads in order."""

    session: Raw
    events: list[Raw]

    @property
    def last(self) -> tuple[str, datetime | None]:
        """The id and time of the newest event whose time is known."""
        timed = [(at, _id(event)) for event in self.events if (at := _at(event)) is not None]
        at, event_id = max(timed, key=lambda one: one[0], default=(None, ""))
        return event_id, at


def agents(client: anthropic.Anthropic) -> list[tuple[str, str]]:
    """Id and name of the agents of the workspace, up to MOST_AGENTS of them."""
    found: list[tuple[str, str]] = []
    for agent in client.beta.agents.list(limit=AT_ONCE):
        found.append((agent.id, agent.name))
        if len(found) == MOST_AGENTS:
            break
    return found


def finished(client: anthropic.Anthropic, *, agent: str, since: datetime | None) -> Iterator[Raw]:
    """The sessions of an agent that are not at work, the earliest first; archived ones as well."""
    from_when: Any = anthropic.omit if since is None else since
    listed = client.beta.sessions.list(
        agent_id=agent,
        statuses=FINISHED,
        include_archived=True,
        order="asc",  # the cursor holds it: one listing keeps one order
        created_at_gte=from_when,
        limit=AT_ONCE,
    )
    for session in listed:
        yield _raw(session)


def of_dreams(client: anthropic.Anthropic) -> frozenset[str]:
    """The sessions in which dreams worked; none where the workspace has no Dreams."""
    try:
        dreams = client.beta.dreams.list(include_archived=True, limit=AT_ONCE)
        return frozenset(dream.session_id for dream in dreams.data if dream.session_id)
    except (anthropic.PermissionDeniedError, anthropic.NotFoundError, anthropic.BadRequestError):
        return frozenset()


def has_more(client: anthropic.Anthropic, session_id: str, *, since: datetime | None, known: str) -> bool:
    """Whether a session gained events after the newest one that is known."""
    from_when: Any = anthropic.omit if since is None else since
    page = client.beta.sessions.events.list(session_id, order="desc", created_at_gte=from_when, limit=1)
    return any(event.id != known for event in page.data)


def whole(client: anthropic.Anthropic, session: Raw) -> Fetched:
    """A session with all its events: its own, which are those of its first thread, and those of every other thread."""
    own = client.beta.sessions.events.list(session["id"], order="asc", limit=AT_ONCE)
    streams = [[_raw(event) for event in own]]
    for thread in client.beta.sessions.threads.list(session["id"]):
        if thread.parent_thread_id is not None:
            events = client.beta.sessions.threads.events.list(thread.id, session_id=session["id"], limit=AT_ONCE)
            streams.append([_raw(event) | {"session_thread_id": thread.id} for event in events])
    return Fetched(session, _ordered(streams))


def _ordered(streams: list[list[Raw]]) -> list[Raw]:
    """The streams as one, by time. Each event once: what a thread says counts more than its echo in the session."""
    own, *threads = streams
    told = {_id(event) for thread in threads for event in thread if _id(event)}
    kept = [[event for event in own if _id(event) not in told], *threads]
    merged = heapq.merge(*(_timed(stream, number) for number, stream in enumerate(kept)), key=lambda one: one[:3])
    return [event for *_key, event in merged]


def _timed(stream: Iterable[Raw], number: int) -> Iterator[tuple[datetime, int, int, Raw]]:
    """An event without a time is as late as the one before it."""
    latest = _EARLIEST
    for place, event in enumerate(stream):
        latest = max(latest, _at(event) or latest)
        yield latest, number, place, event


def _raw(model: Any) -> Raw:
    """As the platform sent it: an event of an unknown type is read as another one, but keeps its fields."""
    raw: Raw = model.to_dict(mode="json", warnings=False)
    return raw


def _id(event: Raw) -> str:
    found = event.get("id")
    return found if isinstance(found, str) else ""


def _at(event: Raw) -> datetime | None:
    return decoding.moment(event.get("processed_at"))
