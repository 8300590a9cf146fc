"""A merge read as many into one: where each line of the result is from, and what of the sources is nowhere in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from agents.text import diffs, specifics
from agents.text import lines as text_lines
from agents.text.specifics import Specific
from reviews.bounds import TargetGround

REWORDED = 0.6  # likeness from which a line is another wording of a line of a source
MOST_PAIRINGS = 20_000  # of lines that are not word for word the same


@dataclass(frozen=True, slots=True)
class Source:
    path: str
    text: str


@dataclass(frozen=True, slots=True)
class From:
    """A line of the result. `sources` are places in the list of sources; none where the line is new."""

    number: int
    text: str
    sources: tuple[int, ...]
    is_reworded: bool = False


@dataclass(frozen=True, slots=True)
class Left:
    """A line of a source that is nowhere in the result."""

    source: int
    number: int
    text: str


@dataclass(frozen=True, slots=True)
class Merged:
    sources: tuple[Source, ...]
    lines: tuple[From, ...]
    left: tuple[Left, ...]
    lost: tuple[Specific, ...]


def of(grounds: Sequence[TargetGround]) -> Merged | None:
    """The merge that these targets are; None where they are none."""
    results = [ground for ground in grounds if ground.target.path_after is not None]
    sources = [Source(one.target.path_before, one.target.base.text) for one in grounds if one.target.base]
    if len(results) != 1 or len(grounds) < 2:
        return None
    target = results[0].target
    base = text_lines.split(target.base.text) if target.base else []
    edits = [text_lines.Edit(hunk.start, hunk.end, hunk.after) for hunk in results[0].hunks]
    return read(sources=sources, result="".join(text_lines.apply(base, edits)))


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
    left = [Left(*one) for at, one in enumerate(loose) if at not in found]
    lost = sorted(specifics.lost([source.text for source in sources], result))
    return Merged(tuple(sources), tuple(origins), tuple(left), tuple(lost))


def _said(text: str) -> list[tuple[int, str]]:
    """The lines that say something, with their numbers."""
    return [(number, line.rstrip()) for number, line in enumerate(text.split("\n"), 1) if _bare(line)]


def _bare(line: str) -> str:
    return line.strip().lstrip("-*+#> ").casefold()


def _reworded(new: Sequence[str], loose: Sequence[tuple[int, int, str]]) -> dict[str, list[int]]:
    """For each new line the lines of sources that it is another wording of."""
    found: dict[str, list[int]] = {}
    for text in new:
        alike = [at for at, (_source, _number, other) in enumerate(loose) if diffs.likeness(text, other) >= REWORDED]
        if alike:
            found[text] = alike
    return found
