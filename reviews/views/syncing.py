from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts import roles
from accounts.access import needs
from agents.models import StoredMemory
from reviews import syncing


@require_safe
@needs(roles.VIEW)
def conflict(request, team, conflict):
    """To the proposal that decides about it."""
    rows = StoredMemory.objects.of(request.team).filter(gone_at=None).select_related("memory__namespace")
    held = get_object_or_404(rows, conflict=conflict)
    proposal = syncing.proposal_of(held)
    if proposal is not None:
        return redirect(proposal)
    messages.info(request, _("Its proposal is not there yet: it comes within a minute."))
    return redirect("agents:namespace_store", team, held.memory.namespace.slug)
