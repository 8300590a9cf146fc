"""When it goes wrong: errors of tools and failed sessions that depend on an amount, a value, a word or the time.

For each target the surest condition is told, at the policy's false discovery rate over all families of conditions of
all targets. Only an error's condition becomes a lesson by itself: it says when, and what worked then; it takes the
place of the error's own lesson.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Any

import numpy as np

from dreaming.engines.local import quotes
from dreaming.engines.local.curation import Curation
from dreaming.engines.local.findings import Finding, Span, code, cut, hardly_chance, listed, strength
from dreaming.engines.local.reading.calls import Calls, Ints
from dreaming.engines.local.reading.masks import is_error_shaped
from dreaming.engines.local.reading.orders import ended
from dreaming.engines.local.reading.signals import Signals, Trace
from dreaming.engines.local.reading.statistics import adjusted
from dreaming.engines.local.sessions import cases, retries
from dreaming.engines.local.sessions.cases import Cases, Condition
from dreaming.engines.local.sessions.retries import Remedy

MOST_TARGETS = 200  # errors, and as many tools
MOST_READ_IN_ALL = 2_000  # calls of errors, and as many of tools
MOST_CASES = 1_000  # of one target, the latest
MOST_READ = 200  # calls of one target whose arguments are read, the latest
FIRST_WORDS = 400
SIZES = ("give {name} a smaller number", "give {name} a larger number")
MOST_AGAINST = 3
NONE: Ints = np.array([], dtype=np.int64)
SORTS = ("number", "length", "value", "word", "weekday", "hours")


@dataclass(frozen=True, slots=True)
class Target:
    """What may depend on a condition: an error of a tool, the end of sessions that called a tool, or of all sessions.

    `calls` are those looked at, `bad` whether each met the error or belongs to a session that failed; `met` are the
    latest that met the error.
    """

    tool: str
    error: str
    calls: Ints
    bad: Sequence[bool]
    met: Ints
    mistake: Finding | None = None

    def remedy(self, signals: Signals) -> Remedy:
        return retries.remedy(signals, retries.recoveries(signals.calls, self.met)) if self.error else Remedy()


def find(signals: Signals, curation: Curation, found: Sequence[Finding]) -> list[Finding]:
    """The findings so far with the conditions; an error that has one leaves the lesson to it."""
    families: list[tuple[Target, Condition]] = []
    for target in _targets(signals, found):
        families += ((target, condition) for condition in _families(signals, target, curation))
    rates = adjusted([condition.chance for _, condition in families])
    kept = [one for one, rate in zip(families, rates, strict=True) if rate <= curation.false_discovery_rate]
    by_target: dict[tuple[str, str], list[tuple[Target, Condition]]] = {}
    for target, condition in kept:
        by_target.setdefault((target.tool, target.error), []).append((target, condition))
    surest = _widest([_surest(own) for _, own in sorted(by_target.items())])
    told = [_finding(signals, *one) for one in surest]
    taught = {target.mistake.key for target, _ in surest if target.mistake}
    return [replace(one, lesson="") if one.key in taught else one for one in found] + told


def _surest(found: Sequence[tuple[Target, Condition]]) -> tuple[Target, Condition]:
    """The least likely by chance; of those that hold for the very same sessions the plainest."""
    best = min(found, key=lambda one: (one[1].chance, SORTS.index(one[1].sort), one[1].name))
    same = [one for one in found if one[1].hits.tolist() == best[1].hits.tolist()]
    return min(same, key=lambda one: (SORTS.index(one[1].sort), one[1].name))


def _widest(found: Sequence[tuple[Target, Condition]]) -> list[tuple[Target, Condition]]:
    """What goes with the end of sessions is told once: of all sessions before those that called a tool."""
    told: dict[tuple[str, ...], tuple[Target, Condition]] = {}
    for target, one in found:  # the sessions themselves come first
        of_ends = not target.error and not one.name
        told.setdefault((one.sort, one.said) if of_ends else (target.tool, target.error, ""), (target, one))
    return list(told.values())


def _targets(signals: Signals, found: Iterable[Finding]) -> Iterator[Target]:
    """Errors that teach, tools that were called in sessions that failed, and the sessions themselves."""
    yield from _affordable(_errors(signals, found))
    yield from _affordable(_tools(signals))
    yield Target("", "", NONE, (), NONE)


def _affordable(targets: Iterable[Target]) -> Iterator[Target]:
    """The first targets, as many as may be read."""
    left = MOST_READ_IN_ALL
    for target in islice(targets, MOST_TARGETS):
        left -= min(MOST_READ, len(target.calls))
        if left < 0:
            return
        yield target


def _errors(signals: Signals, found: Iterable[Finding]) -> Iterator[Target]:
    calls = signals.calls
    tools = {tool: at for at, tool in enumerate(calls.tools)}
    errors = {error: at for at, error in enumerate(calls.errors)}
    wrong = [one for one in found if one.key[0] == "tool_error" and one.reason_code == "recurring_error"]
    for one in sorted(wrong, key=lambda one: (-len(one.sessions), one.key)):
        _, tool, error = one.key
        own = calls.of_tool(tools[tool])
        met = own[calls.error[own] == errors[error]]
        own = _until(own[(calls.error[own] == errors[error]) | calls.worked[own]], calls, met)[-MOST_CASES:]
        yield Target(tool, error, own, (calls.error[own] == errors[error]).tolist(), met[-MOST_READ:], one)


def _tools(signals: Signals) -> Iterator[Target]:
    """Calls that worked, in sessions that completed or failed; the tools of most failed sessions first."""
    calls = signals.calls
    failed, known = ended(signals, "failed"), ended(signals, "failed", "completed")
    firsts = calls.first_worked
    uses = np.bincount(calls.tool[firsts[failed[calls.trace[firsts]]]], minlength=len(calls.tools)).tolist()
    for count, tool, at in sorted((-uses[at], tool, at) for at, tool in enumerate(calls.tools) if tool):
        if -count < cases.FEWEST:
            return
        own = calls.of_tool(at)
        own = own[calls.worked[own] & known[calls.trace[own]]][-MOST_CASES:]
        yield Target(tool, "", own, failed[calls.trace[own]].tolist(), NONE)


def _until(own: Ints, calls: Calls, met: Ints) -> Ints:
    """Of each session the calls up to the first that met the error: those after it are made in its light."""
    first = np.full(len(calls.sessions), len(calls), dtype=np.int64)
    np.minimum.at(first, calls.trace[met], met)
    return own[own <= first[calls.trace[own]]]


def _families(signals: Signals, target: Target, curation: Curation) -> Iterator[Condition]:
    if not target.tool:
        yield from _of_sessions(signals, curation)
        return
    calls, bad = signals.calls, target.bad
    read = [at for at, index in enumerate(target.calls.tolist()) if calls.row[index] >= 0][-MOST_READ:]
    given = [_given(signals, int(calls.row[target.calls[at]])) for at in read]
    places = calls.trace[target.calls].tolist()
    own = signals.units[places].tolist()
    at_units, at_places, wrong = ([column[at] for at in read] for column in (own, places, bad))
    for one in cases.by_argument(at_units, at_places, given, wrong, curation):
        remedy = target.remedy(signals)
        if remedy.change in SIZES or one.name not in remedy.names:
            yield one
    if target.error:
        yield from cases.by_time(*_dated(signals, own, places, bad), curation)
    else:
        yield from _opened(signals, cases.distinct(at_units, at_places, [""] * len(read), wrong).cases, curation)


def _dated(
    signals: Signals, units: Sequence[int], places: Sequence[int], bad: Sequence[bool]
) -> tuple[list[datetime | None], Cases]:
    own = cases.distinct(units, places, [""] * len(places), bad).cases
    return [signals.mark(int(signals.sessions[place])).started_at for place in own.places.tolist()], own


def _of_sessions(signals: Signals, curation: Curation) -> Iterator[Condition]:
    """The words that a person opens with, and the time: of all sessions that completed or failed."""
    places = np.flatnonzero(ended(signals, "failed", "completed"))[-MOST_CASES:]
    bad = ended(signals, "failed")[places].tolist()
    starts, own = _dated(signals, signals.units[places].tolist(), places.tolist(), bad)
    yield from _opened(signals, own, curation)
    yield from cases.by_time(starts, own, curation)


def _opened(signals: Signals, own: Cases, curation: Curation) -> Iterator[Condition]:
    rows = [signals.openings.get(int(signals.sessions[place]), -1) for place in own.places.tolist()]
    opened = [at for at, row in enumerate(rows) if row >= 0]
    texts = [signals.text(rows[at])[:FIRST_WORDS] for at in opened]
    spoken = Cases(own.places[opened], own.bad[opened])
    said = cases.best("word", "", spoken, cases.words(texts, cases.FEWEST), curation)
    if said is not None:
        yield said


def _given(signals: Signals, row: int) -> dict[str, Any]:
    try:
        document = json.loads(signals.text(row))
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


def _finding(signals: Signals, target: Target, one: Condition) -> Finding:
    bad, held, others_bad, others = one.counts
    when, counts = _when(one), _counts(target, one)
    sessions = tuple(int(signals.sessions[place]) for place in one.hits.tolist())
    known = len(one.cases.sessions(one.holds))
    return Finding(
        kind="mistake",
        key=("condition", target.tool, target.error, one.sort, one.name),
        statement=counts,
        sessions=sessions,
        opportunities=known,
        spans=_spans(signals, target, one),
        confidence=strength(len(sessions), certainty=bad / held - others_bad / max(1, others)),
        reason_code="fails_when",
        title=cut(f"{_capital(when)}, {_happens(target)}".replace("`", ""), 110),
        lesson=_lesson(signals, target, one, when),
        heading=f"When {code(target.tool)} fails",
        rationale=f"{counts} {hardly_chance('this')}",
        anchors=(target.tool, *(part for part in (one.name, one.said.partition(" ")[2] or one.said) if part)),
        numbers={
            "failed_when": bad,
            "cases_when": held,
            "failed_otherwise": others_bad,
            "cases_otherwise": others,
            "rate_ppm": round(1_000_000 * bad / held),
        },
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _when(one: Condition) -> str:
    if one.sort in ("number", "length"):
        return f"when {'the number of items in ' if one.sort == 'length' else ''}{code(one.name)} is {one.said}"
    if one.sort == "value":
        return f"when {code(one.name)} is {code(one.said)}"
    if one.sort == "word":
        place = f"{code(one.name)} says" if one.name else "the first words of a person hold"
        return f"when {place} “{one.said}”"
    return one.said


def _happens(target: Target) -> str:
    if not target.error:
        return f"sessions that call {target.tool} fail" if target.tool else "sessions fail"
    return f"{target.tool} fails"


def _counts(target: Target, one: Condition) -> str:
    bad, held, others_bad, others = one.counts
    with_, without = f"{bad} of {held}", f"{others_bad} of {others}"
    head = _capital(_when(one))
    if not target.tool:
        return f"{head}, {with_} sessions failed, and otherwise {without}."
    if not target.error and not one.name:
        return f"{head}, {with_} sessions that called {code(target.tool)} failed, and otherwise {without}."
    if not target.error:
        return f"{head}, {with_} calls of {code(target.tool)} were in sessions that failed, and otherwise {without}."
    noun = "sessions" if one.sort in ("weekday", "hours") else "calls"
    return f"{head}, {code(target.tool)} answered {code(target.error)} in {with_} {noun}, and otherwise in {without}."


def _lesson(signals: Signals, target: Target, one: Condition, when: str) -> str:
    """What worked then, where sessions recovered; else the limit itself. What only goes with an end teaches nothing."""
    if not target.error or not is_error_shaped(target.error):
        return ""
    head = f"{_capital(when)}, {code(target.tool)} fails with {code(target.error)}"
    if first := target.remedy(signals).first:
        return f"{head}: call {listed(first)} before it."
    if one.sort in ("number", "length"):
        side, _, limit = one.said.partition(" ")
        return f"{head}: give at {'most' if side == 'over' else 'least'} {limit}."
    return f"{head}: do not count on it then, and do not repeat the same call."


def _spans(signals: Signals, target: Target, one: Condition) -> tuple[Span, ...]:
    """Of each session how it went wrong under the condition, and some that went well under it."""
    wrong = set(one.hits.tolist())
    fine = set(one.cases.sessions(one.holds & ~one.cases.bad).tolist()) - wrong
    spans: list[Span | None] = []
    seen: set[int] = set()
    for index, bad in zip(target.calls.tolist(), target.bad, strict=True):
        place = int(signals.calls.trace[index])
        if bad and place in wrong and place not in seen:
            seen.add(place)
            call = signals.calls.at(index)
            spans += [quotes.error(signals, call) if target.error else None, quotes.asked(signals, call)]
    for place in sorted(wrong - seen):
        trace = signals.traces[place]
        spans += [_beginning(signals, trace), quotes.ending(signals, trace)]
    against = [signals.traces[place] for place in sorted(fine)[-MOST_AGAINST:]]
    spans += [
        quotes.head(signals, trace.opening, "against") or quotes.ending(signals, trace, "against") for trace in against
    ]
    return quotes.kept(*spans)


def _beginning(signals: Signals, trace: Trace, stance: str = "for") -> Span | None:
    return quotes.head(signals, trace.opening, stance) or quotes.ending(signals, trace, stance)
