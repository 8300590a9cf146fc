from __future__ import annotations

import zoneinfo
from collections.abc import Iterable
from functools import cached_property, partial
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from accounts import roles
from accounts.enums import ConfirmationState, DiffView, Digest, Palette, Role, TextView, Theme
from accounts.names import NameField
from accounts.teams import TeamQuerySet
from audit import ids
from audit.trail import Actor


def public_id_field(prefix: str) -> Any:
    """An opaque id that leaves the product: prefix and uuid7."""
    return models.CharField(max_length=40, unique=True, editable=False, default=partial(ids.new, prefix))


def time_zone_choices() -> list[tuple[str, str]]:
    return [(name, name) for name in sorted(zoneinfo.available_timezones())]


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, email: str | None) -> User:
        return self.get(email__iexact=email)


class User(AbstractBaseUser, PermissionsMixin):
    """A person; may be a member of several teams. Never deleted, only switched off."""

    public_id = public_id_field("usr")
    email = models.EmailField(_("mail address"), unique=True)
    name = NameField(_("name"), max_length=120, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC")
    theme = models.CharField(_("theme"), max_length=8, choices=Theme, default=Theme.SYSTEM)
    palette = models.CharField(_("colours of changes"), max_length=8, choices=Palette, default=Palette.TEAL)
    diff_view = models.CharField(_("diff"), max_length=8, choices=DiffView, default=DiffView.SPLIT)
    text_view = models.CharField(_("text"), max_length=8, choices=TextView, default=TextView.PROSE)
    notify_by = models.CharField(_("mail when it is my turn"), max_length=8, choices=Digest, default=Digest.HOURLY)
    single_keys = models.BooleanField(_("single keys act"), default=True)
    confirms_approval = models.BooleanField(_("a second press confirms an approval"), default=True)
    keys = models.JSONField(default=dict, editable=False)  # only those that are not as they come
    is_demo = models.BooleanField(default=False, editable=False)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    joined_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="one_user_per_address")]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return str(self)

    @property
    def initials(self) -> str:
        words = str(self).split("@")[0].replace(".", " ").split() or ["?"]
        return "".join(word[0] for word in words[:2]).upper()

    @property
    def trail_actor(self) -> Actor:
        return Actor("person", self.public_id)


class Team(models.Model):
    """The tenant: nothing is visible across teams."""

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    slug = models.SlugField(max_length=60, unique=True)
    name = NameField(_("name"), max_length=120)
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC")
    sole_reviewer = models.BooleanField(default=False)
    is_demo = models.BooleanField(default=False, editable=False)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name

    @property
    def public_id(self) -> str:
        return f"team_{self.pk.hex}"

    @property
    def trail_log(self) -> str:
        return self.public_id


class TeamModel(models.Model):
    """A row of one team. `objects.of(team)` is the only way in."""

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")

    objects = TeamQuerySet.as_manager()

    class Meta:
        abstract = True

    @property
    def trail_log(self) -> str:
        return f"team_{self.team_id.hex}"


class MembershipQuerySet(TeamQuerySet["Membership"]):
    def active(self) -> MembershipQuerySet:
        return self.filter(removed_at=None, user__is_active=True)

    def with_people(self) -> MembershipQuerySet:
        return self.select_related("user").order_by("user__name", "user__email", "pk")


class Membership(TeamModel):
    """One person in one team, with a set of roles. Removed, never deleted."""

    public_id = public_id_field("mbr")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    roles = models.JSONField(default=list)
    joined_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)

    objects = MembershipQuerySet.as_manager()
    history = HistoricalRecords(app="accounts")

    class Meta:
        constraints = [models.UniqueConstraint(fields=("team", "user"), name="one_membership_per_team")]

    @cached_property
    def permissions(self) -> frozenset[str]:
        return roles.permissions_of(self.roles) if self.removed_at is None else frozenset()

    def may(self, permission: str) -> bool:
        return permission in self.permissions

    @property
    def role_labels(self) -> list[str]:
        return labels_of(self.roles)


