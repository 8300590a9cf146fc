from __future__ import annotations

from datetime import datetime
from typing import Self

from django.db import models

from accounts.models import TeamModel
from accounts.teams import TeamQuerySet
from agents.models.connections import Connection
from agents.models.roster import Agent


class PlatformLinkQuerySet(TeamQuerySet["PlatformLink"]):
    def active(self) -> Self:
        return self.filter(removed_at=None)

    def due(self, now: datetime) -> Self:
        return self.active().filter(next_at__lte=now, agent__archived_at=None)


class PlatformLink(TeamModel):
    """Which agent of the Claude platform an agent is there, and how far its sessions were pulled.

    `watermark` is when the latest session that was looked at began. `next_at` says when to pull again: moving it on
    claims a pull, and a platform that asks for patience moves it on further. `attempts` counts failures in a row,
    `erased` the sessions that the last whole pull left out because they were erased here.
    """

    agent = models.OneToOneField(Agent, on_delete=models.PROTECT, related_name="platform")
    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="+")
    platform_agent = models.CharField(max_length=128)
    watermark = models.DateTimeField(null=True)
    next_at = models.DateTimeField(db_index=True)
    last_at = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    problem = models.CharField(max_length=300, blank=True)
    erased = models.PositiveIntegerField(default=0)
    mapped_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    objects = PlatformLinkQuerySet.as_manager()


class PulledSession(TeamModel):
    """One session of the platform as it was when it was last looked at: a finished one may gain events.

    `last_event` and `last_processed_at` are those of its newest event. `problem` says why it could not be stored.
    """

    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, related_name="+")
    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="+")
    external_id = models.CharField(max_length=200)
    updated_at = models.DateTimeField(null=True)
    last_event = models.CharField(max_length=200, blank=True)
    last_processed_at = models.DateTimeField(null=True)
    is_final = models.BooleanField(default=False)
    looked_at = models.DateTimeField()
    problem = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("agent", "connection", "external_id"), name="one_pulled_session_per_external_id"
            )
        ]


class ErasedSession(TeamModel):
    """A session of the platform that was erased here, by the hash of its id: no pull brings it again."""

    digest = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=("team", "digest"), name="one_tombstone_per_session")]
