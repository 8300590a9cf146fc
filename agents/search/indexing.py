"""Making the rows that the search looks through, from memories and sessions as they are now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from accounts.models import Team
from agents.enums import SearchKind, SourceClass
from agents.models import Memory, SearchDue, SearchRow, Session, SessionEvent, StatementRecord
from agents.search import due, words
from agents.text import lines as text_lines
from audit import trail

LONGEST_TEXT = 4_000  # characters of one row
LONGEST_TITLE = 1_000
MOST_MESSAGES = 40  # of what people said in one session

Index = Callable[[Team, Sequence[str]], None]


def index_due(*, now: datetime) -> int:
    """Bring the search up to date with the memories and sessions that were written; how many that were."""
    return drain(SearchKind.MEMORY, _memories, now=now) + drain(SearchKind.SESSION, _sessions, now=now)


def drain(kind: SearchKind, index: Index, *, now: datetime) -> int:
    """Index what is due of a kind, some at a time, each team's in a transaction of its own."""
    count = 0
    while rows := due.waiting(kind):
        by_team: dict[Team, list[SearchDue]] = defaultdict(list)
        for row in rows:
            by_team[row.team].append(row)
        taken = sum(_drain_team(team, own, index, now) for team, own in by_team.items())
        if not taken:  # another worker has them
            break
        count += taken
    return count


def _drain_team(team: Team, rows: Sequence[SearchDue], index: Index, now: datetime) -> int:
    with trail.unit_of_work(at=now):
        ids = due.take(team, rows)
        index(team, ids)
    return len(ids)


def compact() -> None:
    """Have SQLite's index forget the words of rows that are gone: it only marks them as such until then."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO agents_search(agents_search) VALUES ('optimize')")


def row(*, team: Team, kind: SearchKind, about: str, title: str, text: str, **given: Any) -> SearchRow:
    """A row that is not stored yet. A statement is found by its own words; where it stands is found as a memory."""
    title, text = title[:LONGEST_TITLE], text[:LONGEST_TEXT]
    said = words.joined(text) if kind == SearchKind.STATEMENT else words.joined(title, text)
    return SearchRow(team=team, kind=kind, about=about, title=title, text=text, words=said, **given)


def replace(*, team: Team, kinds: Iterable[SearchKind], ids: Sequence[str], rows: Iterable[SearchRow]) -> None:
    """Put these rows in the place of all there are about these ids."""
    SearchRow.objects.of(team).filter(kind__in=list(kinds), about__in=ids).delete()
    SearchRow.objects.bulk_create(rows, batch_size=500)


def _memories(team: Team, ids: Sequence[str]) -> None:
    memories = list(Memory.objects.of(team).with_text().filter(public_id__in=ids))
    replace(
        team=team,
        kinds=[SearchKind.MEMORY],
        ids=ids,
        rows=[_memory(team, memory) for memory in memories if not memory.archived],
    )
    for memory in memories:
        _statements(team, memory)


def _memory(team: Team, memory: Memory) -> SearchRow:
    return row(
        team=team,
        kind=SearchKind.MEMORY,
        about=memory.public_id,
        title=memory.path,
        text="",
        namespace=memory.namespace,
        at=memory.created_at,
    )


def _statements(team: Team, memory: Memory) -> None:
    """A row for each live statement; those that are there already stay, as most of a memory does."""
    records = StatementRecord.objects.of(team).filter(memory=memory)
    live = {one.pk: one for one in records.filter(retired_at=None).exclude(kind="heading")}
    if memory.archived or memory.head is None:
        live = {}
    known = SearchRow.objects.of(team).filter(kind=SearchKind.STATEMENT, about=memory.public_id)
    known.exclude(record__in=live, title=memory.path[:LONGEST_TITLE]).delete()
    there = set(known.values_list("record", flat=True))
    lines = text_lines.split(memory.head.text) if live and memory.head else []
    SearchRow.objects.bulk_create(
        (
            row(
                team=team,
                kind=SearchKind.STATEMENT,
                about=memory.public_id,
                record=record,
                title=memory.path,
                text="".join(lines[record.start : record.end]).strip(),
                namespace=memory.namespace,
                at=record.first_seen,
            )
            for pk, record in live.items()
            if pk not in there
        ),
        batch_size=500,
    )


def _sessions(team: Team, ids: Sequence[str]) -> None:
    sessions = list(Session.objects.of(team).newest_versions().filter(public_id__in=ids).select_related("agent"))
    said, tools = _said(team, sessions), _tools(team, sessions)
    replace(
        team=team,
        kinds=[SearchKind.SESSION],
        ids=ids,
        rows=[_session(team, one, [*said.get(one.pk, ()), *tools.get(one.pk, ())]) for one in sessions],
    )


def _session(team: Team, session: Session, said: Sequence[str]) -> SearchRow:
    title = " ".join(filter(None, (session.title, session.task, session.external_id)))
    return row(
        team=team,
        kind=SearchKind.SESSION,
        about=session.public_id,
        title=title,
        text="\n".join(said),
        agent=session.agent,
        at=session.ended_at,
    )


def _said(team: Team, sessions: Sequence[Session]) -> dict[int, list[str]]:
    """What people said in each session, from its beginning."""
    events = SessionEvent.objects.of(team).filter(session__in=sessions, source_class=SourceClass.USER_INPUT)
    rows = events.order_by("session", "position").values_list("session", "text")
    said: dict[int, list[str]] = defaultdict(list)
    for session, text in rows.iterator(2000):
        if len(said[session]) < MOST_MESSAGES:
            said[session].append(text[:LONGEST_TEXT])
    return said


def _tools(team: Team, sessions: Sequence[Session]) -> dict[int, list[str]]:
    """The tools that each session called, by name."""
    events = SessionEvent.objects.of(team).filter(session__in=sessions).exclude(tool="").order_by("session", "tool")
    called: dict[int, list[str]] = defaultdict(list)
    for session, tool in events.values_list("session", "tool").distinct():
        called[session].append(tool)
    return called
