"""A merge read as many into one: where each line of the result is from, and what of the sources is nowhere in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter

from agents.models import MemoryVersion
from agents.text import diffs, specifics
from agents.text.specifics import Specific
from agents.text.tokens import tokens
from reviews.bounds import TargetGround
from reviews.models import Change
from reviews.reading import impact

REWORDED = 0.6  # likeness from which a line is another wording of a line of a source
NEAR = 0.5  # share of common words, in any order, from which a line is worth a look beside one that is left out
MOST_PAIRINGS = 20_000  # of lines that are not word for word the same
MOST_NEAR = 2_000  # pairings of what is left out with the result


@dataclass(frozen=True, slots=True)
class Source:
    path: str
    text: str
    stays: bool = False


@dataclass(frozen=True, slots=True)
class From:
    """A line of the result. `sources` are places in the list of sources; none where the line is new."""

    number: int
    text: str
    sources: tuple[int, ...]
    is_reworded: bool = False


@dataclass(frozen=True, slots=True)
class Left:
    """A line of a source that is nowhere in the result, and the line there that comes nearest to it."""

    source: int
    number: int
    text: str
    nearest: From | None = None


@dataclass(frozen=True, slots=True)
class Merged:
    sources: tuple[Source, ...]
    lines: tuple[From, ...]
    left: tuple[Left, ...]
    lost: tuple[Specific, ...]

    @property
    def kept(self) -> list[From]:
        """What several sources say, and the result once."""
        return [one for one in self.lines if len(one.sources) > 1]


def of(change: Change, grounds: Sequence[TargetGround]) -> Merged | None:
    """The merge that these targets are, as memory stands now; None where they are none."""
    results = [ground for ground in grounds if ground.target.path_after is not None]
    if len(results) != 1 or len(grounds) < 2:
        return None
    sources = [
        Source(one.target.path_before, _text(one, one.target.base), stays=one.target.path_after is not None)
        for one in grounds
        if one.target.base
    ]
    return read(sources=sources, result="".join(impact.lines_after(change, results[0])))


def _text(ground: TargetGround, base: MemoryVersion) -> str:
    return "".join(ground.ground.now()) if ground.held else base.text


def read(*, sources: Sequence[Source], result: str) -> Merged:
    """Lines are known word for word, in any order; else by their likeness."""
    result_lines = _said(result)
    source_lines = [_said(source.text) for source in sources]
    places: dict[str, set[int]] = defaultdict(set)
    for index, lines in enumerate(source_lines):
        for _number, text in lines:
            places[_bare(text)].add(index)
    known = {_bare(text) for _number, text in result_lines}
    loose = [
        (index, number, text)
        for index, one in enumerate(source_lines)
        for number, text in one
        if _bare(text) not in known
    ]
    new = [text for _number, text in result_lines if _bare(text) not in places]
    reworded = _reworded(new, loose) if len(new) * len(loose) <= MOST_PAIRINGS else {}
    origins = []
    for number, text in result_lines:
        exact = tuple(sorted(places.get(_bare(text), ())))
        alike = tuple(sorted({loose[at][0] for at in reworded.get(text, ())})) if not exact else ()
        origins.append(From(number, text, exact or alike, bool(alike)))
    found = {at for ats in reworded.values() for at in ats}
    gone = [one for at, one in enumerate(loose) if at not in found]
    near = [(_words(one.text), one) for one in origins] if len(gone) * len(origins) <= MOST_NEAR else []
    left = [Left(*one, nearest=_nearest(_words(one[2]), near)) for one in gone]
    lost = sorted(specifics.lost([source.text for source in sources], result))
    return Merged(tuple(sources), tuple(origins), tuple(left), tuple(lost))


def _said(text: str) -> list[tuple[int, str]]:
    """The lines that say something, with their numbers."""
    return [(number, line.rstrip()) for number, line in enumerate(text.split("\n"), 1) if _bare(line)]


def _bare(line: str) -> str:
    return line.strip().lstrip("-*+#> ").casefold()


def _words(line: str) -> set[str]:
    return set(tokens(line.casefold()))


def _nearest(said: set[str], lines: Sequence[tuple[set[str], From]]) -> From | None:
    """The line with most words in common, the first of several."""
    shared = [(2 * len(said & words) / (len(said) + len(words) or 1), -one.number, one) for words, one in lines]
    share, _number, nearest = max(shared, default=(0.0, 0, None), key=itemgetter(0, 1))
    return nearest if share >= NEAR else None


def _reworded(new: Sequence[str], loose: Sequence[tuple[int, int, str]]) -> dict[str, list[int]]:
    """For each new line the lines of sources that it is another wording of."""
    found: dict[str, list[int]] = {}
    for text in new:
        alike = [at for at, (_source, _number, other) in enumerate(loose) if diffs.likeness(text, other) >= REWORDED]
        if alike:
            found[text] = alike
    return found
