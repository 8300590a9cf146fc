"""Evidence: a quote counts only where it stands in its event, at its place, letter for letter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from accounts.models import Team
from agents.models import Session, SessionEvent
from agents.text import lines as text_lines
from reviews import hunks
from reviews.checks import Quoted
from reviews.drafts import DraftQuote, Place
from reviews.enums import EvidenceStatus, Stance
from reviews.models import Change, Evidence, EvidenceLink, Revision, RevisionTarget

PIECE = 400  # sessions in one query


class UnknownSession(ValueError):
    """A quote names a session that this team does not have."""


class Book:
    """The events that quotes name, read once for a whole proposal."""

    def __init__(self, team: Team, quotes: Iterable[DraftQuote]) -> None:
        self.team = team
        wanted = {(quote.session, quote.position) for quote in quotes}
        ids = sorted({session for session, _ in wanted})
        self.sessions: dict[str, Session] = {}
        for start in range(0, len(ids), PIECE):
            found = Session.objects.of(team).filter(public_id__in=ids[start : start + PIECE]).select_related("agent")
            self.sessions |= {session.public_id: session for session in found}
        self.events: dict[tuple[str, int], SessionEvent] = {}
        positions = sorted({position for _, position in wanted})
        by_pk = {session.pk: public_id for public_id, session in self.sessions.items()}
        rows = SessionEvent.objects.of(team).filter(session__in=list(by_pk), position__in=positions)
        for event in rows.iterator(2000):
            key = (by_pk[event.session_id], event.position)
            if key in wanted:
                self.events[key] = event

    def hold(self) -> None:
        """Keep the sessions from being marked until the unit ends, and look again whether one was marked meanwhile.

        The foreign keys alone would wait for it at the commit, when the quotes are stored as verified already.
        """
        by_pk = {session.pk: session for session in self.sessions.values()}
        keys = sorted(by_pk)
        for start in range(0, len(keys), PIECE):
            rows = Session.objects.of(self.team).filter(pk__in=keys[start : start + PIECE]).order_by("pk")
            for pk, tainted_at in rows.select_for_update(no_key=True).values_list("pk", "tainted_at"):
                by_pk[pk].tainted_at = tainted_at

    def quoted(self, quotes: Iterable[DraftQuote]) -> tuple[Quoted, ...]:
        """What `quoted` will say of them once they are stored. Raises UnknownSession."""
        return tuple(self._quoted(quote) for quote in quotes)

    def _quoted(self, quote: DraftQuote) -> Quoted:
        session, event = self._place(quote)
        found = self._is_there(quote, event) and quote.stance == Stance.FOR and session.tainted_at is None
        return _quoted(session, event.source_class if event else "", quote.text, found)

    def _place(self, quote: DraftQuote) -> tuple[Session, SessionEvent | None]:
        session = self.sessions.get(quote.session)
        if session is None:
            raise UnknownSession(f"no session {quote.session} in this team")
        return session, self.events.get((quote.session, quote.position))

    @staticmethod
    def _is_there(quote: DraftQuote, event: SessionEvent | None) -> bool:
        whole = 0 <= quote.start < quote.end == quote.start + len(quote.text)
        return whole and event is not None and event.text[quote.start : quote.end] == quote.text

    def verify(self, quote: DraftQuote, *, change: Change, at: datetime) -> Evidence:
        """The evidence row of a quote, verified or missing. Raises UnknownSession."""
        session, event = self._place(quote)
        counts = EvidenceStatus.VERIFIED if session.tainted_at is None else EvidenceStatus.STRUCK
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
            status=counts if self._is_there(quote, event) else EvidenceStatus.MISSING,
            added_at=at,
        )


def supports(row: Evidence) -> bool:
    return row.status == EvidenceStatus.VERIFIED and row.stance == Stance.FOR


def quoted(team: Team, rows: Sequence[Evidence]) -> tuple[Quoted, ...]:
    """Each quote with who said it and how far their session is trusted, as checks and tiers look at it."""
    if not rows:
        return ()
    sessions = Session.objects.of(team).select_related("agent").in_bulk({row.session_id for row in rows})
    events = SessionEvent.objects.of(team).filter(
        session__in=list(sessions), position__in={row.position for row in rows}
    )
    said = {(session, position): who for session, position, who in events.values_list(*_SAID)}
    return tuple(
        _quoted(sessions[row.session_id], said.get((row.session_id, row.position), ""), row.quote, supports(row))
        for row in rows
    )


_SAID = ("session", "position", "source_class")


def _quoted(session: Session, source_class: str, text: str, found: bool) -> Quoted:
    return Quoted(
        session=session.public_id,
        agent=session.agent.public_id,
        exposure=session.agent.exposure,
        source_class=source_class,
        trust=session.trust,
        is_tainted=session.tainted_at is not None,
        text=text,
        supports=found,
        pushed_by=session.pushed_by,
    )


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
