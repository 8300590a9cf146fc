"""What happened to one change."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from reviews.models import Change
from reviews.panels.base import Panel
from reviews.reading import activity
from reviews.reading.activity import Feed


def read(change: Change, _request: HttpRequest) -> Feed:
    return activity.of_change(change)


PANEL = Panel(_("What happened"), "reviews/panels/history.html", read)
