from __future__ import annotations

from typing import Any

from celery import shared_task


@shared_task
def tick(**_later_arguments: Any) -> None:
    """End confirmations that nobody gave, mail those who may give one, and tell how often strangers came again."""
    from django.utils import timezone

    from accounts import confirming, knocking
    from accounts.confirming import mailing

    now = timezone.now()
    confirming.expire_due(now=now)
    mailing.send_due(now=now)
    knocking.tell(now=now)
