"""The little language in which proposals are looked for: `tier:high agent:billing age:>2d "refund window"`.

Pure: text in, terms out. A term is a key with values, or a word to be found in what a proposal says. All terms must
hold; of several values of one term (`tier:high,critical`) any may.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

MOST_TERMS = 12
LONGEST = 400

CHOICES: dict[str, tuple[str, ...]] = {
    "tier": ("low", "medium", "high", "critical"),
    "operation": ("add", "edit", "merge", "move", "archive", "restore"),
    "is": ("stale", "conflict", "mine", "assigned", "unassigned", "claimed", "overdue", "alike"),
}
NAMES = ("agent", "namespace", "reviewer", "like")
KEYS = (*CHOICES, *NAMES, "age")
WORDS = ""

_PIECE = re.compile(r'(?:[^\s"]|"[^"]*")+|"')
_KEY = re.compile(r"([A-Za-z_]+):(.*)", re.DOTALL)
_AGE = re.compile(r"([<>]?)(\d{1,4})([hdw])")
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}


class BadQuery(ValueError):
    """A query that cannot be read. `problem` says why, `word` which word, and `place` where it begins, from 0."""

    def __init__(self, problem: str, word: str, place: int, known: tuple[str, ...] = ()) -> None:
        super().__init__(f"{problem}: {word!r} at {place}")
        self.problem, self.word, self.place, self.known = problem, word, place, known


@dataclass(frozen=True, slots=True)
class Term:
    """One condition; `key` is empty for a word."""

    key: str
    values: tuple[str, ...]

    @property
    def value(self) -> str:
        return self.values[0]

    @property
    def older(self) -> bool:
        """Of an age: whether what is older is meant, or what is younger."""
        return not self.value.startswith("<")

    @property
    def span(self) -> timedelta:
        _sign, number, unit = _AGE.fullmatch(self.value).groups()  # type: ignore[union-attr]
        return int(number) * _UNITS[unit]

    def __str__(self) -> str:
        said = ",".join(_quoted(value) for value in self.values)
        return f"{self.key}:{said}" if self.key else said


@dataclass(frozen=True, slots=True)
class Query:
    """Terms that must all hold."""

    terms: tuple[Term, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.terms)

    def __str__(self) -> str:
        return " ".join(str(term) for term in self.terms)

    def without(self, term: Term) -> Query:
        return Query(tuple(one for one in self.terms if one != term))


EVERYTHING = Query()


def parse(text: str) -> Query:
    """Raises BadQuery, which names the word and its place."""
    if len(text) > LONGEST:
        raise BadQuery("too long", text[LONGEST:], LONGEST)
    if "\0" in text:
        place = text.index("\0")
        raise BadQuery("no text", text[place:], place)
    terms: dict[Term, None] = {}
    for place, piece in _pieces(text):
        term = _term(piece, place)
        if term is not None:
            terms[term] = None
        if len(terms) > MOST_TERMS:
            raise BadQuery("too many", piece, place)
    return Query(tuple(terms))


def _pieces(text: str) -> Iterator[tuple[int, str]]:
    for found in _PIECE.finditer(text):
        if found.group() == '"':
            raise BadQuery("open quote", text[found.start() :], found.start())
        yield found.start(), found.group()


def _term(piece: str, place: int) -> Term | None:
    named = None if piece.startswith('"') else _KEY.fullmatch(piece)
    if named is None:
        word = _plain(piece)
        return Term(WORDS, (word,)) if word else None
    key, rest = named[1].lower(), named[2]
    if key not in KEYS:
        raise BadQuery("no such key", named[1], place, KEYS)
    at = place + len(named[1]) + 1
    if not _plain(rest):
        raise BadQuery("no value", piece, place)
    if key in CHOICES:
        return Term(key, _choices(key, rest, at))
    if key == "age" and not _AGE.fullmatch(rest):
        raise BadQuery("no age", rest, at)
    return Term(key, (_plain(rest),))


def _choices(key: str, rest: str, at: int) -> tuple[str, ...]:
    values = []
    for word in rest.split(","):
        if word.lower() not in CHOICES[key]:
            raise BadQuery("no such value", word or rest, at, CHOICES[key])
        values.append(word.lower())
        at += len(word) + 1
    return tuple(dict.fromkeys(values))


def _plain(text: str) -> str:
    return text.replace('"', "").strip()


def _quoted(value: str) -> str:
    return f'"{value}"' if re.search(r"\s|:", value) else value
