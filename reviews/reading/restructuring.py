"""A proposal that moves and merges many memories, read as trees: one pair for each namespace, in three queries."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import F

from agents.models import Memory, Namespace
from reviews.enums import VOTABLE, Operation, State
from reviews.models import Proposal, RevisionTarget
from reviews.reading import trees
from reviews.reading.trees import Folder, Step

FROM = 3  # moves and merges from which a proposal is read as a tree


@dataclass(frozen=True, slots=True)
class Restructured:
    namespace: Namespace
    before: Folder
    after: Folder
    files_before: int
    files_after: int


def read(proposal: Proposal) -> list[Restructured]:
    """What the changes that may still come about, or have, make of their namespaces."""
    steps = _steps(proposal)
    team = proposal.team
    paths: dict[int, list[str]] = defaultdict(list)
    live = Memory.objects.of(team).live().filter(namespace__in=steps)
    for namespace, path in live.values_list("namespace_id", "path"):
        paths[namespace].append(path)
    found = []
    for space in Namespace.objects.of(team).filter(pk__in=steps).order_by("name", "pk"):
        before, after = trees.grow(paths[space.pk], steps[space.pk])
        found.append(Restructured(space, before, after, before.total, after.total))
    return found


def _steps(proposal: Proposal) -> dict[int, list[Step]]:
    heads = RevisionTarget.objects.of(proposal.team).filter(
        revision__change__proposal=proposal,
        revision__change__canary=False,
        revision__change__head=F("revision"),
        revision__change__state__in=(*VOTABLE, State.APPLIED),
    )
    names = ("public_id", "namespace_id", "operation", "state")
    found = heads.order_by("revision__change__position", "position").values_list(
        *(f"revision__change__{name}" for name in names), "path_before", "path_after", "base__archived"
    )
    rows = list(found)
    into = {
        change: after
        for change, _space, operation, _state, _before, after, _ in rows
        if after and operation == Operation.MERGE
    }
    steps: dict[int, list[Step]] = defaultdict(list)
    for change, namespace, _operation, state, before, after, was_archived in rows:
        came = None if was_archived else before or None
        gone_to = "" if after else into.get(change, "")
        steps[namespace].append(Step(change, came, after, gone_to, state == State.APPLIED))
    return steps