def labels_of(roles: Iterable[str]) -> list[str]:
    return [str(Role(role).label) for role in roles]


class InvitationQuerySet(TeamQuerySet["Invitation"]):
    def pending(self) -> InvitationQuerySet:
        return self.filter(accepted_at=None, revoked_at=None)


class Invitation(TeamModel):
    """A mailed invitation to join a team; the link's secret is kept only as its SHA-256."""

    public_id = public_id_field("inv")
    email = models.EmailField()
    roles = models.JSONField(default=list)
    secret_sha256 = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    revoked_at = models.DateTimeField(null=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="accepted_by_someone",
                condition=Q(accepted_at=None, accepted_by=None)
                | Q(accepted_at__isnull=False, accepted_by__isnull=False),
            ),
            models.UniqueConstraint(
                fields=("team", "email"), condition=Q(accepted_at=None, revoked_at=None), name="one_open_invitation"
            ),
        ]

    @property
    def role_labels(self) -> list[str]:
        return labels_of(self.roles)


class ApiToken(TeamModel):
    """A machine's way in: scoped, expiring, kept only as a SHA-256. It may never decide."""

    public_id = public_id_field("tok")
    name = NameField(_("name"), max_length=120)
    secret_sha256 = models.CharField(max_length=64, unique=True)
    shown_start = models.CharField(max_length=16)
    scopes = models.JSONField(default=list)
    agent_id_only = models.CharField(max_length=40, blank=True)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=("team", "-created_at"))]

    @property
    def trail_actor(self) -> Actor:
        return Actor("machine", self.public_id)


class Knock(TeamModel):
    """How often somebody acted again, within an hour, on a team that they are not in; gone once the trail tells it."""

    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField()
    times = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=("team", "person"), name="one_count_of_knocks")]


class ConfirmationQuerySet(TeamQuerySet["Confirmation"]):
    def waiting(self) -> ConfirmationQuerySet:
        return self.filter(state=ConfirmationState.WAITING)

    def with_people(self) -> ConfirmationQuerySet:
        return self.select_related("asked_by", "decided_by")


class Confirmation(TeamModel):
    """A sensitive act, held until a second person agrees.

    `diff` is what that person reads: a list of `{"label", "before", "after"}`, all plain text. `payload` is for the app
    that asked: what it needs to perform the act, with a `version` of its own.
    """

    public_id = public_id_field("cnf")
    kind = models.CharField(max_length=40)
    target_id = models.CharField(max_length=80)
    title = NameField(max_length=200)
    diff = models.JSONField(default=list)
    payload = models.JSONField(default=dict)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    mailed_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=12, choices=ConfirmationState, default=ConfirmationState.WAITING)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    decided_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)
    waived = models.BooleanField(default=False)

    objects = ConfirmationQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=("team", "state", "-id"))]
        constraints = [
            models.UniqueConstraint(
                fields=("team", "kind", "target_id"),
                condition=Q(state=ConfirmationState.WAITING),
                name="one_waiting_for_each_target",
            ),
            models.CheckConstraint(
                name="confirmed_by_another_person",
                condition=~Q(state=ConfirmationState.CONFIRMED)
                | Q(waived=True, decided_by=F("asked_by"))
                | Q(waived=False, decided_by__isnull=False) & ~Q(decided_by=F("asked_by")),
            ),
            models.CheckConstraint(
                name="decided_when_it_waits_no_more",
                condition=Q(state=ConfirmationState.WAITING, decided_at=None)
                | ~Q(state=ConfirmationState.WAITING) & Q(decided_at__isnull=False),
            ),
        ]

    def get_absolute_url(self) -> str:
        return reverse("accounts:confirmation", args=[self.team.slug, self.public_id])

    @property
    def is_waiting(self) -> bool:
        return self.state == ConfirmationState.WAITING
