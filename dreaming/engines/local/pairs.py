"""Statements that say the same, and statements of which only one can hold.

Similarity proposes pairs and decides nothing: the same meaning needs the same words, specifics and slots; a
contradiction needs one slot with two values. What lies in another namespace or scope is left alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from agents.snapshot import Snapshot
from agents.text.similarity import candidates
from agents.text.slots import Slot, conflict, slots
from agents.text.specifics import lost, specifics
from dreaming.engines.local.claims import MOVABLE, Claim, words
from dreaming.engines.local.findings import Tidying, cut
from dreaming.engines.local.lexicon import DIRECTED, NEWER, RETIRED

ALIKE = 0.5  # to be looked at; the decision is made on words, specifics and slots
MARKED = "Its wording says that the first one is current."
FEWEST_WORDS = 4  # shorter statements lean on what stands around them
CROWD = 24  # a slot with more statements than this is a list, not a fact
TEMPLATE = 4  # one statement in so many files of one folder is a template, not a copy


def decide(snapshot: Snapshot, claims: Sequence[Claim]) -> list[Tidying]:
    """All duplicates and contradictions within each namespace."""
    found: list[Tidying] = []
    for namespace in sorted({memory.namespace for memory in snapshot.memories}):
        own = [claim for claim in claims if snapshot.memories[claim.memory].namespace == namespace]
        own = [claim for claim in own if claim.kind in MOVABLE]
        copies, kept = _copies(snapshot, own)
        near, kept = _near(snapshot, kept)
        found += copies + near + _contradictions(snapshot, kept)
    return found


def _copies(snapshot: Snapshot, claims: Sequence[Claim]) -> tuple[list[Tidying], list[Claim]]:
    """Statements that repeat another one word for word, and one claim of each wording and scope."""
    groups: dict[tuple[str, frozenset[object]], list[Claim]] = defaultdict(list)
    for claim in claims:
        groups[claim.digest, _scope(claim)].append(claim)
    found: list[Tidying] = []
    kept: list[Claim] = []
    for group in groups.values():
        keep = min(group, key=_worth(snapshot))
        kept.append(keep)
        spare = tuple(claim for claim in group if claim is not keep and not claim.fixed)
        if spare and len(words(keep.text)) >= FEWEST_WORDS and not _is_template(snapshot, group):
            found.append(_copy(snapshot, keep, spare))
    return found, sorted(kept, key=lambda claim: claim.place)


def _scope(claim: Claim) -> frozenset[object]:
    """What the headings name: a statement under another name is another statement."""
    return frozenset(specifics(" / ".join(claim.heading))) if claim.heading else frozenset()


def _worth(snapshot: Snapshot) -> Callable[[Claim], tuple[Any, ...]]:
    """What is kept comes first: what may not be touched, what helped, what has stood longest."""

    def order(claim: Claim) -> tuple[Any, ...]:
        path = snapshot.memories[claim.memory].path
        return (
            not claim.fixed,
            claim.harmful - claim.helpful,
            -len(claim.text),
            claim.first_seen,
            path,
            claim.start,
            claim.offset,
        )

    return order


def _is_template(snapshot: Snapshot, group: Sequence[Claim]) -> bool:
    folders: dict[str, set[int]] = defaultdict(set)
    for claim in group:
        folders[snapshot.memories[claim.memory].path.rpartition("/")[0]].add(claim.memory)
    return any(len(memories) >= TEMPLATE for memories in folders.values())


def _where(snapshot: Snapshot, claim: Claim) -> str:
    return f"{snapshot.memories[claim.memory].path}, line {claim.start + 1}"


def _copy(snapshot: Snapshot, keep: Claim, spare: tuple[Claim, ...]) -> Tidying:
    apart = any((claim.memory, claim.heading) != (keep.memory, keep.heading) for claim in spare)
    places = "; ".join(_where(snapshot, claim) for claim in spare)
    note = " The copies stand in different places: check that nobody reads only one of them." if apart else ""
    return Tidying(
        kind="duplicate",
        key=(keep.digest,),
        remove=spare,
        keep=keep,
        title=f"Remove a repeated statement: {cut(keep.text, 70)}",
        rationale=f"The same statement stands in {_where(snapshot, keep)} (kept) and in {places} (removed).{note}",
        reason_code="same",
        confidence=0.75 if apart else 0.95,
        loses=False,
    )


def _near(snapshot: Snapshot, claims: list[Claim]) -> tuple[list[Tidying], list[Claim]]:
    """Statements that say the same in other words; groups are folded onto one claim."""
    heads = {claim.place: claim for claim in claims}
    gone: dict[tuple[int, int, int], list[Claim]] = defaultdict(list)
    order = _worth(snapshot)
    for first, second, _ in candidates([claim.text for claim in claims], threshold=ALIKE):
        one, other = claims[first], claims[second]
        if one.place not in heads or other.place not in heads or not _same_meaning(one, other):
            continue
        keep, spare = sorted((one, other), key=order)
        if spare.fixed or spare.place in gone:
            continue
        gone[keep.place].append(spare)
        del heads[spare.place]
    found = [_rewording(snapshot, heads.get(place) or _at(claims, place), spare) for place, spare in gone.items()]
    return found, [claim for claim in claims if claim.place in heads]


def _at(claims: list[Claim], place: tuple[int, int, int]) -> Claim:
    return next(claim for claim in claims if claim.place == place)


def _same_meaning(one: Claim, other: Claim) -> bool:
    first, second = words(one.text), words(other.text)
    if min(len(first), len(second)) < FEWEST_WORDS or _scope(one) != _scope(other):
        return False
    if first != second and (sorted(first) != sorted(second) or not DIRECTED.isdisjoint(first)):
        return False
    if lost([one.text], other.text) or lost([other.text], one.text):
        return False
    return not any(conflict(a, b) for a in slots(one.text, one.heading) for b in slots(other.text, other.heading))


def _rewording(snapshot: Snapshot, keep: Claim, spare: list[Claim]) -> Tidying:
    places = "; ".join(f"“{cut(claim.text, 120)}” in {_where(snapshot, claim)}" for claim in spare)
    return Tidying(
        kind="near_duplicate",
        key=tuple(sorted({keep.digest, *(claim.digest for claim in spare)})),
        remove=tuple(spare),
        keep=keep,
        title=f"Remove a rewording of: {cut(keep.text, 70)}",
        rationale=f"“{cut(keep.text, 120)}” in {_where(snapshot, keep)} (kept)"
        f" says in the same words, names and numbers what {places} says.",
        reason_code="same",
        confidence=0.7,
        loses=True,
    )


Holder = tuple[Claim, Slot]


def _contradictions(snapshot: Snapshot, claims: Sequence[Claim]) -> list[Tidying]:
    """For each slot with several values: what no longer holds beside the value that does, as far as can be told."""
    titles = _titles(claims)
    by_slot: dict[tuple[str, str], list[Holder]] = defaultdict(list)
    for claim in claims:
        for slot in slots(claim.text, claim.heading[1:] if titles[claim.memory] else claim.heading):
            by_slot[slot.subject, slot.attribute].append((claim, slot))
    found: dict[tuple[int, int, int], Tidying] = {}
    for holders in by_slot.values():
        if 2 <= len(holders) <= CROWD:
            for tidying in _of_slot(snapshot, holders, titles):
                found.setdefault(tidying.remove[0].place, tidying)
    return list(found.values())


def _titles(claims: Sequence[Claim]) -> dict[int, str]:
    """The one heading under which a whole memory stands, by memory; empty where there is none."""
    tops: dict[int, set[str]] = defaultdict(set)
    for claim in claims:
        tops[claim.memory].add(claim.heading[0] if claim.heading else "")
    return {memory: next(iter(top)) if len(top) == 1 else "" for memory, top in tops.items()}


def _of_slot(snapshot: Snapshot, holders: Sequence[Holder], titles: Mapping[int, str]) -> Iterator[Tidying]:
    """Finds the value that holds by going through all, then sets each value that clashes with it against it."""
    current, slot = holders[0]
    for other, value in holders[1:]:
        if _clash(snapshot, (current, slot), (other, value)) and _first(snapshot, current, other)[0] is other:
            current, slot = other, value
    for other, value in holders:
        if other.place == current.place or not _clash(snapshot, (current, slot), (other, value)):
            continue
        first, why, reason, confidence = _first(snapshot, current, other)
        elsewhere = titles[current.memory] != titles[other.memory] and bool(
            titles[current.memory] and titles[other.memory]
        )
        if first is other or other.fixed or (elsewhere and (len(holders) > 2 or why != MARKED)):
            continue
        yield _contradiction(snapshot, (current, slot), (other, value), why, reason, confidence)


def _clash(snapshot: Snapshot, one: Holder, other: Holder) -> bool:
    apart = one[0].place != other[0].place and _scope(one[0]) == _scope(other[0])
    return apart and conflict(one[1], other[1]) and not _both_literal(snapshot, one[0], other[0])


def _both_literal(snapshot: Snapshot, one: Claim, other: Claim) -> bool:
    """Lessons that quote tools and errors differ in what they quote; that is no contradiction."""
    return (
        "`" in one.text
        and "`" in other.text
        and all(snapshot.memories[claim.memory].path.startswith("/learned/") for claim in (one, other))
    )


def _contradiction(
    snapshot: Snapshot, holds: Holder, clashes: Holder, why: str, reason: str, confidence: float
) -> Tidying:
    (current, slot), (past, value) = holds, clashes
    unsure = reason == "needs_person"
    pair = " and ".join(f"“{cut(claim.text, 140)}” ({_where(snapshot, claim)})" for claim in (current, past))
    closing = "Please say which one holds." if unsure else "The other one is taken out; the memory's history keeps it."
    return Tidying(
        kind="contradiction",
        key=tuple(sorted((current.digest, past.digest))),
        remove=(past,),
        keep=current,
        title=_title(slot, value),
        rationale=f"{pair} cannot both hold. {why} {closing}",
        reason_code=reason,
        confidence=confidence,
        loses=True,
        choices=((current,),) if unsure and not current.fixed else (),
    )


def _title(one: Slot, other: Slot) -> str:
    subject = cut(one.subject, 50) or cut(one.attribute, 50)
    if one.value == other.value:
        return f"Said and denied of {subject}: {cut(one.attribute, 50)}"
    return f"Two values for {subject}: {cut(one.value, 30)} and {cut(other.value, 30)}"


def _first(snapshot: Snapshot, one: Claim, other: Claim) -> tuple[Claim, str, str, float]:
    """The claim that holds, why, the reason code and a confidence; a guess where only a person can tell."""
    now, gone = ([bool(find.search(claim.text)) for claim in (one, other)] for find in (NEWER, RETIRED))
    marks = [marked - 2 * past for marked, past in zip(now, gone, strict=True)]
    if marks[0] != marks[1]:
        return (one if marks[0] > marks[1] else other), MARKED, "updates", 0.7
    old, new = sorted((one, other), key=lambda claim: claim.first_seen)
    if new.first_seen - old.first_seen >= timedelta(days=1) and old.confirmed_at < new.first_seen:
        why = f"The first was seen on {_day(new.first_seen)}, the other on {_day(old.first_seen)}."
        return new, why, "updates", 0.55
    guess = min(one, other, key=_worth(snapshot))
    return guess, "Neither wording nor dates tell which one is current.", "needs_person", 0.3


def _day(moment: datetime) -> str:
    return moment.date().isoformat()
