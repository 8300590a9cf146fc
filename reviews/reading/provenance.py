"""Where a change comes from: who or what proposed it, who set that off, and what wrote the sessions it quotes.

Read from the rows and from the trail; what only a dream knows stands on the page of its run.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from accounts.models import Team
from accounts.naming import names
from agents.models import Agent, Session
from audit.models import Event
from reviews.enums import OriginKind
from reviews.models import Change, Proposal
from reviews.reading import wording
from reviews.reading.quoting import Quote

QUEUED, SETTINGS = "dream.queued", "dream.settings_set"
LATEST = 50  # versions of settings that are looked at


@dataclass(frozen=True, slots=True)
class Told:
    """`asked_by` set the run off, `opened_by` put the proposal forward, `wrote` are the writers of the head."""

    agent: Agent | None
    origin: str
    run: str = ""
    original: Proposal | None = None
    opened_by: str = ""
    asked_by: str = ""
    engine: str = ""
    model: str = ""
    settings: int | None = None
    revision: str = ""
    days_note: str = ""
    wrote: list[str] = field(default_factory=list)
    tools: list[tuple[str, int]] = field(default_factory=list)
    session_models: list[tuple[str, int]] = field(default_factory=list)


def read(change: Change, quotes: Sequence[Quote]) -> Told:
    team = change.team
    proposal = Proposal.objects.of(team).select_related("agent", "team").get(pk=change.proposal_id)
    is_dream = proposal.origin_kind == OriginKind.DREAM
    queued = _newest(team, proposal.origin_id, QUEUED) if is_dream else None
    asked = queued.content().get("data", {}) if queued else {}
    head = change.head
    writers = head.contributors if head else []
    ids = {proposal.opened_by_id, queued.actor_id if queued else "", *writers}
    known = names(ids, team=team)
    return Told(
        agent=proposal.agent,
        origin=str(proposal.get_origin_kind_display()),
        run=proposal.origin_id if is_dream else "",
        original=_original(proposal),
        opened_by=known.get(proposal.opened_by_id, ""),
        asked_by=_asker(queued, known),
        engine=str(asked.get("engine", "")),
        model=_model(team, asked),
        settings=asked.get("settings"),
        revision=str(head.get_origin_display()) if head else "",
        days_note=wording.days_note(change.rationale),
        wrote=[known.get(one, one) for one in writers],
        tools=Counter(quote.tool for quote in quotes if quote.tool).most_common(),
        session_models=_models(team, quotes),
    )


def _newest(team: Team, about: str, kind: str) -> Event | None:
    return Event.objects.of_log(team.trail_log).matching(types=[kind], target=about).newest_first().first()


def _model(team: Team, asked: dict[str, Any]) -> str:
    """The model that the settings of the run named, where the trail tells when it was chosen."""
    log = Event.objects.of_log(team.trail_log).matching(types=[SETTINGS], target=str(asked.get("agent", "")))
    told = [event.content().get("data", {}) for event in log.newest_first()[:LATEST]]
    until = asked.get("settings") or 0
    chosen = (data["after"]["model"] for data in told if data["number"] <= until and "model" in data["after"])
    return str(next(chosen, ""))


def _asker(queued: Event | None, known: dict[str, str]) -> str:
    if queued is None:
        return ""
    return "Lucid" if queued.actor_type == "system" else known.get(queued.actor_id, "")


def _original(proposal: Proposal) -> Proposal | None:
    if proposal.origin_kind != OriginKind.REVERT:
        return None
    return Proposal.objects.of(proposal.team).select_related("team").filter(public_id=proposal.origin_id).first()


def _models(team: Team, quotes: Sequence[Quote]) -> list[tuple[str, int]]:
    """The models that the quoted sessions ran with, and in how many of them."""
    ids = {quote.session.pk for quote in quotes}
    rows = Session.objects.of(team).filter(pk__in=ids).exclude(model="")
    return Counter(rows.values_list("model", flat=True)).most_common()
