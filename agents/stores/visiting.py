"""One visit to one store: what is on its way is brought there, what was erased is redacted, what is new is read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import anthropic
import structlog
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from agents.enums import Delivery, StoreKind
from agents.models import StoreLink, StorePush
from agents.pulling import patience
from agents.stores import opening, pulling, redacting
from agents.stores.delivery import Saga
from agents.stores.pulling import Pulled
from agents.stores.remote import Gone, Store, Unusable

MOST = 20  # links that one tick sends workers to

log = structlog.get_logger(__name__)
Clock = Callable[[], datetime]


@dataclass(slots=True)
class Visited:
    sent: int = 0
    redacted: int = 0
    pulled: Pulled | None = None
    problem: str = ""


def due(*, now: datetime) -> list[int]:
    """Links whose store is to be read, or that something waits for; those that waited longest first."""
    pending = StorePush.objects.filter(
        team=OuterRef("team"), state=Delivery.PENDING, version__memory__namespace=OuterRef("namespace")
    ).exclude(next_at__gt=now)
    rows = StoreLink.objects.across_teams().active().filter(Q(next_at__lte=now) | Exists(pending))
    rows = rows.filter(Q(wait_until=None) | Q(wait_until__lte=now), Q(held_until=None) | Q(held_until__lte=now))
    return list(rows.order_by("next_at", "pk").values_list("pk", flat=True)[:MOST])


def visit(*, link_id: int, now: datetime, clock: Clock) -> Visited | None:
    """None where another worker is there, or the store asked to wait."""
    link = opening.hold(link_id, now=now)
    if link is None:
        return None
    result, wait = Visited(), None
    try:
        with opening.opened(link) as store:
            _work(link, store, result, now, clock)
    except (Unusable, Gone) as unusable:
        result.problem = str(unusable) or _("The store is not there any more.")
        wait = clock() + patience.SHORTEST * 2 ** min(link.attempts, 6)
    except OSError as error:
        result.problem = _("The folder refuses: %(why)s.") % {"why": error.strerror}
        wait = clock() + patience.SHORTEST * 2 ** min(link.attempts, 6)
    except anthropic.APIError as error:
        result.problem = patience.told(error)
        wait = patience.next_try(error, attempts=link.attempts, now=clock())
    _leave(link, result, wait, clock())
    return result


def _work(link: StoreLink, store: Store, result: Visited, now: datetime, clock: Clock) -> None:
    is_read = link.next_at <= now
    if link.synced_at is None:  # what stands there comes first: ours may stand there already
        result.pulled = pulling.pull(link=link, store=store, clock=clock)
    result.sent = Saga(link, store, clock).run()
    result.redacted = redacting.redact(link=link, store=store, clock=clock)
    if is_read and result.pulled is None:
        result.pulled = pulling.pull(link=link, store=store, clock=clock)
    if is_read:
        link.next_at = clock() + pulling.EVERY


def _leave(link: StoreLink, result: Visited, wait: datetime | None, at: datetime) -> None:
    """The next visit is due when this one was made, so that links that were made at once stay spread."""
    failed = wait is not None
    link.attempts, link.wait_until, link.held_until = link.attempts + 1 if failed else 0, wait, None
    if failed or result.pulled is not None:
        link.problem = (result.problem or pulling.words_for(result.pulled.left if result.pulled else []))[:300]
    link.save(update_fields=["attempts", "wait_until", "held_until", "problem", "next_at"])
    log.info("store_visited", link=link.pk, kind=StoreKind(link.kind).value, sent=result.sent, failed=failed)
