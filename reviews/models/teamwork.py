"""How people work on proposals together: threads, drafts, notices, turns, claims and saved filters."""

from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q

from accounts.models import TeamModel, public_id_field
from accounts.names import NameField
from accounts.teams import TeamQuerySet
from agents.models import Namespace
from reviews.enums import AssignedBy, NoticeKind, RejectCode, Side, Verdict
from reviews.models.proposing import Change, Proposal, Revision


class ThreadQuerySet(TeamQuerySet["Thread"]):
    def seen_by(self, person: Any) -> Self:
        """Those in which there is something for this person to read: of a draft, only its author knows."""
        own = Comment.objects.across_teams().seen_by(person).filter(thread=OuterRef("pk"))
        return self.filter(Exists(own))

    def still_open(self) -> Self:
        """Those that people know of and nobody has settled."""
        sent = Comment.objects.across_teams().sent().filter(thread=OuterRef("pk"))
        return self.filter(Exists(sent), resolved_at=None)


class Thread(TeamModel):
    """A conversation about a change: about lines of one revision, or about all of it (`target_position` null).

    `line_start` and `line_end` count from 1 and include both; `side` says in which text. `lines` is a copy of them.
    """

    public_id = public_id_field("thr")
    change = models.ForeignKey(Change, on_delete=models.PROTECT, related_name="threads")
    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="threads")
    target_position = models.PositiveIntegerField(null=True)
    side = models.CharField(max_length=8, choices=Side, default=Side.AFTER)
    line_start = models.PositiveIntegerField(null=True)
    line_end = models.PositiveIntegerField(null=True)
    lines = models.TextField(blank=True)
    at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True)
    resolved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    objects = ThreadQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=("change", "target_position", "line_start"))]
        constraints = [
            models.CheckConstraint(
                name="resolved_by_someone",
                condition=Q(resolved_at=None, resolved_by=None)
                | Q(resolved_at__isnull=False, resolved_by__isnull=False),
            ),
            models.CheckConstraint(
                name="lines_of_a_target",
                condition=Q(line_start=None, line_end=None)
                | Q(line_start__gte=1, line_end__gte=models.F("line_start"), target_position__isnull=False),
            ),
        ]


class CommentQuerySet(TeamQuerySet["Comment"]):
    def sent(self) -> Self:
        return self.exclude(sent_at=None)

    def seen_by(self, person: Any) -> Self:
        """What was sent, and the person's own drafts."""
        return self.filter(~Q(sent_at=None) | Q(by=person))


class Comment(TeamModel):
    """What a person wrote in a thread. A draft, seen by its author alone, until the review is sent."""

    public_id = public_id_field("com")
    thread = models.ForeignKey(Thread, on_delete=models.PROTECT, related_name="comments")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    text = models.TextField()
    at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    objects = CommentQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=("thread", "at", "id"))]


class DraftVote(TeamModel):
    """A verdict that a person has prepared and not yet sent, bound to what they saw. One for each change."""

    change = models.ForeignKey(Change, on_delete=models.PROTECT, related_name="draft_votes")
    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    verdict = models.CharField(max_length=16, choices=Verdict)
    reason_code = models.CharField(max_length=16, choices=RejectCode, blank=True)
    reason = models.TextField(blank=True)
    base_sha256 = models.CharField(max_length=64)
    proposed_sha256 = models.CharField(max_length=64)
    requirement_sha256 = models.CharField(max_length=64)
    evidence_sha256 = models.CharField(max_length=64)
    facts = models.JSONField(default=dict)  # how it came about (`reviews.watching.facts`)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=("change", "by"), name="one_draft_vote")]


class Assignment(TeamModel):
    """Whose turn a proposal is. `how` and `candidates` (public ids, with what each was weighed by) explain the choice;
    `seed` is what a tie was broken with. `stands_for` is the absent person whose turn it was.
    """

    public_id = public_id_field("asg")
    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="assignments")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    stands_for = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    how = models.CharField(max_length=12, choices=AssignedBy)
    candidates = models.JSONField(default=list)
    seed = models.CharField(max_length=64, blank=True)
    by_id = models.CharField(max_length=40)
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("proposal", "person"), condition=Q(ended_at=None), name="one_turn_per_person"
            )
        ]
        indexes = [models.Index(fields=("person", "ended_at"))]


class Absence(TeamModel):
    """A time in which a person is not asked, and who is asked instead (somebody who may decide as well)."""

    public_id = public_id_field("abs")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    delegate = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    since = models.DateTimeField()
    until = models.DateTimeField()
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="absent_for_a_while", condition=Q(until__gt=models.F("since"))),
            models.CheckConstraint(name="delegate_is_another", condition=~Q(delegate=models.F("person"))),
        ]


class Claim(TeamModel):
    """Who is on a proposal for the next minutes. It locks nothing: the bound of a vote decides."""

    proposal = models.OneToOneField(Proposal, on_delete=models.PROTECT, related_name="claim")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    until = models.DateTimeField()


class Presence(TeamModel):
    """When a person last had a proposal's page open."""

    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="presences")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=("proposal", "person"), name="one_presence_per_person")]


class SavedFilter(TeamModel):
    """A query of the inbox with a name: the person's own, or the team's where `person` is null."""

    public_id = public_id_field("flt")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    name = NameField(max_length=80)
    query = models.CharField(max_length=400)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("team", "person", "name"), name="one_filter_per_name"),
            models.UniqueConstraint(fields=("team", "name"), condition=Q(person=None), name="one_team_filter_per_name"),
        ]


class NoticeQuerySet(TeamQuerySet["Notice"]):
    def unread(self) -> Self:
        return self.filter(read_at=None)


class Notice(TeamModel):
    """Something a person is told: in the list of the product, and by mail as they chose. It holds no memory text.
    It is about a proposal, about the memory of a namespace, or about a page of a higher floor: its URL name, and the
    one argument after the team.

    Until `mail_after` a worker holds it, who sets `mailed_at` once its mail is sent; after that the next one tries.
    """

    public_id = public_id_field("ntc")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=16, choices=NoticeKind)
    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, null=True, related_name="notices")
    namespace = models.ForeignKey(Namespace, on_delete=models.PROTECT, null=True, related_name="+")
    page = models.CharField(max_length=60, blank=True)
    page_arg = models.CharField(max_length=60, blank=True)
    change = models.ForeignKey(Change, on_delete=models.PROTECT, null=True, related_name="notices")
    thread = models.ForeignKey(Thread, on_delete=models.PROTECT, null=True, related_name="notices")
    by_id = models.CharField(max_length=40, blank=True)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)
    mail_after = models.DateTimeField(null=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=("team", "person", "-at", "-id")),
            models.Index(fields=("mailed_at", "at")),
        ]
        constraints = [
            models.CheckConstraint(
                name="notice_of_one_thing",
                condition=Q(proposal__isnull=False, namespace=None, page="")
                | Q(proposal=None, namespace__isnull=False, page="")
                | Q(proposal=None, namespace=None) & ~Q(page=""),
            )
        ]
