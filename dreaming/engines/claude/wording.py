"""Lessons that the local engine found, in plainer words: only of what is about to be proposed, and nothing added."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import partial

from agents.text.specifics import lost
from dreaming.engines.claude import halving, prompts, schemas, transcripts, trusting
from dreaming.engines.claude.answers import Worded
from dreaming.engines.claude.asking import Line, Question, Voice
from dreaming.engines.claude.halving import Form
from dreaming.engines.local.considered import Considered
from dreaming.engines.local.findings import Finding
from dreaming.engines.local.proposing import operations

FORM = Form(Worded, {})
AT_ONCE = 10
QUOTES = 3


def word(line: Line, now: Considered, patterns: Collection[str], *, model: Voice) -> list[Finding]:
    """All findings, those of these pattern keys in the model's words where they pass. Raises what `Line.ask` raises."""
    chosen = [one for one in now.findings if operations.pattern_key(one) in patterns and one.lesson]
    spoken: dict[tuple[str, ...], str] = {}
    question = partial(_question, now, model)
    for read in halving.ask_in_groups(line, chosen, question, FORM, at_once=AT_ONCE):
        by_id = {f"L{number}": one for number, one in enumerate(read.part)}
        for item in read.items:
            finding = by_id.get(item.id)
            if finding is None:
                line.funnel["model_unfit"] += 1
            elif _is_fit(line, now, finding, item.lesson):
                spoken[(finding.kind, *finding.key)] = item.lesson.strip()
    prompt = prompts.load("word").id
    return [
        _worded(one, spoken[(one.kind, *one.key)], f"Worded by {model} (prompt {prompt}).")
        if (one.kind, *one.key) in spoken
        else one
        for one in now.findings
    ]


def _worded(finding: Finding, lesson: str, said: str) -> Finding:
    rationale = f"{finding.rationale} {said} Before: {finding.lesson}".strip()
    return replace(finding, lesson=lesson, rationale=rationale, numbers={**finding.numbers, "worded_by": said})


def _is_fit(line: Line, now: Considered, finding: Finding, lesson: str) -> bool:
    lesson = lesson.strip()
    fault = trusting.fault(lesson, beside=finding.lesson)
    if not fault and lost([finding.lesson], lesson):
        fault = "less"
    if not fault and trusting.adds(lesson, known=[finding.lesson, *_quotes(now, finding)]):
        fault = "more"
    if fault:
        line.funnel[f"model_said_{fault}"] += 1
    else:
        line.funnel["model_worded"] += 1
    return not fault


def _question(now: Considered, model: Voice, group: Sequence[Finding]) -> Question:
    told = []
    for number, finding in enumerate(group):
        told.append(f"Lesson L{number}:\n{transcripts.fenced('lesson', [finding.lesson])}")
        told.append(f"Its quotes:\n{transcripts.fenced('quote', _quotes(now, finding)) or '(none)'}")
    return Question("word", prompts.load("word"), model, "", "\n".join(told), schemas.WORD)


def _quotes(now: Considered, finding: Finding) -> list[str]:
    texts = now.snapshot.events.text
    return [texts[span.row][span.start : span.end] for span in finding.spans[:QUOTES]]
