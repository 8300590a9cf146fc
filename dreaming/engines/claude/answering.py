"""A request for changes, put to the model in the reviewer's words beside what was tried before: the next revision comes
back, or a reason."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from agents.snapshot import MemoryText, OpenChange, Snapshot
from agents.text import lines as text_lines
from agents.text.lines import Edit
from agents.text.normalise import normalise
from dreaming.engines.claude import answers, prompts, schemas, transcripts, trusting
from dreaming.engines.claude.answers import Answered
from dreaming.engines.claude.asking import Line, Question, Voice
from dreaming.engines.managed.quoting import Quoter, Said
from dreaming.engines.protocol import Decline, Operation, Quote, Request, Revision, Target, Tried

MOST_ROUNDS = 5
MOST_QUOTES, MOST_TRIED = 6, 8
LONGEST_SAID = 300
LONGEST_SHOWN = 1_000  # of a text that was tried, and of what a reviewer said of it
BULLETS = "-*+"


@dataclass(frozen=True, slots=True)
class Head:
    """What the last revision does: lines before and after, the line above them, and which of them is the sentence."""

    before: tuple[str, ...]
    after: tuple[str, ...]
    above: str | None
    at: int


def answer(line: Line, snapshot: Snapshot, request: Request, *, model: Voice) -> Revision | Decline:
    """Raises what `Line.ask` raises."""
    reply = _answer(line, snapshot, request, model)
    return replace(reply, funnel=dict(line.funnel))


def _answer(line: Line, snapshot: Snapshot, request: Request, model: Voice) -> Revision | Decline:
    change = next((one for one in snapshot.open_changes if one.id == request.change), None)
    head = _head_of(change, request.tried) if change is not None else None
    if change is None or head is None or request.round > MOST_ROUNDS:
        return Decline("It is not a single sentence that Claude could say otherwise. Please edit it.")
    sentence = _bare(head.after[head.at])
    quotes = _quotes(snapshot, change, sentence, ())
    (said,) = line.ask([_question(request, sentence, [quote.text for quote in quotes], model)])
    found = answers.one(said.text, Answered, line.funnel) if said.is_whole else None
    if found is None:
        return Decline("Claude had no answer that can be read. Please edit the change.")
    told = " ".join(found.said.split())[:LONGEST_SAID]
    text = found.text.strip()
    if not text:
        return Decline(told or "Claude found no other way to say it.")
    if normalise(text) in {normalise(_bare(line)) for one in request.tried for line in one.lines}:
        line.funnel["model_said_tried"] += 1
        return Decline("Claude gave a text that was tried before. Please edit the change.")
    fault = trusting.fault(text, beside=sentence)
    if not fault and trusting.adds(text, known=_known(request, sentence, quotes)):
        fault = "more"
    if fault or trusting.fault(told or "It says so now.", beside=sentence) not in ("", "language"):
        line.funnel[f"model_said_{fault or 'aside'}"] += 1
        return Decline("What Claude said could not be put into memory. Please edit the change.")
    return _revision(snapshot, change, head, sentence, text, told, model)


def _known(request: Request, sentence: str, quotes: Sequence[Quote]) -> list[str]:
    """What the next revision may say: what is proposed, what sessions say, and what reviewers said so far."""
    asked = [text for one in request.tried for text in one.asked]
    return [sentence, request.text, *asked, *(quote.text for quote in quotes)]


def _revision(
    snapshot: Snapshot, change: OpenChange, head: Head, sentence: str, text: str, told: str, model: Voice
) -> Revision | Decline:
    target = _target(snapshot, change, head, head.after[head.at].replace(sentence, text))
    if target is None:
        return Decline("Memory has moved since it was proposed. Please edit the change.")
    edit = target.edits[0]
    place = edit.start + head.at
    quotes = _quotes(snapshot, change, text, ((0, place, place + 1),))
    operation = Operation(
        kind=change.operation,
        title=f"{'Reword' if change.operation == 'edit' else 'Add'}: {text}"[:200],
        rationale=f"{told} Said by {model} (prompt {prompts.load('answer').id}) after what a reviewer asked for.",
        reason_code=change.reason_code,
        confidence=0.4,
        fingerprint=change.fingerprint,
        targets=(target,),
        quotes=quotes,
        choice="rewrite",
    )
    return Revision(operation, told or "Said otherwise.")


def _head_of(change: OpenChange, tried: Sequence[Tried]) -> Head | None:
    """The last revision, where it is one edit of one memory and brings one line that says something new."""
    edits = [edit for _, _, edits in tried[-1].parts for edit in edits] if tried else []
    if change.operation not in ("add", "edit") or len(change.paths) != 1 or len(edits) != 1:
        return None
    before, after = edits[0]
    old = {normalise(line) for line in before}
    said = [
        at for at, line in enumerate(after) if not line.lstrip().startswith("#") and normalise(line) not in {"", *old}
    ]
    return Head(tuple(before), tuple(after), tried[-1].above, said[0]) if len(said) == 1 else None


def _bare(line: str) -> str:
    text = line.strip()
    return text[1:].lstrip() if text[:1] in BULLETS and text[1:2] == " " else text


def _target(snapshot: Snapshot, change: OpenChange, head: Head, line: str) -> Target | None:
    fresh = (*head.after[: head.at], line, *head.after[head.at + 1 :])
    (path,) = change.paths
    if change.operation == "add":
        return Target(change.namespace, "", "", path, path, (Edit(0, 0, fresh),))
    memory = _memory(snapshot, change)
    place = _place(text_lines.split(memory.text), head) if memory is not None else None
    if memory is None or place is None:
        return None
    edit = Edit(place, place + len(head.before), fresh)
    return Target(change.namespace, memory.id, memory.version_id, memory.path, memory.path, (edit,))


def _place(rows: Sequence[str], head: Head) -> int | None:
    """Where the lines that go stand, below the line that stood above them, if that is one place."""
    wanted = (*head.before,) if head.above is None else (head.above, *head.before)
    starts = range(len(rows)) if head.above is not None else (0,)
    found = [at for at in starts if tuple(rows[at : at + len(wanted)]) == wanted]
    return found[0] + len(wanted) - len(head.before) if len(found) == 1 else None


def _memory(snapshot: Snapshot, change: OpenChange) -> MemoryText | None:
    own = [one for one in snapshot.memories if one.id in change.memory_ids and not one.protected]
    return own[0] if len(own) == 1 else None


def _quotes(
    snapshot: Snapshot, change: OpenChange, sentence: str, lines: Sequence[tuple[int, int, int]]
) -> tuple[Quote, ...]:
    """What the sessions behind the change say of the sentence."""
    wanted = [Said(sentence, lines[0] if lines else (0, 0, 1))]
    return Quoter(snapshot, change.sessions, list(change.removes), wanted).of(wanted, MOST_QUOTES)


def _question(request: Request, sentence: str, quotes: Sequence[str], model: Voice) -> Question:
    told = [
        f"What is proposed:\n{transcripts.fenced('proposal', [sentence])}",
        f"What the sessions say:\n{transcripts.fenced('quotes', quotes) or '(nothing)'}",
        f"What was tried, oldest first:\n{''.join(_shown(request.tried)) or '(nothing else)'}",
        f"What the reviewer wants, for the reason {request.reason_code or 'unsaid'}, round {request.round}:",
        transcripts.fenced("reviewer", [request.text]),
    ]
    return Question("answer", prompts.load("answer"), model, "", "\n".join(told), schemas.ANSWER)


def _shown(tried: Sequence[Tried]) -> Iterator[str]:
    for one in tried[-MOST_TRIED:]:
        text = "\n".join(_bare(line) for line in one.lines if line.strip())
        yield transcripts.fenced("tried", [text[:LONGEST_SHOWN]]) + "\n"
        if one.asked:
            yield transcripts.fenced("asked", [words[:LONGEST_SHOWN] for words in one.asked]) + "\n"
