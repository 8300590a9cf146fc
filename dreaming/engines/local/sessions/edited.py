"""What people change in the agent's output, and what they remark on it: feedback that came with sessions.

The same words put in place of the same words in several sessions are a preference. A remark is read as what a person
says in a session is, and is quoted by the output that it was made on.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from rapidfuzz.distance import Indel

from agents.snapshot import KINDS, SOURCE_CLASSES, FeedbackMark
from agents.text.normalise import normalise
from agents.text.tokens import pieces
from dreaming.engines.local import quotes
from dreaming.engines.local.curation import Curation
from dreaming.engines.local.findings import Finding, Span, counted, cut, strength
from dreaming.engines.local.reading.signals import Signals

MESSAGE = KINDS.index("message")
AGENT = SOURCE_CLASSES.index("agent_authored")
LONGEST = 12_000  # code points of an output that is compared
BORDER = re.compile(r"[.!?]\s+\S")  # a sentence more is other content, not another way to say the same
MOST_WORDS = 8  # of one replacement: longer ones are rewritings, which say little about the next output
LEAST_ALIKE = 0.4  # outputs less alike were written anew


@dataclass(frozen=True, slots=True)
class Change:
    """One replacement in one output: the words that were there (their span), and those that a person put instead."""

    session: int
    span: Span
    before: str
    after: str

    @property
    def key(self) -> tuple[str, str]:
        return normalise(self.before), normalise(self.after)


def find(signals: Signals, curation: Curation) -> list[Finding]:
    """Replacements that people made in the output of at least `min_sessions` sessions."""
    groups: dict[tuple[str, str], list[Change]] = defaultdict(list)
    corrected = 0
    for session, row, remark in remarks(signals):
        if remark.corrected:
            corrected += 1
            for change in _changes(session, row, signals.text(row), remark.corrected):
                groups[change.key].append(change)
    found = []
    for key, group in sorted(groups.items()):
        sessions = tuple(dict.fromkeys(change.session for change in group))
        undone = groups.get((key[1], key[0]), ())
        if len(sessions) >= curation.min_sessions and not undone:
            found.append(_finding(key, group, sessions, corrected))
    return found


def remarks(signals: Signals) -> Iterator[tuple[int, int, FeedbackMark]]:
    """Session, row and remark of all feedback on messages of the agent, in canonical order; a remark on a session as a
    whole is taken to be on its last message."""
    events, marks = signals.snapshot.events, signals.snapshot.sessions
    for session in (session for session in signals.sessions.tolist() if marks[session].feedback):
        own = [
            row
            for row in events.rows_of(session)
            if events.kind[row] == MESSAGE and events.source_class[row] == AGENT and events.text[row].strip()
        ]
        for remark in marks[session].feedback:
            meant = [row for row in own if remark.position in (-1, int(events.position[row]))]
            if meant:
                yield session, meant[-1], remark


def _changes(session: int, row: int, before: str, after: str) -> Iterator[Change]:
    """Short replacements and removals of whole words, each once."""
    if max(len(before), len(after)) > LONGEST:
        return
    old, new = pieces(before), pieces(after)
    if Indel.normalized_similarity(old, new) < LEAST_ALIKE:
        return
    places = [0]
    for piece in old:
        places.append(places[-1] + len(piece))
    seen: set[tuple[str, str]] = set()
    for start, end, put in _replacements(old, new):
        taken = before[places[start] : places[end]]
        lead = len(taken) - len(taken.lstrip())
        change = Change(
            session, Span(row, places[start] + lead, places[start] + len(taken.rstrip())), taken.strip(), put.strip()
        )
        if change.before and change.key[0] != change.key[1] and change.key not in seen:
            seen.add(change.key)
            yield change


def _replacements(old: list[str], new: list[str]) -> Iterator[tuple[int, int, str]]:
    """Half-open runs of old pieces and the text in their place; runs that only white space parts are one."""
    runs: list[list[int]] = []
    for step in Indel.opcodes(old, new):
        if step.tag == "equal":
            continue
        apart = not runs or any(not piece.isspace() for piece in old[runs[-1][1] : step.src_start])
        if apart:
            runs.append([step.src_start, step.src_end, step.dest_start, step.dest_end])
        else:
            runs[-1][1], runs[-1][3] = step.src_end, step.dest_end
    for start, end, put, until in runs:
        words = sum(not piece.isspace() for piece in (*old[start:end], *new[put:until]))
        text = "".join(new[put:until])
        if 0 < words <= 2 * MOST_WORDS and not BORDER.search(text):
            yield start, end, text


def _finding(key: tuple[str, str], group: list[Change], sessions: tuple[int, ...], corrected: int) -> Finding:
    before, after = (cut(text, 80) for text in (group[0].before, group[0].after))
    said = f"changed “{before}” to “{after}”" if after else f"took out “{before}”"
    counts = f"People {said} in the agent's output in {counted(len(sessions), 'session')}."
    lesson = f"Write “{after}”, not “{before}”." if after else f"Leave out “{before}”."
    return Finding(
        kind="preference",
        key=("edited", *key),
        statement=counts,
        sessions=sessions,
        opportunities=corrected,
        spans=quotes.kept(*(change.span for change in group)),
        confidence=strength(len(sessions)),
        reason_code="edited_by_people",
        title=f"As people corrected the output: {lesson[:1].lower()}{lesson[1:-1]}",
        lesson=lesson,
        heading="What people change in the output",
        rationale=f"{counts} {counted(corrected, 'output')} came back corrected.",
        anchors=(before, after) if after else (before,),
        numbers={"sessions": len(sessions), "corrected_outputs": corrected},
    )
