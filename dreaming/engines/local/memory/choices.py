"""What a person may want instead of taking out one of two statements that cannot both hold."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agents.text.phrases import scope_of
from dreaming.engines.local.findings import Choice
from dreaming.engines.local.reading.claims import Claim

_OPENS = re.compile(r"(?:The|A|An|All|Every|Each|Our|My|This|These)\b")
_CLOSED = re.compile(r"[.!]+$")


def of(stays: Claim, past: Claim, told: Sequence[str] = ()) -> tuple[Choice, ...]:
    """Keep the other one; keep both, each with its heading or its date; or say it in a person's words."""
    found: list[Choice] = []
    if not stays.fixed:
        found.append(Choice("keep_other", (stays,), ("",)))
        if not past.fixed:
            found += [*_scoped(stays, past), *_dated(stays, past)]
        found += [Choice("rewrite", (stays, past), (words, "")) for words in dict.fromkeys(told) if words][:1]
    return tuple(found)


def _scoped(stays: Claim, past: Claim) -> list[Choice]:
    """With the heading below which only one of them stands: the one scope that is known of a statement."""
    own = {claim: _own_heading(claim, other) for claim, other in ((stays, past), (past, stays))}
    named = tuple(claim for claim, name in own.items() if name)
    puts = tuple(f"For {own[claim]}, {_inner(claim.text)}" for claim in named)
    return [Choice("both_scoped", named, puts)] if named else []


def _own_heading(claim: Claim, other: Claim) -> str:
    above = other.heading[: len(claim.heading)] == claim.heading
    return "" if above or not scope_of(claim.heading[-1:]) else claim.heading[-1].strip()


def _inner(text: str) -> str:
    return text[:1].lower() + text[1:] if _OPENS.match(text) else text


def _dated(stays: Claim, past: Claim) -> list[Choice]:
    """With the days on which memory first held them: a note of a day is history, and no contradiction."""
    days = [claim.first_seen.date().isoformat() for claim in (stays, past)]
    if days[0] == days[1]:
        return []
    puts = tuple(_noted(claim.text, day) for claim, day in zip((stays, past), days, strict=True))
    return [Choice("both_dated", (stays, past), puts)]


def _noted(text: str, day: str) -> str:
    closing = _CLOSED.search(text)
    body = text[: closing.start()] if closing else text
    return f"{body} (noted on {day}){closing.group() if closing else ''}"
