"""Tools that ask for more than before, or for the same in another form, and the statements that tell the old call.

Told calls are refused where they worked until a day, and since then an error that names the argument has met them and
none worked, while calls with the argument, or with another form of it, do. A statement that tells such a call is given
the new argument; where only the form changed, a person is asked, for the statement may say more than the calls show.
`interfaces` does the same for arguments that are out of use.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from agents.snapshot import Snapshot
from dreaming.engines.local import quotes
from dreaming.engines.local.curation import Curation
from dreaming.engines.local.findings import Span, Tidying, code, counted, gist, listed, strength
from dreaming.engines.local.lexicon import DENIED, GONE, LEFT_OUT, NEWER, REQUIRED, RETIRED
from dreaming.engines.local.memory.interfaces import FIRST_WORDS, LOOKED_AT, UNSURE, is_later, places, word
from dreaming.engines.local.reading.calls import Call, Ints
from dreaming.engines.local.reading.claims import MOVABLE, Claim, where
from dreaming.engines.local.reading.signals import Signals, arguments

SHOWN = 3
NAME = re.compile(r"[\w.-]{2,60}")  # what is written into memory is a name, and no sentence
CODE = re.compile(r"`[^`\n]{1,500}`")
DIGITS, LETTERS = re.compile(r"\d+"), re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Old:
    """A way to call a tool: without the argument, or with it in one form."""

    tool: str
    name: str
    form: str | None = None

    def is_told_by(self, given: dict[str, str]) -> bool:
        return self.name not in given if self.form is None else form(given.get(self.name, "")) == self.form


@dataclass(frozen=True, slots=True)
class Demand:
    """An old way that is refused: the calls that were, the last ones that worked, those that work now, and the names
    of the arguments that calls of the old way gave."""

    old: Old
    refused: tuple[Call, ...]
    before: tuple[Call, ...]
    since: tuple[Call, ...]
    names: frozenset[str]

    @property
    def sessions(self) -> tuple[int, ...]:
        return tuple(dict.fromkeys(call.session for call in self.refused))


def find(
    snapshot: Snapshot, signals: Signals, claims: Sequence[Claim], curation: Curation, found: Sequence[Tidying]
) -> list[Tidying]:
    """One change for each statement that tells a call refused now, and that nothing found before changes."""
    by_tool: dict[str, list[Demand]] = defaultdict(list)
    for old, failed in _suspects(signals, curation.min_sessions).items():
        if (demand := _demand(signals, old, failed, curation.min_sessions)) is not None:
            by_tool[old.tool].append(demand)
    taken = {claim.place for one in found for claim in one.remove}
    return [
        _tidying(snapshot, signals, claim, own)
        for tool, demands in sorted(by_tool.items())
        for claim in claims
        if tool in " ".join((*claim.heading, claim.text)) and not claim.fixed and claim.kind in MOVABLE
        if claim.place not in taken and (own := [one for one in demands if _tells(signals, claim, one, claims)])
    ]


def _suspects(signals: Signals, fewest: int) -> dict[Old, list[Call]]:
    """Old ways that errors speak against, each with the calls that met them."""
    found: dict[Old, list[Call]] = defaultdict(list)
    calls, looked, dull = signals.calls, defaultdict[tuple[int, int], int](int), set[tuple[int, int]]()
    expected = cache(lambda tool: _latest_names(signals, tool, fewest))
    for index in calls.failed.tolist():
        kind = (int(calls.tool[index]), int(calls.error[index]))
        if kind in dull:
            continue
        looked[kind] += 1
        own = list(_spoken_against(signals, call := calls.at(index), expected(kind[0])))
        for old in own:
            found[old].append(call)
        if not own and looked[kind] == LOOKED_AT:
            dull.add(kind)
    return dict(sorted(found.items(), key=lambda one: (one[0].tool, one[0].name, one[0].form or "")))


def _latest_names(signals: Signals, tool: int, count: int) -> frozenset[str]:
    """The arguments that so many of the latest calls that worked all gave."""
    latest = signals.calls.answered_well(tool)[-count:].tolist()
    given = [frozenset(_given(signals, signals.calls.at(index))) for index in latest]
    return frozenset.intersection(*given) if given else frozenset()


def _spoken_against(signals: Signals, call: Call, expected: frozenset[str]) -> Iterator[Old]:
    if call.row < 0 or call.result < 0:
        return
    said = signals.text(call.result)[:FIRST_WORDS]
    named = [name for name in sorted(expected) if NAME.fullmatch(name) and name in said and word(name).search(said)]
    given = _given(signals, call) if named else {}
    for name in named:
        if name in given:
            yield Old(call.tool, name, form(given[name]))
        elif REQUIRED.search(said):
            yield Old(call.tool, name)


def _given(signals: Signals, call: Call) -> dict[str, str]:
    return arguments(signals.text(call.row)) if call.row >= 0 else {}


def form(value: str) -> str:
    """How a canonical value is written: letters and digits stand for all of their kind; words of a text for any."""
    if " " in value or value[:1] in "[{":
        return value[:1]
    return LETTERS.sub("a", DIGITS.sub("9", value))[:60] if value[:1] not in "tfn" else value[:1]


def _demand(signals: Signals, old: Old, failed: Sequence[Call], fewest: int) -> Demand | None:
    """None unless the old way worked in several sessions, was refused in several later ones, and never worked since,
    while in several later ones the new way did."""
    if len({call.session for call in failed}) < fewest:
        return None
    calls = signals.calls
    good = calls.answered_well(calls.tools.index(old.tool))
    first = min(failed, key=lambda call: (signals.places[call.session], call.row))
    edge = int(np.searchsorted(calls.trace[good], signals.places[first.session]))
    if any(_uses(signals, calls.at(at), old) for at in good[edge:][::-1].tolist()):  # the latest show it first
        return None
    since = [call for call in calls.some(good[edge:]) if call.row >= 0]
    before = list(_before(signals, good[:edge], old, max(fewest, SHOWN)))
    if min(len({call.session for call in some}) for some in (before, since)) < fewest:
        return None
    if not is_later(signals, first, before[0]):
        return None
    names = frozenset(name for call in before for name in _given(signals, call))
    return Demand(old, tuple(failed), tuple(before), tuple(since), names)


def _uses(signals: Signals, call: Call, old: Old) -> bool:
    return call.row >= 0 and old.is_told_by(_given(signals, call))


def _before(signals: Signals, good: Ints, old: Old, most: int) -> Iterator[Call]:
    """The latest calls of the old way that worked, one a session."""
    met: set[int] = set()
    for call in map(signals.calls.at, good[::-1].tolist()):
        if call.session not in met and _uses(signals, call, old):
            met.add(call.session)
            yield call
        if len(met) == most:
            return


def _tells(signals: Signals, claim: Claim, demand: Demand, claims: Sequence[Claim]) -> bool:
    """Tells to call the tool with arguments of the old way; not as past, and nothing beside it tells the new one."""
    old = demand.old
    plain = CODE.sub(" ", claim.text)
    if any(said.search(plain) for said in (GONE, NEWER, RETIRED, DENIED, LEFT_OUT)) or not _about(claim, old.tool):
        return False
    if old.form is not None:
        day = signals.mark(demand.refused[0].session).started_at
        is_older = day is not None and max(claim.first_seen, claim.confirmed_at) < day
        return is_older and bool(places(claim.text, old.name))
    if not any(places(claim.text, name) for name in demand.names):
        return False
    beside = (one for one in claims if one.memory == claim.memory and _about(one, old.tool))
    return not any(word(old.name).search(one.text) for one in beside)


def _about(claim: Claim, tool: str) -> bool:
    return any(tool in text and word(tool).search(text) for text in (claim.text, *claim.heading))


def _tidying(snapshot: Snapshot, signals: Signals, claim: Claim, demands: Sequence[Demand]) -> Tidying:
    added = [one for one in demands if one.old.form is None]
    own = added or demands
    tool, names = own[0].old.tool, listed([one.old.name for one in own])
    sessions = tuple(dict.fromkeys(session for one in own for session in one.sessions))
    later = {call.session for one in own for call in one.since}
    days = [signals.mark(one.refused[0].session).started_at for one in own]
    day = min(day for day in days if day is not None).date().isoformat()
    put = f"{_closed(claim.text)} Also give {names}: without it, calls of {code(tool)} are refused." if added else ""
    how, then = (f"without {names}", f" with {names}") if added else (f"with {names} as it was given then", "")
    closing = (
        "The statement is given the new argument."
        if put
        else "Approve to retire the statement, or write how it is given now."
    )
    return Tidying(
        kind="interface",
        key=(claim.digest, *(f"{tool} {one.old.name} {'new' if added else 'form'}" for one in own)),
        remove=(claim,),
        keep=None,
        title=f"{tool} now needs {names}" if put else f"Does {tool} still take {names} as memory tells?",
        rationale=f"“{gist(claim.text, 140)}” ({where(snapshot, claim)}) tells to call {code(tool)}. Calls {how} worked"
        f" until {day}; in {counted(len(sessions), 'session')} since then they were refused, and none worked. In"
        f" {counted(len(later), 'session')} since then other calls worked{then}. {closing}",
        reason_code="interface_changed",
        confidence=strength(len(sessions), certainty=0.9) if put else UNSURE,
        loses=not put,
        spans=_spans(signals, own),
        put=put,
        sessions=sessions,
    )


def _closed(text: str) -> str:
    return text if text.rstrip("*_`)").endswith((".", "!", "?")) else f"{text}."


def _spans(signals: Signals, demands: Sequence[Demand]) -> tuple[Span, ...]:
    """The refusals and the calls that work now speak for it, the last ones that worked the old way against it."""
    once = {call.session: call for one in demands for call in one.refused[::-1]}
    since = {call.session: call for one in demands for call in one.since[: SHOWN * 4]}
    return quotes.kept(
        *(quotes.error(signals, call) for call in once.values()),
        *(quotes.asked(signals, call) for call in list(since.values())[:SHOWN]),
        *(quotes.asked(signals, call, "against") for one in demands for call in one.before[:SHOWN]),
    )
