"""What a change does to its readers: their pages before and after, who reads, past sessions, what is forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agents.enums import OutcomeName
from reviews import desk
from reviews.models import Change
from reviews.panels.base import Panel
from reviews.reading import impact, past, referring, telling
from reviews.reading.past import Ended

T = TypeVar("T")

MOST_ASKED = 20
MOST_PAGES, MOST_ROWS, MOST_FORGOTTEN = 10, 200, 50  # drawn before somebody asks for all


def read(change: Change, request: HttpRequest) -> dict[str, Any]:
    now = timezone.now()
    seat = desk.read_one(change, team=change.team)
    held = seat.held  # asked before the pages are made, which write into the grounds
    said = telling.said(change)
    forgotten = impact.forgotten(change, said)
    pages = impact.turned(seat)
    seen = past.read(change, (said.fresh or said.gone)[:MOST_ASKED], at=now)
    whole = request.GET.get("whole") == "1"
    return {
        "pages": [(page, *_cut(page.rows, MOST_ROWS, whole)) for page in _cut(pages, MOST_PAGES, whole)[0]],
        "pages_left": _cut(pages, MOST_PAGES, whole)[1],
        "statements": _cut(forgotten.statements, MOST_FORGOTTEN, whole),
        "more": sum(page.more_tokens for page in pages),
        "readers": impact.readers(change, pages, at=now),
        "past": seen,
        "ended": [(_("With it"), seen.applies, _named(seen.applies)), (_("Others"), seen.others, _named(seen.others))],
        "forgotten": forgotten,
        "referring": referring.read(seat),
        "held": held,
    }


def _cut(found: Sequence[T], most: int, whole: bool) -> tuple[Sequence[T], int]:
    """The first of them, and how many are left."""
    shown = found if whole else found[:most]
    return shown, len(found) - len(shown)


def _named(ended: Ended) -> list[tuple[str, str, int]]:
    """The names of outcomes with their kind and their number."""
    return [(name, str(OutcomeName(name).label if name else _("Nobody said")), count) for name, count in ended.by_name]


PANEL = Panel(_("What it does to its readers"), "reviews/panels/impact.html", read)
