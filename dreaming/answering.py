"""Answering requests for changes on what a dream proposed: found by the tick, kept as rows, done once by one worker."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.db import InterfaceError, OperationalError
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext

from audit import trail
from dreaming import building, drafting, manifests, settings, snapshots
from dreaming.engines.protocol import Decline, Engine, EngineFailed, Request, Revision, Tried
from dreaming.enums import AnswerState, EngineName
from dreaming.journals import NoJournal
from dreaming.leases import Clock
from dreaming.making import Making
from dreaming.models import Answer, Run
from reviews import answering as reviewing
from reviews import desk, hunks
from reviews.answering import Asked, Overtaken
from reviews.drafts import BadDraft
from reviews.enums import OriginKind, RevisionOrigin, State, Verdict
from reviews.models import Change, Decision
from reviews.models import Revision as Proposed
from reviews.proposals import BaseMoved

LEASE = timedelta(minutes=2)  # renewed at each stage of the engine
TRY_AGAIN = timedelta(seconds=30)
MOST_ATTEMPTS = 3
PASSING = (OperationalError, InterfaceError, BaseMoved)

log = structlog.get_logger(__name__)


class Taken(Exception):
    """Another worker has this answer by now."""


@dataclass(slots=True)
class Held:
    """An answer that is ours until its fence moves, with the request and the change that it is about."""

    row: Answer
    clock: Clock
    request: Decision
    change: Change

    @property
    def asked(self) -> Asked:
        assert self.change.head is not None  # noqa: S101  (every stored change has one)
        return Asked(self.request.public_id, self.change.head.public_id)

    def report(self, stage: str, done: int, total: int) -> None:
        """Hold it for another while. Raises Taken."""
        self.store(lease_until=self.clock() + LEASE)

    def end(self, state: AnswerState, funnel: Mapping[str, int] | None = None, **values: str) -> None:
        self.store(state=state, lease_until=None, ended_at=self.clock(), funnel=dict(funnel or {}), **values)

    def store(self, **values: object) -> None:
        held = Answer.objects.of(self.row.team).filter(pk=self.row.pk, fence=self.row.fence, state=AnswerState.WAITING)
        if not held.update(**values):
            raise Taken(self.row.request_id)


def collect(*, now: datetime) -> int:
    """Make a row for each latest request on an open change of a dream that has none. Harmless to ask for twice."""
    asking = Decision.objects.across_teams().counted().filter(verdict=Verdict.REQUEST_CHANGES)
    asking = asking.filter(change__state=State.CHANGES_REQUESTED, change__proposal__origin_kind=OriginKind.DREAM)
    rows = asking.select_related("change__proposal__agent", "change__team").order_by("change", "at", "pk")
    latest = {vote.change_id: vote for vote in rows}
    known = Answer.objects.across_teams().filter(request_id__in=[vote.public_id for vote in latest.values()])
    answered = set(known.values_list("request_id", flat=True))
    fresh = [vote for vote in latest.values() if vote.public_id not in answered and vote.change.proposal.agent]
    made = [
        Answer(
            team=vote.change.team,
            agent=vote.change.proposal.agent,
            request_id=vote.public_id,
            change_id=vote.change.public_id,
            asked_at=vote.at,
        )
        for vote in fresh
    ]
    Answer.objects.bulk_create(made, ignore_conflicts=True)
    return len(made)


def waiting(*, now: datetime) -> list[int]:
    """Answers that a worker may take up."""
    return list(Answer.objects.across_teams().claimable(now).order_by("pk").values_list("pk", flat=True))


def perform(
    *, answer_id: int, now: datetime, engine: Engine | None = None, clock: Clock = timezone.now
) -> Answer | None:
    """Answer one request; None where another worker has it. Harmless to ask for twice.

    What may pass is tried again, three times in all; after that, and where the engine fails, the request is declined
    with the reason.
    """
    held = _claim(answer_id, now, clock)
    if held is None:
        return None
    try:
        try:
            _keep(held, _reply(held, engine))
        except PASSING as broken:
            _try_again(held, broken)
    except Overtaken:
        held.end(AnswerState.OVERTAKEN)
    except Taken:
        log.info("answer_taken_away", request=held.row.request_id)
    return Answer.objects.of(held.row.team).get(pk=held.row.pk)


def _claim(answer_id: int, now: datetime, clock: Clock) -> Held | None:
    free = Answer.objects.across_teams().claimable(now).filter(pk=answer_id)
    if not free.update(lease_until=now + LEASE, fence=F("fence") + 1, attempts=F("attempts") + 1, resume_at=None):
        return None
    row = Answer.objects.across_teams().select_related("team", "agent__team").get(pk=answer_id)
    votes = Decision.objects.of(row.team).select_related("by", "revision")
    request = votes.get(public_id=row.request_id)
    change = desk.rows(row.team).get(public_id=row.change_id)
    return Held(row, clock, request, change)


def _reply(held: Held, engine: Engine | None) -> Revision | Decline:
    """Raises Overtaken where nobody waits for an answer any more."""
    change, request = held.change, held.request
    if change.state != State.CHANGES_REQUESTED or request.withdrawn_at or request.dismissed_at:
        raise Overtaken(change.public_id)
    if held.row.attempts > MOST_ATTEMPTS:
        return Decline(gettext("No worker could finish an answer. Please edit the change."))
    if change.head is not None and change.head.contributors:
        return Decline(gettext("A person wrote this revision. Please edit it, or ask them."))
    agent = held.row.agent
    chosen = settings.of(agent)
    snapshot = snapshots.take(agent=agent, manifest=manifests.manifest_of(agent, chosen, held.clock()))
    try:
        answering = engine or building.engine_of(_engine_name(change), Making(agent, chosen, held.clock))
        return answering.answer(snapshot, _request(held, chosen.curation), held.report, NoJournal())
    except EngineFailed as failed:
        return Decline(str(failed))


def _engine_name(change: Change) -> str:
    run = Run.objects.of(change.team).filter(public_id=change.proposal.origin_id).first()
    return run.engine if run else EngineName.LOCAL


def _request(held: Held, curation: dict[str, object]) -> Request:
    change, vote = held.change, held.request
    revisions = list(change.revisions.prefetch_related("targets").order_by("number"))
    asked = _asked(held)
    return Request(
        change=change.public_id,
        namespace=change.namespace.slug,
        fingerprint=change.fingerprint,
        operation=change.operation,
        text=vote.reason,
        reason_code=vote.reason_code,
        round=1 + sum(one.origin == RevisionOrigin.ANSWERED for one in revisions),
        tried=tuple(_tried(one, asked[one.pk]) for one in revisions),
        curation=curation,
    )


def _asked(held: Held) -> dict[int, list[str]]:
    """What else reviewers wanted changed, by revision, as long as they stand by it and nobody dismissed it."""
    votes = Decision.objects.of(held.row.team).filter(change=held.change, verdict=Verdict.REQUEST_CHANGES)
    standing = votes.filter(withdrawn_at=None, dismissed_at=None).exclude(pk=held.request.pk)
    found = defaultdict[int, list[str]](list)
    for revision, reason in standing.order_by("at", "pk").values_list("revision", "reason"):
        found[revision] += [reason] if reason.strip() else []
    return found


def _tried(revision: Proposed, asked: Sequence[str]) -> Tried:
    targets = sorted(revision.targets.all(), key=lambda target: target.position)
    read = [(target, hunks.read(target.hunks)) for target in targets]
    parts = tuple((one.path_before, one.path_after, [(hunk.before, hunk.after) for hunk in own]) for one, own in read)
    first = next((hunk for _, own in read for hunk in own), None)
    return Tried(parts, first.above if first else None, tuple(asked))


def _keep(held: Held, reply: Revision | Decline) -> None:
    """Store the reply on the change and end the row, in one unit. Raises Taken, Overtaken, BaseMoved."""
    with trail.unit_of_work(at=(at := held.clock())):
        if isinstance(reply, Revision):
            (draft,) = drafting.drafts_of(team=held.row.team, operations=[reply.operation], patterns={})
            try:
                made = reviewing.answer(
                    change=held.change, asked=held.asked, draft=draft, said=reply.said, by=trail.SYSTEM, at=at,
                    is_askers=reply.words_of_asker,
                )  # fmt: skip
            except BadDraft as clash:
                reply = Decline(str(clash), reply.funnel)
            else:
                held.end(AnswerState.ANSWERED, reply.funnel, revision_id=made.public_id)
                return
        reviewing.decline(change=held.change, asked=held.asked, reason=reply.reason, by=trail.SYSTEM, at=at)
        held.end(AnswerState.DECLINED, reply.funnel, reason=reply.reason)


def _try_again(held: Held, broken: Exception) -> None:
    log.warning("answer_tries_again", request=held.row.request_id, attempts=held.row.attempts)
    if held.row.attempts < MOST_ATTEMPTS:
        held.store(lease_until=None, resume_at=held.clock() + TRY_AGAIN * held.row.attempts)
    else:
        _keep(held, Decline(gettext("Memory kept changing while an answer was looked for. Please edit the change.")))
