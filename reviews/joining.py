"""More evidence for a change that waits already: shown as new since the vote, and nothing is staled by support."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from audit import trail
from audit.trail import Actor
from reviews import desk, evidence, rebasing
from reviews.drafts import DraftQuote
from reviews.enums import EvidenceStatus, Stance
from reviews.models import Change, Evidence


def join(
    *,
    change: Change,
    quotes: Sequence[DraftQuote],
    by: Actor,
    at: datetime,
    unit: trail.Unit,
    run: str = "",
    stales: bool = True,
) -> list[Evidence]:
    """Add the quotes that the change does not have and that stand at their place. They belong to the change and link
    to no revision; one that speaks against turns the change stale, but for where it is about to be withdrawn. The
    same again is harmless.

    Raises evidence.UnknownSession.
    """
    change = Change.objects.of(change.team).select_for_update().get(pk=change.pk)
    if not change.is_votable:
        return []
    book = evidence.Book(change.team, quotes)
    book.hold()
    places = ("session_id", "position", "start", "end", "stance")
    known = set(Evidence.objects.of(change.team).filter(change=change).values_list(*places))
    fresh: dict[tuple[object, ...], Evidence] = {}
    for quote in quotes:
        row = book.verify(quote, change=change, at=at)
        place = tuple(getattr(row, name) for name in places)
        if row.status == EvidenceStatus.VERIFIED and place not in known:
            fresh.setdefault(place, row)
    added = Evidence.objects.bulk_create(fresh.values())
    for stance, count in sorted(Counter(row.stance for row in added).items()):
        data = {
            "stance": str(stance),
            "added": count,
            "run": run,
            "evidence": [row.public_id for row in added if row.stance == stance],
        }
        unit.record("change.evidence_joined", target=change, by=by, data=data)
    if stales and any(row.stance == Stance.AGAINST for row in added):
        rebasing.turn_stale(desk.read_one(desk.rows(change.team).get(pk=change.pk), team=change.team), at, unit)
    return added
