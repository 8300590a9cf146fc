"""Pairs of claims that are near each other, each judged once: what the newer one is to the older one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from agents.text import verdicts, wording
from agents.text.similarity import alike
from agents.text.verdicts import Verdict
from agents.text.wording import Wording
from dreaming.engines.local.reading.claims import Claim, scope

ALIKE = 0.4  # to be looked at; the decision is made on words, values and slots
LEAST_OF_BOTH, MOST_OF_SHORTER = 0.3, 0.6  # of the words of the longer, or of the shorter statement
FEWEST_WORDS = 3  # shorter statements lean on what stands around them


@dataclass(frozen=True, slots=True)
class Judged:
    older: Claim
    newer: Claim
    verdict: Verdict


def judge(claims: Sequence[Claim]) -> list[Judged]:
    """The pairs worth a look among claims of one namespace, under headings that name the same things."""
    scopes = [scope(claim) for claim in claims]
    bags = [frozenset(claim.words) for claim in claims]
    readings: dict[int, Wording] = {}
    found: list[Judged] = []
    for first, second in _near(claims):
        if scopes[first] != scopes[second] or not _worth_reading(bags[first], bags[second]):
            continue
        older, newer = sorted((first, second), key=lambda at: (claims[at].first_seen, claims[at].place))
        for at in (older, newer):
            if at not in readings:
                readings[at] = wording.read(claims[at].text, claims[at].slots())
        one, other = readings[older], readings[newer]
        if min(len(one.words), len(other.words)) >= FEWEST_WORDS:
            found.append(Judged(claims[older], claims[newer], verdicts.judge(one, other)))
    return found


def _worth_reading(one: frozenset[str], other: frozenset[str]) -> bool:
    """Less in common cannot be a repetition, an addition or another value, whatever the synonyms."""
    shorter, longer = sorted((len(one), len(other)))
    return len(one & other) >= min(LEAST_OF_BOTH * longer, MOST_OF_SHORTER * shorter)


def _near(claims: Sequence[Claim]) -> Iterator[tuple[int, int]]:
    texts, facts = [claim.text for claim in claims], [claim.facts for claim in claims]
    near = alike(texts, [one.normal for one in facts], [one.terms for one in facts], threshold=ALIKE)
    return ((first, second) for first, second, _ in near)
