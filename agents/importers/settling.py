"""The last step of every import: characters that no database stores, lengths, times and ids."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

from agents.importers import limits
from agents.importers.records import BadTranscript, EventRecord, Transcript

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def clean(text: str) -> tuple[str, int]:
    """The text with NUL and lone surrogates as U+FFFD, and how many there were."""
    if text.isascii() and "\x00" not in text:
        return text, 0
    return _UNSTORABLE.subn("\N{REPLACEMENT CHARACTER}", text)


def short(text: str, limit: int) -> str:
    """The text within a column's length; a longer one keeps its beginning and a digest, so that two stay apart."""
    if len(text) <= limit and text.isascii() and "\x00" not in text:
        return text
    text, _replaced = clean(text)
    if len(text) <= limit:
        return text
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    return f"{text[: limit - 17]}~{digest}"


def settle(file: str, transcript: Transcript) -> Transcript:
    """Make a transcript storable, in place. Raises BadTranscript where an event is over the limit."""
    transcript.external_id = short(transcript.external_id, limits.EXTERNAL_ID)
    transcript.task = short(transcript.task, limits.TASK)
    transcript.title = clean(transcript.title)[0][: limits.TITLE]
    transcript.agent_name = short(transcript.agent_name, limits.NAME)
    transcript.model = short(transcript.model, limits.NAME)
    transcript.user = clean(transcript.user)[0]
    for position, event in enumerate(transcript.events):
        transcript.replaced_characters += _settle_event(event)
        if len(event.text) > limits.EVENT_BYTES // 4 and len(event.text.encode()) > limits.EVENT_BYTES:
            limit = limits.EVENT_BYTES // 1024**2
            record = f"session {transcript.external_id}, event {position}"
            raise BadTranscript(file, record, f"the event is larger than {limit} MB")
    _settle_ends(transcript)
    _settle_times(transcript)
    return transcript


def _settle_event(event: EventRecord) -> int:
    event.text, replaced = clean(event.text)
    event.speaker = short(event.speaker, limits.NAME)
    if event.tool:
        event.tool = short(event.tool, limits.TOOL)
    if event.call_id:
        event.call_id = short(event.call_id, limits.CALL_ID)
    if event.thread:
        event.thread = short(event.thread, limits.NAME)
    return replaced


def _settle_ends(transcript: Transcript) -> None:
    """One outcome a name and source: where a file tells several, the last holds."""
    for outcome in transcript.outcomes:
        outcome.detail = clean(outcome.detail)[0][: limits.DETAIL]
    transcript.outcomes = list({(outcome.name, outcome.source): outcome for outcome in transcript.outcomes}.values())
    for said in transcript.feedback:
        said.corrected_output, replaced = clean(said.corrected_output)
        said.comment, more = clean(said.comment)
        said.by = short(said.by, limits.NAME)
        said.survey = {clean(key)[0]: clean(v)[0] if isinstance(v, str) else v for key, v in said.survey.items()}
        transcript.replaced_characters += replaced + more


def _settle_times(transcript: Transcript) -> None:
    if transcript.started_at is None or transcript.ended_at is None:
        times = [event.at for event in transcript.events if event.at is not None]
        transcript.started_at = transcript.started_at or min(times, default=None)
        transcript.ended_at = transcript.ended_at or max(times, default=None)


def refuse_twins(file: str, transcripts: Iterable[Transcript]) -> None:
    """Raises BadTranscript where two sessions of a file have one external id."""
    seen: dict[str, int] = {}
    for number, transcript in enumerate(transcripts, start=1):
        first = seen.setdefault(transcript.external_id, number)
        if first != number:
            reason = f"session {first} of the file has the same id {transcript.external_id!r}"
            raise BadTranscript(file, f"session {number}", reason)
