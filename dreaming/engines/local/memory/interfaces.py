"""Tools that are called in another way than before, and the statements of memory that still tell the old one.

An argument or a flag is out of use where calls with it worked until a day and have failed ever since, and where the
errors name it or the same call worked with another name in its place. Where sessions show that name, it replaces the
old one in the statement; else a person is asked. `refused` does the same for values.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from agents.snapshot import Snapshot
from agents.text.normalise import digest
from dreaming.engines.local import quotes
from dreaming.engines.local.curation import Curation
from dreaming.engines.local.findings import Tidying, code, counted, gist, listed, strength
from dreaming.engines.local.lexicon import DENIED, GONE, LEFT_OUT, NEWER, NOT_TAKEN, RETIRED
from dreaming.engines.local.reading.calls import Call, Calls, Ints, Some
from dreaming.engines.local.reading.claims import MOVABLE, Claim, where
from dreaming.engines.local.reading.signals import Signals, arguments

LOOKED_AT = 3  # failures of one kind that are looked at for the name of an argument
SHORTEST = 2
FIRST_WORDS = 4_000
FLAG = re.compile(r"(?<![\w-])--?[A-Za-z][\w-]{0,60}(?![\w-])")
CODE = re.compile(r"`[^`\n]{1,500}`")
UNSURE = 0.3


class Part(NamedTuple):
    """An argument of a tool, or a flag of a program that a tool runs; `about` is what a statement has to name."""

    tool: str
    about: str
    name: str


@dataclass(frozen=True, slots=True)
class Shift:
    """A part that is out of use: the calls that failed with it, the calls that worked since, and its new name."""

    part: Part
    failed: tuple[Call, ...]
    worked: tuple[Call, ...]
    put: str

    @property
    def sessions(self) -> tuple[int, ...]:
        return tuple(dict.fromkeys(call.session for call in self.failed))


def find(snapshot: Snapshot, signals: Signals, claims: Sequence[Claim], curation: Curation) -> list[Tidying]:
    """One change for each statement that tells an old way; nothing where the new way is told already."""
    shifts = [shift for part in _suspects(signals) if (shift := _shift(signals, part, curation.min_sessions))]
    if not shifts:
        return []
    held = {claim.digest for claim in claims}
    found = []
    for claim in claims:
        if claim.fixed or claim.kind not in MOVABLE:
            continue
        about = " ".join((*claim.heading, claim.text))
        own = [shift for shift in shifts if _relies_on(claim.text, about, shift)]
        text = _renamed(claim.text, own)
        if own and digest(text) not in held - {claim.digest}:
            found.append(_tidying(snapshot, signals, claim, own, text))
    return found


def _suspects(signals: Signals) -> list[Part]:
    """Parts that an error says are none, or in whose place another name worked right after."""
    calls, found = signals.calls, set()
    looked: dict[tuple[int, int], int] = defaultdict(int)
    for index in calls.failed.tolist():
        kind = (int(calls.tool[index]), int(calls.error[index]))
        looked[kind] += 1
        if looked[kind] <= LOOKED_AT:
            found |= set(_not_taken(signals, index))
    return sorted(found)


def _not_taken(signals: Signals, index: int) -> Iterator[Part]:
    call = signals.calls.at(index)
    if call.row < 0 or call.result < 0:
        return
    said = signals.text(call.result)[:FIRST_WORDS]
    if NOT_TAKEN.search(said):
        yield from (part for part in _parts(signals, call) if word(part.name).search(said))
    yield from (swap.old for swap in _swapped(signals, index) if swap.is_same_value)


def _parts(signals: Signals, call: Call) -> dict[Part, str]:
    """The parts of a call, each with its value (of a flag: the whole command)."""
    found: dict[Part, str] = {}
    for name, value in arguments(signals.text(call.row)).items() if call.row >= 0 else ():
        if len(name) >= SHORTEST:
            found[Part(call.tool, call.tool, name)] = value
        if "-" not in value:
            continue
        words = value.strip('"').split()
        for flag in FLAG.findall(value) if len(words) > 1 else ():
            found[Part(call.tool, words[0], flag)] = ""
    return found


@dataclass(frozen=True, slots=True)
class Swap:
    """A later call of the session that worked, with one part gone and one of another name there."""

    call: Call
    old: Part
    new: str
    is_same_value: bool


def _swapped(signals: Signals, index: int) -> Iterator[Swap]:
    later = _worked_later(signals.calls, index)
    failed = _parts(signals, signals.calls.at(index)) if len(later) else {}
    for call in signals.calls.some(later):
        worked = _parts(signals, call)
        gone, come = failed.keys() - worked.keys(), worked.keys() - failed.keys()
        if len(gone) == len(come) == 1:
            (old,), (new,) = gone, come
            if old.about == new.about:
                yield Swap(call, old, new.name, failed[old] == worked[new])


def _worked_later(calls: Calls, index: int) -> Ints:
    """The later calls of its tool in its session that have a result, which is no error."""
    rest = slice(index + 1, int(calls.offsets[calls.trace[index] + 1]))
    worked = (calls.tool[rest] == calls.tool[index]) & calls.worked[rest] & (calls.result[rest] >= 0)
    return index + 1 + np.flatnonzero(worked & (calls.row[rest] >= 0))


def _shift(signals: Signals, part: Part, fewest: int) -> Shift | None:
    """None unless it worked in several sessions, and was then not taken in several, and never worked since."""
    calls = signals.calls
    tool = calls.tools.index(part.tool)
    good, own = calls.answered_well(tool), calls.of_tool(tool)
    last = next(_using(signals, good[::-1], part), -1)
    since = own[~calls.worked[own] & (own > last)] if last >= 0 else own[:0]
    refused = [at for at in _using(signals, since, part) if part in _not_taken(signals, at)]
    failed = [calls.at(at) for at in refused]
    if _sessions(failed) < fewest or not is_later(signals, failed[0], calls.at(last)):
        return None
    if _sessions(calls.at(at) for at in _using(signals, good, part)) < fewest:
        return None
    names: dict[str, dict[int, Call]] = defaultdict(dict)
    for at in refused:
        for swap in _swapped(signals, at):
            if swap.old == part:
                names[swap.new].setdefault(swap.call.session, swap.call)
    sure = [name for name, own in names.items() if len(own) >= fewest]
    put = sure[0] if len(sure) == len(names) == 1 and not _was_there(signals, part, sure[0], failed[0]) else ""
    shown = names[put].values() if put else [call for own in names.values() for call in own.values()]
    return Shift(part, tuple(failed), tuple(shown), put)


def _sessions(calls: Iterable[Call]) -> int:
    return len({call.session for call in calls})


def is_later(signals: Signals, call: Call, other: Call) -> bool:
    """In a session that began later: without a date nobody can tell."""
    one, two = (signals.mark(own.session).started_at for own in (call, other))
    return one is not None and two is not None and one > two


def _calls(signals: Signals, tool: str) -> Iterable[Call]:
    calls = signals.calls
    return Some(calls, calls.of_tool(calls.tools.index(tool)))


def _place(signals: Signals, call: Call) -> tuple[int, int]:
    return signals.places[call.session], call.row


def _uses(signals: Signals, call: Call, part: Part) -> bool:
    return call.row >= 0 and part.name in signals.text(call.row) and part in _parts(signals, call)


def _using(signals: Signals, indexes: Ints, part: Part) -> Iterator[int]:
    """The calls that have the part, of these; an argument that is still in use shows itself in the latest ones."""
    calls = signals.calls
    rows = calls.row[indexes].tolist()
    for at, row in zip(indexes.tolist(), rows, strict=True):
        if row >= 0 and part.name in signals.text(row) and part in _parts(signals, calls.at(at)):
            yield at


def _was_there(signals: Signals, part: Part, name: str, since: Call) -> bool:
    """The other name was taken before, too: then it is another argument, not a new name."""
    other = Part(part.tool, part.about, name)
    before = (call for call in _calls(signals, part.tool) if _place(signals, call) < _place(signals, since))
    return any(not call.error and _uses(signals, call, other) for call in before)


def word(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-]){re.escape(name)}(?![\w-])")


def _relies_on(text: str, about: str, shift: Shift) -> bool:
    """Tells to use the part: named beside its tool, as code, and neither as gone nor beside what takes its place."""
    part = shift.part
    if part.name not in text or part.about not in about or not word(part.about).search(about):
        return False
    if shift.put and word(shift.put).search(text):
        return False
    plain = CODE.sub(" ", text)
    is_past = any(said.search(plain) for said in (GONE, NEWER, RETIRED, DENIED, LEFT_OUT))
    return not is_past and bool(places(text, part.name))


def places(text: str, name: str) -> list[tuple[int, int]]:
    """Where a name stands as a name: in code, before a value, or anywhere where it can be no word; never in errors."""
    codes = [match.span() for match in CODE.finditer(text) if not NOT_TAKEN.search(match.group())]
    errors = [match.span() for match in CODE.finditer(text) if NOT_TAKEN.search(match.group())]
    is_plain = name.isalpha() and (name.islower() or name.istitle())
    return [
        match.span()
        for match in word(name).finditer(text)
        if not _within(match.span(), errors)
        and (not is_plain or text[match.end() : match.end() + 1] in ("=", ":") or _within(match.span(), codes))
    ]


def _within(span: tuple[int, int], codes: Iterable[tuple[int, int]]) -> bool:
    return any(start < span[0] and span[1] < end for start, end in codes)


def _renamed(text: str, shifts: Iterable[Shift]) -> str:
    """The text with each part under its new name; as it is where one of them has none."""
    after = text
    for shift in shifts:
        if not shift.put:
            return text
        for start, end in reversed(places(after, shift.part.name)):
            after = after[:start] + shift.put + after[end:]
    return after


def _tidying(snapshot: Snapshot, signals: Signals, claim: Claim, shifts: Sequence[Shift], text: str) -> Tidying:
    put = text if text != claim.text else ""
    parts = list(dict.fromkeys(shift.part for shift in shifts))
    names, tool = listed([part.name for part in parts]), parts[0].about
    sessions = tuple(dict.fromkeys(session for shift in shifts for session in shift.sessions))
    failed = {call.session: call for shift in shifts for call in reversed(shift.failed)}
    worked = {call.session: call for shift in shifts for call in reversed(shift.worked)}
    spans = [quotes.error(signals, call) for call in failed.values()]
    spans += [quotes.asked(signals, call) for call in worked.values()]
    new = listed([shift.put for shift in shifts]) if put else ""
    closing = (
        f"The same calls worked with {new} in its place, so the statement is given the new name."
        if put
        else "Sessions do not show what replaces it. Approve to retire the statement, or write what holds now."
    )
    return Tidying(
        kind="interface",
        key=(claim.digest, *(f"{part.tool} {part.name}" for part in parts)),
        remove=(claim,),
        keep=None,
        title=f"{tool} takes {new} instead of {names}" if put else f"Does {tool} still take {names}?",
        rationale=f"“{gist(claim.text, 140)}” ({where(snapshot, claim)}) tells to call {code(tool)} with {names}. Calls"
        f" with it worked until {_day(signals, shifts)}; in {counted(len(sessions), 'session')} since then they failed,"
        f" and none worked. {closing}",
        reason_code="interface_changed",
        confidence=strength(len(sessions), certainty=0.9) if put else UNSURE,
        loses=True,
        spans=quotes.kept(*spans),
        put=put,
        sessions=sessions,
    )


def _day(signals: Signals, shifts: Sequence[Shift]) -> str:
    """The day before which it worked: that of the first failure."""
    days = [signals.mark(shift.failed[0].session).started_at for shift in shifts]
    return min(day for day in days if day is not None).date().isoformat()
