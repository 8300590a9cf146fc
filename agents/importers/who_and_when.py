"""Who&When logs: what several agents said in turn, and whether it ended well.

The labels (`mistake_agent`, `mistake_step`, `mistake_reason`) and the right answer (`ground_truth`) are not read.
One entry of `history` is one event, so that a position means the same in both.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import msgspec

from agents.importers import content, decoding
from agents.importers.records import EventRecord, OutcomeRecord, SourceClass, Transcript

_PEOPLE = ("human",)


class _Entry(msgspec.Struct):
    content: Any
    role: str
    name: str | None = None


class _Log(msgspec.Struct, rename={"question_id": "question_ID"}):
    """One half of the set says `is_correct`, the other `is_corrected`: the verdict on the answer, not the answer."""

    history: list[_Entry]
    question_id: str | int | None = None
    question: str | None = None
    is_correct: bool | None = None
    is_corrected: bool | None = None
    system_prompt: dict[str, Any] | None = None


_LOG = msgspec.json.Decoder(_Log)


def parse(path_name: str, data: bytes) -> Iterator[Transcript]:
    log = decoding.decode(data, _LOG, file=path_name)
    prompted = frozenset(log.system_prompt or ())
    events = [_event(entry, prompted) for entry in log.history]
    question = decoding.stem(path_name) if log.question_id is None else str(log.question_id)
    yield Transcript(
        f"{question}:{_digest(events)}",
        events,
        outcomes=_outcomes(log),
        task=question,
        title=log.question or "",
        agent_name=", ".join(sorted(prompted)),
    )


def _digest(events: list[EventRecord]) -> str:
    """Two systems answer one question: the id of the question alone would make one session of both."""
    whole = hashlib.sha256()
    for event in events:
        whole.update(f"{event.speaker}\0{event.text}\0".encode(errors="replace"))
    return whole.hexdigest()[:12]


def _outcomes(log: _Log) -> list[OutcomeRecord]:
    right = log.is_corrected if log.is_correct is None else log.is_correct
    if right is None:
        return []
    return [OutcomeRecord("completed" if right else "failed", "test", 1.0 if right else 0.0)]


def _event(entry: _Entry, prompted: frozenset[str]) -> EventRecord:
    return EventRecord("message", entry.name or entry.role, content.joined(entry.content), _source(entry, prompted))


def _source(entry: _Entry, prompted: frozenset[str]) -> SourceClass:
    """A speaker without a prompt of its own, among speakers that have one, is no model: it is a terminal or a tool."""
    if entry.name is None:
        return "user_input" if entry.role in _PEOPLE else "agent_authored"
    return "agent_authored" if not prompted or entry.name in prompted else "external_tool"
