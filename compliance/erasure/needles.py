"""Finding the words of a person in texts, and covering them: by the words themselves, or by a keyed hash of them.

Words are compared without regard to case, width and what stands between them: "Jane Doe" is found in
"jane.doe@example.org". What covers them is as long as they were, so that places in a text still hold.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from audit import keys, subjects

COVER = "█"
COVER_ASCII = "x"  # where three bytes a character would be too many
FEWEST_LETTERS = 4
_WORD = re.compile(r"[^\W_](?:[^\W_]|[\u0300-\u036f])*")
_PURPOSE = b"lucid/erasure/v1\0"

Words = tuple[str, ...]
Span = tuple[int, int]


class TooShort(ValueError):
    """Words that would be found everywhere."""


@dataclass(frozen=True)
class Hashed:
    """Some words that nobody can read any more: how many they were, and their HMAC under a key of this installation."""

    count: int
    digest: str
    generation: int


@dataclass(frozen=True)
class Finder:
    """Finds needles. `plain` are words, `hashed` are those that only their hash is left of."""

    plain: frozenset[Words] = frozenset()
    hashed: tuple[Hashed, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not self.plain and not self.hashed

    def spans(self, text: str) -> list[Span]:
        """Where needles stand, as code points, in order and apart from each other."""
        if self.is_empty or not text:
            return []
        places = [(_form(one.group()), one.start(), one.end()) for one in _WORD.finditer(text)]
        found: list[Span] = []
        for count in sorted({len(one) for one in self.plain} | {one.count for one in self.hashed}, reverse=True):
            for at in range(len(places) - count + 1):
                if self._is_needle(tuple(word for word, _start, _end in places[at : at + count])):
                    found.append((places[at][1], places[at + count - 1][2]))
        return _joined(found)

    def covered(self, text: str, *, by: str = COVER) -> str:
        """The text with its needles covered; the same object where it has none."""
        for start, end in reversed(self.spans(text)):
            text = text[:start] + by * (end - start) + text[end:]
        return text

    def in_json(self, value: Any) -> Any:
        """The same for every string in a JSON document. Keys are the product's."""
        if isinstance(value, str):
            return self.covered(value)
        if isinstance(value, list):
            return [self.in_json(one) for one in value]
        if isinstance(value, dict):
            return {key: self.in_json(one) for key, one in value.items()}
        return value

    def _is_needle(self, words: Words) -> bool:
        if words in self.plain:
            return True
        same = [one for one in self.hashed if one.count == len(words)]
        return any(hmac.compare_digest(one.digest, _digest(words, one.generation)) for one in same)


def read(texts: Iterable[str]) -> Finder:
    """A finder for what officers typed, one needle each. Raises TooShort."""
    found = set()
    for text in filter(None, (text.strip() for text in texts)):
        words = tuple(_form(word) for word in _WORD.findall(text))
        if sum(map(len, words)) < FEWEST_LETTERS:
            raise TooShort(text)
        found.add(words)
    return Finder(plain=frozenset(found))


def hashed(finder: Finder) -> tuple[Hashed, ...]:
    """What may be kept of needles once their words are to be forgotten. Raises keys.BadKey."""
    generation = keys.ensure(subjects.WRAPPED_BY, subjects.new_secret).generation
    return tuple(Hashed(len(words), _digest(words, generation), generation) for words in sorted(finder.plain))


def cover(text: str) -> str:
    """Everything covered but the white space, so that lines and places still hold."""
    return re.sub(r"\S", COVER, text)


def cover_json(value: Any) -> Any:
    """Every string covered, wherever it stands in a JSON document."""
    if isinstance(value, str):
        return cover(value)
    if isinstance(value, list):
        return [cover_json(one) for one in value]
    return {key: cover_json(one) for key, one in value.items()} if isinstance(value, dict) else value


def _form(word: str) -> str:
    return unicodedata.normalize("NFKC", word).casefold()


def _digest(words: Words, generation: int) -> str:
    secret = keys.of_generation(subjects.WRAPPED_BY, generation).material
    return hmac.new(_purpose_key(secret), "\0".join(words).encode(), hashlib.sha256).hexdigest()


def _purpose_key(secret: bytes) -> bytes:
    return hmac.new(secret, _PURPOSE, hashlib.sha256).digest()


def _joined(spans: Iterable[Span]) -> list[Span]:
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found
