"""What sessions show without interpretation: calls joined with their results, how sessions open and end.

Sessions are read in one canonical order, so that the order in a snapshot does not matter. Tainted and untrusted
sessions are left out; recalled and system text is no evidence of anything.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import numpy as np

from agents.snapshot import KINDS, SOURCE_CLASSES, SessionMark, Snapshot
from dreaming.engines.local.masks import headline, mask

CALL, RESULT, MESSAGE = (KINDS.index(kind) for kind in ("tool_call", "tool_result", "message"))
PERSON, RECALLED, SYSTEM = (SOURCE_CLASSES.index(name) for name in ("user_input", "recalled", "system"))
LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Call:
    """One tool call; `row` or `result` is -1 where the transcript lacks it. `error` is a failure's masked headline."""

    session: int
    row: int
    result: int
    tool: str
    error: str = ""


@dataclass(frozen=True, slots=True)
class Trace:
    """One session as its calls in order, its first words by a person and its last event (rows, -1 where none)."""

    session: int
    calls: tuple[Call, ...]
    opening: int
    last: int

    @property
    def steps(self) -> tuple[str, ...]:
        """Tools of the calls that worked, repeats in a row folded."""
        tools = [call.tool for call in self.calls if not call.error]
        return tuple(tool for at, tool in enumerate(tools) if at == 0 or tools[at - 1] != tool)


@dataclass(frozen=True, slots=True)
class Signals:
    """All traces in canonical order, the rows where people speak, and how many sessions were left out."""

    snapshot: Snapshot
    traces: tuple[Trace, ...]
    said: tuple[tuple[int, int], ...]
    left_out: int

    def mark(self, session: int) -> SessionMark:
        return self.snapshot.sessions[session]

    def text(self, row: int) -> str:
        return self.snapshot.events.text[row]

    def calls_by_tool(self) -> dict[str, list[Call]]:
        found: dict[str, list[Call]] = defaultdict(list)
        for trace in self.traces:
            for call in trace.calls:
                found[call.tool].append(call)
        return found


def rank(mark: SessionMark) -> tuple[Any, ...]:
    """The canonical order of sessions: by start, then by the names they came with."""
    return (mark.started_at or LONG_AGO, mark.source, mark.external_id, mark.id)


def read(snapshot: Snapshot) -> Signals:
    """The signals of all sessions that may support a finding."""
    marks = snapshot.sessions
    order = sorted(range(len(marks)), key=lambda index: rank(marks[index]))
    readable = [index for index in order if not marks[index].taint and marks[index].trust != "untrusted"]
    rows = _rows(snapshot)
    traces: list[Trace] = []
    said: list[tuple[int, int]] = []
    for index in readable:
        calls, spoken = rows.get(index, ([], []))
        own = snapshot.events.rows_of(index)
        last = next((row for row in reversed(own) if snapshot.events.text[row].strip()), -1)
        traces.append(Trace(index, _joined(snapshot, index, calls), spoken[0] if spoken else -1, last))
        said += [(index, row) for row in spoken]
    return Signals(snapshot, tuple(traces), tuple(said), len(marks) - len(readable))


def _rows(snapshot: Snapshot) -> dict[int, tuple[list[int], list[int]]]:
    """Per session, the rows of calls and results, and the rows where a person speaks."""
    events = snapshot.events
    if not len(events):
        return {}
    acts = (events.kind == CALL) | (events.kind == RESULT)
    acts &= (events.source_class != RECALLED) & (events.source_class != SYSTEM)
    spoken = (events.kind == MESSAGE) & (events.source_class == PERSON)
    wanted = np.flatnonzero(acts | spoken)
    owners = np.searchsorted(events.offsets, wanted, side="right") - 1
    rows: dict[int, tuple[list[int], list[int]]] = {}
    for row, owner, is_said in zip(wanted.tolist(), owners.tolist(), spoken[wanted].tolist(), strict=True):
        rows.setdefault(owner, ([], []))[1 if is_said else 0].append(row)
    return rows


def _joined(snapshot: Snapshot, session: int, rows: list[int]) -> tuple[Call, ...]:
    """Calls with their results: by call id, else the oldest unanswered call of that tool, else the last one."""
    events = snapshot.events
    calls: list[list[int]] = []  # call row, result row
    by_id: dict[str, list[int]] = {}
    waiting: dict[int, list[int]] = {}
    for row in rows:
        call_id = events.call_id[row]
        if events.kind[row] == CALL:
            pair = [row, -1]
            calls.append(pair)
            waiting[row] = pair
            if call_id:
                by_id[call_id] = pair
            continue
        answered = by_id.get(call_id) if call_id else _asked(snapshot, waiting, row)
        if answered is None or answered[1] != -1:
            calls.append([-1, row])
            continue
        answered[1] = row
        del waiting[answered[0]]
    return tuple(_call(snapshot, session, *pair) for pair in calls)


def _asked(snapshot: Snapshot, waiting: dict[int, list[int]], row: int) -> list[int] | None:
    tools = snapshot.events.tool
    latest = list(islice(reversed(waiting.values()), 64))
    named = [pair for pair in latest if tools[pair[0]] == tools[row]]
    if named:
        return named[-1]
    return latest[0] if latest and not snapshot.events.tools[tools[row]] else None


def _call(snapshot: Snapshot, session: int, row: int, result: int) -> Call:
    events = snapshot.events
    tool = events.tools[events.tool[row]] if row >= 0 else ""
    if not tool and result >= 0:
        tool = events.tools[events.tool[result]]
    error = ""
    if result >= 0 and events.is_error[result]:
        text = events.text[result]
        error = mask(text[slice(*headline(text))]) or "an error without text"
    return Call(session, row, result, tool, error)


def arguments(text: str) -> dict[str, str]:
    """The arguments of a call by name, as canonical JSON; one unnamed argument where the text is no JSON object."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return {"": " ".join(text.split())} if text.strip() else {}
    if not isinstance(document, dict):
        return {"": json.dumps(document, sort_keys=True, ensure_ascii=False)}
    return {name: json.dumps(value, sort_keys=True, ensure_ascii=False) for name, value in document.items()}
