"""Asking for a sensitive act."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from accounts.confirming import deciding, denying, kinds, people
from accounts.models import Confirmation, Team, User
from audit import trail
from audit.verify import canonical

LASTS = timedelta(days=7)


def line(label: object, before: object, after: object) -> dict[str, str]:
    """One line of a diff: what it is called, how it is now, and how it would be."""
    return {"label": str(label), "before": str(before), "after": str(after)}


def ask(
    *,
    team: Team,
    kind: str,
    target: str,
    title: str,
    diff: Sequence[Mapping[str, str]],
    payload: Mapping[str, Any],
    by: User,
    at: datetime,
    lasts: timedelta = LASTS,
) -> Confirmation:
    """Hold a sensitive act until a second person agrees. In a team of one it is performed at once, marked as waived.

    What waits for the same target is withdrawn for it. Raises UnknownKind, NotMember, NotAllowed, and NoLongerHolds
    where it could not even be performed now.
    """
    known = kinds.of(kind)
    asked = Confirmation(
        team=team,
        kind=kind,
        target_id=target,
        title=title,
        diff=[line(one["label"], one["before"], one["after"]) for one in diff],
        payload=dict(payload),
        asked_by=by,
        asked_at=at,
        expires_at=at + lasts,
    )
    with denying.told(by=by, at=at), trail.unit_of_work(at=at) as unit:
        members = people.lock(team)
        denying.keep_out(asked, members, by)
        if not people.may(members, by, known.asks):
            raise denying.NotAllowed(asked, known.asks)
        known.check(asked)
        deciding.replace(asked, at=at)
        asked.save()
        unit.record("confirmation.asked", target=asked, by=by, data=_facts(asked, known), private=_words(asked))
        if people.waives(team, members, known.permission, besides=by):
            deciding.perform(asked, by=by, at=at, waived=True)
    return asked


def _facts(asked: Confirmation, kind: kinds.Kind) -> dict[str, Any]:
    return {
        "kind": asked.kind,
        "about": asked.target_id,
        "permission": kind.permission,
        "expires_at": asked.expires_at.isoformat(),
        "sha256": hashlib.sha256(_diff(asked)).hexdigest(),
    }


def _words(asked: Confirmation) -> dict[str, str]:
    """What people wrote of it, which may name them: only committed to."""
    return {"title": asked.title, "diff": _diff(asked).decode()}


def _diff(asked: Confirmation) -> bytes:
    return canonical.dumps(asked.diff)
