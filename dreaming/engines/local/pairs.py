"""Statements that say the same, word for word or in other words; contradictions are decided on what is left.

Similarity proposes pairs and decides nothing: the same meaning needs the same words, specifics and slots. Over two
namespaces only exact copies count, and only one that nobody else reads is taken out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from agents.snapshot import Snapshot
from agents.text.similarity import alike
from agents.text.slots import conflict
from agents.text.specifics import lost
from dreaming.engines.local import contradictions
from dreaming.engines.local.claims import MOVABLE, Claim, scope, where, worth
from dreaming.engines.local.findings import Tidying, gist
from dreaming.engines.local.lexicon import DIRECTED
from dreaming.engines.local.stated import Sayings

ALIKE = 0.5  # to be looked at; the decision is made on words, specifics and slots
FEWEST_WORDS = 4  # shorter statements lean on what stands around them
TEMPLATE = 4  # one statement in so many files of one folder is a template, not a copy


def decide(snapshot: Snapshot, claims: Sequence[Claim], sayings: Sayings) -> list[Tidying]:
    """All duplicates and contradictions within each namespace, and exact copies over namespaces."""
    found: list[Tidying] = []
    single: list[Claim] = []
    for namespace in sorted({memory.namespace for memory in snapshot.memories}):
        own = [claim for claim in claims if snapshot.memories[claim.memory].namespace == namespace]
        own = [claim for claim in own if claim.kind in MOVABLE]
        copies, kept = _copies(snapshot, own)
        near, kept = _near(snapshot, kept)
        single += kept
        found += copies + near + contradictions.find(snapshot, kept, sayings)
    return found + _across(snapshot, single)


def _across(snapshot: Snapshot, claims: Sequence[Claim]) -> list[Tidying]:
    """Copies in several namespaces: the one that others read too stays, else the oldest; one change a namespace."""
    groups: dict[tuple[str, frozenset[object]], list[Claim]] = defaultdict(list)
    for claim in claims:
        groups[claim.digest, scope(claim)].append(claim)
    found: list[Tidying] = []
    for group in groups.values():
        if len(group) < 2 or len(group[0].words) < FEWEST_WORDS:
            continue
        keep = min(group, key=lambda claim: (not _is_shared(snapshot, claim), *worth(snapshot)(claim)))
        for claim in group:
            if claim is not keep and not claim.fixed and not _is_shared(snapshot, claim):
                found.append(_copy(snapshot, keep, (claim,), kind="duplicate_across"))
    return found


def _is_shared(snapshot: Snapshot, claim: Claim) -> bool:
    """Others read it, or may: taking it out would take it from them."""
    namespace = snapshot.memories[claim.memory].namespace
    return namespace in snapshot.shared or namespace not in snapshot.namespaces


def _copies(snapshot: Snapshot, claims: Sequence[Claim]) -> tuple[list[Tidying], list[Claim]]:
    """Statements that repeat another one word for word, and one claim of each wording and scope but templates."""
    groups: dict[tuple[str, frozenset[object]], list[Claim]] = defaultdict(list)
    for claim in claims:
        groups[claim.digest, scope(claim)].append(claim)
    found: list[Tidying] = []
    kept: list[Claim] = []
    for group in groups.values():
        if _is_template(snapshot, group):
            continue
        keep = min(group, key=worth(snapshot))
        kept.append(keep)
        spare = tuple(claim for claim in group if claim is not keep and not claim.fixed)
        if spare and len(keep.words) >= FEWEST_WORDS:
            found.append(_copy(snapshot, keep, spare))
    return found, sorted(kept, key=lambda claim: claim.place)


def _is_template(snapshot: Snapshot, group: Sequence[Claim]) -> bool:
    folders: dict[str, set[int]] = defaultdict(set)
    for claim in group:
        folders[snapshot.memories[claim.memory].path.rpartition("/")[0]].add(claim.memory)
    return any(len(memories) >= TEMPLATE for memories in folders.values())


def _place(snapshot: Snapshot, claim: Claim, beside: Claim) -> str:
    """Where a statement stands, with its namespace where another one stands in another."""
    names = [snapshot.memories[one.memory].namespace for one in (claim, beside)]
    return f"{names[0] if names[0] != names[1] else ''}{where(snapshot, claim)}"


def _copy(snapshot: Snapshot, keep: Claim, spare: tuple[Claim, ...], kind: str = "duplicate") -> Tidying:
    apart = any((claim.memory, claim.heading) != (keep.memory, keep.heading) for claim in spare)
    places = " and ".join(_place(snapshot, claim, keep) for claim in spare)
    stays = _place(snapshot, keep, spare[0])
    note = " They are different pages: check that nobody reads only one of them." if apart else ""
    return Tidying(
        kind=kind,
        key=(keep.digest,),
        remove=spare,
        keep=keep,
        title=f"Remove {_copies_of(len(spare))} “{gist(keep.text, 75)}”, kept in {stays.rpartition(',')[0]}",
        rationale=f"Kept in {stays}; the same statement also stands in {places}, and is taken out there.{note}",
        reason_code="same",
        confidence=0.75 if apart else 0.95,
        loses=False,
    )


def _copies_of(count: int) -> str:
    return "a copy of" if count == 1 else f"{count} copies of"


def _near(snapshot: Snapshot, claims: list[Claim]) -> tuple[list[Tidying], list[Claim]]:
    """Statements that say the same in other words; groups are folded onto one claim."""
    heads = {claim.place: claim for claim in claims}
    gone: dict[tuple[int, int, int], list[Claim]] = defaultdict(list)
    order = worth(snapshot)
    for first, second, _ in _candidates(claims):
        one, other = claims[first], claims[second]
        if one.place not in heads or other.place not in heads or not _same_meaning(one, other):
            continue
        keep, spare = sorted((one, other), key=order)
        if spare.fixed or spare.place in gone:
            continue
        gone[keep.place].append(spare)
        del heads[spare.place]
    every = {claim.place: claim for claim in claims}
    found = [_rewording(snapshot, every[place], spare) for place, spare in gone.items()]
    return found, [claim for claim in claims if claim.place in heads]


def _candidates(claims: Sequence[Claim]) -> list[tuple[int, int, float]]:
    texts = [claim.text for claim in claims]
    facts = [claim.facts for claim in claims]
    return alike(texts, [one.normal for one in facts], [one.terms for one in facts], threshold=ALIKE)


def _same_meaning(one: Claim, other: Claim) -> bool:
    first, second = one.words, other.words
    if min(len(first), len(second)) < FEWEST_WORDS or scope(one) != scope(other):
        return False
    if first != second and (sorted(first) != sorted(second) or not DIRECTED.isdisjoint(first)):
        return False
    if lost([one.text], other.text) or lost([other.text], one.text):
        return False
    return not any(conflict(a, b) for a in one.slots() for b in other.slots())


def _rewording(snapshot: Snapshot, keep: Claim, spare: list[Claim]) -> Tidying:
    places = " and ".join(f"“{gist(claim.text, 120)}” ({where(snapshot, claim)})" for claim in spare)
    return Tidying(
        kind="near_duplicate",
        key=tuple(sorted({keep.digest, *(claim.digest for claim in spare)})),
        remove=tuple(spare),
        keep=keep,
        title=f"Remove a rewording of “{gist(keep.text, 75)}”, kept in {where(snapshot, keep).rpartition(',')[0]}",
        rationale=f"“{gist(keep.text, 120)}” is kept in {where(snapshot, keep)}."
        f" The same words, names and numbers in another order are taken out: {places}.",
        reason_code="same",
        confidence=0.7,
        loses=True,
    )
