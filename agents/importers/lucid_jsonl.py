"""Lucid's own session format: JSON lines, strict, described in docs/formats.md; over the API, one document."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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


class SessionLine(_Strict, tag="session"):
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
    user: Annotated[str, Meta(max_length=1000)] = ""


class EventLine(_Strict, tag="event"):
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


class OutcomeLine(_Strict, tag="outcome"):
    name: OutcomeName
    source: OutcomeSource
    score: Score | None = None
    at: datetime | None = None
    detail: str = ""


class FeedbackLine(_Strict, tag="feedback"):
    event: Annotated[int, Meta(ge=0)] | None = None
    score: Score | None = None
    survey: dict[str, Scalar] = {}
    corrected_output: str = ""
    comment: str = ""
    by: str = ""
    at: datetime | None = None


class Document(SessionLine, tag="session", kw_only=True):
    """A session as one JSON object: the same records, nested. They may name their `record`, and need not."""

    events: list[EventLine]
    outcomes: list[OutcomeLine] = []
    feedback: list[FeedbackLine] = []


_LINE = msgspec.json.Decoder(SessionLine | EventLine | OutcomeLine | FeedbackLine)


def parse(path_name: str, data: bytes) -> Iterator[Transcript]:
    current: Transcript | None = None
    seen: dict[str, int] = {}
    pointers: list[tuple[str, int]] = []
    for number, raw in decoding.lines(path_name, data):
        place = f"line {number}"
        line = decoding.decode(raw, _LINE, file=path_name, record=place)
        if isinstance(line, SessionLine):
            if current is not None:
                yield _whole(path_name, current, pointers)
            _refuse_second(path_name, place, line.id, seen.setdefault(line.id, number), number)
            current, pointers = _begun(line), []
        elif current is None:
            raise BadTranscript(path_name, place, "the first record must be a session")
        else:
            _add(path_name, place, current, line)
            if isinstance(line, FeedbackLine) and line.event is not None:
                pointers.append((place, line.event))
    if current is not None:
        yield _whole(path_name, current, pointers)


def transcript(document: Document, *, file: str = "", place: str = "session") -> Transcript:
    """The transcript that a document holds. Raises BadTranscript, which names the record at fault."""
    begun = _begun(document)
    parts: dict[str, Sequence[EventLine | OutcomeLine | FeedbackLine]] = {
        "events": document.events,
        "outcomes": document.outcomes,
        "feedback": document.feedback,
    }
    for name, records in parts.items():
        for number, record in enumerate(records):
            _add(file, f"{place}.{name}[{number}]", begun, record)
    pointers = [(f"{place}.feedback[{n}].event", said.event) for n, said in enumerate(document.feedback)]
    return _whole(file, begun, [(where, event) for where, event in pointers if event is not None])


def remark(line: FeedbackLine) -> FeedbackRecord:
    return FeedbackRecord(
        line.event, line.score, line.survey, line.corrected_output, line.comment, line.by, utc(line.at)
    )


def _refuse_second(file: str, place: str, session_id: str, first: int, number: int) -> None:
    if first != number:
        raise BadTranscript(file, place, f"session {session_id!r} already began on line {first}")


def _begun(line: SessionLine) -> Transcript:
    return Transcript(
        line.id,
        [],
        task=line.task,
        title=line.title,
        agent_name=line.agent,
        model=line.model,
        started_at=utc(line.started_at),
        ended_at=utc(line.ended_at),
        usage=numbers(line.usage),
        trust=line.trust,
        user=line.user,
    )


def _add(file: str, place: str, to: Transcript, line: EventLine | OutcomeLine | FeedbackLine) -> None:
    if isinstance(line, EventLine):
        to.events.append(_event(line))
    elif isinstance(line, OutcomeLine):
        if any((known.name, known.source) == (line.name, line.source) for known in to.outcomes):
            raise BadTranscript(file, place, f"the session already has the outcome {line.name} from {line.source}")
        to.outcomes.append(OutcomeRecord(line.name, line.source, line.score, utc(line.at), line.detail))
    else:
        to.feedback.append(remark(line))


def _event(line: EventLine) -> EventRecord:
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
        at=utc(line.at),
    )


def _usual_source(line: EventLine) -> SourceClass:
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


def utc(at: datetime | None) -> datetime | None:
    if at is None:
        return None
    try:
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except OverflowError:
        return None
