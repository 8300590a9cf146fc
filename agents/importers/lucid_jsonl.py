"""Lucid's own session format: JSON lines, strict, described in docs/formats.md."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from agents.importers import decoding
from agents.importers.content import numbers
from agents.importers.records import (
    BadTranscript,
    EventRecord,
    FeedbackRecord,
    Kind,
    OutcomeName,
    OutcomeRecord,
    OutcomeSource,
    SourceClass,
    Transcript,
    Trust,
)

Score = Annotated[float, Meta(ge=0, le=1)]
Scalar = str | bool | int | float | None


class _Strict(msgspec.Struct, tag_field="record", forbid_unknown_fields=True):
    pass


class _Session(_Strict, tag="session"):
    id: Annotated[str, Meta(min_length=1, max_length=200)]
    version: Literal[1] = 1
    task: str = ""
    title: str = ""
    agent: str = ""
    model: str = ""
    started_at: datetime | None = None
    ended_at: datetime | None = None
    trust: Trust = "normal"
    usage: dict[str, Any] = {}


class _Event(_Strict, tag="event"):
    kind: Kind
    text: str
    speaker: str = ""
    thread: str = ""
    tool: str = ""
    call_id: str = ""
    is_error: bool = False
    at: datetime | None = None
    source_class: SourceClass | None = None
    usage: dict[str, Any] = {}


class _Outcome(_Strict, tag="outcome"):
    name: OutcomeName
    source: OutcomeSource
    score: Score | None = None
    at: datetime | None = None
    detail: str = ""


class _Feedback(_Strict, tag="feedback"):
    event: Annotated[int, Meta(ge=0)] | None = None
    score: Score | None = None
    survey: dict[str, Scalar] = {}
    corrected_output: str = ""
    comment: str = ""
    by: str = ""
    at: datetime | None = None


_LINE = msgspec.json.Decoder(_Session | _Event | _Outcome | _Feedback)


def parse(path_name: str, data: bytes) -> Iterator[Transcript]:
    current: Transcript | None = None
    seen: dict[str, int] = {}
    pointers: list[tuple[str, int]] = []
    for number, raw in decoding.lines(path_name, data):
        place = f"line {number}"
        line = decoding.decode(raw, _LINE, file=path_name, record=place)
        if isinstance(line, _Session):
            if current is not None:
                yield _whole(path_name, current, pointers)
            _refuse_second(path_name, place, line.id, seen.setdefault(line.id, number), number)
            current, pointers = _begun(line), []
        elif current is None:
            raise BadTranscript(path_name, place, "the first record must be a session")
        else:
            _add(path_name, place, current, line)
            if isinstance(line, _Feedback) and line.event is not None:
                pointers.append((place, line.event))
    if current is not None:
        yield _whole(path_name, current, pointers)


def _refuse_second(file: str, place: str, session_id: str, first: int, number: int) -> None:
    if first != number:
        raise BadTranscript(file, place, f"session {session_id!r} already began on line {first}")


def _begun(line: _Session) -> Transcript:
    return Transcript(
        line.id,
        [],
        task=line.task,
        title=line.title,
        agent_name=line.agent,
        model=line.model,
        started_at=_utc(line.started_at),
        ended_at=_utc(line.ended_at),
        usage=numbers(line.usage),
        trust=line.trust,
    )


def _add(file: str, place: str, to: Transcript, line: _Event | _Outcome | _Feedback) -> None:
    if isinstance(line, _Event):
        to.events.append(_event(line))
    elif isinstance(line, _Outcome):
        if any((known.name, known.source) == (line.name, line.source) for known in to.outcomes):
            raise BadTranscript(file, place, f"the session already has the outcome {line.name} from {line.source}")
        to.outcomes.append(OutcomeRecord(line.name, line.source, line.score, _utc(line.at), line.detail))
    else:
        to.feedback.append(
            FeedbackRecord(
                line.event, line.score, line.survey, line.corrected_output, line.comment, line.by, _utc(line.at)
            )
        )


def _event(line: _Event) -> EventRecord:
    return EventRecord(
        line.kind,
        line.speaker,
        line.text,
        line.source_class or _usual_source(line),
        thread=line.thread,
        tool=line.tool,
        call_id=line.call_id,
        is_error=line.is_error,
        usage=numbers(line.usage),
        at=_utc(line.at),
    )


def _usual_source(line: _Event) -> SourceClass:
    """What the kind and the speaker say where the line names no source class."""
    if line.kind == "tool_result":
        return "external_tool"
    if line.kind == "notice" or line.speaker == "system":
        return "system"
    return "user_input" if line.speaker == "user" and line.kind == "message" else "agent_authored"


def _whole(file: str, transcript: Transcript, pointers: list[tuple[str, int]]) -> Transcript:
    for place, event in pointers:
        if event >= len(transcript.events):
            raise BadTranscript(file, place, f"no event {event} in a session of {len(transcript.events)} events")
    return transcript


def _utc(at: datetime | None) -> datetime | None:
    if at is None:
        return None
    try:
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except OverflowError:
        return None
