"""Whether the quotes alone bear a claim out, asked of a model that sees nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from agents.snapshot import Snapshot
from dreaming.engines.claude import halving, prompts, schemas, transcripts
from dreaming.engines.claude.answers import Verified
from dreaming.engines.claude.asking import Line, Question, Voice
from dreaming.engines.claude.claims import Claimed
from dreaming.engines.claude.halving import Form

FORM = Form(Verified, {"verdict": schemas.VERDICTS})
AT_ONCE = 10
MOST_QUOTES = 8


def verify(line: Line, snapshot: Snapshot, found: Sequence[Claimed], *, model: Voice) -> list[Claimed]:
    """The claims that hold. Raises what `Line.ask` raises."""
    verdicts: dict[int, str] = {}
    question = partial(_question, snapshot, found, model)
    for read in halving.ask_in_groups(line, range(len(found)), question, FORM, at_once=AT_ONCE):
        verdicts |= {number: _verdict(read.items, f"K{number}") for number in read.part}
    for verdict in verdicts.values():
        if verdict != "supported":
            line.funnel[f"model_{verdict}"] += 1
    return [found[number] for number, verdict in verdicts.items() if verdict == "supported"]


def _verdict(said: Sequence[Verified], claim: str) -> str:
    """Of several words on one claim the first bad one counts."""
    own = [one.verdict for one in said if one.claim == claim]
    return next((one for one in own if one != "supported"), own[0] if own else "unanswered")


def _question(snapshot: Snapshot, found: Sequence[Claimed], model: Voice, group: Sequence[int]) -> Question:
    told = []
    for number in group:
        claim = found[number]
        told.append(f"Claim K{number}:\n{transcripts.fenced('claim', [_said(claim)])}")
        for stance in schemas.STANCES:
            spans = [one for one in claim.spans if one.stance == stance][:MOST_QUOTES]
            quotes = [snapshot.events.text[one.row][one.start : one.end] for one in spans]
            told.append(f"Quotes {stance} it:\n{transcripts.fenced('quote', quotes) or '(none)'}")
    return Question("verify", prompts.load("verify"), model, "", "\n".join(told), schemas.VERIFY)


def _said(claim: Claimed) -> str:
    if claim.at is None:
        return claim.lesson
    old = " ".join(claim.at.text.split())
    return f"No longer true: {old} {'True now' if claim.action == 'replace' else 'Because'}: {claim.lesson}"
