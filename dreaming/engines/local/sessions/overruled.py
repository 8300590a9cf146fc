"""What people approved and ground truth failed: a mistake that looks like a success, and what such sessions share."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from dreaming.engines.local import quotes
from dreaming.engines.local.curation import Curation
from dreaming.engines.local.findings import Finding, code, cut, strength
from dreaming.engines.local.reading.calls import Flags, Ints
from dreaming.engines.local.reading.signals import Signals
from dreaming.engines.local.reading.statistics import adjusted, enrichment
from dreaming.engines.local.sessions.ranking import DIFFERENCES

REASON = "approved_then_failed"


def find(signals: Signals, curation: Curation) -> list[Finding]:
    """Calls that sessions which people approved in vain made or left out, against those that held."""
    overruled = np.array([mark.overruled for mark in signals.marks], dtype=np.bool_)
    failed = int(overruled.sum())
    if failed < curation.min_sessions:
        return []
    held = np.array([mark.completed and not mark.is_own_word for mark in signals.marks], dtype=np.bool_)
    shared = _shared(signals, overruled, held, curation) if held.any() else []
    return shared or [_finding(signals, np.flatnonzero(overruled), failed, int(held.sum()))]


def _shared(signals: Signals, overruled: Flags, held: Flags, curation: Curation) -> list[Finding]:
    calls = signals.calls
    firsts = calls.first_worked[(overruled | held)[calls.trace[calls.first_worked]]]
    most = len(calls.tools)
    every = np.bincount(calls.tool[firsts], minlength=most)
    wrong = np.bincount(calls.tool[firsts[overruled[calls.trace[firsts]]]], minlength=most)
    failed, good = int(overruled.sum()), int(held.sum())
    tests: list[tuple[str, int, int, int]] = []  # how, tool, approved in vain, and how many of all
    for tool in np.flatnonzero(every).tolist():
        if calls.tools[tool]:
            tests.append(("extra", tool, int(wrong[tool]), int(every[tool])))
            tests.append(("missing", tool, failed - int(wrong[tool]), failed + good - int(every[tool])))
    chances = adjusted([enrichment(hits, drawn, failed, failed + good) for _, _, hits, drawn in tests])
    found = []
    for (how, tool, hits, drawn), chance in zip(tests, chances, strict=True):
        if chance <= curation.false_discovery_rate and hits >= curation.min_sessions:
            callers = np.zeros(len(overruled), dtype=np.bool_)
            callers[calls.trace[firsts[calls.tool[firsts] == tool]]] = True
            places = np.flatnonzero(overruled & (callers if how == "extra" else ~callers))
            found.append(_finding(signals, places, failed, good, how, calls.tools[tool], drawn - hits))
    return found


STATEMENT = {
    "": "People approved {n} sessions that failed when they were verified; {good} that were approved or verified held.",
    "extra": "{n} of the {failed} sessions that people approved and that failed when verified called {tool},"
    " and {others} of the {good} that held.",
    "missing": "{n} of the {failed} sessions that people approved and that failed when verified never got {tool}"
    " accepted, nor did {others} of the {good} that held.",
}
LESSON = {
    "": "",
    "extra": "Before calling {tool}, check that it is right here: sessions with it were approved, and failed later.",
    "missing": "Before ending, check whether {tool} is still due: sessions without it were approved, and failed later.",
}
TITLE = {
    "": "",
    "extra": "Check before calling {tool}: approved sessions failed with it",
    "missing": "Do not leave out {tool}: approved sessions failed without it",
}


def _finding(
    signals: Signals, places: Ints, failed: int, good: int, how: str = "", tool: str = "", others: int = 0
) -> Finding:
    words = {"n": len(places), "failed": failed, "good": good, "others": others, "tool": code(tool)}
    counts = STATEMENT[how].format(**words)
    traces = [signals.traces[place] for place in places.tolist()]
    certainty = len(places) / failed - others / max(1, good) if how else 1.0
    return Finding(
        kind="mistake",
        key=(REASON, how, tool),
        statement=counts,
        sessions=tuple(trace.session for trace in traces),
        opportunities=failed + good,
        spans=quotes.kept(*(quotes.ending(signals, trace) for trace in traces)),
        confidence=strength(len(places), certainty=max(0.0, certainty)),
        reason_code=REASON,
        title=TITLE[how].format(tool=cut(tool, 80)),
        lesson=LESSON[how].format(**words),
        heading=f"When {code(tool)} is due" if tool else "",
        rationale=counts,
        anchors=(tool,) if tool else (),
        numbers={"approved_then_failed": failed, "held": good, "with_it": len(places), "held_with_it": others},
    )


def marked(signals: Signals, found: Iterable[Finding]) -> list[Finding]:
    """Differences that mostly rest on sessions which people had approved say so: they passed for a success."""
    mistaken = DIFFERENCES | {"never_completes"}
    return [_marked(signals, finding) if finding.reason_code in mistaken else finding for finding in found]


def _marked(signals: Signals, finding: Finding) -> Finding:
    if finding.reason_code == REASON:
        return finding
    count = sum(signals.mark(session).overruled for session in finding.sessions)
    if count * 2 < max(2, len(finding.sessions)) or count < 2:
        return finding
    said = f" People had approved {count} of these sessions; they failed when they were verified."
    return replace(
        finding,
        statement=finding.statement + said,
        rationale=finding.rationale + said if finding.rationale else "",
        reason_code=REASON,
        numbers={**finding.numbers, REASON: count},
    )
