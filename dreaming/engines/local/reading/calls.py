"""All tool calls as columns, joined with their results: one row a call, by session in canonical order.

A snapshot may hold millions of calls: what counts them works on the columns, and `Call` is made for the few that are
looked at closely.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import NamedTuple, overload

import numpy as np
from numpy.typing import NDArray

from agents.snapshot import KINDS, SOURCE_CLASSES, EventColumns
from dreaming.engines.local.reading.masks import headline, mask

CALL, RESULT = (KINDS.index(kind) for kind in ("tool_call", "tool_result"))
RECALLED, SYSTEM = (SOURCE_CLASSES.index(name) for name in ("recalled", "system"))
MOST_WAITING = 64  # calls without an answer among which one without a call id looks for its own
AT_ONCE = 4096  # calls that are made together
NO_TEXT = "an error without text"

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


class Call(NamedTuple):
    """One tool call; `row` or `result` is -1 where the transcript lacks it. `error` is a failure's masked headline."""

    session: int
    row: int
    result: int
    tool: str
    error: str = ""


@dataclass(frozen=True, eq=False)
class Calls:
    """Columns of one length; the trace at place i owns offsets[i]:offsets[i + 1], and stems from session sessions[i].

    `row` and `result` are rows of the events or -1, `tool` an index into `tools`, `error` into `errors` or -1, `head`
    into `heads`, the headlines of failures before they are masked, or -1.
    """

    sessions: Ints
    offsets: Ints
    trace: Ints
    row: Ints
    result: Ints
    tool: Ints
    error: Ints
    tools: tuple[str, ...]
    errors: tuple[str, ...]
    head: Ints
    heads: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.row)

    def at(self, index: int) -> Call:
        error = int(self.error[index])
        return Call(
            int(self.sessions[self.trace[index]]),
            int(self.row[index]),
            int(self.result[index]),
            self.tools[self.tool[index]],
            self.errors[error] if error >= 0 else "",
        )

    def some(self, indexes: range | Ints) -> Iterator[Call]:
        """Several calls at once: a column at a time costs a fraction of a call at a time."""
        at = slice(indexes.start, indexes.stop) if isinstance(indexes, range) else indexes
        columns = (self.sessions[self.trace[at]], self.row[at], self.result[at], self.tool[at], self.error[at])
        session, row, result, tool, error = (column.tolist() for column in columns)
        errors = (self.errors[one] if one >= 0 else "" for one in error)
        return map(Call._make, zip(session, row, result, (self.tools[one] for one in tool), errors, strict=True))

    def of_trace(self, place: int) -> Some:
        return Some(self, range(int(self.offsets[place]), int(self.offsets[place + 1])))

    def by_trace(self, indexes: Ints) -> ByTrace:
        ends = np.searchsorted(self.trace[indexes], np.arange(len(self.sessions) + 1))
        return ByTrace(indexes, self.tool[indexes], ends.tolist(), self.tools)

    def of_tools(self, wanted: Callable[[str], bool]) -> Flags:
        """The calls of tools whose name says so."""
        return np.array([wanted(tool) for tool in self.tools], dtype=np.bool_)[self.tool]

    @cached_property
    def codes(self) -> dict[str, int]:
        """Where each tool stands among the tools."""
        return {tool: code for code, tool in enumerate(self.tools)}

    @cached_property
    def worked(self) -> Flags:
        """Whether no error came back; a call without a result counts as one that worked."""
        return self.error < 0

    @cached_property
    def working(self) -> ByTrace:
        """The calls that worked."""
        return self.by_trace(np.flatnonzero(self.worked))

    @cached_property
    def accepted(self) -> ByTrace:
        """The calls that worked and whose tool and arguments are known."""
        return self.by_trace(np.flatnonzero(self.worked & (self.row >= 0) & self.of_tools(bool)))

    @cached_property
    def failed(self) -> Ints:
        """The calls that met an error, by tool, error and trace."""
        failed = np.flatnonzero(~self.worked)
        return failed[np.argsort(self.tool[failed] * len(self.errors) + self.error[failed], kind="stable")]

    def by_error(self) -> Iterator[Ints]:
        """The failed calls of each tool and error, in canonical order."""
        failed = self.failed
        if len(failed):
            first = starts(self.tool[failed]) | starts(self.error[failed])
            yield from np.split(failed, np.flatnonzero(first)[1:])

    @cached_property
    def by_tool(self) -> Ints:
        """All calls by tool, and of each tool in canonical order."""
        return np.argsort(self.tool, kind="stable")

    @cached_property
    def tool_offsets(self) -> Ints:
        """The calls of tool i are by_tool[tool_offsets[i] : tool_offsets[i + 1]]."""
        return np.concatenate(([0], np.cumsum(np.bincount(self.tool, minlength=len(self.tools)))))

    def of_tool(self, tool: int) -> Ints:
        return self.by_tool[self.tool_offsets[tool] : self.tool_offsets[tool + 1]]

    def answered_well(self, tool: int) -> Ints:
        """The calls of a tool that have a result, which is no error."""
        return self._well[self._well_offsets[tool] : self._well_offsets[tool + 1]]

    @cached_property
    def _well(self) -> Ints:
        return self.by_tool[(self.worked & (self.result >= 0))[self.by_tool]]

    @cached_property
    def _well_offsets(self) -> Ints:
        return np.searchsorted(self.tool[self._well], np.arange(len(self.tools) + 1))

    @cached_property
    def firsts(self) -> Ints:
        """The first call of each tool in each trace, by tool and trace."""
        return self._first(self.by_tool)

    @cached_property
    def first_worked(self) -> Ints:
        """The first call of each tool in each trace that worked, by trace and place."""
        return np.sort(self._first(self.by_tool[self.worked[self.by_tool]]))

    def _first(self, by_tool: Ints) -> Ints:
        pair = self.tool[by_tool] * (len(self.sessions) + 1) + self.trace[by_tool]
        return by_tool[starts(pair)]

    @cached_property
    def traces_by_tool(self) -> Ints:
        """How many traces called each tool."""
        return np.bincount(self.tool[self.firsts], minlength=len(self.tools))


