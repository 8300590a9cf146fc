"""What the name of a tool says that it does: look, change something, or hand the work over to a person."""

from __future__ import annotations

import re
from functools import lru_cache

from dreaming.engines.local.lexicon import CHANGES, HANDS_OVER, PASSES_ON, PEOPLE, READS

WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
LONGEST = 200
HANDING_OVER, CHANGING, READING, UNKNOWN = "hands_over", "changes", "reads", ""


@lru_cache(maxsize=4096)
def deed(tool: str) -> str:
    """By the first word of its name that is known; a name that says nothing is not guessed at."""
    words = [word.lower() for word in WORD.findall(tool[:LONGEST])]
    for at, word in enumerate(words):
        if word in HANDS_OVER or (word in PASSES_ON and not PEOPLE.isdisjoint(words[at + 1 :])):
            return HANDING_OVER
        if word in READS:
            return READING
        if word in CHANGES:
            return CHANGING
    return UNKNOWN


def changes(tool: str) -> bool:
    return deed(tool) == CHANGING


def hands_over(tool: str) -> bool:
    return deed(tool) == HANDING_OVER


def only_reads(tool: str) -> bool:
    return deed(tool) == READING
