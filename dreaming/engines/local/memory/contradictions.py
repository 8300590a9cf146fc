"""Statements that cannot both hold: of one slot with two values, or alike but for one value, opposite or denial."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from agents.snapshot import Snapshot
from agents.text import quantities, sentences
from agents.text.phrases import scope_of
from agents.text.slots import Slot, conflict
from agents.text.verdicts import VALUE_WORDS, Kind, Place
from agents.text.vocabulary import exclude
from dreaming.engines.local.findings import Tidying, gist
from dreaming.engines.local.memory import choices, currency, parts, stated
from dreaming.engines.local.memory.currency import Current, Holder
from dreaming.engines.local.memory.judging import Judged
from dreaming.engines.local.memory.stated import Saying, Sayings
from dreaming.engines.local.reading.claims import Claim, scope, where

CROWD = 24  # a slot with more statements than this is a list, not a fact
LIST = 3  # a statement that is alike to so many others but for one value is a row of a list
CODE = re.compile(r"`[^`\n]{1,200}`")
BY_WORDING = frozenset({"other_value", "opposite", "denied"})
# What stands behind these is who, where or what for: another one beside it is another statement.
BOUND = frozenset({"", "for", "during", "per", "on", "at", "to", "from", "with", "by", "of"})


def find(snapshot: Snapshot, claims: Sequence[Claim], judged: Sequence[Judged], sayings: Sayings) -> list[Tidying]:
    """What no longer holds beside the value that does, as far as can be told; the slots first, then the wording."""
    titles = _titles(claims)
    by_slot: dict[tuple[str, str], list[Holder]] = defaultdict(list)
    for claim in _with_company(claims):
        for slot in _single(claim.slots(below=1 if titles[claim.memory] else 0)):
            by_slot[slot.subject, slot.attribute].append((claim, slot))
    found: dict[tuple[int, int, int], Tidying] = {}
    for holders in by_slot.values():
        if 2 <= len(holders) <= CROWD:
            for tidying in _of_slot(snapshot, holders, titles, sayings):
                found.setdefault(tidying.remove[0].place, tidying)
    known = {place for tidying in found.values() for place in (tidying.remove[0].place, _place(tidying.keep))}
    for tidying in _by_wording(snapshot, judged, titles):
        if known.isdisjoint((tidying.remove[0].place, _place(tidying.keep))):
            found.setdefault(tidying.remove[0].place, tidying)
    return list(found.values())


def _with_company(claims: Sequence[Claim]) -> Iterator[Claim]:
    """Those of which another one, or they themselves, may fill a slot again; most fill one that nothing else does."""
    filled = Counter((slot.subject, slot.attribute) for claim in claims for slot in claim.facts.slots)
    return (one for one in claims if any(filled[slot.subject, slot.attribute] > 1 for slot in one.facts.slots))


def _single(found: Sequence[Slot]) -> list[Slot]:
    """The slots that a statement gives one value: one that affirms two tells how it came about, and takes no side."""
    values: dict[tuple[str, str], set[str]] = defaultdict(set)
    for slot in found:
        if slot.polarity:
            values[slot.subject, slot.attribute].add(slot.value)
    return [slot for slot in found if len(values[slot.subject, slot.attribute]) < 2]


def _place(claim: Claim | None) -> tuple[int, int, int]:
    return claim.place if claim else (-1, 0, 0)


def _titles(claims: Sequence[Claim]) -> dict[int, str]:
    """The one heading under which a whole memory stands, by memory; empty where there is none."""
    tops: dict[int, set[str]] = defaultdict(set)
    for claim in claims:
        tops[claim.memory].add(claim.heading[0] if claim.heading else "")
    return {memory: next(iter(top)) if len(top) == 1 else "" for memory, top in tops.items()}


def _of_slot(
    snapshot: Snapshot, holders: Sequence[Holder], titles: Mapping[int, str], sayings: Sayings
) -> Iterator[Tidying]:
    """Finds the value that holds by going through all, then sets each value that clashes with it against it."""
    current = holders[0]
    for other in holders[1:]:
        if _clash(snapshot, current, other):
            current = other if currency.of_values(snapshot, current, other, sayings).first is other[0] else current
    for other in holders:
        if other[0].place == current[0].place or not _clash(snapshot, current, other):
            continue
        holds = currency.of_values(snapshot, current, other, sayings)
        sure = holds.is_marked or bool(holds.pros)
        elsewhere = _elsewhere(titles, current[0], other[0])
        if holds.first is other[0] or other[0].fixed or (elsewhere and (len(holders) > 2 or not sure)):
            continue
        yield _contradiction(snapshot, current, other, holds, sayings)


def _elsewhere(titles: Mapping[int, str], one: Claim, other: Claim) -> bool:
    """Under titles that say what each page is about, and not the same."""
    above = {scope_of((titles[claim.memory],)) for claim in (one, other)}
    return len(above) == 2 and "" not in above


def _clash(snapshot: Snapshot, one: Holder, other: Holder) -> bool:
    apart = one[0].place != other[0].place and scope(one[0]) == scope(other[0])
    return apart and conflict(one[1], other[1]) and not _both_literal(snapshot, one[0], other[0])


def _both_literal(snapshot: Snapshot, one: Claim, other: Claim) -> bool:
    """Lessons that quote tools and errors differ in what they quote; that is no contradiction."""
    return (
        "`" in one.text
        and "`" in other.text
        and all(snapshot.memories[claim.memory].path.startswith("/learned/") for claim in (one, other))
    )


def _contradiction(snapshot: Snapshot, holds: Holder, clashes: Holder, current: Current, sayings: Sayings) -> Tidying:
    (stays, slot), (past, value) = holds, clashes
    said = (*current.pros, *(replace(one, span=replace(one.span, stance="against")) for one in current.cons))
    title = _title(holds, clashes, unsure=current.unsure)
    found = _set_apart(snapshot, stays, past, current, title, said, sayings)
    rest, other_rest = parts.without(past, value), parts.without(stays, slot)
    offered = tuple(
        replace(one, puts=(other_rest,)) if one.kind == "keep_other" else one
        for one in found.choices
        if one.kind == "keep_other" or not (rest or other_rest)
    )
    return replace(found, put=rest, choices=offered)


def _set_apart(
    snapshot: Snapshot,
    stays: Claim,
    past: Claim,
    current: Current,
    title: str,
    said: Sequence[Saying] = (),
    sayings: Sayings | None = None,
) -> Tidying:
    pair = " and ".join(f"“{gist(claim.text, 140)}” ({where(snapshot, claim)})" for claim in (stays, past))
    closing = "Please say which one holds." if current.unsure else "The second is taken out; the history keeps it."
    told = [sayings.sentence(one) for one in said] if sayings else []
    return Tidying(
        kind="contradiction",
        key=tuple(sorted((stays.digest, past.digest))),
        remove=(past,),
        keep=stays,
        title=title,
        rationale=f"{pair} cannot both hold. {current.why} {closing}",
        reason_code=current.reason,
        confidence=current.confidence,
        loses=True,
        spans=tuple(dict.fromkeys(one.span for one in said)),
        sessions=tuple(dict.fromkeys(one.session for one in said)),
        choices=choices.of(stays, past, told) if current.unsure else (),
    )


def _by_wording(snapshot: Snapshot, judged: Sequence[Judged], titles: Mapping[int, str]) -> Iterator[Tidying]:
    """Pairs alike but for one value: only a person can tell, unless the newer one says that it is the current one."""
    apart = [pair for pair in judged if _may_clash(snapshot, pair, titles)]
    rows = Counter(claim.place for pair in apart for claim in (pair.older, pair.newer))
    for pair in apart:
        if max(rows[pair.older.place], rows[pair.newer.place]) >= LIST:
            continue
        current = currency.of_claims(snapshot, pair.newer, pair.older)
        if not current.is_marked:
            why = "They are alike but for one value; both may hold, of different things."
            current = Current(current.first, why, "needs_person", pair.verdict.confidence / 2)
        past = pair.older if current.first is pair.newer else pair.newer
        if not past.fixed:
            yield _set_apart(snapshot, current.first, past, current, _asked(current, pair))


def _may_clash(snapshot: Snapshot, pair: Judged, titles: Mapping[int, str]) -> bool:
    """One value at one place of one sentence; not two rows that were written together, and no two quotes of tools."""
    older, newer, verdict = pair.older, pair.newer, pair.verdict
    if verdict.kind not in (Kind.UPDATES, Kind.CONTRADICTS) or verdict.reason not in BY_WORDING:
        return False
    together = older.memory == newer.memory and older.first_seen == newer.first_seen
    if len(verdict.places) != 1 or not _is_one_value(verdict.places[0]) or together or _elsewhere(titles, older, newer):
        return False
    if any(len(sentences.spans(claim.text)) > 1 for claim in (older, newer)):
        return False
    if verdict.reason == "other_value" and (verdict.places[0].behind in BOUND or _of_another(older, newer)):
        return False
    return not _both_literal(snapshot, older, newer)


def _is_one_value(place: Place) -> bool:
    """More words at one place are another subject with another value."""
    return max(len(place.older), len(place.newer)) <= VALUE_WORDS and not (
        len(place.older) > 1 and any(exclude(one, other) for one in place.older for other in place.newer)
    )


def _of_another(older: Claim, newer: Claim) -> bool:
    """Values of two things, or of two attributes of one; or two names in code beside one that both statements share."""
    held = [
        {(slot.subject, slot.attribute) for slot in claim.slots() if slot.value != "yes"} for claim in (older, newer)
    ]
    if all(held) and held[0].isdisjoint(held[1]):
        return True
    one, other = (set(CODE.findall(claim.text)) for claim in (older, newer))
    return bool(one & other and one - other and other - one)


def _asked(current: Current, pair: Judged) -> str:
    (place,) = pair.verdict.places
    keep, drop = place.newer, place.older
    if current.first is pair.older:
        keep, drop = drop, keep
    sides = [gist(" ".join(side), 40) for side in (keep, drop)]
    if not all(sides):
        return f"Said and denied: {gist(current.first.text, 70)}"
    if current.unsure:
        return f"Which one holds: {sides[0]} or {sides[1]}, in “{gist(current.first.text, 60)}”"
    return f"Keep {sides[0]}, not {sides[1]}, in “{gist(current.first.text, 60)}”"


def _title(holds: Holder, clashes: Holder, *, unsure: bool) -> str:
    (stays, one), (past, other) = holds, clashes
    subject = gist(one.subject or one.attribute, 60)
    if one.value == other.value:
        return f"Said and denied of {subject}: {gist(one.attribute, 40)}"
    keep, drop = _apart(one.value, other.value, (stays.text, past.text))
    if unsure:
        return f"Which one holds for {subject}: {keep} or {drop}?"
    return f"Keep {keep} for {subject}, not {drop}"


def _apart(one: str, other: str, texts: tuple[str, str]) -> tuple[str, str]:
    """Two values as the texts write them, without the words that both end with, but for one: "14 days", "30 days"."""
    first, second = one.split(), other.split()
    while len(first) > 2 and len(second) > 2 and first[-2:] == second[-2:]:
        first, second = first[:-1], second[:-1]
    sides = (" ".join(first), texts[0]), (" ".join(second), texts[1])
    written = [(value, quantities.as_written(value, text)) for value, text in sides]
    keep, drop = (gist(said, 40) if said != value else stated.spoken(value) for value, said in written)
    return keep, drop
