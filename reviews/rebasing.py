"""Carrying a change to what stands there now: three-way, shown again, decided again; or a conflict that says why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Q

from accounts.models import Team
from agents.models import Memory, MemoryVersion, Namespace
from agents.text import lines as text_lines
from audit import trail
from audit.trail import SYSTEM
from reviews import desk, proposals, revisions, settling, threeway
from reviews.bounds import TargetGround
from reviews.desk import Seat
from reviews.drafts import DraftTarget
from reviews.enums import VOTABLE, NoticeKind, RevisionOrigin, State
from reviews.models import Change, Cursor, RevisionTarget
from reviews.talking import noticing

VERSIONS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Clash(Exception):
    """The change and what was written meanwhile do not go together; the message says what is in the way, and where."""

    message: str
    path: str


def refresh(*, team: Team, change_id: int, at: datetime) -> Change:
    """Turn a change whose base moved stale, and carry it over where both sides go together. Harmless where it held."""
    with trail.unit_of_work(at=at) as unit:
        change = desk.locked(team, pk=change_id).get()
        if change.state not in VOTABLE:
            return change
        seat = desk.read_one(change, team=team)
        if seat.held:
            if change.state in (State.STALE, State.CONFLICT):  # what was in the way is gone
                settling.settle(change=change, by=SYSTEM, at=at, unit=unit)
            return change
        turn_stale(seat, at, unit)
        try:
            targets = [_carried(target) for target in seat.standing.targets]
        except Clash as clash:
            conflict(change, _told(clash, change), at=at, unit=unit)
            return change
        _store(seat, targets, at, unit)
        proposals.close_if_done(proposal=change.proposal, by=SYSTEM, at=at, unit=unit)
    return change


def conflict(change: Change, message: str, *, at: datetime, unit: trail.Unit) -> None:
    """Say on the change what is in the way. Harmless where it says so already."""
    if change.state != State.CONFLICT:
        change.become(State.CONFLICT, at=at, reason=message)
        unit.record("change.conflicted", target=change, by=SYSTEM, data={}, private={"reason": message})


def follow_versions(*, team: Team, at: datetime) -> int:
    """Look at the versions written since the last time, and refresh the votable changes they touch."""
    cursor, _ = Cursor.objects.of(team).get_or_create(team=team)
    versions = _versions_after(cursor.last_version, team, at)
    if not versions:
        return 0
    rows = list(desk.rows(team).filter(pk__in=touched(team, versions)).order_by("pk"))
    for seat in desk.read(rows, team=team).values():  # most are written elsewhere in their memory
        if not seat.held or seat.change.state in (State.STALE, State.CONFLICT):
            refresh(team=team, change_id=seat.change.pk, at=at)
    cursor.last_version = versions[-1].pk
    cursor.save(update_fields=["last_version"])
    return len(versions)


def _versions_after(last: int, team: Team, at: datetime) -> list[MemoryVersion]:
    """Waits for those who are writing: a version that is stored later may have a smaller key."""
    with trail.unit_of_work(at=at):
        spaces = Namespace.objects.of(team).select_for_update(no_key=True).order_by("pk")
        list(spaces.values_list("pk", flat=True))
        return list(MemoryVersion.objects.of(team).filter(pk__gt=last).order_by("pk")[:VERSIONS_AT_ONCE])


def touched(team: Team, versions: Sequence[MemoryVersion]) -> list[int]:
    """Votable changes whose head touches one of these memories, or wants one of these paths."""
    heads = RevisionTarget.objects.of(team).filter(revision__change__state__in=VOTABLE)
    by_memory = Q(memory__in={version.memory_id for version in versions})
    by_path = Q(path_after__in={version.path for version in versions})
    touching = heads.filter(by_memory | by_path, revision__change__head=F("revision"))
    return sorted(set(touching.values_list("revision__change", flat=True)))


def turn_stale(seat: Seat, at: datetime, unit: trail.Unit, *, reason: str = "") -> None:
    """Give a votable change back to those who voted on it."""
    change = seat.change
    if change.state in (State.STALE, State.CONFLICT):
        return
    change.become(State.STALE, at=at, reason=reason)
    voters = {vote.by for vote in (*seat.tally.approvals, *seat.tally.stale, *seat.tally.excluded)}
    names = sorted(voter.public_id for voter in voters)
    unit.record("change.staled", target=change, by=SYSTEM, data={"voters": names})
    noticing.tell(people=voters, kind=NoticeKind.STALE, proposal=change.proposal, change=change, at=at)


def _carried(ground: TargetGround) -> DraftTarget:
    """The target against the memory's head. Raises Clash."""
    target, memory = ground.target, ground.memory
    if memory is None or target.base is None:
        if not ground.path_is_free:
            raise Clash(f"Another memory stands at {target.path_after} now.", target.path_after or "")
        return DraftTarget(base=None, path_after=target.path_after, edits=_edits(ground))
    head = head_of(memory)
    if memory.archived != target.base.archived:
        raise Clash(f"{memory.path} was {'archived' if memory.archived else 'restored'} meanwhile.", memory.path)
    path_after = target.path_after
    if memory.path != target.path_before:
        if path_after not in (None, target.path_before):
            raise Clash(f"{target.path_before} was moved to {memory.path} meanwhile.", memory.path)
        path_after = None if path_after is None else memory.path
    if not ground.path_is_free:
        raise Clash(f"Another memory stands at {target.path_after} now.", target.path_after or "")
    if ground.binds_all:
        if head.text != target.base.text:
            raise Clash(f"{memory.path} has lines that this change has not seen.", memory.path)
        return DraftTarget(base=head, path_after=path_after, edits=_edits(ground))
    return DraftTarget(base=head, path_after=path_after, edits=_merged(ground, head))


