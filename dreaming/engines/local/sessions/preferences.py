"""What people ask for from now on, in their own words, and where they correct the agent.

Conservative on purpose: a lasting wish says that it lasts, speaks to the agent and is no question.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from agents.text import hidden
from agents.text.normalise import digest
from dreaming.engines.local import quotes
from dreaming.engines.local.curation import Curation
from dreaming.engines.local.findings import Finding, Span, counted, gist, strength
from dreaming.engines.local.lexicon import (
    ADDRESSED,
    CORRECTION,
    CORRECTION_HINTS,
    EVER,
    LASTING,
    LASTING_HINTS,
    LEAD_IN,
    OWN_PLANS,
)
from dreaming.engines.local.memory.stale import due_date
from dreaming.engines.local.reading import own_words
from dreaming.engines.local.reading.claims import words
from dreaming.engines.local.reading.messages import hinting
from dreaming.engines.local.reading.signals import Signals
from dreaming.engines.local.sessions import corrections, edited
from dreaming.engines.local.sessions.corrections import Said

SHORTEST, LONGEST = 15, 300
HINTS = (*LASTING_HINTS, *CORRECTION_HINTS) if LASTING_HINTS and CORRECTION_HINTS else ()
ONCE = 0.6  # confidence of a wish said by a person in one session


def find(signals: Signals, curation: Curation) -> list[Finding]:
    """Lasting wishes (one session is enough) and corrections that follow one tool in several sessions."""
    wishes: dict[str, list[Said]] = defaultdict(list)
    corrected: list[Said] = []
    for session, row in hinting(signals, HINTS):
        text = signals.text(row)
        for start, end in own_words.said(text):
            said = Said(session, Span(row, start, end), text[start:end])
            if is_wish(said.text):
                wishes[digest(LEAD_IN.sub("", said.text))].append(said)
            elif CORRECTION.search(said.text):
                corrected.append(said)
    for said in _remarked(signals):
        wishes[digest(LEAD_IN.sub("", said.text))].append(said)
    wishes = _by_meaning(wishes)
    found = [_wish(signals, key, group) for key, group in sorted(wishes.items()) if not _is_over(signals, group)]
    return found + corrections.find(signals, corrected, curation)


def _by_meaning(wishes: Mapping[str, list[Said]]) -> dict[str, list[Said]]:
    """Wishes of the same words in the same order are one, under the key of the first: two lessons would be copies."""
    first: dict[tuple[str, ...], str] = {}
    merged: dict[str, list[Said]] = {}
    for key, group in wishes.items():
        own = first.setdefault(words(EVER.sub(" ", LEAD_IN.sub("", group[0].text))), key)
        merged[own] = merged.get(own, []) + group
    return merged


def _remarked(signals: Signals) -> Iterator[Said]:
    """Wishes in what people remark on an output, which is quoted for them: a remark is no event."""
    for session, row, remark in edited.remarks(signals):
        output = quotes.head(signals, row)
        for start, end in own_words.said(remark.comment):
            if output is not None and is_wish(remark.comment[start:end]):
                yield Said(session, output, remark.comment[start:end])


def is_wish(text: str) -> bool:
    fits = SHORTEST <= len(text) <= LONGEST and not text.rstrip().endswith("?")
    if not fits or not LASTING.search(text) or not ADDRESSED.search(text) or OWN_PLANS.search(text):
        return False
    return not any(not piece.benign for piece in hidden.find(text))


def _is_over(signals: Signals, group: list[Said]) -> bool:
    due = due_date(group[-1].text)
    return due is not None and due < signals.snapshot.taken_at.date()


def _wish(signals: Signals, key: str, group: list[Said]) -> Finding:
    sessions = tuple(dict.fromkeys(said.session for said in group))
    words = " ".join(group[0].text.split())
    return Finding(
        kind="preference",
        key=("wish", key),
        statement=f"A person said in {counted(len(sessions), 'session')}: “{words}”",
        sessions=sessions,
        opportunities=len(signals.sessions),
        spans=tuple(said.span for said in group),
        confidence=max(ONCE, strength(len(sessions))),
        reason_code="stated_preference",
        title=f"As a person asked: {gist(_sentence(words), 90)}",
        lesson=_sentence(words),
        heading="Asked for by a person",
        rationale=f"A person said this in {counted(len(sessions), 'session')}, as a rule that lasts and not for one"
        " task only. The words are theirs.",
        numbers={"sessions": len(sessions)},
    )


def _sentence(words: str) -> str:
    """The wish without what leads into it, as a sentence."""
    rest = LEAD_IN.sub("", words)
    return rest[:1].upper() + rest[1:] if len(rest) >= SHORTEST else words
