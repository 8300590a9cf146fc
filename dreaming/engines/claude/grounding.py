"""Evidence for and against, looked for in all sessions by somebody who did not make the claim."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from heapq import nlargest

from agents.snapshot import Snapshot
from agents.text import support
from dreaming.engines.claude import claims, halving, prompts, schemas, transcripts
from dreaming.engines.claude.answers import Grounded
from dreaming.engines.claude.asking import Line, Question, Voice
from dreaming.engines.claude.claims import Claimed
from dreaming.engines.claude.halving import Form
from dreaming.engines.local.considered import Considered
from dreaming.engines.local.findings import Span

FORM = Form(Grounded, {"stance": schemas.STANCES})
AT_ONCE = 8  # claims in one question
PASSAGES, LONGEST_PASSAGE = 10, 900  # a claim, one a session; characters
LEAST = 2.0  # of what is shared: as much as two words, or one name


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of one event that may bear on a claim."""

    row: int
    text: str


def ground(line: Line, now: Considered, found: Sequence[Claimed], *, model: Voice) -> list[Claimed]:
    """The claims that could be asked about, with the evidence that was found beside their own. Raises what `Line.ask`
    raises."""
    if not found:
        return []
    passages = _passages(now, found)
    spans: dict[int, list[Span]] = {}
    question = partial(_question, found, passages, model)
    for read in halving.ask_in_groups(line, range(len(found)), question, FORM, at_once=AT_ONCE):
        spans |= {number: [] for number in read.part}
        for item in read.items:
            _take(line, now.snapshot, item, read.part, passages, spans)
    return [
        replace(found[number], spans=tuple(dict.fromkeys((*found[number].spans, *more))))
        for number, more in spans.items()
    ]


def _take(
    line: Line,
    snapshot: Snapshot,
    item: Grounded,
    group: Sequence[int],
    passages: Sequence[Sequence[Passage]],
    spans: dict[int, list[Span]],
) -> None:
    number = _number(item.claim, "K")
    place = _number(item.event.rpartition(".")[2], "E")
    if number not in group or not 0 <= place < len(passages[number]):
        line.funnel["model_events_unknown"] += 1
        return
    passage = passages[number][place]
    if item.quote.strip() not in passage.text:
        line.funnel["model_quotes_not_there"] += 1
        return
    span = claims.span(snapshot, passage.row, item.quote, item.stance, line.funnel)
    if span is not None:
        spans[number].append(span)


def _number(ref: str, letter: str) -> int:
    digits = ref[1:]
    return int(digits) if ref[:1] == letter and digits.isascii() and digits.isdigit() and len(digits) < 7 else -1


def _question(
    found: Sequence[Claimed], passages: Sequence[Sequence[Passage]], model: Voice, group: Sequence[int]
) -> Question:
    told = []
    for number in group:
        told.append(f"Claim K{number}:\n{transcripts.fenced('claim', [found[number].lesson])}")
        for place, passage in enumerate(passages[number]):
            told.append(f"Passage K{number}.E{place}:\n{transcripts.fenced('passage', [passage.text])}")
    return Question("ground", prompts.load("ground"), model, "", "\n".join(told), schemas.GROUND)


def _passages(now: Considered, found: Sequence[Claimed]) -> list[list[Passage]]:
    """For each claim the events that share most with it, the best of a session, in one pass over all events."""
    snapshot, words = now.snapshot, [claim.words for claim in found]
    best: list[dict[int, tuple[float, int]]] = [{} for _ in found]
    wanted = frozenset().union(*words)
    for session in now.signals.sessions.tolist():
        for row in transcripts.readable(snapshot, session):
            said = support.words(snapshot.events.text[row]) & wanted
            for number, own in enumerate(words) if said else ():
                score = support.weight(own & said)
                if score >= LEAST and score > best[number].get(session, (0.0, 0))[0]:
                    best[number][session] = (score, row)
    return [
        [Passage(row, _around(snapshot, row, words[number])) for _, row in nlargest(PASSAGES, sorted(own.values()))]
        for number, own in enumerate(best)
    ]


def _around(snapshot: Snapshot, row: int, words: frozenset[str]) -> str:
    """The stretch of an event from the line that shares most with the claim."""
    text = snapshot.events.text[row]
    if len(text) <= LONGEST_PASSAGE:
        return text
    starts = [0, *(at + 1 for at, sign in enumerate(text[: support.LONGEST * 8]) if sign == "\n")]
    begin = max(starts, key=lambda at: (support.weight(support.words(text[at : at + 300]) & words), -at))
    return text[begin : begin + LONGEST_PASSAGE]
