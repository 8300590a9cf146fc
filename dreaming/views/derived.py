"""What is derived from a session; marking it bad, lifting the mark, and taking back what rests on it."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import roles
from accounts.access import needs
from agents.models import Session
from dreaming import derived
from reviews import proposals
from reviews.forms import ReasonForm
from reviews.taint import marking, revoking

SHOWN = 50


@require_safe
@needs(roles.VIEW)
def show(request, team, session_id):
    session = _session(request, session_id)
    found, patterns = derived.of(session)
    plan = revoking.plan(found)
    applied = [one for one in found.changes.values() if one.change.state == "applied"]
    context = {
        "session": session,
        "agent": session.agent,
        "tree": derived.tree(found),
        "changes": len(found.changes),
        "patterns": patterns[:SHOWN],
        "more_patterns": max(0, len(patterns) - SHOWN),
        "readings": derived.readings(found),
        "recalled": derived.recalled_in(found)[:SHOWN],
        "plan": plan,
        "falls": sum(one.falls for one in applied),
        "stays": sum(not one.falls for one in applied),
        "revokes": revoking.proposals_of(session),
        "form": ReasonForm(),
        "may_mark": request.membership.may(roles.TAINT),
        "may_revoke": request.membership.may(roles.REVERT),
    }
    return render(request, "dreaming/derived.html", context)


@require_POST
@needs(roles.TAINT)
def mark(request, team, session_id):
    return _marked(request, session_id, marking.mark, _("Marked. What this session says counts for nothing now."))


@require_POST
@needs(roles.TAINT)
def clear(request, team, session_id):
    return _marked(request, session_id, marking.clear, _("The mark is lifted: what this session says counts again."))


@require_POST
@needs(roles.REVERT)
def revoke(request, team, session_id):
    session = _session(request, session_id)
    found, _patterns = derived.of(session)
    reason = _("Session %(name)s was marked bad: %(reason)s") % {
        "name": session.external_id,
        "reason": session.taint_reason,
    }
    try:
        opened = revoking.open_revoke(derivation=found, reason=reason, by=request.user, at=timezone.now())
    except (revoking.NothingToRevoke, revoking.NotMarked, proposals.AlreadyProposed) as refused:
        messages.error(request, str(refused))
        return redirect("dreaming:derived", request.team.slug, session.public_id)
    messages.success(request, _("This proposal takes it back. It has to be approved like any other."))
    return redirect(opened)


def _marked(request, session_id, verb, said):
    session = _session(request, session_id)
    form = ReasonForm(request.POST)
    if form.is_valid():
        verb(session=session, reason=form.cleaned_data["reason"], by=request.user, at=timezone.now())
        messages.success(request, said)
    else:
        messages.error(request, _("Say why."))
    return redirect("dreaming:derived", request.team.slug, session.public_id)


def _session(request, session_id):
    rows = Session.objects.of(request.team).select_related("agent", "team")
    return get_object_or_404(rows, public_id=session_id)
