"""Who gets in: the guard of every page of a team."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils import timezone
from django.utils.text import get_text_list
from django.utils.translation import gettext

from accounts import denials, knocking, roles
from accounts.confirming import waiting
from accounts.enums import Role
from accounts.models import Membership, MembershipQuerySet, Team, User
from audit import trail

View = Callable[..., HttpResponseBase]
SAFE = ("GET", "HEAD", "OPTIONS")


def needs(permission: str) -> Callable[[View], View]:
    """Let in members of the team in the URL who hold the permission.

    They find `team`, `membership` and `teams` on the request. Others see a 404, so that nobody learns which
    teams there are; members without the permission see a 403.
    """

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, team: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
            membership = _membership(request, team)
            request.team = membership.team  # type: ignore[attr-defined]
            request.membership = membership  # type: ignore[attr-defined]
            if not membership.may(permission):
                _deny(request, membership, permission)
            return view(request, team, *args, **kwargs)

        return guarded

    return guard


def demand(request: HttpRequest, permission: str) -> None:
    """The same refusal for a view that `needs` let in and that asks for more on some of its ways."""
    membership: Membership = request.membership  # type: ignore[attr-defined]
    if not membership.may(permission):
        _deny(request, membership, permission)


def memberships(person: User) -> MembershipQuerySet:
    """The teams of a person, with what the frame of a page asks of each."""
    own = person.memberships.active().select_related("team")
    return own.annotate(any_waits=waiting.anything()).order_by("team__name", "pk")


def _membership(request: HttpRequest, slug: str) -> Membership:
    if not request.user.is_authenticated:
        raise Http404
    by_slug = {membership.team.slug: membership for membership in memberships(request.user)}
    if slug not in by_slug:
        _tell_stranger(request, slug)
        raise Http404
    request.teams = [membership.team for membership in by_slug.values()]  # type: ignore[attr-defined]
    by_slug[slug].user = request.user
    return by_slug[slug]


def _tell_stranger(request: HttpRequest, slug: str) -> None:
    """Who acts on a team that they are not in sees a 404 like anybody; the team's trail says who it was."""
    team = None if request.method in SAFE else Team.objects.filter(slug=slug).first()
    if team is None or not request.user.is_authenticated:
        return
    knocking.knock(team=team, person=request.user, attempt=denials.attempt(request), at=timezone.now())


def _deny(request: HttpRequest, membership: Membership, permission: str) -> None:
    with trail.unit_of_work(at=timezone.now()) as unit:
        unit.record(
            "access.denied",
            target=membership.team,
            by=membership.user,
            data={"permission": permission, **denials.attempt(request)},
            outcome="denied",
        )
    able = [str(role.label) for role in Role if permission in roles.TABLE[role]]
    raise PermissionDenied(
        gettext("This takes one of these roles: %(roles)s. Ask an admin of the team.")
        % {"roles": get_text_list(able, gettext("or"))}
    )
