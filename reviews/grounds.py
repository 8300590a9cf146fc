"""Grounds of many base versions, followed to the present in one query."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping
from typing import TypeVar

from accounts.models import Team
from agents.models import MemoryVersion
from agents.text import lines as text_lines
from reviews.places import Ground, steps_of

K = TypeVar("K", bound=Hashable)


def follow(wanted: Mapping[K, tuple[MemoryVersion, str]], *, team: Team) -> dict[K, Ground]:
    """For each base version (with its blob) its ground now; what the proposal of that public id wrote counts as own."""
    memories = {base.memory_id for base, _ in wanted.values()}
    oldest = min((base.pk for base, _ in wanted.values()), default=0)
    later: dict[int, list[MemoryVersion]] = defaultdict(list)
    rows = MemoryVersion.objects.of(team).filter(memory__in=memories, pk__gt=oldest).select_related("blob")
    for version in rows.order_by("number"):
        later[version.memory_id].append(version)
    grounds = {}
    for key, (base, proposal) in wanted.items():
        ground = Ground(text_lines.split(base.text), number=base.number)
        for version in later[base.memory_id]:
            if version.number > base.number:
                lines = text_lines.split(version.text)
                ground.follow(steps_of(version.edits, after=lines, proposal=proposal))
        grounds[key] = ground
    return grounds
