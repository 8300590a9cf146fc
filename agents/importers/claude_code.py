"""Claude Code transcripts (JSONL): internal to it and undocumented, so every unknown line becomes a notice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from agents.importers import content, decoding
from agents.importers.records import EventRecord, SourceClass, Transcript

_REMINDER = ("<system-reminder>", "</system-reminder>")
_NO_MODEL = "<synthetic>"


class _Message(msgspec.Struct):
    content: Any = None
    id: str | None = None
    model: str | None = None
    usage: Any = None


class _Line(msgspec.Struct, rename="camel"):
    type: str = ""
    session_id: str | None = None
    uuid: str | None = None
    leaf_uuid: str | None = None
    timestamp: Any = None
    is_sidechain: bool | None = None
    agent_id: str | None = None
    is_meta: bool | None = None
    is_compact_summary: bool | None = None
    is_api_error_message: bool | None = None
    message: _Message | None = None
    summary: str | None = None
    content: Any = None
    attachment: Any = None


_LINE = msgspec.json.Decoder(_Line)


class _Session:
    """One session while its lines are read: usage is counted once a message, whose last line tells it in full."""

    def __init__(self, session_id: str) -> None:
        self.transcript = Transcript(session_id, [])
        self.tools: dict[str, str] = {}
        self.first_events: dict[str, EventRecord] = {}
        self.threads: set[str] = set()

    def finished(self) -> Transcript:
        if self.threads and "" not in self.threads:  # a subagent's own file carries the id of the session above it
            self.transcript.external_id += ":" + ",".join(sorted(self.threads))
        for event in self.transcript.events:
            content.add_usage(self.transcript.usage, event.usage)
        return self.transcript

    def add(self, event: EventRecord, message: _Message | None) -> None:
        self.transcript.events.append(event)
        if message and message.usage is not None:
            first = self.first_events.setdefault(message.id or str(len(self.first_events)), event)
            first.usage = content.numbers(message.usage)


def parse(path_name: str, data: bytes) -> Iterator[Transcript]:
    read: list[tuple[_Line, str]] = []
    for number, raw in decoding.lines(path_name, data):
        line = decoding.decode(raw, _LINE, file=path_name, record=f"line {number}")
        aside = ""
        if line.message is None and line.summary is None:
            value = decoding.decode_any(raw, file=path_name, record=f"line {number}")
            aside = content.compact(content.without_binary(value))
        read.append((line, aside))
    sessions: dict[str, _Session] = {}
    for session_id, line, aside in _with_sessions(path_name, read):
        session = sessions.setdefault(session_id, _Session(session_id))
        for event in _events(line, aside, session):
            session.add(event, line.message)
    for session in sessions.values():
        yield session.finished()


def _with_sessions(file: str, read: list[tuple[_Line, str]]) -> Iterator[tuple[str, _Line, str]]:
    """Each line with its session: its own, that of the line it points to, or that of the line before it."""
    owners = {line.uuid: line.session_id for line, _aside in read if line.uuid and line.session_id}
    current = next((line.session_id for line, _aside in read if line.session_id), decoding.stem(file))
    for line, aside in read:
        if line.session_id:
            current = line.session_id
        yield line.session_id or owners.get(line.leaf_uuid or "") or current, line, aside


def _events(line: _Line, aside: str, session: _Session) -> Iterator[EventRecord]:
    at = decoding.moment(line.timestamp)
    thread = (line.agent_id or "sidechain") if line.is_sidechain else ""
    if line.message is not None:
        session.threads.add(thread)
        events = _of_message(line, session)
    elif line.summary is not None:
        session.transcript.title = line.summary
        events = iter([EventRecord("notice", "system", line.summary, "agent_authored")])
    else:
        events = iter([_aside(line, aside)])
    for event in events:
        event.at, event.thread = at, thread
        yield event


def _aside(line: _Line, aside: str) -> EventRecord:
    """A line beside the conversation; an attachment from memory files is what the agent was reminded of."""
    if line.type == "system" and isinstance(line.content, str):
        return EventRecord("notice", "system", line.content, "system")
    kind = line.attachment.get("type") if isinstance(line.attachment, dict) else ""
    recalled = isinstance(kind, str) and ("memory" in kind or "memories" in kind)
    return EventRecord("notice", "system", aside, "recalled" if recalled else "system")


def _of_message(line: _Line, session: _Session) -> Iterator[EventRecord]:
    message = line.message or _Message()
    speaker = "assistant" if line.type == "assistant" else "user"
    if speaker == "assistant" and message.model and message.model != _NO_MODEL:
        session.transcript.model = session.transcript.model or message.model
    blocks = message.content if isinstance(message.content, list) else [message.content]
    for block in blocks:
        text = content.text_of(block)
        if text is not None:
            failed = bool(line.is_api_error_message)
            yield EventRecord("message", speaker, text, _source(line, text), is_error=failed)
        elif block is not None:
            yield _of_block(block, speaker, session)


def _source(line: _Line, text: str) -> SourceClass:
    """Who wrote a text: only what a person typed into the main thread is user input."""
    if line.is_compact_summary:
        return "recalled"
    if line.type == "assistant":
        return "agent_authored"
    trimmed = text.strip()
    if line.is_meta or (trimmed.startswith(_REMINDER[0]) and trimmed.endswith(_REMINDER[1])):
        return "system"
    return "agent_authored" if line.is_sidechain else "user_input"


def _of_block(block: object, speaker: str, session: _Session) -> EventRecord:
    found = block if isinstance(block, dict) else {}
    kind = found.get("type")
    kind = kind if isinstance(kind, str) else ""
    if kind == "thinking" or kind == "redacted_thinking":
        return EventRecord("reasoning", speaker, _string(found, "thinking"), "agent_authored")
    if kind.endswith("tool_use"):
        name, call_id = _string(found, "name"), _string(found, "id")
        session.tools[call_id] = name
        text = content.arguments(found.get("input"))
        return EventRecord("tool_call", speaker, text, "agent_authored", tool=name, call_id=call_id)
    if kind.endswith("tool_result"):
        call_id = _string(found, "tool_use_id")
        return EventRecord(
            "tool_result",
            "tool",
            content.joined(found.get("content")),
            "external_tool",
            tool=session.tools.get(call_id, ""),
            call_id=call_id,
            is_error=found.get("is_error") is True,
        )
    source: SourceClass = "agent_authored" if speaker == "assistant" else "user_input"
    return EventRecord("notice", speaker, content.compact(content.without_binary(block)), source)


def _string(found: dict[str, Any], key: str) -> str:
    value = found.get(key)
    return value if isinstance(value, str) else ""
