"""From what an event is about to the page of memory as it was then."""

from datetime import datetime
from urllib.parse import urlencode

from django.urls import reverse

from accounts.models import Team
from agents.models import Memory
from compliance.past import moments


def url_about(target: str, *, team: Team, at: datetime) -> str:
    """The page for the agent, the namespace, or the memory's namespace that an id names; "" for anything else."""
    about = target if target.startswith(("agt_", "nsp_")) else ""
    if target.startswith("mem_"):
        row = Memory.objects.of(team).filter(public_id=target).select_related("namespace").first()
        about = row.namespace.public_id if row else ""
    if not about:
        return ""
    return f"{reverse('compliance:past', args=[team.slug])}?{urlencode({'about': about, 'at': moments.text(at)})}"
