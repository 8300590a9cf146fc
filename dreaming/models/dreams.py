from __future__ import annotations

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from accounts.models import TeamModel, public_id_field
from accounts.teams import TeamQuerySet
from agents.models import Agent, Session
from dreaming.enums import ACTIVE, AnswerState, Effort, EngineName, Frequency, PatternKind, RunOrigin, RunState


class DreamSettings(TeamModel):
    """How one agent dreams. Each saved state is a version; its history row keeps what a run was made with.

    `namespaces` are public ids, and so are `agents`: others whose sessions this agent's dreams read as well. `minute`,
    `hour`, `weekday` (0 is Monday) and `day` say when, in `time_zone`.
    """

    agent = models.OneToOneField(Agent, on_delete=models.PROTECT, related_name="dream_settings")
    version = models.PositiveIntegerField(default=1)
    frequency = models.CharField(_("dreams"), max_length=8, choices=Frequency, default=Frequency.OFF)
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC")
    minute = models.PositiveSmallIntegerField(_("minute"), default=30)
    hour = models.PositiveSmallIntegerField(_("hour"), default=2)
    weekday = models.PositiveSmallIntegerField(_("weekday"), default=0)
    day = models.PositiveSmallIntegerField(_("day of the month"), default=1)
    namespaces = models.JSONField(default=list)
    agents = models.JSONField(default=list, blank=True)
    engine = models.CharField(_("engine"), max_length=12, choices=EngineName, default=EngineName.LOCAL)
    connection = models.CharField(_("connection"), max_length=40, blank=True)  # its public id
    model = models.CharField(_("model"), max_length=80, blank=True)
    verifier = models.CharField(_("model that verifies"), max_length=80, blank=True)
    effort = models.CharField(_("effort of the model"), max_length=8, choices=Effort, blank=True)
    verifier_effort = models.CharField(_("effort of the model that verifies"), max_length=8, choices=Effort, blank=True)
    instructions = models.TextField(_("instructions"), blank=True, max_length=4096)
    curation = models.JSONField(default=dict, blank=True)
    window_days = models.PositiveIntegerField(_("days of sessions to read"), default=90)
    max_tokens = models.PositiveBigIntegerField(null=True, blank=True)
    max_cost_cents = models.PositiveBigIntegerField(null=True, blank=True)
    max_minutes = models.PositiveIntegerField(_("minutes a run may take"), default=30)
    set_by_id = models.CharField(max_length=40)
    at = models.DateTimeField()

    history = HistoricalRecords(app="dreaming")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="a_time_that_exists",
                condition=Q(minute__lte=59, hour__lte=23, weekday__lte=6, day__gte=1, day__lte=28),
            )
        ]


class Schedule(TeamModel):
    """When an agent's next dream is due; the tick claims it by moving `next_at` forward."""

    agent = models.OneToOneField(Agent, on_delete=models.PROTECT, related_name="schedule")
    next_at = models.DateTimeField(null=True, db_index=True)


class RunQuerySet(TeamQuerySet["Run"]):
    def active(self) -> Self:
        return self.filter(state__in=ACTIVE)

    def claimable(self, now: datetime) -> Self:
        """Queued and not asleep, or running under a lease that ran out."""
        return self.filter(
            Q(state=RunState.QUEUED) & (Q(resume_at=None) | Q(resume_at__lte=now))
            | Q(state=RunState.RUNNING, lease_until__lt=now)
        )

    def newest_first(self) -> Self:
        return self.order_by("-id")


