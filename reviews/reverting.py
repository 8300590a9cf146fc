"""Taking an applied proposal back: its inverses, put forward as a proposal of their own."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from accounts.models import Team, User
from agents.models import MemoryVersion
from agents.text import lines as text_lines
from agents.text.lines import Edit
from audit import trail
from audit.trail import Actor
from reviews import grounds, proposals, rebasing
from reviews.drafts import Draft, DraftTarget
from reviews.enums import Operation, OriginKind, State
from reviews.hunks import Hunk
from reviews.models import Change, Inverse, Proposal
from reviews.places import Ground

OPPOSITE = {
    Operation.ADD: Operation.ARCHIVE,
    Operation.EDIT: Operation.EDIT,
    Operation.MERGE: Operation.RESTORE,
    Operation.MOVE: Operation.MOVE,
    Operation.ARCHIVE: Operation.RESTORE,
    Operation.RESTORE: Operation.ARCHIVE,
}


class NothingToRevert(ValueError):
    """No change of this proposal is applied, or its text was erased."""


def open_revert(*, team: Team, proposal: Proposal, reason: str, by: User, at: datetime) -> Proposal:
    """Propose to undo every applied change of a proposal. What was written since is carried over or is a conflict.

    Raises NothingToRevert, and proposals.AlreadyProposed where the same is waiting already.
    """
    changes = _applied(proposal)
    if not changes:
        raise NothingToRevert("No change of this proposal is applied.")
    title = f"Revert #{proposal.number}: {proposal.title}"
    return _open(proposal, changes, title, reason, by, at)


def open_revert_of(*, team: Team, change_id: str, reason: str, by: User | Actor, at: datetime) -> Proposal:
    """Propose to undo one applied change, and leave the others of its proposal. Raises the same."""
    change = Change.objects.of(team).select_related("proposal__agent", "proposal__team").get(public_id=change_id)
    changes = [one for one in _applied(change.proposal) if one.pk == change.pk]
    if not changes:
        raise NothingToRevert("This change is not applied.")
    return _open(change.proposal, changes, f"Revert one of #{change.proposal.number}: {change.title}", reason, by, at)


def _applied(proposal: Proposal) -> list[Change]:
    applied = Change.objects.of(proposal.team).filter(proposal=proposal, state=State.APPLIED)
    return list(applied.select_related("namespace", "inverse").in_order())


def _open(
    proposal: Proposal, changes: Sequence[Change], title: str, reason: str, by: User | Actor, at: datetime
) -> Proposal:
    actor = by if isinstance(by, Actor) else by.trail_actor
    with trail.unit_of_work(at=at) as unit:
        opened = proposals.open_(
            team=proposal.team,
            agent=proposal.agent,
            title=title,
            summary=reason,
            origin=proposals.Origin(OriginKind.REVERT, proposal.public_id, actor),
            drafts=[_draft(change, proposal) for change in changes],
            at=at,
        )
        unit.record(
            "proposal.reverted",
            target=proposal,
            by=by,
            data={"changes": len(changes), "by_proposal": opened.public_id},
            private={"reason": reason},
        )
        for change in opened.changes.all():
            rebasing.refresh(team=proposal.team, change_id=change.pk, at=at)
    return opened


def _draft(change: Change, proposal: Proposal) -> Draft:
    inverse: Inverse = change.inverse
    if inverse.erased_at is not None:
        raise NothingToRevert(f"“{change.title}” cannot be undone: its text was erased.")
    return Draft(
        operation=OPPOSITE[Operation(change.operation)],
        namespace=change.namespace,
        title=f"Undo: {change.title}",
        targets=tuple(_targets(proposal, inverse.targets)),
        rationale=f"Takes back what “{change.title}” wrote.",
        reason_code="revert",
        fingerprint=hashlib.sha256(f"revert {change.public_id}".encode()).hexdigest(),  # waits once at most
        reverts_id=change.pk,
    )


def _targets(proposal: Proposal, stored: Sequence[dict[str, Any]]) -> list[DraftTarget]:
    """The inverse against the heads of now where its lines still stand, else against what the change wrote: opening
    it carries it over, or says what is in the way. What siblings wrote since does not count as moved.
    """
    versions = _versions(proposal.team, [one["version"] for one in stored])
    bases = {public_id: (version, proposal.public_id) for public_id, version in versions.items()}
    followed = grounds.follow(bases, team=proposal.team)
    return [_target(versions[one["version"]], followed[one["version"]], one) for one in stored]


def _target(version: MemoryVersion, ground: Ground, stored: dict[str, Any]) -> DraftTarget:
    lines = text_lines.split(version.text)
    edits = tuple(Edit(one["start"], one["end"], tuple(one["lines"])) for one in stored["edits"])
    orders = tuple(one["order"] for one in stored["edits"])
    hunks = [Hunk.of(lines, edit) for edit in edits]
    head = version.memory.head
    moved = head is None or head.archived != version.archived or not all(ground.held(hunk) for hunk in hunks)
    if stored["path"] is None and ground.view() != lines:  # lines that nobody asked to take back
        moved = True
    if head is None or moved:
        return DraftTarget(base=version, path_after=stored["path"], edits=edits, orders=orders)
    places = [ground.range_now(hunk) for hunk in hunks]
    return DraftTarget(
        base=head,
        path_after=head.path if stored["path"] == version.path else stored["path"],
        edits=tuple(Edit(start, end, edit.lines) for (start, end), edit in zip(places, edits, strict=True)),
        orders=orders,
    )


def _versions(team: Team, ids: Sequence[str]) -> dict[str, MemoryVersion]:
    rows = MemoryVersion.objects.of(team).filter(public_id__in=ids)
    return {version.public_id: version for version in rows.select_related("blob", "memory__head__blob")}
