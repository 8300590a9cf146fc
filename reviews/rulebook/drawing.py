"""What a page shows of a hit: the first lines, with what broke the rule marked and secrets under dots."""

from __future__ import annotations

from dataclasses import dataclass

from agents.text import lines as text_lines
from agents.text import secrets
from reviews.rulebook.matching import Span
from reviews.rulebook.trying import Hit

LINES = 5
BEFORE, LONGEST = 60, 240  # code points of a long line


@dataclass(frozen=True, slots=True)
class Line:
    """One line, from 1; its pieces, each with whether it is a place."""

    number: int
    pieces: tuple[tuple[str, bool], ...]
    page: int  # lines before the page of the memory on which it stands


@dataclass(frozen=True, slots=True)
class Shown:
    hit: Hit
    lines: list[Line]
    more: int


def shown(hit: Hit, *, page: int) -> Shown:
    """`page` is how many lines the page of a memory's lines has."""
    written = text_lines.split(secrets.covered(hit.text))  # as long as the text, line by line
    touched = hit.lines()
    lines = [
        Line(number + 1, _pieces(written[number], touched[number]), number // page * page)
        for number in sorted(touched)[:LINES]
    ]
    return Shown(hit, lines, len(touched) - len(lines))


def _pieces(line: str, spans: list[Span]) -> tuple[tuple[str, bool], ...]:
    line = line.rstrip("\r\n")
    first = max(0, spans[0][0] - BEFORE) if len(line) > LONGEST else 0
    last = min(len(line), first + LONGEST)
    pieces: list[tuple[str, bool]] = [("…", False)] if first else []
    at = first
    for start, end in spans:
        start, end = min(max(start, at), last), min(end, last)
        pieces += [(line[at:start], False), (line[start:end], True)]
        at = max(at, end)
    pieces += [(line[at:last], False), ("…" if last < len(line) else "", False)]
    return tuple(piece for piece in pieces if piece[0])
