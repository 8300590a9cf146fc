"""Accepting some lines of a change: they become its next revision, and the rest a change of its own beside it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from accounts.models import Team, User
from audit import trail
from reviews import decisions, desk, evidence, proposals, revisions
from reviews.bounds import Bound, TargetGround
from reviews.decisions import Refused, Word
from reviews.desk import Seat
from reviews.drafts import DraftTarget
from reviews.enums import RevisionOrigin, Verdict
from reviews.models import Change, Evidence, Revision

Parts = Collection[tuple[int, int]]
"""Which hunks are meant, by target position and hunk number."""


@dataclass(frozen=True, slots=True)
class Split:
    """The change with the accepted lines, the change with the rest, and whether the approval was counted."""

    change: Change
    rest: Change
    approved: bool


def accept(
    *, team: Team, change_id: str, revision_id: str, bound: Bound, parts: Parts, by: User, at: datetime
) -> Split:
    """Keep the chosen hunks in the change and approve them, and open the others as a change after it.

    Both rest on the same quotes and the same base, so that the two together write what the whole would have written.
    Raises Moved, Settled, and Refused where nothing or everything was chosen, or the change cannot be taken apart.
    """
    with trail.unit_of_work(at=at) as unit:
        change = desk.locked(team, public_id=change_id).get()
        seat = desk.read_one(change, team=team)
        decisions.refuse_unseen(seat, revision_id=revision_id, bound=bound)
        _refuse_whole(seat, parts, by)
        old, linked = seat.head, list(Evidence.objects.of(team).filter(links__revision=seat.head).order_by("pk"))
        approves = seat.may_count(by)
        rest = _open_rest(seat, parts, linked, by, at, unit)
        revision = _store(change, _targets(seat, parts, chosen=True), linked, RevisionOrigin.PART_ACCEPTED, old, by, at)
        data = {"revision": revision.public_id, "rest": rest.public_id}
        unit.record("change.split", target=change, by=by, data=data)
        if approves:
            now = desk.read_one(change, team=team).bound
            word = Word(Verdict.APPROVE)
            change = decisions.decide(team=team, change_id=change_id, bound=now, word=word, by=by, at=at).change
        proposals.close_if_done(proposal=change.proposal, by=by.trail_actor, at=at, unit=unit)  # one more waits in it
    return Split(change, rest, approves)


def can_split(seat: Seat) -> bool:
    """Whether the change is nothing but several hunks of memories that stay where they are. An undo goes as a whole:
    it says of the change it takes back that it is gone.
    """
    grounds = seat.standing.targets
    return (
        seat.change.reverts_id is None
        and all(_only_edits(ground) for ground in grounds)
        and sum(len(ground.hunks) for ground in grounds) > 1
    )


def _only_edits(ground: TargetGround) -> bool:
    target = ground.target
    return target.base is not None and target.path_after == target.path_before and not ground.binds_all


def _refuse_whole(seat: Seat, parts: Parts, by: User) -> None:
    if not can_split(seat):
        raise Refused(seat.change, "This change is one piece: it cannot be accepted in part.")
    if any(vote.by_id != by.pk for vote in seat.tally.requests):  # the rest would slip out from under it
        raise Refused(seat.change, "Somebody asks for changes. Settle that before you accept a part.")
    every = {(ground.target.position, n) for ground in seat.standing.targets for n in range(len(ground.hunks))}
    if not set(parts) & every:
        raise Refused(seat.change, "Choose the lines that you accept.")
    if set(parts) >= every:
        raise Refused(seat.change, "You chose every line: approve the change instead.")
    for ground in seat.standing.targets:
        _refuse_torn(seat.change, ground, parts)


def _refuse_torn(change: Change, ground: TargetGround, parts: Parts) -> None:
    """What is inserted at one place keeps its order only together."""
    kinds: dict[int, set[bool]] = {}
    for number, hunk in enumerate(ground.hunks):
        if hunk.start == hunk.end:
            kinds.setdefault(hunk.start, set()).add((ground.target.position, number) in parts)
    if any(len(kind) > 1 for kind in kinds.values()):
        raise Refused(change, "Lines that are added at one place go together.")


def _targets(seat: Seat, parts: Parts, *, chosen: bool) -> list[DraftTarget]:
    """The targets with the hunks that were chosen, or with the others; without those of which nothing is left."""
    found = []
    for ground in seat.standing.targets:
        place = ground.target.position
        kept = [hunk for number, hunk in enumerate(ground.hunks) if ((place, number) in parts) == chosen]
        if kept:
            found.append(ground.saying([(hunk, hunk.after) for hunk in kept]))
    return found


def _open_rest(
    seat: Seat, parts: Parts, linked: Sequence[Evidence], by: User, at: datetime, unit: trail.Unit
) -> Change:
    """The change with what was not chosen. It has the position of the other, and follows it as it is younger."""
    old = seat.change
    targets = _targets(seat, parts, chosen=False)
    rest = Change.objects.create(
        team_id=old.team_id,
        proposal=old.proposal,
        position=old.position,
        namespace=old.namespace,
        operation=old.operation,
        title=f"{old.title[:190]} (rest)",
        rationale=old.rationale,
        reason_code=old.reason_code,
        confidence=old.confidence,
        fingerprint=_fingerprint(old, targets),
        tier=old.tier,
        pattern_id=old.pattern_id,
        pattern=old.pattern,
        rest_of=old,
        opened_at=at,
        state_at=at,
    )
    copies = _copied(old, rest)
    twins = {pk: row.pk for pk, row in copies.items()}
    _store(rest, targets, [copies[row.pk] for row in linked], RevisionOrigin.OPENED, seat.head, by, at, twins)
    unit.record("change.opened", target=rest, by=by, data=proposals.opened_data(rest, list(copies.values())))
    return rest


def _fingerprint(old: Change, targets: Sequence[DraftTarget]) -> str:
    left = [(target.path_before, [(hunk.before, hunk.after) for hunk in target.hunks()]) for target in targets]
    return hashlib.sha256(json.dumps(["rest", old.fingerprint, left]).encode()).hexdigest()


def _copied(old: Change, rest: Change) -> dict[int, Evidence]:
    """The quotes of the one change for the other, by the primary key of the original."""
    copies = {}
    for row in Evidence.objects.of(old.team).filter(change=old).order_by("pk"):
        copies[row.pk] = Evidence(
            team_id=row.team_id,
            change=rest,
            session_id=row.session_id,
            position=row.position,
            start=row.start,
            end=row.end,
            event_sha256=row.event_sha256,
            quote=row.quote,
            stance=row.stance,
            status=row.status,
            added_at=row.added_at,
        )
    Evidence.objects.bulk_create(copies.values())
    return copies


def _store(
    change: Change,
    targets: Sequence[DraftTarget],
    quotes: Sequence[Evidence],
    origin: RevisionOrigin,
    old: Revision,
    by: User,
    at: datetime,
    copies: Mapping[int, int] | None = None,
) -> Revision:
    """Whoever wrote the whole wrote its parts; who takes it apart adds no word."""
    revision = revisions.store(
        change=change,
        targets=targets,
        rows=[revisions.draw(target) for target in targets],
        quotes=quotes,
        origin=origin,
        contributors=old.contributors,
        by=by.trail_actor,
        at=at,
    )
    evidence.carry_links(old, revision, copies)
    return revision
