from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q
from django.urls import reverse

from accounts.models import TeamModel, public_id_field
from accounts.teams import TeamQuerySet
from agents.enums import Kind, OutcomeName, OutcomeSource, SourceClass, Trust
from agents.models.roster import Agent


class SessionQuerySet(TeamQuerySet["Session"]):
    def newest_versions(self) -> Self:
        return self.filter(is_newest=True)

    def newest_first(self) -> Self:
        return self.order_by("-ended_at", "-pk")


class Session(TeamModel):
    """One transcript, unique by agent, source, external id and version.

    A transcript that only grew extends its version; another beginning makes the next. `content_sha256` is over all
    events of this version, in order. `user_key` tells sessions that served one user from others, and not whom.
    `pushed_by` is who brought it: the public id of a token or a person, or the door where nobody in particular did;
    `sessions.SEVERAL` where several brought parts of it, empty where that was not kept.
    """

    public_id = public_id_field("ses")
    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, related_name="sessions")
    source = models.CharField(max_length=120)
    external_id = models.CharField(max_length=200)
    version = models.PositiveIntegerField(default=1)
    is_newest = models.BooleanField(default=True)
    format = models.CharField(max_length=24)
    content_sha256 = models.CharField(max_length=64)
    task = models.CharField(max_length=200, blank=True)
    title = models.CharField(max_length=300, blank=True)
    agent_name = models.CharField(max_length=120, blank=True)
    user_key = models.CharField(max_length=32, blank=True)
    pushed_by = models.CharField(max_length=40, blank=True)
    model = models.CharField(max_length=120, blank=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField()
    seconds = models.FloatField(null=True)
    turns = models.PositiveIntegerField(default=0)
    event_count = models.PositiveIntegerField(default=0)
    usage = models.JSONField(default=dict)
    trust = models.CharField(max_length=10, choices=Trust, default=Trust.NORMAL)
    tainted_at = models.DateTimeField(null=True)
    taint_reason = models.CharField(max_length=300, blank=True)
    imported_at = models.DateTimeField()

    objects = SessionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("agent", "source", "external_id", "version"), name="one_session_version"),
            models.UniqueConstraint(
                fields=("agent", "source", "external_id"),
                condition=Q(is_newest=True),
                name="one_newest_session_version",
            ),
        ]
        indexes = [
            models.Index(fields=("team", "agent", "-ended_at", "-id")),
            models.Index(fields=("agent", "pushed_by"), name="session_by_pusher"),
        ]

    def __str__(self) -> str:
        return self.title or self.external_id

    def get_absolute_url(self) -> str:
        return reverse("agents:session", args=[self.team.slug, self.public_id])


class SessionEvent(TeamModel):
    """One event of a session. `text` is exactly as stored (of a tool call: its arguments as received)."""

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="events")
    position = models.PositiveIntegerField()
    kind = models.CharField(max_length=12, choices=Kind)
    speaker = models.CharField(max_length=120, blank=True)
    thread = models.CharField(max_length=120, blank=True)
    tool = models.CharField(max_length=200, blank=True)
    call_id = models.CharField(max_length=200, blank=True)
    is_error = models.BooleanField(default=False)
    source_class = models.CharField(max_length=16, choices=SourceClass)
    usage = models.JSONField(default=dict)
    at = models.DateTimeField(null=True)
    text = models.TextField(blank=True)
    sha256 = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=("session", "position"), name="one_event_per_position")]


class Outcome(TeamModel):
    """How a session ended and who says so; may arrive later. One of a name and source: the latest word counts."""

    public_id = public_id_field("out")
    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="outcomes")
    name = models.CharField(max_length=12, choices=OutcomeName)
    source = models.CharField(max_length=12, choices=OutcomeSource)
    score = models.FloatField(null=True)
    detail = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=("session", "name", "source"), name="one_outcome_per_source")]


class Feedback(TeamModel):
    """What a person or a survey said of a session or one event of it, with the corrected output where given."""

    public_id = public_id_field("fbk")
    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="feedback")
    position = models.PositiveIntegerField(null=True)
    score = models.FloatField(null=True)
    survey = models.JSONField(default=dict)
    corrected_output = models.TextField(blank=True)
    comment = models.TextField(blank=True)
    given_by = models.CharField(max_length=120, blank=True)
    at = models.DateTimeField()


class ReadTrace(TeamModel):
    """One reading of memory by an agent: which versions it was given."""

    public_id = public_id_field("rdt")
    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, related_name="reads")
    version_ids = models.JSONField(default=list)
    etag = models.CharField(max_length=64)
    tokens = models.PositiveIntegerField(default=0)
    left_out = models.PositiveIntegerField(default=0)
    actor_id = models.CharField(max_length=40)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=("team", "agent", "-at"))]
