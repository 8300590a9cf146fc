"""What a tier is decided from: facts of a revision, taken when it is stored, as plain data."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from accounts import roles
from accounts.models import ApiToken, Membership, Team
from agents.enums import Exposure, SourceClass, Trust
from agents.text import called
from reviews.checks import Proposed, Quoted
from reviews.enums import ActorType

Facts = dict[str, Any]

OWN = (SourceClass.AGENT_AUTHORED, SourceClass.RECALLED)
"""What the agent says itself, or was told by memory: no word of anybody else."""

MOST_CALLS = 200  # names of tools that are kept of one revision
MEMBER = "member"
"""Of who proposes: a person who may decide on nothing."""

AGENT = "agt_"
"""How who proposes begins where that is an agent itself, by a token that is bound to it: its public id."""


@dataclass(frozen=True, slots=True)
class Past:
    """What the sessions that a change quotes called, who has ever brought sessions of their agents, and the tier of the
    change that it takes back.
    """

    tools: frozenset[str] = frozenset()
    pushers: frozenset[str] = frozenset()
    undone_tier: str = ""


def proposer(team: Team, actor_type: str, actor_id: str) -> str:
    """Who proposes, as tiers look at it: the kind of actor, `MEMBER`, or the public id of an agent."""
    if actor_type == ActorType.MACHINE:
        token = ApiToken.objects.of(team).filter(public_id=actor_id).first()
        return token.agent_id_only or actor_type if token else actor_type
    if actor_type != ActorType.PERSON:
        return actor_type
    member = Membership.objects.of(team).active().filter(user__public_id=actor_id).first()
    return actor_type if member is not None and member.may(roles.DECIDE) else MEMBER


def of(proposed: Proposed, *, readers: Collection[str], past: Past, by: str) -> Facts:
    """`readers` are the public ids of the agents that read the namespace, `by` who proposes it, as `proposer` says."""
    support = proposed.support
    told = [quote for quote in support if quote.source_class not in OWN]  # an agent may repeat what it was told
    agents = {quote.agent for quote in support}
    calls = called.read(_added(proposed), past.tools)
    voices = {quote.pushed_by for quote in support}
    return {
        "reason_code": proposed.reason_code,
        "confidence_ppm": None if proposed.confidence is None else round(proposed.confidence * 1_000_000),
        "written": sum(len(line) for target in proposed.targets for line in target.after),
        "adds": bool(_added(proposed)),
        "quotes": len(proposed.quotes),
        "support": len({quote.session for quote in support}),
        "voices": 0 if "" in voices else len(voices),  # of some sessions nobody kept who brought them
        "others": bool(past.pushers - voices - {""}),
        "sources": sorted(proposed.source_classes),
        "untrusted": any(quote.trust == Trust.UNTRUSTED or quote.is_tainted for quote in support),
        "customers_only": bool(told) and all(_by_customer(quote) for quote in told),
        "widens": len(agents) == 1 and bool(set(readers) - agents),
        "by": by,
        "undoes": past.undone_tier,
        "readers": sorted(readers),
        "calls": sorted(calls.tools)[:MOST_CALLS],
        "leaves_out": sorted(calls.left_out)[:MOST_CALLS],
    }


def is_by_machine(facts: Facts) -> bool:
    """An agent by its own token is a machine like any other."""
    by = facts.get("by") or ""
    return by == ActorType.MACHINE or by.startswith(AGENT)


def _added(proposed: Proposed) -> list[str]:
    """The lines that it brings, each memory for itself."""
    return [line for target in proposed.targets for line in _new(target.before, target.after)]


def _new(before: Collection[str], after: Collection[str]) -> list[str]:
    known = {line.strip() for line in before} | {""}
    return [line for line in after if line.strip() not in known]


def _by_customer(quote: Quoted) -> bool:
    return quote.exposure == Exposure.CUSTOMER and quote.source_class == SourceClass.USER_INPUT
