"""Anthropic Managed Agents: session events as the API lists them, with or without their session object.

A file is a JSON array of events, a page (`{"data": […]}`), a session with its `events`, or one of these a line.
Dispatch is on `type` alone; what is not known here becomes a notice with the whole event.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from agents.importers import content, decoding
from agents.importers.records import BadTranscript, EventRecord, OutcomeName, OutcomeRecord, SourceClass, Transcript

_MESSAGES: dict[str, tuple[str, SourceClass]] = {
    "user.message": ("user", "user_input"),
    "system.message": ("system", "system"),
    "agent.message": ("assistant", "agent_authored"),
    "agent.thread_message_sent": ("assistant", "agent_authored"),
    "agent.thread_message_received": ("assistant", "agent_authored"),
}
_CALLS = ("agent.tool_use", "agent.mcp_tool_use", "agent.custom_tool_use")
_RESULTS = {
    "agent.tool_result": "tool_use_id",
    "agent.mcp_tool_result": "mcp_tool_use_id",
    "user.tool_result": "tool_use_id",
    "user.custom_tool_result": "custom_tool_use_id",
}
_VERDICTS: dict[str, OutcomeName] = {
    "satisfied": "completed",
    "failed": "failed",
    "max_iterations_reached": "failed",
}
Event = dict[str, Any]


def parse(path_name: str, data: bytes) -> Iterator[Transcript]:
    sessions: dict[str, Transcript] = {}
    tools: dict[str, str] = {}
    current = decoding.stem(path_name)
    for place, event in _flat(path_name, data):
        if event.get("type") == "session":
            current = _text(event, "id") or current
            _describe(sessions.setdefault(current, Transcript(current, [])), event)
            continue
        owner = _text(event, "session_id") or current
        _take(sessions.setdefault(owner, Transcript(owner, [])), event, tools, file=path_name, place=place)
    yield from sessions.values()


def read(session: Event, events: Iterable[Event]) -> Transcript:
    """One session as the API gives it, with its events in order. Raises BadTranscript."""
    transcript = Transcript(_text(session, "id"), [])
    _describe(transcript, session)
    tools: dict[str, str] = {}
    for number, event in enumerate(events, start=1):
        _take(transcript, event, tools, file=transcript.external_id, place=f"event {number}")
    return transcript


def _take(transcript: Transcript, event: Event, tools: dict[str, str], *, file: str, place: str) -> None:
    if not isinstance(event.get("type"), str):
        raise BadTranscript(file, place, "an event without a `type`")
    transcript.events += _events(event, tools)
    _note(transcript, event)


def _flat(file: str, data: bytes) -> Iterator[tuple[str, Event]]:
    """Session objects and events in order, each with its place in the file."""
    if decoding.is_lines(file, data):
        for number, line in decoding.lines(file, data):
            place = f"line {number}"
            yield from _unpack(file, place, [decoding.decode_any(line, file=file, record=place)])
    else:
        value = decoding.decode_any(data, file=file)
        yield from _unpack(file, "", value if isinstance(value, list) else [value])


def _unpack(file: str, place: str, values: Iterable[Any]) -> Iterator[tuple[str, Event]]:
    for number, value in enumerate(values, start=1):
        here = place or f"record {number}"
        if not isinstance(value, dict):
            raise BadTranscript(file, here, "neither an event nor a session")
        inside = next((value[key] for key in ("events", "data") if isinstance(value.get(key), list)), None)
        if inside is None:
            yield here, value
            continue
        session = value.get("session", value)
        if isinstance(session, dict) and session.get("type") == "session":
            yield here, session
        yield from _unpack(file, place, inside)


def _describe(transcript: Transcript, session: Event) -> None:
    agent = session.get("agent")
    agent = agent if isinstance(agent, dict) else {}
    model = agent.get("model")
    transcript.title = _text(session, "title")
    transcript.agent_name = _text(agent, "name")
    transcript.model = _text(model, "id") if isinstance(model, dict) else _text(agent, "model")
    transcript.started_at = decoding.moment(session.get("created_at"))
    transcript.ended_at = decoding.moment(session.get("updated_at"))
    transcript.usage = content.numbers(session.get("usage")) or transcript.usage
    evaluations = session.get("outcome_evaluations")
    for evaluation in evaluations if isinstance(evaluations, list) else ():
        if isinstance(evaluation, dict):
            _judge(transcript, evaluation, evaluation.get("completed_at"))


def _note(transcript: Transcript, event: Event) -> None:
    """What an event tells of its whole session: verdicts of the grader, and usage so far."""
    if event["type"] == "span.outcome_evaluation_end":
        _judge(transcript, event, event.get("processed_at"))
    elif event["type"] == "session.usage":
        transcript.usage = content.numbers(event.get("usage")) or transcript.usage


def _judge(transcript: Transcript, evaluation: Event, at: object) -> None:
    name = _VERDICTS.get(_text(evaluation, "result"))
    if name is not None:
        score = 1.0 if name == "completed" else 0.0
        detail = _text(evaluation, "explanation")
        transcript.outcomes = [o for o in transcript.outcomes if o.name != name]
        transcript.outcomes.append(OutcomeRecord(name, "test", score, decoding.moment(at), detail))


def _events(event: Event, tools: dict[str, str]) -> Iterator[EventRecord]:
    at = decoding.moment(event.get("processed_at"))
    thread = _text(event, "session_thread_id")
    for record in _records(event, tools):
        record.at, record.thread = at, thread
        yield record


def _records(event: Event, tools: dict[str, str]) -> Iterator[EventRecord]:
    kind = event["type"]
    if kind in _MESSAGES:
        speaker, source = _MESSAGES[kind]
        speaker = _text(event, "from_agent_name") or speaker
        for is_text, text in content.pieces(event.get("content")):
            yield EventRecord("message" if is_text else "notice", speaker, text, source)
    elif kind in _CALLS:
        name = ".".join(part for part in (_text(event, "mcp_server_name"), _text(event, "name")) if part)
        tools[_text(event, "id")] = name
        text = content.arguments(event.get("input"))
        yield EventRecord("tool_call", "assistant", text, "agent_authored", tool=name, call_id=_text(event, "id"))
    elif kind in _RESULTS:
        yield _result(event, tools)
    elif kind == "agent.thinking":
        yield EventRecord("reasoning", "assistant", _text(event, "thinking"), "agent_authored")
    elif kind == "user.tool_confirmation" and _text(event, "deny_message"):
        call_id = _text(event, "tool_use_id")
        text, tool = _text(event, "deny_message"), tools.get(call_id, "")
        yield EventRecord("message", "user", text, "user_input", tool=tool, call_id=call_id)
    else:
        yield _notice(event)


def _result(event: Event, tools: dict[str, str]) -> EventRecord:
    call_id = _text(event, _RESULTS[event["type"]])
    return EventRecord(
        "tool_result",
        "tool",
        content.joined(event.get("content")),
        "external_tool",
        tool=tools.get(call_id, ""),
        call_id=call_id,
        is_error=event.get("is_error") is True,
    )


def _notice(event: Event) -> EventRecord:
    by_user = event["type"].startswith("user.")
    return EventRecord(
        "notice",
        "user" if by_user else "system",
        content.compact(content.without_binary(event)),
        "user_input" if by_user else "system",
        is_error=event["type"].endswith(".error"),
        usage=content.numbers(event.get("model_usage")),
    )


def _text(found: Event, key: str) -> str:
    value = found.get(key)
    return value if isinstance(value, str) else ""
