"""Which quotes speak for a line: worked out from the words they share, the same for everybody and every time.

A hint for the reader, no proof: it says which quote to look at, and where nothing was quoted at all. Names, numbers,
paths and tools weigh more than words; words that only hold a sentence together weigh little.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from agents.text.tokens import tokens
from agents.text.vocabulary import EMPTY, WEAK, key

LONGEST = 1_000  # code points of a text that are read: a quote of a whole document speaks for everything
LEAST = 2.0  # what is shared weighs as much as two words, or one name
SHARE = 0.15  # of the lighter of the two texts
EXACT, LIGHT = 2.0, 0.25
TITLE = 6  # words; a heading that is longer says something

_EXACT = re.compile(r"\d|\w[/_.@=-]\w")
_HEADING = re.compile(r"\s*#{1,6}\s")

Words = frozenset[str]


def words(text: str) -> Words:
    """The words of a text that mean something, in one form each."""
    return _words(text[:LONGEST])


@lru_cache(maxsize=4_000)
def _words(text: str) -> Words:
    return cut(text)


def cut(text: str) -> Words:
    """The same of a text of any length, and not remembered."""
    folded = (word.casefold() for word in tokens(text))
    return frozenset(word if _EXACT.search(word) else key(word) for word in folded if word not in EMPTY)


def weight(some: Iterable[str]) -> float:
    return sum(EXACT if _EXACT.search(word) else LIGHT if word in WEAK else 1.0 for word in some)


def speaks_for(quote: Words, line: Words, fresh: Words = frozenset()) -> bool:
    """Whether a quote speaks for a line, of which the `fresh` words are new where it replaces another line."""
    shared = quote & line
    if not shared or (fresh and fresh.isdisjoint(shared)):
        return False
    if quote <= line and weight(quote) >= 1:
        return True
    heavy = weight(shared)
    return heavy >= LEAST and heavy >= SHARE * min(weight(quote), weight(line))


def claims(line: str) -> bool:
    """Whether a line says something: it is not blank, no mark-up alone, and no mere title of what follows."""
    said = words(line)
    return weight(said) >= 1 and not (_HEADING.match(line) and len(said) <= TITLE)
