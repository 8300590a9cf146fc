"""Where a change comes from."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from reviews.models import Change
from reviews.panels.base import Panel
from reviews.reading import provenance, quoting


def read(change: Change, _request: HttpRequest) -> provenance.Told:
    return provenance.read(change, quoting.read([change], team=change.team).get(change.pk, []))


PANEL = Panel(_("Where it comes from"), "reviews/panels/origin.html", read)
