"""What a change says, beside what memory says already and what is proposed or was turned down, each with a verdict.

Worked out anew from the head revision each time, so that an edit is judged as it reads now.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from agents.text import diffs, neighbours, similarity, slots, support, verdicts, wording
from agents.text import lines as text_lines
from agents.text.neighbours import Told
from agents.text.normalise import normalise
from agents.text.verdicts import Kind
from reviews import hunks
from reviews.enums import VOTABLE, State
from reviews.models import Change, RevisionTarget
from reviews.reading import telling
from reviews.reading.telling import Source

SHOWN = 5
MOST_ASKED = 20  # statements of one change that are looked for
LATEST = 400  # memories of other changes
ALIKE = 0.8  # that alike are worth a look though they are two matters

SAID = {
    Kind.SAME: _("Says the same"),
    Kind.REINFORCES: _("Says it in other words"),
    Kind.EXTENDS: _("One says more than the other"),
    Kind.UPDATES: _("Says another value"),
    Kind.CONTRADICTS: _("Contradicts"),
    Kind.SCOPE_SPLIT: _("Holds under another condition"),
    Kind.DISTINCT: _("Reads alike, another matter"),
}
_RANK = {kind: rank for rank, group in enumerate(
    [(Kind.CONTRADICTS, Kind.UPDATES, Kind.SAME), (Kind.REINFORCES, Kind.EXTENDS, Kind.SCOPE_SPLIT), (Kind.DISTINCT,)]
) for kind in group}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Near:
    """A statement near one of the change's: what it is to it, how alike, and the way from it to what is proposed."""

    source: Source
    kind: Kind
    score: float
    rows: list[diffs.Row]

    @property
    def said(self) -> str:
        return str(SAID[self.kind])

    @property
    def percent(self) -> int:
        return int(100 * self.score)


@dataclass(frozen=True, slots=True)
class Found:
    """`removes` where the change says nothing new, and it is what it takes out that was looked for."""

    removes: bool
    asked: int
    known: int
    memories: list[Near]
    pending: list[Near]
    rejected: list[Near]


def read(change: Change) -> Found:
    said = telling.said(change)
    asked = (said.fresh or said.gone)[:MOST_ASKED]
    live = list(telling.standing(change, said))
    other = list(_others(change))
    pending = [(told, source) for told, source in other if source.change and source.change.state in VOTABLE]
    rejected = [(told, source) for told, source in other if source.change and source.change.state not in VOTABLE]
    return Found(
        removes=not said.fresh and bool(said.gone),
        asked=len(asked),
        known=len(live),
        memories=_near(asked, live),
        pending=_near(asked, pending),
        rejected=_near(asked, rejected),
    )


def _others(change: Change) -> Iterator[tuple[Told, Source]]:
    """What other changes of the namespace say that wait or were turned down, the latest of them."""
    rows = RevisionTarget.objects.of(change.team).filter(
        revision__change__namespace=change.namespace_id,
        revision__change__state__in=(*VOTABLE, State.REJECTED),
        revision__change__head=F("revision"),
    )
    rows = (
        rows.exclude(revision__change=change.pk)
        .exclude(revision__change__canary=True)
        .select_related("revision__change__proposal__team")
    )
    for target in rows.only(
        "hunks", "path_after", "revision__change__title", "revision__change__state", "revision__change__public_id",
        "revision__change__position", "revision__change__proposal__number", "revision__change__proposal__team",
    ).order_by("-pk")[:LATEST]:  # fmt: skip
        about = target.revision.change
        source = Source(about.title, change=about)
        for line in (line for hunk in hunks.read(target.hunks) for line in hunk.after):
            if support.claims(line):
                yield Told(line.strip(), normalise(line), support.words(line)), source


def _near(asked: Sequence[Told], known: Sequence[tuple[Told, Source]]) -> list[Near]:
    """The nearest of the known, each once and beside the statement that it is nearest to."""
    places = neighbours.nearest(asked, [told for told, _source in known])
    best: dict[int, tuple[tuple[float, ...], Near]] = {}
    for one, near in zip(asked, places, strict=True):
        for place in near:
            told, source = known[place]
            score = similarity.ratio(told.text, one.text)
            kind = verdicts.judge(_wording(told), _wording(one)).kind
            if kind == Kind.DISTINCT and score < ALIKE:
                continue
            rank = (_RANK[kind], -score)
            if place not in best or rank < best[place][0]:
                best[place] = rank, Near(source, kind, score, _rows(told.text, one.text))
    return [near for _rank, near in sorted(best.values(), key=lambda found: found[0])[:SHOWN]]


def _wording(told: Told) -> wording.Wording:
    return wording.read(told.text, slots.slots(told.text, told.heading))


def _rows(known: str, proposed: str) -> list[diffs.Row]:
    before, after = text_lines.split(f"{known}\n"), text_lines.split(f"{proposed}\n")
    edits = text_lines.diff(before, after)
    return diffs.rows(before, edits) if edits else []
