"""The states of proposals and changes, and the one table of which may follow which."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class OriginKind(TextChoices):
    DREAM = "dream", _("Dream run")
    PERSON = "person", _("Person")
    AGENT = "agent", _("Agent over the API")
    REVERT = "revert", _("Revert")
    SYNC = "sync", _("Found in the store")


class ProposalState(TextChoices):
    OPEN = "open", _("Open")
    CLOSED = "closed", _("Closed")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class Operation(TextChoices):
    ADD = "add", _("Add")
    EDIT = "edit", _("Edit")
    MERGE = "merge", _("Merge")
    MOVE = "move", _("Move")
    ARCHIVE = "archive", _("Archive")
    RESTORE = "restore", _("Restore")


FOLDS = ("same", "same_topic", "reinforces", "extends")
"""Reason codes of changes that take out what is said elsewhere."""


class State(TextChoices):
    OPEN = "open", _("Open")
    CHANGES_REQUESTED = "changes_requested", _("Changes requested")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Rejected")
    QUARANTINED = "quarantined", _("Quarantined")
    STALE = "stale", _("Stale")
    CONFLICT = "conflict", _("Conflict")
    APPLIED = "applied", _("Applied")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    SUPERSEDED = "superseded", _("Superseded")
    EXPIRED = "expired", _("Expired")
    REVERTED = "reverted", _("Reverted")


UNDECIDED = (State.OPEN, State.CHANGES_REQUESTED, State.STALE, State.CONFLICT)
VOTABLE = (*UNDECIDED, State.APPROVED)

_OUT_OF_UNDECIDED = {
    State.OPEN,
    State.CHANGES_REQUESTED,
    State.APPROVED,
    State.REJECTED,
    State.QUARANTINED,
    State.STALE,
    State.CONFLICT,
    State.WITHDRAWN,
    State.SUPERSEDED,
    State.EXPIRED,
}
TRANSITIONS: dict[str, set[State]] = {
    State.OPEN: _OUT_OF_UNDECIDED - {State.OPEN},
    State.CHANGES_REQUESTED: _OUT_OF_UNDECIDED - {State.CHANGES_REQUESTED},
    State.STALE: _OUT_OF_UNDECIDED - {State.STALE},
    State.CONFLICT: _OUT_OF_UNDECIDED - {State.CONFLICT},
    State.APPROVED: (_OUT_OF_UNDECIDED - {State.APPROVED}) | {State.APPLIED},
    State.APPLIED: {State.REVERTED},
    State.QUARANTINED: {State.OPEN, State.REJECTED, State.WITHDRAWN},
    State.REJECTED: {State.OPEN},
    State.WITHDRAWN: set(),
    State.SUPERSEDED: set(),
    State.EXPIRED: set(),
    State.REVERTED: set(),
}
PROPOSAL_TRANSITIONS: dict[str, set[ProposalState]] = {
    ProposalState.OPEN: {ProposalState.CLOSED, ProposalState.WITHDRAWN},
    ProposalState.CLOSED: {ProposalState.OPEN},  # a withdrawn vote brings a change back
    ProposalState.WITHDRAWN: set(),
}


class RevisionOrigin(TextChoices):
    OPENED = "opened", _("Opened")
    EDITED = "edited", _("Edited")
    REBASED = "rebased", _("Rebased")
    PART_ACCEPTED = "part_accepted", _("Part accepted")
    ANSWERED = "answered", _("Answered")


class Verdict(TextChoices):
    APPROVE = "approve", _("Approve")
    REJECT = "reject", _("Reject")
    REQUEST_CHANGES = "request_changes", _("Request changes")
    QUARANTINE = "quarantine", _("Quarantine")


class RejectCode(TextChoices):
    FALSE = "false", _("Not true")
    UNSUPPORTED = "unsupported", _("Not supported by its evidence")
    DUPLICATE = "duplicate", _("Already known")
    OUT_OF_SCOPE = "out_of_scope", _("Does not belong here")
    SENSITIVE = "sensitive", _("Sensitive")
    UNSAFE = "unsafe", _("Unsafe instruction")
    STALE = "stale", _("Out of date")
    OTHER = "other", _("Other")


class Way(TextChoices):
    """How a person lets a conflict go on."""

    THEIRS = "theirs", _("Keep what stands there now")
    OURS = "ours", _("Take what is proposed")
    SCOPE = "scope", _("Keep both, each for its own case")
    DATES = "dates", _("Keep both, each for its own time")
    OWN = "own", _("Write it yourself")
    PATH = "path", _("Choose another path")
    CARRY = "carry", _("Archive it, and carry its new lines over")
    ANYWAY = "anyway", _("Archive it anyway, with its new lines")
    LEAVE = "leave", _("Leave this memory out of the change")


PATTERN_IS_WRONG = (RejectCode.FALSE, RejectCode.UNSUPPORTED)  # not the change alone, but what it was made from


class ActorType(TextChoices):
    PERSON = "person", _("Person")
    MACHINE = "machine", _("Machine")
    SYSTEM = "system", _("Lucid")


class Stance(TextChoices):
    FOR = "for", _("Supports")
    AGAINST = "against", _("Speaks against")


class EvidenceStatus(TextChoices):
    VERIFIED = "verified", _("Verified")
    MISSING = "missing", _("Not found")
    PURGED = "purged", _("Purged")


class Severity(TextChoices):
    NOTE = "note", _("Note")
    WARNING = "warning", _("Warning")
    BLOCKING = "blocking", _("Blocking")


class Side(TextChoices):
    """Which text the lines of a thread are in: the base's, or the revision's."""

    BEFORE = "before", _("Before")
    AFTER = "after", _("After")


class AssignedBy(TextChoices):
    HAND = "hand", _("By hand")
    TURNS = "turns", _("In turn")
    LEAST = "least", _("Who has least")
    ESCALATED = "escalated", _("Waited too long")


class Turn(TextChoices):
    """Why a proposal waits for a person, in the order in which reasons are told."""

    ANSWERED = "answered", _("Your request was answered")
    STALE = "stale", _("Your vote fell away")
    REPLY = "reply", _("Somebody replied to you")
    ESCALATED = "escalated", _("Waited too long")
    ASSIGNED = "assigned", _("Assigned to you")
    NEW = "new", _("New to you")


class NoticeKind(TextChoices):
    YOUR_TURN = "your_turn", _("It is your turn")
    STALE = "stale", _("What you voted on has moved")
    ANSWERED = "answered", _("Your request for changes was answered")
    REPLIED = "replied", _("Somebody replied to you")
    MENTIONED = "mentioned", _("You were mentioned")
    RESOLVED = "resolved", _("A thread of yours was resolved")
    DECIDED = "decided", _("Your proposal was decided")
    OVERDUE = "overdue", _("It waits longer than agreed")
