"""What waits for room is looked at again as soon as the policy has another version: a budget may have been raised."""

from __future__ import annotations

from datetime import datetime

from django.db.models import OuterRef, Subquery

from reviews.models import Change, Policy


def release(*, now: datetime) -> int:
    """Make due what was held under an earlier version of the policy; returns how many changes. Those for which there
    is still no room are held again.
    """
    newest = Policy.objects.across_teams().filter(team=OuterRef("team")).order_by("-version").values("version")[:1]
    waiting = Change.objects.across_teams().waiting_for_room().filter(apply_after__gt=now)
    rows = waiting.annotate(newest=Subquery(newest)).values_list("pk", "newest", "budget_facts")
    due = [pk for pk, version, facts in rows if (version or 0) > facts["policy"]]
    return Change.objects.across_teams().waiting_for_room().filter(pk__in=due).update(apply_after=now)
