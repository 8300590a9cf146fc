"""Grounds of many base versions, followed to the present in one query."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import TypeVar

from accounts.models import Team
from agents.models import MemoryVersion
from agents.text import lines as text_lines
from reviews.models import Change
from reviews.places import Ground, Lost, steps_of

K = TypeVar("K", bound=Hashable)


def follow(wanted: Mapping[K, tuple[MemoryVersion, str]], *, team: Team) -> dict[K, Ground]:
    """For each base version (with its blob) its ground now; what the proposal of that public id wrote counts as own."""
    memories = {base.memory_id for base, _ in wanted.values()}
    oldest = min((base.pk for base, _ in wanted.values()), default=0)
    later: dict[int, list[MemoryVersion]] = defaultdict(list)
    rows = MemoryVersion.objects.of(team).filter(memory__in=memories, pk__gt=oldest).select_related("blob")
    for version in rows.order_by("number"):
        later[version.memory_id].append(version)
    movers = _movers(team, (base for base, _ in wanted.values()), later)
    grounds: dict[K, Ground] = {}
    for key, (base, proposal) in wanted.items():
        if _is_lost(base, later[base.memory_id]):
            grounds[key] = Lost(number=base.number, path=base.path)
            continue
        ground, path = Ground(text_lines.split(base.text), number=base.number, path=base.path), base.path
        for version in later[base.memory_id]:
            if version.number > base.number:
                lines = text_lines.split(version.text)
                ground.follow(steps_of(version.edits, after=lines, proposal=proposal))
                if version.path != path and proposal not in movers.get(version.pk, ()):
                    ground.path = version.path
                path = version.path
        grounds[key] = ground
    return grounds


def _is_lost(base: MemoryVersion, later: Sequence[MemoryVersion]) -> bool:
    """Whether an erasure took a text between the base and the present."""
    return any(one.blob.erased_at is not None for one in (base, *later) if one.number >= base.number)


def _movers(
    team: Team, bases: Iterable[MemoryVersion], later: Mapping[int, Sequence[MemoryVersion]]
) -> dict[int, set[str]]:
    """For each version at another path than the one before, the proposals that moved it."""
    moved: dict[int, list[str]] = {}
    for base in bases:
        for before, version in pairwise([base, *(one for one in later[base.memory_id] if one.number > base.number)]):
            if version.path != before.path:
                moved[version.pk] = version.origin_ids
    if not moved:
        return {}
    ids = {one for origin_ids in moved.values() for one in origin_ids}
    rows = Change.objects.of(team).filter(public_id__in=ids).values_list("public_id", "proposal__public_id")
    proposals = dict(rows)
    return {pk: {proposals[one] for one in origin_ids if one in proposals} for pk, origin_ids in moved.items()}
