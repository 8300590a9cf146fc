"""Separation of duties: of every change written in a time, whether anybody who wrote its text approved it.

An exception is a change that was written without a second pair of eyes, whether that was allowed or not.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from django.db.models import F

from accounts.models import Team
from compliance.enums import Without
from reviews.enums import Verdict
from reviews.models import Change, Decision

_AT_ONCE = 500


@dataclass(frozen=True)
class Line:
    """A change that is an exception: why, who wrote its text, and who approved it, by their public ids."""

    change: Change
    why: Sequence[Without]
    authors: Sequence[str]
    approvers: Sequence[str]


@dataclass(frozen=True)
class Duties:
    """`apart` counts the changes that somebody else than their authors approved."""

    written: int
    exceptions: Sequence[Line]

    @property
    def apart(self) -> int:
        return self.written - len(self.exceptions)

    @property
    def overlaps(self) -> int:
        return sum(Without.SAME_PERSON in line.why for line in self.exceptions)


def of(team: Team, *, since: datetime, until: datetime) -> Duties:
    """Changes applied from `since` on and before `until`, oldest first."""
    written, found = 0, []
    for change, approvers in _written(team, since, until):
        written += 1
        authors = sorted(change.head.contributors) if change.head else []
        why = _why(change, authors, approvers)
        if why:
            found.append(Line(change, why, authors, approvers))
    return Duties(written, found)


def _written(team: Team, since: datetime, until: datetime) -> Iterator[tuple[Change, list[str]]]:
    rows = Change.objects.of(team).filter(applied_at__gte=since, applied_at__lt=until)
    changes = rows.select_related("head", "proposal").order_by("applied_at", "pk").iterator(chunk_size=_AT_ONCE)
    while some := list(islice(changes, _AT_ONCE)):
        approvers = _approvers(team, some)
        yield from ((change, approvers[change.pk]) for change in some)


def _approvers(team: Team, changes: Sequence[Change]) -> dict[int, list[str]]:
    """Whose approval of the text that was written counted when it was."""
    found: dict[int, list[str]] = defaultdict(list)
    votes = Decision.objects.of(team).filter(
        change__in=changes, verdict=Verdict.APPROVE, revision=F("change__head"), at__lte=F("change__applied_at")
    )
    for name in ("withdrawn_at", "dismissed_at", "lapsed_at"):
        votes = votes.exclude(**{f"{name}__lte": F("change__applied_at")})
    for change, person in votes.order_by("pk").values_list("change", "by__public_id"):
        found[change].append(person)
    return found


def _why(change: Change, authors: Sequence[str], approvers: Sequence[str]) -> list[Without]:
    said = {
        Without.SAME_PERSON: bool(set(authors) & set(approvers)),
        Without.SOLE_REVIEWER: change.sole_reviewer_used,
        Without.EMERGENCY: change.glass_broken,
        Without.POLICY: not approvers and not change.glass_broken,
    }
    return [why for why, holds in said.items() if holds]
