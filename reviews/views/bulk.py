"""One word on several changes of a proposal: choose, see what will happen, decide, and take all of it back."""

from django.contrib import messages
from django.core import signing
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import roles
from accounts.access import needs
from agents.enums import Tier
from reviews import bulk as verbs
from reviews import desk
from reviews.decisions import Refused, Word
from reviews.enums import RejectCode, Verdict
from reviews.forms import SeveralForm
from reviews.models import Decision
from reviews.templatetags.cards import plain
from reviews.views.rows import proposals as rows

SALT = "reviews.bulk"
AN_HOUR = 3600


@require_http_methods(["GET", "HEAD", "POST"])
@needs(roles.DECIDE)
def several(request, team, number):
    """The undecided changes with a box each; posted, what one word on the chosen ones will do."""
    row = get_object_or_404(rows(request), number=number)
    changes = list(desk.rows(request.team).filter(proposal=row).undecided().in_order()[: verbs.MOST])
    if request.method != "POST":
        return _choose(request, row, changes)
    form = SeveralForm(request.POST, ids=[change.public_id for change in changes])
    if not form.is_valid():
        return _choose(request, row, changes, form=form, status=422)
    word = form.word
    chosen = [change for change in changes if change.public_id in set(form.cleaned_data["change"])]
    items = verbs.read(chosen, team=request.team, verdict=word.verdict, by=request.user)
    taken = [item for item in items if not item.problem]
    promise = {
        "by": request.user.public_id,
        "word": [word.verdict, word.reason, word.reason_code],
        "seen": {item.seat.change.public_id: item.seen for item in taken},
    }
    context = {
        "proposal": row,
        "taken": taken,
        "refused": [item for item in items if item.problem],
        "verdict": word.verdict,
        "code": RejectCode(word.reason_code).label if word.reason_code else "",
        "reason": word.reason,
        "signed": signing.dumps(promise, salt=SALT, compress=True),
    }
    return render(request, "reviews/several_preview.html", context)


@require_POST
@needs(roles.DECIDE)
def decide(request, team, number):
    """Do what was shown, on the very list that was shown."""
    row = get_object_or_404(rows(request), number=number)
    try:
        promise = signing.loads(request.POST.get("signed", ""), salt=SALT, max_age=AN_HOUR)
    except signing.BadSignature:
        promise = {}
    if promise.get("by") != request.user.public_id:
        messages.error(request, _("This list is too old. Choose again."))
        return redirect("reviews:several", request.team.slug, row.number)
    verdict, reason, code = promise["word"]
    word = Word(Verdict(verdict), reason, code)
    try:
        outcome = verbs.decide(team=request.team, seen=promise["seen"], word=word, by=request.user, at=timezone.now())
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("reviews:several", request.team.slug, row.number)
    _tell(request, outcome.refused)
    if not outcome.decided:
        return redirect("reviews:several", request.team.slug, row.number)
    return redirect("reviews:batch", request.team.slug, outcome.batch)


@require_safe
@needs(roles.VIEW)
def outcome(request, team, batch):
    """What a batch has come to; for the person who decided, the way back as long as there is one."""
    votes = _votes(request, batch)
    counted = [vote for vote in votes if vote.withdrawn_at is None and vote.by_id == request.user.pk]
    context = {
        "proposal": votes[0].change.proposal,
        "batch": batch,
        "votes": votes,
        "who": votes[0].by,
        "undoes": [vote for vote in counted if vote.change.state not in ("applied", "reverted")],
    }
    return render(request, "reviews/several_done.html", context)


@require_POST
@needs(roles.DECIDE)
def undo(request, team, batch):
    _votes(request, batch)
    refused = verbs.undo(team=request.team, batch=batch, by=request.user, at=timezone.now())
    _tell(request, refused)
    messages.success(request, _("All votes that could be are taken back."))
    return redirect("reviews:batch", request.team.slug, batch)


def _votes(request, batch):
    votes = Decision.objects.of(request.team).filter(batch=batch)
    found = list(votes.select_related("by", "change__proposal__team").order_by("change__position", "pk"))
    if not found:
        raise Http404
    return found


def _tell(request, refused):
    """What was left out, with the reasons."""
    if refused:
        lead = ngettext("%(n)d change was left out.", "%(n)d changes were left out.", len(refused))
        reasons = "; ".join(f"{plain(change.title)}: {why}" for change, why in refused[:5])
        messages.warning(request, f"{lead % {'n': len(refused)}} {reasons}")


def _choose(request, row, changes, *, form=None, status=200):
    items = verbs.read(changes, team=request.team, verdict=Verdict.APPROVE, by=request.user)
    chosen = set(form.data.getlist("change")) if form else set()
    if form is None and request.GET.get("pick") == Tier.LOW:
        chosen = {item.seat.change.public_id for item in items if not item.problem}
    context = {
        "proposal": row,
        "items": [(item, item.seat.change.public_id in chosen) for item in items],
        "low": sum(not item.problem for item in items),
        "reject_codes": RejectCode.choices,
        "given": form.data if form else {},
        "errors": form.non_field_errors() if form else [],
    }
    return render(request, "reviews/several.html", context, status=status)
