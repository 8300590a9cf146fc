"""What an engine is given to read: memory, sessions and what people decided, frozen at one moment.

Pure data: no Django, no database, no clock. `agents.snapshots` takes one from the rows and a run's manifest.
Events are held as columns (one sequence per field, all of one length) because a snapshot may hold millions of them.
"""

from __future__ import annotations

import hashlib
import json
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from operator import is_not

import numpy as np
from numpy.typing import NDArray

KINDS = ("message", "tool_call", "tool_result", "reasoning", "notice")
SOURCE_CLASSES = ("user_input", "external_tool", "agent_authored", "system", "recalled")
VERIFIED = ("test", "downstream")
PEOPLE = ("human", "survey")
UNTIMED = float("nan")
SOURCE_WEIGHTS: Mapping[str, float] = {"test": 1.0, "downstream": 1.0, "human": 0.8, "survey": 0.5, "self-report": 0.2}


@dataclass(frozen=True, slots=True)
class StatementMark:
    """What is known of one statement of a memory: its lines (half-open, from 0) and its record."""

    start: int
    end: int
    first_seen: datetime
    confirmed_at: datetime
    helpful: int = 0
    harmful: int = 0
    pinned: bool = False


@dataclass(frozen=True, slots=True)
class MemoryText:
    """One live memory in scope, with the text of the version that the manifest names."""

    id: str
    version_id: str
    number: int
    namespace: str
    path: str
    text: str
    at: datetime
    protected: bool = False
    statements: tuple[StatementMark, ...] = ()


@dataclass(frozen=True, slots=True)
class OutcomeMark:
    """How a session ended: name (completed, failed, escalated), who says so, and a score from 0 to 1 where given."""

    name: str
    source: str
    score: float | None = None


@dataclass(frozen=True, slots=True)
class FeedbackMark:
    """What a person said of the event at `position` (-1: of the session), and its text as they corrected it."""

    position: int
    comment: str = ""
    corrected: str = ""


@dataclass(frozen=True, slots=True)
class SessionMark:
    """One session version: `is_new` where no finished run of this agent has read it with what people say of it.

    `read_by` is the number of the run that first read it as it is, 0 for none yet; `user` a key of whom it served,
    empty where nobody says.
    """

    id: str
    external_id: str
    source: str
    agent: str
    is_new: bool
    task: str = ""
    started_at: datetime | None = None
    ended_at: datetime | None = None
    taint: bool = False
    trust: str = "normal"
    outcomes: tuple[OutcomeMark, ...] = ()
    feedback: tuple[FeedbackMark, ...] = ()
    read_by: int = 0
    user: str = ""

    @property
    def verdict(self) -> str:
        """What the weightiest source that spoke says; where it says several things, the worst. Empty where none did."""
        if len(self.outcomes) < 2:
            return self.outcomes[0].name if self.outcomes else ""
        weights = [SOURCE_WEIGHTS.get(outcome.source, 0) for outcome in self.outcomes]
        said = {one.name for one, weight in zip(self.outcomes, weights, strict=True) if weight == max(weights)}
        return next((name for name in ("failed", "escalated", "completed") if name in said), "")

    @property
    def failed(self) -> bool:
        return self.verdict == "failed"

    @property
    def completed(self) -> bool:
        return self.verdict == "completed"

    @property
    def is_own_word(self) -> bool:
        """Nobody but the agent itself said how the session ended."""
        return all(outcome.source not in (*VERIFIED, *PEOPLE) for outcome in self.outcomes)

    @property
    def approved(self) -> bool:
        """People said that the session completed."""
        return any(outcome.name == "completed" and outcome.source in PEOPLE for outcome in self.outcomes)

    @property
    def overruled(self) -> bool:
        """People said completed, and a verified source said failed."""
        if len(self.outcomes) < 2:
            return False
        failed = any(outcome.name == "failed" and outcome.source in VERIFIED for outcome in self.outcomes)
        return failed and self.approved

    def zoned(self) -> SessionMark:
        naive = [moment for moment in (self.started_at, self.ended_at) if moment is not None and not moment.tzinfo]
        return replace(self, started_at=_utc(self.started_at), ended_at=_utc(self.ended_at)) if naive else self


@dataclass(frozen=True, slots=True)
class EventColumns:
    """All events of all sessions, by session and position; session i owns rows offsets[i]:offsets[i + 1].

    `kind` and `source_class` hold indexes into KINDS and SOURCE_CLASSES, `tool` and `speaker` into their vocabularies.
    `call_id` numbers the call ids of a session from 1, by their first place; 0 where there is none. `seconds` count
    from the first event of the session whose time is known; NaN where it is not.
    """

    offsets: NDArray[np.int64]
    position: NDArray[np.int32]
    kind: NDArray[np.int8]
    source_class: NDArray[np.int8]
    tool: NDArray[np.int32]
    speaker: NDArray[np.int32]
    is_error: NDArray[np.bool_]
    call_id: NDArray[np.int32]
    seconds: NDArray[np.float32]
    text: Sequence[str]
    tools: tuple[str, ...]
    speakers: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.text)

    def session_of(self, row: int) -> int:
        return int(np.searchsorted(self.offsets, row, side="right")) - 1

    def sessions_of(self, rows: Sequence[int]) -> list[int]:
        found: list[int] = (np.searchsorted(self.offsets, rows, side="right") - 1).tolist()
        return found

    def rows_of(self, session: int) -> range:
        return range(int(self.offsets[session]), int(self.offsets[session + 1]))


