"""One word on several changes: choose, see what will happen, decide, and take all of it back.

What may be chosen is frozen when it is listed, and what is decided when it is shown: both lists stand signed in the
forms, so that nothing that comes later is swept in.
"""

from django.contrib import messages
from django.core import signing
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts import roles
from accounts.access import needs
from agents.enums import Tier
from reviews import bulk as verbs
from reviews import desk
from reviews.decisions import Refused, Word
from reviews.enums import RejectCode, Verdict
from reviews.forms import SeveralForm
from reviews.inbox import gathering, queue
from reviews.inbox.lines import Reader
from reviews.models import Decision
from reviews.templatetags.cards import plain
from reviews.views.rows import proposals as rows
from reviews.watching import facts

SALT = "reviews.bulk"
AN_HOUR = 3600
DRAWN = 10  # diffs of a preview; the others come when they are opened


@require_safe
@needs(roles.DECIDE)
def several(request, team, number):
    """The undecided changes of one proposal, with a box each."""
    row = get_object_or_404(rows(request), number=number)
    found = gathering.of_proposals([row.number], team=request.team, most=verbs.MOST)
    return _list(request, found, back=row.get_absolute_url(), proposal=row.number)


@require_safe
@needs(roles.DECIDE)
def gathered(request, team):
    """Those of the proposals that were chosen in the inbox, or of all that its list finds."""
    line_up = queue.read(request.GET, decides=True)
    back = f"{reverse('reviews:inbox', args=[team])}?{line_up.token}"
    numbers = {int(one) for one in request.GET.getlist("proposal") if one.isdecimal() and len(one) < 10}
    if numbers:
        found = gathering.of_proposals(numbers, team=request.team, most=verbs.MOST)
    elif "all" in request.GET:
        reader = Reader(request.user, True, timezone.now())
        found = gathering.of_queue(line_up, team=request.team, reader=reader, most=verbs.MOST)
    else:
        messages.warning(request, _("Choose proposals first, or decide on all of the list."))
        return redirect(back)
    return _list(request, found, back=back)


@require_POST
@needs(roles.DECIDE)
def preview(request, team):
    """What one word on the chosen changes of a list will do."""
    listed = _opened(request, "listed")
    if listed is None:
        return _too_old(request)
    changes = _rows(request, listed["ids"])
    form = SeveralForm(request.POST, ids=listed["ids"])
    if not form.is_valid():
        return _choose(request, listed, changes, form=form, status=422)
    word, chosen = form.word, set(form.cleaned_data["change"])
    items = verbs.read(
        [one for one in changes if one.public_id in chosen], team=request.team, verdict=word.verdict, by=request.user
    )
    taken = [item for item in items if not item.problem]
    promise = {
        "by": request.user.public_id,
        "word": [word.verdict, word.reason, word.reason_code],
        "seen": {item.seat.change.public_id: item.seen for item in taken},
        "from": listed["from"],
        "at": timezone.now().timestamp(),
    }
    context = _heading(request, listed) | {
        "drawn": taken[:DRAWN],
        "folded": taken[DRAWN:],
        "taken": len(taken),
        "refused": [item for item in items if item.problem],
        "verdict": word.verdict,
        "code": RejectCode(word.reason_code).label if word.reason_code else "",
        "reason": word.reason,
        "signed": _signed("signed", promise),
        "again": listed["from"],
        "shown_as": request.user.diff_view,
        "text_as": request.user.text_view,
    }
    return render(request, "reviews/several_preview.html", context)


@require_POST
@needs(roles.DECIDE)
def decide(request, team):
    """Do what was shown, on the very list that was shown."""
    promise = _opened(request, "signed")
    if promise is None:
        return _too_old(request)
    verdict, reason, code = promise["word"]
    word, at = Word(Verdict(verdict), reason, code), timezone.now()
    how = facts.together(shown_at=promise["at"], at=at)
    try:
        outcome = verbs.decide(team=request.team, seen=promise["seen"], word=word, by=request.user, at=at, facts=how)
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect(promise["from"])
    _tell(request, outcome.refused)
    if not outcome.decided:
        return redirect(promise["from"])
    return redirect("reviews:batch", request.team.slug, outcome.batch)


