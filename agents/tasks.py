from typing import Any

from celery import shared_task


@shared_task(acks_late=True)
def tick(**_later_arguments: Any) -> None:
    """Bring to their stores what a lost message left behind, and to the search what was written."""
    from django.utils import timezone

    from agents import stores
    from agents.connections import connecting, rekeying
    from agents.pulling import pulls
    from agents.search import indexing

    now = timezone.now()
    stores.deliver_local(now=now)
    indexing.index_due(now=now)
    connecting.drop_unconfirmed(now=now)
    rekeying.strike_settled(now=now)
    for link_id in pulls.due(now=now):
        pull_sessions.delay(link_id=link_id)
    for link_id in stores.due(now=now):
        visit_store.delay(link_id=link_id)


@shared_task(acks_late=True)
def pull_sessions(*, link_id: int, **_later_arguments: Any) -> None:
    """Pull from the platform what an agent finished; harmless where another worker is at it."""
    from django.utils import timezone

    from agents.pulling import pulls

    pulls.pull(link_id=link_id, now=timezone.now(), clock=timezone.now)


@shared_task(acks_late=True)
def visit_store(*, link_id: int, **_later_arguments: Any) -> None:
    """Bring to one store what is on its way, and read what is new there; harmless where another worker is at it."""
    from django.utils import timezone

    from agents import stores

    stores.visit(link_id=link_id, now=timezone.now(), clock=timezone.now)