def _merged(ground: TargetGround, head: MemoryVersion) -> tuple[text_lines.Edit, ...]:
    base = text_lines.split(ground.target.base.text)  # type: ignore[union-attr]
    current = text_lines.split(head.text)
    try:
        edits = threeway.carry(base=base, edits=_edits(ground), current=current)
    except threeway.SameLines:
        raise Clash(f"The same lines of {head.path} were written meanwhile.", head.path) from None
    if not text_lines.are_whole(text_lines.apply(current, edits)):
        raise Clash(f"Lines of {head.path} would run into one another.", head.path)
    return edits


def _told(clash: Clash, change: Change) -> str:
    """What is in the way, with the change that put it there where one did."""
    heads = (
        Memory.objects.of(change.team).filter(namespace=change.namespace, path=clash.path).order_by("archived", "-pk")
    )
    origins = heads.values_list("head__origin_ids", flat=True).first() or []
    other = (
        Change.objects.of(change.team).filter(public_id__in=origins).exclude(pk=change.pk).select_related("proposal")
    )
    named = other.order_by("-applied_at", "pk").first()
    return f"{clash.message} It was #{named.proposal.number}: {named.title}" if named else clash.message


def _edits(ground: TargetGround) -> tuple[text_lines.Edit, ...]:
    return tuple(text_lines.Edit(hunk.start, hunk.end, hunk.after) for hunk in ground.hunks)


def head_of(memory: Memory) -> MemoryVersion:
    return MemoryVersion.objects.of(memory.team).select_related("blob", "memory").get(pk=memory.head_id or 0)


def _store(seat: Seat, targets: Sequence[DraftTarget], at: datetime, unit: trail.Unit) -> None:
    change = seat.change
    if not any(target.says_something for target in targets):
        change.become(State.SUPERSEDED, at=at, reason="What it proposes stands there already.")
        unit.record("change.superseded", target=change, by=SYSTEM, data={})
        return
    revision = revisions.follow(
        change=change,
        targets=targets,
        origin=RevisionOrigin.REBASED,
        contributors=seat.head.contributors,
        by=SYSTEM,
        at=at,
    )
    change.become(State.OPEN, at=at, reason="The memory changed: carried over, to be decided again.")
    unit.record("change.rebased", target=change, by=SYSTEM, data={"number": revision.number, "clean": True})
    settling.settle(change=change, by=SYSTEM, at=at, unit=unit)  # a request for changes still stands
