"""Pairs of statements that arithmetic cannot settle: near each other, and told apart by no rule that is sure of it."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from functools import partial

from dreaming.engines.claude import halving, prompts, schemas, transcripts
from dreaming.engines.claude.answers import Judged as Said
from dreaming.engines.claude.asking import Line, Question, Voice
from dreaming.engines.claude.halving import Form
from dreaming.engines.local.considered import Considered
from dreaming.engines.local.findings import Tidying, gist
from dreaming.engines.local.memory import choices, judging
from dreaming.engines.local.memory.judging import Judged
from dreaming.engines.local.reading.claims import Claim
from dreaming.engines.protocol import OUTSIDE

PAIR = f"{OUTSIDE}pair/"
FORM = Form(Said, {"verdict": schemas.PAIRS})
AT_ONCE, MOST = 20, 60
SURE = 0.65  # what a rule is surer of than this is settled
SETTLED = ("little_in_common", "no_words", "too_long")
DISTINCT = {"verdict": "distinct", "keep": ""}
CONFIDENCE = {"same": 0.6, "contradiction": 0.4}


def judge(line: Line, now: Considered, *, model: Voice) -> list[Tidying]:
    """What the pairs call for. A pair is asked about once, whatever else is new. Raises what `Line.ask` raises."""
    pairs = _unsettled(now)[:MOST]
    keys = [_key(one, model) for one in pairs]
    known = {at: line.journal.get(key) or line.journal.recall(key) for at, key in enumerate(keys)}
    asked = [at for at in known if known[at] is None]
    question = partial(_question, pairs, model)
    for read in halving.ask_in_groups(line, asked, question, FORM, at_once=AT_ONCE):
        said = {one.id: one for one in read.items}
        for number, at in enumerate(read.part):
            verdict = said.get(f"P{number}")
            known[at] = {"verdict": verdict.verdict, "keep": verdict.keep[-1:]} if verdict else DISTINCT
            if read.is_whole:
                line.journal.put(keys[at], known[at])
    line.funnel["model_pairs"] += len(pairs)
    found = [_tidying(now, pairs[at], known[at] or {}, model) for at in sorted(known)]
    return [one for one in found if one is not None]


def _unsettled(now: Considered) -> list[Judged]:
    """Movable statements of one namespace that nothing has been found about yet."""
    spoken = {claim.place for one in now.tidyings for claim in (*one.remove, *([one.keep] if one.keep else []))}
    by_namespace: dict[str, list[Claim]] = defaultdict(list)
    for claim in now.known:
        memory = now.snapshot.memories[claim.memory]
        if claim.place not in spoken and not claim.fixed and memory.namespace in now.snapshot.namespaces:
            by_namespace[memory.namespace].append(claim)
    found = [pair for _, own in sorted(by_namespace.items()) for pair in judging.judge(own)]
    fit = [one for one in found if one.verdict.confidence < SURE and one.verdict.reason not in SETTLED]
    return sorted(fit, key=lambda one: (one.older.digest, one.newer.digest))


def _key(pair: Judged, model: Voice) -> str:
    said = "\0".join((prompts.load("judge").id, str(model), pair.older.text, pair.newer.text))
    return PAIR + hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()


def _question(pairs: Sequence[Judged], model: Voice, group: Sequence[int]) -> Question:
    told = []
    for number, pair in enumerate(pairs[at] for at in group):
        told.append(f"Pair P{number}:")
        told.append(f"Statement P{number}A:\n{transcripts.fenced('statement', [_under(pair.older)])}")
        told.append(f"Statement P{number}B:\n{transcripts.fenced('statement', [_under(pair.newer)])}")
    return Question("judge", prompts.load("judge"), model, "", "\n".join(told), schemas.JUDGE)


def _under(claim: Claim) -> str:
    return " › ".join((*claim.heading, " ".join(claim.text.split())))


def _tidying(now: Considered, pair: Judged, said: dict[str, str], model: Voice) -> Tidying | None:
    verdict = said.get("verdict")
    if verdict not in CONFIDENCE:
        return None
    keep, gone = (pair.older, pair.newer) if said.get("keep") == "A" else (pair.newer, pair.older)
    is_same = verdict == "same"
    paths = [now.snapshot.memories[one.memory].path for one in (keep, gone)]
    by = f"{model} (prompt {prompts.load('judge').id}) compared them; no rule could tell."
    ends = [gist(one.text, 60) for one in (keep, gone)]
    says = "say the same" if is_same else "cannot both hold"
    return Tidying(
        kind="duplicate" if is_same else "contradiction",
        key=("model", *sorted((keep.digest, gone.digest))),
        remove=(gone,),
        keep=keep,
        title=f"Fold “{ends[1]}” onto “{ends[0]}”" if is_same else f"Which holds: “{ends[0]}” or “{ends[1]}”?",
        rationale=f"“{gist(gone.text, 120)}” in {paths[1]} and “{gist(keep.text, 120)}” in {paths[0]} {says}: {by}",
        reason_code="reinforces" if is_same else "needs_person",
        confidence=CONFIDENCE[str(verdict)],
        loses=True,
        choices=() if is_same else choices.of(keep, gone),
    )
