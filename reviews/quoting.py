"""The quotes of many changes with who said them, in three queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, Subquery, TextChoices
from django.utils import timezone
from django.utils.dates import MONTHS_3

from accounts.models import Team
from agents.enums import SourceClass
from agents.models import Session, SessionEvent
from agents.words import kept
from reviews.enums import EvidenceStatus, Stance
from reviews.models import Change, Evidence

LONGEST = 600  # characters of a quote beside a change; the transcript has it in full
_SESSION = ("public_id", "external_id", "ended_at")
_EVENT = ("pk", "speaker", "tool", "at", "source_class")


@dataclass(frozen=True, slots=True)
class Quote:
    """One quote, its speaker and its place."""

    evidence: Evidence
    speaker: str
    tool: str
    at: datetime | None
    source_class: str

    @property
    def is_against(self) -> bool:
        return self.evidence.stance == Stance.AGAINST

    @property
    def is_verified(self) -> bool:
        return self.evidence.status == EvidenceStatus.VERIFIED

    @property
    def status_label(self) -> str:
        return _label(EvidenceStatus, self.evidence.status)

    @property
    def text(self) -> str:
        quote = self.evidence.quote
        return quote if len(quote) <= LONGEST else f"{quote[:LONGEST]}…"

    @property
    def source_label(self) -> str:
        return _label(SourceClass, self.source_class)

    @property
    def iso(self) -> str:
        return self.at.isoformat() if self.at else ""

    @property
    def when(self) -> str:
        return when(self.at)

    @property
    def place(self) -> str:
        """The part of the transcript's address that marks the quote."""
        one = self.evidence
        return f"?event={one.position}&start={one.start}&end={one.end}#e{one.position}"


def read(changes: Sequence[Change], *, team: Team) -> dict[int, list[Quote]]:
    """The quotes of each change by its primary key: against it first, then for it, as they came."""
    event = SessionEvent.objects.of(team).filter(session=OuterRef("session"), position=OuterRef("position"))
    rows = (
        Evidence.objects.of(team)
        .filter(change__in=changes)
        .annotate(event=Subquery(event.values("pk")[:1]))
        .order_by("change", "stance", "pk")
    )
    found = list(rows)
    sessions = Session.objects.of(team).only(*_SESSION).in_bulk({row.session_id for row in found})
    events = _events(team, [row.event for row in found])
    quotes: dict[int, list[Quote]] = defaultdict(list)
    for row in found:
        row.session = sessions[row.session_id]
        said = events.get(row.event, _NOTHING)
        quotes[row.change_id].append(Quote(row, said["speaker"], said["tool"], said["at"], said["source_class"]))
    return quotes


_NOTHING: dict[str, Any] = {"speaker": "", "tool": "", "at": None, "source_class": ""}


def _events(team: Team, wanted: Sequence[int | None]) -> dict[int | None, dict[str, Any]]:
    pks = {pk for pk in wanted if pk is not None}
    return {row["pk"]: row for row in SessionEvent.objects.of(team).filter(pk__in=pks).values(*_EVENT)}


def when(at: datetime | None) -> str:
    """Day and time as people read them ("j M, H:i"), in their time zone."""
    if at is None:
        return ""
    local = timezone.localtime(at)
    return f"{local.day} {_month(local.month)}, {local.hour:02}:{local.minute:02}"


@kept
def _month(number: int) -> str:
    return str(MONTHS_3[number]).title()


@kept
def _label(choices: type[TextChoices], value: str) -> str:
    return str(choices(value).label) if value in choices.values else ""
