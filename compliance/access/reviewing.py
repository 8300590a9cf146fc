"""That somebody looked at who could approve what, with what they had to say: an event of its own."""

from __future__ import annotations

import hashlib
from datetime import datetime

from accounts.models import Team, User
from audit import trail
from audit.entries import time_text
from audit.models import Event
from audit.querying import EventQuerySet
from compliance.access import sheets, state

TYPE = "access.reviewed"


def record(*, team: Team, moment: datetime, notes: str, by: User, at: datetime) -> None:
    """Record a review. The event holds the SHA-256 of the sheet of that moment, so that it says what was looked at."""
    found = state.of(team, moment)
    data = {
        "moment": time_text(moment),
        "people": len(found.people),
        "approvers": found.approvers,
        "tokens": len(found.tokens),
        "sha256": hashlib.sha256(sheets.access(found)).hexdigest(),
    }
    with trail.unit_of_work(at=at) as unit:
        unit.record(TYPE, target=team, by=by, data=data, private={"note": notes} if notes else None)


def done(team: Team) -> EventQuerySet:
    """The reviews of a team, newest first."""
    return Event.objects.of_log(team.trail_log).filter(type=TYPE).newest_first()
