"""What somebody wrote in a store while ours was on its way there: one proposal that carries both, and what follows
from its decision. Approving it takes theirs into ours, rejecting it keeps ours; either is sent to the store then.
"""

from __future__ import annotations

import hashlib
from datetime import datetime

import structlog
from django.utils.translation import gettext as _

from agents.models import Memory, MemoryVersion, StoredMemory
from agents.stores import conflicts
from agents.text import lines as text_lines
from agents.text.lines import Edit
from audit import trail
from audit.trail import SYSTEM
from reviews import proposals, threeway
from reviews.drafts import BadDraft, Draft, DraftTarget
from reviews.enums import Operation, OriginKind, ProposalState, State
from reviews.models import Change, Proposal
from reviews.proposals import Origin

AT_ONCE = 100
DECIDED = (State.APPLIED, State.REJECTED, State.QUARANTINED, State.SUPERSEDED, State.REVERTED)

log = structlog.get_logger(__name__)


def tick(*, now: datetime) -> None:
    rows = StoredMemory.objects.across_teams().filter(gone_at=None).exclude(conflict="").order_by("pk")
    for held in rows.select_related("link", "outside", "version__blob", "memory__namespace__team")[:AT_ONCE]:
        attend(held, at=now)


def proposal_of(held: StoredMemory) -> Proposal | None:
    rows = Proposal.objects.of(held.team).filter(origin_kind=OriginKind.SYNC, origin_id=held.conflict)
    return rows.order_by("-pk").first()


def attend(held: StoredMemory, *, at: datetime) -> None:
    """Ask where nobody was asked yet, and send what was decided."""
    proposal = proposal_of(held)
    if proposal is not None and proposal.state == ProposalState.OPEN:
        return
    if proposal is not None and Change.objects.of(held.team).filter(proposal=proposal, state__in=DECIDED).exists():
        conflicts.settle(held=held, at=at)
        return
    try:
        offer(held, at=at)
    except NothingToDecide:
        conflicts.settle(held=held, at=at)
    except (BadDraft, proposals.AlreadyProposed, proposals.BaseMoved) as wrong:
        log.warning("conflict_not_proposed", held=held.pk, why=type(wrong).__name__)


class NothingToDecide(Exception):
    """What they wrote stands in ours."""


def offer(held: StoredMemory, *, at: datetime) -> Proposal:
    """Raises NothingToDecide, BadDraft, proposals.AlreadyProposed, proposals.BaseMoved."""
    memory = Memory.objects.of(held.team).with_text().get(pk=held.memory_id)
    with trail.unit_of_work(at=at):
        _withdraw_earlier(held, at)
        draft = draft_of(held, memory)
        return proposals.open_(
            team=memory.team,
            agent=None,
            title=_("Two wrote %(path)s: here, and in its store") % {"path": memory.path},
            summary=_(
                "An approved change was on its way to the store when somebody else wrote there. Nothing was written"
                " over. Approve to take in what they wrote; reject to keep ours. What stands here then is sent to the"
                " store, and both texts stay in the history."
            ),
            origin=Origin(OriginKind.SYNC, held.conflict, SYSTEM),
            drafts=[draft],
            at=at,
        )


def draft_of(held: StoredMemory, memory: Memory) -> Draft:
    """What takes their text into ours. Raises NothingToDecide."""
    head = memory.head
    assert head is not None  # noqa: S101  a memory is made with its first version
    head.memory = memory
    if held.outside is None:
        target = DraftTarget(base=head, path_after=None)
        return _draft(held, memory, Operation.ARCHIVE, target, _("It was deleted in the store."))
    edits, clashes = merged(held.version, held.outside.text, head.text)
    path = _path_after(held, memory)
    target = DraftTarget(base=head, path_after=path, edits=edits)
    if not target.says_something:
        raise NothingToDecide
    moved = path != head.path
    operation = Operation.RESTORE if head.archived else Operation.MOVE if moved else Operation.EDIT
    words = _("Both wrote the same lines: theirs stand after ours.") if clashes else _("Both sides go together.")
    return _draft(held, memory, operation, target, words)


def merged(base: MemoryVersion | None, theirs: str, ours: str) -> tuple[tuple[Edit, ...], bool]:
    """Their edits against ours, and whether both wrote the same lines: then no line of theirs is left out."""
    before = text_lines.split(base.text) if base is not None else []
    current, wanted = text_lines.split(ours), text_lines.split(theirs)
    pieces = threeway.pieces(base=before, edits=text_lines.diff(before, wanted), current=current)
    edits = [
        Edit(piece.end, piece.end, tuple(line for line in piece.proposed if line not in piece.current))
        if piece.clashes
        else Edit(piece.start, piece.end, piece.proposed)
        for piece in pieces
    ]
    said = tuple(edit for edit in edits if edit.lines or edit.start != edit.end)
    clashes = any(piece.clashes for piece in pieces)
    if clashes and not said and not (set(before) - set(wanted)) & set(current):
        return (), False  # all that they wrote stands in ours, and nothing that they took out
    if (clashes and not said) or not text_lines.are_whole(text_lines.apply(current, said)):
        return tuple(text_lines.diff(current, wanted)), True
    return said, clashes


def _path_after(held: StoredMemory, memory: Memory) -> str:
    """Theirs where they moved it to a path that is free here."""
    was = held.version.path if held.version else memory.path
    if held.outside_path == was:
        return memory.path
    others = Memory.objects.of(held.team).live().filter(namespace=memory.namespace, path=held.outside_path)
    return memory.path if others.exclude(pk=memory.pk).exists() else held.outside_path


def _draft(held: StoredMemory, memory: Memory, operation: Operation, target: DraftTarget, words: str) -> Draft:
    asked = Proposal.objects.of(held.team).filter(origin_kind=OriginKind.SYNC, origin_id=held.conflict).count()
    return Draft(
        operation=operation,
        namespace=memory.namespace,
        title=_("Take in what was written to %(path)s in the store") % {"path": memory.path},
        targets=(target,),
        rationale=words,
        reason_code="store_conflict",
        fingerprint=hashlib.sha256(f"conflict {held.conflict} {asked}".encode()).hexdigest(),
    )


def _withdraw_earlier(held: StoredMemory, at: datetime) -> None:
    rows = Change.objects.of(held.team).filter(head__targets__memory=held.memory_id, reason_code="store_conflict")
    for proposal in Proposal.objects.of(held.team).filter(pk__in=rows.values("proposal"), state=ProposalState.OPEN):
        reason = _("The store was written to once more.")
        proposals.withdraw(proposal=proposal, by=SYSTEM, reason=reason, at=at)
