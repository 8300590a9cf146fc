"""How much an agent may still put forward over the API."""

from __future__ import annotations

from django.db import models

from accounts.models import TeamModel
from agents.models import Agent


class Allowance(TeamModel):
    """How many proposals an agent may still open at once: `left` at the time `at`, filled up as time goes by.

    `told_at` is when the log last heard that it wanted more.
    """

    agent = models.OneToOneField(Agent, on_delete=models.PROTECT, related_name="+")
    left = models.FloatField()
    at = models.DateTimeField()
    told_at = models.DateTimeField(null=True)
