"""Showing a secret that a check found, to one person, once. All other pages have dots there."""

from __future__ import annotations

from datetime import datetime

from accounts.models import Team, User
from audit import trail
from reviews.checks import secrets
from reviews.models import Check, Revision, RevisionTarget

Found = tuple[str, Check]


class NoSecret(LookupError):
    """No secret was found there."""


def reveal(*, team: Team, revision: Revision, position: int, start: int, end: int, by: User, at: datetime) -> Found:
    """The secret and the finding; that this person saw it is recorded, what they saw is not.

    Raises NoSecret where no check found one at this place.
    """
    found = Check.objects.of(team).filter(revision=revision, rule=secrets.RULE, target_position=position)
    check = found.filter(start=start, end=end).first()
    if check is None:
        raise NoSecret
    target = RevisionTarget.objects.of(team).filter(revision=revision).order_by("position")[position]
    written = "".join(line for hunk in target.hunks for line in hunk["after"])
    with trail.unit_of_work(at=at) as unit:
        data = {
            "revision": revision.number,
            "rule": check.rule,
            "version": check.rule_version,
            "position": position,
            "start": start,
            "end": end,
        }
        unit.record("secret.revealed", target=revision.change, by=by, data=data)
    return written[start:end], check
