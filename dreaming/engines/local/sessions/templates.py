"""A workflow as a template: for each step the arguments that stay the same, and where the others come from.

Read from a few sessions that took the steps: where an argument's value stands word for word in what a person said
before, or in the result of an earlier step, in nearly all of them, it comes from there.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from dreaming.engines.local.findings import code
from dreaming.engines.local.lexicon import EMPTY_WORDS
from dreaming.engines.local.reading.signals import MESSAGE, PERSON, Call, Signals, Trace, arguments
from dreaming.engines.local.reading.statistics import enrichment
from dreaming.engines.local.sessions.cases import words_of

MOST_READ = 16  # sessions of one workflow: the latest
MOST_GIVEN = 4  # arguments of one step
MOST_LEAVES = 20  # values of one argument
FIRST_WORDS = 20_000
SHORTEST = 3  # a shorter value stands everywhere
NEARLY_ALL = 0.8
SAME_IN = 4  # sessions that agree on a value before it is part of the template
FIXED = re.compile(r'"(?:[a-z][a-z_-]{0,15}|[A-Z][A-Z_-]{0,15})"|true|false')
PERSONS = -1
MOST_OPENINGS = 40  # requests of each side that are compared
OPENING = 400  # characters of each
LIKELY_CHANCE = 0.01  # over all words tried


@dataclass(frozen=True, slots=True)
class Followed:
    """One session that took the steps: the call of each, and what a person had said before the first one's result."""

    trace: Trace
    calls: tuple[Call, ...]


def followed(trace: Trace, tools: Sequence[str]) -> Followed | None:
    """The first call of the last step that worked, and before each call the nearest one of the step before."""
    found: list[Call] = []
    end = len(trace.calls)
    for at, tool in enumerate(reversed(tools)):
        places = range(end) if at == 0 else range(end - 1, -1, -1)
        end = next((place for place in places if _is_step(trace.calls[place], tool)), -1)
        if end < 0:
            return None
        found.append(trace.calls[end])
    return Followed(trace, tuple(reversed(found)))


def _is_step(call: Call, tool: str) -> bool:
    return call.tool == tool and not call.error and call.row >= 0


def told(signals: Signals, taken: Sequence[Followed]) -> str:
    """The steps as one numbered line: literal tools, arguments that stay the same, and where the others come from."""
    sample = taken[-MOST_READ:]
    steps = []
    for at, call in enumerate(sample[-1].calls if sample else ()):
        given = ", ".join(_given(signals, sample, at))
        steps.append(f"({at + 1}) {code(call.tool)}{f' with {given}' if given else ''}")
    return "; ".join(steps)


def _given(signals: Signals, sample: Sequence[Followed], step: int) -> Iterator[str]:
    """A clause for each argument that most sessions give and that can be said something of."""
    values: dict[str, list[str]] = defaultdict(list)
    sources: dict[str, Counter[int]] = defaultdict(Counter)
    for one in sample:
        call = one.calls[step]
        texts = _texts(signals, one, step)
        for name, value in arguments(signals.text(call.row)).items():
            if name:
                values[name].append(value)
                leaves = list(_leaves(json.loads(value)))
                sources[name].update(source for source, text in texts.items() if _holds(text, leaves))
    shown = 0
    for name, given in sorted(values.items()):
        said = _clause(name, given, sources[name]) if 2 * len(given) >= len(sample) else ""
        if said and shown < MOST_GIVEN:
            shown += 1
            yield said


def _clause(name: str, given: Sequence[str], sources: Counter[int]) -> str:
    if len(given) >= SAME_IN and len(set(given)) == 1 and FIXED.fullmatch(given[0]):
        return f"{code(name)} = {code(given[0].strip(chr(34)))}"
    source, count = min(sources.items(), key=lambda item: (-item[1], item[0]), default=(0, 0))
    if count < max(2, NEARLY_ALL * len(given)):
        return ""
    return f"{code(name)} from {'the words of the person' if source == PERSONS else f'the result of step {source + 1}'}"


def _texts(signals: Signals, one: Followed, step: int) -> dict[int, str]:
    """What stood there before the call of a step: the words of people, and the results of the steps before."""
    call = one.calls[step]
    events = signals.snapshot.events
    said = (
        row
        for row in events.rows_of(call.session)
        if row < call.row and events.kind[row] == MESSAGE and events.source_class[row] == PERSON
    )
    texts = {PERSONS: "\n".join(signals.text(row)[:FIRST_WORDS] for row in said)[:FIRST_WORDS].casefold()}
    for at, earlier in enumerate(one.calls[:step]):
        if earlier.result >= 0:
            texts[at] = signals.text(earlier.result)[:FIRST_WORDS].casefold()
    return texts


def _leaves(value: Any) -> Iterator[str]:
    """The values inside a value, as they would be written; true, false and nothing say nothing."""
    left = [value]
    for _ in range(MOST_LEAVES):
        if not left:
            return
        one = left.pop()
        if isinstance(one, dict):
            left.extend(one.values())
        elif isinstance(one, list):
            left.extend(one)
        elif not isinstance(one, bool) and one is not None:
            yield str(one).casefold()


def _holds(text: str, leaves: Sequence[str]) -> bool:
    """Every value stands in the text as a whole word."""
    return bool(leaves) and all(len(leaf) >= SHORTEST and _stands(text, leaf) for leaf in leaves)


def _stands(text: str, leaf: str) -> bool:
    at = text.find(leaf)
    while at >= 0:
        end = at + len(leaf)
        if not (text[at - 1 : at].isalnum() and leaf[0].isalnum()) and not (text[end : end + 1].isalnum()):
            return True
        at = text.find(leaf, end)
    return False


def situation(signals: Signals, held: Sequence[Trace], others: Sequence[Trace]) -> tuple[str, ...]:
    """Words that nearly all requests say from which the steps were taken, and others do not, beyond chance."""
    own, rest = (_said(signals, traces) for traces in (held, others))
    counts = Counter(word for words in own for word in words)
    total, drawn = len(own) + len(rest), len(own)
    common = sorted(word for word, count in counts.items() if count >= NEARLY_ALL * drawn)
    found = []
    for word in common if drawn >= SAME_IN else ():
        marked = counts[word] + sum(word in words for words in rest)
        if enrichment(counts[word], drawn, marked, total) * len(common) <= LIKELY_CHANCE:
            found.append((marked, word))
    return tuple(word for _, word in sorted(found)[:MOST_GIVEN] if word not in EMPTY_WORDS)


def _said(signals: Signals, traces: Sequence[Trace]) -> list[set[str]]:
    texts = [signals.text(trace.opening)[:OPENING] for trace in traces if trace.opening >= 0]
    return [words_of(text) for text in texts[-MOST_OPENINGS:]]
