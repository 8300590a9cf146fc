"""The states of proposals and changes, and the one table of which may follow which."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class OriginKind(TextChoices):
    DREAM = "dream", _("Dream run")
    PERSON = "person", _("Person")
    AGENT = "agent", _("Agent over the API")
    REVERT = "revert", _("Revert")
    REVOKE = "revoke", _("Session marked bad")
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
    AS_IT_IS = "as_it_is", _("Restore it with the text as it stands now")
    AS_PROPOSED = "as_proposed", _("Restore it with the text that was proposed")
    PATH = "path", _("Choose another path")
    CARRY = "carry", _("Archive it, and carry its new lines over")
    ANYWAY = "anyway", _("Archive it anyway, with its new lines")
    LEAVE = "leave", _("Leave this memory out of the change")


TAKES_BACK = (OriginKind.REVERT, OriginKind.REVOKE, OriginKind.SYNC)
"""Origins of what only takes back what was written."""

PATTERN_IS_WRONG = (RejectCode.FALSE, RejectCode.UNSUPPORTED)  # not the change alone, but what it was made from


class Mode(TextChoices):
    """How much of what dreams propose is applied without a vote."""

    REVIEWED = "reviewed", _("Reviewed by people")
    AUTOMATIC_LOW = "automatic_low", _("Automatic for low risk")
    AUTOMATIC = "automatic", _("Automatic for low and medium risk")


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
    STRUCK = "struck", _("Struck")


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
    AUTOMATIC = "automatic", _("A policy let changes through without a vote")
    AUTO_APPLIED = "auto_applied", _("A policy wrote changes without a vote")
    FELL_BACK = "fell_back", _("A namespace left automatic mode")
    UNREVIEWED = "unreviewed", _("Memory was written without a decision")
    CERTIFY = "certify", _("A baseline has to be signed")
    WATCH = "watch", _("Somebody approves very quickly")
    STAMP = "stamp", _("Somebody approves nearly everything")
    SECOND = "second", _("Your second opinion is asked")
    DISAGREES = "disagrees", _("A second opinion is another")
    BUDGET = "budget", _("A budget is used up")
    GLASS = "glass", _("A change was applied in an emergency")
    GLASS_ALARM = "glass_alarm", _("Nobody confirmed a change applied in an emergency")
    GLASS_WEEK = "glass_week", _("Changes were applied in emergencies last week")
    SEAL = "seal", _("The audit log needs attention")
    EXPORT = "export", _("An export is ready")
    EXPORT_FAILED = "export_failed", _("An export could not be made")


class GlassState(TextChoices):
    """How it stands with a change that was applied without its votes."""

    OPEN = "open", _("Waits for a second person")
    CONFIRMED = "confirmed", _("Confirmed")
    REFUSED = "refused", _("Refused")
    EXPIRED = "expired", _("Not confirmed in time")


UNCONFIRMED = (GlassState.REFUSED, GlassState.EXPIRED)


class Came(TextChoices):
    """How a version of a memory came to be, as the trail tells it."""

    DECIDED = "decided", _("Decided by people")
    RULE = "rule", _("Applied by a rule")
    EMERGENCY = "emergency", _("Applied in an emergency")
    IMPORT = "import", _("First import")
    ERASURE = "erasure", _("Erased")
    SYNC = "sync", _("Edited outside of Lucid")
    LATE_IMPORT = "late_import", _("Imported after the first sign-off")
    UNVOTED = "unvoted", _("Written without the votes it needed")
    UNTOLD = "untold", _("Written past the audit trail")
    ALTERED = "altered", _("Not what the audit trail says")


UNREVIEWED = (Came.SYNC, Came.LATE_IMPORT, Came.UNVOTED, Came.UNTOLD, Came.ALTERED)


class Settled(TextChoices):
    """What became of an unreviewed write."""

    SIGNED = "signed", _("Signed off")
    RESTORED = "restored", _("Decided since")


class RuleKind(TextChoices):
    """What a rule of the team asks of memory."""

    MUST_NOT = "must_not", _("Must not say")
    MUST = "must", _("Must also say")


class Hand(TextChoices):
    """What a vote was cast with."""

    CARD = "card", _("On its card")
    KEYS = "keys", _("By a key")
    SEVERAL = "several", _("Together with others")


class ToolDeed(TextChoices):
    """What a team says that a tool does, where its name says something else."""

    CHANGES = "changes", _("Changes things")
    LOOKS = "looks", _("Only looks")


class Attack(TextChoices):
    """What is wrong with a change that tests whether reviewers look."""

    NUMBER = "number", _("A wrong number")
    SCOPE = "scope", _("A condition left out")
    ORDER = "order", _("Steps the wrong way round")
    LINK = "link", _("A link that carries data out")


class AlarmKind(TextChoices):
    """Why leads should look at how somebody approves."""

    FAST = "fast", _("More approvals than anybody reads")
    STAMP = "stamp", _("Approves nearly everything and misses tests")
