"""A secret that a check found, shown once to who may decide on the change."""

from django import forms
from django.core.exceptions import BadRequest
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts import roles
from accounts.access import needs
from agents.shown import Line
from reviews import revealing
from reviews.models import Revision


class SpanForm(forms.Form):
    """Where a check found the secret."""

    target = forms.IntegerField(min_value=0)
    start = forms.IntegerField(min_value=0)
    end = forms.IntegerField(min_value=1)


@never_cache
@require_POST
@needs(roles.DECIDE)
def reveal(request, team, change_id, revision):
    rows = Revision.objects.of(request.team).select_related("change__proposal")
    row = get_object_or_404(rows, change__public_id=change_id, number=revision)
    form = SpanForm(request.POST)
    if not form.is_valid():
        raise BadRequest(form.errors.as_text())
    span = form.cleaned_data
    try:
        secret, check = revealing.reveal(
            team=request.team,
            revision=row,
            position=span["target"],
            start=span["start"],
            end=span["end"],
            by=request.user,
            at=timezone.now(),
        )
    except revealing.NoSecret:
        raise Http404 from None
    drawn = Line(secret).draw(secret)
    context = {"secret": drawn, "check": check, "change": row.change, "proposal": row.change.proposal}
    template = "reviews/_revealed.html" if request.htmx else "reviews/revealed.html"
    return render(request, template, context)
