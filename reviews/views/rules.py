"""The team's own rules: all of them, one with its trial on live memory, writing, comparing, switching."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import confirming, paging, roles
from accounts.access import needs
from accounts.confirming import standing
from agents.models import Memory
from agents.views.memories import LINES
from reviews import proposals
from reviews.drafts import BadDraft
from reviews.enums import RuleKind
from reviews.models import TeamRule
from reviews.rulebook import clearing, drawing, holding, telling, trying, writing
from reviews.rulebook.forms import ExamplesForm, RuleForm, VersionForm, VersionsForm, initial

VERSIONS_SHOWN = 200


@require_safe
@needs(roles.VIEW)
def index(request, team):
    rules = TeamRule.objects.of(request.team).select_related("newest__by", "holds")
    page = paging.page(rules, request, keys=("-pk",))
    return render(request, "reviews/rules.html", {"page": page, "writes": _writes(request)})


@require_http_methods(["GET", "HEAD", "POST"])
@needs(roles.WRITE_RULES)
def new(request, team):
    return _edited(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(roles.WRITE_RULES)
def edit(request, team, rule_id):
    return _edited(request, _rule(request, rule_id))


@require_safe
@needs(roles.VIEW)
def show(request, team, rule_id):
    """One version of a rule, the newest unless another is asked for, and what it finds in live memory now."""
    rule = _rule(request, rule_id)
    version = _version(rule, request.GET)
    tried = trying.page(version, after=_after(request, request.GET), size=paging.SIZE)
    next_after = tried.hits[-1].memory.public_id if tried.more else ""
    context = {
        "rule": rule,
        "version": version,
        "fields": telling.fields(version),
        "holds": rule.holds_id == version.pk,
        "is_newest": rule.newest_id == version.pk,
        "forbids": version.kind == RuleKind.MUST_NOT,
        "count": trying.count(version),
        "hits": [drawing.shown(hit, page=LINES) for hit in tried.hits],
        "after": request.GET.get("after", ""),
        "next_url": f"?version={version.number}&after={next_after}" if next_after else "",
        "first_url": f"?version={version.number}" if request.GET.get("after") else "",
        "versions": rule.versions.select_related("by").order_by("-number")[:VERSIONS_SHOWN],
        "writes": _writes(request),
        "proposes": request.membership.may(roles.PROPOSE),
        "standing": standing.of(held, request.membership) if (held := holding.waiting(rule)) else None,
    }
    return render(request, "reviews/rule.html", context)


@require_safe
@needs(roles.VIEW)
def compare(request, team, rule_id):
    rule = _rule(request, rule_id)
    kept = {one.number: one for one in rule.versions.select_related("by").order_by("-number")[:VERSIONS_SHOWN]}
    form = VersionsForm(request.GET)
    chosen = form.cleaned_data if form.is_valid() else {}
    new_number = chosen.get("new") or max(kept)
    old_number = chosen.get("old") or max(new_number - 1, 1)
    before, after = kept.get(old_number), kept.get(new_number)
    context = {
        "rule": rule,
        "numbers": list(kept),
        "old_number": old_number,
        "new_number": new_number,
        "new": after,
        "differences": telling.differences(before, after) if before and after else None,
    }
    return render(request, "reviews/rule_compare.html", context)


@require_POST
@needs(roles.WRITE_RULES)
def switch(request, team, rule_id):
    """Let the version of the page hold, or none where none is named."""
    rule = _rule(request, rule_id)
    version = _version(rule, request.POST) if request.POST.get("version") else None
    try:
        held = holding.switch(rule=rule, version=version, by=request.user, at=timezone.now())
    except confirming.Denied as denied:
        messages.error(request, str(denied))
    else:
        messages.success(request, _switched(version, held))
    return redirect("reviews:rule", team, rule_id)


def _switched(version, held):
    if held is not None and held.is_waiting:
        return _("It waits for a second person. Until then what holds goes on holding.")
    if version is None:
        return _("The rule is off.")
    return _("Version %(number)s is on. Every change is held against it from now on.") % {"number": version.number}


@require_POST
@needs(roles.PROPOSE)
def review(request, team, rule_id):
    """Open a proposal that takes out what the hits of the page say."""
    rule = _rule(request, rule_id)
    version = _version(rule, request.POST)
    tried = trying.page(version, after=_after(request, request.POST), size=paging.SIZE)
    try:
        opened = clearing.propose(version=version, hits=tried.hits, by=request.user, at=timezone.now())
    except (clearing.NothingToTakeOut, BadDraft, proposals.AlreadyProposed, proposals.BaseMoved) as refused:
        messages.error(request, str(refused))
        return redirect("reviews:rule", team, rule_id)
    messages.success(request, _("This takes out what the rule forbids. Edit or withdraw what is meant otherwise."))
    return redirect(opened)


def _edited(request, rule):
    newest = rule.newest if rule else None
    if request.method != "POST":
        return _form_page(request, rule, RuleForm(initial=initial(newest)), _tried(initial(newest)))
    if "try" in request.POST:
        outcomes = _tried(request.POST)
        if request.htmx:
            return render(request, "reviews/_rule_outcomes.html", outcomes)
        return _form_page(request, rule, RuleForm(initial=request.POST.dict()), outcomes)
    form = RuleForm(request.POST)
    if not form.is_valid():
        return _form_page(request, rule, form, _tried(request.POST), status=422)
    given = {"team": request.team, "rule": rule, "written": form.written, "after": form.cleaned_data["seen"]}
    try:
        version = writing.save(**given, by=request.user, at=timezone.now())
    except writing.BadRule as bad:
        form.add_error(None, bad.faults)
        return _form_page(request, rule, form, _tried(request.POST), status=422)
    except writing.Overtaken as overtaken:
        form.add_error(None, str(overtaken))
        return _form_page(request, rule, form, _tried(request.POST), status=409)
    messages.success(request, _("Saved. Look at what it finds in live memory, then switch it on."))
    return redirect("reviews:rule", request.team.slug, version.rule.public_id)


def _tried(data):
    """What the examples come to, and what stands in the way of trying them."""
    form = ExamplesForm(data)
    if not form.is_valid():
        return {"outcomes": [], "faults": []}
    faults = writing.faults_of_wordings(form.written)
    return {"outcomes": [] if faults else writing.outcomes(form.written), "faults": faults}


def _form_page(request, rule, form, outcomes, status=200):
    context = {"rule": rule, "form": form, **outcomes}
    return render(request, "reviews/rule_edit.html", context, status=status)


def _rule(request, rule_id):
    rows = TeamRule.objects.of(request.team).select_related("newest", "holds", "team")
    return get_object_or_404(rows, public_id=rule_id)


def _version(rule, data):
    form = VersionForm(data)
    number = form.cleaned_data["version"] if form.is_valid() else rule.newest.number
    version = get_object_or_404(rule.versions.select_related("by", "team"), number=number)
    version.rule = rule
    return version


def _after(request, data):
    """The primary key of the memory after which the page goes on."""
    asked = data.get("after", "").replace("\0", "")
    if not asked:
        return 0
    pk = Memory.objects.of(request.team).filter(public_id=asked).values_list("pk", flat=True).first()
    if pk is None:
        raise Http404
    return pk


def _writes(request):
    return request.membership.may(roles.WRITE_RULES)