@dataclass(frozen=True, slots=True, eq=False)
class Some(Sequence[Call]):
    """Some of the calls, each made when it is asked for."""

    calls: Calls
    indexes: range | Ints

    def __len__(self) -> int:
        return len(self.indexes)

    @overload
    def __getitem__(self, at: int) -> Call: ...
    @overload
    def __getitem__(self, at: slice) -> Some: ...
    def __getitem__(self, at: int | slice) -> Call | Some:
        return Some(self.calls, self.indexes[at]) if isinstance(at, slice) else self.calls.at(int(self.indexes[at]))

    def __iter__(self) -> Iterator[Call]:
        for start in range(0, len(self.indexes), AT_ONCE):
            yield from self.calls.some(self.indexes[start : start + AT_ONCE])


@dataclass(frozen=True, slots=True, eq=False)
class ByTrace:
    """Some of the calls, in canonical order, looked up by the place of their trace; `tool` goes with `indexes`."""

    indexes: Ints
    tool: Ints
    ends: Sequence[int]
    names: tuple[str, ...]

    def count(self, place: int) -> int:
        return self.ends[place + 1] - self.ends[place]

    def at(self, place: int) -> Ints:
        return self.indexes[self.ends[place] : self.ends[place + 1]]

    def tools(self, place: int) -> list[str]:
        return [self.names[code] for code in self.tool[self.ends[place] : self.ends[place + 1]].tolist()]

    def of_tool(self, place: int, tool: int) -> Ints:
        own = slice(self.ends[place], self.ends[place + 1])
        found: Ints = self.indexes[own][self.tool[own] == tool]
        return found


def starts(groups: Ints) -> Flags:
    """Where each run of equal values begins."""
    found = np.ones(len(groups), dtype=np.bool_)
    found[1:] = groups[1:] != groups[:-1]
    return found


def read(events: EventColumns, sessions: Ints) -> Calls:
    """The calls of these sessions, in this order; recalled and system text is no call."""
    lengths = np.diff(events.offsets)
    place = np.full(len(lengths), -1, dtype=np.int64)
    place[sessions] = np.arange(len(sessions))
    acts = (events.kind == CALL) | (events.kind == RESULT)
    acts &= (events.source_class != RECALLED) & (events.source_class != SYSTEM)
    acts &= np.repeat(place >= 0, lengths)
    rows = np.flatnonzero(acts)
    trace = np.repeat(place, lengths)[rows]
    order = np.argsort(trace, kind="stable")
    rows, trace = rows[order], trace[order]
    is_call = events.kind[rows] == CALL
    answers = _answers(events, rows, trace, is_call)
    kept = np.ones(len(rows), dtype=np.bool_)
    kept[answers[answers >= 0]] = False
    row = np.where(is_call, rows, -1)[kept]
    result = np.where(is_call, np.where(answers >= 0, rows[answers], -1), rows)[kept]
    head, heads = _heads(events, result)
    error, errors = _errors(head, heads)
    return Calls(
        sessions=sessions,
        offsets=np.searchsorted(trace[kept], np.arange(len(sessions) + 1)),
        trace=trace[kept],
        row=row,
        result=result,
        tool=_tools(events, row, result),
        error=error,
        tools=events.tools,
        errors=errors,
        head=head,
        heads=heads,
    )


def _tools(events: EventColumns, row: Ints, result: Ints) -> Ints:
    """The tool that the call names, else the one that its result names."""
    blank = np.array([not tool for tool in events.tools], dtype=np.bool_)
    asked, answered = (events.tool[np.maximum(side, 0)].astype(np.int64) for side in (row, result))
    return np.where((row < 0) | ((result >= 0) & blank[asked]), answered, asked) if len(row) else row


def _heads(events: EventColumns, result: Ints) -> tuple[Ints, tuple[str, ...]]:
    head = np.full(len(result), -1, dtype=np.int64)
    failed = np.flatnonzero((result >= 0) & events.is_error[result]) if len(result) else result
    known: dict[str, int] = {}
    texts = map(events.text.__getitem__, result[failed].tolist())
    head[failed] = [known.setdefault(text[slice(*headline(text))], len(known)) for text in texts]
    return head, tuple(known)


