"""Every type of event there is, what it says, and which data it may carry.

To add one, write a line into its family. Personal text never goes into data: give it as `private`, where a name needs
no listing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


class NotListed(ValueError):
    """The type, or a key of its data, is not in the catalogue."""


@dataclass(frozen=True)
class Kind:
    says: str
    keys: frozenset[str]


def _kind(says: str, keys: str = "") -> Kind:
    return Kind(says, frozenset(keys.split()))


_TARGETS = "proposal agent namespace operation revision paths tier origin_kind origin_id note"
_VOTE = (
    f"{_TARGETS} verdict reason_code base proposed requirement evidence bulk batch sole_reviewer owner dwell_ms"
    " stands_for"
)
_RUN = (
    "agent run settings engine origin sessions memories changes patterns state reason_code attempts resume_at"
    " seconds usage"
)
_COUNTS = "source format files sessions events outcomes memories new unchanged extended errors"

AUTH = {
    "auth.signed_in": _kind("A person signed in.", "method demo"),
    "auth.sign_in_failed": _kind("A sign-in was refused.", "method reason_code"),
    "auth.signed_out": _kind("A person signed out.", "method"),
    "auth.password_changed": _kind("A person set another password.", "method"),
    "auth.preferences_set": _kind("A person changed preferences.", "changed channel kinds"),
}
TEAM = {
    "team.created": _kind("A team was made.", "slug time_zone origin demo"),
    "team.changed": _kind("Settings of a team were changed.", "changed time_zone sole_reviewer"),
    "member.invited": _kind("Someone was invited to a team.", "roles expires_at"),
    "member.invitation_withdrawn": _kind("An invitation was withdrawn.", "roles"),
    "member.joined": _kind("An invited person joined a team.", "roles invitation"),
    "member.roles_set": _kind("Roles of a member were set.", "before after"),
    "member.removed": _kind("A member was removed from a team.", "roles"),
    "token.created": _kind("An API token was made.", "scopes expires_at agent label"),
    "token.revoked": _kind("An API token was revoked.", "scopes reason_code"),
}
ACCESS = {
    "access.denied": _kind("An act was refused.", "permission path method status scope reason_code"),
    "access.set": _kind("An agent was given or refused access to a namespace.", "agent namespace before after"),
}
AGENT = {
    "agent.created": _kind("An agent was registered.", "slug project exposure residency"),
    "agent.changed": _kind("Details of an agent were changed.", "changed exposure residency archived"),
    "namespace.created": _kind("A namespace was made.", "slug protection tier residency store owners"),
    "namespace.changed": _kind(
        "Details of a namespace were changed.", "changed protection tier residency store owners"
    ),
}
SESSION = {
    "sessions.imported": _kind("Transcripts were taken in.", f"{_COUNTS} agent door sha256 reason_code"),
    "session.tainted": _kind("A session was marked as not to be learnt from.", "agent reason_code"),
    "outcome.attached": _kind("A session got an outcome.", "agent session name source score_ppm door"),
    "feedback.attached": _kind("A session got feedback.", "agent session event score_ppm door"),
}
MEMORY = {
    "memory.imported": _kind("Memories were imported to free paths.", f"{_COUNTS} namespace paths versions door"),
    "memory.written": _kind(
        "A version of a memory was written.",
        "namespace path path_before number sha256 archived cause change proposal version versions paths",
    ),
    "memory.synced": _kind(
        "An edit found in an outside store became a version.", "namespace path number sha256 version proposal store"
    ),
    "memory.read": _kind(
        "An agent or a person read memory.", "agent namespaces namespace memories versions etag tokens door"
    ),
    "store.delivered": _kind(
        "A store took an applied version.", "store namespace path version number change push state"
    ),
    "store.conflicted": _kind("A store held something else.", "store namespace path version number change push state"),
}
PROPOSAL = {
    "proposal.opened": _kind(
        "A proposal was opened.", "agent namespaces changes operations origin_kind origin_id door"
    ),
    "proposal.closed": _kind("Nothing of a proposal is left to decide.", "counts origin_kind origin_id"),
    "proposal.withdrawn": _kind("A proposal was withdrawn.", "changes reason_code origin_kind origin_id"),
    "proposal.reverted": _kind("Undoing changes of a proposal was proposed.", "changes by_proposal"),
}
CHANGE = {
    "change.opened": _kind(
        "A change was put forward.", f"{_TARGETS} reason_code confidence_ppm fingerprint verified door"
    ),
    "change.voted": _kind("A person voted on a change.", _VOTE),
    "change.vote_withdrawn": _kind("A vote was taken back.", f"{_VOTE} reason_code"),
    "change.vote_dismissed": _kind("A request for changes was dismissed.", f"{_VOTE} voter"),
    "change.approved": _kind("A change has all the approval it needs.", f"{_VOTE} votes policy rule apply_after"),
    "change.rejected": _kind("A change was rejected.", f"{_VOTE} fingerprint cool_down_until"),
    "change.changes_requested": _kind("A person asked for changes.", _VOTE),
    "change.quarantined": _kind("A change was put into quarantine.", f"{_VOTE} reason_code"),
    "change.edited": _kind(
        "A change got a revision written by a person.", f"{_TARGETS} number sha256 contributors part"
    ),
    "change.answered": _kind("A request for changes got its answer.", f"{_TARGETS} number sha256 contributors run"),
    "change.answer_declined": _kind("A request for changes got no other version.", f"{_TARGETS} run"),
    "change.rebased": _kind("A change was carried to a newer base.", f"{_TARGETS} number sha256 base clean"),
    "change.conflicted": _kind("A change clashes with what is there now.", f"{_TARGETS} other path reason_code"),
    "change.staled": _kind("What was voted on has moved.", f"{_TARGETS} moved voters version reason_code"),
    "change.applied": _kind("An approved change was written.", f"{_VOTE} versions memories policy rule bulk now"),
    "change.auto_applied": _kind("A policy wrote a change.", f"{_TARGETS} versions memories policy rule budget"),
    "change.undone": _kind("Approval was taken back before applying.", f"{_TARGETS} apply_after reason_code"),
    "change.reverted": _kind("An applied change was undone.", f"{_TARGETS} versions by_change"),
    "change.withdrawn": _kind("A change was withdrawn.", f"{_TARGETS} reason_code run"),
    "change.superseded": _kind("Another change took its place.", f"{_TARGETS} by_change"),
    "change.expired": _kind("A change waited too long for a decision.", f"{_TARGETS} days"),
    "change.evidence_joined": _kind("An undecided change got more evidence.", f"{_TARGETS} added stance run evidence"),
}
DESK = {
    "change.split": _kind("A part of a change was accepted; the rest became a change of its own.", f"{_TARGETS} rest"),
    "change.resolved": _kind("A person said how a conflict goes on.", f"{_TARGETS} number contributors how"),
    "change.commented": _kind("A person wrote about a change.", "thread comment revision mentioned lines"),
    "thread.resolved": _kind("A conversation was settled.", "thread"),
    "thread.reopened": _kind("A conversation goes on.", "thread"),
    "review.drafted": _kind("A person prepared something that is not sent yet.", "change thread verdict removed"),
    "review.sent": _kind("A person sent a review at once.", "verdicts comments refused"),
    "proposal.assigned": _kind("A proposal became somebody's turn.", "person how candidates seed stands_for"),
    "proposal.unassigned": _kind("A proposal is not somebody's turn any more.", "person how"),
    "proposal.claimed": _kind("A person took a proposal for a while.", "until"),
    "proposal.released": _kind("A person let a proposal go.", ""),
    "proposal.overdue": _kind("A proposal waited longer than agreed.", "tier due_at person"),
    "bulk.decided": _kind("A person decided on many changes at once.", "batch verdict changes refused"),
    "filter.saved": _kind("A filter of the inbox was saved.", "filter shared"),
    "filter.removed": _kind("A filter of the inbox was removed.", "filter shared"),
    "absence.set": _kind("A person said when they are away.", "absence since until delegate"),
    "absence.ended": _kind("A person is back.", "absence"),
    "notices.read": _kind("A person read what they were told.", "count"),
}
POLICY = {
    "policy.changed": _kind("A policy got a new version.", "number before after changed namespace mode sha256"),
}
DREAM = {
    "dream.settings_set": _kind(
        "Dream settings got a new version.",
        "agent number changed before after engine model frequency time_zone namespaces",
    ),
    "dream.queued": _kind("A dream run was queued.", _RUN),
    "dream.started": _kind("A dream run started.", _RUN),
    "dream.finished": _kind("A dream run ended.", f"{_RUN} proposal funnel"),
    "dream.failed": _kind("A dream run failed.", f"{_RUN} error"),
    "dream.canceled": _kind("A dream run was canceled.", _RUN),
    "dream.resumed": _kind("A dream run was taken up again.", f"{_RUN} fence"),
}
ADMIN = {
    "export.made": _kind(
        "Something was exported.", "what format rows sha256 since until types actor target door namespaces agent"
    ),
    "audit.verified": _kind("A log was verified.", "size root ok faults checked seconds door"),
    "backup.made": _kind("A backup was made.", "bytes sha256 database"),
}

EVENTS: dict[str, Kind] = (
    AUTH | TEAM | ACCESS | AGENT | SESSION | MEMORY | PROPOSAL | CHANGE | DESK | POLICY | DREAM | ADMIN
)


def check(type: str, data: Mapping[str, Any]) -> None:
    """Raises NotListed if this type may not be recorded with this data."""
    kind = EVENTS.get(type)
    if kind is None:
        raise NotListed(f"{type!r} is not in the catalogue of events")
    unknown = sorted(data.keys() - kind.keys)
    if unknown:
        raise NotListed(f"{type} carries no {', '.join(unknown)}")
