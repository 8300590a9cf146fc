"""Verbs of teams and of who is in them."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial

from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext

from accounts import tokens
from accounts.enums import Role
from accounts.models import Invitation, Membership, Team, User
from audit import trail

INVITATION_DAYS = 14

By = User | trail.Actor


class Taken(Exception):
    """There is a team with this slug."""


class UnknownRole(ValueError):
    """A role that is not in the table, or none at all."""


class AlreadyMember(Exception):
    """The address belongs to someone who is in the team."""


class InvitationGone(Exception):
    """No such invitation, or it was accepted, withdrawn or has expired."""


class OtherPerson(Exception):
    """The invitation is for another address than that of the person signed in."""


class HasAccount(Exception):
    """The invited address has an account: its owner signs in to accept."""


class LastAdmin(Exception):
    """A team keeps at least one admin."""


def create_team(
    *, name: str, slug: str = "", by: By, at: datetime, time_zone: str = "UTC", is_demo: bool = False
) -> Team:
    """Make a team without members; invite its first admin next. Raises Taken where the given slug is not free."""
    with trail.unit_of_work(at=at) as unit:
        if slug and Team.objects.filter(slug=slug).exists():
            raise Taken(slug)
        team = Team.objects.create(
            name=name, slug=slug or _free_slug(name), time_zone=time_zone, is_demo=is_demo, created_at=at
        )
        unit.record(
            "team.created",
            target=team,
            by=by,
            data={"slug": team.slug, "time_zone": time_zone, "demo": is_demo},
            private={"name": name},
            subject=team.public_id,
        )
    return team


def set_team(*, team: Team, name: str, time_zone: str, sole_reviewer: bool, by: User, at: datetime) -> Team:
    """Change what a team is called, its time zone, and whether its only reviewer may decide on own work."""
    wanted = {"name": name, "time_zone": time_zone, "sole_reviewer": sole_reviewer}
    with trail.unit_of_work(at=at) as unit:
        team = _lock(team)
        changed = [field for field, value in wanted.items() if getattr(team, field) != value]
        if changed:
            for field in changed:
                setattr(team, field, wanted[field])
            team.save(update_fields=changed)
            unit.record(
                "team.changed",
                target=team,
                by=by,
                data={"changed": changed, "time_zone": time_zone, "sole_reviewer": sole_reviewer},
                private={"name": name} if "name" in changed else None,
                subject=team.public_id,
            )
    return team


def invite(
    *, team: Team, email: str, roles: Iterable[str], by: By, at: datetime, base_url: str = ""
) -> tuple[Invitation, str]:
    """Invite an address and return the secret of the link, which is kept nowhere. Mailed where `base_url` is given.

    An open invitation of the same address is withdrawn for it. Raises AlreadyMember, UnknownRole.
    """
    email, wanted, secret = email.strip().lower(), _known(roles), secrets.token_urlsafe(32)
    with trail.unit_of_work(at=at) as unit:
        _lock(team)
        if Membership.objects.of(team).active().filter(user__email__iexact=email).exists():
            raise AlreadyMember(email)
        for earlier in Invitation.objects.of(team).pending().filter(email=email):
            revoke_invitation(invitation=earlier, by=by, at=at)
        invitation = Invitation.objects.create(
            team=team,
            email=email,
            roles=wanted,
            secret_sha256=_sha256(secret),
            invited_by=by if isinstance(by, User) else None,
            created_at=at,
            expires_at=at + timedelta(days=INVITATION_DAYS),
        )
        unit.record(
            "member.invited",
            target=invitation,
            by=by,
            data={"roles": wanted, "expires_at": invitation.expires_at.isoformat()},
            private={"email": email},
            subject=invitation.public_id,
        )
        if base_url:
            transaction.on_commit(partial(_mail, invitation, link(base_url, secret)), robust=True)
    return invitation, secret


def link(base_url: str, secret: str) -> str:
    return base_url.rstrip("/") + reverse("accounts:accept", args=[secret])


def revoke_invitation(*, invitation: Invitation, by: By, at: datetime) -> None:
    """Withdraw an invitation that is still open. Raises InvitationGone."""
    with trail.unit_of_work(at=at) as unit:
        mine = Invitation.objects.of(invitation.team).pending().filter(pk=invitation.pk)
        if not mine.update(revoked_at=at):
            raise InvitationGone
        unit.record(
            "member.invitation_withdrawn",
            target=invitation,
            by=by,
            data={"roles": invitation.roles},
            private={"email": invitation.email},
            subject=invitation.public_id,
        )


def find_invitation(*, secret: str, at: datetime) -> Invitation:
    """The open invitation that this link belongs to. Raises InvitationGone."""
    found = Invitation.objects.across_teams().pending().filter(secret_sha256=_sha256(secret), expires_at__gt=at)
    invitation = found.select_related("team", "invited_by").first()
    if invitation is None:
        raise InvitationGone
    return invitation


def accept(*, secret: str, at: datetime, user: User | None = None, name: str = "", password: str = "") -> Membership:
    """Join by the link: as the person signed in, or with a new account.

    Raises InvitationGone, OtherPerson (signed in under another address), HasAccount (sign in first).
    """
    with trail.unit_of_work(at=at) as unit:
        invitation = find_invitation(secret=secret, at=at)
        _lock(invitation.team)
        invitation = find_invitation(secret=secret, at=at)  # look again: another click may have held the lock
        if user is not None and user.email.lower() != invitation.email:
            raise OtherPerson(invitation.email)
        if user is None:
            user = _new_user(invitation.email, name=name, password=password)
        membership = _join(invitation, user, at=at)
        Invitation.objects.of(invitation.team).filter(pk=invitation.pk).update(accepted_at=at, accepted_by=user)
        unit.record(
            "member.joined",
            target=membership,
            by=user,
            data={"roles": membership.roles, "invitation": invitation.public_id},
            private={"email": user.email, "name": user.name},
            subject=user.public_id,
        )
    return membership


def set_roles(*, membership: Membership, roles: Iterable[str], by: User, at: datetime) -> Membership:
    """Give a member this set of roles. Raises LastAdmin, UnknownRole, Membership.DoesNotExist."""
    wanted = _known(roles)
    with trail.unit_of_work(at=at) as unit:
        membership = _locked(membership)
        before = membership.roles
        if before == wanted:
            return membership
        if Role.ADMIN not in wanted:
            _keep_an_admin(membership)
        membership.roles = wanted
        _save(membership, by=by, why="roles set")
        unit.record("member.roles_set", target=membership, by=by, data={"before": before, "after": wanted})
    return membership


def remove(*, membership: Membership, by: User, at: datetime) -> Membership:
    """End a membership and revoke the tokens this person made. Raises LastAdmin, Membership.DoesNotExist."""
    with trail.unit_of_work(at=at) as unit:
        membership = _locked(membership)
        _keep_an_admin(membership)
        tokens.revoke_of_person(team=membership.team, person=membership.user, by=by, at=at)
        membership.removed_at = at
        _save(membership, by=by, why="removed")
        unit.record("member.removed", target=membership, by=by, data={"roles": membership.roles})
    return membership


def has_admin(team: Team) -> bool:
    return any(Role.ADMIN in membership.roles for membership in Membership.objects.of(team).active())


def _known(wanted: Iterable[str]) -> list[str]:
    chosen = set(wanted)
    if not chosen or chosen - set(Role.values):
        raise UnknownRole(", ".join(sorted(chosen)))
    return [str(role) for role in Role.values if role in chosen]


def _free_slug(name: str) -> str:
    base = slugify(name)[:50].strip("-") or "team"
    taken = set(Team.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    return next(slug for slug in (base, *(f"{base}-{n}" for n in range(2, len(taken) + 3))) if slug not in taken)


def _sha256(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _lock(team: Team) -> Team:
    """One change of a team's members at a time; rows that only refer to the team are not held up."""
    return Team.objects.select_for_update(no_key=True).get(pk=team.pk)