class Run(TeamModel):
    """One dream: manifest → snapshot → engine → proposal. The row is the truth; a message only wakes a worker."""

    public_id = public_id_field("run")
    number = models.PositiveIntegerField()
    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, related_name="runs")
    settings_version = models.PositiveIntegerField()
    engine = models.CharField(max_length=12, choices=EngineName)
    origin = models.CharField(max_length=8, choices=RunOrigin)
    asked_by_type = models.CharField(max_length=8)
    asked_by_id = models.CharField(max_length=40)
    state = models.CharField(max_length=10, choices=RunState, default=RunState.QUEUED)
    queued_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    resume_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    heartbeat_at = models.DateTimeField(null=True)
    fence = models.PositiveIntegerField(default=0)
    attempts = models.PositiveIntegerField(default=0)
    manifest = models.JSONField(default=dict)
    digest = models.CharField(max_length=64, blank=True)
    stage = models.CharField(max_length=40, blank=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    funnel = models.JSONField(default=dict)
    usage = models.JSONField(default=dict)
    error = models.TextField(blank=True)
    proposal_id = models.CharField(max_length=40, blank=True)
    pattern_ids = models.JSONField(default=list)  # a pattern's row follows the run that saw it last
    withdrawn_ids = models.JSONField(default=list)  # open changes that it refuted

    objects = RunQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("team", "number"), name="one_run_per_number"),
            models.UniqueConstraint(
                fields=("agent",), condition=Q(state__in=["queued", "running"]), name="one_active_run_per_agent"
            ),
        ]
        indexes = [
            models.Index(fields=("state", "lease_until")),
            models.Index(fields=("team", "agent", "-id")),
        ]

    def __str__(self) -> str:
        return f"#{self.number}"

    def get_absolute_url(self) -> str:
        return reverse("dreaming:run", args=[self.team.slug, self.number])

    @property
    def is_active(self) -> bool:
        return self.state in ACTIVE


class SessionRead(TeamModel):
    """This agent's finished run read this version of this session with these outcomes: it is new no more.

    `verdict` is how it was counted for the statements that it had before it.
    """

    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, related_name="+")
    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="+")
    events = models.PositiveIntegerField()
    outcomes_sha256 = models.CharField(max_length=64)
    verdict = models.CharField(max_length=12, blank=True)
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("agent", "session", "events", "outcomes_sha256"), name="one_read_per_state_of_a_session"
            )
        ]


class Pattern(TeamModel):
    """Something that recurs over sessions, by its engine's stable key; numbers are of the run that saw it last."""

    public_id = public_id_field("pat")
    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, related_name="patterns")
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="patterns")
    key = models.CharField(max_length=64)
    kind = models.CharField(max_length=12, choices=PatternKind)
    statement = models.TextField()
    support = models.PositiveIntegerField()
    agents = models.PositiveIntegerField()
    opportunities = models.PositiveIntegerField()
    numbers = models.JSONField(default=dict)
    session_ids = models.JSONField(default=list)
    first_at = models.DateTimeField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=("agent", "key"), name="one_pattern_per_key")]
        indexes = [models.Index(fields=("team", "agent", "-support"))]


class JournalEntry(TeamModel):
    """Durable key and value per run, written before an engine acts outside."""

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="journal")
    key = models.CharField(max_length=120)
    value = models.JSONField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=("run", "key"), name="one_value_per_key")]


class AnswerQuerySet(TeamQuerySet["Answer"]):
    def claimable(self, now: datetime) -> Self:
        """Waiting, and neither asleep nor under somebody's lease."""
        free = Q(lease_until=None) | Q(lease_until__lt=now)
        return self.filter(free, Q(resume_at=None) | Q(resume_at__lte=now), state=AnswerState.WAITING)


class Answer(TeamModel):
    """One request for changes on what a dream proposed: the row is the truth, a message only wakes a worker.

    `request_id` and `change_id` are the public ids of the vote and of the change, `revision_id` that of the answer;
    `funnel` counts what a model said and what of it was dropped.
    """

    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, related_name="+")
    request_id = models.CharField(max_length=40)
    change_id = models.CharField(max_length=40, db_index=True)
    state = models.CharField(max_length=10, choices=AnswerState, default=AnswerState.WAITING)
    asked_at = models.DateTimeField()
    resume_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    fence = models.PositiveIntegerField(default=0)
    attempts = models.PositiveIntegerField(default=0)
    ended_at = models.DateTimeField(null=True)
    revision_id = models.CharField(max_length=40, blank=True)
    reason = models.TextField(blank=True)
    funnel = models.JSONField(default=dict)

    objects = AnswerQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=("team", "request_id"), name="one_answer_per_request")]
        indexes = [models.Index(fields=("state", "lease_until"))]
