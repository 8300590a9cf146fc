"""Live memories that name a path which a change takes away: as a path, as a file name, or as a link in [[ ]]."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.db.models import Q

from agents.models import Memory
from reviews.desk import Seat
from reviews.reading import telling

MOST_SHOWN = 5
MOST_PATHS = 50  # that one change takes away and that are looked for
_WIKI = re.compile(r"\[\[([^\[\]|#\n]{1,300})(?:[|#][^\[\]\n]{0,300})?\]\]")
_DOTS = re.compile(r"^(?:\.{1,2}/)+")


@dataclass(frozen=True, slots=True)
class Referring:
    """The paths that are named, the first memories that name one, and how many there are."""

    paths: list[str]
    memories: list[Memory]
    total: int

    @property
    def left_out(self) -> int:
        return self.total - len(self.memories)


def read(seat: Seat) -> Referring:
    """Of the memories that the readers of the namespace are given, without those that the change archives."""
    targets = [one.target for one in seat.standing.targets if one.target.memory_id]
    gone = [one.path_before for one in targets if one.path_before and one.path_after != one.path_before][:MOST_PATHS]
    if not gone:
        return Referring([], [], 0)
    archived = [one.memory_id for one in targets if one.memory_id and one.path_after is None]
    named = reduce(or_, (Q(head__blob__text__icontains=_stem(path)) for path in gone))
    found = telling.within_reach(seat.change).exclude(pk__in=archived).filter(named)
    found = found.select_related("namespace", "head__blob").order_by("namespace__name", "path", "pk")
    slug = seat.change.namespace.slug
    paths: set[str] = set()
    memories = []
    for memory in found.iterator(200):
        own = [path for path in gone if names(memory.head.blob.text, path, space=slug)]  # type: ignore[union-attr]
        if own:
            paths.update(own)
            memories.append(memory)
    return Referring([path for path in gone if path in paths], memories[:MOST_SHOWN], len(memories))


def names(text: str, path: str, *, space: str) -> bool:
    """Whether a text names the path. A name without a dot is a word like any other where no folder or [[ is at it."""
    name = path.rpartition("/")[2]
    spelt = re.compile(rf"(?<![\w./~-])(?:[\w./~-]*/)?{re.escape(name)}(?![\w-])", re.IGNORECASE)
    said = [one for one in spelt.findall(text) if "." in name or "/" in one]
    ending = name[len(_stem(path)) :]
    linked = (one.strip() for one in _WIKI.findall(text))
    return _is_any((*said, *(one if one.endswith(ending) else one + ending for one in linked)), path, space)


def _is_any(said: Iterable[str], path: str, space: str) -> bool:
    """Whether one of them is the path, its end, or the path with its namespace before it."""
    wanted = path.casefold()
    spelt = [_DOTS.sub("", one.casefold()) for one in said]
    return any(one in (wanted, f"{space}{wanted}") or wanted.endswith(f"/{one}") for one in spelt)


def _stem(path: str) -> str:
    name = path.rpartition("/")[2]
    return name.rpartition(".")[0] or name
