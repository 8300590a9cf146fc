"""Every type of event there is, what it says, and which data it may carry.

To add one, write a line into its family; a key that no event has yet gets a line in the vocabulary. People's words
never go into data: give them as `private`, where a name needs no listing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from audit import shapes
from audit.shapes import Shape
from audit.vocabulary import WORDS

VERSION = 1  # of docs/events.md and docs/events.schema.json: grows where a key goes, or takes less than before
_SHAPES = {one.name: one for one in shapes.ALL}


class NotListed(ValueError):
    """The type, a key of its data, or the form of a value is not in the catalogue."""


@dataclass(frozen=True)
class Kind:
    """What a type of event says, and the shape of each key that its data may or (`required`) has to carry."""

    says: str
    keys: Mapping[str, Shape]
    required: frozenset[str]

    @cached_property
    def tests(self) -> Mapping[str, Callable[[Any], bool]]:
        return {key: shape.holds for key, shape in self.keys.items()}

    @property
    def example(self) -> dict[str, Any]:
        return {key: shape.example for key, shape in self.keys.items()}


def _kind(says: str, keys: str = "") -> Kind:
    """Keys by name: `agent!` is always there, and `scope:code` takes another shape than the vocabulary says."""
    found, required = {}, set()
    for word in keys.split():
        key, _, shape = word.rstrip("!").partition(":")
        if key not in WORDS:
            raise NotListed(f"{key} of {says!r} needs a line in audit/vocabulary.py")
        found[key] = _SHAPES[shape] if shape else WORDS[key].shape
        if word.endswith("!"):
            required.add(key)
    return Kind(says, found, frozenset(required))


_PACK = "bytes first last checkpoint completeness disclosure definition"
_SCOPE = "since until types actor target agent namespace person proposal"
_BOUND = "base! proposed! requirement! evidence!"
_WRITTEN = "number! revision! contributors!"

AUTH = {
    "auth.signed_in": _kind("A person signed in.", "method:code! demo!"),
    "auth.sign_in_failed": _kind("A sign-in was refused.", "method:code! reason_code"),
    "auth.signed_out": _kind("A person signed out."),
    "auth.signed_in_again": _kind("A person proved again who they are.", "method:code! demo!"),
    "auth.password_changed": _kind("A person set another password."),
    "auth.preferences_set": _kind("A person changed preferences.", "changed!"),
}
TEAM = {
    "team.created": _kind("A team was made.", "slug time_zone demo"),
    "team.changed": _kind("Settings of a team were changed.", "changed time_zone sole_reviewer"),
    "member.invited": _kind("Someone was invited to a team.", "roles expires_at"),
    "member.invitation_withdrawn": _kind("An invitation was withdrawn.", "roles!"),
    "member.joined": _kind("An invited person joined a team.", "roles invitation"),
    "member.roles_set": _kind("Roles of a member were set.", "before:codes! after:codes!"),
    "member.removed": _kind("A member was removed from a team.", "roles"),
    "token.created": _kind("An API token was made.", "scopes! expires_at! agent!"),
    "token.revoked": _kind("An API token was revoked.", "scopes! reason_code"),
}
_SETTLED = "kind! about! reason_code replaced_by"
CONFIRMATION = {
    "confirmation.asked": _kind(
        "A sensitive act waits for a second person.", "kind! about! permission! expires_at! sha256!"
    ),
    "confirmation.confirmed": _kind("A second person agreed to a sensitive act.", _SETTLED),
    "confirmation.waived": _kind("A sensitive act needed no second person in a team of one.", _SETTLED),
    "confirmation.refused": _kind("A second person refused a sensitive act.", _SETTLED),
    "confirmation.withdrawn": _kind("A sensitive act was asked for no longer.", _SETTLED),
    "confirmation.expired": _kind("A sensitive act waited too long for a second person.", _SETTLED),
    "confirmation.failed": _kind("A sensitive act could not be performed as it was asked for.", _SETTLED),
}
ACCESS = {
    "access.denied": _kind("An act was refused.", "permission path method status scope:code reason_code times"),
    "access.reviewed": _kind(
        "A person has reviewed who could approve what.", "moment! people! approvers! tokens:number! sha256!"
    ),
    "access.limited": _kind("An agent proposed more than it may.", "agent! reason_code! most!"),
    "access.set": _kind(
        "An agent was given or refused access to a namespace.",
        "agent! namespace! before:code_or_none! after:code_or_none!",
    ),
}
_RULES = "protection! owners! tier! residency! store!"
AGENT = {
    "agent.created": _kind("An agent was registered.", "slug exposure residency"),
    "agent.changed": _kind("Details of an agent were changed.", "changed exposure residency archived"),
    "agent.mapped": _kind("It was said which agent of the platform an agent is.", "connection! platform_agent!"),
    "agent.unmapped": _kind("An agent was parted from the agent of the platform that it was."),
    "namespace.created": _kind("A namespace was made.", f"slug! {_RULES}"),
    "namespace.changed": _kind("Details of a namespace were changed.", f"changed! {_RULES}"),
    "namespace.store_set": _kind(
        "It was said in which store the memory of a namespace stands.", "before! store! connection confirmation"
    ),
}
SESSION = {
    "sessions.imported": _kind(
        "Transcripts were taken in.", "source format! door! sessions! new! extended! unchanged! events! outcomes!"
    ),
    "sessions.pulled": _kind(
        "Sessions were brought from the platform.", "connection! sessions! new! extended! events! erased"
    ),
    "session.tainted": _kind("A session was marked as not to be learnt from."),
    "session.revoked": _kind("Taking back what was derived from a session was proposed.", "changes! by_proposal!"),
    "session.cleared": _kind("The mark of a session as not to be learnt from was lifted."),
    "outcome.attached": _kind("A session got an outcome.", "session! name! source! score_ppm! door!"),
    "feedback.attached": _kind("A session got feedback.", "session! event! score_ppm! door!"),
}
MEMORY = {
    "memory.imported": _kind("Memories were imported to free paths.", "memories!"),
    "memory.written": _kind(
        "A version of a memory was written.", "path! number! version! sha256! archived! cause! change:ids!"
    ),
    "memory.synced": _kind(
        "An edit found in an outside store became a version.",
        "path! number! version! sha256! proposal writer_kind writer",
    ),
    "memory.read": _kind("An agent or a person read memory.", "memories! etag! tokens!"),
    "store.delivered": _kind("A store took an applied version.", "number! store!"),
    "store.conflicted": _kind("A store held something else.", "number! store! version change"),
}
PROPOSAL = {
    "proposal.opened": _kind("A proposal was opened.", "changes origin_kind origin_id"),
    "proposal.closed": _kind("Nothing of a proposal is left to decide."),
    "proposal.withdrawn": _kind("A proposal was withdrawn."),
    "proposal.reverted": _kind("Undoing changes of a proposal was proposed.", "changes! by_proposal!"),
}
CHANGE = {
    "change.opened": _kind(
        "A change was put forward.", "operation tier reason_code confidence_ppm fingerprint verified"
    ),
    "change.voted": _kind(
        "A person voted on a change.",
        f"verdict! revision! {_BOUND} reason_code! bulk batch sole_reviewer owner dwell_ms stands_for",
    ),
    "change.vote_withdrawn": _kind("A vote was taken back.", "verdict!"),
    "change.vote_refused": _kind("A vote was refused.", "verdict! revision! reason_code!"),
    "change.vote_dismissed": _kind("A request for changes was dismissed.", "verdict! voter!"),
    "change.approved": _kind("A change has all the approval it needs.", "votes! sole_reviewer!"),
    "change.rejected": _kind("A change was rejected.", "reason_code!"),
    "change.changes_requested": _kind("A person asked for changes.", "reason_code!"),
    "change.quarantined": _kind("A change was put into quarantine.", "reason_code!"),
    "change.edited": _kind("A change got a revision written by a person.", _WRITTEN),
    "change.answered": _kind("A request for changes got its answer.", _WRITTEN),
    "change.answer_declined": _kind("A request for changes got no other version."),
    "change.rebased": _kind("A change was carried to a newer base.", "number! clean!"),
    "change.conflicted": _kind("A change clashes with what is there now."),
    "change.approval_lapsed": _kind("Approvals fell away with age.", "voters!"),
    "change.staled": _kind("What was voted on has moved.", "voters! moved"),
    "change.applied": _kind("An approved change was written.", f"revision! {_BOUND}"),
    "change.held_back": _kind("Automatic mode is suspended: a change is left to people.", "reason_code!"),
    "change.glass_broken": _kind(
        "A change was written in an emergency, without its votes.", f"revision! {_BOUND} votes! needed!"
    ),
    "change.glass_confirmed": _kind("A second person confirmed an emergency.", "glass!"),
    "change.glass_unconfirmed": _kind("No second person confirmed an emergency.", "glass! state! by_proposal"),
    "change.let_through": _kind("A policy lets a change through without a vote.", "rule!"),
    "change.auto_applied": _kind(
        "A policy wrote a change.", "rule! revision base proposed requirement evidence policy budget"
    ),
    "change.undone": _kind("Approval was taken back before applying."),
    "change.reverted": _kind("An applied change was undone.", "by_change!"),
    "change.withdrawn": _kind("A change was withdrawn.", "run"),
    "change.superseded": _kind("Another change took its place."),
    "change.expired": _kind("A change waited too long for a decision.", "days"),
    "change.evidence_struck": _kind(
        "Quotes of a session that was marked bad count no more.", "session! struck! evidence:ids!"
    ),
    "change.evidence_restored": _kind("Quotes of a session count again.", "session! restored! evidence:ids!"),
    "change.evidence_joined": _kind("An undecided change got more evidence.", "stance! added! run! evidence:ids!"),
}
DESK = {
    "change.split": _kind("A part of a change was accepted; the rest became a change of its own.", "revision! rest!"),
    "change.resolved": _kind("A person said how a conflict goes on.", "how:codes! number revision contributors"),
    "change.commented": _kind("A person wrote about a change.", "thread! comment! revision! mentioned! lines!"),
    "thread.resolved": _kind("A conversation was settled.", "thread!"),
    "thread.reopened": _kind("A conversation goes on.", "thread!"),
    "secret.revealed": _kind(
        "A person looked at a secret that a check had found.",
        "revision:number! rule! version:number! position! start! end!",
    ),
    "review.drafted": _kind("A person prepared something that is not sent yet.", "change! thread verdict removed"),
    "review.sent": _kind("A person sent a review at once.", "verdicts! comments! refused!"),
    "proposal.assigned": _kind("A proposal became somebody's turn.", "person! how! candidates! seed! stands_for"),
    "proposal.unassigned": _kind("A proposal is not somebody's turn any more.", "person! how!"),
    "proposal.claimed": _kind("A person took a proposal for a while.", "until!"),
    "proposal.released": _kind("A person let a proposal go."),
    "proposal.overdue": _kind("A proposal waited longer than agreed.", "tier! due_at! person"),
    "bulk.decided": _kind("A person decided on many changes at once.", "batch! verdict! changes! refused!"),
    "filter.saved": _kind("A filter of the inbox was saved.", "filter! shared!"),
    "filter.removed": _kind("A filter of the inbox was removed.", "filter! shared!"),
    "absence.set": _kind("A person said when they are away.", "absence! since! until! delegate!"),
    "absence.ended": _kind("A person is back.", "absence!"),
    "notices.read": _kind("A person read what they were told.", "count"),
}
DRIFT = {
    "baseline.signed": _kind("Memory was signed off.", "namespace! number! root! memories! statements! writes!"),
    "drift.found": _kind("A write to memory came without a decision.", "version! number! came! change!"),
}
POLICY = {
    "automatic.considered": _kind(
        "What a dream proposed, or an agent wrote itself, was held against automatic mode.", "let_through! left!"
    ),
    "budget.reached": _kind("A budget of a week had no room left.", "budget! change! week! limit! used! asked!"),
    "automatic.fell_back": _kind("A namespace left automatic mode by itself.", "change! mode! own_writes"),
    "policy.changed": _kind("A policy got a new version.", "number! changed! mode! sha256! confirmation"),
}
RULEBOOK = {
    "rule.saved": _kind(
        "A rule of the team got a new version.", "number! kind! severity! namespaces:patterns! sha256!"
    ),
    "rule.switched": _kind(
        "A rule of the team was switched on or off.", "on! number before:number_or_none! memories hits"
    ),
}
WATCH = {
    "canary.planted": _kind("A known bad change was put among others, as a test of the review.", "canary! attack!"),
    "canary.decided": _kind(
        "Somebody decided on a test of the review.", "canary! attack! verdict! caught:flag! dwell_ms"
    ),
    "canary.ended": _kind("A test of the review ended, and counts for nobody.", "canary! attack!"),
    "watch.alarm": _kind(
        "Somebody approves as nobody does who reads.", "alarm! approvals! together! kind votes tests caught"
    ),
    "watch.alarm_closed": _kind("A lead has seen to an alarm about approvals.", "alarm!"),
    "watch.second_asked": _kind("A second opinion on a vote was asked for.", "second! person!"),
    "watch.second_given": _kind("A second opinion on a vote was given, blind.", "second! verdict! agrees!"),
}
DREAM = {
    "dream.settings_set": _kind(
        "Dream settings got a new version.", "agent! number! changed! before! after! confirmation"
    ),
    "dream.queued": _kind("A dream run was queued.", "agent! run! engine! origin! settings!"),
    "dream.started": _kind("A dream run started.", "agent! run! engine! attempts!"),
    "dream.finished": _kind(
        "A dream run ended.",
        "state! changes! run agent sessions memories patterns proposal seconds funnel usage",
    ),
    "dream.failed": _kind("A dream run failed.", "run! agent! attempts!"),
    "dream.leftovers_handed_over": _kind("Another connection clears what a dream left.", "run! connection!"),
    "dream.leftovers_let_go": _kind("What a dream left is not cleared any more.", "run! stores!"),
    "dream.canceled": _kind("A dream run was canceled.", "run!"),
    "dream.resumed": _kind("A dream run was taken up again.", "agent! run! engine! attempts! fence!"),
    "dream.price_set": _kind("A team set what a model costs it, from a day on.", "after!"),
    "dream.caps_set": _kind("What dreams may spend in a day and a month was set.", "before! after! confirmation"),
}
_KEY = "generation! public! fingerprint!"
KEY = {
    "key.made": _kind("The key that signs checkpoints was used first.", _KEY),
    "key.rotated": _kind("Another key signs checkpoints from here on.", f"{_KEY} replaces!"),
    "checkpoint.refused": _kind("The signer refused the head of a log.", "reason_code! signed!"),
    "checkpoint.restarted": _kind(
        "A person let the signer begin anew with a log.", "reason_code! signed! signed_root! public!"
    ),
    "audit.alarm": _kind("Officers were told that a log needs attention.", "reason_code!"),
}
STREAM = {
    "stream.added": _kind("A destination of the log was added.", "kind! format! after:number!"),
    "stream.started": _kind("A second person agreed to a destination of the log.", "acked!"),
    "stream.paused": _kind("A destination of the log was paused.", "acked!"),
    "stream.resumed": _kind("A destination of the log was taken up again.", "acked!"),
    "stream.stopped": _kind("A destination of the log failed for a day and was stopped.", "acked! attempts!"),
    "stream.removed": _kind("A destination of the log was removed.", "acked!"),
    "stream.tested": _kind("A test line was sent to a destination of the log.", "ok!"),
}
_HELD = "region! holds! dreams_hold!"
CONNECTION = {
    "connection.added": _kind("A connection to who serves the model was added.", f"provider! {_HELD} confirmation"),
    "connection.started": _kind("A second person agreed to a connection.", f"provider! {_HELD} confirmation!"),
    "connection.changed": _kind("A connection was changed.", f"changed! {_HELD} confirmation"),
    "connection.key_replaced": _kind("Another key signs in for a connection.", "provider! confirmation"),
    "connection.checked": _kind("It was looked up what the key of a connection may do.", "ok! able!"),
    "connection.removed": _kind("A connection was removed, and its key destroyed.", "provider!"),
}
ERASURE = {
    "erasure.prepared": _kind("Somebody looked at what an erasure would reach.", "kind! basis!"),
    "erasure.agreed": _kind("Two people agreed to an erasure.", "kind! basis! confirmation!"),
    "erasure.done": _kind("An erasure is done.", "kind! basis! counts!"),
    "erasure.replayed": _kind("A restored database was erased again.", "kind! basis! counts!"),
    "hold.set": _kind("Something must not be erased.", "scope:code! about!"),
    "hold.lifted": _kind("Two people lifted a legal hold.", "scope:code! about! confirmation"),
    "retention.changed": _kind(
        "Two people changed how long things are kept.",
        "records:number_or_none access:number_or_none system:number_or_none reads:number_or_none confirmation",
    ),
    "retention.emptied": _kind("What was past its time was emptied.", "counts!"),
    "audit.pruning_agreed": _kind("Two people agreed to prune the log.", "first! last! root! confirmation!"),
    "audit.pruned": _kind("Events were deleted; their hashes stay.", "first! last! root! agreed!"),
    "audit.redacted": _kind(
        "Private values or texts were erased for good.",
        "events:numbers fields:codes blobs:hashes basis reason_code erasure",
    ),
}
ADMIN = {
    "export.made": _kind("Something was exported.", f"what format rows sha256 door moment seen {_PACK} {_SCOPE}"),
    "export.asked": _kind("An evidence pack was asked for.", "format! scope! disclosure! definition"),
    "export.canceled": _kind("An evidence pack was asked for no longer."),
    "export.failed": _kind("An evidence pack could not be made."),
    "export.downloaded": _kind("An evidence pack was downloaded.", "sha256! bytes!"),
    "export.expired": _kind("The file of an evidence pack was taken away, after its time or by an erasure.", "erasure"),
    "export.saved": _kind("An export was kept under a name.", "format! period! monthly! scope! disclosure!"),
    "export.switched": _kind("An export was set to be made each month, or no more.", "monthly!"),
    "export.removed": _kind("An export is kept no more."),
    "audit.values_shown": _kind("A person looked at the private values of an event.", "fields!"),
    "audit.verified": _kind("A log was verified.", "size! root! ok! faults! checked! seconds! door!"),
    "backup.made": _kind("A backup was made.", "bytes! sha256! database!"),
}

FAMILIES: Mapping[str, Mapping[str, Kind]] = {
    "Signing in": AUTH,
    "Teams, members and tokens": TEAM,
    "Confirmations": CONFIRMATION,
    "Access": ACCESS,
    "Agents and namespaces": AGENT,
    "Sessions": SESSION,
    "Memory": MEMORY,
    "Proposals": PROPOSAL,
    "Changes and votes": CHANGE,
    "Working together": DESK,
    "Sign-offs and drift": DRIFT,
    "Policy": POLICY,
    "Rules of the team": RULEBOOK,
    "How people decide": WATCH,
    "Dreaming": DREAM,
    "Keys and checkpoints": KEY,
    "Connections": CONNECTION,
    "Streams": STREAM,
    "Erasure and legal hold": ERASURE,
    "Exports and checks": ADMIN,
}
EVENTS: dict[str, Kind] = {type: kind for kinds in FAMILIES.values() for type, kind in kinds.items()}


def check(type: str, data: Mapping[str, Any]) -> None:
    """Raises NotListed if this type may not be recorded with this data; it names the key, and repeats no value."""
    kind = EVENTS.get(type)
    if kind is None:
        raise NotListed(f"{type!r} is not in the catalogue of events")
    tests = kind.tests
    for key, value in data.items():
        if key not in tests:
            raise NotListed(f"{type} carries no {key}")
        if not tests[key](value):
            raise NotListed(f"{type}: {key} has to be {kind.keys[key].says}")
    if not kind.required <= data.keys():
        raise NotListed(f"{type} needs {', '.join(sorted(kind.required - data.keys()))}")
