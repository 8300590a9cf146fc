"""What happened to one change."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from reviews import activity, cards
from reviews.activity import Happening
from reviews.models import Change
from reviews.panels.base import Panel


def read(change: Change, _request: HttpRequest) -> list[Happening]:
    found = activity.events_of(change)
    known = cards.names({event.actor_id for event in found}, team=change.team)
    return activity.tell(found, proposal=change.proposal, names=known)


PANEL = Panel(_("What happened"), "reviews/panels/history.html", read)
