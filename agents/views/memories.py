"""One memory: its text, its versions, any two of them compared, and where each line came from."""

from itertools import groupby

from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts import paging, roles
from accounts.access import needs
from accounts.models import ApiToken, User
from agents import history as memory_history
from agents.forms import CompareForm, LinesForm
from agents.models import Memory, MemoryVersion
from agents.text import diffs
from agents.text import lines as text_lines

NEWEST = 200  # versions that the comparison offers
LINES = 1000  # lines on one page


@require_safe
@needs(roles.VIEW)
def show(request, team, memory_id):
    memory = _memory(request, memory_id)
    text = memory.head.text if memory.head else ""
    known = memory.statements.filter(retired_at=None)
    page = paging.page(known, request, keys=("start", "pk"))
    lines = text_lines.split(text)
    context = {
        "memory": memory,
        "text": text,
        "source": request.GET.get("view") == "source",
        "page": page,
        "statements": [("".join(lines[row.start : row.end]).strip("\n"), row) for row in page.rows],
    }
    return render(request, "agents/memory.html", context)


@require_safe
@needs(roles.VIEW)
def history(request, team, memory_id):
    memory = _memory(request, memory_id)
    versions = memory.versions.select_related("blob", "push").defer("blob__text")
    page = paging.page(versions, request, keys=("-number", "-pk"))
    names = _names(page.rows)
    context = {"memory": memory, "page": page, "versions": [(row, names.get(row.actor_id, "")) for row in page.rows]}
    return render(request, "agents/memory_history.html", context)


@require_safe
@needs(roles.VIEW)
def compare(request, team, memory_id):
    memory = _memory(request, memory_id)
    numbers = list(memory.versions.newest_first().values_list("number", flat=True)[:NEWEST])
    form = CompareForm(request.GET)
    chosen = form.cleaned_data if form.is_valid() else {}
    newest = numbers[0] if numbers else 0
    new_number = chosen.get("new") or newest
    old_number = chosen.get("old") or max(new_number - 1, 1)
    found = memory.versions.select_related("blob").filter(number__in=(old_number, new_number)) if numbers else []
    by_number = {version.number: version for version in found}
    old, new = by_number.get(old_number), by_number.get(new_number)
    rows = _rows(old, new) if old and new else []
    added, removed = diffs.count(rows)
    context = {"memory": memory, "numbers": numbers, "old": old, "new": new, "old_number": old_number}
    context |= {"new_number": new_number, "rows": rows, "added": added, "removed": removed}
    context["shown_as"] = _shown_as(request)
    return render(request, "agents/memory_compare.html", context)


@require_safe
@needs(roles.VIEW)
def lines(request, team, memory_id):
    memory = _memory(request, memory_id)
    form = LinesForm(request.GET)
    first = (form.cleaned_data.get("after") or 0) if form.is_valid() else 0
    origins = memory_history.line_origins(memory)
    numbered = list(enumerate(origins, start=1))[first : first + LINES]
    context = {
        "memory": memory,
        "groups": [
            (version, change, list(found))
            for (version, change), found in groupby(numbered, key=lambda one: (one[1].version, one[1].change))
        ],
        "next_url": f"?after={first + LINES}" if first + LINES < len(origins) else "",
        "first_url": request.path if first else "",
    }
    return render(request, "agents/memory_lines.html", context)


def _memory(request, memory_id):
    rows = Memory.objects.of(request.team).with_text().select_related("namespace", "head__blob", "team")
    return get_object_or_404(rows, public_id=memory_id)


def _rows(old: MemoryVersion, new: MemoryVersion):
    before, after = text_lines.split(old.text), text_lines.split(new.text)
    return diffs.rows(before, text_lines.diff(before, after))


def _shown_as(request):
    asked = request.GET.get("view", "")
    return asked if asked in ("split", "unified") else request.user.diff_view


def _names(versions):
    """The names of people and tokens by their public ids."""
    people = {row.actor_id for row in versions if row.actor_type == "person"}
    machines = {row.actor_id for row in versions if row.actor_type == "machine"}
    names = {user.public_id: str(user) for user in User.objects.filter(public_id__in=people)}
    if machines:
        tokens = ApiToken.objects.of(versions[0].team).filter(public_id__in=machines)
        names |= {token.public_id: token.name for token in tokens}
    return names
