"""What statistics cannot see: transcripts read piece by piece beside memory, and what each piece gave put together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from agents.snapshot import Snapshot
from dreaming.engines.claude import answers, claims, halving, memory_view, prompts, schemas, transcripts, trusting
from dreaming.engines.claude.answers import Found, Quoted
from dreaming.engines.claude.asking import Line, Question, Voice
from dreaming.engines.claude.claims import Claimed
from dreaming.engines.claude.halving import Form
from dreaming.engines.claude.memory_view import View
from dreaming.engines.claude.transcripts import Piece
from dreaming.engines.local.considered import Considered
from dreaming.engines.local.findings import Span
from dreaming.engines.local.reading.claims import Claim

FORM = Form(Found, {"action": schemas.ACTIONS, "kind": schemas.KINDS})
DEEPEST = 3  # halvings of a piece: each asks about all of it again
LONGEST_TITLE, LONGEST_WHY = 120, 300


@dataclass(frozen=True, slots=True)
class Reading:
    """What a piece is read beside, and with which words of the team."""

    snapshot: Snapshot
    view: View
    beside: str
    shared: str
    model: Voice


def discover(line: Line, now: Considered, *, model: Voice, instructions: str) -> list[Claimed]:
    """Claims from the new sessions. Raises what `Line.ask` raises."""
    reading, pieces = _prepared(now, model, instructions)
    line.funnel["model_pieces"] += len(pieces)
    found = _read(line, reading, pieces)
    return claims.ranked(now.snapshot, claims.together(found, line.funnel))


def questions(now: Considered, *, model: Voice, instructions: str) -> list[Question]:
    """What `discover` would ask first, for whoever wants to know what that takes."""
    reading, pieces = _prepared(now, model, instructions)
    return [_question(reading, one) for one in pieces]


def _prepared(now: Considered, model: Voice, instructions: str) -> tuple[Reading, list[Piece]]:
    snapshot = now.snapshot
    new = [one for one in now.signals.sessions.tolist() if snapshot.sessions[one].is_new]
    pieces = transcripts.pieces(snapshot, new)
    view = memory_view.view(now, pieces)
    beside = "\n".join(one.text for one in now.known[:400])
    return Reading(snapshot, view, beside, _shared(view, instructions), model), pieces


def _shared(view: View, instructions: str) -> str:
    wishes = f"\n\nWhat the team asks of dreams:\n{instructions.strip()}" if instructions.strip() else ""
    return view.text + wishes


def _read(line: Line, reading: Reading, pieces: Sequence[Piece]) -> list[Claimed]:
    read = halving.ask(
        line,
        pieces,
        partial(_question, reading),
        FORM,
        halves=partial(transcripts.halves, reading.snapshot),
        size=lambda piece: len(piece.rows),
        deepest=DEEPEST,
    )
    line.funnel["model_found"] += sum(len(one.items) for one in read)
    claimed = [_claimed(line.funnel, reading, one.part, item) for one in read for item in one.items]
    return [claim for claim in claimed if claim is not None]


def _question(reading: Reading, piece: Piece) -> Question:
    return Question("discover", prompts.load("discover"), reading.model, reading.shared, piece.text, schemas.DISCOVER)


def _claimed(funnel: Counter[str], reading: Reading, piece: Piece, found: Found) -> Claimed | None:
    at = reading.view.claims.get(found.memory)
    if found.action != "add" and (at is None or _is_kept(reading.snapshot, at)):
        funnel["model_no_such_statement" if at is None else "model_kept_statement"] += 1
        return None
    lesson, title, why = (" ".join(one.split()) for one in (found.lesson, found.title, found.why))
    fault = next((one for one in (_fault(found, reading.beside), _noted(title, why, reading.beside)) if one), "")
    if fault:
        funnel[f"model_said_{fault}"] += 1
        return None
    spans = _spans(funnel, reading.snapshot, piece, found)
    if not any(one.stance == "for" for one in spans):
        funnel["model_unquoted"] += 1
        return None
    change = reading.view.open.get(found.same_as)
    return Claimed(
        found.action,
        found.kind,
        title[:LONGEST_TITLE],
        lesson,
        why[:LONGEST_WHY],
        spans,
        at if found.action != "add" else None,
        change.id if change else "",
    )


def _is_kept(snapshot: Snapshot, at: Claim) -> bool:
    memory = snapshot.memories[at.memory]
    return at.fixed or at.pinned or memory.protected or memory.namespace not in snapshot.namespaces


def _fault(found: Found, beside: str) -> str:
    """A lesson as it came: a line break or a hidden sign in it is no slip to be mended in silence."""
    return trusting.fault(found.lesson.strip(), beside=beside)


def _noted(title: str, why: str, beside: str) -> str:
    """What the reviewer reads about it is held to the same."""
    said = f"{title}. {why}"[: trusting.LONGEST]
    return trusting.fault(said, beside=beside) if title else "length"


def _spans(funnel: Counter[str], snapshot: Snapshot, piece: Piece, found: Found) -> tuple[Span, ...]:
    spans = []
    for raw in found.evidence[: answers.MOST_ITEMS]:
        quoted = answers.read(raw, Quoted, {"stance": schemas.STANCES})
        if quoted is None:
            funnel["model_unfit"] += 1
        elif quoted.event not in piece.rows:
            funnel["model_events_unknown"] += 1
        else:
            spans.append(claims.span(snapshot, piece.rows[quoted.event], quoted.quote, quoted.stance, funnel))
    return tuple(dict.fromkeys(one for one in spans if one is not None))
