"""The tools after which people correct the agent, and how the call that worked afterwards differed.

A correction alone teaches nothing: it may be about what the agent said. Where the next call of the same tool worked
with another argument, in two sessions in the same way, people have shown how the call should have been made.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dreaming.engines.local import quotes
from dreaming.engines.local.curation import Curation
from dreaming.engines.local.findings import Finding, Span, code, cut, strength
from dreaming.engines.local.reading.calls import Calls, Ints
from dreaming.engines.local.reading.signals import Signals
from dreaming.engines.local.sessions import retries
from dreaming.engines.local.sessions.retries import Recovery


@dataclass(frozen=True, slots=True)
class Said:
    """Words of a person in a session."""

    session: int
    span: Span
    text: str


def find(signals: Signals, corrected: Sequence[Said], curation: Curation) -> list[Finding]:
    """One finding for each tool that was the latest call when people corrected the agent, in several sessions."""
    calls = signals.calls
    if not len(calls):
        return []
    rows = np.array([said.span.row for said in corrected], dtype=np.int64)
    wrong = _latest(calls, np.array([signals.places[said.session] for said in corrected], dtype=np.int64), rows)
    after: dict[str, list[tuple[Said, Recovery | None]]] = defaultdict(list)
    for said, one, right in zip(corrected, wrong.tolist(), _put_right(calls, wrong, rows).tolist(), strict=True):
        if one >= 0 and (tool := calls.tools[calls.tool[one]]):
            after[tool].append((said, _recovery(signals, one, right)))
    return [
        _finding(signals, tool, group)
        for tool, group in sorted(after.items())
        if len({said.session for said, _ in group}) >= curation.min_sessions
    ]


def _latest(calls: Calls, places: Ints, rows: Ints) -> Ints:
    """Of each trace the last call that was over, answered or not, before a row; -1 where there is none."""
    first, at = calls.offsets[places], calls.offsets[places + 1] - 1
    over = np.maximum(calls.row, calls.result)
    while (goes_back := (at >= first) & (over[at] >= rows)).any():
        at = at - goes_back
    return np.where(at >= first, at, -1)


def _put_right(calls: Calls, wrong: Ints, rows: Ints) -> Ints:
    """For each call the first later one of its tool that worked, made after a row; -1 where there is none."""
    worked = calls.worked & (calls.result >= 0)
    at, end = wrong + 1, np.where(wrong >= 0, calls.offsets[calls.trace[wrong] + 1], 0)
    while (looks := np.flatnonzero(at < end)).size:
        here = at[looks]
        fits = worked[here] & (calls.tool[here] == calls.tool[wrong[looks]]) & (calls.row[here] > rows[looks])
        if fits.all():
            break
        at[looks[~fits]] += 1
    return np.where(at < end, at, -1)


def _recovery(signals: Signals, wrong: int, right: int) -> Recovery | None:
    """None where no later call worked, or it was made in the same way."""
    if right < 0:
        return None
    one, other = signals.calls.at(wrong), signals.calls.at(right)
    same = one.row < 0 or signals.text(one.row) == signals.text(other.row)
    return None if same else Recovery(one, other, ())


def _finding(signals: Signals, tool: str, group: Sequence[tuple[Said, Recovery | None]]) -> Finding:
    sessions = tuple(dict.fromkeys(said.session for said, _ in group))
    first = {said.session: recovery for said, recovery in reversed(group) if recovery}
    recoveries = [first[session] for session in sessions if session in first]
    remedy = retries.remedy(signals, recoveries)
    how = retries.told(remedy) if remedy.change else ""
    calls = signals.calls
    users = int(calls.traces_by_tool[calls.tools.index(tool)])
    counts = (
        f"In {len(sessions)} of {users} sessions that called {code(tool)}, a person corrected the agent"
        f" when that was its latest call.{_afterwards(len(recoveries), retries.told(remedy))}"
    )
    return Finding(
        kind="mistake",
        key=("corrected_after", tool),
        statement=counts,
        sessions=sessions,
        opportunities=users,
        spans=quotes.kept(
            *(said.span for said, _ in group), *(quotes.asked(signals, one.worked) for one in recoveries[-3:])
        ),
        confidence=strength(len(sessions), certainty=0.8),
        reason_code="corrected_by_people",
        title=cut(f"When calling {tool}, {how}".replace("`", ""), 110) if how else "",
        lesson=f"When calling {code(tool)}, {how}: people corrected calls that were made otherwise." if how else "",
        heading=f"When calling {code(tool)}",
        rationale=counts,
        steps=(tool,),
        anchors=(tool, remedy.name) if how else (),
        numbers={
            "corrections": len(group),
            "sessions": len(sessions),
            "sessions_with_calls": users,
            "put_right": len(recoveries),
        },
    )


def _afterwards(count: int, how: str) -> str:
    if not count:
        return ""
    shared = f"; most of them did this: {how}" if how else ""
    return f" In {count} of these a later call was made otherwise and worked{shared}."
