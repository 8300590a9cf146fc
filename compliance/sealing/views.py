"""The checkpoints of a team's log: how it stands with them, the key that signs, and each of them."""

from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts import paging, roles
from accounts.access import needs
from audit.checkpoints import signing_keys
from audit.models import Checkpoint
from compliance.sealing import standing


@require_safe
@needs(roles.READ_TRAIL)
def checkpoints(request, team):
    log = request.team.trail_log
    rows = Checkpoint.objects.filter(log=log).exclude(note="").prefetch_related("deliveries")
    context = {
        "log": log,
        "standing": standing.of(log, now=timezone.now()),
        "places": standing.places(log),
        "keys": signing_keys.published(),
        "page": paging.page(rows, request),
    }
    return render(request, "compliance/checkpoints.html", context)
