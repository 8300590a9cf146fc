from typing import Any

from celery import shared_task


@shared_task(acks_late=True)
def tick(**_later_arguments: Any) -> None:
    """Bring to their stores what a lost message left behind, and to the search what was written."""
    from django.utils import timezone

    from agents import stores
    from agents.search import indexing

    now = timezone.now()
    stores.deliver_pending(now=now)
    indexing.index_due(now=now)
