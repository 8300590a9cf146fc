"""Text that speaks to the model or to its reviewers instead of saying what is known, wherever it hides in a text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from agents.text import encodings, hidden, secrets, skeletons
from agents.text.orders import MARKUP, RULES, Rule

_SAID = re.compile(r"[a-zA-Z]{2,20}(?:[ ,.:;!?'\n-]{1,3}[a-zA-Z]{1,20}){3,}")
SHOWN = 60  # code points of what an encoded piece says


@dataclass(frozen=True, slots=True)
class Instruction:
    """What sort of attack stands at [start, end) of the text as written; `reads` is what an encoded piece says."""

    kind: str
    start: int
    end: int
    reads: str = ""


def find(text: str) -> list[Instruction]:
    """What of a text speaks to the model or to reviewers, in order; also where it is dressed up, split or encoded."""
    skeleton = skeletons.read(text)
    found = [Instruction(*one) for one in _scan(MARKUP, text)]
    found += [Instruction(kind, *skeleton.span(start, end)) for kind, start, end in _scan(RULES, skeleton.text)]
    return _apart([*found, *_encoded(text)])


def _scan(rules: Iterable[Rule], text: str) -> Iterator[tuple[str, int, int]]:
    folded = text.lower()
    if len(folded) != len(text):
        folded = "".join(letter.lower()[:1] for letter in text)
    for rule in rules:
        for start, end in rule.find(text, folded):
            yield rule.kind, start, end


def _apart(found: list[Instruction]) -> list[Instruction]:
    """In order; of those of one kind that overlap the first and longest."""
    kept: list[Instruction] = []
    reached: dict[str, int] = {}
    for one in sorted(found, key=lambda one: (one.start, -one.end)):
        if one.start >= reached.get(one.kind, 0):
            kept.append(one)
            reached[one.kind] = one.end
    return kept


def _encoded(text: str) -> Iterator[Instruction]:
    """Pieces that nobody reads as they stand and that, decoded, are sentences; what a browser spells out only where
    it gives orders.
    """
    for piece in encodings.find(text):
        for said in piece.readings:
            if (piece.kind != "percent" and _SAID.search(said)) or _gives_orders(said):
                reads = hidden.legible(secrets.masked(said), SHOWN)
                yield Instruction("encoded", piece.start, piece.end, reads)
                break


def _gives_orders(said: str) -> bool:
    return any(True for _ in _scan(RULES, skeletons.read(said).text))