@dataclass(frozen=True, slots=True)
class OpenChange:
    """An undecided or approved change of any origin: engines add evidence to it and never propose it twice.

    `origin` is "person" where a person wrote what it says now, whoever proposed it; `pattern` is the engine's key of
    the pattern behind it, `run` the number of the run that proposed it. `adds` and `removes` are the lines that it
    brings and takes away.
    """

    id: str
    namespace: str
    fingerprint: str
    operation: str
    paths: tuple[str, ...]
    memory_ids: tuple[str, ...]
    sessions: tuple[str, ...]
    state: str = "open"
    origin: str = "dream"
    agent: str = ""
    reason_code: str = ""
    pattern: str = ""
    run: int = 0
    opened_at: datetime | None = None
    adds: tuple[str, ...] = ()
    removes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cooldown:
    """A rejected, reverted, withdrawn or expired fingerprint, and the evidence that it had."""

    namespace: str
    fingerprint: str
    until: datetime
    sessions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Removal:
    """Lines that a person took out of a memory, as normalised hashes: never proposed again."""

    namespace: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that a dream reads. `namespaces` are the slugs in scope that the agent may write, `shared` those in scope
    that other agents read too."""

    agent: str
    taken_at: datetime
    namespaces: tuple[str, ...]
    memories: tuple[MemoryText, ...]
    sessions: tuple[SessionMark, ...]
    events: EventColumns
    open_changes: tuple[OpenChange, ...] = ()
    cooldowns: tuple[Cooldown, ...] = ()
    removals: tuple[Removal, ...] = ()
    shared: tuple[str, ...] = ()

    def zoned(self) -> Snapshot:
        """With UTC where a session's time came without a zone: times have to compare."""
        marks = tuple(mark.zoned() for mark in self.sessions)
        return replace(self, sessions=marks) if any(map(is_not, marks, self.sessions)) else self

    def digest(self) -> str:
        """SHA-256 (hex) over everything that an engine could see; equal digests mean equal input."""
        seen = hashlib.sha256()
        said = (self.agent, self.namespaces, self.shared, self.memories, self.sessions)
        for part in (*said, self.open_changes, self.cooldowns, self.removals):
            seen.update(json.dumps(part, default=_plain, sort_keys=True).encode())
        events = self.events
        for column in (events.offsets, events.position, events.kind, events.source_class, events.is_error):
            seen.update(column.tobytes())
        for column in (events.tool, events.speaker, events.call_id):
            seen.update(column.tobytes())
        seen.update(events.seconds.tobytes())
        seen.update(json.dumps([events.tools, events.speakers]).encode())
        for text in self.events.text:
            seen.update(hashlib.sha256(text.encode()).digest())
        return seen.hexdigest()


@dataclass(slots=True)
class EventColumnsBuilder:
    """Collects events row by row, session by session, into EventColumns."""

    offsets: array[int] = field(default_factory=lambda: array("q", [0]))
    positions: array[int] = field(default_factory=lambda: array("i"))
    kinds: bytearray = field(default_factory=bytearray)
    source_classes: bytearray = field(default_factory=bytearray)
    tool_codes: array[int] = field(default_factory=lambda: array("i"))
    speaker_codes: array[int] = field(default_factory=lambda: array("i"))
    errors: bytearray = field(default_factory=bytearray)
    call_codes: array[int] = field(default_factory=lambda: array("i"))
    times: array[float] = field(default_factory=lambda: array("f"))
    began: datetime | None = None
    texts: list[str] = field(default_factory=list)
    tools: dict[str, int] = field(default_factory=dict)
    speakers: dict[str, int] = field(default_factory=dict)
    call_ids: dict[str, int] = field(default_factory=lambda: {"": 0})

    def add(
        self,
        *,
        position: int,
        kind: str,
        source_class: str,
        tool: str,
        speaker: str,
        is_error: bool,
        call_id: str,
        text: str,
        at: datetime | None = None,
    ) -> None:
        self.began = self.began or at
        self.positions.append(position)
        self.kinds.append(KINDS.index(kind))
        self.source_classes.append(SOURCE_CLASSES.index(source_class))
        self.tool_codes.append(self.tools.setdefault(tool, len(self.tools)))
        self.speaker_codes.append(self.speakers.setdefault(speaker, len(self.speakers)))
        self.errors.append(is_error)
        self.call_codes.append(self.call_ids.setdefault(call_id, len(self.call_ids)))
        self.times.append((at - self.began).total_seconds() if at and self.began else UNTIMED)
        self.texts.append(text)

    def end_session(self) -> None:
        self.offsets.append(len(self.texts))
        self.call_ids = {"": 0}
        self.began = None

    def build(self) -> EventColumns:
        return EventColumns(
            offsets=np.array(self.offsets, dtype=np.int64),
            position=np.array(self.positions, dtype=np.int32),
            kind=np.array(self.kinds, dtype=np.int8),
            source_class=np.array(self.source_classes, dtype=np.int8),
            tool=np.array(self.tool_codes, dtype=np.int32),
            speaker=np.array(self.speaker_codes, dtype=np.int32),
            is_error=np.array(self.errors, dtype=np.bool_),
            call_id=np.array(self.call_codes, dtype=np.int32),
            seconds=np.array(self.times, dtype=np.float32),
            text=self.texts,
            tools=tuple(self.tools),
            speakers=tuple(self.speakers),
        )


def _utc(moment: datetime | None) -> datetime | None:
    return moment if moment is None or moment.tzinfo else moment.replace(tzinfo=UTC)


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    return {name: getattr(value, name) for name in value.__slots__}  # type: ignore[attr-defined]
