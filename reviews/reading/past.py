"""In how many past sessions a change would have mattered, and how those ended: counted the same way every time.

A session counts where the agent called a tool that the change names. Of a change that names none, a session counts
where a person or a tool said something that would support it. Nothing here is a forecast.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from operator import or_

from django.db.models import Case, IntegerField, Q, Value, When
from django.db.models.functions import Substr

from agents.enums import Kind, OutcomeName, OutcomeSource, SourceClass
from agents.models import NamespaceAccess, Outcome, Session, SessionEvent
from agents.text import specifics, support
from agents.text.neighbours import Told
from agents.text.tokens import tokens
from reviews.models import Change

WINDOW = timedelta(days=90)
MOST_SESSIONS = 500  # the latest of the window
MOST_WORDS = 8  # that texts are looked through for
MOST_TEXTS = 3_000
EXCERPT = support.LONGEST
HEARD = (SourceClass.USER_INPUT, SourceClass.EXTERNAL_TOOL)


@dataclass(frozen=True, slots=True)
class Ended:
    """How many sessions there are and how they ended, by the name of the outcome; "" where nobody said."""

    sessions: int
    by_name: list[tuple[str, int]]

    @property
    def completed(self) -> int:
        return dict(self.by_name).get(OutcomeName.COMPLETED, 0)

    @property
    def told(self) -> int:
        """Of how many it is known how they ended."""
        return self.sessions - dict(self.by_name).get("", 0)


@dataclass(frozen=True, slots=True)
class Past:
    """Sessions in which the change would have applied, beside the others of the same agents and days."""

    tools: list[str]
    words: list[str]
    looked_at: int
    is_all: bool
    applies: Ended
    others: Ended


def read(change: Change, asked: Sequence[Told], *, at: datetime) -> Past:
    team = change.team
    readers = NamespaceAccess.objects.of(team).filter(namespace=change.namespace_id).values("agent")
    rows = Session.objects.of(team).newest_versions().filter(agent__in=readers, ended_at__gte=at - WINDOW)
    ids = list(rows.newest_first().values_list("pk", flat=True)[: MOST_SESSIONS + 1])
    sessions = ids[:MOST_SESSIONS]
    tools = _tools(change, asked, sessions)
    words = [] if tools else rare_words(one.text for one in asked)
    applies = _called(change, sessions, tools) if tools else _heard(change, sessions, asked, words)
    ended = _ended(change, sessions)
    return Past(
        tools=sorted(tools),
        words=words,
        looked_at=len(sessions),
        is_all=len(ids) <= MOST_SESSIONS,
        applies=_told(ended, [pk for pk in sessions if pk in applies]),
        others=_told(ended, [pk for pk in sessions if pk not in applies]),
    )


def rare_words(texts: Iterable[str]) -> list[str]:
    """The words that texts are looked through for, exact ones first, as they are written."""
    found = Counter(word for text in texts for word in tokens(text.casefold()))
    heavy = [word for word in found if support.weight(support.words(word)) >= 1]
    return sorted(heavy, key=lambda word: (-support.weight(support.words(word)), -len(word), word))[:MOST_WORDS]


def _tools(change: Change, asked: Sequence[Told], sessions: Sequence[int]) -> set[str]:
    """The tools of these sessions that the change names."""
    named = {one.value for told in asked for one in specifics.specifics(told.text) if one.kind == "code"}
    named = {name.split("(")[0] for name in named} | {word for told in asked for word in told.words if "_" in word}
    events = SessionEvent.objects.of(change.team).filter(session__in=sessions, kind=Kind.TOOL_CALL, tool__in=named)
    return set(events.values_list("tool", flat=True).distinct())


def _called(change: Change, sessions: Sequence[int], tools: set[str]) -> set[int]:
    events = SessionEvent.objects.of(change.team).filter(session__in=sessions, kind=Kind.TOOL_CALL, tool__in=tools)
    return set(events.values_list("session", flat=True).distinct())


def _heard(change: Change, sessions: Sequence[int], asked: Sequence[Told], words: Sequence[str]) -> set[int]:
    """The sessions in which somebody said what a quote would have to say."""
    if not words:
        return set()
    holds = reduce(or_, (Q(text__icontains=word) for word in words))
    events = SessionEvent.objects.of(change.team).filter(holds, session__in=sessions, source_class__in=HEARD)
    said = events.order_by("-pk").values_list("session", Substr("text", 1, EXCERPT))[:MOST_TEXTS]
    return {pk for pk, text in said if any(support.speaks_for(support.cut(text), one.words) for one in asked)}


def _ended(change: Change, sessions: Sequence[int]) -> dict[int, str]:
    """How each session ended, by the weightiest source that spoke, of that the latest word."""
    order = Case(
        *(When(source=source, then=Value(rank)) for rank, source in enumerate(OutcomeSource.values)),
        default=Value(len(OutcomeSource.values)),
        output_field=IntegerField(),
    )
    rows = Outcome.objects.of(change.team).filter(session__in=sessions).annotate(order=order)
    ended: dict[int, str] = {}
    for session, name in rows.order_by("order", "-at", "-pk").values_list("session", "name"):
        ended.setdefault(session, name)
    return ended


def _told(ended: dict[int, str], sessions: Sequence[int]) -> Ended:
    counts = Counter(ended.get(pk, "") for pk in sessions)
    names = [name for name in (*OutcomeName.values, "") if counts[name]]
    return Ended(len(sessions), [(name, counts[name]) for name in names])
