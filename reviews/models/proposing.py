"""What is put forward: proposals, their changes, and what exactly each revision says."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.urls import reverse

from accounts.models import TeamModel, public_id_field
from accounts.teams import TeamQuerySet
from agents.enums import Tier
from agents.models import Agent, Memory, MemoryVersion, Namespace
from reviews.enums import (
    PROPOSAL_TRANSITIONS,
    TRANSITIONS,
    UNDECIDED,
    VOTABLE,
    ActorType,
    Operation,
    OriginKind,
    ProposalState,
    RevisionOrigin,
    State,
)

AT_ONCE = 15
"""How many changes the page of a proposal draws at once; the others come as they are reached."""


class IllegalTransition(RuntimeError):
    """A state that may not follow the present one; the table in `enums` says which may."""


class ProposalQuerySet(TeamQuerySet["Proposal"]):
    def open(self) -> Self:
        return self.filter(state=ProposalState.OPEN)


class Proposal(TeamModel):
    """A set of changes put forward together: the pull request. `origin_id` is the opaque id of what made it.

    `tier` is the gravest of what is not settled, `waiting` how many changes are undecided; both, with the time until
    which somebody should have decided, make up `rank_at`, which orders the queue (`reviews.inbox.ranking`).
    """

    public_id = public_id_field("prp")
    number = models.PositiveIntegerField()
    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, null=True, related_name="proposals")
    title = models.CharField(max_length=200)
    summary = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=ProposalState, default=ProposalState.OPEN)
    origin_kind = models.CharField(max_length=8, choices=OriginKind)
    origin_id = models.CharField(max_length=64, blank=True)
    opened_by_type = models.CharField(max_length=8, choices=ActorType)
    opened_by_id = models.CharField(max_length=40)
    asked_by_id = models.CharField(max_length=40, blank=True)  # the person who set off what opened it
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    tier = models.CharField(max_length=8, choices=Tier, default=Tier.LOW)
    waiting = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField()
    rank_at = models.DateTimeField()
    considered_at = models.DateTimeField(null=True)  # when it was held against automatic mode, once
    overdue_at = models.DateTimeField(null=True)  # when it was told that this waits too long, once

    objects = ProposalQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("team", "number"), name="one_proposal_per_number"),
            models.CheckConstraint(
                name="closed_with_its_time",
                condition=Q(state=ProposalState.OPEN, closed_at=None)
                | (~Q(state=ProposalState.OPEN) & Q(closed_at__isnull=False)),
            ),
        ]
        indexes = [
            models.Index(fields=("team", "state", "-opened_at", "-id")),
            models.Index(fields=("team", "state", "rank_at", "opened_at", "id")),
            models.Index(fields=("team", "origin_kind", "origin_id")),
        ]

    def __str__(self) -> str:
        return f"#{self.number} {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("reviews:proposal", args=[self.team.slug, self.number])

    def become(self, state: ProposalState, *, at: Any) -> None:
        """Move to `state` by the table. Raises IllegalTransition."""
        if state not in PROPOSAL_TRANSITIONS[self.state]:
            raise IllegalTransition(f"{self.public_id}: {self.state} → {state}")
        self.state = state
        self.closed_at = None if state == ProposalState.OPEN else at
        self.save(update_fields=["state", "closed_at"])


class ChangeQuerySet(TeamQuerySet["Change"]):
    def undecided(self) -> Self:
        return self.filter(state__in=UNDECIDED)

    def votable(self) -> Self:
        return self.filter(state__in=VOTABLE)

    def due(self, now: Any) -> Self:
        return self.filter(state=State.APPROVED, apply_after__lte=now)

    def waiting_for_room(self) -> Self:
        return self.filter(state=State.APPROVED).exclude(budget="")

    def in_order(self) -> Self:
        return self.order_by("position", "pk")


_Changes = models.Manager.from_queryset(ChangeQuerySet)


class ChangeManager(_Changes["Change"]):
    """All changes but those that only test the review: whoever wants these has to say so (`Change.with_canaries`)."""

    def get_queryset(self) -> ChangeQuerySet:
        return super().get_queryset().filter(canary=False)  # type: ignore[return-value]  # of the class above


_OF_STATE = ("state", "state_at", "state_reason", "apply_after", "budget", "budget_facts")


class Change(TeamModel):
    """One operation and its revisions. `fingerprint` names what is proposed, whoever words it.

    `rest_of` is the change of which only a part was accepted; this one carries what was left over. Undecided changes
    that say the same share `alike`; `compared` is the revision it was found for (`reviews.inbox.duplicates`).
    """

    public_id = public_id_field("chg")
    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="changes")
    position = models.PositiveIntegerField()
    namespace = models.ForeignKey(Namespace, on_delete=models.PROTECT, related_name="changes")
    operation = models.CharField(max_length=8, choices=Operation)
    title = models.CharField(max_length=200)
    rationale = models.TextField(blank=True)
    reason_code = models.CharField(max_length=40, blank=True)
    confidence = models.FloatField(null=True)
    fingerprint = models.CharField(max_length=64)
    tier = models.CharField(max_length=8, choices=Tier, default=Tier.LOW)
    state = models.CharField(max_length=20, choices=State, default=State.OPEN)
    state_reason = models.CharField(max_length=300, blank=True)
    head = models.ForeignKey("Revision", on_delete=models.PROTECT, null=True, related_name="+")
    pattern_id = models.CharField(max_length=40, blank=True)
    pattern = models.JSONField(default=dict)
    reverts = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="reverted_by")
    takes_back = models.JSONField(default=list)  # public ids, where one change undoes several
    rest_of = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="rests")
    opened_at = models.DateTimeField()
    state_at = models.DateTimeField()
    apply_after = models.DateTimeField(null=True)
    let_through_at = models.DateTimeField(null=True)  # when the policy let it pass without a vote, while that holds
    applied_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)  # requests up to then got a revision, and wait for their authors
    sole_reviewer_used = models.BooleanField(default=False)
    glass_broken = models.BooleanField(default=False)  # applied without its votes, in an emergency
    budget = models.CharField(max_length=40, blank=True)  # that an approved change waits for, with the facts
    budget_facts = models.JSONField(default=dict)
    alike = models.CharField(max_length=40, blank=True)
    compared = models.BigIntegerField(null=True)
    canary = models.BooleanField(default=False)  # a test of the review (`reviews.canaries`); never changes again

    objects = ChangeManager()
    with_canaries = ChangeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("team", "namespace", "fingerprint"),
                condition=Q(state__in=["open", "changes_requested", "stale", "conflict", "approved"]),
                name="one_pending_change_per_fingerprint",
            ),
            models.CheckConstraint(
                name="waiting_only_when_approved",
                condition=Q(state="approved", apply_after__isnull=False) | (~Q(state="approved") & Q(apply_after=None)),
            ),
            models.CheckConstraint(
                name="canary_is_never_applied",
                condition=Q(canary=False)
                | Q(
                    state__in=["open", "withdrawn"],
                    apply_after=None,
                    applied_at=None,
                    let_through_at=None,
                    glass_broken=False,
                    sole_reviewer_used=False,
                    budget="",
                    reverts=None,
                    rest_of=None,
                ),
            ),
        ]
        indexes = [
            models.Index(fields=("proposal", "position")),
            models.Index(fields=("team", "state", "apply_after")),
            models.Index(fields=("team", "namespace", "fingerprint")),
            models.Index(fields=("team", "alike"), condition=~Q(alike=""), name="changes_alike"),
            models.Index(fields=("team",), condition=~Q(budget=""), name="changes_that_wait_for_room"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Its place on the page of its proposal, which begins there where it would not be drawn at once."""
        start = f"?from={self.position}" if self.position >= AT_ONCE else ""
        return f"{self.proposal.get_absolute_url()}{start}#{self.public_id}"

    @property
    def is_votable(self) -> bool:
        return self.state in VOTABLE

    @property
    def is_undecided(self) -> bool:
        return self.state in UNDECIDED

    def awaits_answer(self, asked_at: Any) -> bool:
        """Whether a request for changes of that time is unanswered; an answered one only blocks, until its author
        votes again."""
        return self.answered_at is None or asked_at > self.answered_at

    def become(self, state: State, *, at: Any, reason: str = "", apply_after: Any = None) -> None:
        """Move to `state` by the table. Raises IllegalTransition."""
        if state not in TRANSITIONS[self.state]:
            raise IllegalTransition(f"{self.public_id}: {self.state} → {state}")
        self.state, self.state_at, self.state_reason, self.apply_after = state, at, reason[:300], apply_after
        self.budget, self.budget_facts = "", {}
        if state == State.APPLIED:
            self.applied_at = at
        self.save(update_fields=[*_OF_STATE, "applied_at"])

    def hold(self, budget: str, facts: dict[str, Any], *, until: Any) -> None:
        """Let an approved change wait for room in a budget; it is looked at again at `until`."""
        self.budget, self.budget_facts, self.apply_after = budget, facts, until
        self.save(update_fields=["budget", "budget_facts", "apply_after"])


