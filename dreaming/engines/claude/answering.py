"""A request for changes, put to the model in the reviewer's words: the next revision comes back, or a reason."""

from __future__ import annotations

from collections.abc import Sequence

from agents.snapshot import MemoryText, OpenChange, Snapshot
from agents.text import lines as text_lines
from agents.text.lines import Edit
from dreaming.engines.claude import answers, prompts, schemas, transcripts, trusting
from dreaming.engines.claude.answers import Answered
from dreaming.engines.claude.asking import Line, Question
from dreaming.engines.managed.quoting import Quoter, Said
from dreaming.engines.protocol import Decline, Operation, Quote, Request, Revision, Target, mark_of

MOST_ROUNDS = 5
MOST_QUOTES = 6
LONGEST_SAID = 300
BULLETS = "-*+"


def answer(line: Line, snapshot: Snapshot, request: Request, *, model: str) -> Revision | Decline:
    """Raises what `Line.ask` raises."""
    change = next((one for one in snapshot.open_changes if one.id == request.change), None)
    at = _line_of(change) if change is not None else None
    if change is None or at is None or request.round > MOST_ROUNDS:
        return Decline("It is not a single sentence that Claude could say otherwise. Please edit it.")
    old = change.adds[at]
    sentence = _bare(old)
    quotes = _quotes(snapshot, change, sentence, ())
    (said,) = line.ask([_question(request, sentence, [quote.text for quote in quotes], model)])
    found = answers.one(said.text, Answered, line.funnel) if said.is_whole else None
    if found is None:
        return Decline("Claude had no answer that can be read. Please edit the change.")
    told = " ".join(found.said.split())[:LONGEST_SAID]
    text = found.text.strip()
    if not text:
        return Decline(told or "Claude found no other way to say it.")
    fault = trusting.fault(text, beside=sentence)
    if not fault and trusting.adds(text, known=[sentence, request.text, *(quote.text for quote in quotes)]):
        fault = "more"
    if fault or trusting.fault(told or "It says so now.", beside=sentence) not in ("", "language"):
        line.funnel[f"model_said_{fault or 'aside'}"] += 1
        return Decline("What Claude said could not be put into memory. Please edit the change.")
    return _revision(snapshot, request, change, at, old.replace(sentence, text), text, told, model)


def _revision(
    snapshot: Snapshot,
    request: Request,
    change: OpenChange,
    at: int,
    fresh: str,
    sentence: str,
    told: str,
    model: str,
) -> Revision | Decline:
    target = _target(snapshot, change, (*change.adds[:at], fresh, *change.adds[at + 1 :]))
    if target is None:
        return Decline("Memory has moved since it was proposed. Please edit the change.")
    memory = _memory(snapshot, change)
    rows = text_lines.split(memory.text) if memory else []
    edits = [(rows[edit.start : edit.end], edit.lines) for edit in target.edits]
    if mark_of([(target.path_before, target.path_after, edits)]) in request.tried:
        return Decline("Claude found no other way to say it. Please edit the change.")
    edit = target.edits[0]
    place = edit.start + at
    quotes = _quotes(snapshot, change, sentence, ((0, place, place + 1),))
    operation = Operation(
        kind=change.operation,
        title=f"{'Reword' if change.operation == 'edit' else 'Add'}: {sentence}"[:200],
        rationale=f"{told} Said by {model} (prompt {prompts.load('answer').id}) after what a reviewer asked for.",
        reason_code=change.reason_code,
        confidence=0.4,
        fingerprint=change.fingerprint,
        targets=(target,),
        quotes=quotes,
        choice="rewrite",
    )
    return Revision(operation, told or "Said otherwise.")


def _line_of(change: OpenChange) -> int | None:
    """The one line that says something among those that it brings."""
    said = [at for at, line in enumerate(change.adds) if line.strip() and not line.lstrip().startswith("#")]
    return said[0] if len(said) == 1 and change.operation in ("add", "edit") and len(change.paths) == 1 else None


def _bare(line: str) -> str:
    text = line.strip()
    return text[1:].lstrip() if text[:1] in BULLETS and text[1:2] == " " else text


def _target(snapshot: Snapshot, change: OpenChange, adds: Sequence[str]) -> Target | None:
    fresh = tuple(adds)
    (path,) = change.paths
    if change.operation == "add":
        return Target(change.namespace, "", "", path, path, (Edit(0, 0, fresh),))
    memory = _memory(snapshot, change)
    if memory is None:
        return None
    rows = text_lines.split(memory.text)
    place = _place(rows, change.removes)
    if place is None:
        return None
    edit = Edit(place, place + len(change.removes), fresh)
    return Target(change.namespace, memory.id, memory.version_id, memory.path, memory.path, (edit,))


def _place(rows: Sequence[str], removes: Sequence[str]) -> int | None:
    """Where the lines that go stand, if that is one place; without any, the end."""
    if not removes:
        return len(rows)
    wanted, size = [one.strip() for one in removes], len(removes)
    found = [at for at in range(len(rows)) if [row.strip() for row in rows[at : at + size]] == wanted]
    return found[0] if len(found) == 1 else None


def _memory(snapshot: Snapshot, change: OpenChange) -> MemoryText | None:
    own = [one for one in snapshot.memories if one.id in change.memory_ids and not one.protected]
    return own[0] if len(own) == 1 else None


def _quotes(
    snapshot: Snapshot, change: OpenChange, sentence: str, lines: Sequence[tuple[int, int, int]]
) -> tuple[Quote, ...]:
    """What the sessions behind the change say of the sentence."""
    wanted = [Said(sentence, lines[0] if lines else (0, 0, 1))]
    return Quoter(snapshot, change.sessions, list(change.removes), wanted).of(wanted, MOST_QUOTES)


def _question(request: Request, sentence: str, quotes: Sequence[str], model: str) -> Question:
    told = [
        f"What is proposed:\n{transcripts.fenced('proposal', [sentence])}",
        f"What the sessions say:\n{transcripts.fenced('quotes', quotes) or '(nothing)'}",
        f"What the reviewer wants, for the reason {request.reason_code or 'unsaid'}, round {request.round}:",
        transcripts.fenced("reviewer", [request.text]),
    ]
    return Question("answer", prompts.load("answer"), model, "", "\n".join(told), schemas.ANSWER)
