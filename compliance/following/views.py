"""One thing or one person through time."""

from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts import paging, roles
from accounts.access import needs
from accounts.models import labels_of
from audit.entries import time_text
from audit.models import Event
from compliance import people, sentences
from compliance.following import stretches, subjects
from compliance.following.forms import OLDEST, FollowForm
from compliance.past import linking


@require_safe
@needs(roles.READ_TRAIL)
def follow(request, team, followed_id):
    try:
        subject = subjects.find(request.team, followed_id)
    except subjects.Unknown as unknown:
        raise Http404 from unknown
    form = FollowForm(request.GET, team=request.team)
    page, is_whole = _page(request, subject, form)
    told = sentences.tell(request.team, page.rows)
    context = {
        "subject": subject,
        "form": form,
        "page": page,
        "is_whole": is_whole,
        "stretch": stretches.MOST,
        "rows": [(row, roles) for row, roles in zip(told, _roles_then(request.team, page.rows), strict=True)],
        "filtered": bool(form.given),
        "oldest_first": form.is_valid() and form.cleaned_data["order"] == OLDEST,
        "past_url": linking.url_about(subject.id, team=request.team, at=timezone.now()),
    }
    if subject.is_person:
        context |= _person(request, subject.id, subject.name.label)
    return render(request, "compliance/following/follow.html", context)


def _page(request, subject, form):
    """The events to show, and whether what names it was looked for in all there are."""
    if not form.is_wide:
        events = form.narrow(subjects.events(request.team, subject))
        return paging.page(events, request, keys=form.keys), True
    looked = stretches.page(form.narrow(Event.objects.of_log(request.team.trail_log)), subject.ids, request, form.keys)
    return looked.page, looked.is_whole


@require_safe
@needs(roles.READ_TRAIL)
def find(request, team):
    """From an id that somebody has, to the page that follows it."""
    id = request.GET.get("id", "").strip()
    if not id:
        return render(request, "compliance/following/find.html")
    try:
        subjects.find(request.team, id)
    except subjects.Unknown:
        return render(request, "compliance/following/find.html", {"asked": id}, status=404)
    return redirect("compliance:follow", request.team.slug, id)


def _roles_then(team, events):
    """Of each event the roles that whoever did it held then; "" where it was no member."""
    actors = {event.actor_id for event in events if event.actor_type == "person"}
    known = people.stretches(team, actors) if actors else {}
    return [", ".join(labels_of(people.held(known.get(one.actor_id, []), time_text(one.at)))) for one in events]


def _person(request, id, name):
    """`untold` is the present name where no event carries it, as of who was there before their log."""
    reveals = request.membership.may(roles.READ_PRIVATE)
    stretches = people.stretches(request.team, [id])[id]
    log = Event.objects.of_log(request.team.trail_log)
    events = dict(log.filter(seq__in=[one["event"] for one in stretches]).values_list("seq", "public_id"))
    called = people.called(request.team, id) if reveals else []
    return {
        "stretches": [(labels_of(one["roles"]), one, events.get(one["event"])) for one in reversed(stretches)],
        "called": [(one, one.event.log == request.team.trail_log) for one in called],
        "reveals": reveals,
        "untold": name if name not in [one.name for one in called[-1:]] else "",
    }
