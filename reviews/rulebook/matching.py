"""Whether a text says what a rule looks for. Patterns run on RE2, which keeps no way back, so no text can make one
search take more than time in proportion to its length; places are counted no further than `MOST`, since finding all
of them would be one search each.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any

import re2

from agents.text import tokens

MOST = 50  # places in one text that are told of
LARGEST = 4_000  # instructions of a pattern (a class of letters is 1,200): a search costs that times the text, at worst

Span = tuple[int, int]

_WORD = r"\pL\pN\pM"
_BOUND = f"[^{_WORD}_]"  # `_` joins words, unless it is there for emphasis
_LEFT, _RIGHT = rf"(?:\A|{_BOUND})_*", rf"_*(?:\z|{_BOUND})"
_GAP = r"[*_]*[\s\pZ]+[*_]*"  # between words of a phrase: white space, line ends and emphasis
_ALIKE = {char: f"[{chars}]" for chars in ("'’ʼ", '“”„"', "‐‑–—-") for char in chars}
_CJK = re.compile(f"[{tokens.CJK}]")


class BadPattern(ValueError):
    """No pattern that may be used; the message says why."""


@dataclass(frozen=True, slots=True)
class Wording:
    """What a text may say: one of some phrases, or what a pattern (RE2 syntax) fits.

    A phrase is looked for as whole words, in any case, over line ends and emphasis. A pattern ignores case, too,
    unless it says (?-i), and ^ and $ are ends of lines.
    """

    phrases: tuple[str, ...] = ()
    pattern: str = ""

    def __bool__(self) -> bool:
        return bool(self.phrases or self.pattern)


@dataclass(frozen=True, slots=True)
class Held:
    """One version of a rule: a text breaks it that says `says`, unless it says `also`, where that is given."""

    rule: str
    number: int
    title: str
    severity: str
    reason: str
    says: Wording
    also: Wording = Wording()

    def broken_at(self, text: str) -> list[Span]:
        """Where a whole text breaks it, in code points: the places of what it says."""
        found = spans(self.says, text)
        return [] if found and self.also and spans(self.also, text, most=1) else found


def spans(wording: Wording, text: str, most: int = MOST) -> list[Span]:
    """The first places where the text says it."""
    found = {span for pattern, group in _compiled(wording) for span in islice(_places(pattern, group, text), most)}
    return sorted(found)[:most]


def check(pattern: str) -> None:
    """Raises BadPattern for what RE2 does not take, what is too large, and what fits the empty text."""
    try:
        compiled = _pattern(pattern)
    except re2.error as wrong:
        raise BadPattern(wrong.args[0].decode(errors="replace").replace("(?m)", "")) from None
    if max(compiled.programsize, compiled.reverseprogramsize) > LARGEST:
        raise BadPattern("too large")
    if compiled.search("") is not None:
        raise BadPattern("it fits the empty text")


def _places(pattern: Any, group: int, text: str) -> Iterator[Span]:
    at = 0
    while at <= len(text):
        found = pattern.search(text, at)
        if found is None:
            return
        start, end = found.span(group)
        if start < end:
            yield start, end
        at = max(end, at + (start == end))  # what bounds one place may bound the next


@lru_cache(maxsize=2_000)
def _compiled(wording: Wording) -> tuple[tuple[Any, int], ...]:
    """Patterns, each with the group that is the place. Phrases that are bounded alike share one."""
    alike: dict[tuple[str, str], list[str]] = {}
    for phrase in sorted(wording.phrases, key=len, reverse=True):
        words = phrase.split()
        bounds = (_LEFT * _bounds(words[0][0]), _RIGHT * _bounds(words[-1][-1]))
        alike.setdefault(bounds, []).append(_GAP.join(_spelled(word) for word in words))
    phrases = [(_re2(f"{left}({'|'.join(said)}){right}"), 1) for (left, right), said in alike.items()]
    return (*phrases, (_pattern(wording.pattern), 0)) if wording.pattern else tuple(phrases)


def _bounds(char: str) -> bool:
    """Whether a word that ends here has to end in the text as well; Chinese and Japanese have no such ends."""
    return char.isalnum() and _CJK.search(char) is None


def _spelled(word: str) -> str:
    return "".join(_ALIKE.get(char) or re2.escape(char) for char in word)


def _pattern(pattern: str) -> Any:
    return _re2(f"(?m){pattern}")


def _re2(pattern: str) -> Any:
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    return re2.compile(pattern, options=options)
