"""Give proposals that were there their place in the queue."""

from datetime import timedelta

from django.db import migrations

from reviews.inbox import ageing

UNDECIDED = ("open", "changes_requested", "stale", "conflict")
POINTS = {"low": 0, "medium": 8, "high": 24, "critical": 72}


def place(apps, schema_editor):
    Proposal = apps.get_model("reviews", "Proposal")
    Change = apps.get_model("reviews", "Change")
    for proposal in Proposal._base_manager.select_related("team").iterator():
        rows = list(Change._base_manager.filter(proposal=proposal).values_list("state", "tier"))
        votable = [tier for state, tier in rows if state in (*UNDECIDED, "approved")] or [tier for _, tier in rows]
        proposal.tier = max(votable, key=list(POINTS).index, default="low")
        proposal.waiting = sum(state in UNDECIDED for state, _ in rows)
        hours, zone = ageing.TARGETS[proposal.tier], proposal.team.time_zone
        proposal.due_at = ageing.due_at(opened_at=proposal.opened_at, hours=hours, zone=zone)
        points = POINTS[proposal.tier] + min(proposal.waiting // 10, 10)
        proposal.rank_at = proposal.due_at - timedelta(hours=points)
        proposal.save(update_fields=["tier", "waiting", "due_at", "rank_at"])


class Migration(migrations.Migration):
    dependencies = [("reviews", "0004_queue")]

    operations = [migrations.RunPython(place, migrations.RunPython.noop, elidable=True)]
