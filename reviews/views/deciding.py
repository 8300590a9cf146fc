"""Votes on one change, and taking them back."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts import roles
from accounts.access import needs
from reviews import applying, decisions, desk, drafting, rebasing
from reviews.budgets import telling
from reviews.canaries import deciding as testing
from reviews.canaries import revealing
from reviews.decisions import Moved, Refused
from reviews.enums import State, Verdict
from reviews.forms import DecisionForm, ReasonForm
from reviews.models import AT_ONCE, Decision
from reviews.reading import overview
from reviews.reading.card import Typed
from reviews.templatetags.cards import plain
from reviews.views import drawing, onward, reviewing
from reviews.views import proposal as proposals
from reviews.watching import facts

DONE = {
    Verdict.APPROVE: gettext_lazy("Approved: %(title)s"),
    Verdict.REJECT: gettext_lazy("Rejected: %(title)s"),
    Verdict.REQUEST_CHANGES: gettext_lazy("Changes requested: %(title)s"),
    Verdict.QUARANTINE: gettext_lazy("Put into quarantine: %(title)s"),
}


@require_POST
@needs(roles.DECIDE)
def decide(request, team, change_id):
    change = _change(request, change_id)
    form, keep = DecisionForm(request.POST), "prepare" in request.POST
    if not form.is_valid():
        return _refused(request, change, _typed(request, form.problem), 422)
    at, opened = timezone.now(), request.POST.getlist("opened")
    verb = testing.decide if change.canary else drafting.prepare if keep else decisions.decide
    try:
        done = verb(
            team=request.team,
            change_id=change_id,
            revision_id=form.cleaned_data["revision"],
            bound=form.bound,
            word=form.word,
            by=request.user,
            at=at,
            opened=opened,
            facts=_facts(request, change, form, opened, at),
        )
    except Refused as clash:
        _carry_over(request, clash)
        return _refused(request, change, _typed(request, str(clash)), 409)
    if change.canary:
        return _answer(request, change, revealing.said(done, request.user), onwards=False)
    return _answer(request, done.change, _said(done.change, form.word.verdict, keep), seat=done)


@require_POST
@needs(roles.DECIDE)
def unprepare(request, team, change_id):
    """Throw away what was kept for one's review."""
    change = _change(request, change_id)
    change = drafting.remove(team=request.team, change_id=change_id, by=request.user, at=timezone.now())
    return _answer(request, change, _("Removed from your review."), onwards=False)


@require_POST
@needs(roles.DECIDE)
def withdraw_vote(request, team, change_id):
    change = _change(request, change_id)
    try:
        change = decisions.withdraw(team=request.team, change_id=change_id, by=request.user, at=timezone.now())
    except Refused as clash:
        return _refused(request, change, Typed(alert=str(clash)), 409)
    return _answer(request, change, _("Your vote is taken back."), onwards=False)


@require_POST
@needs(roles.DISMISS)
def dismiss(request, team, decision_id):
    votes = Decision.objects.of(request.team).counted().filter(verdict=Verdict.REQUEST_CHANGES)
    vote = get_object_or_404(votes, public_id=decision_id)
    change = _change(request, vote.change.public_id)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _refused(request, change, Typed(alert=_("Say why the request is set aside.")), 422)
    reason = form.cleaned_data["reason"]
    change = decisions.dismiss(
        team=request.team, decision_id=decision_id, reason=reason, by=request.user, at=timezone.now()
    )
    return _answer(request, change, _("The request is set aside."), onwards=False)


@require_POST
@needs(roles.APPLY)
def apply_now(request, team, change_id):
    change = _change(request, change_id)
    at = timezone.now()
    change = applying.apply_now(team=request.team, change_id=change_id, by=request.user.trail_actor, at=at)
    if change.state != State.APPLIED:
        why = telling.waits(change) or _("It could not be applied as it stands. Look at it again.")
        return _refused(request, change, Typed(alert=why), 409)
    return _answer(request, change, _("Applied."), onwards=False)


def _facts(request, change, form, opened, at):
    return facts.read(
        change_id=change.public_id,
        revision_id=form.cleaned_data["revision"],
        word=request.POST.get("drawn", ""),
        opened=opened,
        by_key="by_key" in request.POST,
        person=request.user,
        at=at,
    )


def _said(change, verdict, keep):
    return _("Kept for your review.") if keep else DONE[verdict] % {"title": plain(change.title)}


def _change(request, change_id):
    return get_object_or_404(desk.shown(request.team).select_related("proposal__team"), public_id=change_id)


def _carry_over(request, clash):
    """Do at once what the tick would do in a minute, so that the answer shows the change as it has to be decided."""
    if isinstance(clash, Moved) and not clash.change.canary:
        rebasing.refresh(team=request.team, change_id=clash.change.pk, at=timezone.now())


def _typed(request, alert):
    given = request.POST
    return Typed(
        alert=alert,
        reason=given.get("reason", "")[:8000],
        reason_code=given.get("reason_code", "")[:40],
        verdict=given.get("verdict", "")[:40],
    )


def _answer(request, change, text, *, onwards=True, seat=None):
    """The card alone for a part; without scripts back to the page, at the next change that waits. `seat` is the change
    as it was just decided.
    """
    if not request.htmx:
        messages.success(request, text)
        return redirect(onward.keep(request, _place(request, change, onwards)))
    card = drawing.one_card(request, change.public_id, seat=seat)
    context = {
        "card": card,
        "text": text,
        "overview": overview.of(change.proposal, person=request.user),
        "undo": card.undoes and onwards,
        "onward": (onward.read_at_the_end if onwards else onward.read)(request, change.proposal),
        **reviewing.context(request, change.proposal),
    }
    return render(request, "reviews/_answer.html", drawing.shared(request) | context)


def _refused(request, change, typed, status):
    """The same card with what was typed and what is in the way."""
    if request.htmx:
        context = drawing.shared(request) | {"card": drawing.one_card(request, change.public_id, typed)}
        context["text"] = typed.alert  # the card may be out of sight: a key takes back what was decided last
        return render(request, "reviews/_refused.html", context, status=status)
    row = get_object_or_404(proposals.rows(request), pk=change.proposal_id)
    start = change.position if change.position >= AT_ONCE else 0
    return proposals.page(request, row, start=start, typed={change.public_id: typed}, status=status)


def _place(request, change, onwards):
    place = overview.next_for(request.user, change) if onwards else change
    return place.get_absolute_url()
