"""Evidence: a quote counts only where it stands in its event, at its place, letter for letter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from accounts.models import Team
from agents.models import Session, SessionEvent
from agents.text import lines as text_lines
from reviews import hunks
from reviews.drafts import DraftQuote, Place
from reviews.enums import EvidenceStatus, Stance
from reviews.models import Change, Evidence, EvidenceLink, Revision, RevisionTarget

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


def link(revision: Revision, rows: Sequence[Evidence], quotes: Sequence[DraftQuote] = ()) -> list[EvidenceLink]:
    """Links of a revision to quotes that are stored, with the lines that the drafts of these quotes name."""
    lines = {(one.session, one.position, one.start, one.end, one.stance): one.lines for one in quotes if one.lines}
    if not lines:
        return [_link(revision, row.pk, None) for row in rows]
    named = [lines.get((row.session.public_id, row.position, row.start, row.end, row.stance)) for row in rows]
    return [_link(revision, row.pk, place) for row, place in zip(rows, named, strict=True)]


def carry_links(old: Revision, new: Revision, copies: Mapping[int, int] | None = None) -> None:
    """The next revision rests on the quotes of the last, or on their copies, by primary key. Lines that it words
    otherwise are no longer named.
    """
    copies = copies or {}
    links = list(old.links.all())
    places = {one.evidence_id: (one.target_position, one.line_start, one.line_end) for one in links}
    named = {pk: place for pk, place in places.items() if None not in place}
    kept = _carried(old, new, named) if named else {}  # type: ignore[arg-type]
    EvidenceLink.objects.bulk_create(
        _link(new, copies.get(one.evidence_id, one.evidence_id), kept.get(one.evidence_id)) for one in links
    )


def _link(revision: Revision, evidence_id: int, place: Place | None) -> EvidenceLink:
    target, start, end = place or (None, None, None)
    return EvidenceLink(
        team_id=revision.team_id,
        revision=revision,
        evidence_id=evidence_id,
        target_position=target,
        line_start=start,
        line_end=end,
    )


def _carried(old: Revision, new: Revision, named: Mapping[int, Place]) -> dict[int, Place]:
    """The same lines of the same memories in the next revision, by the evidence that is about them."""
    before, after = (
        {target.position: target for target in revision.targets.select_related("base__blob")} for revision in (old, new)
    )
    found: dict[int, Place] = {}
    for pk, (number, start, end) in named.items():
        target = before.get(number)
        twin = next((one for one in after.values() if target and _is_same(target, one)), None)
        if target is None or twin is None:
            continue
        edits = text_lines.diff(text_lines.split(text_of(target)), text_lines.split(text_of(twin)))
        lines = text_lines.carried(edits, start, end)
        if lines is not None:
            found[pk] = (twin.position, *lines)
    return found


def text_of(target: RevisionTarget) -> str:
    """What links count the lines of: the text after, or of a memory that is archived the text before."""
    lines = text_lines.split(target.base.text) if target.base else []
    if target.path_after is None:
        return "".join(lines)
    edits = [text_lines.Edit(hunk.start, hunk.end, hunk.after) for hunk in hunks.read(target.hunks)]
    return "".join(text_lines.apply(lines, edits))


def _is_same(one: RevisionTarget, other: RevisionTarget) -> bool:
    return one.memory_id == other.memory_id and (one.memory_id is not None or one.path_after == other.path_after)
