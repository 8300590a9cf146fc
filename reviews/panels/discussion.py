"""What is said about a change, unsettled first. A thread about lines stands under them, and is linked here."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from reviews.models import Change
from reviews.panels.base import Panel
from reviews.reading import talks
from reviews.talking import mentions


def read(change: Change, request: HttpRequest) -> dict[str, Any]:
    team, membership = request.team, request.membership  # type: ignore[attr-defined]
    found = talks.read([change], team=team, person=membership.user, permissions=membership.permissions)
    said = sorted(found.get(change.pk, []), key=lambda one: one.is_resolved)
    slug = team.slug
    return {
        "change": change,
        "talks": said,
        "url": reverse("reviews:change", args=[slug, change.public_id]),
        "say_url": reverse("reviews:thread_new", args=[slug, change.public_id]),
        "say_id": f"{change.public_id}-all",
        "spot": {"r": change.head.number if change.head else 1},
        "people": mentions.people(team).members,
    }


PANEL = Panel(_("Discussion"), "reviews/panels/discussion.html", read)
