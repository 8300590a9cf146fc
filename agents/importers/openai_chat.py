"""OpenAI-style chat: tau-bench runs, one conversation as a list of messages, or conversations line by line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from agents.importers import content, decoding
from agents.importers.records import BadTranscript, EventRecord, OutcomeRecord, SourceClass, Transcript

_SOURCES: dict[str, SourceClass] = {"user": "user_input", "system": "system", "developer": "system"}


class _Function(msgspec.Struct):
    name: str = ""
    arguments: Any = None


class _Call(msgspec.Struct):
    function: _Function | None = None
    custom: Any = None  # a call of a free-text tool: {"name", "input"}
    id: str | None = None


class _Message(msgspec.Struct):
    role: str
    content: Any = None
    name: str | None = None
    tool_calls: list[_Call] | None = None
    function_call: _Function | None = None
    tool_call_id: str | None = None
    reasoning_content: str | None = None
    refusal: str | None = None
    timestamp: Any = None


class _RunInfo(msgspec.Struct):
    """All that is read of a run's `info`: its task and reward_info hold the benchmark's answers."""

    user_cost: float | None = None


class _Record(msgspec.Struct):
    """A tau-bench run (`traj`), or a conversation (`messages`)."""

    traj: list[_Message] | None = None
    messages: list[_Message] | None = None
    task_id: str | int | None = None
    trial: str | int = 0
    reward: float | None = None
    info: _RunInfo | None = None
    id: str | int | None = None
    session_id: str | int | None = None
    conversation_id: str | int | None = None
    model: str | None = None
    title: str | None = None
    usage: Any = None
    created_at: Any = None


class _Line(_Record):
    """One line: a record, or a message of the one conversation that the file is."""

    role: str = ""


class _Head(msgspec.Struct):
    role: str | None = None


_RECORDS = msgspec.json.Decoder(list[_Record])
_RECORD = msgspec.json.Decoder(_Record)
_MESSAGES = msgspec.json.Decoder(list[_Message])
_MESSAGE = msgspec.json.Decoder(_Message)
_LINE = msgspec.json.Decoder(_Line)
_HEADS = msgspec.json.Decoder(list[_Head] | _Head)


def parse(path_name: str, data: bytes) -> Iterator[Transcript]:
    if decoding.is_lines(path_name, data):
        yield from _parse_lines(path_name, data)
        return
    heads = decoding.decode(data, _HEADS, file=path_name)
    if isinstance(heads, _Head):
        yield _session(path_name, "", decoding.decode(data, _RECORD, file=path_name), decoding.stem(path_name))
    elif heads and all(head.role is not None for head in heads):
        messages = decoding.decode(data, _MESSAGES, file=path_name)
        yield Transcript(decoding.stem(path_name), _events(messages))
    else:
        records = decoding.decode(data, _RECORDS, file=path_name)
        for number, record in enumerate(records, start=1):
            yield _session(path_name, f"record {number}", record, f"{decoding.stem(path_name)}:{number}")


def _parse_lines(file: str, data: bytes) -> Iterator[Transcript]:
    loose: list[_Message] = []
    for number, line in decoding.lines(file, data):
        record = decoding.decode(line, _LINE, file=file, record=f"line {number}")
        if record.role:
            loose.append(decoding.decode(line, _MESSAGE, file=file, record=f"line {number}"))
        else:
            yield _session(file, f"line {number}", record, f"{decoding.stem(file)}:{number}")
    if loose:
        yield Transcript(decoding.stem(file), _events(loose))


def _session(file: str, place: str, record: _Record, fallback_id: str) -> Transcript:
    messages = record.traj if record.traj is not None else record.messages
    if messages is None:
        raise BadTranscript(file, place, "neither `traj` nor `messages` holds a conversation")
    given = (record.session_id, record.conversation_id, record.id)
    external_id = next((str(value) for value in given if value is not None), fallback_id)
    if record.task_id is not None:
        external_id = f"{record.task_id}:{record.trial}"
    usage = content.numbers(record.usage)
    if record.info and record.info.user_cost is not None:
        usage["user_cost"] = record.info.user_cost
    return Transcript(
        external_id,
        _events(messages),
        outcomes=outcomes_of_reward(record.reward),
        task="" if record.task_id is None else str(record.task_id),
        title=record.title or "",
        model=record.model or "",
        started_at=decoding.moment(record.created_at),
        usage=usage,
    )


def outcomes_of_reward(reward: float | None, detail: str = "") -> list[OutcomeRecord]:
    """A reward of 1 or more is a passed test, less a failed one; no reward says nothing."""
    if reward is None or reward != reward:
        return []
    score = min(max(reward, 0.0), 1.0)
    return [OutcomeRecord("completed" if reward >= 1 else "failed", "test", score, detail=detail)]


def _events(messages: list[_Message]) -> list[EventRecord]:
    events: list[EventRecord] = []
    tools: dict[str, str] = {}
    for message in messages:
        if message.role in ("tool", "function"):
            events.append(_result(message, tools))
        else:
            events += _said(message)
            events += _calls(message, tools)
    return events


def _said(message: _Message) -> Iterator[EventRecord]:
    source = _SOURCES.get(message.role, "agent_authored")
    speaker = message.name or message.role
    at = decoding.moment(message.timestamp)
    if message.reasoning_content:
        yield EventRecord("reasoning", speaker, message.reasoning_content, "agent_authored", at=at)
    calls = bool(message.tool_calls or message.function_call)
    for is_text, text in content.pieces(message.content):
        if text or not calls:  # beside a tool call an empty text stands for none
            yield EventRecord("message" if is_text else "notice", speaker, text, source, at=at)
    if message.refusal:
        yield EventRecord("message", speaker, message.refusal, source, at=at)


def _calls(message: _Message, tools: dict[str, str]) -> Iterator[EventRecord]:
    calls = list(message.tool_calls or ())
    if message.function_call:
        calls.append(_Call(message.function_call))
    for call in calls:
        name, given = _called(call)
        if call.id:
            tools[call.id] = name
        yield EventRecord(
            "tool_call",
            message.name or message.role,
            content.arguments(given),
            _SOURCES.get(message.role, "agent_authored"),
            tool=name,
            call_id=call.id or "",
            at=decoding.moment(message.timestamp),
        )


def _called(call: _Call) -> tuple[str, object]:
    if call.function is not None:
        return call.function.name, call.function.arguments
    custom = call.custom if isinstance(call.custom, dict) else {}
    return str(custom.get("name", "")), custom.get("input")


def _result(message: _Message, tools: dict[str, str]) -> EventRecord:
    text = content.joined(message.content)
    call_id = message.tool_call_id or ""
    return EventRecord(
        "tool_result",
        "tool",
        text,
        "external_tool",
        tool=message.name or tools.get(call_id, ""),
        call_id=call_id,
        is_error=content.is_error_envelope(text),
        at=decoding.moment(message.timestamp),
    )
