"""How much of the week's budgets of a namespace is used, and what waits for room."""

from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts import paging, roles
from accounts.access import needs
from agents.models import Namespace
from reviews import policy
from reviews.budgets import showing, spending, weeks


@require_safe
@needs(roles.VIEW)
def of_namespace(request, team, namespace):
    row = get_object_or_404(Namespace.objects.of(request.team).select_related("team"), slug=namespace)
    now = timezone.now()
    waiting, count = showing.waiting(row)
    spent = spending.of_week(row, at=now).select_related("change__proposal")
    context = {
        "namespace": row,
        "uses": showing.uses(row, at=now),
        "entry": showing.entry_limits(policy.document_of(request.team)),
        "waiting": waiting,
        "waiting_count": count,
        "hottest": showing.hottest(row, at=now),
        "weeks": showing.weeks(row),
        "begins": weeks.week_of(now, request.team),
        "free_at": weeks.next_begins(now, request.team),
        "page": paging.page(spent, request),
    }
    return render(request, "reviews/budgets.html", context)
