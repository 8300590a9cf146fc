"""Uploads of transcripts and of memory: every file gets its own result."""

from functools import wraps

from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from accounts import roles
from accounts.access import demand, needs
from agents import memory as memories
from agents import transcript_files
from agents.forms import MemoryFilesForm, TranscriptsForm
from agents.importers import limits
from agents.importers.memory_files import BadMemory, memory_of
from agents.models import Agent, Namespace
from agents.transcript_files import FileResult
from agents.views.namespaces import may_import


class SizeLimit(FileUploadHandler):
    """Stops reading a file at the limit and goes on with the next; it is named in `too_large`."""

    def __init__(self, request=None):
        super().__init__(request)
        self.too_large = []
        self.size = 0

    def new_file(self, *args, **kwargs):
        super().new_file(*args, **kwargs)
        self.size = 0

    def receive_data_chunk(self, raw_data, start):
        self.size += len(raw_data)
        if self.size > limits.FILE_BYTES:
            self.too_large.append(self.file_name)
            raise SkipFile
        return raw_data

    def file_complete(self, file_size):
        return None


def limited(view):
    """Put the limit before the request's body is read, and only then look at the CSRF token in it."""
    guarded = csrf_protect(view)

    @csrf_exempt
    @wraps(view)
    def wrapped(request, *args, **kwargs):
        request.size_limit = SizeLimit(request)
        request.upload_handlers.insert(0, request.size_limit)
        return guarded(request, *args, **kwargs)

    return wrapped


@limited
@require_http_methods(["GET", "POST"])
@needs(roles.UPLOAD)
def transcripts(request, team, agent):
    row = get_object_or_404(Agent.objects.of(request.team), slug=agent)
    form = TranscriptsForm(request.POST or None, request.FILES or None)
    large = request.size_limit.too_large
    results = [FileResult(path=name, error=str(transcript_files.too_large(name))) for name in large]
    if request.method == "POST" and form.is_valid():
        for file in request.FILES.getlist("uploads"):
            results.append(
                transcript_files.import_file(
                    agent=row,
                    name=file.name,
                    data=file.read(),
                    source=form.cleaned_data["source"],
                    format=form.cleaned_data["format"],
                    by=request.user,
                    at=timezone.now(),
                    door="upload",
                )
            )
    context = {"form": form, "agent": row, "results": results}
    return _answer(request, "agents/upload.html", context, form, results)


@limited
@require_http_methods(["GET", "POST"])
@needs(roles.VIEW)
def memory(request, team, namespace):
    row = get_object_or_404(Namespace.objects.of(request.team), slug=namespace)
    if not may_import(request.membership):
        demand(request, roles.MANAGE_AGENTS)
    form = MemoryFilesForm(request.POST or None, request.FILES or None)
    results = [(name, None, transcript_files.too_large(name).reason) for name in request.size_limit.too_large]
    if request.method == "POST" and form.is_valid():
        folder = form.cleaned_data["folder"].strip("/")
        results += _import(request, row, f"/{folder}/" if folder else "/")
    context = {"form": form, "namespace": row, "results": results}
    return _answer(request, "agents/memory_upload.html", context, form, results)


def _import(request, namespace, folder):
    """(path, memory or None, what is wrong or "") of each file."""
    found = [memory_of(folder + file.name, file.read()) for file in request.FILES.getlist("uploads")]
    good = [(file.path, file.text) for file in found if not isinstance(file, BadMemory)]
    report = memories.import_first(
        team=request.team, namespace=namespace, files=good, by=request.user.trail_actor, at=timezone.now()
    )
    bad = [(file.path, None, file.reason) for file in found if isinstance(file, BadMemory)]
    bad += [(path, None, reason) for path, reason in report.refused]
    same = [(path, None, "") for path in report.unchanged]
    return [(row.path, row, "") for row in report.new] + same + bad


def _answer(request, template, context, form, results):
    """The whole page, or for htmx the results and the form alone; what was too large may leave no file at all."""
    if results and not request.FILES:
        form.errors.pop("uploads", None)
    part = "#part" if request.htmx and not request.htmx.boosted else ""
    return render(request, template + part, context, status=422 if form.errors else 200)
