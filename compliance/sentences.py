"""Events as sentences, for people: one table of patterns for each family of types, and a fallback.

A pattern names its parts: `who` did it, `what` it is about, and what the event's data says. The record itself is the
event's bytes; a sentence only reads them out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.text import get_text_list
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from accounts.enums import Role
from accounts.models import Team
from agents.enums import Access
from audit import catalogue
from audit.models import Event
from audit.verify.canonical import NotCanonical
from compliance import names
from compliance.names import Name, Names
from dreaming.enums import RunState

_PART = re.compile(r"%\((\w+)\)s")


@dataclass(frozen=True)
class Row:
    """An event as a list shows it. `parts` are names in a sentence, and the words between them."""

    event: Event
    data: Mapping[str, Any]
    parts: Sequence[Name]
    is_readable: bool = True
    private: Mapping[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        return "".join(part.label for part in self.parts)

    @property
    def facts(self) -> list[tuple[str, str]]:
        """The data, each value as one text."""
        return [
            (name, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
            for name, value in self.data.items()
        ]


def tell(team: Team, events: Sequence[Event]) -> list[Row]:
    """The sentences of some events, with names from rows, in as many queries as there are kinds of things in them."""
    bodies = [_content(event) for event in events]
    known = names.resolve(team, _ids(zip(events, bodies, strict=True)))
    return [_row(event, body, known) for event, body in zip(events, bodies, strict=True)]


def _content(event: Event) -> dict[str, Any] | None:
    """None where the bytes are no event any more: the page then shows what its columns say."""
    try:
        content = event.content()
    except (NotCanonical, ValueError):
        return None
    is_event = isinstance(content, dict) and all(isinstance(content.get(name), dict) for name in ("data", "private"))
    return content if is_event else None


def _ids(pairs: Iterable[tuple[Event, Mapping[str, Any] | None]]) -> set[str]:
    found = set()
    for event, content in pairs:
        found |= {event.actor_id, event.target_id}
        found |= {value for value in (content or {}).get("data", {}).values() if isinstance(value, str)}
    return found


def _row(event: Event, content: Mapping[str, Any] | None, known: Names) -> Row:
    data = content["data"] if content else {}
    values = {
        **{name: _shown(value, known) for name, value in data.items()},
        **_told(data, known),
        "who": _actor(event, known),
        "what": names.name_of(event.target_id, known),
    }
    pattern = gettext(_pattern(event.type, data))
    private = content["private"] if content else {}
    return Row(event, data, _parts(pattern, values), content is not None, private)


def _pattern(type: str, data: Mapping[str, Any]) -> str:
    family = PATTERNS.get(type.split(".")[0], {})
    found = family.get(f"{type} {data.get(CHOOSES.get(type, ''))}") or family.get(type)
    if found:
        return found
    kind = catalogue.EVENTS.get(type)
    return f"%(who)s: {kind.says if kind else type}"


def _parts(pattern: str, values: Mapping[str, Name]) -> list[Name]:
    pieces = enumerate(_PART.split(pattern))  # every second one is the name of a value
    return [values.get(piece, Name("…")) if position % 2 else Name(piece) for position, piece in pieces if piece]


def _actor(event: Event, known: Names) -> Name:
    return Name("Lucid") if event.actor_type == "system" else names.name_of(event.actor_id, known)


def _shown(value: Any, known: Names) -> Name:
    if isinstance(value, str) and value in known:
        return known[value]
    if isinstance(value, list):
        return Name(get_text_list([str(one).replace("_", " ") for one in value], gettext("and")))
    return Name("…" if value is None or value == "" else str(value))


def _told(data: Mapping[str, Any], known: Names) -> dict[str, Name]:
    """Values that need more than their spelling: roles, ways of access, and states of runs."""
    found = {}
    if data.get("state") in RunState.values:
        found["state"] = Name(str(RunState(data["state"]).label))
    for name in ("roles", "before", "after"):
        value = data.get(name)
        if isinstance(value, list):
            labels = [str(Role(role).label) if role in Role.values else str(role) for role in value]
            found[name] = Name(get_text_list(labels, gettext("and")))
        elif value in Access.values:
            found[name] = Name(str(Access(value).label).lower())
    return found


# Types whose sentence depends on a value of their data: "type value" is looked up before "type".
CHOOSES = {
    "change.voted": "verdict",
    "access.denied": "reason_code",
    "access.set": "after",
    "memory.written": "archived",
    "agent.changed": "archived",
    "change.evidence_joined": "stance",
    "audit.verified": "ok",
    "rule.switched": "on",
    "export.switched": "monthly",
    "connection.checked": "ok",
    "stream.tested": "ok",
    "canary.decided": "caught",
    "watch.alarm": "kind",
}

PATTERNS: dict[str, dict[str, str]] = {
    "auth": {
        "auth.signed_in": _("%(who)s signed in"),
        "auth.sign_in_failed": _("A sign-in by %(method)s was refused"),
        "auth.signed_out": _("%(who)s signed out"),
        "auth.signed_in_again": _("%(who)s signed in again by %(method)s"),
        "auth.password_changed": _("%(who)s set another password"),
        "auth.preferences_set": _("%(who)s changed preferences: %(changed)s"),
    },
    "team": {
        "team.created": _("%(who)s made the team"),
        "team.changed": _("%(who)s changed settings of the team: %(changed)s"),
    },
    "member": {
        "member.invited": _("%(who)s invited someone as %(roles)s"),
        "member.invitation_withdrawn": _("%(who)s withdrew an invitation as %(roles)s"),
        "member.joined": _("%(what)s joined the team as %(roles)s"),
        "member.roles_set": _("%(who)s set the roles of %(what)s to %(after)s (before: %(before)s)"),
        "member.removed": _("%(who)s removed %(what)s from the team"),
    },
    "token": {
        "token.created": _("%(who)s made an API %(what)s"),
        "token.revoked": _("%(who)s revoked an API %(what)s"),
    },
    "confirmation": {
        "confirmation.asked": _("%(who)s asked a second person to confirm “%(what)s” for %(about)s"),
        "confirmation.confirmed": _("%(who)s confirmed “%(what)s” for %(about)s"),
        "confirmation.waived": _("%(who)s did “%(what)s” for %(about)s without a second person: a team of one"),
        "confirmation.refused": _("%(who)s refused “%(what)s” for %(about)s"),
        "confirmation.withdrawn": _("%(who)s withdrew “%(what)s” for %(about)s"),
        "confirmation.expired": _("“%(what)s” for %(about)s waited too long for a second person"),
        "confirmation.failed": _("“%(what)s” for %(about)s was not performed: it does not hold any more"),
    },
    "access": {
        "access.denied": _("%(who)s was refused %(path)s"),
        "access.denied same_person": _("%(who)s was refused as the second person of “%(what)s”, having asked for it"),
        "access.denied not_asker": _("%(who)s was refused to withdraw “%(what)s”, not having asked for it"),
        "access.denied settled": _("%(who)s was refused: “%(what)s” waits no longer"),
        "access.denied no_permission": _("%(who)s was refused “%(what)s”: it takes %(permission)s"),
        "access.reviewed": _("%(who)s reviewed who could approve what at %(moment)s; people: %(people)s"),
        "access.limited": _("%(who)s proposed more for the agent %(what)s than it may: %(reason_code)s"),
        "access.set": _("%(who)s gave %(what)s access to %(namespace)s: %(after)s"),
        "access.set None": _("%(who)s took access to %(namespace)s from %(what)s"),
    },
    "agent": {
        "agent.created": _("%(who)s registered the agent %(what)s"),
        "agent.changed": _("%(who)s changed details of %(what)s: %(changed)s"),
        "agent.changed True": _("%(who)s put the agent %(what)s away"),
        "agent.changed False": _("%(who)s took the agent %(what)s up again"),
        "agent.mapped": _("%(who)s said that the agent %(what)s is %(platform_agent)s of the Claude platform"),
        "agent.unmapped": _("%(who)s parted the agent %(what)s from the Claude platform"),
    },
    "namespace": {
        "namespace.created": _("%(who)s made the namespace %(what)s"),
        "namespace.changed": _("%(who)s changed the namespace %(what)s: %(changed)s"),
        "namespace.store_set": _("%(who)s moved the memory of %(what)s from the %(before)s store to: %(store)s"),
    },
    "sessions": {
        "sessions.pulled": _("Sessions of %(what)s came from the Claude platform: %(new)s new, %(extended)s grown"),
        "sessions.imported": _("%(who)s took in sessions of %(what)s from %(source)s: %(new)s new"),
    },
    "session": {
        "session.tainted": _("%(who)s marked the session “%(what)s” as not to be learnt from"),
        "session.revoked": _("%(who)s proposed to take back what was derived from the session “%(what)s”: %(changes)s"),
        "session.cleared": _("%(who)s lifted the mark of the session “%(what)s” as not to be learnt from"),
    },
    "outcome": {"outcome.attached": _("%(who)s gave the session “%(what)s” the outcome %(name)s (%(source)s)")},
    "feedback": {"feedback.attached": _("%(who)s gave feedback on the session “%(what)s”")},
    "memory": {
        "memory.imported": _("%(who)s imported memories into %(what)s: %(memories)s"),
        "memory.written": _("%(who)s wrote version %(number)s of %(what)s"),
        "memory.written True": _("%(who)s archived %(what)s in version %(number)s"),
        "memory.synced": _("%(who)s took an outside edit of %(what)s as version %(number)s"),
        "memory.read": _("%(who)s read memory of %(what)s: %(memories)s memories"),
    },
    "store": {
        "store.delivered": _("The %(store)s store took version %(number)s of %(what)s"),
        "store.conflicted": _("The %(store)s store held something else than version %(number)s of %(what)s"),
    },
    "proposal": {
        "proposal.opened": _("%(who)s opened the proposal “%(what)s” with changes: %(changes)s"),
        "proposal.closed": _("Nothing is left to decide of the proposal “%(what)s”"),
        "proposal.withdrawn": _("%(who)s withdrew the proposal “%(what)s”"),
        "proposal.reverted": _("%(who)s proposed to undo changes of “%(what)s”"),
        "proposal.assigned": _("The proposal “%(what)s” became the turn of %(person)s"),
        "proposal.unassigned": _("The proposal “%(what)s” is the turn of %(person)s no more"),
        "proposal.claimed": _("%(who)s claimed the proposal “%(what)s” for a while"),
        "proposal.released": _("%(who)s let the proposal “%(what)s” go"),
        "proposal.overdue": _("The proposal “%(what)s” waited longer than agreed"),
    },
    "change": {
        "change.opened": _("%(who)s put forward “%(what)s”"),
        "change.voted": _("%(who)s voted on “%(what)s” in revision %(revision)s"),
        "change.voted approve": _("%(who)s approved “%(what)s” in revision %(revision)s"),
        "change.voted reject": _("%(who)s voted to reject “%(what)s” in revision %(revision)s"),
        "change.voted request_changes": _("%(who)s requested changes to “%(what)s” in revision %(revision)s"),
        "change.voted quarantine": _("%(who)s voted to quarantine “%(what)s” in revision %(revision)s"),
        "change.vote_withdrawn": _("%(who)s took back a vote on “%(what)s”"),
        "change.vote_refused": _("The vote of %(who)s on “%(what)s” was refused (%(reason_code)s)"),
        "change.vote_dismissed": _("%(who)s dismissed the request for changes by %(voter)s on “%(what)s”"),
        "change.approved": _("“%(what)s” has all the approval it needs"),
        "change.rejected": _("“%(what)s” is rejected, by %(who)s"),
        "change.changes_requested": _("“%(what)s” waits for changes, on request of %(who)s"),
        "change.quarantined": _("“%(what)s” is in quarantine, by %(who)s"),
        "change.edited": _("%(who)s edited “%(what)s”: revision %(number)s"),
        "change.answered": _("A request for changes to “%(what)s” was answered: revision %(number)s"),
        "change.answer_declined": _("A request for changes to “%(what)s” got no other version"),
        "change.rebased": _("“%(what)s” was carried to a newer base: revision %(number)s"),
        "change.conflicted": _("“%(what)s” clashes with what is there now"),
        "change.approval_lapsed": _("Approvals of “%(what)s” fell away with age"),
        "change.staled": _("What was voted on in “%(what)s” has moved"),
        "change.applied": _("“%(what)s” was written in revision %(revision)s, by %(who)s"),
        "change.held_back": _("“%(what)s” is left to people: automatic mode is suspended (%(reason_code)s)"),
        "change.let_through": _("A policy lets “%(what)s” through without a vote (rule %(rule)s)"),
        "change.glass_broken": _("%(who)s wrote “%(what)s” in an emergency, with %(votes)s of %(needed)s votes"),
        "change.glass_confirmed": _("%(who)s confirmed the emergency of “%(what)s”"),
        "change.glass_unconfirmed": _("Nobody confirmed the emergency of “%(what)s”: %(state)s"),
        "change.auto_applied": _("A policy wrote “%(what)s” (rule %(rule)s)"),
        "change.undone": _("%(who)s took back the approval of “%(what)s” before it was written"),
        "change.reverted": _("“%(what)s” was undone by “%(by_change)s”"),
        "change.withdrawn": _("%(who)s withdrew “%(what)s”"),
        "change.superseded": _("Another change took the place of “%(what)s”"),
        "change.expired": _("“%(what)s” waited too long for a decision: %(days)s days"),
        "change.split": _("A part of “%(what)s” was accepted; the rest became a change of its own"),
        "change.resolved": _("%(who)s said how “%(what)s” goes on: revision %(number)s"),
        "change.commented": _("%(who)s wrote about “%(what)s”"),
        "change.evidence_struck": _("Quotes for “%(what)s” count no more, their session is bad: %(struck)s"),
        "change.evidence_restored": _("Quotes for “%(what)s” count again: %(restored)s"),
        "change.evidence_joined": _("More evidence for “%(what)s”: %(added)s"),
        "change.evidence_joined against": _("More evidence against “%(what)s”: %(added)s"),
    },
    "secret": {"secret.revealed": _("%(who)s looked at a secret in “%(what)s”, revision %(revision)s")},
    "thread": {
        "thread.resolved": _("%(who)s settled a conversation about “%(what)s”"),
        "thread.reopened": _("%(who)s took a conversation about “%(what)s” up again"),
    },
    "review": {
        "review.drafted": _("%(who)s prepared something about “%(what)s” without sending it"),
        "review.sent": _("%(who)s sent a review of “%(what)s”"),
    },
    "bulk": {"bulk.decided": _("%(who)s decided on several changes at once: %(verdict)s")},
    "filter": {
        "filter.saved": _("%(who)s kept a filter of the inbox"),
        "filter.removed": _("%(who)s removed a filter of the inbox"),
    },
    "absence": {
        "absence.set": _("%(who)s said from %(since)s until when they are away: %(until)s"),
        "absence.ended": _("%(who)s is back"),
    },
    "notices": {"notices.read": _("%(who)s read notices: %(count)s")},
    "baseline": {"baseline.signed": _("%(who)s signed off the memory of %(namespace)s: baseline %(number)s")},
    "drift": {"drift.found": _("Version %(number)s of %(what)s came without a decision: %(came)s")},
    "budget": {
        "budget.reached": _("A budget of %(limit)s in %(what)s had no room left: %(budget)s, used %(used)s"),
    },
    "policy": {"policy.changed": _("%(who)s set version %(number)s of the policy")},
    "rule": {
        "rule.saved": _("%(who)s saved version %(number)s of the rule “%(what)s”"),
        "rule.switched": _("%(who)s switched the rule “%(what)s”"),
        "rule.switched True": _("%(who)s switched version %(number)s of the rule “%(what)s” on"),
        "rule.switched False": _("%(who)s switched the rule “%(what)s” off"),
    },
    "automatic": {
        "automatic.considered": _("The policy let %(let_through)s changes of %(what)s through, and left %(left)s"),
        "automatic.fell_back": _("%(what)s left automatic mode by itself"),
    },
    "canary": {
        "canary.planted": _("%(who)s put a test of the review among others: “%(what)s”"),
        "canary.decided": _("%(who)s decided on the test “%(what)s”: %(verdict)s"),
        "canary.decided True": _("%(who)s caught the test “%(what)s”: %(verdict)s"),
        "canary.decided False": _("%(who)s missed the test “%(what)s”: %(verdict)s"),
        "canary.ended": _("The test “%(what)s” ended, and counts for nobody"),
    },
    "watch": {
        "watch.alarm": _("%(what)s approved %(approvals)s changes within five minutes"),
        "watch.alarm stamp": _(
            "%(what)s approved %(approvals)s of %(votes)s changes and caught %(caught)s of %(tests)s tests"
        ),
        "watch.alarm_closed": _("%(who)s has seen to the alarm about %(what)s"),
        "watch.second_asked": _("A second opinion on “%(what)s” was asked of %(person)s"),
        "watch.second_given": _("%(who)s gave a second opinion on “%(what)s”: %(verdict)s"),
    },
    "dream": {
        "dream.settings_set": _("%(who)s changed how %(what)s dreams: %(changed)s"),
        "dream.queued": _("%(who)s queued dream run %(what)s"),
        "dream.started": _("Dream run %(what)s started"),
        "dream.finished": _("Dream run %(what)s ended: %(state)s, changes: %(changes)s"),
        "dream.failed": _("Dream run %(what)s failed"),
        "dream.leftovers_handed_over": _("%(who)s had another connection clear what dream run %(what)s left"),
        "dream.leftovers_let_go": _("%(who)s let go of what dream run %(what)s left: %(stores)s stores"),
        "dream.canceled": _("%(who)s canceled dream run %(what)s"),
        "dream.resumed": _("Dream run %(what)s was taken up again"),
        "dream.price_set": _("%(who)s set what a model costs: %(what)s"),
        "dream.caps_set": _("%(who)s set what dreams of %(what)s may spend in a day and a month"),
    },
    "key": {
        "key.made": _("The key that signs checkpoints was used first: %(fingerprint)s"),
        "key.rotated": _("Another key signs checkpoints from here on: %(fingerprint)s"),
    },
    "connection": {
        "connection.added": _("%(who)s added the connection %(what)s to %(provider)s"),
        "connection.started": _("%(who)s agreed to the connection %(what)s"),
        "connection.changed": _("%(who)s changed the connection %(what)s: %(changed)s"),
        "connection.key_replaced": _("%(who)s replaced the key of the connection %(what)s"),
        "connection.checked": _("%(who)s checked the connection %(what)s"),
        "connection.checked True": _("%(who)s checked the connection %(what)s, which works"),
        "connection.checked False": _("%(who)s checked the connection %(what)s, which does not work"),
        "connection.removed": _("%(who)s removed the connection %(what)s; its key is destroyed"),
    },
    "stream": {
        "stream.added": _("%(who)s added “%(what)s” as a destination of the log (%(kind)s), after event %(after)s"),
        "stream.started": _("%(who)s agreed that the log is sent to “%(what)s”"),
        "stream.paused": _("%(who)s paused sending the log to “%(what)s”, after event %(acked)s"),
        "stream.resumed": _("%(who)s resumed sending the log to “%(what)s”, after event %(acked)s"),
        "stream.stopped": _("Sending the log to “%(what)s” failed for a day and was stopped, after event %(acked)s"),
        "stream.removed": _("%(who)s removed “%(what)s” as a destination of the log, after event %(acked)s"),
        "stream.tested": _("%(who)s sent a test line to “%(what)s”"),
        "stream.tested True": _("%(who)s sent a test line to “%(what)s”, which was confirmed"),
        "stream.tested False": _("%(who)s sent a test line to “%(what)s”, which was not confirmed"),
    },
    "checkpoint": {
        "checkpoint.refused": _("The signer refused the log: %(reason_code)s"),
        "checkpoint.restarted": _("%(who)s let the signer begin anew with the log; signed before: %(signed)s events"),
    },
    "export": {
        "export.made": _("%(who)s exported as %(format)s; rows: %(rows)s"),
        "export.asked": _("%(who)s asked for an evidence pack"),
        "export.canceled": _("%(who)s canceled an evidence pack"),
        "export.failed": _("The evidence pack that %(who)s asked for could not be made"),
        "export.downloaded": _("%(who)s downloaded an evidence pack of %(bytes)s bytes"),
        "export.expired": _("The file of an evidence pack was taken away"),
        "export.saved": _("%(who)s kept an export under a name"),
        "export.switched": _("%(who)s set whether the export “%(what)s” is made each month"),
        "export.switched True": _("%(who)s set the export “%(what)s” to be made each month"),
        "export.switched False": _("%(who)s set the export “%(what)s” to be made each month no more"),
        "export.removed": _("%(who)s removed the export “%(what)s”"),
    },
    "audit": {
        "audit.alarm": _("Officers were told that the log needs attention: %(reason_code)s"),
        "audit.pruning_agreed": _("%(who)s agreed to prune the log up to event %(last)s"),
        "audit.pruned": _("Events %(first)s to %(last)s were pruned; their hashes stay"),
        "audit.redacted": _("Private values or texts were erased for good"),
        "audit.values_shown": _("%(who)s looked at private values of an event: %(fields)s"),
        "audit.verified": _("%(who)s verified the log up to event %(size)s; faults: %(faults)s"),
        "audit.verified True": _("%(who)s verified the log up to event %(size)s: sound"),
    },
    "erasure": {
        "erasure.prepared": _("%(who)s looked at what an erasure would reach"),
        "erasure.agreed": _("%(who)s agreed to an erasure"),
        "erasure.done": _("Everything that an erasure reaches was erased"),
        "erasure.replayed": _("A restored database was erased again"),
    },
    "hold": {
        "hold.set": _("%(who)s put a legal hold on %(scope)s %(about)s"),
        "hold.lifted": _("%(who)s agreed to lift a legal hold on %(scope)s %(about)s"),
    },
    "retention": {
        "retention.changed": _(
            "%(who)s agreed to keep records for %(records)s, access for %(access)s, logs of AI systems for %(system)s"
            " and reads for %(reads)s days"
        ),
        "retention.emptied": _("What was past its time was emptied"),
    },
    "backup": {"backup.made": _("%(who)s made a backup of %(bytes)s bytes")},
}
