"""The calls between a refused call and the one that worked: whether they are always due, and what they had shown.

A remedy that calls other tools first is a step before every call, or only an answer to this refusal: releasing a lock
is the second. And where a look-up always showed the same before it worked, that is a condition.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from agents.text.deeds import only_reads
from dreaming.engines.local.findings import code
from dreaming.engines.local.reading.calls import Calls
from dreaming.engines.local.reading.signals import Call, Signals, arguments
from dreaming.engines.local.sessions.retries import Recoveries
from dreaming.engines.local.sessions.templates import FIXED, SAME_IN

FEWEST = 2  # sessions in which the tool worked without the steps, before these count as an answer to the refusal
LATEST = 16  # recoveries whose look-ups are read
NAME = re.compile(r"[A-Za-z][A-Za-z_]{0,23}")  # a longer one may be anything: it would be said in memory


@dataclass(frozen=True, slots=True)
class Shown:
    """What a look-up answered in all recoveries: `value` under `name`, and the latest calls that did."""

    tool: str
    name: str
    value: str
    calls: tuple[Call, ...]

    @property
    def words(self) -> str:
        return f"{code(self.tool)} answers {code(self.name)} = {code(self.value)}"


def without(calls: Calls, tool: str, first: Sequence[str]) -> int:
    """In how many sessions the tool worked though none of these had been called; 0 where that is too few to tell."""
    good = set(calls.trace[calls.answered_well(calls.codes[tool])].tolist())
    for one in first:
        good -= set(calls.trace[calls.of_tool(calls.codes[one])].tolist())
    return len(good) if len(good) >= FEWEST else 0


def shown(signals: Signals, recoveries: Recoveries, first: Sequence[str]) -> Shown | None:
    """The one word that a look-up among the steps gave each time: none where two recoveries differ."""
    for tool in filter(only_reads, first):
        read = list(_read(signals, recoveries, tool))
        values: dict[str, set[str]] = defaultdict(set)
        for _, given in read:
            for name, value in given.items():
                values[name].add(value)
        same = sorted(
            name
            for name, some in values.items()
            if len(some) == 1
            and NAME.fullmatch(name)
            and FIXED.fullmatch(min(some))
            and all(name in own for _, own in read)
        )
        if same and len(read) >= SAME_IN:
            value = values[same[0]].pop().strip('"')
            return Shown(tool, same[0], value, tuple(call for call, _ in read))
    return None


def _read(signals: Signals, recoveries: Recoveries, tool: str) -> Iterator[tuple[Call, dict[str, str]]]:
    """Of each recovery that called the look-up, its last call and what it answered."""
    calls = recoveries.calls
    for failed, worked in zip(recoveries.failed[-LATEST:].tolist(), recoveries.worked[-LATEST:].tolist(), strict=True):
        own = np.arange(failed + 1, worked)
        own = own[(calls.tool[own] == calls.codes[tool]) & calls.worked[own] & (calls.result[own] >= 0)]
        if len(own):
            call = calls.at(int(own[-1]))
            yield call, arguments(signals.text(call.result))
