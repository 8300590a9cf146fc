"""A person's own proposal: another text for a memory, its archive, or a new memory."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import roles
from accounts.access import needs
from agents.models import Memory, Namespace
from agents.text import lines as text_lines
from agents.text import secrets
from agents.text.lines import Edit
from reviews import proposals
from reviews.drafts import BadDraft, Draft, DraftTarget
from reviews.enums import Operation
from reviews.forms import ProposeForm
from reviews.proposals import AlreadyProposed, BaseMoved, Origin

METHODS = ["GET", "HEAD", "POST"]


@require_http_methods(METHODS)
@needs(roles.PROPOSE)
def to_memory(request, team, memory_id):
    rows = Memory.objects.of(request.team).with_text().select_related("namespace", "head__blob", "team")
    memory = get_object_or_404(rows, public_id=memory_id)
    initial = {"path": memory.path, "text": secrets.covered(memory.head.text), "base": memory.head.public_id}
    form = ProposeForm(request.POST or None, initial=initial, adds=False)
    if request.method != "POST" or not form.is_valid():
        return _page(request, memory.namespace, form, memory, status=422 if form.is_bound else 200)
    base = memory.versions.select_related("blob", "memory").filter(public_id=form.cleaned_data["base"]).first()
    if base is None or base.pk != memory.head_id:
        form.add_error(None, _("The memory got another version meanwhile. Compare, then send your text again."))
        form.data = form.data.copy()
        form.data["base"] = memory.head.public_id
        return _page(request, memory.namespace, form, memory, status=409)
    return _open(request, form, _draft(memory, base, form.cleaned_data), memory)


@require_http_methods(METHODS)
@needs(roles.PROPOSE)
def to_namespace(request, team, namespace):
    space = get_object_or_404(Namespace.objects.of(request.team), slug=namespace)
    form = ProposeForm(request.POST or None, initial={"path": "/"}, adds=True)
    if request.method != "POST" or not form.is_valid():
        return _page(request, space, form, status=422 if form.is_bound else 200)
    given = form.cleaned_data
    target = DraftTarget(base=None, path_after=given["path"], edits=(Edit(0, 0, _lines(given["text"])),))
    draft = Draft(Operation.ADD, space, given["title"], (target,), rationale=given["rationale"])
    return _open(request, form, draft)


def _draft(memory, base, given):
    if given["archive"]:
        target = DraftTarget(base=base, path_after=None)
        return Draft(Operation.ARCHIVE, memory.namespace, given["title"], (target,), rationale=given["rationale"])
    text = secrets.restored(given["text"], base.text)
    edits = text_lines.diff(text_lines.split(base.text), _lines(text, like=base.text))
    target = DraftTarget(base=base, path_after=given["path"], edits=edits)
    moves = given["path"] != memory.path
    operation = Operation.RESTORE if base.archived else Operation.MOVE if moves and not edits else Operation.EDIT
    return Draft(operation, memory.namespace, given["title"], (target,), rationale=given["rationale"])


def _lines(text, like="\n"):
    """Browsers send CRLF and lose the last line end: both stay as the memory had them."""
    plain = text.replace("\r\n", "\n")
    if plain and not plain.endswith("\n") and (like.endswith("\n") or not like):
        plain += "\n"
    if "\r\n" in like:
        plain = plain.replace("\n", "\r\n")
    return tuple(text_lines.split(plain))


def _open(request, form, draft, memory=None):
    try:
        opened = proposals.open_(
            team=request.team,
            agent=None,
            title=draft.title,
            summary="",
            origin=Origin.person(request.user),
            drafts=[draft],
            at=timezone.now(),
        )
    except (BadDraft, AlreadyProposed, BaseMoved) as refused:
        form.add_error(None, str(refused))
        return _page(request, draft.namespace, form, memory, status=409)
    messages.success(request, _("Proposed. A reviewer decides on it."))
    return redirect(opened)


def _page(request, space, form, memory=None, *, status=200):
    context = {"namespace": space, "memory": memory, "form": form}
    return render(request, "reviews/new.html", context, status=status)
