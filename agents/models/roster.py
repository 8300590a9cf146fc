from __future__ import annotations

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from accounts.models import TeamModel, public_id_field
from accounts.names import NameField
from accounts.teams import TeamQuerySet
from agents.enums import Access, Exposure, StoreKind, Tier


class AgentQuerySet(TeamQuerySet["Agent"]):
    def active(self) -> Self:
        return self.filter(archived_at=None)


class Agent(TeamModel):
    """An AI agent whose memory is governed here."""

    public_id = public_id_field("agt")
    slug = models.SlugField(max_length=60)
    name = NameField(_("name"), max_length=120)
    description = models.CharField(_("what it does"), max_length=300, blank=True)
    project = models.CharField(_("project"), max_length=120, blank=True)
    exposure = models.CharField(_("exposure"), max_length=8, choices=Exposure, default=Exposure.INTERNAL)
    residency = models.CharField(_("residency"), max_length=16, blank=True)
    created_at = models.DateTimeField()
    archived_at = models.DateTimeField(null=True, blank=True)

    objects = AgentQuerySet.as_manager()
    history = HistoricalRecords(app="agents")

    class Meta:
        constraints = [models.UniqueConstraint(fields=("team", "slug"), name="one_agent_per_slug")]

    def __str__(self) -> str:
        return self.name


class Namespace(TeamModel):
    """A named area of memory. `owners` and `protected` are lists of path patterns (owners: pattern and user ids)."""

    public_id = public_id_field("nsp")
    slug = models.SlugField(max_length=60)
    name = NameField(_("name"), max_length=120)
    description = models.CharField(_("what it holds"), max_length=300, blank=True)
    owners = models.JSONField(default=list, blank=True)
    protected = models.JSONField(default=list, blank=True)
    tier_floor = models.CharField(_("lowest tier"), max_length=8, choices=Tier, default=Tier.LOW)
    residency = models.CharField(_("residency"), max_length=16, blank=True)
    store = models.CharField(_("store"), max_length=16, choices=StoreKind, default=StoreKind.LOCAL)
    created_at = models.DateTimeField()

    history = HistoricalRecords(app="agents")

    class Meta:
        constraints = [models.UniqueConstraint(fields=("team", "slug"), name="one_namespace_per_slug")]

    def __str__(self) -> str:
        return self.name


class NamespaceAccess(TeamModel):
    """Which agent reads, or reads and writes, which namespace."""

    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, related_name="access")
    namespace = models.ForeignKey(Namespace, on_delete=models.PROTECT, related_name="access")
    mode = models.CharField(max_length=8, choices=Access)

    history = HistoricalRecords(app="agents")

    class Meta:
        constraints = [models.UniqueConstraint(fields=("agent", "namespace"), name="one_access_per_namespace")]
