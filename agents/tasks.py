from typing import Any

from celery import shared_task


@shared_task(acks_late=True)
def tick(**_later_arguments: Any) -> None:
    """Bring to their stores what a lost message left behind."""
    from django.utils import timezone

    from agents import stores

    stores.deliver_pending(now=timezone.now())
