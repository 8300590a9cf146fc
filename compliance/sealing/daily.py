"""The check of every log once a day, against all that is kept outside the database on this machine."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.core.cache import cache
from django.db.models import Exists, OuterRef

from accounts.models import Team
from audit import checking, keys, trail
from audit.checkpoints import anchors, signing_keys
from audit.checkpoints.anchors import Anchor
from audit.models import Event, LogHead, Segment
from audit.verify.notes import PublicKey
from compliance import verifying
from compliance.sealing import alarms

EVERY = timedelta(days=1)
_HELD = timedelta(hours=6)  # by one worker; several times what a million events take


def due(*, now: datetime) -> list[str]:
    """Logs that began a day ago, and that nobody has verified by itself within one."""
    own = Event.objects.filter(log=OuterRef("log"))
    checked = own.filter(type="audit.verified", actor_id=trail.SYSTEM.id, at__gt=now - EVERY)
    began = own.filter(seq=1, at__lte=now - EVERY)
    pruned = Segment.objects.filter(log=OuterRef("log"))  # its first event is gone, and was old
    return list(
        LogHead.objects.filter(Exists(began) | Exists(pruned), ~Exists(checked))
        .order_by("log")
        .values_list("log", flat=True)
    )


def verify(log: str, *, at: datetime) -> checking.Report | None:
    """Check a log, record it, and raise the alarm where it does not add up. None where another worker is at it."""
    held = f"verifying-{log}"
    if not cache.add(held, True, _HELD.total_seconds()):
        return None
    try:
        known, reason = _anchors(log), ""
    except anchors.NotRead:
        known, reason = [], "notes"
    try:
        report = verifying.check(log, anchors=known, by=trail.SYSTEM, door="daily", at=at)
    finally:
        cache.delete(held)
    if reason or not report.is_sound:
        for team in _told_of(log):
            alarms.raise_(team, reason=reason or "unsound", at=at)
    return report


def _anchors(log: str) -> list[Anchor]:
    """What this process can read of them: a worker without the signer's folder checks against none of it.

    Raises NotRead where a note is in the folder that no key of ours signed.
    """
    try:
        found = anchors.remembered(log)
    except anchors.NotRead:
        found = []
    place = settings.CHECKPOINT_FOLDER
    if not place.is_dir():
        return found
    return found + anchors.kept(place, log, keys=_keys())


def _keys() -> list[PublicKey]:
    try:
        held = [signer.secret.public for signer in signing_keys.held()]
    except keys.BadKey:
        held = []
    return [*held, *signing_keys.published()]


def _told_of(log: str) -> list[Team]:
    """The team of a log; of the installation's, all."""
    return [team for team in Team.objects.order_by("pk") if log in {team.trail_log, trail.INSTALLATION}]
