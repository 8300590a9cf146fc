"""Moments as people write them down: what the clocks of the team showed, or with an offset."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

FIRST, LAST = datetime(1990, 1, 1, tzinfo=UTC), datetime(2999, 12, 31, tzinfo=UTC)


class NoMoment(ValueError):
    """A text that names no one moment; the message says why."""


def read(text: str, zone: str) -> datetime:
    """A moment from ISO 8601, in UTC. Without an offset it is what the clocks of the zone showed.

    Raises NoMoment where it cannot be read, and where the clocks showed it twice or never.
    """
    try:
        given = datetime.fromisoformat(text.strip())
    except ValueError:
        raise NoMoment(_("Write it as 2026-11-03 14:00, or with an offset as 2026-11-03T14:00+01:00.")) from None
    try:
        moment = given.astimezone(UTC) if given.tzinfo else _of_clocks(given, ZoneInfo(zone))
    except OverflowError:
        moment = None
    if moment is None or not FIRST <= moment <= LAST:
        raise NoMoment(_("Years from 1990 to 2999 can be asked about."))
    return moment


def text(at: datetime) -> str:
    """A moment so that `read` finds it again in any zone, to the microsecond."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


def _of_clocks(shown: datetime, zone: ZoneInfo) -> datetime:
    first, second = (shown.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if first > second:
        raise NoMoment(_("The clocks in %(zone)s never showed this: they went forward.") % {"zone": zone.key})
    if first < second:
        both = {"zone": zone.key, "first": text(first), "second": text(second)}
        raise NoMoment(
            _("The clocks in %(zone)s showed this twice. Ask for %(first)s, the first time, or %(second)s.") % both
        )
    return first
