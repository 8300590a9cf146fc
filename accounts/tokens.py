"""API tokens: how machines come in. A token can push, read and propose; it can never decide."""

from __future__ import annotations

import hashlib
import re
import secrets
import zlib
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Q

from accounts.enums import Scope
from accounts.models import ApiToken, Team, User
from audit import trail

LONGEST = timedelta(days=90)
TOUCH_EVERY = timedelta(minutes=1)

_SHAPE = re.compile(r"(lcd_[0-9a-f]{8}_[A-Za-z0-9_-]{43})_([0-9a-f]{8})")


class BadTerms(ValueError):
    """No scope, an unknown one, or an expiry that is past or more than 90 days ahead."""


class AlreadyRevoked(Exception):
    """The token was revoked before."""


def create(
    *,
    team: Team,
    name: str,
    scopes: Iterable[str],
    expires_at: datetime,
    by: User,
    at: datetime,
    agent_id_only: str = "",
) -> tuple[ApiToken, str]:
    """Make a token and return its secret, which is shown once and kept only as a SHA-256. Raises BadTerms."""
    chosen = _known(scopes)
    if not at < expires_at <= at + LONGEST:
        raise BadTerms("a token ends within 90 days")
    secret = _new_secret()
    with trail.unit_of_work(at=at) as unit:
        token = ApiToken.objects.create(
            team=team,
            name=name,
            secret_sha256=_sha256(secret),
            shown_start=secret[:12],
            scopes=chosen,
            agent_id_only=agent_id_only,
            created_by=by,
            created_at=at,
            expires_at=expires_at,
        )
        unit.record(
            "token.created",
            target=token,
            by=by,
            data={"scopes": chosen, "expires_at": expires_at.isoformat(), "agent": agent_id_only},
            private={"name": name},
        )
    return token, secret


def revoke(*, token: ApiToken, by: User, at: datetime, reason_code: str = "") -> None:
    """End a token at once. Raises AlreadyRevoked."""
    with trail.unit_of_work(at=at) as unit:
        live = ApiToken.objects.of(token.team).filter(pk=token.pk, revoked_at=None)
        if not live.update(revoked_at=at):
            raise AlreadyRevoked(token.public_id)
        data = {"scopes": token.scopes} | ({"reason_code": reason_code} if reason_code else {})
        unit.record("token.revoked", target=token, by=by, data=data)


def revoke_of_person(*, team: Team, person: User, by: User, at: datetime) -> None:
    """End what a person made who leaves the team."""
    with trail.unit_of_work(at=at):
        for token in ApiToken.objects.of(team).filter(created_by=person, revoked_at=None).select_for_update():
            token.team = team
            revoke(token=token, by=by, at=at, reason_code="member_removed")


def find(secret: str, now: datetime) -> ApiToken | None:
    """The live token that this secret belongs to, with its team; notes its use at most once a minute."""
    shape = _SHAPE.fullmatch(secret)
    if shape is None or _checksum(shape[1]) != shape[2]:
        return None
    live = ApiToken.objects.across_teams().filter(
        secret_sha256=_sha256(secret), revoked_at=None, expires_at__gt=now, created_by__is_active=True
    )
    token = live.select_related("team").first()
    if token is not None and (token.last_used_at is None or token.last_used_at <= now - TOUCH_EVERY):
        stale = Q(last_used_at=None) | Q(last_used_at__lte=now - TOUCH_EVERY)
        ApiToken.objects.of(token.team).filter(stale, pk=token.pk).update(last_used_at=now)
    return token


def _known(scopes: Iterable[str]) -> list[str]:
    chosen = set(scopes)
    if not chosen or chosen - set(Scope.values):
        raise BadTerms(f"scopes are {', '.join(Scope.values)}")
    return [str(scope) for scope in Scope.values if scope in chosen]


def _new_secret() -> str:
    body = f"lcd_{secrets.token_hex(4)}_{secrets.token_urlsafe(32)}"
    return f"{body}_{_checksum(body)}"


def _checksum(body: str) -> str:
    """Lets a scanner tell a token from a look-alike without asking us."""
    return f"{zlib.crc32(body.encode()):08x}"


def _sha256(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
