from __future__ import annotations

from typing import Any

from celery import shared_task


def wake(*, namespace_id: int, seconds: float) -> None:
    """Wake a worker when an approved change is due; the tick finds it where the message is lost."""
    apply_due.apply_async(kwargs={"namespace_id": namespace_id}, countdown=seconds)


@shared_task
def apply_due(*, namespace_id: int, **_later_arguments: Any) -> None:
    from django.utils import timezone

    from agents.models import Namespace
    from reviews import applying

    namespace = Namespace.objects.across_teams().select_related("team").get(pk=namespace_id)
    applying.apply_due(team=namespace.team, namespace=namespace, now=timezone.now())


def wake_mail() -> None:
    """Mail in a task of its own: a slow server holds up no change. The next tick asks again where this one is lost."""
    mail_notices.apply_async(expires=30)


@shared_task
def mail_notices(**_later_arguments: Any) -> None:
    from django.utils import timezone

    from reviews.talking import mailing

    mailing.send_due(clock=timezone.now)


@shared_task
def tick(**_later_arguments: Any) -> None:
    from django.utils import timezone

    from reviews import ticking

    ticking.tick(now=timezone.now())
