"""What every answer with cards needs: who looks, and the signs and addresses that all cards share."""

from functools import lru_cache

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from lucide.templatetags.lucide import lucide

from reviews import desk
from reviews.enums import RejectCode
from reviews.panels import PANELS
from reviews.reading import cards as reading
from reviews.reading.card import Reader
from reviews.reading.frames import Frames

ICONS = (
    "check",
    "x",
    "pencil",
    "circle",
    "circle-check",
    "circle-minus",
    "circle-slash",
    "circle-alert",
    "undo-2",
    "zap",
    "list-checks",
)


def reader(request):
    drafting = request.session.get(f"review {request.team.slug}")
    word = (request.POST if request.method == "POST" else request.GET).get("drawn", "")
    return Reader(request.user, request.membership.permissions, timezone.now(), drafting, word)


def shared(request):
    """What is the same in every card, so that two hundred cards work it out once."""
    slug = request.team.slug
    return {
        "frames": Frames(),
        "shown_as": request.user.diff_view,
        "text_as": request.user.text_view,
        "icons": {name.replace("-", "_"): icon(name) for name in ICONS},
        "panel_names": [(name, panel.title) for name, panel in PANELS.items()],
        "reject_codes": [(code.value, code.label) for code in RejectCode],
        "inbox_url": reverse("reviews:inbox", args=[slug]),
        "decisions_url": prefix("reviews:dismiss", slug, cut="x/dismiss/"),
        "threads_url": prefix("reviews:thread_reply", slug, cut="x/reply/"),
        "comments_url": prefix("reviews:comment_send", slug, cut="x/send/"),
        "sessions_url": prefix("agents:session", slug),
        "memories_url": prefix("agents:memory", slug),
    }


def dress(request, cards):
    """Give cards their address and their signs."""
    url = prefix("reviews:change", request.team.slug)
    language = get_language()
    for card in cards:
        card.url = f"{url}{card.id}/"
        card.sign = sign(card.change.operation, language)
        card.bare_sign = sign(card.change.operation, language, bare=True)
    return cards


def prefix(name, slug, cut="x/"):
    """The address that all rows of a kind share; {% url %} for each of two hundred cards takes as long as the diffs."""
    return reverse(name, args=[slug, "x"]).removesuffix(cut)


@lru_cache
def icon(name):
    return lucide(name, size=16 if name.startswith("circle") else 15, aria_hidden="true")


@lru_cache
def sign(operation, language, *, bare=False):
    """The chip of an operation, drawn for each language once."""
    return render_to_string("_parts/_operation.html", {"operation": operation, "bare": bare})


def one_card(request, change_id, typed=None, work=None, seat=None):
    """The card of one change as it stands now, or as `seat` says; `work` is the template and the context of a form
    inside it.
    """
    change = seat.change if seat else desk.shown(request.team).get(public_id=change_id)
    given = {change_id: typed} if typed else None
    seats = {change.pk: seat} if seat else None
    cards = reading.read([change], team=request.team, reader=reader(request), typed=given, seats=seats)
    card = dress(request, cards)[0]
    if work:
        card.work = render_to_string(*work, request)
    return card
