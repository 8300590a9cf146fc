"""Whether a change may be applied without a vote, and by which rule."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from agents.enums import SourceClass, Tier
from agents.models import Agent, Namespace
from reviews.enums import Mode, OriginKind, Severity, State
from reviews.models import Change, Revision
from reviews.policy.documents import own_writes, takes_own_writes
from reviews.policy.tiers import Found, leaves_doubt

OWN_WRITES = "own_writes"
"""The rule that lets through what an agent wrote itself."""

STRICTEST_FIRST = (Mode.REVIEWED, Mode.AUTOMATIC_LOW, Mode.AUTOMATIC)
APPLIES = {Mode.REVIEWED: (), Mode.AUTOMATIC_LOW: (Tier.LOW,), Mode.AUTOMATIC: (Tier.LOW, Tier.MEDIUM)}
"""What each mode applies by itself. What is high or critical always takes people."""


def mode_of(document: Mapping[str, Any], *, agent: Agent | None, namespace: Namespace) -> Mode:
    """The stricter of the agent's mode and the namespace's; where one is not named, the team's stands for it."""
    team = document["mode"]
    named = (
        document["agents"].get(agent.public_id, team) if agent else team,
        document["namespaces"].get(namespace.public_id, team),
    )
    return min((Mode(mode) for mode in named), key=STRICTEST_FIRST.index)


def mode_for(change: Change, facts: Mapping[str, Any], document: Mapping[str, Any]) -> Mode:
    """The mode of what this change is: proposed by a dream, written by an agent itself, or left to people."""
    agent, namespace = change.proposal.agent, change.namespace
    match change.proposal.origin_kind:
        case OriginKind.DREAM:
            return mode_of(document, agent=agent, namespace=namespace)
        case OriginKind.AGENT if agent is not None and facts.get("by") == agent.public_id:
            return own_writes(document, agent=agent.public_id, namespace=namespace.public_id)
    return Mode.REVIEWED


def is_any(document: Mapping[str, Any]) -> bool:
    """Whether anything at all may be applied without a vote."""
    modes = (document["mode"], *document["agents"].values(), *document["namespaces"].values())
    return any(mode != Mode.REVIEWED for mode in modes) or takes_own_writes(document)


def rule_for(change: Change, document: Mapping[str, Any], *, tier: str, checks: Iterable[Found]) -> str:
    """The mode that lets this change through without a vote, or OWN_WRITES, or nothing."""
    if change.state not in (State.OPEN, State.APPROVED) or change.head is None:
        return ""
    return rule_at_opening(change, change.head, document, tier=tier, checks=checks)


def rule_at_opening(
    change: Change, revision: Revision, document: Mapping[str, Any], *, tier: str, checks: Iterable[Found]
) -> str:
    """The same of any revision, as if nothing had become of the change yet.

    Only what a dream proposed or an agent may write itself, what a person and the work itself both say, without a
    doubt, and what no check has more than a note on.
    """
    facts, mode = revision.facts, mode_for(change, revision.facts, document)
    if tier not in APPLIES[mode]:
        return ""
    if revision.contributors or not facts.get("support") or leaves_doubt(facts, document, change.namespace):
        return ""
    if not _is_borne_out(facts) or any(check.severity != Severity.NOTE for check in checks):
        return ""
    return OWN_WRITES if change.proposal.origin_kind == OriginKind.AGENT else str(mode)


def _is_borne_out(facts: Mapping[str, Any]) -> bool:
    """Whether a person said it and a tool or the agent's own calls show it: who controls one of the two alone, a tool's
    answers, the outcomes or a conversation, can make up as many sessions of it as they like.
    """
    sources = set(facts.get("sources", ()))
    return SourceClass.USER_INPUT in sources and bool(sources & {SourceClass.EXTERNAL_TOOL, SourceClass.AGENT_AUTHORED})
