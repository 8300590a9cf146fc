"""Claims that hold, as findings and tidyings of the local engine: from here on they are like all others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from agents.snapshot import SOURCE_CLASSES
from dreaming.engines.claude import claims, prompts
from dreaming.engines.claude.asking import Voice
from dreaming.engines.claude.claims import Claimed
from dreaming.engines.local.considered import Considered
from dreaming.engines.local.curation import Curation
from dreaming.engines.local.findings import Finding, Tidying, counted, gist, strength

STAGES = ("discover", "ground", "verify")
CERTAINTY = 0.8  # of a reading by a model, beside one by counting
PERSON = SOURCE_CLASSES.index("user_input")
REASONS = {"add": "found_by_model", "replace": "outdated_by_model", "retire": "retired_by_model"}


def origin(model: Voice, verifier: Voice, stages: Sequence[str] = STAGES) -> str:
    """Who said so, for whoever reviews it: models and the versions of the prompts."""
    asked = ", ".join(prompts.load(stage).id for stage in stages)
    return f"Found by {model} and verified by {verifier} (prompts {asked})."


def findings(
    now: Considered, found: Sequence[Claimed], policy: Curation, funnel: Counter[str], *, said: str
) -> list[Finding]:
    """Lessons. What people said counts from one session on, everything else from as many as the policy wants."""
    kept = []
    for claim in found:
        if claim.action != "add" or claim.open:
            continue
        sessions = claims.supporting(now.snapshot, claim)
        if len(sessions) < (1 if _is_wish(now, claim) else policy.min_sessions):
            funnel["model_too_few_sessions"] += 1
            continue
        kept.append(
            Finding(
                kind=claim.kind,
                key=claim.key,
                statement=claim.lesson,
                sessions=sessions,
                opportunities=len(now.signals.sessions),
                spans=claim.spans,
                confidence=strength(len(sessions), certainty=CERTAINTY),
                reason_code=REASONS["add"],
                title=claim.title,
                lesson=claim.lesson,
                rationale=_rationale(claim, len(sessions), said),
                numbers={"found_by": said},
            )
        )
    return kept


def tidyings(now: Considered, found: Sequence[Claimed], *, said: str) -> list[Tidying]:
    """Statements that no longer hold. One session may be enough: a person decides, and no dream applies a removal."""
    kept = []
    for claim in found:
        if claim.at is None or claim.open:
            continue
        sessions = claims.supporting(now.snapshot, claim)
        kept.append(
            Tidying(
                kind="model",
                key=claim.key,
                remove=(claim.at,),
                keep=None,
                title=claim.title or f"Retire “{gist(claim.at.text, 75)}”",
                rationale=_rationale(claim, len(sessions), said),
                reason_code=REASONS[claim.action],
                confidence=strength(len(sessions), certainty=CERTAINTY),
                loses=True,
                spans=claim.spans,
                put=claim.lesson if claim.action == "replace" else "",
                sessions=sessions,
            )
        )
    return kept


def _is_wish(now: Considered, claim: Claimed) -> bool:
    sources = now.snapshot.events.source_class
    return claim.kind == "preference" and any(
        span.stance == "for" and int(sources[span.row]) == PERSON for span in claim.spans
    )


def _rationale(claim: Claimed, sessions: int, said: str) -> str:
    why = claim.why if claim.why.endswith((".", "!", "?", "")) and claim.why else f"{claim.why}."
    because = f" {claim.lesson}" if claim.action == "retire" else ""
    return f"{why}{because} {counted(sessions, 'session')} say so. {said}".strip()
