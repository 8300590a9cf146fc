from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.utils import timezone

from accounts import signing_in
from accounts.models import User

_ADDRESS_LIMIT = 320


class InvitationOnly(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Nobody signs up by themselves: an account is made by accepting an invitation. Sign-ins enter the trail."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def login(self, request: HttpRequest, user: User) -> None:
        super().login(request, user)
        signing_in.succeeded(user=user, at=timezone.now())

    def logout(self, request: HttpRequest) -> None:
        if request.user.is_authenticated:
            signing_in.ended(user=request.user, at=timezone.now())
        super().logout(request)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        signing_in.failed(email=str(credentials.get("email", ""))[:_ADDRESS_LIMIT], at=timezone.now())

    def set_password(self, user: User, password: str) -> None:
        super().set_password(user, password)
        signing_in.password_set(user=user, at=timezone.now())
