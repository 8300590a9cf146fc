"""What statistics cannot see: transcripts read piece by piece beside memory, and what each piece gave put together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from agents.snapshot import Snapshot
from dreaming.engines.claude import answers, claims, memory_view, prompts, schemas, transcripts, trusting
from dreaming.engines.claude.answers import Found, Quoted
from dreaming.engines.claude.asking import Answer, Line, Question
from dreaming.engines.claude.claims import Claimed
from dreaming.engines.claude.memory_view import View
from dreaming.engines.claude.transcripts import Piece
from dreaming.engines.local.considered import Considered
from dreaming.engines.local.findings import Span
from dreaming.engines.local.reading.claims import Claim

TOO_MUCH = ("max_tokens", "model_context_window_exceeded")
ALLOWED = {"action": schemas.ACTIONS, "kind": schemas.KINDS}
LONGEST_TITLE, LONGEST_WHY = 120, 300


@dataclass(frozen=True, slots=True)
class Reading:
    """What a piece is read beside, and with which words of the team."""

    snapshot: Snapshot
    view: View
    beside: str
    shared: str
    model: str


def discover(line: Line, now: Considered, *, model: str, instructions: str) -> list[Claimed]:
    """Claims from the new sessions. Raises what `Line.ask` raises."""
    reading, pieces = _prepared(now, model, instructions)
    line.funnel["model_pieces"] += len(pieces)
    found = _read(line, reading, pieces)
    return claims.ranked(now.snapshot, claims.together(found, line.funnel))


def questions(now: Considered, *, model: str, instructions: str) -> list[Question]:
    """What `discover` would ask first, for whoever wants to know what that takes."""
    reading, pieces = _prepared(now, model, instructions)
    return _questions(reading, pieces)


def _prepared(now: Considered, model: str, instructions: str) -> tuple[Reading, list[Piece]]:
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
    """A piece that was too much for one answer is read again in halves, once."""
    found, again = [], list[Piece]()
    for piece, answer in zip(pieces, _asked(line, reading, pieces), strict=True):
        if answer.stop in TOO_MUCH:
            line.funnel["model_too_long"] += 1
            again += transcripts.halves(reading.snapshot, piece)
        else:
            found += _claims(line, reading, piece, answer)
    for piece, answer in zip(again, _asked(line, reading, again), strict=True):
        found += _claims(line, reading, piece, answer)
    return found


def _asked(line: Line, reading: Reading, pieces: Sequence[Piece]) -> list[Answer]:
    return line.ask(_questions(reading, pieces))


def _questions(reading: Reading, pieces: Sequence[Piece]) -> list[Question]:
    prompt = prompts.load("discover")
    return [Question("discover", prompt, reading.model, reading.shared, one.text, schemas.DISCOVER) for one in pieces]


def _claims(line: Line, reading: Reading, piece: Piece, answer: Answer) -> list[Claimed]:
    if answer.stop == "refusal":
        line.funnel["model_refused"] += 1
        return []
    found = answers.items(answer.text, Found, ALLOWED, line.funnel)
    line.funnel["model_found"] += len(found)
    return [claim for one in found if (claim := _claimed(line.funnel, reading, piece, one)) is not None]


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
