"""What happened to a proposal, as sentences: read from the trail, newest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as say

from audit.models import Event
from reviews.models import Change, Proposal
from reviews.quoting import when

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
    "change.vote_dismissed": say("%(who)s set a request for changes to “%(what)s” aside"),
    "change.edited": say("%(who)s edited “%(what)s”: revision %(number)s"),
    "bulk.decided": say("%(who)s decided on several changes at once"),
    "change.split": say("%(who)s accepted a part of “%(what)s”; the rest waits as a change of its own"),
    "change.resolved": say("%(who)s resolved what was in the way of “%(what)s”"),
    "change.answered": say("A request for changes to “%(what)s” was answered: revision %(number)s"),
    "change.answer_declined": say("No other version of “%(what)s” was found: the request for changes stands"),
    "change.rebased": say("“%(what)s” was carried over to the memory as it is now: revision %(number)s"),
    "change.conflicted": say("“%(what)s” clashes with what was written meanwhile"),
    "change.staled": say("The memory under “%(what)s” changed"),
    "change.applied": say("“%(what)s” was written to memory by %(who)s"),
    "change.auto_applied": say("A policy wrote “%(what)s” to memory"),
    "change.undone": say("“%(what)s” waits for a decision again"),
    "change.reverted": say("“%(what)s” was undone"),
    "change.withdrawn": say("%(who)s withdrew “%(what)s”"),
    "change.superseded": say("“%(what)s” is in memory already: superseded"),
    "change.expired": say("“%(what)s” waited too long for a decision"),
    "change.evidence_joined": say("“%(what)s” got more evidence"),
}


@dataclass(frozen=True, slots=True)
class Happening:
    """One event: its sentence, its time, and the change it is about."""

    text: str
    when: str
    iso: str
    url: str


def events(proposal: Proposal) -> list[Event]:
    """The newest events about the proposal and its changes that a sentence exists for."""
    changes = Change.objects.of(proposal.team).filter(proposal=proposal)
    return _newest(proposal, [proposal.public_id, *changes.values_list("public_id", flat=True)])


def people(found: Sequence[Event]) -> set[str]:
    """Everybody whom these events name."""
    said = (event.content().get("data", {}) for event in found)
    return {event.actor_id for event in found} | {data["person"] for data in said if data.get("person")}


def events_of(change: Change) -> list[Event]:
    """The newest events about one change."""
    return _newest(change, [change.public_id])


def _newest(row: Proposal | Change, about: Sequence[str]) -> list[Event]:
    types = {name.split()[0] for name in SENTENCES}
    log = Event.objects.of_log(row.trail_log)
    return list(log.matching(types=types).filter(target_id__in=about).newest_first()[:SHOWN])


def tell(found: Sequence[Event], *, proposal: Proposal, names: Mapping[str, str]) -> list[Happening]:
    ids = {event.target_id for event in found}
    changes = Change.objects.of(proposal.team).filter(proposal=proposal, public_id__in=ids)
    about = {change.public_id: change for change in changes.only("public_id", "position", "title")}
    for change in about.values():
        change.proposal = proposal
    return [_happening(event, about.get(event.target_id), names) for event in found]


def _happening(event: Event, change: Change | None, names: Mapping[str, str]) -> Happening:
    data: dict[str, Any] = event.content().get("data", {})
    pattern = SENTENCES.get(f"{event.type} {data.get('verdict')}") or SENTENCES.get(event.type, "%(who)s")
    who = "Lucid" if event.actor_type == "system" else names.get(event.actor_id) or _("An agent")
    text = _(pattern) % {
        "who": who,
        "what": change.title if change else "",
        "number": data.get("number", ""),
        "person": names.get(data.get("person", ""), ""),
    }
    return Happening(text, when(event.at), event.at.isoformat(), change.get_absolute_url() if change else "")
