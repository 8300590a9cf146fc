"""What finds things of a kind in a text: a shape, looked for only where a piece that it cannot do without stands.

Pieces are found by plain search, which takes microseconds, and the pattern is tried at their places alone. So a text
without any of them costs next to nothing, and hostile text costs at most one bounded try for each piece in it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Found:
    """Code points [start, end) of what was found, and the detector that says so."""

    name: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Text:
    """A text with its small letters, place by place the same."""

    plain: str
    small: str

    @classmethod
    def of(cls, plain: str) -> Text:
        small = plain.lower()
        if len(small) != len(plain):  # a few letters have a longer small form
            small = "".join(one.lower() if len(one.lower()) == 1 else one for one in plain)
        return cls(plain, small)


def anything(_value: str) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Detector:
    """A shape that begins `back` code points before one of its pieces, these written small where `folded`.

    The part of the pattern that is called `value`, or all of it, is what is found, if `accepts` says so.
    """

    name: str
    pieces: tuple[str, ...]
    pattern: re.Pattern[str]
    accepts: Callable[[str], bool] = anything
    back: int = 0
    folded: bool = False

    def find(self, text: Text) -> Iterator[Found]:
        group = "value" if "value" in self.pattern.groupindex else 0
        for place in self._places(text.small if self.folded else text.plain):
            match = self.pattern.match(text.plain, place)
            if match is not None and match[group] and self.accepts(match[group]):
                yield Found(self.name, *match.span(group))

    def _places(self, text: str) -> Iterator[int]:
        for piece in self.pieces:
            at = text.find(piece)
            while at >= 0:
                if at >= self.back:
                    yield at - self.back
                at = text.find(piece, at + 1)


def together(found: Iterable[Found]) -> list[Found]:
    """In the order of the text; what overlaps is one, called as the first that was found."""
    ranked = sorted(enumerate(found), key=lambda one: (one[1].start, one[0]))
    joined: list[tuple[int, Found]] = []
    for rank, one in ranked:
        if joined and one.start < joined[-1][1].end:
            before, last = joined[-1]
            name = last.name if before <= rank else one.name
            joined[-1] = (min(before, rank), Found(name, last.start, max(last.end, one.end)))
        else:
            joined.append((rank, one))
    return [one for _rank, one in joined]
