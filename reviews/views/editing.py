"""A reviewer's own words in a change: in its card, or on a page of their own."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers

from accounts import naming, roles
from accounts.access import needs
from agents.text import secrets
from reviews import desk, revisions
from reviews import editing as verbs
from reviews.decisions import Refused
from reviews.enums import Severity, State
from reviews.forms import EditForm
from reviews.models import Revision
from reviews.reading import overview
from reviews.views import drawing, onward, reviewing
from reviews.views.uncovering import ends_tests


@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request")
@needs(roles.EDIT)
@ends_tests
def edit(request, team, change_id):
    """A text field for each hunk; saving makes the next revision, which someone else has to approve."""
    seat, form, began = _given(request, change_id)
    if request.method != "POST":
        return _asked(request, seat, form)
    if not form.is_valid():
        return _asked(request, seat, form, status=422)
    try:
        change = verbs.edit(
            team=request.team,
            change_id=change_id,
            revision_id=form.cleaned_data["revision"],
            texts=form.texts,
            reason=form.cleaned_data["reason"],
            by=request.user,
            at=timezone.now(),
        )
    except Refused as clash:
        return _clashed(request, seat, form, began, str(clash))
    return _done(request, change)


@require_POST
@vary_on_headers("HX-Request")
@needs(roles.EDIT)
def preview(request, team, change_id):
    """What is being typed, as a diff with its checks. Stores nothing."""
    seat, form, began = _given(request, change_id)
    context = {"shown_as": request.user.diff_view}
    if not form.is_valid():
        context["problem"] = _("This form was not complete.")
    elif began is not None and began.pk != seat.head.pk:
        context["problem"] = _("Someone saved another revision meanwhile. Save yours to see both.")
    else:
        try:
            seen = verbs.preview(seat, form.texts)
            context |= {"preview": seen, "findings": [(Severity(one.severity), one) for one in seen.findings]}
        except Refused as refused:
            context["problem"] = str(refused)
    if request.htmx:
        return render(request, "reviews/_preview.html", context)
    return _asked(request, seat, form, **context)


def _given(request, change_id):
    """The change as it stands, the form over the revision that was being edited, and that revision."""
    change = get_object_or_404(desk.shown(request.team), public_id=change_id)
    seat = desk.read_one(change, team=request.team)
    revision_id = request.POST.get("revision", "").replace("\0", "")
    given = Revision.objects.of(request.team).filter(change=change, public_id=revision_id)
    began = given.prefetch_related("targets__base__blob").first()
    hunks = _fields(seat) if began is None or began.pk == seat.head.pk else _old_fields(began)
    initial = {"revision": seat.head.public_id}
    form = EditForm(request.POST or None, hunks=hunks, initial=initial, auto_id=f"{change_id}-%s")
    return seat, form, began


def _done(request, change):
    said = _("Saved as the next revision. Another reviewer has to approve it.")
    said = _("Saved as the next revision.") if change.state == State.APPROVED else said
    if not request.htmx:
        messages.success(request, said)
        return redirect(change)
    context = {
        "card": drawing.one_card(request, change.public_id),
        "overview": overview.of(change.proposal, person=request.user),
        "text": said,
        "onward": onward.read(request, change.proposal),
        **reviewing.context(request, change.proposal),
        "undo": False,
    }
    return render(request, "reviews/_answer.html", drawing.shared(request) | context)


def _clashed(request, seat, form, began, alert):
    """The own text is kept, on top of the revision that stands there now, whose own part is shown as a diff."""
    texts, lost = verbs.on_top(seat, began, form.texts)
    given = request.POST.copy()
    given["revision"] = seat.head.public_id
    for (target, number), text in texts.items():
        given[f"after-{target}-{number}"] = secrets.covered(text)
    form = EditForm(given, hunks=_fields(seat), auto_id=f"{seat.change.public_id}-%s")
    context = {"lost": lost}
    if began is not None and began.pk != seat.head.pk:
        head = Revision.objects.of(request.team).prefetch_related("targets__base__blob").get(pk=seat.head.pk)
        who = naming.names({head.made_by_id}, team=request.team).get(head.made_by_id, "Lucid")
        context |= {"theirs": revisions.since(began, head), "who": who}
    return _asked(request, seat, form, alert=alert, status=409, **context)


def _fields(seat):
    """The lines after of each hunk of the head, by target and number, with a label."""
    grounds = seat.standing.targets
    return _labelled((ground.target, number, hunk) for ground in grounds for number, hunk in enumerate(ground.hunks))


def _old_fields(revision):
    targets = revision.targets.all()
    return _labelled(
        (one, number, hunk) for one in targets for number, hunk in enumerate(verbs.hunks_of.read(one.hunks))
    )


def _labelled(hunks):
    fields = {}
    for target, number, hunk in hunks:
        path = target.path_after or target.path_before
        label = _("%(path)s, from line %(line)s") % {"path": path, "line": hunk.start + 1}
        fields[target.position, number] = (label, "".join(hunk.after))
    return fields


def _asked(request, seat, form, *, status=200, **more):
    context = {
        "change": seat.change,
        "proposal": seat.change.proposal,
        "form": form,
        "fields": [form[name] for name in form.fields if name.startswith("after-")],
        "targets": [ground.target for ground in seat.standing.targets],
        "shown_as": request.user.diff_view,
        "in_card": bool(request.htmx),
        **more,
    }
    if request.htmx:
        card = drawing.one_card(request, seat.change.public_id, work=("reviews/_edit.html", context))
        return render(request, "reviews/_change.html", drawing.shared(request) | {"card": card}, status=status)
    return render(request, "reviews/edit.html", context, status=status)
