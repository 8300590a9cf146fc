"""Pairs of claims that are near each other, each judged once: what the newer one is to the older one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from agents.text import similarity, verdicts
from agents.text.specifics import Specific
from agents.text.verdicts import Verdict
from dreaming.engines.local.reading.claims import Claim

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
    found: list[Judged] = []
    for pair in _near(claims):
        older, newer = sorted((claims[at] for at in pair), key=lambda claim: (claim.first_seen, claim.place))
        one, other = older.facts.wording, newer.facts.wording
        if min(len(one.words), len(other.words)) >= FEWEST_WORDS:
            found.append(Judged(older, newer, verdicts.judge(one, other)))
    return found


def _near(claims: Sequence[Claim]) -> Iterator[tuple[int, int]]:
    """Less in common than that cannot be a repetition, an addition or another value, whatever the synonyms."""
    texts, facts = [claim.text for claim in claims], [claim.facts for claim in claims]
    ones, others, _ = similarity.near(texts, [one.normal for one in facts], [one.terms for one in facts], ALIKE)
    named: dict[frozenset[Specific], int] = {}
    scopes = np.array([named.setdefault(one.scope, len(named)) for one in facts], dtype=np.int64)
    beside = scopes[ones] == scopes[others]
    ones, others = ones[beside], others[beside]
    one_size, other_size, common = similarity.shared([one.words for one in facts], ones, others)
    shorter, longer = np.minimum(one_size, other_size), np.maximum(one_size, other_size)
    worth_reading = common >= np.minimum(LEAST_OF_BOTH * longer, MOST_OF_SHORTER * shorter)
    return zip(ones[worth_reading].tolist(), others[worth_reading].tolist(), strict=True)
