"""Looking up: which rows hold all words of a question, and which come near where few do.

A question that fits very many rows is answered from the newest `LOOKED_AT` of them on SQLite, and from as many of any
on PostgreSQL; then the answer says that there are more. So its time does not grow with how common a word is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from accounts.models import Team
from agents.models import SearchRow
from agents.search import words
from agents.search.words import Asked
from agents.text import similarity

LOOKED_AT = 400
SHOWN = 50
FEW = 5  # with fewer hits than this, what comes near is looked for as well
NEAR_AT_LEAST = 0.5
SHORTEST_STEM = 4
MOST_STEMS = 4
NEAR_LOOKED_AT = 100  # rows weighed for each stem


@dataclass(frozen=True, slots=True)
class Scope:
    """Where to look: kinds, a namespace, an agent (primary keys); empty and None mean everywhere."""

    kinds: tuple[str, ...] = ()
    namespace: int | None = None
    agent: int | None = None

    def conditions(self) -> tuple[str, list[Any]]:
        """The same as SQL, to be joined with AND."""
        parts = ["r.team_id = %s"]
        values: list[Any] = []
        if self.kinds:
            parts.append(f"r.kind IN ({', '.join(['%s'] * len(self.kinds))})")
            values += self.kinds
        for name in ("namespace", "agent"):
            if getattr(self, name) is not None:
                parts.append(f"r.{name}_id = %s")
                values.append(getattr(self, name))
        return " AND ".join(parts), values


@dataclass(frozen=True, slots=True)
class Found:
    """Hits, best first; `has_more` where the question fits more rows than were looked at; and what comes near."""

    rows: list[SearchRow] = field(default_factory=list)
    near: list[SearchRow] = field(default_factory=list)
    has_more: bool = False


def find(*, team: Team, asked: Asked, scope: Scope) -> Found:
    """What a team holds that fits the question. Takes four queries at most, and one for each word where little fits."""
    if not asked:
        return Found()
    ids = _ids(team, scope, _expression(asked))
    rows = [one for one in _rows(team, ids) if asked.fits(one.words)]
    best = sorted(rows, key=lambda one: (-_weight(one, asked), -one.at.timestamp(), one.pk))
    near = _near(team, asked, scope, {one.pk for one in rows}) if len(rows) < FEW else []
    return Found(best[:SHOWN], near, has_more=len(ids) == LOOKED_AT or len(rows) > SHOWN)


def _rows(team: Team, ids: Iterable[int]) -> list[SearchRow]:
    rows = SearchRow.objects.of(team).filter(pk__in=list(ids)).select_related("namespace", "agent", "record")
    return list(rows)


def _weight(row: SearchRow, asked: Asked) -> float:
    """How much of a row the question is: words in the title count twice, and a short text says it more plainly."""
    hits = len(set(asked.all_words) & set(words.words(row.title)))
    return (len(asked.all_words) + hits) / (8 + row.words.count(" "))


def _near(team: Team, asked: Asked, scope: Scope, known: set[int]) -> list[SearchRow]:
    """Rows that say something like it: those that share the beginning of a longer word, weighed by the text floor."""
    longest = sorted(asked.all_words, key=len, reverse=True)[:MOST_STEMS]
    stems = [word[: max(SHORTEST_STEM, len(word) - 3)] for word in longest if len(word) >= SHORTEST_STEM]
    ids = {pk for stem in stems for pk in _ids(team, scope, _expression(Asked((stem,))), NEAR_LOOKED_AT)} - known
    question = " ".join(asked.all_words)
    weighed = [(similarity.ratio(question, row.words), row) for row in _rows(team, ids)]
    near = sorted((one for one in weighed if one[0] >= NEAR_AT_LEAST), key=lambda one: (-one[0], one[1].pk))
    return [row for _, row in near[:FEW]]


_POSTGRESQL = "SELECT r.id FROM agents_searchrow r WHERE r.lexemes @@ %s::tsquery AND {} LIMIT %s"
_SQLITE = (
    "SELECT r.id FROM agents_search f CROSS JOIN agents_searchrow r ON r.id = f.rowid"
    " WHERE f.words MATCH %s AND {} ORDER BY f.rowid DESC LIMIT %s"
)


def _ids(team: Team, scope: Scope, expression: str, most: int = LOOKED_AT) -> list[int]:
    where, values = scope.conditions()
    with connection.cursor() as cursor:
        cursor.execute(sql(where), [expression, team_value(team), *values, most])
        return [pk for (pk,) in cursor.fetchall()]


def sql(where: str) -> str:
    """The query for rows that fit an expression: it takes that, the values of `where`, and how many are wanted."""
    return (_POSTGRESQL if connection.vendor == "postgresql" else _SQLITE).format(where)


def team_value(team: Team) -> Any:
    """The team as the database's own queries name it: the first value of a scope's conditions."""
    return team.pk if connection.vendor == "postgresql" else team.pk.hex


def _expression(asked: Asked) -> str:
    """The question in the database's own form. Words are letters and digits, so that nothing in them is a sign."""
    begins = asked.beginnings
    if connection.vendor == "postgresql":
        parts = [f"'{word}'{':*' if word in begins else ''}" for word in asked.all_words]
        without = [f"!'{word}'{':*' if word in begins else ''}" for word in asked.without]
        return " & ".join([*parts, *without])
    parts = [f'"{word}"{"*" if word in begins else ""}' for word in asked.all_words]
    without = [f' NOT "{word}"{"*" if word in begins else ""}' for word in asked.without]
    return f"({' AND '.join(parts)}){''.join(without)}"