class Revision(TeamModel):
    """Immutable: what exactly is proposed. `contributors` are public ids of people; their votes never count."""

    public_id = public_id_field("rev")
    change = models.ForeignKey(Change, on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField()
    origin = models.CharField(max_length=16, choices=RevisionOrigin)
    contributors = models.JSONField(default=list)
    made_by_type = models.CharField(max_length=8, choices=ActorType)
    made_by_id = models.CharField(max_length=40)
    facts = models.JSONField(default=dict)  # what its tier is decided from (`reviews.policy.facts`)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=("change", "number"), name="one_revision_per_number")]


class RevisionTarget(TeamModel):
    """One memory that a revision touches. `path_after` is null where it is archived, `memory` where the path is new.

    `hunks` are {"start", "end", "before", "after", "above", "below"}: lines of the base version, with one unchanged
    line either side (null at the start or end of the text). `rows` is the drawn diff, computed once.
    """

    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="targets")
    position = models.PositiveIntegerField()
    memory = models.ForeignKey(Memory, on_delete=models.PROTECT, null=True, related_name="+")
    base = models.ForeignKey(MemoryVersion, on_delete=models.PROTECT, null=True, related_name="+")
    path_before = models.CharField(max_length=1024, blank=True)
    path_after = models.CharField(max_length=1024, null=True)  # noqa: DJ001  null says archived, "" is no path
    hunks = models.JSONField(default=list)
    rows = models.JSONField(default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=("revision", "position"), name="one_target_per_position")]
        indexes = [models.Index(fields=("memory", "revision"))]
