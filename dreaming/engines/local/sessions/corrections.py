"""The tools after which people correct the agent, and how the call that worked afterwards differed.

A correction alone teaches nothing: it may be about what the agent said. Where the next call of the same tool worked
with another argument, in two sessions in the same way, people have shown how the call should have been made.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dreaming.engines.local import quotes
from dreaming.engines.local.curation import Curation
from dreaming.engines.local.findings import Finding, Span, code, cut, strength
from dreaming.engines.local.reading.signals import Call, Signals, Trace
from dreaming.engines.local.sessions import retries
from dreaming.engines.local.sessions.retries import Recovery


@dataclass(frozen=True, slots=True)
class Said:
    """Words of a person in a session."""

    session: int
    span: Span
    text: str


def find(signals: Signals, corrected: Iterable[Said], curation: Curation) -> list[Finding]:
    """One finding for each tool that was the latest call when people corrected the agent, in several sessions."""
    after: dict[str, list[tuple[Said, Recovery | None]]] = defaultdict(list)
    for said in corrected:
        trace = signals.trace(said.session)
        call = next((call for call in reversed(trace.calls) if 0 <= max(call.row, call.result) < said.span.row), None)
        if call is not None and call.tool:
            after[call.tool].append((said, _put_right(signals, trace, call, said.span.row)))
    return [
        _finding(signals, tool, group)
        for tool, group in sorted(after.items())
        if len({said.session for said, _ in group}) >= curation.min_sessions
    ]


def _put_right(signals: Signals, trace: Trace, wrong: Call, row: int) -> Recovery | None:
    """The first later call of the tool that worked, if it was made in another way."""
    later = (call for call in trace.calls if call.tool == wrong.tool and call.row > row and not call.error)
    right = next((call for call in later if call.result >= 0), None)
    if right is None or wrong.row < 0 or signals.text(right.row) == signals.text(wrong.row):
        return None
    return Recovery(wrong, right, ())


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
