"""Every quote of a change in its context, what speaks against it first."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from reviews.models import Change
from reviews.panels.base import Panel
from reviews.reading import passages, quoting


def read(change: Change, _request: HttpRequest) -> dict[str, Any]:
    quotes = quoting.read([change], team=change.team).get(change.pk, [])
    against, support = passages.sides(quotes, team=change.team)
    return {"against": against, "support": support, "quotes": len(quotes)}


PANEL = Panel(_("Evidence in context"), "reviews/panels/evidence.html", read)
