"""Live statements that may be near some others: those that share their rare words. Candidates only.

Each word is looked up on its own and given up where many hold it, so that the time does not grow with the size of a
namespace. What is written and not indexed yet is the caller's to add (`due`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

from django.db import connection

from accounts.models import Team
from agents.enums import SearchKind
from agents.models import Namespace, SearchDue, SearchRow
from agents.search import finding, words
from agents.text.vocabulary import EMPTY

MOST_ASKED = 40  # statements
MOST_WORDS = 4  # of each, those that tell most
MOST_HITS = 40  # of a word; one that more hold tells little
NEAREST = 3  # rows for each statement
SHORT, LONG = 5, 7  # letters from which on a word stands for others that begin like it
AT_ONCE = 60  # words in one query
_ONE = "SELECT {0}, found{0}.id FROM ({1}) found{0}"
MOST_DUE = 50


@dataclass(frozen=True, slots=True)
class Hit:
    """A live statement: its memory, the line it begins at, whether a change brought it, whether it is pinned."""

    memory: str
    path: str
    text: str
    start: int
    introduced_by: str
    pinned: bool


_HIT = ("about", "title", "text", "record__start", "record__introduced_by", "record__pinned")


Hits = dict[str, list[int]]
"""For a word the rows of one namespace that hold it, and one more than `MOST_HITS` where many do."""


def statements(*, team: Team, namespace: Namespace, asked: Iterable[str], hits: Hits | None = None) -> list[Hit]:
    """Live statements of a namespace that may be near any of those asked for, each once.

    `hits` are kept by the caller, for as long as what was found may be taken for what is there.
    """
    hits = {} if hits is None else hits
    wanted = list(islice((told for one in asked if (told := _telling(one))), MOST_ASKED))
    _look_for(sorted({word for told in wanted for word in told} - hits.keys()), team, namespace, hits)
    ids = {pk for told in wanted for pk in _nearest(told, hits)}
    rows = SearchRow.objects.of(team).filter(pk__in=ids, record__isnull=False).order_by("pk")
    return [Hit(*row) for row in rows.values_list(*_HIT)] if ids else []


def due(team: Team, kind: SearchKind) -> list[str]:
    """Public ids of what was written last and is not indexed yet."""
    rows = SearchDue.objects.of(team).filter(kind=kind).order_by("-pk").values_list("about", flat=True)
    return list(dict.fromkeys(rows[:MOST_DUE]))


def _telling(text: str) -> tuple[str, ...]:
    """The words of a statement that tell most: numbers, then long ones."""
    said = {word for word in words.words(text) if word not in EMPTY and (len(word) > 2 or word.isdigit())}
    return tuple(sorted(said, key=lambda word: (word.isalpha(), -len(word), word))[:MOST_WORDS])


def _nearest(told: Sequence[str], hits: Hits) -> list[int]:
    """Those that hold most of the words that not many hold."""
    found: Counter[int] = Counter()
    for word in told:
        rows = hits.get(word, [])
        for pk in rows if len(rows) <= MOST_HITS else ():
            found[pk] += 1
    return [pk for pk, _count in sorted(found.items(), key=lambda one: (-one[1], -one[0]))[:NEAREST]]


def _look_for(asked: Sequence[str], team: Team, namespace: Namespace, hits: Hits) -> None:
    hits |= {word: [] for word in asked}
    for start in range(0, len(asked), AT_ONCE):
        some = asked[start : start + AT_ONCE]
        for number, pk in _look_up(team, namespace, some):
            hits[some[number]].append(pk)


def _look_up(team: Team, namespace: Namespace, some: Sequence[str]) -> list[tuple[int, int]]:
    scope = finding.Scope(kinds=(SearchKind.STATEMENT,), namespace=namespace.pk)
    where, given = scope.conditions()
    parts = [_ONE.format(number, finding.sql(where)) for number in range(len(some))]
    whose = finding.team_value(team)
    values = [value for word in some for value in (_expression(word), whose, *given, MOST_HITS + 1)]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), values)
        return list(cursor.fetchall())


def _expression(word: str) -> str:
    """Words are letters and digits, so that nothing in them is a sign."""
    begins = word.isalpha() and len(word) >= SHORT
    stem = word[: -2 if len(word) >= LONG else -1] if begins else word
    if connection.vendor == "postgresql":
        return f"'{stem}'{':*' if begins else ''}"
    return f'"{stem}"{"*" if begins else ""}'
