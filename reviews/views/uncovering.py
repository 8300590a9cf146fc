"""What a test of the review answers to whoever does anything but decide it: it ends, and says what it was."""

from functools import wraps

from django.contrib import messages
from django.shortcuts import redirect
from django.utils import timezone
from django_htmx.http import HttpResponseClientRefresh

from reviews import desk
from reviews.canaries import ending, revealing
from reviews.models import Canary


def ends_tests(view):
    """A view that writes to a change: on a test it writes nothing but that it is over. Stands below `needs`."""

    @wraps(view)
    def guarded(request, team, change_id, **rest):
        if request.method == "POST":
            change = desk.shown(request.team).filter(public_id=change_id, canary=True).first()
            if change is not None:
                ending.touch(change, by=request.user.trail_actor, at=timezone.now())
                test = Canary.objects.of(request.team).get(change=change)
                messages.info(request, revealing.said(test, request.user))
                return HttpResponseClientRefresh() if request.htmx else redirect(change)
        return view(request, team, change_id, **rest)

    return guarded
