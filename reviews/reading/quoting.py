"""The quotes of many changes with who said them, in four queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from django.db.models import OuterRef, Subquery
from django.utils import timezone
from django.utils.dates import MONTHS_3
from django.utils.translation import gettext as _

from accounts.models import Team
from agents.enums import Exposure, Kind, SourceClass
from agents.models import Session, SessionEvent
from agents.text import calls, covering, support
from agents.words import kept
from reviews.enums import EvidenceStatus, Stance
from reviews.models import Change, Evidence, EvidenceLink

SOURCES = {one.value: one for one in SourceClass}
LONGEST = 600  # characters of a quote beside a change; the transcript has it in full
_SESSION = ("public_id", "external_id", "ended_at", "agent", "agent__exposure")
_SPOKEN = ("pk", "speaker", "tool", "kind", "is_error", "at", "source_class")
_QUOTED = ("quote", "position", "start", "end", "stance", "status", "added_at", "public_id", "event_sha256")


@dataclass(frozen=True, slots=True)
class Quote:
    """One quote, its speaker and its place."""

    session: Session
    speaker: str
    tool: str
    kind: str
    is_error: bool
    at: datetime | None
    when: str
    source_class: str
    whole: str
    position: int
    start: int
    end: int
    stance: str
    status: str
    added_at: datetime
    id: str = ""
    event_sha256: str = ""
    lines: tuple[int, int, int] | None = None

    @property
    def supports(self) -> bool:
        return self.stance == Stance.FOR and self.status == EvidenceStatus.VERIFIED

    @property
    def is_against(self) -> bool:
        return self.stance == Stance.AGAINST

    @property
    def words(self) -> support.Words:
        """What the quote says, and of which tool."""
        return support.words(f"{self.tool} {self.whole}")

    @property
    def text(self) -> str:
        whole = covering.text(self.whole)  # before it is cut: half a secret is not known as one
        return whole if len(whole) <= LONGEST else f"{whole[:LONGEST]}…"

    @property
    def call(self) -> str:
        """Of a tool call the short form; empty for all else."""
        said = calls.short(self.tool, self.whole) if self.kind == Kind.TOOL_CALL else ""
        return said if len(said) <= LONGEST else f"{said[:LONGEST]}…"

    @property
    def problem(self) -> EvidenceStatus | None:
        """Why the quote is not to be trusted."""
        return None if self.status == EvidenceStatus.VERIFIED else EvidenceStatus(self.status)

    @property
    def source(self) -> SourceClass | None:
        return SOURCES.get(self.source_class)

    @property
    def said_by(self) -> str:
        """Where the text comes from, in words; of a person, whether they may be from outside."""
        return _said_by(self.source, self.session.agent.exposure) if self.source else ""

    @property
    def iso(self) -> str:
        return self.at.isoformat() if self.at else ""

    @property
    def place(self) -> str:
        """The part of the transcript's address that marks the quote."""
        return f"?event={self.position}&start={self.start}&end={self.end}#e{self.position}"


def read(changes: Sequence[Change], *, team: Team) -> dict[int, list[Quote]]:
    """The quotes of each change by its primary key: against it first, then for it, as they came."""
    event = SessionEvent.objects.of(team).filter(session=OuterRef("session"), position=OuterRef("position"))
    rows = (
        Evidence.objects.of(team)
        .filter(change__in=changes)
        .annotate(event=Subquery(event.values("pk")[:1]))
        .order_by("change", "stance", "pk")
    )
    found = list(rows.values_list("change_id", "session_id", "event", *_QUOTED))
    sessions = Session.objects.of(team).select_related("agent").only(*_SESSION)
    by_pk = sessions.in_bulk({session for _, session, *_rest in found})
    spoken = _spoken(team, {event for _, _, event, *_rest in found})
    lines = _lines(team, changes)
    quotes: dict[int, list[Quote]] = defaultdict(list)
    for change, session, event_id, *quoted in found:
        values = [*spoken.get(event_id, _NOTHING), *quoted, lines.get(quoted[-2])]
        quotes[change].append(Quote(by_pk[session], *values))
    return quotes


def _lines(team: Team, changes: Sequence[Change]) -> dict[str, tuple[int, int, int]]:
    """The lines of the head revision that quotes are about, where it was said, by the quotes' public ids."""
    heads = [change.head_id for change in changes if change.head_id]
    links = EvidenceLink.objects.of(team).filter(revision__in=heads, line_end__isnull=False)
    named = links.values_list("evidence__public_id", "target_position", "line_start", "line_end")
    return {quote: (target or 0, start or 0, end or 0) for quote, target, start, end in named}


_NOTHING: tuple[Any, ...] = ("", "", "", False, None, "", "")


def _spoken(team: Team, events: Collection[int | None]) -> dict[int | None, tuple[Any, ...]]:
    """Who spoke at each event, and when."""
    pks = [pk for pk in events if pk is not None]
    rows = SessionEvent.objects.of(team).filter(pk__in=pks).values_list(*_SPOKEN)
    zone, months = timezone.get_current_timezone(), _months()
    return {
        pk: (speaker, tool, kind, is_error, at, _told(at, zone, months), source_class)
        for pk, speaker, tool, kind, is_error, at, source_class in rows
    }


def when(at: datetime | None) -> str:
    """Day and time as people read them ("j M, H:i"), in their time zone."""
    return _told(at, timezone.get_current_timezone(), _months())


def _told(at: datetime | None, zone: tzinfo, months: Sequence[str]) -> str:
    if at is None:
        return ""
    local = at.astimezone(zone)
    return f"{local.day} {months[local.month]}, {local.hour:02}:{local.minute:02}"


@kept
def _said_by(source: SourceClass, exposure: str) -> str:
    if source != SourceClass.USER_INPUT:
        return str(source.label)
    if exposure == Exposure.CUSTOMER:
        return _("A person, perhaps a customer")
    return _("A person in house")


@kept
def _months() -> list[str]:
    return ["", *(str(name).title() for name in MONTHS_3.values())]
