"""The API's door to proposals: open one and read how it stands. There is no way to decide here, for any token."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone
from ninja import Router, Schema, Status

from accounts.api import Bearer, Denied, MachineRequest, Problem, refusals
from accounts.enums import Scope
from accounts.teams import TeamQuerySet
from agents.api import own_agent
from agents.models import Agent, Memory
from reviews import desk, incoming, proposals, withdrawing
from reviews.automatic import own_writes
from reviews.desk import Seat
from reviews.drafts import BadDraft, Draft
from reviews.enums import EvidenceStatus, OriginKind, Verdict
from reviews.incoming import ProposalIn
from reviews.models import Change, ChangeQuerySet, Evidence, Proposal
from reviews.taint import limits

router = Router()


class Reason(Schema):
    """Why a change stands as it does: said by a reviewer (who, is not told), found by a check, or by Lucid."""

    kind: str
    code: str
    text: str


class ChangeState(Schema):
    """`votes_needed` is what policy asks for, `votes` what counts towards it now; `evidence` counts quotes."""

    id: str
    proposal: str
    operation: str
    namespace: str
    path: str
    path_after: str | None
    title: str
    state: str
    state_at: datetime
    tier: str
    votes: int
    votes_needed: int
    reasons: list[Reason]
    evidence: dict[str, int]


class ProposalState(Schema):
    id: str
    number: int
    agent: str | None
    title: str
    state: str
    opened_at: datetime
    closed_at: datetime | None
    changes: list[ChangeState]


@router.post(
    "/proposals",
    auth=Bearer(Scope.PROPOSE),
    response={201: ProposalState, **refusals(400, 404, 409, 413, 422)},
)
def open_proposal(request: MachineRequest, body: ProposalIn) -> Status[dict[str, Any]]:
    """Open a proposal for an agent. People decide on each of its changes, and nothing is written before; but where the
    policy lets an agent's own writes go straight in (a token that is bound to the agent, low risk), `state` is applied.
    """
    agent, now = own_agent(request, body.agent, where="agent"), timezone.now()
    try:
        limits.take(agent=agent, by=request.token, at=now)
    except limits.Limited as limited:
        raise _limited(limited) from None
    _refuse_too_many(agent, len(body.changes))
    drafts = incoming.drafts(
        team=request.team,
        agent=agent,
        changes=body.changes,
        only_its_sessions=request.token.agent_id_only != "",
    )
    caller = request.token.trail_actor
    try:
        proposal = proposals.open_(
            team=request.team,
            agent=agent,
            title=body.title,
            summary=body.summary,
            origin=proposals.Origin(OriginKind.AGENT, caller.id, caller),
            drafts=drafts,
            at=now,
            most_open=limits.of(request.team).open,
        )
    except proposals.TooManyOpen as full:
        raise _limited(limits.refuse_open(agent=agent, message=str(full), by=request.token, at=now)) from None
    except BadDraft as bad:
        raise Problem(422, "bad_draft", str(bad), where="changes") from None
    except proposals.AlreadyProposed as known:
        raise _proposed_already(known.change, drafts) from None
    except proposals.BaseMoved:
        raise _moved(request, drafts) from None
    own_writes.take(proposal, at=now)
    return Status(201, _proposal(_rows_of_proposals(request).get(pk=proposal.pk), request))


@router.get("/proposals/{slug:proposal_id}", auth=Bearer(Scope.PROPOSE), response={200: ProposalState, **refusals(404)})
def read_proposal(request: MachineRequest, proposal_id: str) -> dict[str, Any]:
    """How a proposal and its changes stand."""
    proposal = _rows_of_proposals(request).filter(public_id=proposal_id).first()
    if proposal is None:
        raise Problem(404, "unknown_proposal", "there is no such proposal")
    _check_is_own(request, proposal)
    return _proposal(proposal, request)


@router.get("/changes/{slug:change_id}", auth=Bearer(Scope.PROPOSE), response={200: ChangeState, **refusals(404)})
def read_change(request: MachineRequest, change_id: str) -> dict[str, Any]:
    """How one change stands, and why."""
    rows = _rows(request).filter(public_id=change_id).select_related("proposal__agent")
    change = rows.first()
    if change is None:
        raise Problem(404, "unknown_change", "there is no such change")
    _check_is_own(request, change.proposal)
    [told] = _changes([change], request)
    return told


@router.post(
    "/changes/{slug:change_id}/withdraw",
    auth=Bearer(Scope.PROPOSE),
    response={200: ChangeState, **refusals(404, 409)},
)
def withdraw_change(request: MachineRequest, change_id: str) -> dict[str, Any]:
    """Take back a change that was proposed over the API and that nobody decided. A second time is harmless."""
    change = _rows(request).filter(public_id=change_id).select_related("proposal__agent").first()
    if change is None or change.proposal.origin_kind != OriginKind.AGENT:
        raise Problem(404, "unknown_change", "there is no such change")
    _check_is_own(request, change.proposal)
    try:
        withdrawing.take_back(team=request.team, change_id=change_id, by=request.token.trail_actor, at=timezone.now())
    except withdrawing.Decided as decided:
        raise Problem(
            409, "decided", f"the change is {decided.state} by now", details={"state": decided.state}
        ) from None
    [told] = _changes([_rows(request).get(public_id=change_id)], request)
    return told


def _limited(limited: limits.Limited) -> Problem:
    headers = {"Retry-After": str(limited.seconds)}
    return Problem(429, limited.code, str(limited), where="agent", headers=headers)


def _refuse_too_many(agent: Agent, more: int) -> None:
    waiting = Change.objects.of(agent.team).undecided()
    count = waiting.filter(proposal__agent=agent, proposal__origin_kind=OriginKind.AGENT).count()
    if count + more > settings.API_OPEN_CHANGES:
        message = f"{count} changes of this agent wait for a decision; at most {settings.API_OPEN_CHANGES} may"
        raise Problem(409, "too_many_open", message)


def _proposed_already(change: Change, drafts: Sequence[Draft]) -> Problem:
    same = [n for n, draft in enumerate(drafts) if draft.identity() == change.fingerprint]
    where = f"changes[{same[0]}]" if same else "changes"
    message = "the same change waits for a decision already"
    return Problem(409, "already_proposed", message, where=where, details={"change": change.public_id})


def _moved(request: MachineRequest, drafts: Sequence[Draft]) -> Problem:
    """Which memories were written meanwhile, and the versions to start from."""
    bases = [(n, target.base) for n, draft in enumerate(drafts) for target in draft.targets if target.base]
    rows = Memory.objects.of(request.team).filter(pk__in={base.memory_id for _, base in bases})
    now = {memory.pk: memory for memory in rows.select_related("head")}
    moved = [(n, now[base.memory_id]) for n, base in bases if now[base.memory_id].head_id != base.pk]
    current = [
        {
            "change": number,
            "path": memory.path,
            "version": memory.head.public_id if memory.head else "",
            "archived": memory.archived,
        }
        for number, memory in moved
    ]
    where = f"changes[{moved[0][0]}].base_version" if moved else "changes"
    message = "the memory was written meanwhile: read it and propose again"
    return Problem(409, "base_moved", message, where=where, details={"current": current})


def _check_is_own(request: MachineRequest, proposal: Proposal) -> None:
    only = request.token.agent_id_only
    if only and (proposal.agent is None or proposal.agent.public_id != only):
        raise Denied(404, "unknown_proposal", "there is no such proposal")


def _rows_of_proposals(request: MachineRequest) -> TeamQuerySet[Proposal]:
    return Proposal.objects.of(request.team).select_related("agent")


def _rows(request: MachineRequest) -> ChangeQuerySet:
    return desk.rows(request.team).prefetch_related("head__targets")


def _proposal(proposal: Proposal, request: MachineRequest) -> dict[str, Any]:
    changes = list(_rows(request).filter(proposal=proposal).in_order())
    return {
        "id": proposal.public_id,
        "number": proposal.number,
        "agent": proposal.agent.slug if proposal.agent else None,
        "title": proposal.title,
        "state": proposal.state,
        "opened_at": proposal.opened_at,
        "closed_at": proposal.closed_at,
        "changes": _changes(changes, request),
    }


def _changes(changes: Sequence[Change], request: MachineRequest) -> list[dict[str, Any]]:
    seats = desk.read(changes, team=request.team)
    quotes: dict[int, dict[str, int]] = {change.pk: dict.fromkeys(EvidenceStatus.values, 0) for change in changes}
    rows = Evidence.objects.of(request.team).filter(change__in=changes)
    for change_id, status in rows.values_list("change_id", "status"):
        quotes[change_id][status] += 1
    return [_change(seats[change.pk], quotes[change.pk]) for change in changes]


def _change(seat: Seat, quotes: dict[str, int]) -> dict[str, Any]:
    change = seat.change
    first = min(seat.head.targets.all(), key=lambda target: target.position)
    return {
        "id": change.public_id,
        "proposal": change.proposal.public_id,
        "operation": change.operation,
        "namespace": change.namespace.slug,
        "path": first.path_before or first.path_after,
        "path_after": first.path_after,
        "title": change.title,
        "state": change.state,
        "state_at": change.state_at,
        "tier": change.tier,
        "votes": len(seat.tally.approvals),
        "votes_needed": seat.tally.needed,
        "reasons": list(_reasons(seat)),
        "evidence": quotes,
    }


def _reasons(seat: Seat) -> Iterator[dict[str, str]]:
    """What was said and found. Why something is in quarantine is for people only: it may be an attack."""
    for vote in (seat.tally.rejection, *seat.tally.requests):
        if vote is not None:
            yield {"kind": str(Verdict(vote.verdict).value), "code": vote.reason_code, "text": vote.reason}
    if seat.change.state_reason and seat.tally.rejection is None:
        yield {"kind": "state", "code": seat.change.state, "text": seat.change.state_reason}
    for check in seat.checks:
        yield {"kind": "check", "code": check.rule, "text": check.reason}
