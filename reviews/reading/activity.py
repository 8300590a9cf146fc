"""What happened to a proposal, as sentences: read from the trail, newest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_noop as say

from accounts.naming import names
from audit.models import Event
from reviews.models import Change, Proposal
from reviews.reading.quoting import when

SHOWN = 30

SENTENCES = {
    "proposal.opened": say("%(who)s opened this proposal"),
    "proposal.closed": say("The last change was settled by %(who)s: the proposal is closed"),
    "proposal.withdrawn": say("%(who)s withdrew this proposal"),
    "proposal.assigned": say("It became the turn of %(person)s (%(who)s)"),
    "proposal.unassigned": say("It is not the turn of %(person)s any more (%(who)s)"),
    "proposal.claimed": say("%(who)s claimed it for 15 minutes"),
    "proposal.released": say("%(who)s let it go"),
    "proposal.overdue": say("It waits longer than agreed: the leads were asked"),
    "proposal.reverted": say("%(who)s proposed to undo it"),
    "change.voted approve": say("%(who)s approved “%(what)s”"),
    "change.voted reject": say("%(who)s rejected “%(what)s”"),
    "change.voted request_changes": say("%(who)s asked for changes to “%(what)s”"),
    "change.voted quarantine": say("%(who)s quarantined “%(what)s”"),
    "change.vote_withdrawn": say("%(who)s took back a vote on “%(what)s”"),
    "secret.revealed": say("%(who)s looked at a secret that “%(what)s” holds"),
    "change.vote_refused": say("A vote of %(who)s on “%(what)s” was refused"),
    "change.vote_dismissed": say("%(who)s set a request for changes to “%(what)s” aside"),
    "change.edited": say("%(who)s edited “%(what)s”: revision %(number)s"),
    "bulk.decided": say("%(who)s decided on several changes at once"),
    "change.split": say("%(who)s accepted a part of “%(what)s”; the rest waits as a change of its own"),
    "change.resolved": say("%(who)s resolved what was in the way of “%(what)s”"),
    "change.answered": say("A request for changes to “%(what)s” was answered: revision %(number)s"),
    "change.answer_declined": say("No other version of “%(what)s” was found: the request for changes stands"),
    "change.rebased": say("“%(what)s” was carried over to the memory as it is now: revision %(number)s"),
    "change.conflicted": say("“%(what)s” clashes with what was written meanwhile"),
    "change.approval_lapsed": say("Approvals of “%(what)s” fell away with age"),
    "change.staled": say("The memory under “%(what)s” changed"),
    "change.applied": say("“%(what)s” was written to memory by %(who)s"),
    "change.held_back": say("Automatic mode is suspended: “%(what)s” is left to people"),
    "change.let_through": say("A policy lets “%(what)s” through without a vote"),
    "automatic.considered": say("The policy looked for what needs no vote"),
    "change.glass_broken": say("%(who)s wrote “%(what)s” to memory in an emergency, without its votes"),
    "change.glass_confirmed": say("%(who)s confirmed the emergency of “%(what)s”"),
    "change.glass_unconfirmed": say("Nobody confirmed the emergency of “%(what)s”"),
    "change.auto_applied": say("A policy wrote “%(what)s” to memory"),
    "change.undone": say("“%(what)s” waits for a decision again"),
    "change.reverted": say("“%(what)s” was undone"),
    "change.withdrawn": say("%(who)s withdrew “%(what)s”"),
    "change.superseded": say("“%(what)s” is in memory already: superseded"),
    "change.expired": say("“%(what)s” waited too long for a decision"),
    "change.evidence_joined": say("“%(what)s” got more evidence"),
    "change.approved": say("“%(what)s” has all the approval it needs"),
    "change.commented": say("%(who)s wrote about “%(what)s”"),
    "thread.resolved": say("%(who)s resolved a thread about “%(what)s”"),
    "thread.reopened": say("%(who)s took up a thread about “%(what)s” again"),
    "review.sent": say("%(who)s sent a review (votes: %(verdicts)s, comments: %(comments)s)"),
}


_DECISIONS = (
    "change.voted change.vote_withdrawn change.vote_dismissed change.split change.resolved change.applied"
    " change.glass_broken change.glass_confirmed change.glass_unconfirmed"
    " change.let_through change.auto_applied change.undone change.reverted change.withdrawn bulk.decided review.sent"
    " proposal.closed proposal.withdrawn proposal.reverted"
)
ALL, DECISIONS, COMMENTS, MACHINE = "all", "decisions", "comments", "machine"
TYPES = {
    ALL: frozenset(name.split()[0] for name in SENTENCES),
    DECISIONS: frozenset(_DECISIONS.split()),
    COMMENTS: frozenset({"change.commented", "thread.resolved", "thread.reopened"}),
}
LABELS = {
    ALL: gettext_lazy("All"),
    DECISIONS: gettext_lazy("Decisions"),
    COMMENTS: gettext_lazy("Comments"),
    MACHINE: gettext_lazy("Machines"),
}


@dataclass(frozen=True, slots=True)
class Happening:
    """One event: its sentence, its time, its number in the log, and the place that it is about."""

    text: str
    when: str
    iso: str
    url: str
    seq: int
    event_id: str


@dataclass(frozen=True, slots=True)
class Feed:
    """A page of what happened, newest first. It goes on with what has a number below `older`."""

    happenings: list[Happening]
    kind: str
    older: int | None
    is_newest: bool
    url: str

    @property
    def kinds(self) -> list[tuple[str, str | Promise, bool]]:
        return [(kind, label, kind == self.kind) for kind, label in LABELS.items()]


def of_proposal(proposal: Proposal, *, kind: str = ALL, before: int | None = None) -> Feed:
    """What happened to a proposal and to its changes."""
    changes = Change.objects.of(proposal.team).filter(proposal=proposal)
    about = [proposal.public_id, *changes.values_list("public_id", flat=True)]
    url = reverse("reviews:activity", args=[proposal.team.slug, proposal.number])
    return _feed(proposal, about, kind, before, url)


def of_change(change: Change, *, kind: str = ALL, before: int | None = None) -> Feed:
    url = reverse("reviews:change_activity", args=[change.team.slug, change.public_id])
    return _feed(change.proposal, [change.public_id], kind, before, url)


def _feed(proposal: Proposal, about: Sequence[str], kind: str, before: int | None, url: str) -> Feed:
    kind = kind if kind in LABELS else ALL
    found = Event.objects.of_log(proposal.trail_log).matching(types=TYPES.get(kind, TYPES[ALL]))
    found = found.filter(target_id__in=about)
    if kind == MACHINE:
        found = found.exclude(actor_type="person")
    if before is not None:
        found = found.before(before)
    events = list(found.newest_first()[: SHOWN + 1])
    shown = events[:SHOWN]
    older = shown[-1].seq if len(events) > SHOWN else None
    return Feed(_tell(shown, proposal), kind, older, before is None, url)


def _tell(found: Sequence[Event], proposal: Proposal) -> list[Happening]:
    ids = {event.target_id for event in found}
    changes = Change.objects.of(proposal.team).filter(proposal=proposal, public_id__in=ids)
    about = {change.public_id: change for change in changes.only("public_id", "position", "title")}
    for change in about.values():
        change.proposal = proposal
    said = [event.content().get("data", {}) for event in found]
    ids = {event.actor_id for event in found} | {data["person"] for data in said if data.get("person")}
    known = names(ids, team=proposal.team)
    return [_happening(event, data, about.get(event.target_id), known) for event, data in zip(found, said, strict=True)]


def _happening(event: Event, data: Mapping[str, Any], change: Change | None, known: Mapping[str, str]) -> Happening:
    pattern = SENTENCES.get(f"{event.type} {data.get('verdict')}") or SENTENCES.get(event.type, "%(who)s")
    who = "Lucid" if event.actor_type == "system" else known.get(event.actor_id) or _("An agent")
    text = _(pattern) % {
        "who": who,
        "what": change.title if change else "",
        "number": data.get("number", ""),
        "person": known.get(data.get("person", ""), ""),
        "verdicts": data.get("verdicts", ""),
        "comments": data.get("comments", ""),
    }
    url = _place(change, data.get("thread", "")) if change else ""
    return Happening(text, when(event.at), event.at.isoformat(), url, event.seq, event.public_id)


def _place(change: Change, thread: str) -> str:
    """The change on the page of its proposal, or the thread on the page of its change."""
    if not thread:
        return change.get_absolute_url()
    return f"{reverse('reviews:change', args=[change.proposal.team.slug, change.public_id])}#in-{thread}"
