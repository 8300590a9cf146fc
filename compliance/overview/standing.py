"""How it stands with what an officer looks after: the seal, the last check, exports, holds, streams, reviews."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.models import Team
from audit.models import Event
from compliance.access import reviewing
from compliance.enums import ErasureState
from compliance.models import Destination, Erasure, Export, ExportDefinition, LegalHold
from compliance.sealing import standing as sealing
from compliance.streaming import standing as streaming
from reviews.models import BrokenGlass

FEW = 3


@dataclass(frozen=True)
class Check:
    """The newest check of the log; `faults` is 0 where it was sound."""

    event: Event
    faults: int
    size: int


@dataclass(frozen=True)
class Overview:
    seal: sealing.Standing
    check: Check | None
    packs: Sequence[Export]
    monthly: ExportDefinition | None
    holds: int
    erasures: int
    streams: Sequence[streaming.Standing]
    emergencies: int
    reviewed: Event | None


def of(team: Team, *, now: datetime) -> Overview:
    """In a fixed number of queries."""
    saved = ExportDefinition.objects.of(team).filter(next_at__isnull=False, removed_at=None)
    packs = Export.objects.of(team).select_related("asked_by", "definition").newest_first()
    erasures = Erasure.objects.of(team).filter(state__in=(ErasureState.WAITING, ErasureState.AGREED))
    return Overview(
        seal=sealing.of(team.trail_log, now=now),
        check=_check(team),
        packs=list(packs[:FEW]),
        monthly=saved.order_by("next_at").first(),
        holds=LegalHold.objects.of(team).standing().count(),
        erasures=erasures.count(),
        streams=streaming.of(team, list(Destination.objects.of(team).kept()), now=now),
        emergencies=BrokenGlass.objects.of(team).raised().count(),
        reviewed=reviewing.done(team).first(),
    )


def _check(team: Team) -> Check | None:
    event = Event.objects.of_log(team.trail_log).filter(type="audit.verified").newest_first().first()
    if event is None:
        return None
    data: dict[str, Any] = event.content()["data"]
    return Check(event, int(data.get("faults", 0)), int(data.get("size", 0)))
