"""Which quotes only repeat what memory had told the agent before."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from accounts.models import Team
from agents.enums import SourceClass
from agents.models import MemoryVersion, Namespace, ReadTrace, Session
from agents.text.normalise import unmarked
from reviews.checks import Proposed, Quoted
from reviews.examining.standing import Shelves

MOST = 10  # quotes that are looked for
SHORTEST = 12  # code points; less says too little to be a repetition
BEFORE = timedelta(days=1)  # of a session that does not say when it began
AT_ONCE = 500

Repeated = frozenset[tuple[str, str]]


def repeated(shelves: Shelves, _namespace: Namespace, proposed: Proposed) -> Repeated:
    """The session and the text of each quote that stands in what the agent was given for that session.

    A person's own words count, even where memory said the same.
    """
    quotes = [quote for quote in proposed.support if _might(quote)][:MOST]
    if not quotes:
        return frozenset()
    team = shelves.team
    sessions = Session.objects.of(team).filter(public_id__in={quote.session for quote in quotes})
    given = {session.public_id: _given(team, session) for session in sessions}
    return frozenset(
        (quote.session, quote.text) for quote in quotes if _stands(team, quote, given.get(quote.session, ()))
    )


def _might(quote: Quoted) -> bool:
    others = (SourceClass.USER_INPUT, SourceClass.RECALLED)  # a person's word; what is known to be recalled
    return quote.source_class not in others and len(_said(quote)) >= SHORTEST


def _said(quote: Quoted) -> str:
    return unmarked(quote.text).strip()


def _given(team: Team, session: Session) -> Collection[str]:
    """The versions that the agent had read last when the session ended, if it read any since it began."""
    began: datetime = session.started_at or session.ended_at - BEFORE
    traces = ReadTrace.objects.of(team).filter(agent=session.agent_id, at__gte=began - BEFORE, at__lte=session.ended_at)
    return traces.order_by("-at", "-pk").values_list("version_ids", flat=True).first() or ()


def _stands(team: Team, quote: Quoted, versions: Iterable[str]) -> bool:
    ids = list(versions)
    return any(
        MemoryVersion.objects.of(team)
        .filter(public_id__in=ids[at : at + AT_ONCE], blob__text__contains=_said(quote))
        .exists()
        for at in range(0, len(ids), AT_ONCE)
    )
