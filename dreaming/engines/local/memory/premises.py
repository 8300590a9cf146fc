"""What cites a statement that is taken out for another value: named beside the change, and put to a person to check.

A statement cites another one where it speaks of its subject and its value, gives its subject as a value, or is one of
few that name a value that has a name, and neither gives it to another thing nor tells an event of a day. What it says
may still hold: nothing is taken out for it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from agents.snapshot import Snapshot
from agents.text import quantities
from agents.text.normalise import normalise
from agents.text.slots import slots
from agents.text.specifics import lost, specifics
from dreaming.engines.local.findings import Choice, Tidying, gist
from dreaming.engines.local.lexicon import GIVEN, NEWER, RETIRED
from dreaming.engines.local.reading.claims import MOVABLE, Claim, where, words

MOST_NAMED = 5  # a value that more statements name is no rare one
RARE = 2  # statements that name a value alone; where more do, it is no sign
CHECKED = " (to check: "
UNSURE = 0.25
NEAR = 80  # code points before a value that tell whether something is given it
EVENT = re.compile(r"\W{0,8}\d{4}-\d{2}-\d{2}\b")

_OWNERS = re.compile(r"['’]s?(?=\s)")
_CLOSED = re.compile(r"[.!]*$")


@dataclass(frozen=True, slots=True)
class Premise:
    """A statement that goes, what its value was and became, and of what; a name of one word may be cited alone."""

    tidying: Tidying
    gone: str
    came: str
    subject: str
    is_name: bool


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
    if tidying.kind not in ("contradiction", "superseded") or tidying.reason_code == "needs_person":
        return None
    past = tidying.remove[0]
    stays = tidying.keep.text if tidying.keep else tidying.put
    said = tidying.keep.slots() if tidying.keep else slots(tidying.put)
    for slot in past.slots():
        new = [one.value for one in said if one.subject == slot.subject and one.polarity and one.value != slot.value]
        if slot.polarity and new and slot.value != "yes":
            return Premise(tidying, slot.value, new[0], slot.subject, _is_name(past.text, slot.value))
    gone, came = sorted(lost([past.text], stays)), sorted(lost([stays], past.text))
    if [one.kind for one in gone] == ["name"] and len(came) == 1:
        return Premise(tidying, normalise(gone[0].value), normalise(came[0].value), "", is_name=True)
    return None


def _is_name(text: str, value: str) -> bool:
    return [normalise(one.value) for one in specifics(text) if one.kind == "name"] == [value]


def _citing(
    snapshot: Snapshot, claims: Sequence[Claim], premises: Sequence[Premise | None], gone: set[tuple[int, int, int]]
) -> list[list[Claim]]:
    """What cites each premise; one pass over all statements, most of which share no word with any."""
    found: list[list[Claim]] = [[] for _ in premises]
    alone: list[list[Claim]] = [[] for _ in premises]
    by_word: dict[str, set[int]] = defaultdict(set)
    for at, premise in enumerate(premises):
        for phrase in (premise.gone, premise.subject) if premise else ():
            by_word[next(iter(words(phrase)), "")].add(at)
    by_word.pop("", None)
    for claim in claims if by_word else ():
        own = by_word.keys() & set(claim.words)
        for at in sorted({at for word in own for at in by_word[word]}):
            premise = premises[at]
            if premise and claim.kind in MOVABLE and claim.place not in gone and _may_cite(snapshot, claim, premise):
                if _is_about(claim, premise):
                    found[at].append(claim)
                elif premise.is_name and _holds(claim, premise) and not _is_of_another(claim, premise):
                    alone[at].append(claim)
    return [named + (other if len(other) <= RARE else []) for named, other in zip(found, alone, strict=True)]


def _may_cite(snapshot: Snapshot, claim: Claim, premise: Premise) -> bool:
    keep, past = premise.tidying.keep, premise.tidying.remove[0]
    same_place = snapshot.memories[claim.memory].namespace == snapshot.memories[past.memory].namespace
    if not same_place or CHECKED in claim.text or (keep is not None and claim.place == keep.place):
        return False
    tells_the_change = NEWER.search(claim.text) or RETIRED.search(claim.text) or premise.came in claim.facts.normal
    return not tells_the_change


def _is_about(claim: Claim, premise: Premise) -> bool:
    """It gives the subject as a value, or speaks of the subject and its value."""
    if not premise.subject:
        return False
    if any(slot.value == premise.subject for slot in claim.slots()):
        return True
    return _holds(claim, premise) and set(words(_OWNERS.sub("", claim.text))).issuperset(words(premise.subject))


def _holds(claim: Claim, premise: Premise) -> bool:
    return (
        premise.gone in {one.value for one in quantities.find(claim.text)}
        or re.search(rf"(?<!\w){re.escape(premise.gone)}(?!\w)", claim.facts.normal) is not None
    )


def _is_of_another(claim: Claim, premise: Premise) -> bool:
    """It gives the value to something else, or tells what happened on a day."""
    if EVENT.match(claim.text) or any(slot.value == premise.gone or slot.time[:3] == "on " for slot in claim.slots()):
        return True
    text = claim.facts.normal
    places = re.finditer(rf"(?<!\w){re.escape(premise.gone)}(?!\w)", text)
    return any(GIVEN.search(text[max(0, place.start() - NEAR) : place.start()]) for place in places)


def _question(snapshot: Snapshot, premise: Premise, claim: Claim) -> Tidying:
    past = premise.tidying.remove[0]
    topic = gist(premise.subject, 40) or gist(premise.gone, 40)
    body = _CLOSED.sub("", claim.text)
    note = f"{body}{CHECKED}{topic} has changed){claim.text[len(body) :]}"
    other = _with_new_value(claim.text, premise)
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


def _with_new_value(text: str, premise: Premise) -> str:
    """The same statement of the new value, where both are written as they stand."""
    stays = premise.tidying.keep.text if premise.tidying.keep else premise.tidying.put
    old, new = (_written(premise.tidying.remove[0].text, premise.gone), _written(stays, premise.came))
    return text.replace(old, new) if old and new else text


def _written(text: str, value: str) -> str:
    at = text.casefold().find(value)
    return text[at : at + len(value)] if at >= 0 else ""
