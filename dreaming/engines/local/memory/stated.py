"""What people state as a fact in sessions, by slot: for or against a value that memory holds, or a newer one.

Read only for subjects that are asked for: most of what people say is about the case at hand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from agents.snapshot import Snapshot
from agents.text import hidden, phrases, quantities
from agents.text.slots import Slot, conflict, slots
from dreaming.engines.local.findings import Finding, Span, Tidying, gist
from dreaming.engines.local.lexicon import LEAD_IN, NEWER, REPORTED
from dreaming.engines.local.memory import parts
from dreaming.engines.local.reading import own_words
from dreaming.engines.local.reading.claims import MOVABLE, Claim
from dreaming.engines.local.reading.messages import Messages
from dreaming.engines.local.reading.own_words import FIRST_WORDS
from dreaming.engines.local.reading.signals import LONG_AGO, Signals

UNIT = re.compile(r"^(\d[\d.,]*) (?:business )?(?:millisecond|second|minute|hour|day|week|month|year)$")
ASKED, SAID = 0.85, 0.75  # a person asked for the new value, or said it; and said that it lasts


@dataclass(frozen=True, slots=True)
class Saying:
    """One sentence of a person that says what something is; where nobody knows when, it counts as said just now."""

    session: int
    at: datetime
    span: Span
    slot: Slot


class Sayings:
    """All that people say, in canonical order, searched by subject."""

    def __init__(self, signals: Signals) -> None:
        self._signals = signals
        self._found: dict[str, tuple[Saying, ...]] = {}
        self._messages = Messages(signals)

    def about(self, subject: str) -> tuple[Saying, ...]:
        if subject not in self._found:
            self._found[subject] = tuple(self._about(subject)) if subject else ()
        return self._found[subject]

    def sentence(self, saying: Saying) -> str:
        return sentence(self._signals.text(saying.span.row)[saying.span.start : saying.span.end])

    def corrected(self, holds: Slot, past: Slot) -> Iterator[Saying]:
        """Messages that name both amounts and mark the one that holds, where the session spoke of the subject before:
        "No, 30 days is the old rule. It is 14 days now."
        """
        one, other = (quantities.find(slot.value) for slot in (holds, past))
        if len(one) != 1 or len(other) != 1 or phrases.dimension(one[0]) != phrases.dimension(other[0]):
            return
        for number in self._messages.of_amounts(one[0].value, other[0].value):
            session, row = self._messages.place(number)
            named = self._messages.sentences(number)
            if any(other[0].value in own.amounts for own in named) and self._spoke_of(holds.subject, session, row):
                text = self._messages.text(number)
                for own in named:
                    if own.amounts == {one[0].value} and NEWER.search(text[own.start : own.end]):
                        at = said_at(self._signals.snapshot, session)
                        yield Saying(session, at, Span(row, own.start, own.end), holds)

    def _spoke_of(self, subject: str, session: int, row: int) -> bool:
        """Whatever was said or recalled earlier shows what a session is about; it supports nothing."""
        named = subject.split()
        own = self._signals.snapshot.events.rows_of(session)
        return any(
            all(word in low for word in named)
            for earlier in range(own.start, row)
            if (low := self._signals.text(earlier)[:FIRST_WORDS].lower())
        )

    def _about(self, subject: str) -> Iterator[Saying]:
        for number in self._messages.naming(subject.split()):
            session, row = self._messages.place(number)
            text = self._messages.text(number)
            at = said_at(self._signals.snapshot, session)
            for start, end in own_words.said(text):
                for slot in read(text[start:end]):
                    if slot.subject == subject:
                        yield Saying(session, at, Span(row, start, end), slot)


def said_at(snapshot: Snapshot, session: int) -> datetime:
    return snapshot.sessions[session].started_at or snapshot.taken_at


def read(sentence: str) -> tuple[Slot, ...]:
    """What a sentence of a person says now: as it stands, or behind "please tell them that"."""
    found = slots(_plain(sentence))
    return tuple(
        slot for slot in found if slot.polarity and slot.time not in ("past", "former") and slot.value != "yes"
    )


def sentence(said: str) -> str:
    """The words of a person as a statement of their own; empty where they hide something."""
    plain = "" if any(not piece.benign for piece in hidden.find(said)) else _plain(said)
    return f"{plain[:1].upper()}{plain[1:].rstrip(' .!')}." if plain else ""


def _plain(sentence: str) -> str:
    plain = LEAD_IN.sub("", " ".join(sentence.split()))
    reported = REPORTED.match(plain)
    return plain[reported.end() :] if reported else plain


def agrees(said: Slot, held: Slot) -> bool:
    """Both give one subject one value, or the same single quantity: "14 days" says "14 days from the start"."""
    if not _comparable(said, held):
        return False
    one, other = (quantities.find(slot.value) for slot in (said, held))
    return (said.attribute, said.value) == (held.attribute, held.value) or (
        len(one) == len(other) == 1 and one[0].value == other[0].value
    )


def differs(said: Slot, held: Slot) -> bool:
    """One subject, another value: by their slots, or by the one quantity of one dimension that each holds."""
    if not _comparable(said, held) or agrees(said, held):
        return False
    one, other = (quantities.find(slot.value) for slot in (said, held))
    alike = len(one) == len(other) == 1 and phrases.dimension(one[0]) == phrases.dimension(other[0])
    return alike or conflict(replace(said, scope=held.scope), held)


def spoken(value: str) -> str:
    """A value as people say it: slots hold "14 day"."""
    return UNIT.sub(lambda match: match.group() if match[1] == "1" else f"{match.group()}s", gist(value, 40))


def _comparable(said: Slot, held: Slot) -> bool:
    scopes = {"", held.scope.removeprefix("# ")}
    return said.subject == held.subject and said.scope in scopes and held.polarity and held.value != "yes"


def supersede(
    snapshot: Snapshot,
    claims: Sequence[Claim],
    findings: Sequence[Finding],
    sayings: Sayings,
    announced: Sequence[Finding] = (),
) -> tuple[list[Finding], list[Tidying]]:
    """Wishes, and what is announced, that give a slot of memory another value: one change of that line, no lesson
    beside it.

    A wish teaches nothing where memory holds its value already, or was given another since, by people or by an edit.
    """
    wishes = {one.key: read(one.lesson) for one in [*findings, *announced] if one.kind == "preference"}
    subjects = {slot.subject for said in wishes.values() for slot in said}
    holders = _holders(claims, subjects)
    kept: list[Finding] = []
    found: list[Tidying] = []
    for finding in [*findings, *announced]:
        said = wishes.get(finding.key, ())
        held = [(claim, slot, own) for own in said for claim, slot in holders.get(own.subject, ())]
        other = [(claim, slot, own) for claim, slot, own in held if differs(own, slot)]
        said_last = max(said_at(snapshot, session) for session in finding.sessions)
        since = _first_seen(other)
        since += [one.at for _, slot, _ in other for one in sayings.about(slot.subject) if agrees(one.slot, slot)]
        if any(agrees(own, slot) for _, slot, own in held) or max(since, default=LONG_AGO) >= said_last:
            finding = replace(finding, lesson="")
        other = [one for one in other if not one[0].fixed and _namespace(snapshot, one[0]) in snapshot.namespaces]
        if finding.lesson and other:
            first = _namespace(snapshot, other[0][0])
            mine = [one for one in other if _namespace(snapshot, one[0]) == first]
            found.append(_superseded(snapshot, finding, mine))
            finding = replace(finding, lesson="")
        kept.append(finding)
    return kept[: len(findings)], found


def _first_seen(held: Sequence[tuple[Claim, Slot, Slot]]) -> list[datetime]:
    """When memory first said each value: a copy of an older statement is no later word."""
    first: dict[str, datetime] = {}
    for claim, slot, _ in held:
        first[slot.value] = min(claim.first_seen, first.get(slot.value, claim.first_seen))
    return list(first.values())


def _holders(claims: Sequence[Claim], subjects: set[str]) -> Mapping[str, list[tuple[Claim, Slot]]]:
    found: dict[str, list[tuple[Claim, Slot]]] = {subject: [] for subject in subjects}
    for claim in claims if subjects else ():
        if claim.kind in MOVABLE:
            for slot in claim.slots(below=1):
                if slot.subject in found:
                    found[slot.subject].append((claim, slot))
    return found


def _namespace(snapshot: Snapshot, claim: Claim) -> str:
    return snapshot.memories[claim.memory].namespace


def _superseded(snapshot: Snapshot, finding: Finding, replaced: list[tuple[Claim, Slot, Slot]]) -> Tidying:
    slot_of = {claim: slot for claim, slot, _ in reversed(replaced)}
    remove = tuple(dict.fromkeys(claim for claim, _, _ in replaced))
    held, said = replaced[0][1:]
    announced = finding.reason_code == "updates"
    value = quantities.as_written(said.value, finding.lesson)
    value = gist(value, 40) if value != said.value else spoken(said.value)
    places = "; ".join(f"{snapshot.memories[one.memory].path}, line {one.start + 1}" for one in remove)
    return Tidying(
        kind="superseded",
        key=(*finding.key, *(claim.digest for claim in remove)),
        remove=remove,
        keep=None,
        title=f"Set {gist(said.subject, 60)} to {value}, as a person {'said' if announced else 'asked'}",
        rationale=f"{finding.rationale} It takes the place of “{gist(remove[0].text, 140)}” ({places});"
        " the memory's history keeps that.",
        reason_code=finding.reason_code,
        confidence=SAID if announced else ASKED,
        loses=True,
        spans=finding.spans,
        put=parts.without(remove[0], held, finding.lesson),
        rests=tuple(parts.without(claim, slot_of[claim]) for claim in remove[1:]),
        sessions=finding.sessions,
    )