def _errors(head: Ints, heads: Sequence[str]) -> tuple[Ints, tuple[str, ...]]:
    known: dict[str, int] = {}
    masked = [known.setdefault(mask(line) or NO_TEXT, len(known)) for line in heads]
    return np.array([*masked, -1], dtype=np.int64)[head], tuple(known)


def _answers(events: EventColumns, rows: Ints, trace: Ints, is_call: Flags) -> Ints:
    """For each call the place of its result among the rows, or -1: by call id, else the oldest open call of the tool.

    Only traces that mix both kinds, or name no tool in a result, have to be walked through.
    """
    answers = np.full(len(rows), -1, dtype=np.int64)
    if not len(rows):
        return answers
    count = int(trace[-1]) + 1
    call_id, tool = events.call_id[rows], events.tool[rows]
    blank = np.array([not name for name in events.tools], dtype=np.bool_)
    bare = ~is_call & (call_id == 0)
    by_tool = np.bincount(trace[bare], minlength=count) > 0
    mixed = by_tool & (np.bincount(trace[is_call & (call_id > 0)], minlength=count) > 0)
    mixed |= np.bincount(trace[bare & blank[tool]], minlength=count) > 0
    _by_id(answers, np.flatnonzero((call_id > 0) & ~mixed[trace]), trace, call_id, is_call)
    plain = by_tool & ~mixed
    _by_queue(answers, np.flatnonzero((is_call | bare) & plain[trace]), trace, tool, is_call)
    mixed |= plain & _is_crowded(answers, trace, is_call, count)
    ends = np.searchsorted(trace, np.arange(count + 1))
    for place in np.flatnonzero(mixed).tolist():
        _walk(answers, range(int(ends[place]), int(ends[place + 1])), call_id, tool, is_call, blank)
    return answers


def _by_id(answers: Ints, chosen: Ints, trace: Ints, call_id: NDArray[np.int32], is_call: Flags) -> None:
    """A result answers the call right before it among the rows of its call id."""
    group = (trace[chosen] << 32) | call_id[chosen]
    order = np.argsort(group, kind="stable")
    one, other = chosen[order[:-1]], chosen[order[1:]]
    met = ~starts(group[order])[1:] & is_call[one] & ~is_call[other]
    answers[one[met]] = other[met]


def _by_queue(answers: Ints, chosen: Ints, trace: Ints, tool: NDArray[np.int32], is_call: Flags) -> None:
    """The n-th result of a tool that finds an open call answers the n-th call of the tool."""
    if not len(chosen):
        return
    group = (trace[chosen] << 32) | tool[chosen]
    order = np.argsort(group, kind="stable")
    chosen, first = chosen[order], starts(group[order])
    number = np.cumsum(first) - 1
    step = np.where(is_call[chosen], 1, -1)
    depth = np.cumsum(step)
    depth -= (depth - step)[first][number]
    apart = number * (len(chosen) + 1)  # each group's depths lie below those of the group before
    lowest = np.minimum.accumulate(np.minimum(depth, 0) - apart) + apart
    before = np.where(first, 0, np.roll(lowest, 1))
    met = ~is_call[chosen] & (lowest == before)
    called = np.flatnonzero(is_call[chosen])
    nth = np.cumsum(met) - 1
    nth -= (nth + 1 - met)[first][number]
    opening = np.searchsorted(called, np.flatnonzero(first))
    answers[chosen[called[opening[number[met]] + nth[met]]]] = chosen[met]


def _is_crowded(answers: Ints, trace: Ints, is_call: Flags, count: int) -> Flags:
    """Traces in which more calls wait at once than one looks through."""
    step = is_call.astype(np.int64)
    step[answers[answers >= 0]] = -1
    waiting = np.cumsum(step)
    first = starts(trace)
    waiting -= np.repeat((waiting - step)[first], np.diff(np.append(np.flatnonzero(first), len(trace))))
    found = np.zeros(count, dtype=np.bool_)
    found[trace[waiting > MOST_WAITING]] = True
    return found


def _walk(
    answers: Ints,
    places: range,
    call_id: NDArray[np.int32],
    tool: NDArray[np.int32],
    is_call: Flags,
    blank: Flags,
) -> None:
    by_id: dict[int, int] = {}
    waiting: dict[int, None] = {}
    for at in places:
        answers[at] = -1
        own = int(call_id[at])
        if is_call[at]:
            waiting[at] = None
            if own:
                by_id[own] = at
            continue
        asked = by_id.get(own, -1) if own else _asked(list(islice(reversed(waiting), MOST_WAITING)), at, tool, blank)
        if asked in waiting:
            answers[asked] = at
            del waiting[asked]


def _asked(latest: Sequence[int], at: int, tool: NDArray[np.int32], blank: Flags) -> int:
    """The oldest open call of the tool; where the result names none, the latest call."""
    named = [call for call in latest if tool[call] == tool[at]]
    if named:
        return named[-1]
    return latest[0] if latest and blank[tool[at]] else -1
