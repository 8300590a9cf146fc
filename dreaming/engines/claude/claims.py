"""A claim of the model on its way to memory: what it says, what it would do, and the words that bear it out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from agents.snapshot import Snapshot
from agents.text import support
from agents.text.specifics import specifics
from dreaming.engines.local.findings import Span
from dreaming.engines.local.proposing.discretion import is_secret
from dreaming.engines.local.reading.claims import Claim

SHORTEST_QUOTE, LONGEST_QUOTE = 12, 600
ALIKE = 0.6  # of the weight of both that is shared: one claim in two wordings
MOST_ANCHORS = 8


@dataclass(frozen=True, slots=True)
class Claimed:
    """`at` is the statement of memory that it replaces or retires, `open` the id of an open change that says the same;
    `why` is for the reviewer."""

    action: str
    kind: str
    title: str
    lesson: str
    why: str
    spans: tuple[Span, ...]
    at: Claim | None = None
    open: str = ""

    @property
    def words(self) -> frozenset[str]:
        return support.words(self.lesson)

    @property
    def key(self) -> tuple[str, ...]:
        """What it is about, as free of its wording as can be: names and numbers, or else its heaviest words."""
        if self.at is not None:
            return ("model", self.action, self.at.digest)
        named = sorted({one.value.casefold() for one in specifics(self.lesson)})
        return ("model", *(named or sorted(self.words))[:MOST_ANCHORS])


def span(snapshot: Snapshot, row: int, quote: str, stance: str, funnel: Counter[str]) -> Span | None:
    """Where a quote stands in an event, letter by letter; None, and counted, where it does not."""
    said = quote.strip()
    if len(said) < SHORTEST_QUOTE:
        funnel["model_quotes_short"] += 1
        return None
    start = snapshot.events.text[row].find(said)
    if start < 0:
        funnel["model_quotes_not_there"] += 1
        return None
    end = min(start + len(said), start + LONGEST_QUOTE)
    if is_secret(snapshot.events.text[row][start:end]):
        funnel["model_quotes_secret"] += 1
        return None
    return Span(row, start, end, stance)


def supporting(snapshot: Snapshot, claim: Claimed) -> tuple[int, ...]:
    """The sessions that speak for it."""
    rows = [span.row for span in claim.spans if span.stance == "for"]
    return tuple(sorted(set(snapshot.events.sessions_of(rows)))) if rows else ()


def together(claims: Iterable[Claimed], funnel: Counter[str]) -> list[Claimed]:
    """Claims of several pieces that say one thing, as one, with the evidence of all."""
    found: list[Claimed] = []
    for claim in claims:
        at = next((number for number, other in enumerate(found) if _is_one(claim, other)), None)
        if at is None:
            found.append(claim)
        else:
            funnel["model_merged"] += 1
            spans = tuple(dict.fromkeys((*found[at].spans, *claim.spans)))
            found[at] = replace(found[at], spans=spans, open=found[at].open or claim.open)
    return found


def _is_one(one: Claimed, other: Claimed) -> bool:
    if (one.action, one.at and one.at.place) != (other.action, other.at and other.at.place):
        return False
    return one.at is not None or one.key == other.key or alike(one.words, other.words) >= ALIKE


def alike(one: frozenset[str], other: frozenset[str]) -> float:
    whole = support.weight(one | other)
    return support.weight(one & other) / whole if whole else 0.0


def ranked(snapshot: Snapshot, claims: Sequence[Claimed]) -> list[Claimed]:
    return sorted(claims, key=lambda claim: (-len(supporting(snapshot, claim)), claim.key))
