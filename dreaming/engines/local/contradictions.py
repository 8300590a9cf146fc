"""Statements of one slot with two values: which one holds, by wording, dates and what people say, else a person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from agents.snapshot import Snapshot
from agents.text.slots import Slot, conflict
from dreaming.engines.local import stated
from dreaming.engines.local.claims import Claim, scope, where, worth
from dreaming.engines.local.findings import Span, Tidying, counted, gist
from dreaming.engines.local.lexicon import NEWER, RETIRED
from dreaming.engines.local.stated import Saying, Sayings

CROWD = 24  # a slot with more statements than this is a list, not a fact
SAID = 0.8  # a person stated the value that holds

Holder = tuple[Claim, Slot]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The claim that holds, why, with which reason code and confidence; what people said for it and against it."""

    first: Claim
    why: str
    reason: str
    confidence: float
    is_marked: bool = False
    pros: tuple[Saying, ...] = ()
    cons: tuple[Saying, ...] = ()


def find(snapshot: Snapshot, claims: Sequence[Claim], sayings: Sayings) -> list[Tidying]:
    """For each slot with several values: what no longer holds beside the value that does, as far as can be told."""
    titles = _titles(claims)
    by_slot: dict[tuple[str, str], list[Holder]] = defaultdict(list)
    for claim in claims:
        for slot in claim.slots(below=1 if titles[claim.memory] else 0):
            by_slot[slot.subject, slot.attribute].append((claim, slot))
    found: dict[tuple[int, int, int], Tidying] = {}
    for holders in by_slot.values():
        if 2 <= len(holders) <= CROWD:
            for tidying in _of_slot(snapshot, holders, titles, sayings):
                found.setdefault(tidying.remove[0].place, tidying)
    return list(found.values())


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
        if _clash(snapshot, current, other) and _judged(snapshot, current, other, sayings).first is other[0]:
            current = other
    for other in holders:
        if other[0].place == current[0].place or not _clash(snapshot, current, other):
            continue
        verdict = _judged(snapshot, current, other, sayings)
        above = {titles[claim.memory] for claim, _ in (current, other)}
        elsewhere = len(above) == 2 and "" not in above
        sure = verdict.is_marked or bool(verdict.pros)
        if verdict.first is other[0] or other[0].fixed or (elsewhere and (len(holders) > 2 or not sure)):
            continue
        yield _contradiction(snapshot, current, other, verdict)


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


def _contradiction(snapshot: Snapshot, holds: Holder, clashes: Holder, verdict: Verdict) -> Tidying:
    (current, slot), (past, value) = holds, clashes
    unsure = verdict.reason == "needs_person"
    pair = " and ".join(f"“{gist(claim.text, 140)}” ({where(snapshot, claim)})" for claim in (current, past))
    closing = "Please say which one holds." if unsure else "The second is taken out; the memory's history keeps it."
    said = (*verdict.pros, *(replace(one, span=replace(one.span, stance="against")) for one in verdict.cons))
    return Tidying(
        kind="contradiction",
        key=tuple(sorted((current.digest, past.digest))),
        remove=(past,),
        keep=current,
        title=_title(slot, value, unsure),
        rationale=f"{pair} cannot both hold. {verdict.why} {closing}",
        reason_code=verdict.reason,
        confidence=verdict.confidence,
        loses=True,
        spans=_spans(said),
        sessions=tuple(dict.fromkeys(one.session for one in said)),
        choices=((current,),) if unsure and not current.fixed else (),
    )


def _spans(said: Sequence[Saying]) -> tuple[Span, ...]:
    return tuple(dict.fromkeys(one.span for one in said))


def _title(one: Slot, other: Slot, unsure: bool) -> str:
    subject = gist(one.subject or one.attribute, 60)
    if one.value == other.value:
        return f"Said and denied of {subject}: {gist(one.attribute, 40)}"
    keep, drop = _apart(one.value, other.value)
    if unsure:
        return f"Which one holds for {subject}: {keep} or {drop}?"
    return f"Keep {keep} for {subject}, not {drop}"


