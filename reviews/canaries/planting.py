"""Putting a test among what a dream proposes: before anybody has looked, and as far as anybody can see, with it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from django.db.models import Exists, OuterRef, QuerySet

from accounts.models import Team
from agents import memory as memories
from agents.models import Memory, MemoryVersion
from agents.text import lines as text_lines
from audit import ids, trail
from audit.trail import SYSTEM
from reviews import drafts, evidence, examining, policy, revisions
from reviews.canaries import shapes
from reviews.canaries.shapes import Shape
from reviews.drafts import Draft, DraftQuote, DraftTarget
from reviews.enums import VOTABLE, Operation, OriginKind, RevisionOrigin, State
from reviews.examining import Examined, Library
from reviews.models import (
    Canary,
    Change,
    Decision,
    DraftVote,
    Evidence,
    EvidenceLink,
    Presence,
    Proposal,
    Revision,
    RevisionTarget,
)
from reviews.watching import chance

FRESH = timedelta(minutes=15)  # an older proposal may have been read already
MOST_MEMORIES = 50  # of a namespace, that a test is looked for in
_PURPOSE = "canary"


@dataclass(frozen=True, slots=True)
class _Test:
    """A bad change that could be made, and the real one beside which it would stand."""

    beside: Change
    base: MemoryVersion
    shape: Shape
    quotes: tuple[DraftQuote, ...]


def attend(*, team: Team, at: datetime) -> list[Canary]:
    """Plant a test in each new proposal of a dream that the share of the policy falls on, at most one in each."""
    per_mille = policy.document_of(team)["watch"]["canaries"]
    planted = [_plant(one, per_mille, at) for one in _fresh(team, at)] if per_mille else []
    return [one for one in planted if one is not None]


def _fresh(team: Team, at: datetime) -> list[Proposal]:
    """New proposals of dreams that, as far as is known, nobody has opened yet."""
    of_it = {"proposal": OuterRef("pk")}
    touched: list[QuerySet[Any]] = [Canary.objects.of(team).filter(**of_it), Presence.objects.of(team).filter(**of_it)]
    touched += [rows.of(team).filter(change__proposal=OuterRef("pk")) for rows in (Decision.objects, DraftVote.objects)]
    rows = Proposal.objects.of(team).open().filter(origin_kind=OriginKind.DREAM, opened_at__gt=at - FRESH)
    return list(rows.filter(*(~Exists(one) for one in touched)).select_related("team").order_by("pk"))


def _plant(proposal: Proposal, per_mille: int, at: datetime) -> Canary | None:
    changes = proposal.changes.undecided().select_related("namespace", "head", "team", "proposal").in_order()
    for beside in changes:
        if beside.head and chance.falls(beside.public_id, per_mille=per_mille, purpose=_PURPOSE):
            test = _choose(list(_tests(beside)), on=beside.public_id)
            if test is not None:
                with trail.unit_of_work(at=at) as unit:
                    memories.lock(beside.namespace)
                    return _store(test, at, unit)
    return None


def _choose(tests: Sequence[_Test], *, on: str) -> _Test | None:
    """A shape first, then one of that shape: a memory full of numbers would know nothing else."""
    kinds = sorted({test.shape.attack for test in tests})
    if not kinds:
        return None
    kind = chance.one_of(kinds, on=on, purpose=f"{_PURPOSE}.kind")
    return chance.one_of([test for test in tests if test.shape.attack == kind], on=on, purpose=_PURPOSE)


def _tests(beside: Change) -> Iterator[_Test]:
    """Bad changes of memories of the same namespace that nothing else which waits touches."""
    team, namespace = beside.team, beside.namespace
    waiting = RevisionTarget.objects.of(team).filter(
        revision__change__namespace=namespace, revision__change__state__in=VOTABLE, memory__isnull=False
    )
    free = Memory.objects.of(team).live().filter(namespace=namespace).exclude(pk__in=waiting.values("memory"))
    heads = [pk for pk in free.order_by("public_id").values_list("head", flat=True)[:MOST_MEMORIES] if pk]
    quotes = tuple(_quotes(beside))
    quoted = "\n".join(quote.text for quote in quotes)
    rows = MemoryVersion.objects.of(team).filter(pk__in=heads).select_related("memory__namespace", "blob")
    for base in rows.order_by("pk"):
        for shape in shapes.of(text_lines.split(base.text), quoted=quoted):
            yield _Test(beside, base, shape, quotes)


def _quotes(beside: Change) -> Iterator[DraftQuote]:
    """Those of the real change: a test rests on true quotes that do not say what it says."""
    rows = Evidence.objects.of(beside.team).filter(links__revision=beside.head).select_related("session")
    for row in rows.order_by("links__pk"):
        yield DraftQuote(row.session.public_id, row.position, row.start, row.end, row.quote, row.stance)


def _draft(test: _Test) -> Draft:
    beside = test.beside
    target = DraftTarget(base=test.base, path_after=test.base.path, edits=(test.shape.edit,))
    return Draft(
        operation=Operation.EDIT,
        namespace=beside.namespace,
        title=test.shape.title,
        targets=(target,),
        rationale=beside.rationale,
        reason_code=beside.reason_code,
        confidence=beside.confidence,
        fingerprint=hashlib.sha256(f"canary {beside.public_id}".encode()).hexdigest(),  # no engine names one so
        quotes=test.quotes,
        pattern_id=beside.pattern_id,
        pattern=beside.pattern,
    )


def _store(test: _Test, at: datetime, unit: trail.Unit) -> Canary | None:
    """The change with its revision, quotes and checks, all dated and named as its neighbour is."""
    draft = _draft(test)
    beside = Change.objects.of(test.beside.team).select_for_update(no_key=True).get(pk=test.beside.pk)
    head = Memory.objects.of(test.base.team).get(pk=test.base.memory_id).head_id
    if beside.state != State.OPEN or head != test.base.pk:  # it moved meanwhile
        return None
    drafts.check([draft])
    book = evidence.Book(test.beside.team, draft.quotes)
    book.hold()
    by = examining.opener(test.beside)
    library = Library(test.beside.team, opening=[draft])
    examined = examining.examine(draft, draft.targets, book.quoted(draft.quotes), library, by=by)
    change = _store_change(test.beside, draft, examined)
    _store_revision(change, test.beside.head, draft, book, examined)  # type: ignore[arg-type]
    canary = Canary.objects.create(
        team_id=change.team_id, proposal=change.proposal, change=change, attack=test.shape.attack, at=at
    )
    data = {"canary": canary.public_id, "attack": str(canary.attack)}
    unit.record("canary.planted", target=change, by=SYSTEM, data=data)
    return canary


def _store_change(beside: Change, draft: Draft, examined: Examined) -> Change:
    return Change.with_canaries.create(
        team_id=beside.team_id,
        public_id=ids.near(beside.public_id, "chg"),
        proposal=beside.proposal,
        position=beside.position,
        namespace=beside.namespace,
        operation=draft.operation,
        title=draft.title,
        rationale=draft.rationale,
        reason_code=draft.reason_code,
        confidence=draft.confidence,
        fingerprint=draft.fingerprint,
        tier=examined.tier,
        pattern_id=draft.pattern_id,
        pattern=dict(draft.pattern),
        opened_at=beside.opened_at,
        state_at=beside.opened_at,
        canary=True,
    )


def _store_revision(change: Change, beside: Revision, draft: Draft, book: evidence.Book, examined: Examined) -> None:
    made_at = change.opened_at
    rows = [book.verify(quote, change=change, at=made_at) for quote in draft.quotes]
    for row in rows:
        row.public_id = ids.near(beside.public_id, "evd")
    quotes = Evidence.objects.bulk_create(rows)
    revision = revisions.store(
        change=change,
        targets=draft.targets,
        rows=[revisions.draw(target) for target in draft.targets],
        quotes=quotes,
        examined=examined,
        origin=RevisionOrigin.OPENED,
        contributors=beside.contributors if beside.number == 1 else [],
        by=trail.Actor(cast("trail.ActorType", beside.made_by_type), beside.made_by_id),
        at=made_at,
    )
    Revision.objects.of(change.team).filter(pk=revision.pk).update(public_id=ids.near(beside.public_id, "rev"))
    EvidenceLink.objects.bulk_create(evidence.link(revision, quotes, draft.quotes))
