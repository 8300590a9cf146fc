"""Opening, withdrawing and closing proposals. Everything that proposes comes through `open_`, whoever it is."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max

from accounts.models import Team
from agents import memory as memories
from agents.enums import SearchKind
from agents.memory import check_text
from agents.models import Agent, Memory
from agents.search import due
from agents.text import diffs
from audit import trail
from audit.trail import Actor, HasActor
from reviews import evidence, policy, revisions
from reviews.drafts import BadDraft, Draft, check
from reviews.enums import (
    VOTABLE,
    EvidenceStatus,
    OriginKind,
    ProposalState,
    RevisionOrigin,
    State,
)
from reviews.inbox import ranking
from reviews.models import Change, Evidence, EvidenceLink, Proposal
from reviews.talking import noticing


class AlreadyProposed(ValueError):
    """The very same is waiting for a decision already; `change` is it."""

    def __init__(self, change: Change) -> None:
        super().__init__(f"“{change.title}” is proposed already")
        self.change = change


class BaseMoved(ValueError):
    """A memory got another version while the proposal was prepared: prepare it again."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Who proposes: the kind, the opaque id of what made it, and the actor."""

    kind: OriginKind
    id: str
    by: Actor

    @classmethod
    def person(cls, by: HasActor) -> Origin:
        return cls(OriginKind.PERSON, by.trail_actor.id, by.trail_actor)


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A draft with all that can be worked out before the transaction."""

    draft: Draft
    fingerprint: str
    tier: str
    rows: tuple[list[diffs.Row], ...]


def open_(
    *,
    team: Team,
    agent: Agent | None,
    title: str,
    summary: str = "",
    origin: Origin,
    drafts: Sequence[Draft],
    at: datetime,
) -> Proposal:
    """Store a proposal with its changes, verified evidence, checks and diffs.

    Raises BadDraft (nothing to say, bad path or text, two changes on one line), evidence.UnknownSession,
    AlreadyProposed and BaseMoved; nothing is stored then.
    """
    check(drafts)
    if not drafts:
        raise BadDraft("a proposal needs a change")
    prepared = [_prepare(draft, mark) for draft, mark in zip(drafts, _fingerprints(drafts), strict=True)]
    book = evidence.Book(team, [quote for draft in drafts for quote in draft.quotes])
    contributors = [origin.by.id] if origin.by.type == "person" else []
    with trail.unit_of_work(at=at) as unit:
        Team.objects.select_for_update(no_key=True).get(pk=team.pk)  # numbers proposals, one at a time
        for namespace in sorted({draft.namespace for draft in drafts}, key=lambda one: one.pk):
            memories.lock(namespace)  # what is written from here on finds the proposal
        refuse_moved(team, drafts)
        _refuse_repeated(team, prepared)
        proposal = _store_proposal(team, agent, title, summary, origin, [one.tier for one in prepared], at)
        for position, one in enumerate(prepared):
            change = _store_change(proposal, position, one, at)
            rows = [book.verify(quote, change=change, at=at) for quote in one.draft.quotes]
            rows = Evidence.objects.bulk_create(_distinct(rows))
            revision = revisions.store(
                change=change,
                targets=one.draft.targets,
                rows=one.rows,
                quotes=rows,
                source_classes=book.source_classes(rows),
                origin=RevisionOrigin.OPENED,
                contributors=contributors,
                by=origin.by,
                at=at,
            )
            EvidenceLink.objects.bulk_create(evidence.link(revision, rows, one.draft.quotes))
            unit.record("change.opened", target=change, by=origin.by, data=opened_data(change, rows))
        due.note(team_id=team.pk, kind=SearchKind.PROPOSAL, ids=[proposal.public_id])
        unit.record(
            "proposal.opened",
            target=proposal,
            by=origin.by,
            data={"changes": len(prepared), "origin_kind": str(origin.kind), "origin_id": origin.id},
        )
    return proposal


def withdraw(*, proposal: Proposal, by: Actor, reason: str, at: datetime) -> None:
    """Take back what is not decided yet; what was approved or applied stays."""
    with trail.unit_of_work(at=at) as unit:
        rows = Change.objects.of(proposal.team).select_for_update(no_key=True).filter(proposal=proposal)
        for change in (row for row in rows.order_by("pk") if row.is_undecided):  # look only after locking
            withdraw_change(change=change, by=by, reason=reason, at=at, unit=unit)
        close_if_done(proposal=proposal, by=by, at=at, unit=unit)


def withdraw_change(*, change: Change, by: Actor, reason: str, at: datetime, unit: trail.Unit, run: str = "") -> None:
    """Take one undecided change back that the caller has locked; closing its proposal is the caller's as well."""
    change.become(State.WITHDRAWN, at=at, reason=reason)
    data = {"run": run} if run else {}
    unit.record("change.withdrawn", target=change, by=by, data=data, private={"reason": reason})


def close_if_done(*, proposal: Proposal, by: Actor, at: datetime, unit: trail.Unit) -> None:
    """Close a proposal of which nothing is left to decide or to apply; open it again where something came back.

    Locks the proposal before it looks: of two last changes that are settled at once, the second sees the first.
    """
    proposal = Proposal.objects.of(proposal.team).select_for_update(no_key=True).get(pk=proposal.pk)
    rows = list(proposal.changes.values_list("state", "tier"))
    ranking.follow(proposal, rows)
    states = {state for state, _ in rows}
    done = not states & set(VOTABLE)
    if done and proposal.state == ProposalState.OPEN:
        withdrawn = states == {State.WITHDRAWN}
        proposal.become(ProposalState.WITHDRAWN if withdrawn else ProposalState.CLOSED, at=at)
        unit.record("proposal.withdrawn" if withdrawn else "proposal.closed", target=proposal, by=by)
        noticing.decided(proposal, by=by, at=at)
    elif not done and proposal.state == ProposalState.CLOSED:
        proposal.become(ProposalState.OPEN, at=at)


