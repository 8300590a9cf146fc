"""Conversations about a change: under its lines, in its panel, or on a page of their own without scripts."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import reswap, retarget

from accounts import roles
from accounts.access import demand, needs
from reviews import desk
from reviews.decisions import Refused
from reviews.forms import SayForm, SpotForm
from reviews.models import Comment, Revision, Thread
from reviews.panels import PANELS
from reviews.talking import mentions, threads
from reviews.views import drawing
from reviews.views.uncovering import ends_tests


@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request")
@needs(roles.VIEW)
@ends_tests
def new(request, team, change_id):
    """A thread about lines of a revision, or about the change as a whole."""
    change = get_object_or_404(desk.shown(request.team), public_id=change_id)
    where = SpotForm(request.POST or request.GET)
    where.is_valid()
    number = where.cleaned_data.get("r") or change.head.number
    revision = get_object_or_404(Revision.objects.of(request.team), change=change, number=number)
    if request.method != "POST":
        return _ask(request, change, action=request.path, where=where, revision=revision)
    people = mentions.people(request.team)
    form = SayForm(request.POST, people=people)
    alert = form.problem if not form.is_valid() else where.problem
    if not alert:
        try:
            comment = threads.open_(
                team=request.team,
                change_id=change_id,
                revision=number,
                spot=where.spot,
                text=form.cleaned_data["text"],
                by=request.user,
                at=timezone.now(),
                is_draft=bool(form.cleaned_data["draft"]),
            )
        except Refused as refused:
            alert = str(refused)
    if alert:
        return _ask(request, change, action=request.path, where=where, revision=revision, alert=alert, status=422)
    return _done(request, comment.thread, _said(comment))


@require_POST
@vary_on_headers("HX-Request")
@needs(roles.VIEW)
def reply(request, team, thread_id):
    thread = _thread(request, thread_id)
    form = SayForm(request.POST, people=mentions.people(request.team))
    alert = form.problem if not form.is_valid() else ""
    if not alert:
        try:
            comment = threads.reply(
                team=request.team,
                thread_id=thread_id,
                text=form.cleaned_data["text"],
                by=request.user,
                at=timezone.now(),
                is_draft=bool(form.cleaned_data["draft"]),
            )
        except Refused as refused:
            alert = str(refused)
    if alert:
        return _ask(request, thread.change, action=request.path, alert=alert, status=422)
    return _done(request, thread, _said(comment))


@require_POST
@needs(roles.VIEW)
def resolve(request, team, thread_id):
    thread = _thread(request, thread_id)
    _may_settle(request, thread)
    threads.resolve(team=request.team, thread_id=thread_id, by=request.user, at=timezone.now())
    return _done(request, thread, _("Resolved."))


@require_POST
@needs(roles.VIEW)
def reopen(request, team, thread_id):
    thread = _thread(request, thread_id)
    _may_settle(request, thread)
    threads.reopen(team=request.team, thread_id=thread_id, by=request.user, at=timezone.now())
    return _done(request, thread, _("It goes on."))


@require_POST
@needs(roles.VIEW)
def send(request, team, comment_id):
    comment = _draft(request, comment_id)
    try:
        threads.send(team=request.team, comment_id=comment_id, by=request.user, at=timezone.now())
    except threads.Gone as gone:
        return _done(request, comment.thread, str(gone))
    return _done(request, comment.thread, _("Sent."))


@require_POST
@needs(roles.VIEW)
def discard(request, team, comment_id):
    comment = _draft(request, comment_id)
    try:
        threads.discard(team=request.team, comment_id=comment_id, by=request.user, at=timezone.now())
    except threads.Gone as gone:
        return _done(request, comment.thread, str(gone))
    return _done(request, comment.thread, _("Thrown away."))


def _thread(request, thread_id):
    rows = Thread.objects.of(request.team).seen_by(request.user).select_related("change")
    return get_object_or_404(rows, public_id=thread_id)


def _draft(request, comment_id):
    rows = threads.drafts(request.team, request.user).select_related("thread__change")
    return get_object_or_404(rows, public_id=comment_id)


def _may_settle(request, thread):
    """Who began it may, and whoever may edit what it is about."""
    if not threads.is_author(thread, request.user):
        demand(request, roles.EDIT)


def _said(comment: Comment):
    return _("Kept as a draft.") if comment.sent_at is None else _("Your comment is sent.")


def _ask(request, change, *, action, where=None, revision=None, alert="", status=200):
    """The form: below its line for a part, else on a page with the lines that it is about."""
    given = request.POST
    spot = where.shown if where else None
    context = {
        "change": change,
        "proposal": change.proposal,
        "action": action,
        "alert": alert,
        "typed": given.get("text", "")[: SayForm.LONGEST],
        "tell": given.get("tell", "")[:200],
        "place": given.get("place", ""),
        "spot": spot,
        "say_id": f"{change.public_id}-{where.name}" if where else f"{action.split('/')[-3]}-again",
        "people": mentions.people(request.team).members if where else [],
        "focus": "data-focus",
        "cancel": reverse("reviews:change", args=[request.team.slug, change.public_id]),
    }
    if request.htmx:
        return render(request, "reviews/_say.html", context, status=status)
    found = threads.lines_of(revision, where.spot) if where and where.spot else []
    context["lines"] = "".join(found[: threads.MOST_LINES])
    return render(request, "reviews/say.html", context, status=status)


def _done(request, thread, text):
    """The part of the page that was acted in; without scripts back to the thread on the page of its change."""
    change = thread.change
    url = reverse("reviews:change", args=[request.team.slug, change.public_id])
    if not request.htmx:
        messages.success(request, text)
        return redirect(f"{url}#in-{thread.public_id}")
    if request.POST.get("place") == "discussion":
        row = desk.rows(request.team).get(pk=change.pk)
        panel = PANELS["discussion"]
        context = {"panel": panel.read(row, request) | {"fresh": thread.public_id}}
        response = render(request, panel.template, drawing.shared(request) | context)
        return reswap(retarget(response, f"#{change.public_id}-discussion"), "outerHTML")
    card = drawing.one_card(request, change.public_id)
    card.fresh = thread.public_id
    response = render(request, "reviews/_looked_again.html", drawing.shared(request) | {"card": card})
    return reswap(retarget(response, f"#{change.public_id}"), "outerHTML")
