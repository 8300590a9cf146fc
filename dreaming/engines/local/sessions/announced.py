"""What people say is so from now on, though they ask for nothing: another value for what memory holds, no lesson."""

from __future__ import annotations

from collections import defaultdict

from agents.text.normalise import digest
from dreaming.engines.local.findings import Finding, Span, counted
from dreaming.engines.local.lexicon import LASTING, LASTING_HINTS
from dreaming.engines.local.memory import stated
from dreaming.engines.local.reading import own_words
from dreaming.engines.local.reading.messages import hinting
from dreaming.engines.local.reading.own_words import FIRST_WORDS
from dreaming.engines.local.reading.signals import Signals
from dreaming.engines.local.sessions.preferences import is_wish


def find(signals: Signals) -> list[Finding]:
    """By wording; wishes are found with the preferences."""
    groups: dict[str, list[tuple[int, Span, str]]] = defaultdict(list)
    for session, row in hinting(signals, LASTING_HINTS):
        text = signals.text(row)[:FIRST_WORDS]
        if LASTING.search(text):
            for start, end in own_words.said(text):
                said = text[start:end]
                if _announces(said):
                    words = stated.sentence(said)
                    groups[digest(words)].append((session, Span(row, start, end), words))
    return [_finding(key, group) for key, group in sorted(groups.items()) if group[0][2]]


def _announces(said: str) -> bool:
    if not LASTING.search(said) or said.rstrip().endswith("?") or is_wish(said):
        return False
    return bool(stated.read(said))


def _finding(key: str, group: list[tuple[int, Span, str]]) -> Finding:
    sessions = tuple(dict.fromkeys(session for session, _, _ in group))
    return Finding(
        kind="preference",
        key=("announced", key),
        statement="",
        sessions=sessions,
        opportunities=len(sessions),
        spans=tuple(span for _, span, _ in group),
        confidence=stated.SAID,
        reason_code="updates",
        lesson=group[0][2],
        rationale=f"Said by a person as something that lasts, in {counted(len(sessions), 'session')}.",
    )
