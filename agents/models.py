from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from accounts.models import TeamModel, public_id_field
from accounts.names import NameField
from accounts.teams import TeamQuerySet
from agents.enums import (
    Access,
    Cause,
    Delivery,
    Exposure,
    Kind,
    OutcomeName,
    OutcomeSource,
    SearchKind,
    SourceClass,
    StoreKind,
    Tier,
    Trust,
)
from audit.models import Blob


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


class MemoryQuerySet(TeamQuerySet["Memory"]):
    def live(self) -> Self:
        return self.filter(archived=False)

    def with_text(self) -> Self:
        return self.select_related("namespace", "head__blob")


class Memory(TeamModel):
    """One text document at a path in a namespace. Its text is the blob of its head version."""

    public_id = public_id_field("mem")
    namespace = models.ForeignKey(Namespace, on_delete=models.PROTECT, related_name="memories")
    path = models.CharField(max_length=1024)
    archived = models.BooleanField(default=False)
    head = models.ForeignKey("MemoryVersion", on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()

    objects = MemoryQuerySet.as_manager()
    history = HistoricalRecords(app="agents", excluded_fields=["head"])

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("namespace", "path"), condition=Q(archived=False), name="one_live_memory_per_path"
            )
        ]
        indexes = [models.Index(fields=("team", "namespace", "path"))]

    def get_absolute_url(self) -> str:
        return reverse("agents:memory", args=[self.team.slug, self.public_id])


class MemoryVersionQuerySet(TeamQuerySet["MemoryVersion"]):
    def newest_first(self) -> Self:
        return self.order_by("-number", "-pk")


class MemoryVersion(TeamModel):
    """Append-only: one state of a memory and how its lines came from the version before.

    `edits` are [start, end, count, change id, proposal id] in lines of the version before: old lines start:end became
    `count` lines. They hold no text, so that an erasure has one place to blank.
    """

    public_id = public_id_field("ver")
    memory = models.ForeignKey(Memory, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")
    path = models.CharField(max_length=1024)
    archived = models.BooleanField(default=False)
    cause = models.CharField(max_length=8, choices=Cause)
    edits = models.JSONField(default=list)
    origin_ids = models.JSONField(default=list)
    reviewed = models.BooleanField(default=True)
    actor_type = models.CharField(max_length=8)
    actor_id = models.CharField(max_length=40)
    at = models.DateTimeField()

    objects = MemoryVersionQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=("memory", "number"), name="one_version_per_number")]
        indexes = [models.Index(fields=("team", "-id"))]

    @property
    def text(self) -> str:
        return str(self.blob.text)


class StatementRecord(TeamModel):
    """The identity of one statement of a memory over versions: when first seen, last confirmed, how it fared.

    `start` and `end` are lines of the memory's head; a statement that is gone keeps its row with `retired_at`.
    """

    public_id = public_id_field("stm")
    memory = models.ForeignKey(Memory, on_delete=models.PROTECT, related_name="statements")
    sha256 = models.CharField(max_length=64)
    kind = models.CharField(max_length=12)
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    first_seen = models.DateTimeField()
    confirmed_at = models.DateTimeField()
    helpful = models.PositiveIntegerField(default=0)
    harmful = models.PositiveIntegerField(default=0)
    pinned = models.BooleanField(default=False)
    introduced_by = models.CharField(max_length=40, blank=True)
    parents = models.JSONField(default=list)
    retired_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=("memory", "retired_at", "start")), models.Index(fields=("team", "sha256"))]


class SessionQuerySet(TeamQuerySet["Session"]):
    def newest_versions(self) -> Self:
        return self.filter(is_newest=True)

    def newest_first(self) -> Self:
        return self.order_by("-ended_at", "-pk")


class Session(TeamModel):
    """One transcript, unique by agent, source, external id and version.

    A transcript that only grew extends its version; another beginning makes the next. `content_sha256` is over all
    events of this version, in order. `user_key` tells sessions that served one user from others, and not whom.
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
        indexes = [models.Index(fields=("team", "agent", "-ended_at", "-id"))]

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


class StorePush(TeamModel):
    """A version on its way to the namespace's store: applied is not delivered."""

    version = models.OneToOneField(MemoryVersion, on_delete=models.PROTECT, related_name="push")
    state = models.CharField(max_length=10, choices=Delivery, default=Delivery.PENDING)
    attempts = models.PositiveIntegerField(default=0)
    problem = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=("state", "id"))]
        constraints = [
            models.CheckConstraint(
                name="delivered_with_its_time",
                condition=Q(state=Delivery.DELIVERED, delivered_at__isnull=False)
                | (~Q(state=Delivery.DELIVERED) & Q(delivered_at=None)),
            )
        ]


class SearchRow(TeamModel):
    """What the search looks through, derived from the rows it is about and made anew from them.

    `about` is the public id of what a hit opens, `words` what the text says in the form that is looked up
    (`agents.search.words`). The database indexes `words` (migration 0002_search).
    """

    kind = models.CharField(max_length=10, choices=SearchKind)
    about = models.CharField(max_length=40)
    record = models.OneToOneField(StatementRecord, on_delete=models.PROTECT, null=True, related_name="search_row")
    namespace = models.ForeignKey(Namespace, on_delete=models.PROTECT, null=True, related_name="+")
    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, null=True, related_name="+")
    title = models.CharField(max_length=1024)
    text = models.TextField(blank=True)
    words = models.TextField()
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=("team", "kind", "about"))]


class SearchDue(TeamModel):
    """Something that was written and that the search does not know as it is now. Taken away when it does."""

    kind = models.CharField(max_length=10, choices=SearchKind)
    about = models.CharField(max_length=40)