def _fingerprints(drafts: Sequence[Draft]) -> list[str]:
    """What each draft names; the second of two that say the same at two places (equal lines) is another change."""
    seen: Counter[tuple[int, str]] = Counter()
    marks = []
    for draft in drafts:
        mark = draft.identity()
        before = seen[draft.namespace.pk, mark]
        seen[draft.namespace.pk, mark] += 1
        marks.append(hashlib.sha256(f"{mark} {before}".encode()).hexdigest() if before else mark)
    return marks


def _prepare(draft: Draft, fingerprint: str) -> _Prepared:
    for target in draft.targets:
        if target.path_after is not None:
            try:
                check_text(target.text_after())
            except ValueError as wrong:
                raise BadDraft(f"“{draft.title}” in {target.path_after}: {wrong}") from None
    paths = [path for target in draft.targets for path in (target.path_before, target.path_after) if path]
    return _Prepared(
        draft=draft,
        fingerprint=fingerprint,
        tier=policy.tier_of(namespace=draft.namespace, operation=draft.operation, paths=paths),
        rows=tuple(revisions.draw(target) for target in draft.targets),
    )


def refuse_moved(team: Team, drafts: Sequence[Draft]) -> None:
    """Raises BaseMoved where a memory has another version by now, BadDraft where another memory took a path."""
    bases = {target.base.memory_id: target.base.pk for draft in drafts for target in draft.targets if target.base}
    heads = dict(Memory.objects.of(team).filter(pk__in=bases).values_list("pk", "head"))
    moved = [memory for memory, base in bases.items() if heads.get(memory) != base]
    if all(draft.reverts_id for draft in drafts):  # made against the version it takes back, and carried over then
        return
    if moved:
        raise BaseMoved(f"{len(moved)} memories were written meanwhile")
    _refuse_taken(team, drafts)


def _refuse_taken(team: Team, drafts: Sequence[Draft]) -> None:
    """A path that another memory holds is free for nobody, unless the proposal itself frees it."""
    targets = [(draft.namespace.pk, target) for draft in drafts for target in draft.targets]
    wanted = {(space, target.path_after) for space, target in targets if target.path_after and target.takes_path}
    freed = {(space, target.path_before) for space, target in targets if target.path_after != target.path_before}
    rows = Memory.objects.of(team).live().filter(path__in={path for _, path in wanted})
    taken = set(rows.values_list("namespace", "path")) & (wanted - freed)
    if taken:
        raise BadDraft(f"another memory stands at {min(taken)[1]}")


def _refuse_repeated(team: Team, prepared: Sequence[_Prepared]) -> None:
    fingerprints = {(one.draft.namespace.pk, one.fingerprint) for one in prepared}
    pending = Change.objects.of(team).votable().filter(fingerprint__in={mark for _, mark in fingerprints})
    for change in pending:
        if (change.namespace_id, change.fingerprint) in fingerprints:
            raise AlreadyProposed(change)


def _store_proposal(
    team: Team, agent: Agent | None, title: str, summary: str, origin: Origin, tiers: Sequence[str], at: datetime
) -> Proposal:
    last = Proposal.objects.of(team).aggregate(last=Max("number"))["last"] or 0
    proposal = Proposal(
        team=team,
        number=last + 1,
        agent=agent,
        title=title[:200],
        summary=summary,
        origin_kind=origin.kind,
        origin_id=origin.id,
        opened_by_type=origin.by.type,
        opened_by_id=origin.by.id,
        opened_at=at,
    )
    ranking.place(proposal, tiers=tiers, document=policy.document_of(team))
    proposal.save()
    return proposal


def _store_change(proposal: Proposal, position: int, one: _Prepared, at: datetime) -> Change:
    draft = one.draft
    return Change.objects.create(
        team_id=proposal.team_id,
        proposal=proposal,
        position=position,
        namespace=draft.namespace,
        operation=draft.operation,
        title=draft.title[:200],
        rationale=draft.rationale,
        reason_code=draft.reason_code,
        confidence=draft.confidence,
        fingerprint=one.fingerprint,
        tier=one.tier,
        pattern_id=draft.pattern_id,
        pattern=dict(draft.pattern),
        reverts_id=draft.reverts_id,
        opened_at=at,
        state_at=at,
    )


def _distinct(rows: Sequence[Evidence]) -> list[Evidence]:
    return list({(row.session_id, row.position, row.start, row.end, row.stance): row for row in rows}.values())


def opened_data(change: Change, rows: Sequence[Evidence]) -> dict[str, object]:
    """What the event of a new change carries."""
    return {
        "operation": str(change.operation),
        "tier": str(change.tier),
        "reason_code": change.reason_code,
        "confidence_ppm": None if change.confidence is None else round(change.confidence * 1_000_000),
        "fingerprint": change.fingerprint,
        "verified": sum(row.status == EvidenceStatus.VERIFIED for row in rows),
    }
