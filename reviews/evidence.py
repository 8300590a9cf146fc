"""Evidence: a quote counts only where it stands in its event, at its place, letter for letter."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from accounts.models import Team
from agents.models import Session, SessionEvent
from reviews.drafts import DraftQuote
from reviews.enums import EvidenceStatus, Stance
from reviews.models import Change, Evidence, EvidenceLink, Revision

PIECE = 400  # sessions in one query


class UnknownSession(ValueError):
    """A quote names a session that this team does not have."""


class Book:
    """The events that quotes name, read once for a whole proposal."""

    def __init__(self, team: Team, quotes: Iterable[DraftQuote]) -> None:
        wanted = {(quote.session, quote.position) for quote in quotes}
        ids = sorted({session for session, _ in wanted})
        self.sessions: dict[str, Session] = {}
        for start in range(0, len(ids), PIECE):
            found = Session.objects.of(team).filter(public_id__in=ids[start : start + PIECE])
            self.sessions |= {session.public_id: session for session in found}
        self.events: dict[tuple[str, int], SessionEvent] = {}
        positions = sorted({position for _, position in wanted})
        by_pk = {session.pk: public_id for public_id, session in self.sessions.items()}
        rows = SessionEvent.objects.of(team).filter(session__in=list(by_pk), position__in=positions)
        for event in rows.iterator(2000):
            key = (by_pk[event.session_id], event.position)
            if key in wanted:
                self.events[key] = event

    def source_classes(self, rows: Iterable[Evidence]) -> frozenset[str]:
        """The same as `source_classes`, from the events that were read already."""
        support = [(row.session.public_id, row.position) for row in rows if supports(row)]
        return frozenset(self.events[place].source_class for place in support)

    def verify(self, quote: DraftQuote, *, change: Change, at: datetime) -> Evidence:
        """The evidence row of a quote, verified or missing. Raises UnknownSession."""
        session = self.sessions.get(quote.session)
        if session is None:
            raise UnknownSession(f"no session {quote.session} in this team")
        event = self.events.get((quote.session, quote.position))
        whole = 0 <= quote.start < quote.end == quote.start + len(quote.text)
        found = whole and event is not None and event.text[quote.start : quote.end] == quote.text
        return Evidence(
            team_id=change.team_id,
            change=change,
            session=session,
            position=quote.position,
            start=quote.start,
            end=quote.end,
            event_sha256=event.sha256 if event else "",
            quote=quote.text,
            stance=quote.stance,
            status=EvidenceStatus.VERIFIED if found else EvidenceStatus.MISSING,
            added_at=at,
        )


def supports(row: Evidence) -> bool:
    return row.status == EvidenceStatus.VERIFIED and row.stance == Stance.FOR


def source_classes(team: Team, rows: Sequence[Evidence]) -> frozenset[str]:
    """Who said what the verified quotes in favour quote."""
    places = {(row.session_id, row.position) for row in rows if supports(row)}
    if not places:
        return frozenset()
    events = SessionEvent.objects.of(team).filter(
        session__in={session for session, _ in places}, position__in={position for _, position in places}
    )
    found = events.values_list("session", "position", "source_class")
    return frozenset(said for session, position, said in found if (session, position) in places)


def link(revision: Revision, rows: Sequence[Evidence]) -> list[EvidenceLink]:
    """Links of a revision to quotes that are stored."""
    return [EvidenceLink(team_id=revision.team_id, revision=revision, evidence=row) for row in rows]


def carry_links(old: Revision, new: Revision) -> None:
    """The next revision rests on the quotes of the last."""
    EvidenceLink.objects.bulk_create(
        EvidenceLink(
            team_id=new.team_id,
            revision=new,
            evidence_id=one.evidence_id,
            target_position=one.target_position,
            line_start=one.line_start,
            line_end=one.line_end,
        )
        for one in old.links.all()
    )
