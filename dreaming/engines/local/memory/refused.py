"""Values that a tool refuses as unknown or gone, and the statements of memory that still name them.

A value counts where a failed call gave it, the error names it, and no later call with it worked. Where a person said
after the error which value then worked, the statement keeps its form and takes that one, and the name that goes with
it, in; where its form does not allow for that, their words stand in its place.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from agents.snapshot import Snapshot
from agents.text import hidden
from agents.text.normalise import digest
from agents.text.sentences import spans as sentences
from dreaming.engines.local import quotes
from dreaming.engines.local.curation import Curation
from dreaming.engines.local.findings import Span, Tidying, code, counted, gist, strength
from dreaming.engines.local.lexicon import DENIED, GONE, GONE_HINTS, NEWER, RETIRED
from dreaming.engines.local.memory import rewording
from dreaming.engines.local.reading.calls import Call, Flags
from dreaming.engines.local.reading.claims import MOVABLE, Claim, where, words
from dreaming.engines.local.reading.hints import Hints
from dreaming.engines.local.reading.masks import headline
from dreaming.engines.local.reading.signals import Signals, Trace, arguments

SHORTEST = 4
LONGEST = 120
MOST_LINES = 2  # a value that stands in more lines is part of how things are named, not one entry
FIRST_WORDS = 4_000
EXACT = re.compile(r"[\d._@/:#-]")
ESCAPED = "\\"  # JSON may spell a value in other characters


@dataclass(frozen=True, slots=True)
class Refusal:
    """One value of one argument that a tool said is not there, by all calls that met this, in canonical order."""

    tool: str
    name: str
    value: str
    calls: tuple[Call, ...]

    @property
    def sessions(self) -> tuple[int, ...]:
        return tuple(dict.fromkeys(call.session for call in self.calls))


@dataclass(frozen=True, slots=True)
class Successor:
    """What stands in the statement's place and the value that it names, both empty where nothing does; what a person
    said about it, and all that people said about such values.
    """

    put: str = ""
    value: str = ""
    said: str = ""
    spans: tuple[Span, ...] = ()


def only_value(signals: Signals, failed: Sequence[Call]) -> str:
    """The one value that all these calls were refused for; empty where they were refused for how they were made."""
    left: set[str] | None = None
    for call in failed:
        named = {value for _, value in _gone(signals, call)}
        left = named if left is None else left & named
        if not left:
            return ""
    return min(left or (), default="")


def find(snapshot: Snapshot, signals: Signals, claims: Sequence[Claim], curation: Curation) -> list[Tidying]:
    """Statements that name a value which at least `min_sessions` sessions met as gone, and none used since."""
    found: list[Tidying] = []
    held = {claim.digest for claim in claims}
    for refusal in _refusals(signals, curation):
        holding = [claim for claim in claims if claim.kind in MOVABLE and _relies_on(claim.text, refusal.value)]
        if not holding or len(holding) > MOST_LINES or _works_again(signals, refusal):
            continue
        for claim in holding:
            if not claim.fixed:
                follows = _successor(signals, refusal, claim)
                if digest(follows.put) in held:  # nothing is said twice
                    follows = replace(follows, put="")
                held.add(digest(follows.put))
                found.append(_tidying(snapshot, signals, refusal, claim, follows))
    return found


def _gone(signals: Signals, call: Call) -> Iterator[tuple[str, str]]:
    """Arguments of a failed call whose value its error names as not there."""
    if not call.error:
        return
    text = signals.text(call.result)
    said = text[slice(*headline(text))]
    if GONE.search(said):
        yield from _named(signals, call, said)


def _named(signals: Signals, call: Call, said: str) -> Iterator[tuple[str, str]]:
    """Arguments of a call whose value is named there."""
    if call.row < 0:
        return
    for name, value in arguments(signals.text(call.row)).items():
        bare = value[1:-1] if value[:1] == '"' else ""
        if name and SHORTEST <= len(bare) <= LONGEST and EXACT.search(bare) and _names(said, bare):
            yield name, bare


def _names(text: str, value: str) -> bool:
    return value in text and re.search(rf"(?<![\w@-]){re.escape(value)}(?![\w@-]|\.\w)", text) is not None


def _relies_on(text: str, value: str) -> bool:
    """Names the value as something that is there: not as gone, not to be used, not in the quote of an error."""
    return _names(text, value) and not any(find.search(text) for find in (GONE, NEWER, RETIRED, DENIED))


def _refusals(signals: Signals, curation: Curation) -> list[Refusal]:
    refused: dict[tuple[str, str, str], list[Call]] = defaultdict(list)
    calls = signals.calls
    failed = np.sort(calls.failed)
    some = failed[_tells_gone(calls.heads)[calls.head[failed]]]
    for call, head in zip(calls.some(some), calls.head[some].tolist(), strict=True):
        for name, value in _named(signals, call, calls.heads[head]):
            refused[call.tool, name, value].append(call)
    found = [Refusal(*key, tuple(calls)) for key, calls in sorted(refused.items())]
    return [one for one in found if len(one.sessions) >= curation.min_sessions]


def _tells_gone(heads: Sequence[str]) -> Flags:
    every = np.arange(len(heads))
    found = np.zeros(len(heads), dtype=np.bool_)
    for at in (Hints(heads, every).holding(GONE_HINTS) if GONE_HINTS else every).tolist():
        found[at] = GONE.search(heads[at]) is not None
    return found


def _works_again(signals: Signals, refusal: Refusal) -> bool:
    """A call with the value was accepted after the first refusal."""
    calls, first = signals.calls, refusal.calls[0]
    own = calls.of_tool(calls.tools.index(first.tool))
    later = own[np.flatnonzero(calls.result[own] == first.result)[0] :]
    some = later[calls.worked[later] & (calls.row[later] >= 0)]
    return any(
        refusal.value in _values(signals, calls.at(at)).values()
        for at, row in zip(some.tolist(), calls.row[some].tolist(), strict=True)
        if refusal.value in (text := signals.text(row)) or ESCAPED in text
    )


def _values(signals: Signals, call: Call) -> dict[str, str]:
    given = arguments(signals.text(call.row)) if call.row >= 0 else {}
    return {name: value.strip('"') for name, value in given.items()}


def _tidying(snapshot: Snapshot, signals: Signals, refusal: Refusal, claim: Claim, follows: Successor) -> Tidying:
    sessions = refusal.sessions
    once = {call.session: call for call in reversed(refusal.calls)}
    does = f"Replace {refusal.value} with {follows.value}" if follows.put else f"Retire {refusal.value}"
    return Tidying(
        kind="refused",
        key=(claim.digest, refusal.tool, refusal.value),
        remove=(claim,),
        keep=None,
        title=f"{does}: {refusal.tool} refuses {refusal.value if follows.put else 'it'}",
        rationale=f"{_why(refusal, follows)} It stands in “{gist(claim.text, 140)}” ({where(snapshot, claim)}).",
        reason_code="refused_value",
        confidence=strength(len(sessions), certainty=0.9),
        loses=True,
        spans=quotes.kept(*(quotes.error(signals, call) for call in once.values()), *follows.spans),
        put=follows.put,
        sessions=sessions,
    )


def _why(refusal: Refusal, follows: Successor) -> str:
    in_vain = f"had refused {code(refusal.value)} in {counted(len(refusal.sessions), 'session')}"
    if follows.put:
        said = gist(follows.said, 140)
        return f"A person said “{said}” after {code(refusal.tool)} {in_vain}; no later call with it worked."
    return (
        f"{code(refusal.tool)} {in_vain.removeprefix('had ')}, and no later call with it worked."
        " The statement is taken out; the memory's history keeps it."
    )


def _successor(signals: Signals, refusal: Refusal, claim: Claim) -> Successor:
    """By the sentence of a person that shares most words with the claim and names what then worked in two sessions."""
    met = set(refusal.sessions)
    traces = [trace for trace in signals.traces if trace.session in met]
    worked: dict[str, set[int]] = defaultdict(set)
    for trace in traces:
        for value in _worked_instead(signals, refusal, trace):
            worked[value].add(trace.session)
    known = [value for value, sessions in worked.items() if len(sessions) >= 2]
    said = [one for one in _said_after(signals, traces, refusal) if any(_names(one[1], value) for value in known)]
    about = set(claim.words) - set(words(refusal.value))
    ranked = sorted(said, key=lambda one: -len(about & set(words(one[1]))))
    spans = tuple(span for span, _ in said)
    if not ranked or about.isdisjoint(words(ranked[0][1])):
        return Successor(spans=spans)
    sentence = ranked[0][1]
    value = next(value for value in known if _names(sentence, value))
    put = rewording.swapped(claim.text, refusal.value, value, sentence) or sentence
    return Successor(put, value, sentence, spans)


def _worked_instead(signals: Signals, refusal: Refusal, trace: Trace) -> Iterable[str]:
    first = next(at for at, call in enumerate(trace.calls) if call in refusal.calls)
    later = [call for call in trace.calls[first:] if call.tool == refusal.tool and not call.error and call.result >= 0]
    values = {_values(signals, call).get(refusal.name, "") for call in later}
    return sorted(value for value in values if len(value) >= SHORTEST and EXACT.search(value))


def _said_after(signals: Signals, traces: Sequence[Trace], refusal: Refusal) -> Iterator[tuple[Span, str]]:
    """Sentences of people after the refusal, in one line each, without hidden characters."""
    since = {trace.session: next(c.result for c in trace.calls if c in refusal.calls) for trace in traces}
    for session, row in signals.said:
        if row <= since.get(session, row):
            continue
        text = signals.text(row)[:FIRST_WORDS]
        for start, end in sentences(text):
            sentence = text[start:end].strip()
            if "\n" not in sentence and not any(not piece.benign for piece in hidden.find(sentence)):
                yield Span(row, start, end), sentence
