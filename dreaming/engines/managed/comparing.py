"""Two states of a store against each other: what was moved, merged, rewritten, added and taken out. Pure."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from rapidfuzz import fuzz, process

from agents.text import lines, similarity
from agents.text.lines import Edit
from agents.text.normalise import normalise
from agents.text.statements import statements

ALIKE = 0.6  # a text that went and one that came are one that moved
REWORDED = 80  # of 100: a statement says what another one said
MOSTLY = 0.5  # of a text's statements stand in what another one gained: it was merged into it
FEW = 5  # texts that share the most words are looked at closely
_NUMBER = re.compile(r"\d+")
NEAR = 1  # unchanged lines between two edits that are one change


@dataclass(frozen=True, slots=True)
class Move:
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Merge:
    """`into` is the path that takes the sources in, before; `after` its path then. `edits` are those that do it."""

    into: str
    after: str
    sources: tuple[str, ...]
    edits: tuple[Edit, ...]


@dataclass(slots=True)
class Differences:
    """Every path is in one of these, but that a memory may be edited beside a merge. Edits come in groups: each is one
    change.
    """

    moves: list[tuple[Move, tuple[Edit, ...]]] = field(default_factory=list)
    merges: list[Merge] = field(default_factory=list)
    edits: list[tuple[str, tuple[Edit, ...]]] = field(default_factory=list)
    added: list[str] = field(default_factory=list)
    archived: list[str] = field(default_factory=list)


def compare(before: Mapping[str, str], after: Mapping[str, str]) -> Differences:
    """`before` and `after` are the texts of the paths that differ, by path."""
    gone = {path: before[path] for path in sorted(before.keys() - after.keys())}
    came = {path: after[path] for path in sorted(after.keys() - before.keys())}
    stayed = sorted(path for path in before.keys() & after.keys() if before[path] != after[path])
    found = Differences()
    moved = _moved(gone, came)
    left = {path: text for path, text in gone.items() if path not in moved}
    fresh = {path: text for path, text in came.items() if path not in set(moved.values())}
    gained = {path: _gained(before[path], after[path]) for path in stayed}
    gained |= {new: _gained(before[old], after[new]) for old, new in moved.items()}
    homes = {path: path for path in stayed} | {new: old for old, new in moved.items()}
    used = _merge(found, before, after, _merged(left, gained, fresh), homes)
    found.moves += [(Move(old, new), _edits(before[old], after[new])) for old, new in moved.items() if new not in used]
    for path in stayed:
        merged = {edit for merge in found.merges if merge.into == path for edit in merge.edits}
        own = [edit for edit in _edits(before[path], after[path]) if edit not in merged]
        found.edits += [(path, group) for group in _groups(lines.split(before[path]), own)]
    found.added = [path for path in fresh if path not in used]
    found.archived = [path for path in left if path not in used]
    return found


def _edits(before: str, after: str) -> tuple[Edit, ...]:
    return lines.diff(lines.split(before), lines.split(after))


def _moved(gone: Mapping[str, str], came: Mapping[str, str]) -> dict[str, str]:
    """Old path to new path: of equal texts first, then of those that are most alike."""
    found: dict[str, str] = {}
    by_text = defaultdict(list)
    for path, text in came.items():
        by_text[text].append(path)
    for path, text in gone.items():
        if text.strip() and by_text[text]:
            found[path] = by_text[text].pop(0)
    olds = [path for path in gone if path not in found]
    news = [path for path in came if path not in set(found.values())]
    texts = [gone[path] for path in olds] + [came[path] for path in news]
    pairs = []
    for one, other, _score in similarity.candidates(texts) if olds and news else ():
        if one < len(olds) <= other:
            alike = similarity.ratio(texts[one], texts[other])
            pairs.append((-alike, olds[one], news[other - len(olds)]))
    for negative, old, new in sorted(pairs):
        if -negative >= ALIKE and old not in found and new not in found.values():
            found[old] = new
    return found


def _gained(before: str, after: str) -> list[str]:
    """The statements of a text that it did not hold before, normalised."""
    had = set(_said(before))
    return [said for said in _said(after) if said not in had]


def _said(text: str) -> list[str]:
    return [normal for one in statements(text) if one.kind != "heading" and (normal := normalise(one.text))]


def _merged(
    left: Mapping[str, str], gained: Mapping[str, Sequence[str]], fresh: Mapping[str, str]
) -> dict[str, list[str]]:
    """Which texts that went are said, mostly, in what which other text gained: sources by the path that took them."""
    takers = {path: list(said) for path, said in gained.items() if said}
    takers |= {path: _said(text) for path, text in fresh.items()}
    by_word: dict[str, set[str]] = defaultdict(set)
    for taker, own in takers.items():
        for word in {word for one in own for word in one.split()}:
            by_word[word].add(taker)
    found: dict[str, list[str]] = defaultdict(list)
    for path, text in left.items():
        said = _said(text)
        shared = Counter(taker for word in {word for one in said for word in one.split()} for taker in by_word[word])
        near = sorted(shared, key=lambda taker: (-shared[taker], taker))[:FEW]
        shares = [(-_share(said, takers[taker]), taker) for taker in near]
        best = min(shares, default=(0.0, ""))
        if said and -best[0] >= MOSTLY:
            found[best[1]].append(path)
    return found


def _share(said: Sequence[str], own: Sequence[str]) -> float:
    """The share of these statements that the others say, too."""
    exact = set(own)
    held = sum(one in exact or _is_said(one, own) for one in said)
    return held / len(said) if said else 0.0


def _is_said(one: str, own: Iterable[str]) -> bool:
    """In nearly the same words, and with the same numbers: rule 51 is not rule 61."""
    numbers = _NUMBER.findall(one)
    alike = [other for other in own if _NUMBER.findall(other) == numbers]
    return process.extractOne(one, alike, scorer=fuzz.token_sort_ratio, score_cutoff=REWORDED) is not None


def _merge(
    found: Differences,
    before: Mapping[str, str],
    after: Mapping[str, str],
    taken: Mapping[str, Sequence[str]],
    homes: Mapping[str, str],
) -> set[str]:
    """Fill in the merges; returns all paths that they used up. `homes` are the paths before of those that took texts
    in; one that is new as a whole is its nearest source, moved.
    """
    used: set[str] = set()
    for taker, sources in sorted(taken.items()):
        nearest = max(sources, key=lambda source: (similarity.ratio(before[source], after[taker]), source))
        into = homes.get(taker, nearest)
        others = tuple(source for source in sources if source != into)
        edits = _edits(before[into], after[taker])
        if taker == into:
            said = [one for source in sources for one in _said(before[source])]
            edits = tuple(edit for edit in edits if _carries(edit, said))
        if not others:
            found.moves.append((Move(into, taker), edits))
        elif edits:
            found.merges.append(Merge(into, taker, others, edits))
        else:
            continue
        used |= {taker, into, *sources}
    return used


def _carries(edit: Edit, said: Sequence[str]) -> bool:
    """The edit brings one of these statements."""
    return any(_is_said(one, said) for one in _said("".join(edit.lines)))


def _groups(old: Sequence[str], edits: Sequence[Edit]) -> list[tuple[Edit, ...]]:
    """Edits that make one change: next to each other, or one brings a line that another one takes away."""
    leader = list(range(len(edits)))

    def top(one: int) -> int:
        while leader[one] != one:
            one = leader[one]
        return one

    for one, (edit, after) in enumerate(pairwise(edits)):
        if after.start - edit.end <= NEAR:
            leader[top(one + 1)] = top(one)
    lost: dict[str, int] = {}
    for one, edit in enumerate(edits):
        lost |= {normal: one for line in old[edit.start : edit.end] if (normal := normalise(line))}
    for one, edit in enumerate(edits):
        for line in edit.lines:
            other = lost.get(normalise(line))
            if other is not None:
                leader[max(top(one), top(other))] = min(top(one), top(other))
    groups: dict[int, list[Edit]] = defaultdict(list)
    for one, edit in enumerate(edits):
        groups[top(one)].append(edit)
    return [tuple(group) for group in groups.values()]
