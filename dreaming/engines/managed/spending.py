"""What a dream may take and what it took: reserved before it starts and while it grows, booked when it has ended."""

from __future__ import annotations

from dataclasses import fields

from agents.snapshot import Snapshot
from dreaming.engines.managed.account import Book, Held, Part, tokens_of
from dreaming.engines.managed.reading import Reading
from dreaming.engines.managed.workspace import Workspace
from dreaming.engines.spending import Tokens

STAGE = "dream"
CHARACTERS = 3.5  # of a token
AGAIN, ANSWERED, WRITTEN = 5, 8, 2  # times that input is read from the cache; shares of it that are output and written
LEAST = 2_000
AHEAD = 4  # a dream that outgrew its reservation gets as much more, and a quarter


def estimate(snapshot: Snapshot, reading: Reading, sessions: list[str]) -> Tokens:
    """Tokens of a dream over these sessions, from the lengths of what it reads."""
    wanted = set(sessions)
    characters = sum(len(memory.text) for memory in reading.shelf.memories.values())
    for index, mark in enumerate(snapshot.sessions):
        if mark.external_id in wanted:
            characters += sum(len(snapshot.events.text[row]) for row in snapshot.events.rows_of(index))
    read = int(characters / CHARACTERS) + LEAST
    return Tokens(input=read, output=read // ANSWERED, cache_read=read * AGAIN, cache_write_1h=read // WRITTEN)


def reserve(book: Book, workspace: Workspace, part: Part, tokens: Tokens) -> None:
    """Raises OverBudget."""
    reservation = workspace.budget.reserve(stage=STAGE, model=workspace.model, tokens=tokens)
    part.held.append(Held(reservation, {one.name: getattr(tokens, one.name) for one in fields(tokens)}))
    book.save()


def keep_up(book: Book, workspace: Workspace, part: Part) -> None:
    """Reserve what the dream took beyond what is held for it. Raises OverBudget."""
    took = tokens_of(part.usage)
    held = {one.name: sum(holding.tokens.get(one.name, 0) for holding in part.held) for one in fields(Tokens)}
    write = held.pop("cache_write_1h") + held["cache_write_5m"]
    over = {
        "input": took.input - held["input"],
        "output": took.output - held["output"],
        "cache_read": took.cache_read - held["cache_read"],
        "cache_write_1h": took.cache_write_5m - write,
    }
    if any(more > 0 for more in over.values()):
        reserve(book, workspace, part, Tokens(**{name: max(0, more + more // AHEAD) for name, more in over.items()}))


def settle(book: Book, workspace: Workspace, part: Part, request_id: str = "") -> None:
    """Book what the dream took in place of all that was held for it."""
    if part.is_settled or not part.held:
        return
    first, *others = part.held
    workspace.budget.settle(first.id, tokens=tokens_of(part.usage), request_id=request_id)
    for one in others:
        workspace.budget.release(one.id)
    part.is_settled = True
    book.save()


def release(book: Book, workspace: Workspace, part: Part) -> None:
    """No dream was started."""
    for one in part.held:
        workspace.budget.release(one.id)
    part.held = []
    book.save()
