"""In which order tools come, as columns: what is counted over all sessions at once, with no loop over sessions.

A tool's place in a session is where it first worked. Only tools that many sessions use can tell anything, so the rare
ones are left out, and what remains is small enough for one cell for each pair of tools.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dreaming.engines.local.reading.calls import Calls, Flags, Ints, starts
from dreaming.engines.local.reading.signals import Signals

MOST_TOOLS = 512  # kinds of tools looked at: those that most sessions use
MOST_PLACES = 60  # different tools of one session


@dataclass(frozen=True, slots=True)
class Orders:
    """The tools of each trace in the order in which they first worked, with how many runs of calls each has."""

    traces: int
    trace: Ints
    tool: Ints
    runs: Ints
    tools: tuple[str, ...]

    def callers(self, marked: Flags) -> Ints:
        """How many of the marked traces used each tool."""
        return np.bincount(self.tool[marked[self.trace]], minlength=len(self.tools))


class Places:
    """Where each tool first worked in each trace, -1 where it never did: rows made when they are asked for."""

    def __init__(self, orders: Orders) -> None:
        self._orders = orders
        self._by_tool = np.argsort(orders.tool, kind="stable")
        self._starts = np.searchsorted(orders.tool[self._by_tool], np.arange(len(orders.tools) + 1))
        self._rows: dict[int, NDArray[np.int32]] = {}

    def of(self, tool: int) -> NDArray[np.int32]:
        if tool not in self._rows:
            own = self._by_tool[self._starts[tool] : self._starts[tool + 1]]
            row = np.full(self._orders.traces, -1, dtype=np.int32)
            row[self._orders.trace[own]] = own
            self._rows[tool] = row
        return self._rows[tool]

    def ends(self, tool: int) -> Flags:
        """The traces in which no tool first worked after this one."""
        last = np.zeros(self._orders.traces, dtype=np.bool_)
        final = np.flatnonzero(np.diff(self._orders.trace, append=-1))
        final = final[self._orders.tool[final] == tool]
        last[self._orders.trace[final]] = True
        return last

    def before(self, one: int, other: int) -> Flags:
        """The traces in which one tool first worked before the other did."""
        first, second = self.of(one), self.of(other)
        return (first >= 0) & (first < second)


@dataclass(frozen=True, slots=True)
class Pairs:
    """For each pair of tools, first before second: traces that hold both in this order, and those of them marked.

    `expected` is how many of the marked traces that hold both would have this order if runs came in any order.
    """

    held: Ints
    marked: Ints
    expected: NDArray[np.float64]


def ended(signals: Signals, *verdicts: str) -> Flags:
    """Of the traces, those whose session ended in one of these ways; without one, in any that is known."""
    codes, names = signals.ways
    wanted = [name in verdicts if verdicts else bool(name) for name in names]
    return np.array(wanted, dtype=np.bool_)[codes]


def read(calls: Calls, among: Flags, least: int) -> Orders:
    """The order of tools in the traces `among`; tools that fewer than `least` of these use are left out."""
    codes, names = _common(calls, among, least)
    usable = calls.worked & among[calls.trace] & (codes[calls.tool] >= 0)
    own = np.flatnonzero(usable)
    begins = np.zeros(len(calls), dtype=np.int64)
    begins[own] = starts(calls.trace[own] * len(calls.tools) + calls.tool[own])
    by_tool = calls.by_tool[usable[calls.by_tool]]
    heads = np.flatnonzero(starts(calls.tool[by_tool] * len(among) + calls.trace[by_tool]))
    runs = np.add.reduceat(begins[by_tool], heads) if len(heads) else heads
    order = np.argsort(by_tool[heads])
    firsts = by_tool[heads][order]
    kept = _first_places(calls.trace[firsts])
    trace, tool = calls.trace[firsts], codes[calls.tool[firsts]]
    return Orders(len(among), trace[kept], tool[kept], runs[order][kept], names)


def _common(calls: Calls, among: Flags, least: int) -> tuple[Ints, tuple[str, ...]]:
    """New codes, by name, for the tools that most traces use; -1 for the others."""
    firsts = calls.first_worked
    uses = np.bincount(calls.tool[firsts[among[calls.trace[firsts]]]], minlength=len(calls.tools))
    wanted = sorted((-uses[code], name, code) for code, name in enumerate(calls.tools) if name and uses[code] >= least)
    named = sorted((name, code) for _, name, code in wanted[:MOST_TOOLS])
    codes = np.full(len(calls.tools), -1, dtype=np.int64)
    codes[[code for _, code in named]] = np.arange(len(named))
    return codes, tuple(name for name, _ in named)


def _first_places(trace: Ints) -> Flags:
    """The first places of each trace, which stand in a row."""
    heads = np.flatnonzero(starts(trace))
    lengths = np.diff(np.append(heads, len(trace)))
    return np.arange(len(trace)) - np.repeat(heads, lengths) < MOST_PLACES


def pairs(orders: Orders, marked: Flags) -> Pairs:
    """Counts over all traces: tools a given number of places apart are one step, so the loop is over places only."""
    kinds = len(orders.tools)
    cells = kinds**2
    counts, shares = np.zeros(2 * cells, dtype=np.int64), np.zeros(cells)
    at, good = np.arange(len(orders.trace)), marked[orders.trace]
    for apart in range(1, MOST_PLACES):
        at = at[at < len(orders.trace) - apart]
        at = at[orders.trace[at] == orders.trace[at + apart]]
        if not len(at):
            break
        cell = orders.tool[at] * kinds + orders.tool[at + apart]
        counts += np.bincount(cell + cells * good[at], minlength=2 * cells)
        own = at[good[at]]
        share = orders.runs[own] / (orders.runs[own] + orders.runs[own + apart])
        shares += np.bincount(cell[good[at]], weights=share, minlength=cells)
    bad, held = counts.reshape(2, kinds, kinds)
    first = shares.reshape(kinds, kinds)
    return Pairs(bad + held, held, first + (held - first).T)
