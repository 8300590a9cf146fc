"""What sessions show without interpretation: calls joined with their results, how sessions open and end.

Sessions are read in one canonical order, so that the order in a snapshot does not matter. Tainted and untrusted
sessions are left out; recalled and system text is no evidence of anything.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from itertools import groupby
from typing import Any, overload

import numpy as np

from agents.snapshot import KINDS, SOURCE_CLASSES, SessionMark, Snapshot
from agents.text.deeds import changes, hands_over
from dreaming.engines.local.reading import calls as calling
from dreaming.engines.local.reading.calls import ByTrace, Calls, Ints, Some, starts
from dreaming.engines.local.reading.calls import Call as Call
from dreaming.engines.local.reading.hints import Hints

MESSAGE = KINDS.index("message")
PERSON = SOURCE_CLASSES.index("user_input")
CANONICAL = json.JSONEncoder(sort_keys=True, ensure_ascii=False).encode
LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Trace:
    """One session as its calls in order, its first words by a person and its last event (rows, -1 where none)."""

    session: int
    opening: int
    place: int
    signals: Signals = field(repr=False, compare=False)

    @cached_property
    def calls(self) -> tuple[Call, ...]:
        return tuple(self.signals.calls.of_trace(self.place))

    @cached_property
    def changing(self) -> tuple[Call, ...]:
        """The calls of tools that change something, accepted or not."""
        own = self.signals.changing
        return tuple(self.signals.calls.some(own.at(self.place))) if own.count(self.place) else ()

    def accepted(self, tool: str) -> Some:
        """The calls of a tool that were accepted."""
        calls = self.signals.calls
        return Some(calls, calls.accepted.of_tool(self.place, calls.codes.get(tool, -1)))

    @property
    def handed(self) -> Call | None:
        """The last call that worked of a tool that hands the work over to a person."""
        own = self.signals.handing.at(self.place)
        return self.signals.calls.at(int(own[-1])) if len(own) else None

    @cached_property
    def last(self) -> int:
        events = self.signals.snapshot.events
        return next((row for row in reversed(events.rows_of(self.session)) if events.text[row].strip()), -1)

    @cached_property
    def steps(self) -> tuple[str, ...]:
        """Tools of the calls that worked, repeats in a row folded."""
        return tuple(tool for tool, _ in groupby(self.signals.calls.working.tools(self.place)))


@dataclass(frozen=True, eq=False)
class Signals:
    """What sessions show, in canonical order: `sessions` are their indexes in the snapshot.

    `speakers` and `spoken` are the sessions and the rows where people speak.
    """

    snapshot: Snapshot
    sessions: Ints
    calls: Calls
    speakers: Ints
    spoken: Ints
    left_out: int

    @property
    def traces(self) -> Sequence[Trace]:
        return Traces(self, range(len(self.sessions)))

    @property
    def said(self) -> Iterator[tuple[int, int]]:
        """Session and row of each message by a person."""
        return zip(self.speakers.tolist(), self.spoken.tolist(), strict=True)

    def trace(self, session: int) -> Trace:
        return self.traces[self.places[session]]

    @cached_property
    def places(self) -> dict[int, int]:
        """The place of each session in the canonical order."""
        return {session: place for place, session in enumerate(self.sessions.tolist())}

    @cached_property
    def openings(self) -> dict[int, int]:
        """The row of the first words by a person, by session."""
        first = starts(self.speakers)
        return dict(zip(self.speakers[first].tolist(), self.spoken[first].tolist(), strict=True))

    @cached_property
    def marks(self) -> tuple[SessionMark, ...]:
        """The sessions, by their place in the canonical order."""
        return tuple(map(self.snapshot.sessions.__getitem__, self.sessions.tolist()))

    @cached_property
    def hints(self) -> Hints:
        """Which messages by people hold a piece of text."""
        return Hints(self.snapshot.events.text, self.spoken)

    @cached_property
    def verdicts(self) -> tuple[str, ...]:
        """How each session ended, by its place in the canonical order."""
        return tuple(mark.verdict for mark in self.marks)

    @cached_property
    def ways(self) -> tuple[Ints, tuple[str, ...]]:
        """The verdict of each session as a code, by its place in the canonical order, and what each code stands for."""
        known: dict[str, int] = {}
        codes = [known.setdefault(verdict, len(known)) for verdict in self.verdicts]
        return np.array(codes, dtype=np.int64), tuple(known)

    @cached_property
    def changing(self) -> ByTrace:
        """The calls of tools that change something, accepted or not."""
        return self.calls.by_trace(np.flatnonzero(self.calls.of_tools(changes)))

    @cached_property
    def handing(self) -> ByTrace:
        """The calls that worked of tools that hand the work over to a person."""
        return self.calls.by_trace(np.flatnonzero(self.calls.worked & self.calls.of_tools(hands_over)))

    @cached_property
    def units(self) -> Ints:
        """By place, the first place of the same task, whose attempts tell one thing; without a task its own place."""
        first: dict[tuple[str, str], int] = {}
        marks = enumerate(self.marks)
        own = [first.setdefault((mark.source, mark.task), at) if mark.task else at for at, mark in marks]
        return np.array(own, dtype=np.int64)

    def mark(self, session: int) -> SessionMark:
        return self.snapshot.sessions[session]

    def text(self, row: int) -> str:
        return self.snapshot.events.text[row]

    def calls_by_tool(self) -> dict[str, Sequence[Call]]:
        """The calls of each tool that was called, each made when it is asked for."""
        calls = self.calls
        return {
            calls.tools[tool]: Some(calls, calls.of_tool(tool))
            for tool in np.flatnonzero(calls.traces_by_tool).tolist()
        }


@dataclass(frozen=True, slots=True, eq=False)
class Traces(Sequence[Trace]):
    """Traces by place, each made when it is asked for."""

    signals: Signals
    places: range

    def __len__(self) -> int:
        return len(self.places)

    @overload
    def __getitem__(self, at: int) -> Trace: ...
    @overload
    def __getitem__(self, at: slice) -> Traces: ...
    def __getitem__(self, at: int | slice) -> Trace | Traces:
        if isinstance(at, slice):
            return Traces(self.signals, self.places[at])
        place = self.places[at]
        session = int(self.signals.sessions[place])
        return Trace(session, self.signals.openings.get(session, -1), place, self.signals)


def rank(mark: SessionMark) -> tuple[Any, ...]:
    """The canonical order of sessions: by start, then by the names they came with."""
    return (mark.started_at or LONG_AGO, mark.source, mark.external_id, mark.id)


def read(snapshot: Snapshot) -> Signals:
    """The signals of all sessions that may support a finding."""
    marks, events = snapshot.sessions, snapshot.events
    order = sorted(range(len(marks)), key=lambda index: rank(marks[index]))
    readable = [index for index in order if not marks[index].taint and marks[index].trust != "untrusted"]
    sessions = np.array(readable, dtype=np.int64)
    place = np.full(len(marks), -1, dtype=np.int64)
    place[sessions] = np.arange(len(sessions))
    spoken = np.flatnonzero((events.kind == MESSAGE) & (events.source_class == PERSON))
    speakers = np.searchsorted(events.offsets, spoken, side="right") - 1
    heard = place[speakers] >= 0
    spoken, speakers = spoken[heard], speakers[heard]
    order_of_speech = np.argsort(place[speakers], kind="stable")
    return Signals(
        snapshot=snapshot,
        sessions=sessions,
        calls=calling.read(events, sessions),
        speakers=speakers[order_of_speech],
        spoken=spoken[order_of_speech],
        left_out=len(marks) - len(readable),
    )


def arguments(text: str) -> dict[str, str]:
    """The arguments of a call by name, as canonical JSON; one unnamed argument where the text is no JSON object."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return {"": " ".join(text.split())} if text.strip() else {}
    if not isinstance(document, dict):
        return {"": CANONICAL(document)}
    return {name: _canonical(value) for name, value in document.items()}


def _canonical(value: Any) -> str:
    return str(value) if type(value) is int else CANONICAL(value)  # numbers are most of what is no text