@require_safe
@needs(roles.VIEW)
def outcome(request, team, batch):
    """What a batch has come to; for the person who decided, the way back as long as there is one."""
    votes = _votes(request, batch)
    counted = [vote for vote in votes if vote.withdrawn_at is None and vote.by_id == request.user.pk]
    undoes = [vote for vote in counted if vote.change.state not in ("applied", "reverted")]
    of_one = len({vote.change.proposal_id for vote in votes}) == 1
    context = {
        "proposal": votes[0].change.proposal if of_one else None,
        "batch": batch,
        "votes": votes,
        "who": votes[0].by,
        "undoes": undoes,
        "until": min((vote.change.apply_after for vote in undoes if vote.change.apply_after), default=None),
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


def _list(request, found, *, back, proposal=None):
    listed = {
        "by": request.user.public_id,
        "ids": [change.public_id for change in found.changes],
        "from": request.get_full_path(),
        "back": back,
        "proposal": proposal,
        "cut_from": found.total if found.is_cut else "",
    }
    return _choose(request, listed, found.changes)


def _choose(request, listed, changes, *, form=None, status=200):
    """The changes with a box each. From the inbox, what can be approved together is chosen already."""
    items = verbs.read(changes, team=request.team, verdict=Verdict.APPROVE, by=request.user)
    chosen = set(form.data.getlist("change")) if form else set()
    if form is None and (listed["proposal"] is None or request.GET.get("pick") == Tier.LOW):
        chosen = {item.seat.change.public_id for item in items if not item.problem}
    context = _heading(request, listed) | {
        "items": [(item, item.seat.change.public_id in chosen) for item in items],
        "low": sum(not item.problem for item in items),
        "cut_from": listed["cut_from"],
        "listed": _signed("listed", listed),
        "back": listed["back"],
        "reject_codes": RejectCode.choices,
        "given": form.data if form else {},
        "errors": form.non_field_errors() if form else [],
    }
    return render(request, "reviews/several.html", context, status=status)


def _heading(request, listed):
    number = listed["proposal"]
    return {"proposal": get_object_or_404(rows(request), number=number) if number else None}


def _rows(request, ids):
    """The changes of a list in its order, as they stand now."""
    listed = desk.rows(request.team).filter(public_id__in=ids).select_related("proposal__team")
    found = {change.public_id: change for change in listed}
    return [found[one] for one in ids if one in found]


def _signed(name, given):
    """For the field of that name and no other."""
    return signing.dumps(given, salt=f"{SALT}.{name}", compress=True)


def _opened(request, name):
    """What a form of this person carries; None where it is not theirs or too old."""
    try:
        given = signing.loads(request.POST.get(name, ""), salt=f"{SALT}.{name}", max_age=AN_HOUR)
    except signing.BadSignature:
        return None
    return given if given["by"] == request.user.public_id else None


def _too_old(request):
    messages.error(request, _("This list is too old. Choose again."))
    return redirect("reviews:inbox", request.team.slug)


def _votes(request, batch):
    votes = Decision.objects.of(request.team).filter(batch=batch)
    found = list(
        votes.select_related("by", "change__proposal__team").order_by("change__proposal", "change__position", "pk")
    )
    if not found:
        raise Http404
    return found


def _tell(request, refused):
    """What was left out, with the reasons."""
    if refused:
        lead = ngettext("%(n)d change was left out.", "%(n)d changes were left out.", len(refused))
        reasons = "; ".join(f"{plain(change.title)}: {why}" for change, why in refused[:5])
        messages.warning(request, f"{lead % {'n': len(refused)}} {reasons}")
