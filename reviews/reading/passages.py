"""Quotes in their context: the events around each, of one session together, in the same few queries for any number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_

from django.db.models import Q
from django.db.models.functions import Length, Substr
from django.utils.translation import gettext as _

from accounts.models import Team
from agents.enums import Kind, OutcomeName, SourceClass
from agents.models import Agent, Outcome, Session, SessionEvent
from agents.text import covering
from reviews.enums import EvidenceStatus
from reviews.reading.quoting import Quote, when

AROUND = 5  # events before and after a quote
CUT = 500  # characters of one event; the transcript has it in full
BEYOND = 400  # characters that are read, too, so that a secret that is cut in two is known as one
MOST_SESSIONS = 20  # on each side; the page of all revisions has every quote

Parts = list[tuple[str, bool]]
"""A text cut where quotes begin and end: each piece, and whether it is quoted."""


@dataclass(frozen=True, slots=True)
class Said:
    """One event near a quote, cut where it is long."""

    position: int
    kind: Kind
    speaker: str
    tool: str
    is_error: bool
    source: SourceClass
    at: datetime | None
    sha256: str
    parts: Parts
    left_out: int

    @property
    def when(self) -> str:
        return when(self.at)

    @property
    def is_quoted(self) -> bool:
        return any(quoted for _text, quoted in self.parts)


@dataclass(frozen=True, slots=True)
class Passage:
    """What one session says: its quotes, and the stretches of the transcript around them."""

    session: Session
    agent: Agent
    outcomes: list[OutcomeName]
    quotes: list[tuple[Quote, str]]
    stretches: list[list[Said]]

    @property
    def events(self) -> int:
        return sum(map(len, self.stretches))


@dataclass(frozen=True, slots=True)
class Heard:
    """The quotes of one stance: of how many sessions and agents those that hold are, and what is drawn of them."""

    quotes: list[Quote]
    passages: list[Passage]
    held: int
    sessions: int
    by_agent: list[tuple[Agent, int]]

    @property
    def left_out(self) -> int:
        return len({quote.session.pk for quote in self.quotes}) - len(self.passages)


def sides(quotes: Sequence[Quote], *, team: Team) -> tuple[Heard, Heard]:
    """What speaks against and what speaks for, each with its context."""
    against = [quote for quote in quotes if quote.is_against]
    support = [quote for quote in quotes if not quote.is_against]
    drawn = [_by_session(one) for one in (against, support)]
    ids = {session for one in drawn for session in one}
    sessions = Session.objects.of(team).in_bulk(ids)
    agents = Agent.objects.of(team).in_bulk({quote.session.agent_id for quote in quotes})
    outcomes: dict[int, list[OutcomeName]] = defaultdict(list)
    names = Outcome.objects.of(team).filter(session__in=ids).order_by("session", "name")
    for session, name in names.values_list("session", "name").distinct():
        outcomes[session].append(OutcomeName(name))
    events = _events(team, quotes, ids)

    def passage(pk: int, own: Sequence[Quote]) -> Passage:
        spoken = events.get(pk, {})
        session = sessions[pk]
        stretches = [_stretch(spoken, first, last, own) for first, last in windows(one.position for one in own)]
        told = [(quote, _trouble(quote, spoken.get(quote.position))) for quote in own]
        return Passage(session, agents[session.agent_id], outcomes[pk], told, [one for one in stretches if one])

    first, second = (
        Heard(of, [passage(pk, own) for pk, own in by_session.items()], *_counted(of, agents))
        for of, by_session in zip((against, support), drawn, strict=True)
    )
    return first, second


def windows(positions: Iterable[int], around: int = AROUND) -> list[tuple[int, int]]:
    """First and last position of each stretch around these, those that meet joined to one."""
    found: list[tuple[int, int]] = []
    for position in sorted(set(positions)):
        first, last = max(0, position - around), position + around
        if found and first <= found[-1][1] + 1:
            found[-1] = (found[-1][0], last)
        else:
            found.append((first, last))
    return found


def marked(text: str, spans: Iterable[tuple[int, int]]) -> Parts:
    """The text cut at the spans that lie in it; spans that meet are one. Joining the pieces gives the text."""
    parts: Parts = []
    at = 0
    for start, end in sorted(spans):
        start, end = max(start, at), min(end, len(text))
        if start >= end:
            continue
        if start > at:
            parts.append((text[at:start], False))
        if parts and parts[-1][1]:
            parts[-1] = (parts[-1][0] + text[start:end], True)
        else:
            parts.append((text[start:end], True))
        at = end
    return [*parts, (text[at:], False)] if at < len(text) or not parts else parts


def _by_session(quotes: Sequence[Quote]) -> dict[int, list[Quote]]:
    found: dict[int, list[Quote]] = defaultdict(list)
    for quote in quotes:
        if quote.session.pk in found or len(found) < MOST_SESSIONS:
            found[quote.session.pk].append(quote)
    return found


def _counted(quotes: Sequence[Quote], agents: Mapping[int, Agent]) -> tuple[int, int, list[tuple[Agent, int]]]:
    """How many quotes hold, of how many sessions, and how many sessions of each agent."""
    held = [quote for quote in quotes if quote.problem is None]
    sessions: dict[int, set[int]] = defaultdict(set)
    for quote in held:
        sessions[quote.session.agent_id].add(quote.session.pk)
    by_agent = sorted(((agents[pk], len(own)) for pk, own in sessions.items()), key=lambda one: (-one[1], one[0].name))
    return len(held), sum(count for _agent, count in by_agent), by_agent


def _events(team: Team, quotes: Sequence[Quote], ids: set[int]) -> dict[int, dict[int, SessionEvent]]:
    """The events around the quotes by session and position, with the first characters of their texts only."""
    positions: dict[int, list[int]] = defaultdict(list)
    for quote in quotes:
        if quote.session.pk in ids:
            positions[quote.session.pk].append(quote.position)
    near = [Q(session=pk, position__range=window) for pk, own in sorted(positions.items()) for window in windows(own)]
    if not near:
        return {}
    rows = SessionEvent.objects.of(team).filter(reduce(or_, near)).defer("text", "usage")
    found: dict[int, dict[int, SessionEvent]] = defaultdict(dict)
    for event in rows.annotate(excerpt=Substr("text", 1, CUT + BEYOND), length=Length("text")).order_by(
        "session", "position"
    ):
        found[event.session_id][event.position] = event
    return found


def _stretch(spoken: Mapping[int, SessionEvent], first: int, last: int, quotes: Sequence[Quote]) -> list[Said]:
    here = (spoken.get(position) for position in range(first, last + 1))
    return [_said(event, [quote for quote in quotes if quote.position == event.position]) for event in here if event]


def _said(event: SessionEvent, quotes: Sequence[Quote]) -> Said:
    """The beginning of the event, and the quotes that stand after it, each between dots."""
    text, length = covering.text(event.excerpt)[:CUT], event.length  # type: ignore[attr-defined]
    held = [quote for quote in quotes if quote.problem is None and quote.event_sha256 == event.sha256]
    parts = marked(text, [(quote.start, quote.end) for quote in held if quote.end <= len(text)])
    for quote in held:
        if quote.end > len(text):
            parts += [(" … ", False), (quote.text, True)]
    return Said(
        position=event.position,
        kind=Kind(event.kind),
        speaker=event.speaker,
        tool=event.tool,
        is_error=event.is_error,
        source=SourceClass(event.source_class),
        at=event.at,
        sha256=event.sha256,
        parts=parts,
        left_out=length - len(text),
    )


def _trouble(quote: Quote, event: SessionEvent | None) -> str:
    """Why a quote is not to be counted on, in a sentence."""
    if quote.status == EvidenceStatus.MISSING:
        return _("This does not stand at the place that was named: it counts for nothing.")
    if quote.status == EvidenceStatus.STRUCK:
        return _("This session was marked bad: what it says counts for nothing.")
    if quote.status == EvidenceStatus.PURGED:
        return _("What is quoted here was erased. It can no longer be checked, and counts for nothing.")
    if event is None:
        return _("The event that is quoted here is no longer stored.")
    if event.sha256 != quote.event_sha256:
        return _("The event reads differently now than when it was quoted.")
    return ""
