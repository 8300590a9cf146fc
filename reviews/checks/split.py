"""A payload in pieces: harmless change by change, and an order, a link or a secret once they stand in memory together.

What crosses from one change into another lies at their edges, so only these are joined: each with every other, both
ways, and all short ones in the order of their paths and back. What a part says alone is no finding of this rule.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from agents.text import instructions, links, secrets
from reviews.checks.base import Finding, Proposed
from reviews.checks.context import EDGE, NOTHING, Context, Part
from reviews.enums import Severity

RULE, VERSION = "split", 1
NEEDS: tuple[str, ...] = ("parts",)

APART = "\n\n\n"
_BEGINS = re.compile(r"[\s>]*(?:(?:[-*+]|\d{1,3}[.)]|#{1,6})\s+)*")

ORDER = _("Together with what another change writes into %(path)s it reads as an order.")
LINK = _("Together with what another change writes into %(path)s it is a link that may carry data out.")
SECRET = _("Together with what another change writes into %(path)s it looks like a secret.")

Spans = Callable[[str], Iterable[tuple[int, int, str]]]
"""Where something of a kind stands."""


@dataclass(frozen=True, slots=True)
class Piece:
    """`at` is where it starts in the written text of the change that is looked at, None for one of another change."""

    path: str
    text: str
    at: int | None = None

    def bare(self) -> Piece:
        """Without list marks in front and blanks at the end: what a reader takes as the next words."""
        begins = _BEGINS.match(self.text)
        skipped = begins.end() if begins else 0
        return Piece(self.path, self.text[skipped:].rstrip(), None if self.at is None else self.at + skipped)


def _orders(text: str) -> Iterator[tuple[int, int, str]]:
    return ((one.start, one.end, one.kind) for one in instructions.find(text))


def _links(text: str) -> Iterator[tuple[int, int, str]]:
    return ((one.start, one.end, one.kind) for one in links.find(text) if one.kind not in ("new", "crowd"))


def _secrets(text: str) -> Iterator[tuple[int, int, str]]:
    return ((one.start, one.end, one.name) for one in secrets.find(text))


DETECTORS: tuple[tuple[str, Spans, Promise], ...] = (
    (" ", _orders, ORDER),
    ("", _orders, ORDER),
    ("", _links, LINK),
    ("", _secrets, SECRET),
)


def find(proposed: Proposed, context: Context = NOTHING) -> Iterator[Finding]:
    for number, target in enumerate(proposed.targets):
        text = "".join(target.after)
        rows = list(_rows(text, target.path_after or "", context.parts)) if text.strip() and context.parts else []
        told: set[tuple[int, int]] = set()
        for glue, spans, says in DETECTORS if rows else ():
            for start, end, path in _crossing(rows, text, glue, spans):
                if not any(start < other_end and begun < end for begun, other_end in told):
                    told.add((start, end))
                    yield Finding(RULE, VERSION, Severity.WARNING, _reason(says, path), number, start, end)


def _rows(text: str, path: str, parts: Sequence[Part]) -> Iterator[list[Piece]]:
    """What is joined: the text's edges with those of each part, and the short ones one after the other."""
    head, tail = Piece(path, text[:EDGE], 0), Piece(path, text[-EDGE:], max(0, len(text) - EDGE))
    ordered = sorted(parts)
    for part in ordered:
        yield [Piece(part.path, part.tail).bare(), head.bare()]
        yield [tail.bare(), Piece(part.path, part.head).bare()]
    short = [Piece(part.path, part.head).bare() for part in ordered if part.is_whole]
    if len(text) <= EDGE and len(short) > 1:
        row = sorted([*short, head.bare()], key=lambda piece: (piece.path, piece.text))
        yield row
        yield row[::-1]


def _crossing(rows: Sequence[list[Piece]], text: str, glue: str, spans: Spans) -> Iterator[tuple[int, int, str]]:
    """The places in the text of what is found across it and another piece, and in neither alone."""
    whole, places = _laid_out(rows, glue)
    alone: list[tuple[int, int, str]] | None = None
    for start, end, kind in spans(whole):
        met = [(row, at, piece) for row, at, piece in places if at < end and start < at + len(piece.text)]
        own = next(((at, piece) for _row, at, piece in met if piece.at is not None), None)
        other = next((piece for _row, _at, piece in met if piece.at is None), None)
        if own is None or other is None or len({row for row, _at, _piece in met}) > 1:
            continue
        at, piece = own
        begun = (piece.at or 0) + max(0, start - at)
        ended = (piece.at or 0) + min(end - at, len(piece.text))
        alone = list(spans(text)) if alone is None else alone
        if any(one < ended and begun < last and kind == own_kind for one, last, own_kind in alone):
            continue
        others = (each for _row, _at, each in met if each.at is None)
        if not any(kind == other_kind for each in others for _start, _end, other_kind in spans(each.text)):
            yield begun, ended, other.path


def _laid_out(rows: Sequence[list[Piece]], glue: str) -> tuple[str, list[tuple[int, int, Piece]]]:
    """All rows in one text, and for each piece its row and where it stands there."""
    said: list[str] = []
    places: list[tuple[int, int, Piece]] = []
    length = 0
    for number, row in enumerate(rows):
        for place, piece in enumerate(row):
            joint = glue if place else APART
            places.append((number, length + len(joint), piece))
            said += [joint, piece.text]
            length += len(joint) + len(piece.text)
    return "".join(said), places


def _reason(says: Promise, path: str) -> str:
    shown = path if len(path) <= EDGE else f"…{path[1 - EDGE :]}"
    return str(says % {"path": shown})
