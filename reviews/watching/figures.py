"""What leads see of how a team decides: counts of a stretch of time, by person, each with the votes that it counts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from django.db.models import Exists, F, OuterRef, Q

from accounts.models import Team, User
from reviews.enums import RevisionOrigin, State, Verdict
from reviews.models import Decision, DecisionQuerySet, Revision
from reviews.watching import alarms

MOST = 20_000  # votes that are counted for one page; of more, the newest
VOTES, APPROVED, OVERTURNED = "votes", "approved", "overturned"


@dataclass(frozen=True, slots=True)
class Line:
    """How one person decided; of `person` None, everybody."""

    person: User | None
    votes: int
    approved: int
    overturned: int
    busiest: int
    busiest_since: datetime | None
    busiest_until: datetime | None
    dwell_seconds: float | None
    timed: int
    evidence_opened: int
    tests: int = 0
    caught: int = 0

    @property
    def approve_percent(self) -> float:
        return 100 * self.approved / self.votes

    @property
    def overturned_percent(self) -> float | None:
        return 100 * self.overturned / self.approved if self.approved else None


def votes(team: Team, *, since: datetime, until: datetime, shown: str = VOTES) -> DecisionQuerySet:
    """The votes that a number counts: those that their authors have not taken back."""
    rows = Decision.objects.of(team).filter(at__gte=since, at__lte=until, withdrawn_at=None)
    if shown != VOTES:
        rows = rows.filter(verdict=Verdict.APPROVE)
    return rows.filter(_overturned(team)) if shown == OVERTURNED else rows


def read(team: Team, *, since: datetime, until: datetime) -> tuple[Line | None, list[Line]]:
    """Everybody together, and a line for each person, by name, in one query for any number of them."""
    rows = votes(team, since=since, until=until).annotate(
        dwell=F("facts__dwell_ms"), panels=F("facts__panels"), is_overturned=_overturned(team)
    )
    found = list(rows.select_related("by").order_by("-at", "-pk")[:MOST])[::-1]
    own: dict[int, list[Decision]] = defaultdict(list)
    for vote in found:
        own[vote.by_id].append(vote)
    lines = [_line(cast, cast[0].by) for cast in own.values()]
    return _line(found, None) if found else None, sorted(lines, key=lambda line: str(line.person))


def _line(cast: Sequence[Decision], person: User | None) -> Line:
    approved = [vote for vote in cast if vote.verdict == Verdict.APPROVE]
    busiest = alarms.busiest(approved) if person else ()
    dwells = [vote.dwell for vote in cast if vote.dwell is not None]  # type: ignore[attr-defined]
    return Line(
        person=person,
        votes=len(cast),
        approved=len(approved),
        overturned=sum(vote.is_overturned for vote in approved),  # type: ignore[attr-defined]
        busiest=len(busiest),
        busiest_since=busiest[0].at if busiest else None,
        busiest_until=busiest[-1].at if busiest else None,
        dwell_seconds=median(dwells) / 1000 if dwells else None,
        timed=len(dwells),
        evidence_opened=sum("evidence" in (vote.panels or ()) for vote in cast),  # type: ignore[attr-defined]
    )


def _overturned(team: Team) -> Q:
    """Of an approval: what it let in was undone, or somebody rewrote the change after it."""
    rewritten = Revision.objects.of(team).filter(
        change=OuterRef("change"), number__gt=OuterRef("revision__number"), origin=RevisionOrigin.EDITED
    )
    return Q(change__state=State.REVERTED) | Q(Exists(rewritten))
