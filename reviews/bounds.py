"""What an approval is bound to: four hashes over live rows, worked out when a page is drawn, a vote cast, a change
applied.

`read` loads what they need for many changes in a fixed number of queries.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from accounts.models import Team
from agents.models import Memory, MemoryVersion
from agents.text import lines as text_lines
from agents.text.lines import Edit
from reviews import grounds as grounds_of
from reviews import hunks as hunks_of
from reviews.drafts import DraftTarget
from reviews.enums import Stance
from reviews.hunks import Hunk
from reviews.models import Change, Check, Evidence, EvidenceLink, RevisionTarget
from reviews.places import Ground


@dataclass(frozen=True, slots=True)
class Bound:
    """SHA-256 (hex) of the base, of what is proposed, of what policy asks, and of the evidence."""

    base: str
    proposed: str
    requirement: str
    evidence: str


@dataclass(frozen=True)
class TargetGround:
    """One target with its memory as it is now and the ground of its base."""

    target: RevisionTarget
    hunks: tuple[Hunk, ...]
    memory: Memory | None
    ground: Ground
    binds_all: bool
    path_is_free: bool

    def expected(self) -> list[Any]:
        """What stood there when the revision was made."""
        if self.target.base is None:
            return ["free"]
        if self.binds_all:
            return [self.target.path_before, self.target.base.archived, text_lines.split(self.target.base.text)]
        return [self.target.path_before, self.target.base.archived, [hunk.region for hunk in self.hunks]]

    @cached_property
    def live(self) -> list[Any]:
        """The same, as it stands now with applied siblings taken back."""
        if self.memory is None:
            return ["free" if self.path_is_free else "taken"]
        if self.binds_all:
            return [self.ground.path, self.memory.archived, self.ground.view()]
        return [self.ground.path, self.memory.archived, [self.ground.region(hunk) for hunk in self.hunks]]

    @property
    def restores(self) -> bool:
        return self.target.base is not None and self.target.base.archived and self.target.path_after is not None

    @property
    def held(self) -> bool:
        return (
            self.expected() == self.live
            and all(self.ground.held(hunk) for hunk in self.hunks)
            and (self.path_is_free or self.target.path_after is None)
        )

    def saying(self, hunks: Sequence[tuple[Hunk, tuple[str, ...]]]) -> DraftTarget:
        """A draft of the same target with these hunks, each with the lines that it shall say."""
        base = self.target.base
        if base is not None and self.memory is not None:
            base.memory = self.memory
        return DraftTarget(
            base=base,
            path_after=self.target.path_after,
            edits=tuple(Edit(hunk.start, hunk.end, lines) for hunk, lines in hunks),
            orders=tuple(hunk.order for hunk, _lines in hunks),
        )


@dataclass(frozen=True)
class Standing:
    """A change with everything that its decision rests on."""

    change: Change
    targets: tuple[TargetGround, ...]
    bound: Bound

    @cached_property
    def held(self) -> bool:
        return all(target.held for target in self.targets)


Targets = Mapping[int, Sequence[RevisionTarget]]
"""The targets of head revisions, by the revision's primary key."""


def read(
    changes: Sequence[Change], *, team: Team, requirements: Mapping[int, dict[str, Any]], targets: Targets
) -> dict[int, Standing]:
    """The standing of each change by its primary key; `requirements` are what policy asks of each."""
    heads = [change.head_id for change in changes]
    grounds = _grounds(changes, targets, team)
    taken = _taken_paths(changes, targets, team)
    links, against = _quotes(team, changes, heads)
    standings = {}
    for change in changes:
        read_targets = tuple(
            _target_ground(change, target, grounds, taken) for target in targets.get(change.head_id or 0, [])
        )
        bound = Bound(
            base=_digest([target.live for target in read_targets]),
            proposed=sha256(proposed_text(change.operation, targets.get(change.head_id or 0, []))),
            requirement=_digest(requirements[change.pk]),
            evidence=_digest(sorted([*links.get(change.head_id or 0, []), *against.get(change.pk, [])])),
        )
        standings[change.pk] = Standing(change, read_targets, bound)
    return standings