def _apart(one: str, other: str) -> tuple[str, str]:
    """Two values without the words that both end with, but for one: "14 days" and "30 days"."""
    first, second = one.split(), other.split()
    while len(first) > 2 and len(second) > 2 and first[-2:] == second[-2:]:
        first, second = first[:-1], second[:-1]
    return stated.spoken(" ".join(first)), stated.spoken(" ".join(second))


def _judged(snapshot: Snapshot, one: Holder, other: Holder, sayings: Sayings) -> Verdict:
    """What memory tells, then what people state: for it makes surer, later against it asks a person."""
    verdict = _first(snapshot, one[0], other[0])
    said = sayings.about(one[1].subject) if one[1].value != other[1].value else ()
    first, second = (one, other) if verdict.first is one[0] else (other, one)
    pros, cons = (_for(sayings, said, *pair) for pair in ((first[1], second[1]), (second[1], first[1])))
    if not pros and not cons:
        return verdict
    if pros and cons and _last(pros) == _last(cons):
        return replace(verdict, reason="needs_person", confidence=0.3, why="People state both.", pros=pros, cons=cons)
    if verdict.reason == "needs_person":
        if cons and (not pros or _last(pros) < _last(cons)):
            first, pros, cons = second, cons, pros
        return Verdict(first[0], _heard(pros), "updates", SAID - 0.1 * bool(cons), False, pros, cons)
    since = _last(pros) if pros else first[0].first_seen
    if cons and _last(cons) > since:
        why = f"A person stated the first one on {_day(_last(cons))}, yet memory tells otherwise."
        return Verdict(second[0], why, "needs_person", 0.3, False, cons, pros)
    sure = max(verdict.confidence, SAID) if pros else verdict.confidence
    why = f"{verdict.why} {_heard(pros)}" if pros else verdict.why
    return Verdict(first[0], why, verdict.reason, sure, verdict.is_marked, pros, cons)


def _for(sayings: Sayings, said: Sequence[Saying], holds: Slot, past: Slot) -> tuple[Saying, ...]:
    """What people state of a value, and how they correct the agent to it."""
    direct = [saying for saying in said if stated.agrees(saying.slot, holds)]
    return (*direct, *(sayings.corrected(holds, past) if holds.value != past.value else ()))


def _last(said: Sequence[Saying]) -> datetime:
    return max(one.at for one in said)


def _heard(said: Sequence[Saying]) -> str:
    sessions = len({one.session for one in said})
    when = f"{'last ' if sessions > 1 else ''}on {_day(_last(said))}"
    return f"People stated the first one in {counted(sessions, 'session')}, {when}."


def _first(snapshot: Snapshot, one: Claim, other: Claim) -> Verdict:
    """By wording, then by dates; a guess where only a person can tell."""
    now, gone = ([bool(find.search(claim.text)) for claim in (one, other)] for find in (NEWER, RETIRED))
    marks = [marked - 2 * past for marked, past in zip(now, gone, strict=True)]
    if marks[0] != marks[1]:
        why = "Its wording says that the first one is current."
        return Verdict(one if marks[0] > marks[1] else other, why, "updates", 0.7, True)
    old, new = sorted((one, other), key=lambda claim: claim.first_seen)
    if new.first_seen - old.first_seen >= timedelta(days=1) and old.confirmed_at < new.first_seen:
        why = f"Memory says the first one since {_day(new.first_seen)}, the second since {_day(old.first_seen)}."
        return Verdict(new, why, "updates", 0.55)
    guess = min(one, other, key=worth(snapshot))
    return Verdict(guess, "Neither wording nor dates tell which one is current.", "needs_person", 0.3)


def _day(moment: datetime) -> str:
    return moment.date().isoformat()
