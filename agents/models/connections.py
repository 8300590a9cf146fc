from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Confirmation, TeamModel, public_id_field
from accounts.names import NameField
from accounts.teams import TeamQuerySet
from agents.enums import Provider


class ConnectionQuerySet(TeamQuerySet["Connection"]):
    def kept(self) -> Self:
        return self.filter(removed_at=None)

    def active(self) -> Self:
        """Those that may be used: not one that waits for a second person."""
        return self.kept().filter(waits=False)


def only_unlabelled() -> list[str]:
    return [""]


class Connection(TeamModel):
    """A team's account with who serves Claude.

    `sealed` is what signs in, under a key outside the database (`agents.connections.sealing`), and `hint` its last
    characters. `region` is where text that is sent there is worked on, `holds` are the residency labels whose text may
    be sent, "" standing for text without a label. Dreams and batches are worked on where the workspace is at home,
    whatever the region says: `dreams_hold` are those of the labels whose text may go there. `account` is the project of
    Vertex or the resource of Foundry. `waits` until a second person agrees to `confirmation`, and is not usable.
    `able` is what the last check found (`agents.connections.checking`).
    """

    public_id = public_id_field("con")
    name = NameField(_("name"), max_length=120)
    provider = models.CharField(_("provider"), max_length=12, choices=Provider, default=Provider.ANTHROPIC)
    base_url = models.CharField(_("address"), max_length=300, blank=True)
    account = models.CharField(_("project or resource"), max_length=120, blank=True)
    region = models.CharField(_("region"), max_length=40, blank=True)
    holds = models.JSONField(default=list)
    dreams_hold = models.JSONField(default=only_unlabelled)
    waits = models.BooleanField(default=False)
    confirmation = models.ForeignKey(Confirmation, on_delete=models.PROTECT, null=True, related_name="+")
    key = models.CharField(max_length=32, blank=True)
    sealed = models.BinaryField(default=bytes)
    hint = models.CharField(max_length=8, blank=True)
    able = models.JSONField(default=dict)
    checked_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    objects = ConnectionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("team", "name"), condition=Q(removed_at=None), name="one_connection_per_name"
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("agents:connection", args=[self.team.slug, self.public_id])


class WaitingKey(TeamModel):
    """Another key for a connection, sealed under a key of its own, until a second person agrees to `confirmation`."""

    public_id = public_id_field("key")
    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="+")
    confirmation = models.ForeignKey(Confirmation, on_delete=models.PROTECT, null=True, related_name="+")
    key = models.CharField(max_length=32)
    sealed = models.BinaryField()
    hint = models.CharField(max_length=8, blank=True)
    created_at = models.DateTimeField()