def _locked(membership: Membership) -> Membership:
    team = _lock(membership.team)
    return Membership.objects.of(team).active().select_related("team", "user").get(pk=membership.pk)


def _keep_an_admin(membership: Membership) -> None:
    others = Membership.objects.of(membership.team).active().exclude(pk=membership.pk)
    if Role.ADMIN in membership.roles and not any(Role.ADMIN in other.roles for other in others):
        raise LastAdmin


def _new_user(email: str, *, name: str, password: str) -> User:
    if User.objects.filter(email__iexact=email).exists():
        raise HasAccount(email)
    return User.objects.create_user(email, password, name=name.strip())


def _join(invitation: Invitation, user: User, *, at: datetime) -> Membership:
    """A new membership, or the one that was ended before, with the invited roles."""
    membership = Membership.objects.of(invitation.team).filter(user=user).first()
    if membership is None:
        membership = Membership(team=invitation.team, user=user, joined_at=at)
    membership.roles, membership.removed_at = invitation.roles, None
    _save(membership, by=user, why="joined")
    return membership


def _save(membership: Membership, *, by: By, why: str) -> None:
    membership._history_user = by if isinstance(by, User) else None  # type: ignore[attr-defined]
    membership._change_reason = why  # type: ignore[attr-defined]
    membership.save()


def _mail(invitation: Invitation, url: str) -> None:
    about = {"invitation": invitation, "url": url, "days": INVITATION_DAYS}
    send_mail(
        gettext("You are invited to %(team)s on Lucid") % {"team": " ".join(invitation.team.name.split())},
        render_to_string("accounts/mail/invitation.txt", about),
        None,
        [invitation.email],
    )
