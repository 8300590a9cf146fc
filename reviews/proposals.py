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
from agents.text import diffs, secrets
from audit import trail
from audit.trail import Actor, HasActor
from reviews import evidence, examining, policy, revisions
from reviews.canaries import ending
from reviews.drafts import BadDraft, Draft, check
from reviews.enums import (
    VOTABLE,
    EvidenceStatus,
    OriginKind,
    ProposalState,
    RevisionOrigin,
    State,
)
from reviews.examining import Examined, Library
from reviews.inbox import ranking
from reviews.models import Change, Evidence, EvidenceLink, Proposal, Revision
from reviews.talking import noticing


class AlreadyProposed(ValueError):
    """The very same is waiting for a decision already; `change` is it."""

    def __init__(self, change: Change) -> None:
        super().__init__(f"“{change.title}” is proposed already")
        self.change = change


class TooManyOpen(ValueError):
    """As many proposals of this agent wait as may."""


class BaseMoved(ValueError):
    """A memory got another version while the proposal was prepared: prepare it again."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Who proposes: the kind, the opaque id of what made it, the actor, and the person who set that off."""

    kind: OriginKind
    id: str
    by: Actor
    asked_by: str = ""

    @classmethod
    def person(cls, by: HasActor) -> Origin:
        return cls(OriginKind.PERSON, by.trail_actor.id, by.trail_actor)


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A draft with all that can be worked out before the transaction."""

    draft: Draft
    fingerprint: str
    examined: Examined
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
    most_open: int | None = None,
) -> Proposal:
    """Store a proposal with its changes, verified evidence, checks and diffs.

    Raises BadDraft (nothing to say, bad path or text, two changes on one line), evidence.UnknownSession,
    AlreadyProposed, BaseMoved, and TooManyOpen where `most_open` from this origin wait for the agent; nothing is
    stored then.
    """
    check(drafts)
    if not drafts:
        raise BadDraft("a proposal needs a change")
    book = evidence.Book(team, [quote for draft in drafts for quote in draft.quotes])
    library = Library(team, opening=drafts)
    marks = _fingerprints(drafts)
    by = policy.proposer(team, origin.by.type, origin.by.id)
    prepared = [_prepare(draft, mark, book, library, by=by) for draft, mark in zip(drafts, marks, strict=True)]
    with trail.unit_of_work(at=at) as unit:
        Team.objects.select_for_update(no_key=True).get(pk=team.pk)  # numbers proposals, one at a time
        if most_open is not None:
            _refuse_too_many(team, agent, origin, most_open)
        for namespace in sorted({draft.namespace for draft in drafts}, key=lambda one: one.pk):
            memories.lock(namespace)  # what is written from here on finds the proposal
        book.hold()
        refuse_moved(team, drafts)
        _refuse_repeated(team, prepared)
        proposal = _store_proposal(team, agent, title, summary, origin, [one.examined.tier for one in prepared], at)
        stored = [_store_one(proposal, position, one, book, origin, at, unit) for position, one in enumerate(prepared)]
        examining.keep_up(stored, library=library)
        due.note(team_id=team.pk, kind=SearchKind.PROPOSAL, ids=[proposal.public_id])
        unit.record(
            "proposal.opened",
            target=proposal,
            by=origin.by,
            data={"changes": len(prepared), "origin_kind": str(origin.kind), "origin_id": origin.id},
        )
    return proposal


def _store_one(
    proposal: Proposal,
    position: int,
    one: _Prepared,
    book: evidence.Book,
    origin: Origin,
    at: datetime,
    unit: trail.Unit,
) -> Revision:
    """One change with its quotes and its first revision."""
    change = _store_change(proposal, position, one, at)
    rows = [book.verify(quote, change=change, at=at) for quote in one.draft.quotes]
    rows = Evidence.objects.bulk_create(_distinct(rows))
    revision = revisions.store(
        change=change,
        targets=one.draft.targets,
        rows=one.rows,
        quotes=rows,
        examined=one.examined,
        origin=RevisionOrigin.OPENED,
        contributors=[origin.by.id] if origin.by.type == "person" else [],
        by=origin.by,
        at=at,
    )
    EvidenceLink.objects.bulk_create(evidence.link(revision, rows, one.draft.quotes))
    unit.record("change.opened", target=change, by=origin.by, data=opened_data(change, rows))
    return revision


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


def close_if_done(*, proposal: Proposal, by: Actor, at: datetime, unit: trail.Unit) -> Proposal:
    """Close a proposal of which nothing is left to decide or to apply; open it again where something came back.
    Returns it as it is now.

    Locks the proposal before it looks: of two last changes that are settled at once, the second sees the first.
    """
    team = proposal.team
    proposal = Proposal.objects.of(team).select_for_update(no_key=True).get(pk=proposal.pk)
    proposal.team = team
    rows = list(proposal.changes.values_list("state", "tier"))
    ranking.follow(proposal, rows)
    states = {state for state, _ in rows}
    done = not states & set(VOTABLE)
    if done and proposal.state == ProposalState.OPEN:
        withdrawn = states == {State.WITHDRAWN}
        proposal.become(ProposalState.WITHDRAWN if withdrawn else ProposalState.CLOSED, at=at)
        unit.record("proposal.withdrawn" if withdrawn else "proposal.closed", target=proposal, by=by)
        ending.of_proposal(proposal, by=by, at=at, unit=unit)
        noticing.decided(proposal, by=by, at=at)
    elif not done and proposal.state == ProposalState.CLOSED:
        proposal.become(ProposalState.OPEN, at=at)
    return proposal


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


def _prepare(draft: Draft, fingerprint: str, book: evidence.Book, library: Library, *, by: str) -> _Prepared:
    for target in draft.targets:
        if target.path_after is not None:
            try:
                check_text(target.text_after())
            except ValueError as wrong:
                raise BadDraft(f"“{draft.title}” in {target.path_after}: {wrong}") from None
    return _Prepared(
        draft=draft,
        fingerprint=fingerprint,
        examined=examining.examine(draft, draft.targets, book.quoted(draft.quotes), library, by=by),
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


def _refuse_too_many(team: Team, agent: Agent | None, origin: Origin, most: int) -> None:
    waiting = Proposal.objects.of(team).open().filter(agent=agent, origin_kind=origin.kind).count()
    if waiting >= most:
        raise TooManyOpen(f"{waiting} proposals of this agent wait for a decision; at most {most} may")


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
        title=secrets.covered(title)[:200],
        summary=secrets.covered(summary),
        origin_kind=origin.kind,
        origin_id=origin.id,
        opened_by_type=origin.by.type,
        opened_by_id=origin.by.id,
        asked_by_id=origin.asked_by,
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
        title=secrets.covered(draft.title)[:200],
        rationale=secrets.covered(draft.rationale),
        reason_code=draft.reason_code,
        confidence=draft.confidence,
        fingerprint=one.fingerprint,
        tier=one.examined.tier,
        pattern_id=draft.pattern_id,
        pattern=dict(draft.pattern),
        reverts_id=draft.reverts_id,
        takes_back=list(draft.takes_back),
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
