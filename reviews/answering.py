"""Answers to requests for changes: another revision from whoever proposed the change, or the reason why there is none.

The request stands until its author votes again; the change is open again, and it is the author's turn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from agents import memory as memories
from agents.text.lines import Edit
from audit import trail
from audit.trail import Actor
from reviews import desk, evidence, hunks, joining, proposals, revisions
from reviews import drafts as drafting
from reviews.drafts import Draft, DraftTarget
from reviews.enums import Operation, RevisionOrigin, State, Verdict
from reviews.models import Change, Decision, EvidenceLink, Revision, RevisionTarget


class Overtaken(Exception):
    """The request was taken back, answered or decided meanwhile, or another revision was saved."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request for changes, by the public ids of the vote and of the revision that it is about to be answered on."""

    request: str
    revision: str


def answer(
    *, change: Change, asked: Asked, draft: Draft, said: str, is_askers: bool, by: Actor, at: datetime
) -> Revision:
    """Store the draft as the next revision, with the writers of the last one; who asked is one where the words are
    theirs. It rests on the same quotes and on those that are new.

    Raises Overtaken, proposals.BaseMoved, drafts.BadDraft where it touches what a sibling touches.
    """
    team = change.team
    with trail.unit_of_work(at=at) as unit:
        memories.lock(change.namespace)  # before the change, as applying does
        change, request = _locked(change, asked)
        proposals.refuse_moved(team, [draft])
        drafting.check([draft, *_siblings(change)])
        joined = joining.join(change=change, quotes=draft.quotes, by=by, at=at, unit=unit, stales=False)
        writers = change.head.contributors if change.head else []
        _reword(change, draft)
        revision = revisions.follow(
            change=change,
            targets=draft.targets,
            origin=RevisionOrigin.ANSWERED,
            contributors=[*writers, *([request.by.public_id] if is_askers else [])],
            by=by,
            at=at,
        )
        EvidenceLink.objects.bulk_create(evidence.link(revision, joined))
        change.answered_at = at
        change.save(update_fields=["answered_at"])
        change.become(State.OPEN, at=at, reason=f"Revision {revision.number} answers a request for changes. {said}")
        data = {"number": revision.number, "revision": revision.public_id, "contributors": revision.contributors}
        unit.record("change.answered", target=change, by=by, data=data, private={"reason": said})
    return revision


def decline(*, change: Change, asked: Asked, reason: str, by: Actor, at: datetime) -> None:
    """Say on the change why there is no other version; the request stands. Raises Overtaken."""
    with trail.unit_of_work(at=at) as unit:
        change, _ = _locked(change, asked)
        change.state_reason = reason[:300]
        change.save(update_fields=["state_reason"])
        unit.record("change.answer_declined", target=change, by=by, data={}, private={"reason": reason})


def _locked(change: Change, asked: Asked) -> tuple[Change, Decision]:
    locked = desk.locked(change.team, pk=change.pk).get()
    standing = Decision.objects.of(change.team).counted().filter(change=locked, verdict=Verdict.REQUEST_CHANGES)
    request = standing.filter(public_id=asked.request).select_related("by").first()
    if request is None or locked.state != State.CHANGES_REQUESTED:
        raise Overtaken(locked.public_id)
    if locked.head is None or locked.head.public_id != asked.revision:
        raise Overtaken(locked.public_id)
    return locked, request


def _siblings(change: Change) -> list[Draft]:
    """What waits in the same proposal, as drafts: no two changes of a proposal touch one line."""
    others = Change.objects.of(change.team).votable().filter(proposal=change.proposal_id).exclude(pk=change.pk)
    heads = {other.head_id: other for other in others.select_related("namespace").order_by("position")}
    rows = (
        RevisionTarget.objects.of(change.team).filter(revision__in=heads).select_related("base__blob", "base__memory")
    )
    targets: dict[int, list[DraftTarget]] = {}
    for row in rows.order_by("revision", "position"):
        edits = tuple(Edit(hunk.start, hunk.end, hunk.after) for hunk in hunks.read(row.hunks))
        targets.setdefault(row.revision_id, []).append(DraftTarget(row.base, row.path_after, edits))
    return [_as_draft(other, targets.get(head or 0, ())) for head, other in heads.items() if head in targets]


def _as_draft(change: Change, targets: Sequence[DraftTarget]) -> Draft:
    return Draft(
        operation=Operation(change.operation),
        namespace=change.namespace,
        title=change.title,
        targets=tuple(targets),
        reverts_id=change.reverts_id,
    )


def _reword(change: Change, draft: Draft) -> None:
    """What it is called, and why, may be another by now; so may its operation."""
    change.operation = draft.operation
    change.title, change.rationale = draft.title[:200], draft.rationale
    change.save(update_fields=["operation", "title", "rationale"])