def targets_of(changes: Sequence[Change], *, team: Team) -> dict[int, list[RevisionTarget]]:
    """The targets with their bases and memories; what many targets share is read once, as its text may be long."""
    heads = [change.head_id for change in changes if change.head_id]
    rows = list(RevisionTarget.objects.of(team).filter(revision__in=heads).order_by("revision", "position"))
    bases = MemoryVersion.objects.of(team).select_related("blob").in_bulk({row.base_id for row in rows if row.base_id})
    memories = Memory.objects.of(team).in_bulk({row.memory_id for row in rows if row.memory_id})
    found: dict[int, list[RevisionTarget]] = defaultdict(list)
    for target in rows:
        target.base = bases[target.base_id] if target.base_id else None
        target.memory = memories[target.memory_id] if target.memory_id else None
        found[target.revision_id].append(target)
    return found


def _grounds(changes: Sequence[Change], targets: Targets, team: Team) -> dict[tuple[int, int], Ground]:
    """The ground of each (base version, proposal), followed through the versions after it."""
    wanted: dict[tuple[int, int], tuple[MemoryVersion, str]] = {}
    for change in changes:
        for target in targets.get(change.head_id or 0, []):
            if target.base is not None:
                wanted[target.base.pk, change.proposal_id] = (target.base, change.proposal.public_id)
    return grounds_of.follow(wanted, team=team)


def _taken_paths(changes: Sequence[Change], targets: Targets, team: Team) -> dict[tuple[int, str], int]:
    """Live memories at the paths that are wanted, by namespace and path."""
    paths = {
        target.path_after
        for change in changes
        for target in targets.get(change.head_id or 0, [])
        if target.path_after
        and (target.base is None or target.base.archived or target.path_after != target.path_before)
    }
    if not paths:
        return {}
    rows = Memory.objects.of(team).live().filter(path__in=paths)
    return {(namespace, path): pk for namespace, path, pk in rows.values_list("namespace_id", "path", "pk")}


def _quotes(
    team: Team, changes: Sequence[Change], heads: Sequence[int | None]
) -> tuple[dict[int, list[list[Any]]], dict[int, list[list[Any]]]]:
    """The linked quotes by revision, and the quotes that speak against by change; plain values, as there are many."""
    links: dict[int, list[list[Any]]] = defaultdict(list)
    linked = EvidenceLink.objects.of(team).filter(revision__in=[head for head in heads if head])
    for revision, *quote in linked.values_list("revision_id", *(f"evidence__{name}" for name in _QUOTE)):
        links[revision].append(quote)
    against: dict[int, list[list[Any]]] = defaultdict(list)
    opposed = Evidence.objects.of(team).filter(change__in=changes, stance=Stance.AGAINST)
    for change, *quote in opposed.values_list("change_id", *_QUOTE):
        against[change].append(quote)
    return links, against


_QUOTE = ("public_id", "event_sha256", "start", "end", "stance", "status")


def _target_ground(
    change: Change,
    target: RevisionTarget,
    grounds: dict[tuple[int, int], Ground],
    taken: dict[tuple[int, str], int],
) -> TargetGround:
    holder = taken.get((change.namespace_id, target.path_after or ""))
    return TargetGround(
        target=target,
        hunks=tuple(hunks_of.read(target.hunks)),
        memory=target.memory,
        ground=grounds[target.base.pk, change.proposal_id] if target.base else Ground([]),
        binds_all=target.path_after is None or (target.base is not None and target.base.archived),
        path_is_free=holder is None or holder == target.memory_id,
    )


def proposed_text(operation: str, targets: Sequence[RevisionTarget]) -> str:
    """What a revision proposes, as JSON: the text whose hash a vote is bound to."""
    return _JSON.encode([operation, [_proposed(target) for target in targets]])


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _proposed(target: RevisionTarget) -> list[Any]:
    return [target.path_after, [[hunk["before"], hunk["after"]] for hunk in target.hunks]]


_JSON = json.JSONEncoder(ensure_ascii=True, sort_keys=True)


def _digest(value: Any) -> str:
    return sha256(_JSON.encode(value))


def checks_of(changes: Sequence[Change], *, team: Team) -> dict[int, list[Check]]:
    """What the checks found on head revisions, by the revision's primary key."""
    found: dict[int, list[Check]] = defaultdict(list)
    for check in Check.objects.of(team).filter(revision__in=[change.head_id for change in changes]).order_by("pk"):
        found[check.revision_id].append(check)
    return found
