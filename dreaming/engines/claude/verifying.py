"""Whether the quotes alone bear a claim out, asked of a model that sees nothing else."""

from __future__ import annotations

from collections.abc import Sequence

from agents.snapshot import Snapshot
from dreaming.engines.claude import answers, prompts, schemas, transcripts
from dreaming.engines.claude.answers import Verified
from dreaming.engines.claude.asking import Line, Question
from dreaming.engines.claude.claims import Claimed

AT_ONCE = 10
MOST_QUOTES = 8


def verify(line: Line, snapshot: Snapshot, found: Sequence[Claimed], *, model: str) -> list[Claimed]:
    """The claims that hold. Raises what `Line.ask` raises."""
    groups = [range(at, min(at + AT_ONCE, len(found))) for at in range(0, len(found), AT_ONCE)]
    questions = [_question(snapshot, found, group, model) for group in groups]
    verdicts: dict[str, str] = {}
    for group, answer in zip(groups, line.ask(questions), strict=True):
        if not answer.is_whole:
            line.funnel["model_refused" if answer.stop == "refusal" else "model_too_long"] += 1
        for item in answers.items(answer.text, Verified, {"verdict": schemas.VERDICTS}, line.funnel):
            known = {f"K{number}" for number in group}
            if item.claim in known:
                # Of two words on one claim the worse one counts.
                worse = verdicts.get(item.claim, "supported") != "supported"
                verdicts[item.claim] = verdicts[item.claim] if worse else item.verdict
    kept = []
    for number, claim in enumerate(found):
        verdict = verdicts.get(f"K{number}", "unanswered")
        if verdict == "supported":
            kept.append(claim)
        else:
            line.funnel[f"model_{verdict}"] += 1
    return kept


def _question(snapshot: Snapshot, found: Sequence[Claimed], group: range, model: str) -> Question:
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
