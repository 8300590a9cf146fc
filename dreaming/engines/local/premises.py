"""What cites a statement that is taken out for another value: named beside the change, and put to a person to check.

A statement cites another one where it is about its value (the same names, paths or versions, or the same quantity of
the same subject), or gives its subject as a value. What it says may still hold: nothing is taken out for it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from agents.snapshot import Snapshot
from agents.text.normalise import normalise
from agents.text.specifics import lost, specifics
from dreaming.engines.local.claims import MOVABLE, Claim, where, words
from dreaming.engines.local.findings import Choice, Tidying, gist
from dreaming.engines.local.lexicon import NEWER, RETIRED

MOST_NAMED = 5  # a value that more statements name is no rare one
NAMES = frozenset({"name", "path", "version", "url", "mail", "code", "flag"})
CHECKED = " (to check: "
UNSURE = 0.25

_CLOSED = re.compile(r"[.!]*$")


@dataclass(frozen=True, slots=True)
class Premise:
    """A statement that goes, what its value was and became, and the words that a statement citing it has to have."""

    tidying: Tidying
    gone: str
    came: str
    subject: str
    needed: frozenset[str]


def reopen(snapshot: Snapshot, claims: Sequence[Claim], tidyings: Sequence[Tidying]) -> list[Tidying]:
    """The tidyings, those of them that have dependents with their names, and a question for each dependent."""
    kept: list[Tidying] = []
    found: list[Tidying] = []
    premises = [_premise(tidying) for tidying in tidyings]
    cited = _citing(snapshot, claims, premises, {claim.place for one in tidyings for claim in one.remove})
    for tidying, premise, citing in zip(tidyings, premises, cited, strict=True):
        if premise and 0 < len(citing) <= MOST_NAMED:
            places = "; ".join(f"“{gist(claim.text, 80)}” ({where(snapshot, claim)})" for claim in citing)
            found += [_question(snapshot, premise, claim) for claim in citing if not claim.fixed and not claim.shared]
            tidying = replace(
                tidying, rationale=f"{tidying.rationale} To check after it, because it builds on it: {places}."
            )
        kept.append(tidying)
    return kept + found


def _premise(tidying: Tidying) -> Premise | None:
    """Only what is surely superseded: a question about a question helps nobody."""
    stays = tidying.keep.text if tidying.keep else tidying.put
    if tidying.kind not in ("contradiction", "superseded") or tidying.reason_code == "needs_person" or not stays:
        return None
    past = tidying.remove[0]
    gone, came = sorted(lost([past.text], stays)), sorted(lost([stays], past.text))
    names = [one.value for one in gone if one.kind in NAMES]
    subject = next((slot.subject for slot in past.slots() if len(slot.subject.split()) > 1), "")
    if names:
        new = came[0].value if len(came) == 1 else ""
        return Premise(tidying, names[0], new, subject, frozenset(words(names[0])))
    if len(gone) == 1 and subject:
        return Premise(tidying, gone[0].value, "", subject, frozenset(words(subject)))
    return None


def _citing(
    snapshot: Snapshot,
    claims: Sequence[Claim],
    premises: Sequence[Premise | None],
    gone: set[tuple[int, int, int]],
) -> list[list[Claim]]:
    """What cites each premise; one pass over all statements, most of which share no word with any."""
    found: list[list[Claim]] = [[] for _ in premises]
    by_word: dict[str, set[int]] = defaultdict(set)
    for at, premise in enumerate(premises):
        for word in (*sorted(premise.needed)[:1], *words(premise.subject)[:1]) if premise else ():
            by_word[word].add(at)
    for claim in claims if by_word else ():
        own = by_word.keys() & set(claim.words)
        for at in sorted({at for word in own for at in by_word[word]}):
            premise = premises[at]
            if premise and claim.kind in MOVABLE and claim.place not in gone and _cites(snapshot, claim, premise):
                found[at].append(claim)
    return found


def _cites(snapshot: Snapshot, claim: Claim, premise: Premise) -> bool:
    keep, past = premise.tidying.keep, premise.tidying.remove[0]
    same_place = snapshot.memories[claim.memory].namespace == snapshot.memories[past.memory].namespace
    if not same_place or CHECKED in claim.text or (keep is not None and claim.place == keep.place):
        return False
    if NEWER.search(claim.text) or RETIRED.search(claim.text):  # tells the change itself
        return False
    if premise.came and normalise(premise.came) in claim.facts.normal:
        return False
    if any(premise.subject and slot.value == premise.subject for slot in claim.slots()):
        return True
    return premise.needed <= set(claim.words) and premise.gone in {one.value for one in specifics(claim.text)}


def _question(snapshot: Snapshot, premise: Premise, claim: Claim) -> Tidying:
    past = premise.tidying.remove[0]
    topic = gist(premise.subject, 40) or gist(premise.gone, 40)
    body = _CLOSED.sub("", claim.text)
    note = f"{body}{CHECKED}{topic} has changed){claim.text[len(body) :]}"
    other = claim.text.replace(premise.gone, premise.came) if premise.came else claim.text
    return Tidying(
        kind="premise",
        key=(claim.digest, past.digest),
        remove=(claim,),
        keep=None,
        title=f"Check “{gist(claim.text, 80)}”: {topic} has changed",
        rationale=f"“{gist(claim.text, 140)}” ({where(snapshot, claim)}) builds on “{gist(past.text, 140)}”"
        f" ({where(snapshot, past)}), which another change takes out. It may still hold: nothing is taken out here."
        " A note marks it until somebody has looked.",
        reason_code="premise_changed",
        confidence=UNSURE,
        loses=False,
        put=note,
        choices=(Choice("other_value", (claim,), (other,)),) if other != claim.text else (),
    )
