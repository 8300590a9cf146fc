"""What an agent reads: the live memories of its namespaces, in order of their paths, within a budget of tokens."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from agents.models import Agent, Memory, MemoryQuerySet, NamespaceAccess, ReadTrace
from audit import trail

CHARACTERS_A_TOKEN = 4  # no tokenizer is asked: texts of memories run at about four characters a token


@dataclass(frozen=True, slots=True)
class Reading:
    """The memories that an agent is given, what they cost in tokens, and how many did not fit."""

    memories: tuple[Memory, ...]
    etag: str
    tokens: int
    left_out: int


@dataclass(frozen=True, slots=True)
class Page:
    """One memory as an agent is given it."""

    namespace: str
    path: str
    text: str
    version: str
    tokens: int


@dataclass(frozen=True, slots=True)
class File:
    """Where a memory stands, and how large its text is."""

    namespace: str
    path: str
    version: str
    bytes: int


def page(*, namespace: str, path: str, text: str, version: str = "") -> Page:
    return Page(namespace, path, text, version, tokens_of(text))


def pages(memories: Iterable[Memory]) -> list[Page]:
    """The memories as an agent is given them, in this order."""
    return [
        page(
            namespace=memory.namespace.slug,
            path=memory.path,
            text=text_of(memory),
            version=memory.head.public_id if memory.head else "",
        )
        for memory in memories
    ]


def read(
    *,
    agent: Agent,
    budget_tokens: int | None = None,
    namespace: str = "",
    path: str = "",
    by: Any,
    at: datetime,
    record: bool = False,
) -> Reading:
    """The agent's memory now, or only that of a namespace or at a path. A memory that does not fit is left out, and a
    shorter one after it may still fit.

    With `record` it leaves a read trace and an event; without, nothing is written.
    """
    given: list[Memory] = []
    tokens = left_out = 0
    for memory in readable(agent, namespace=namespace, path=path):
        cost = tokens_of(text_of(memory))
        if budget_tokens is not None and tokens + cost > budget_tokens:
            left_out += 1
            continue
        given.append(memory)
        tokens += cost
    reading = Reading(tuple(given), _etag(given), tokens, left_out)
    if record:
        trace(agent=agent, reading=reading, by=by, at=at)
    return reading


def readable(agent: Agent, *, namespace: str = "", path: str = "") -> MemoryQuerySet:
    """Live memories of all namespaces that the agent has access to, by namespace and path."""
    spaces = NamespaceAccess.objects.of(agent.team).filter(agent=agent).values("namespace")
    memories = Memory.objects.of(agent.team).live().filter(namespace__in=spaces, head__isnull=False)
    if namespace:
        memories = memories.filter(namespace__slug=namespace)
    if path:
        memories = memories.filter(path=path)
    return memories.with_text().order_by("namespace__slug", "path", "pk")


def files(agent: Agent) -> list[File]:
    """What the agent could read, without its texts."""
    rows = readable(agent).defer("head__blob__text")
    return [
        File(memory.namespace.slug, memory.path, memory.head.public_id, memory.head.blob.size)
        for memory in rows
        if memory.head
    ]


def text_of(memory: Memory) -> str:
    return memory.head.text if memory.head else ""


def tokens_of(text: str) -> int:
    """About how many tokens a text takes: a quarter of its characters, rounded up."""
    return tokens_of_length(len(text))


def tokens_of_length(characters: int) -> int:
    return -(-characters // CHARACTERS_A_TOKEN)


def _etag(memories: Iterable[Memory]) -> str:
    versions = "\n".join(memory.head.public_id for memory in memories if memory.head)
    return hashlib.sha256(versions.encode()).hexdigest()


def trace(*, agent: Agent, reading: Reading, by: Any, at: datetime) -> None:
    """Keep which versions the agent was given."""
    actor = by if isinstance(by, trail.Actor) else by.trail_actor
    with trail.unit_of_work(at=at) as unit:
        ReadTrace.objects.create(
            team=agent.team,
            agent=agent,
            version_ids=[memory.head.public_id for memory in reading.memories if memory.head],
            etag=reading.etag,
            tokens=reading.tokens,
            left_out=reading.left_out,
            actor_id=actor.id,
            at=at,
        )
        data = {"memories": len(reading.memories), "etag": reading.etag, "tokens": reading.tokens}
        unit.record("memory.read", target=agent, by=by, data=data)
