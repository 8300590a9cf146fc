"""Sessions of an agent, and one transcript."""

from django import forms
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts import naming, paging, roles
from accounts.access import needs
from agents.filters import SessionFilter
from agents.models import Agent, Session
from agents.text import covering

BEFORE = 5  # events shown before the one that a link asked for
LONGEST = 20_000  # characters of one event, unless it is asked for in full


@require_safe
@needs(roles.VIEW)
def index(request, team, agent):
    row = get_object_or_404(Agent.objects.of(request.team), slug=agent)
    sessions = Session.objects.of(request.team).filter(agent=row).newest_versions()
    sources = sessions.order_by("source").values_list("source", flat=True).distinct()[:100]
    listed = sessions.prefetch_related("outcomes")
    chosen = SessionFilter(request.GET, queryset=listed, team=request.team, sources=sources)
    context = {
        "agent": row,
        "filter": chosen,
        "filtered": any(request.GET.get(name) for name in chosen.filters),
        "page": paging.page(chosen.qs, request, keys=("-ended_at", "-pk")),
        "uploads": request.membership.may(roles.UPLOAD),
    }
    return render(request, "agents/sessions.html", context)


class PlaceForm(forms.Form):
    """Where a link points to: an event, a span of its text, or its whole text."""

    event = forms.IntegerField(min_value=0, max_value=2**31 - 1, required=False)
    start = forms.IntegerField(min_value=0, max_value=2**31 - 1, required=False)
    end = forms.IntegerField(min_value=0, max_value=2**31 - 1, required=False)
    whole = forms.BooleanField(required=False)


@require_safe
@needs(roles.VIEW)
def show(request, team, session_id):
    rows = Session.objects.of(request.team).select_related("agent")
    session = get_object_or_404(rows, public_id=session_id)
    form = PlaceForm(request.GET)
    place = form.cleaned_data if form.is_valid() else {}
    asked = place.get("event")
    events = session.events.all()
    first = max(0, asked - BEFORE) if asked is not None else 0
    page = paging.page(events.filter(position__gte=first), request, keys=("position", "pk"))
    versions = Session.objects.of(request.team).filter(
        agent=session.agent, source=session.source, external_id=session.external_id
    )
    context = {
        "session": session,
        "pusher": naming.names({session.pushed_by}, team=request.team).get(session.pushed_by, session.pushed_by),
        "agent": session.agent,
        "page": page,
        "events": [(event, _parts(event, place)) for event in page.rows],
        "first": first,
        "outcomes": session.outcomes.order_by("at", "pk"),
        "feedback": session.feedback.order_by("at", "pk"),
        "versions": versions.order_by("version")[: paging.SIZE],
        "erases": request.membership.may(roles.ERASE),
    }
    return render(request, "agents/session.html", context)


def _parts(event, place):
    """(text, is quoted) of an event's text, cut where it is very long; and how many characters were left out."""
    text = covering.text(event.text)
    here = place.get("event") == event.position
    start, end = (place.get("start"), place.get("end")) if here else (None, None)
    shown = len(text) if here and place.get("whole") else max(LONGEST, end or 0)
    text = text[:shown]
    if start is None or end is None or not start < end <= len(text):
        parts = [(text, False)]
    else:
        parts = [(text[:start], False), (text[start:end], True), (text[end:], False)]
    return {"parts": parts, "left_out": len(event.text) - len(text)}
