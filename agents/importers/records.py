"""What an importer makes of a transcript file: plain records, with no database behind them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

import msgspec

Kind = Literal["message", "tool_call", "tool_result", "reasoning", "notice"]
SourceClass = Literal["user_input", "external_tool", "agent_authored", "system", "recalled"]
OutcomeName = Literal["completed", "failed", "escalated"]
OutcomeSource = Literal["test", "downstream", "human", "survey", "self-report"]
Trust = Literal["trusted", "normal", "untrusted"]


class BadTranscript(Exception):
    """A file that cannot be read; `str()` is one line that names file and record."""

    def __init__(self, file: str, record: str, reason: str) -> None:
        super().__init__(file, record, reason)
        self.file = file
        self.record = record
        self.reason = reason

    def __str__(self) -> str:
        parts = (self.file, self.record, self.reason)
        return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in ": ".join(p for p in parts if p))


class EventRecord(msgspec.Struct, gc=False):
    """One event. `text` is exactly what the file holds: of a tool call its arguments as received."""

    kind: Kind
    speaker: str
    text: str
    source_class: SourceClass
    thread: str = ""
    tool: str = ""
    call_id: str = ""
    is_error: bool = False
    usage: dict[str, Any] = {}
    at: datetime | None = None


class OutcomeRecord(msgspec.Struct):
    """How a session ended, and who says so; the score runs from 0 to 1."""

    name: OutcomeName
    source: OutcomeSource
    score: float | None = None
    at: datetime | None = None
    detail: str = ""


class FeedbackRecord(msgspec.Struct):
    """What a person or a survey said of a session, or of its event at position `event`."""

    event: int | None = None
    score: float | None = None
    survey: dict[str, Any] = {}
    corrected_output: str = ""
    comment: str = ""
    by: str = ""
    at: datetime | None = None


class Transcript(msgspec.Struct):
    """One session as its file tells it. `replaced_characters` counts NUL and lone surrogates that became U+FFFD.

    `user` is whom it served: only a key of it is stored.
    """

    external_id: str
    events: list[EventRecord]
    outcomes: list[OutcomeRecord] = []
    feedback: list[FeedbackRecord] = []
    task: str = ""
    title: str = ""
    agent_name: str = ""
    user: str = ""
    model: str = ""
    started_at: datetime | None = None
    ended_at: datetime | None = None
    usage: dict[str, Any] = {}
    trust: Trust = "normal"
    replaced_characters: int = 0
