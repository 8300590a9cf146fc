"""Statements that say the same, word for word, in other words or more fully; contradictions among what is left.

Similarity proposes pairs and decides nothing: `judging` does. Over two namespaces only exact copies count, and only one
that nobody else reads is taken out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from agents.snapshot import Snapshot
from agents.text.specifics import lost
from agents.text.verdicts import Kind, Verdict
from dreaming.engines.local.findings import Tidying, gist
from dreaming.engines.local.memory import contradictions, judging
from dreaming.engines.local.memory.judging import Judged
from dreaming.engines.local.memory.stated import Sayings
from dreaming.engines.local.reading.claims import MOVABLE, Claim, scope, where, worth

FEWEST_WORDS = 4  # shorter statements lean on what stands around them
Place = tuple[int, int, int]
TEMPLATE = 4  # one statement in so many files of one folder is a template, not a copy


def decide(snapshot: Snapshot, claims: Sequence[Claim], sayings: Sayings) -> list[Tidying]:
    """All duplicates and contradictions within each namespace, and exact copies over namespaces."""
    found: list[Tidying] = []
    single: list[Claim] = []
    by_namespace: dict[str, list[Claim]] = defaultdict(list)
    for claim in claims:
        if claim.kind in MOVABLE:
            by_namespace[snapshot.memories[claim.memory].namespace].append(claim)
    for _, own in sorted(by_namespace.items()):
        copies, kept = _copies(snapshot, own)
        judged = judging.judge(kept)
        near, gone = _near(snapshot, judged)
        kept = [claim for claim in kept if claim.place not in gone] if gone else kept
        single += kept
        apart = [pair for pair in judged if gone.isdisjoint((pair.older.place, pair.newer.place))]
        found += copies + near + contradictions.find(snapshot, kept, apart, sayings)
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
    groups: dict[tuple[str, frozenset[object]], list[int]] = defaultdict(list)
    for at, claim in enumerate(claims):
        groups[claim.digest, scope(claim)].append(at)
    found: list[Tidying] = []
    gone: set[int] = set()
    order = worth(snapshot)
    for places in groups.values():
        if len(places) == 1:
            continue
        gone.update(places)
        group = [claims[at] for at in places]
        if _is_template(snapshot, group):
            continue
        stays = min(places, key=lambda at: order(claims[at]))
        gone.remove(stays)
        keep = claims[stays]
        spare = tuple(claim for claim in group if claim is not keep and not claim.fixed)
        if spare and len(keep.words) >= FEWEST_WORDS:
            found.append(_copy(snapshot, keep, spare))
    return found, [claim for at, claim in enumerate(claims) if at not in gone]


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
    note = ": check that each page says it of the same thing" if apart else ""
    return Tidying(
        kind=kind,
        key=(keep.digest,),
        remove=spare,
        keep=keep,
        title=f"Remove {_copies_of(len(spare))} “{gist(keep.text, 75)}”, kept in {stays.rpartition(',')[0]}",
        rationale=f"Kept in {stays}; the same statement also stands in {places}, and is taken out there{note}.",
        reason_code="same",
        confidence=0.75 if apart else 0.95,
        loses=False,
    )


def _copies_of(count: int) -> str:
    return "a copy of" if count == 1 else f"{count} copies of"


def _near(snapshot: Snapshot, judged: Sequence[Judged]) -> tuple[list[Tidying], set[Place]]:
    """Statements that another one says as well, or more fully, and where they stand; groups are folded onto one."""
    onto: dict[Place, list[Judged]] = defaultdict(list)
    foldable = [pair for pair in judged if _is_foldable(pair.verdict, *_sides(snapshot, pair))]
    for pair in sorted(foldable, key=lambda pair: (-pair.verdict.confidence, pair.older.place, pair.newer.place)):
        onto[_sides(snapshot, pair)[1].place].append(pair)
    stays: dict[Place, bool] = {}
    folded: dict[tuple[Place, str], list[Judged]] = defaultdict(list)
    for place in sorted(onto):
        if not _stays(snapshot, place, onto, stays):
            pair = next(pair for pair in onto[place] if stays.get(_sides(snapshot, pair)[0].place, True))
            folded[_sides(snapshot, pair)[0].place, _how(pair.verdict)].append(pair)
    found = [_folded(snapshot, how, pairs) for (_, how), pairs in folded.items()]
    return found, {place for place, stay in stays.items() if not stay}


def _stays(snapshot: Snapshot, place: Place, onto: Mapping[Place, Sequence[Judged]], stays: dict[Place, bool]) -> bool:
    """A statement goes where one that it can be folded onto stays, so that nothing is left to fold afterwards."""
    waiting = [place]
    while waiting:
        top = waiting[-1]
        targets = [_sides(snapshot, pair)[0].place for pair in onto.get(top, ())]
        open_ones = [one for one in targets if one not in stays and one not in waiting]
        if open_ones:
            waiting.append(open_ones[0])
            continue
        stays[top] = not any(stays.get(one, True) for one in targets if one not in waiting[:-1])
        waiting.pop()
    return stays[place]


def _sides(snapshot: Snapshot, pair: Judged) -> tuple[Claim, Claim]:
    """Which of the two stays: the fuller one, else the one that is worth more."""
    if pair.verdict.fuller:
        return (pair.newer, pair.older) if pair.verdict.fuller > 0 else (pair.older, pair.newer)
    keep, spare = sorted((pair.older, pair.newer), key=worth(snapshot))
    return keep, spare


def _is_foldable(verdict: Verdict, keep: Claim, spare: Claim) -> bool:
    """Only where no name, number, date or path is lost by it."""
    if spare.fixed:
        return False
    if verdict.kind == Kind.EXTENDS:
        return verdict.reason == "adds" and not lost([spare.text], keep.text)
    if verdict.kind not in (Kind.SAME, Kind.REINFORCES) or verdict.reason == "retold":  # perhaps of something else
        return False
    return not lost([spare.text], keep.text) and not lost([keep.text], spare.text)


def _how(verdict: Verdict) -> str:
    if verdict.kind == Kind.EXTENDS:
        return "extends"
    return "near_duplicate" if verdict.kind == Kind.SAME or verdict.reason == "stressed" else "reinforces"


HOW = {
    "near_duplicate": ("same", "Remove a rewording of", "The same in other words, or in another order, is taken out:"),
    "reinforces": (
        "reinforces",
        "Remove a retelling of",
        "Nearly the same is taken out; check the words it has alone:",
    ),
    "extends": (
        "extends",
        "Fold a shorter statement into",
        "It says all of the shorter one, which is taken out:",
    ),
}


def _folded(snapshot: Snapshot, how: str, pairs: Sequence[Judged]) -> Tidying:
    keep = _sides(snapshot, pairs[0])[0]
    spare = tuple(_sides(snapshot, pair)[1] for pair in pairs)
    reason, verb, why = HOW[how]
    places = " and ".join(f"“{gist(claim.text, 120)}” ({where(snapshot, claim)})" for claim in spare)
    return Tidying(
        kind=how,
        key=tuple(sorted({keep.digest, *(claim.digest for claim in spare)})),
        remove=spare,
        keep=keep,
        title=f"{verb} “{gist(keep.text, 75)}”, kept in {where(snapshot, keep).rpartition(',')[0]}",
        rationale=f"{why} {places}. “{gist(keep.text, 120)}” is kept in {where(snapshot, keep)}.",
        reason_code=reason,
        confidence=min(pair.verdict.confidence for pair in pairs),
        loses=True,
    )
