"""A diff of a revision, in pieces where it is very long."""

from __future__ import annotations

from collections.abc import Sequence

from django import template
from django.template import Context
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from agents.drawn_rows import Look
from agents.shown import joined
from agents.templatetags.diffs import diff
from agents.text import diffs
from reviews.models import Revision
from reviews.reading import comparing, pieces
from reviews.reading import three as threeway_view
from reviews.reading.merged import Merged
from reviews.reading.three import Stretch

register = template.Library()

MOST_KEPT = 10  # lines of a merge that several sources say; where each line is from has all of them


@register.simple_tag(takes_context=True)
def pieced(
    context: Context, rows: Sequence[diffs.Row], look: Look, revision: Revision, lines_around: str = "", start: int = 0
) -> SafeString:
    """The rows, or their piece of that number with the way to the next one; all pieces where `whole` is in sight."""
    cut = pieces.cut(rows)
    if len(cut) == 1:
        return diff(rows, context["shown_as"], context["text_as"], look)
    numbers = range(len(cut)) if context.get("whole") else [start]
    return joined([_piece(context, cut, number, look, revision, lines_around) for number in numbers])


@register.simple_tag(takes_context=True)
def threeway(context: Context, path: str, stretches: Sequence[Stretch]) -> SafeString:
    """What a change was made for, what it proposes and what stands there now, beside one another."""
    values = {"path": path, "stretches": list(threeway_view.folded(stretches)), "text_as": context["text_as"]}
    return render_to_string("reviews/_threeway.html", values)


@register.simple_tag
def many_into_one(found: Merged) -> SafeString:
    """Where each line of a merge is from, and what it leaves out."""
    letters = [chr(ord("A") + index) if index < 26 else str(index + 1) for index in range(len(found.sources))]
    values = {
        "sources": [(letter, source.path, source.stays) for letter, source in zip(letters, found.sources, strict=True)],
        "lines": [(one, [letters[source] for source in one.sources]) for one in found.lines],
        "kept": [(one, [letters[source] for source in one.sources]) for one in found.kept[:MOST_KEPT]],
        "more_kept": max(0, len(found.kept) - MOST_KEPT),
        "left": [(letters[one.source], one) for one in found.left],
        "lost": [one.value for one in found.lost],
    }
    return render_to_string("reviews/_merged.html", values)


def _piece(
    context: Context, cut: Sequence[Sequence[diffs.Row]], number: int, look: Look, revision: Revision, lines_around: str
) -> SafeString:
    """One piece. Only what is compared with its base is what an approval is about, and leaves its word."""
    change_url = look.at.removesuffix(f"r/{revision.number}/")
    counts = look.left == comparing.BASE and not lines_around
    person = context["request"].user
    values = {
        "rows": diff(cut[number], context["shown_as"], context["text_as"], look),
        "word": pieces.word(revision, look.target, number, person) if counts else "",
        "look": look,
        "form": f"{change_url.split('/')[-2]}-decide",
        "page": f"{look.at}?left={look.left}&context={lines_around}&whole=1"
        if look.anchors
        else f"{change_url}?whole=1",
        "lines_around": lines_around,
        "is_first": number == 0,
        "next": number + 1 if number + 1 < len(cut) and not context.get("whole") else None,
        "next_number": number + 2,
        "total": len(cut),
        "lines": sum(len(piece) for piece in cut),
    }
    return render_to_string("reviews/_piece.html", values)
