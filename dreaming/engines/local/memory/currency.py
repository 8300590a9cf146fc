"""Which of two values is current: by what the wording says, then by time, then by what people say; else a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from agents.snapshot import Snapshot
from agents.text.slots import Slot
from dreaming.engines.local.findings import counted
from dreaming.engines.local.lexicon import NEWER, RETIRED
from dreaming.engines.local.memory import stated
from dreaming.engines.local.memory.stated import Saying, Sayings
from dreaming.engines.local.reading.claims import Claim, worth

SAID = 0.8  # a person stated the value that holds
MANY = frozenset({"use"})  # attributes that may hold several values at once
TRUSTS = {"trusted": 1, "normal": 0}  # other sessions are not heard

Holder = tuple[Claim, Slot]


@dataclass(frozen=True, slots=True)
class Current:
    """The claim that holds, why, with which reason code and confidence; what people said for it and against it."""

    first: Claim
    why: str
    reason: str
    confidence: float
    is_marked: bool = False
    pros: tuple[Saying, ...] = ()
    cons: tuple[Saying, ...] = ()

    @property
    def unsure(self) -> bool:
        return self.reason == "needs_person"


def of_values(snapshot: Snapshot, one: Holder, other: Holder, sayings: Sayings) -> Current:
    """What memory tells, then what people state: for it makes surer, later against it asks a person."""
    current = of_claims(snapshot, one[0], other[0])
    if one[1].attribute in MANY and not current.is_marked:
        current = _unsure(snapshot, one[0], other[0], "Both may hold at once.")
    said = sayings.about(one[1].subject) if one[1].value != other[1].value else ()
    first, second = (one, other) if current.first is one[0] else (other, one)
    pros, cons = (_for(sayings, said, *pair) for pair in ((first[1], second[1]), (second[1], first[1])))
    if not pros and not cons:
        return current
    if pros and cons and _last(pros) == _last(cons):
        return replace(current, reason="needs_person", confidence=0.3, why="People state both.", pros=pros, cons=cons)
    if current.reason == "needs_person":
        if cons and (not pros or _last(pros) < _last(cons)):
            first, pros, cons = second, cons, pros
        if _less_trusted(snapshot, pros, cons):
            why = "The later word comes from a less trusted session than the earlier one."
            return Current(first[0], why, "needs_person", 0.3, False, pros, cons)
        return Current(first[0], _heard(pros), "updates", SAID - 0.1 * bool(cons), False, pros, cons)
    since = _last(pros) if pros else first[0].first_seen
    if cons and _last(cons) > since:
        why = f"A person stated the first one on {_day(_last(cons))}, yet memory tells otherwise."
        return Current(second[0], why, "needs_person", 0.3, False, cons, pros)
    sure = max(current.confidence, SAID) if pros else current.confidence
    why = f"{current.why} {_heard(pros)}" if pros else current.why
    return Current(first[0], why, current.reason, sure, current.is_marked, pros, cons)


def of_claims(snapshot: Snapshot, one: Claim, other: Claim) -> Current:
    """By wording, then by dates; a guess where only a person can tell."""
    now = [bool(NEWER.search(claim.text)) for claim in (one, other)]
    gone = [bool(RETIRED.search(claim.text)) and not _tells_now(claim) for claim in (one, other)]
    marks = [marked - 2 * past for marked, past in zip(now, gone, strict=True)]
    if marks[0] != marks[1]:
        why = "Its wording says that the first one is current."
        return Current(one if marks[0] > marks[1] else other, why, "updates", 0.7, True)
    old, new = sorted((one, other), key=lambda claim: claim.first_seen)
    if new.first_seen - old.first_seen >= timedelta(days=1) and old.confirmed_at < new.first_seen:
        why = f"Memory says the first one since {_day(new.first_seen)}, the second since {_day(old.first_seen)}."
        return Current(new, why, "updates", 0.55)
    return _unsure(snapshot, one, other, "Neither wording nor dates tell which one is current.")


def _tells_now(claim: Claim) -> bool:
    """Says what holds beside what it was."""
    return any(slot.time == "now" and slot.polarity for slot in claim.facts.slots)


def _unsure(snapshot: Snapshot, one: Claim, other: Claim, why: str) -> Current:
    """The newer one is the guess; of equal age, the one that is worth more."""
    guess = min(one, other, key=worth(snapshot))
    if one.first_seen != other.first_seen and one.fixed == other.fixed:
        guess = max(one, other, key=lambda claim: claim.first_seen)
    return Current(guess, why, "needs_person", 0.3)


def _less_trusted(snapshot: Snapshot, pros: Sequence[Saying], cons: Sequence[Saying]) -> bool:
    return bool(cons) and _trust(snapshot, pros) < _trust(snapshot, cons)


def _trust(snapshot: Snapshot, said: Sequence[Saying]) -> int:
    return max(TRUSTS.get(snapshot.sessions[one.session].trust, 0) for one in said)


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


def _day(moment: datetime) -> str:
    return moment.date().isoformat()
