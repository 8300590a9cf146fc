"""What the search finds: changes and proposals are indexed here, hits of every kind become lines that say where."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from accounts.models import Team
from agents.enums import SearchKind
from agents.models import SearchRow
from agents.search import indexing, words
from agents.search.words import Asked
from agents.text import covering
from reviews.models import Change, Proposal, RevisionTarget

AROUND = 90  # characters of a snippet before its first hit
SNIPPET = 260
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Hit:
    """One line of the answer: what it is, where it stands, and a piece of its text with the words that were found."""

    kind: SearchKind
    title: str
    url: str
    place: str
    pieces: tuple[tuple[bool, str], ...]
    at: datetime


def index_due(*, now: datetime) -> int:
    """Bring the search up to date with the changes and proposals that were written; how many that were."""
    proposals = indexing.drain(SearchKind.PROPOSAL, _proposals, now=now)
    return proposals + indexing.drain(SearchKind.CHANGE, _changes, now=now)


def _proposals(team: Team, ids: Sequence[str]) -> None:
    rows = Proposal.objects.of(team).filter(public_id__in=ids).select_related("agent")
    made = [
        indexing.row(
            team=team,
            kind=SearchKind.PROPOSAL,
            about=one.public_id,
            title=f"#{one.number} {one.title}",
            text=one.summary,
            agent=one.agent,
            at=one.opened_at,
        )
        for one in rows
    ]
    indexing.replace(team=team, kinds=[SearchKind.PROPOSAL], ids=ids, rows=made)


def _changes(team: Team, ids: Sequence[str]) -> None:
    changes = list(
        Change.objects.of(team).filter(public_id__in=ids).select_related("namespace", "proposal__agent", "head")
    )
    said = _said(team, changes)
    made = [
        indexing.row(
            team=team,
            kind=SearchKind.CHANGE,
            about=one.public_id,
            title=one.title,
            text="\n".join([*said.get(one.head_id or 0, ()), one.rationale]),
            namespace=one.namespace,
            agent=one.proposal.agent,
            at=one.opened_at,
        )
        for one in changes
    ]
    indexing.replace(team=team, kinds=[SearchKind.CHANGE], ids=ids, rows=made)


def _said(team: Team, changes: Sequence[Change]) -> Mapping[int, list[str]]:
    """Paths and lines before and after of each head revision."""
    heads = [change.head_id for change in changes if change.head_id]
    said: dict[int, list[str]] = defaultdict(list)
    for target in RevisionTarget.objects.of(team).filter(revision__in=heads).order_by("position"):
        paths = [path for path in (target.path_before, target.path_after) if path]
        lines = [line for hunk in target.hunks for line in (*hunk["before"], *hunk["after"])]
        said[target.revision_id] += [*dict.fromkeys(paths), *(line.strip() for line in lines)]
    return said


def hits(rows: Iterable[SearchRow], *, team: Team, asked: Asked) -> list[Hit]:
    """The rows as lines, each with the address where it stands."""
    rows = list(rows)
    numbers = _numbers(team, rows)
    return [_hit(row, team, asked, numbers) for row in rows]


def _hit(row: SearchRow, team: Team, asked: Asked, numbers: Mapping[str, int]) -> Hit:
    owner = row.namespace or row.agent
    return Hit(
        kind=SearchKind(row.kind),
        title=row.title,
        url=_url(row, team, numbers),
        place=owner.name if owner else "",
        pieces=snippet(row.text, asked),
        at=row.at,
    )


def _url(row: SearchRow, team: Team, numbers: Mapping[str, int]) -> str:
    if row.kind == SearchKind.PROPOSAL:
        return reverse("reviews:proposal", args=[team.slug, numbers[row.about]])
    if row.kind == SearchKind.CHANGE:
        return reverse("reviews:change", args=[team.slug, row.about])
    if row.kind == SearchKind.SESSION:
        return reverse("agents:session", args=[team.slug, row.about])
    if row.record is None:
        return reverse("agents:memory", args=[team.slug, row.about])
    return f"{reverse('agents:memory_lines', args=[team.slug, row.about])}#L{row.record.start + 1}"


def _numbers(team: Team, rows: Iterable[SearchRow]) -> dict[str, int]:
    ids = [row.about for row in rows if row.kind == SearchKind.PROPOSAL]
    return dict(Proposal.objects.of(team).filter(public_id__in=ids).values_list("public_id", "number")) if ids else {}


def snippet(text: str, asked: Asked) -> tuple[tuple[bool, str], ...]:
    """The text around its first hit, in pieces: whether it is a hit, and what it says."""
    flat = _SPACE.sub(" ", covering.text(text)).strip()
    parts = [(_is_hit(part, asked), part) for part in re.split(r"(\w+)", flat) if part]
    first = next((at for at, (is_hit, _part) in enumerate(parts) if is_hit), 0)
    start = sum(len(part) for _, part in parts[:first])
    skipped = 0
    while parts and start - skipped > AROUND:
        skipped += len(parts.pop(0)[1])
    shown, length = ([(False, "…")] if skipped else []), 0
    for is_hit, part in parts:
        if length > SNIPPET:
            shown.append((False, "…"))
            break
        shown.append((is_hit, part[:SNIPPET]))
        length += len(part)
    return tuple(_together(shown))


def _is_hit(part: str, asked: Asked) -> bool:
    wanted, begins = asked.all_words, tuple(asked.beginnings)
    return any(word in wanted or word.startswith(begins) for word in words.words(part))


def _together(parts: Iterable[tuple[bool, str]]) -> list[tuple[bool, str]]:
    """Neighbours of one kind as one piece."""
    joined: list[tuple[bool, str]] = []
    for is_hit, part in parts:
        if joined and joined[-1][0] == is_hit:
            joined[-1] = (is_hit, joined[-1][1] + part)
        else:
            joined.append((is_hit, part))
    return joined
