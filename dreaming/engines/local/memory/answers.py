"""Errors that a tool does not answer any more, and the statements of memory that still quote them.

An error has left where several sessions met it until a day and none since, and where the tool answers calls of the
same arguments with another error since then, which nobody had met before. That none met it is tested exactly, over the
sessions that called the tool, and corrected for all errors tested. What a statement says of it never comes true again,
but what to do then may still be right, so a person is asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from agents.snapshot import Snapshot
from dreaming.engines.local import quotes
from dreaming.engines.local.curation import Curation
from dreaming.engines.local.findings import Tidying, code, counted, gist
from dreaming.engines.local.lexicon import NEWER, RETIRED
from dreaming.engines.local.memory.interfaces import UNSURE, is_later, word
from dreaming.engines.local.reading.calls import Call, Calls, Ints, starts
from dreaming.engines.local.reading.claims import MOVABLE, Claim, where
from dreaming.engines.local.reading.masks import headline, is_error_shaped, mask
from dreaming.engines.local.reading.signals import Signals, arguments
from dreaming.engines.local.reading.statistics import adjusted, enrichment

SHOWN = 3
QUOTED = re.compile(r"`([^`\n]{1,300})`|\"([^\"\n]{1,300})\"|“([^”\n]{1,300})”")


@dataclass(frozen=True, slots=True)
class Met:
    """One error of one tool: its calls in canonical order, and the places of their sessions."""

    calls: Ints
    places: Ints


@dataclass(frozen=True, slots=True)
class Change:
    """An error that left and the one that came: the last calls that met the old one and all that met the new one."""

    tool: str
    error: str
    before: tuple[Call, ...]
    since: tuple[Call, ...]
    sessions: tuple[int, ...]
    later: int
    chance: float


def find(
    snapshot: Snapshot, signals: Signals, claims: Sequence[Claim], curation: Curation, found: Sequence[Tidying]
) -> list[Tidying]:
    """A question for each statement that quotes an error which has left, and that nothing found before changes."""
    taken = {claim.place for one in found for claim in one.remove}
    return [
        _tidying(snapshot, signals, claim, change)
        for change in changes(signals, curation)
        for claim in claims
        if not claim.fixed and claim.kind in MOVABLE and claim.place not in taken and _relies_on(claim, change)
    ]


def changes(signals: Signals, curation: Curation) -> list[Change]:
    """The errors that have left, each with the one that came."""
    tested = list(_changes(signals, curation.min_sessions))
    rates = adjusted([one.chance for one in tested])
    return [one for one, rate in zip(tested, rates, strict=True) if rate <= curation.false_discovery_rate]


def _changes(signals: Signals, fewest: int) -> Iterator[Change]:
    """Each error of a tool that several sessions met, and after which another one came that several met."""
    for tool, often in _by_tool(signals.calls, fewest).items():
        if len(often) > 1:
            yield from _of_tool(signals, tool, often)


def _by_tool(calls: Calls, fewest: int) -> dict[int, list[Met]]:
    """The errors of each tool that at least so many sessions met."""
    found: dict[int, list[Met]] = {}
    for group in calls.by_error():
        if len(group) >= fewest:
            traces = calls.trace[group]
            places = traces[starts(traces)]
            if len(places) >= fewest:
                found.setdefault(int(calls.tool[group[0]]), []).append(Met(group, places))
    return found


def _of_tool(signals: Signals, tool: int, often: Sequence[Met]) -> Iterator[Change]:
    """The last call that met the one error and the first that met the other give the same arguments."""
    calls = signals.calls
    users = calls.trace[calls.of_tool(tool)]
    users = users[starts(users)]
    first = np.array([one.places[0] for one in often])
    asked = [(_names(signals, int(one.calls[0])), _names(signals, int(one.calls[-1]))) for one in often]
    for old, (_, names) in zip(often, asked, strict=True):
        later = np.flatnonzero(first > old.places[-1]).tolist() if names is not None else ()
        new = [often[at] for at in later if asked[at][0] == names]
        if new and is_later(signals, calls.at(int(new[0].calls[0])), calls.at(int(old.calls[-1]))):
            yield _change(signals, users, old, min(new, key=lambda one: int(one.places[0])))


def _names(signals: Signals, call: int) -> frozenset[str] | None:
    """The names of a call's arguments; nothing where the transcript lacks the call."""
    row = int(signals.calls.row[call])
    return frozenset(arguments(signals.text(row))) if row >= 0 else None


def _change(signals: Signals, users: Ints, old: Met, new: Met) -> Change:
    """What changed, for a tool that these traces called."""
    calls = signals.calls
    last = calls.at(int(old.calls[-1]))
    earlier = int(np.searchsorted(users, new.places[0]))
    hits = len(old.places)
    return Change(
        tool=last.tool,
        error=last.error,
        before=tuple(calls.some(old.calls[-SHOWN:])),
        since=tuple(calls.some(new.calls)),
        sessions=tuple(calls.sessions[new.places].tolist()),
        later=len(users) - earlier,
        chance=enrichment(hits, earlier, hits, len(users)),
    )


def _relies_on(claim: Claim, change: Change) -> bool:
    """Quotes the error beside its tool, neither as past nor beside the one that came."""
    about = " ".join((*claim.heading, claim.text))
    if change.tool not in about or not word(change.tool).search(about):
        return False
    quoted = [mask(next(filter(None, found))) for found in QUOTED.findall(claim.text)]
    plain = QUOTED.sub(" ", claim.text)
    return (
        change.error in quoted
        and change.since[0].error not in quoted
        and not any(said.search(plain) for said in (NEWER, RETIRED))
    )


def _tidying(snapshot: Snapshot, signals: Signals, claim: Claim, change: Change) -> Tidying:
    first, sessions = change.since[0], change.sessions
    day = signals.mark(first.session).started_at
    text = signals.text(first.result)
    said = text[slice(*headline(text))]
    now = f": {code(said)}" if is_error_shaped(said) else ""
    once = {call.session: call for call in reversed(change.since)}
    return Tidying(
        kind="interface",
        key=(claim.digest, change.tool, change.error),
        remove=(claim,),
        keep=None,
        title=f"Does {change.tool} still answer as memory quotes it?",
        rationale=f"“{gist(claim.text, 140)}” ({where(snapshot, claim)}) quotes an error of {code(change.tool)}. None"
        f" of the {counted(change.later, 'session')} that called it since {day.date().isoformat() if day else ''} met"
        f" that error; {len(sessions)} of them met another one with the same arguments{now}. Approve to retire the"
        " statement, or write what holds now.",
        reason_code="interface_changed",
        confidence=UNSURE,
        loses=True,
        spans=quotes.kept(
            *(quotes.error(signals, call) for call in once.values()),
            *(quotes.error(signals, call, "against") for call in change.before),
        ),
        sessions=sessions,
    )
