"""What people turned down in a namespace: the whole of it, whatever its changes are called."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain

from django.db.models import F

from accounts.models import Team
from agents.models import Namespace
from agents.text import skeletons
from agents.text.vocabulary import EMPTY
from reviews import hunks
from reviews.checks import Proposed
from reviews.checks.context import Rejected
from reviews.enums import State, Verdict
from reviews.models import Decision, RevisionTarget

MOST = 5_000  # targets, the latest
NEAREST = 3  # for each line
SHOWN = 80  # lines to one change, the nearest
LEAST = 0.4  # of the words of the shorter line that both hold
NO = (State.REJECTED, State.QUARANTINED)
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Shelf:
    """Lines that were turned down, and which of them hold a word."""

    lines: tuple[Rejected, ...]
    sizes: tuple[int, ...]
    holding: Mapping[str, list[int]]


def shelf(team: Team, namespace: Namespace) -> Shelf:
    """A line that is only taken out is none of what was turned down."""
    rows = RevisionTarget.objects.of(team).filter(
        revision__change__namespace=namespace, revision__change__state__in=NO, revision__change__head=F("revision")
    )
    written = rows.order_by("-pk").values_list("revision__change", "revision__change__proposal__number", "hunks")
    codes = _codes(team, namespace)
    found = dict.fromkeys(
        Rejected(number, codes.get(change, ""), line.strip())
        for change, number, data in written[:MOST]
        for hunk in hunks.read(data)
        for line in hunk.after
        if line.strip() and line not in hunk.before
    )
    return _indexed(tuple(found))


def _codes(team: Team, namespace: Namespace) -> dict[int, str]:
    """The code of the last no to each change."""
    said = Decision.objects.of(team).counted().filter(verdict__in=(Verdict.REJECT, Verdict.QUARANTINE))
    said = said.filter(change__namespace=namespace, change__state__in=NO)
    return dict(said.order_by("pk").values_list("change", "reason_code"))


def _indexed(lines: tuple[Rejected, ...]) -> Shelf:
    holding: dict[str, list[int]] = defaultdict(list)
    sizes = []
    for place, one in enumerate(lines):
        words = _words(one.text)
        sizes.append(len(words))
        for word in words:
            holding[word].append(place)
    return Shelf(lines, tuple(sizes), holding)


def _words(text: str) -> frozenset[str]:
    """Words by their beginnings, as a model reads them, whatever they are dressed in; of those that only hold a
    sentence together none, unless there are no others.
    """
    said = frozenset(_WORD.findall(skeletons.read(text).text.casefold()))
    return frozenset(word[:6] for word in said - EMPTY or said)


def met(shelf: Shelf, proposed: Proposed) -> tuple[Rejected, ...]:
    """For each line that the change writes those that share most of its words."""
    if not shelf.lines:
        return ()
    lines = {line for target in proposed.targets for line in target.after if line.strip()}
    found = sorted(near for line in lines for near in _nearest(shelf, _words(line)))
    places = list(dict.fromkeys(place for _apart, place in found))[:SHOWN]
    return tuple(sorted(shelf.lines[place] for place in places))


def _nearest(shelf: Shelf, words: frozenset[str]) -> list[tuple[float, int]]:
    """How far apart, and which line."""
    shared = Counter(chain.from_iterable(shelf.holding.get(word, ()) for word in words))
    own, sizes = LEAST * len(words), shelf.sizes
    close = (
        (1 - 2 * count / (len(words) + sizes[place]), place)
        for place, count in shared.items()
        if count >= own or count >= LEAST * sizes[place]
    )
    return sorted(close)[:NEAREST]
