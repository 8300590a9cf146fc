"""A person's review of a proposal while it is prepared: begun, sent at once, or thrown away."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts import roles
from accounts.access import needs
from reviews import drafting
from reviews.templatetags.cards import plain
from reviews.views.rows import proposals as rows


@require_POST
@needs(roles.DECIDE)
def review(request, team, number):
    """Begin to keep votes, send what is kept, or throw it away. Sending and throwing away end the review."""
    row = get_object_or_404(rows(request), number=number)
    act = request.POST.get("act")
    key = f"review {request.team.slug}"
    if act == "begin":
        request.session[key] = row.number
        return redirect(row)
    if act == "send":
        _tell(request, drafting.send(proposal=row, by=request.user, at=timezone.now()))
    elif act == "discard":
        drafting.discard(proposal=row, by=request.user, at=timezone.now())
        messages.success(request, _("The votes of your review are gone."))
    request.session.pop(key, None)
    return redirect(row)


def context(request, proposal):
    """What the bar of a review shows; nothing for who does not decide."""
    if not request.membership.may(roles.DECIDE):
        return {}
    is_on = request.session.get(f"review {request.team.slug}") == proposal.number
    return {"review": {"is_on": is_on, "count": drafting.count(proposal, request.user)}, "proposal": proposal}


def _tell(request, sent):
    votes = ngettext("%(n)d vote", "%(n)d votes", sent.votes) % {"n": sent.votes}
    comments = ngettext("%(n)d comment", "%(n)d comments", sent.comments) % {"n": sent.comments}
    messages.success(
        request, _("Your review is sent: %(votes)s, %(comments)s.") % {"votes": votes, "comments": comments}
    )
    for change, why in sent.refused[:5]:
        said = {"title": plain(change.title), "why": why}
        messages.warning(request, _("Still prepared, “%(title)s”: %(why)s") % said)
