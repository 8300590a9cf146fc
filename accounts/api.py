"""The door of machines: whose token it is, how often it calls, what it may, and how it is told no."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from ninja import Schema
from ninja.security import HttpBearer

from accounts import denials, tokens
from accounts.enums import Scope
from accounts.models import ApiToken, Team
from audit import trail

WINDOW = 60  # seconds


class Fault(Schema):
    """Why a call was refused. `where` names the field or record at fault."""

    code: str
    message: str
    where: str = ""
    details: dict[str, Any] = {}


class Refusal(Schema):
    error: Fault


class Problem(Exception):
    """A call that is refused, with the answer that it gets."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        where: str = "",
        details: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.fault = {"code": code, "message": message, "where": where, "details": details or {}}
        self.headers = headers or {}

    def answer(self) -> JsonResponse:
        return JsonResponse({"error": self.fault}, status=self.status, headers=self.headers)


class Denied(Problem):
    """A refusal that stands in the team's log: the token reached for what it may not have."""

    def __init__(self, status: int, code: str, message: str, *, scope: str = "", **told: Any) -> None:
        super().__init__(status, code, message, **told)
        self.scope = scope


class MachineRequest(HttpRequest):
    """A request that came in with a live token."""

    team: Team
    token: ApiToken


class Bearer(HttpBearer):
    """Lets in live tokens that hold the scope, as often as the limit allows."""

    def __init__(self, scope: Scope) -> None:
        super().__init__()
        self.scope = scope

    def authenticate(self, request: HttpRequest, token: str) -> ApiToken:
        now = timezone.now()
        found = tokens.find(token, now)
        if found is None:
            raise unknown_token()
        request.team, request.token = found.team, found  # type: ignore[attr-defined]
        _count(found, now)
        if self.scope not in found.scopes:
            message = f"this takes a token with the scope {self.scope.value}"
            raise Denied(403, "missing_scope", message, scope=self.scope.value)
        return found


def unknown_token() -> Problem:
    return Problem(
        401,
        "unknown_token",
        "send a live token as Authorization: Bearer <token>",
        headers={"WWW-Authenticate": "Bearer"},
    )


def record_denied(request: HttpRequest, denied: Denied) -> None:
    """The team's log shows what its token was refused."""
    data: dict[str, Any] = {
        **denials.attempt(request),
        "status": denied.status,
        "reason_code": denied.fault["code"],
    }
    if denied.scope:
        data["scope"] = denied.scope
    caller: ApiToken = request.token  # type: ignore[attr-defined]
    with trail.unit_of_work(at=timezone.now()) as unit:
        unit.record("access.denied", target=caller, by=caller, data=data, outcome="denied")


def refusals(*statuses: int) -> dict[int, type[Refusal]]:
    """For an operation's published responses: these, and those that every call may get."""
    return dict.fromkeys(sorted({401, 403, 429, *statuses}), Refusal)


def _count(token: ApiToken, now: datetime) -> None:
    """One more call of this minute. Raises Problem over the limit; the first such call of a minute is logged."""
    seconds = int(now.timestamp())
    key = f"api-calls:{token.public_id}:{seconds // WINDOW}"
    cache.add(key, 0, timeout=2 * WINDOW)
    try:
        calls = cache.incr(key)
    except ValueError:  # a small cache made room for others
        return
    if calls > settings.API_CALLS_A_MINUTE:
        kind = Denied if calls == settings.API_CALLS_A_MINUTE + 1 else Problem
        wait = WINDOW - seconds % WINDOW
        message = f"more than {settings.API_CALLS_A_MINUTE} calls in a minute; try again in {wait} s"
        raise kind(429, "too_many_calls", message, headers={"Retry-After": str(wait)})
