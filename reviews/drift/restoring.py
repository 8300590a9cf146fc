"""Taking an unreviewed write back: one proposal for each memory. Approving it restores, rejecting it keeps the write,
which then waits for whoever signs off the namespace.
"""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.utils.translation import gettext as _

from agents.models import Memory, MemoryVersion
from agents.text import lines as text_lines
from audit import trail
from audit.trail import SYSTEM, Actor
from reviews import proposals
from reviews.drafts import BadDraft, Draft, DraftTarget
from reviews.drift import origins
from reviews.enums import Operation, OriginKind, ProposalState
from reviews.models import Proposal, Provenance
from reviews.proposals import Origin


class NothingToRestore(ValueError):
    """There is no reviewed text to go back to, or it stands there already; the message says which."""


def offer(row: Provenance, *, at: datetime) -> Proposal | None:
    """The proposal that takes the write back, opened by Lucid; None where there is nothing to go back to."""
    try:
        return propose(row, by=SYSTEM, at=at)
    except (NothingToRestore, BadDraft, proposals.AlreadyProposed, proposals.BaseMoved):
        return None


def propose(row: Provenance, *, by: Actor, at: datetime) -> Proposal:
    """Propose to restore what stood there before the write. An open proposal about an earlier write of the memory is
    withdrawn: this one goes back behind both.

    Raises NothingToRestore, BadDraft, proposals.AlreadyProposed, proposals.BaseMoved.
    """
    memory = Memory.objects.of(row.version.memory.team).with_text().get(pk=row.version.memory_id)
    with trail.unit_of_work(at=at):
        draft = draft_of(memory, reviewed_before(row.version))
        _withdraw_earlier(row, at)
        proposal = proposals.open_(
            team=memory.team,
            agent=None,
            title=_("Take back what nobody decided: %(path)s") % {"path": memory.path},
            summary=_(
                "This memory was written without a decision. Approve to restore what stood there before; reject to keep"
                " what stands there now, which is then to be signed off."
            ),
            origin=Origin(OriginKind.SYNC, row.public_id, by),
            drafts=[draft],
            at=at,
        )
        row.proposal = proposal
        row.save(update_fields=["proposal"])
    return proposal


def reviewed_before(version: MemoryVersion) -> MemoryVersion | None:
    """The last version before this one that nothing is wrong with; None where there is none."""
    unreviewed = Provenance.objects.of(version.memory.team).open().values("version")
    rows = MemoryVersion.objects.of(version.memory.team).filter(memory=version.memory_id, number__lt=version.number)
    return rows.exclude(pk__in=unreviewed).select_related("blob").newest_first().first()


def draft_of(memory: Memory, good: MemoryVersion | None) -> Draft:
    """What turns the head of a memory into an earlier version of it. Raises NothingToRestore."""
    head = memory.head
    if head is None or not origins.has_its_text(head):
        raise NothingToRestore(_("The text that stands there is not the one that was written."))
    head.memory = memory
    if good is None or good.archived:
        if head.archived:
            raise NothingToRestore(_("Nothing stands there."))
        return _draft(memory, Operation.ARCHIVE, DraftTarget(base=head, path_after=None), good)
    if good.blob.erased_at is not None or not origins.has_its_text(good):
        raise NothingToRestore(_("The text that stood there before is gone."))
    edits = text_lines.diff(text_lines.split(head.text), text_lines.split(good.text))
    target = DraftTarget(base=head, path_after=good.path, edits=edits)
    if not target.says_something:
        raise NothingToRestore(_("What stood there before stands there now."))
    moved = good.path != head.path
    operation = Operation.RESTORE if head.archived else Operation.MOVE if moved else Operation.EDIT
    return _draft(memory, operation, target, good)


def _draft(memory: Memory, operation: Operation, target: DraftTarget, good: MemoryVersion | None) -> Draft:
    names = [memory.public_id, memory.head.public_id if memory.head else "", good.public_id if good else ""]
    version = _("version %(number)s") % {"number": good.number} if good else _("nothing")
    return Draft(
        operation=operation,
        namespace=memory.namespace,
        title=_("Restore %(path)s to %(version)s") % {"path": memory.path, "version": version},
        targets=(target,),
        rationale=_("What stands there now came without a decision."),
        reason_code="unreviewed",
        fingerprint=hashlib.sha256(f"restore {names}".encode()).hexdigest(),
    )


def _withdraw_earlier(row: Provenance, at: datetime) -> None:
    earlier = Provenance.objects.of(row.version.memory.team).open().filter(version__memory=row.version.memory_id)
    for proposal in Proposal.objects.of(row.version.memory.team).filter(
        pk__in=earlier.values("proposal"), state=ProposalState.OPEN
    ):
        reason = _("The memory was written without a decision once more.")
        proposals.withdraw(proposal=proposal, by=SYSTEM, reason=reason, at=at)
