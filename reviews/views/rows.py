"""Rows as views ask for them, with the relations that their pages draw."""

from reviews.models import Proposal


def proposals(request):
    return Proposal.objects.of(request.team).select_related("agent", "team")
