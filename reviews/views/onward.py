"""Where a reviewer goes next: the list they came from stands in the address, or in that of the page before."""

from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit, urlunsplit

from django.http import QueryDict
from django.utils import timezone

from accounts import roles
from reviews.inbox import queue
from reviews.inbox.lines import Reader
from reviews.inbox.turns import waiting_for
from reviews.models import Proposal

CARRIED = "queue"


@dataclass(frozen=True, slots=True)
class Onward:
    """The proposal that comes next, and whether anything of this one still waits for the reader."""

    url: str
    proposal: Proposal | None
    list_url: str
    is_done: bool = False


def token(request):
    """The queue named in this address, else in that of the page that asks. It only orders what one may see anyway."""
    given = request.GET.get(CARRIED)
    before = request.htmx.current_url if request.htmx else request.headers.get("Referer")
    return given if given is not None else QueryDict(urlsplit(before or "").query).get(CARRIED, "")


def keep(request, url):
    """The address with the queue that the reader came with."""
    carried = token(request)
    if not carried:
        return url
    parts = urlsplit(url)
    query = "&".join(filter(None, (parts.query, urlencode({CARRIED: carried}))))
    return urlunsplit(parts._replace(query=query))


def read(request, proposal):
    """What comes after this proposal in the reader's queue; nothing for who does not decide."""
    if not request.membership.may(roles.DECIDE):
        return None
    line_up = queue.read(QueryDict(token(request)), decides=True)
    reader = Reader(request.user, True, timezone.now())
    row = queue.next_after(proposal, line_up, team=request.team, reader=reader)
    url = keep(request, row.get_absolute_url()) if row else ""
    return Onward(url, row, f"?{line_up.token}", _is_done(request, proposal))


def read_at_the_end(request, proposal):
    """The same where nothing here waits for the reader any more, else nothing: the way on is on the page."""
    return read(request, proposal) if _is_done(request, proposal) else None


def _is_done(request, proposal):
    return not waiting_for(request.user, team=request.team).filter(proposal=proposal).exists()
