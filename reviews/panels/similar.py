"""What memory and other changes say that is near to what a change says."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from reviews.models import Change
from reviews.panels.base import Panel
from reviews.reading import similar


def read(change: Change, _request: HttpRequest) -> similar.Found:
    return similar.read(change)


PANEL = Panel(_("Similar and contradicting"), "reviews/panels/similar.html", read)
