from __future__ import annotations

from typing import Any

from celery import shared_task


def wake_seal() -> None:
    """In a task of its own, for the one worker that has the signing key; the next tick asks again where it is lost."""
    seal.apply_async(expires=30)


@shared_task
def seal(**_later_arguments: Any) -> None:
    from django.utils import timezone

    from compliance.sealing import sealing

    sealing.seal(now=timezone.now())


def wake_verify() -> None:
    verify_daily.apply_async(expires=30)


@shared_task(acks_late=True)
def verify_daily(**_later_arguments: Any) -> None:
    """Check each log that is due for it, one after the other."""
    from django.utils import timezone

    from compliance.sealing import daily

    for log in daily.due(now=timezone.now()):
        daily.verify(log, at=timezone.now())


def wake_pack(export_id: int) -> None:
    make_pack.apply_async(kwargs={"export_id": export_id}, expires=30)


@shared_task(acks_late=True)
def make_pack(*, export_id: int, **_later_arguments: Any) -> None:
    """Make an evidence pack that waits; asked for twice, the second does nothing."""
    from django.utils import timezone

    from compliance.packs import jobs

    jobs.perform(export_id=export_id, now=timezone.now())


def wake_erasure(*, erasure_id: int) -> None:
    """Begin at once with what was agreed on; the tick finds it where the message is lost."""
    erase.delay(erasure_id=erasure_id)


@shared_task(acks_late=True)
def erase(*, erasure_id: int, **_later_arguments: Any) -> None:
    from django.utils import timezone

    from compliance.erasure import performing

    performing.perform(erasure_id=erasure_id, now=timezone.now())


def wake_stream(destination_id: int) -> None:
    deliver_stream.apply_async(kwargs={"destination_id": destination_id}, expires=30)


@shared_task(acks_late=True)
def deliver_stream(*, destination_id: int, **_later_arguments: Any) -> None:
    """Send what a destination has not confirmed; asked for twice, one worker does it."""
    from compliance.streaming import delivering

    delivering.deliver(destination_id=destination_id)


def wake_emptying(*, team_id: str) -> None:
    empty_past.apply_async(kwargs={"team_id": team_id}, expires=30)


@shared_task(acks_late=True)
def empty_past(*, team_id: str, **_later_arguments: Any) -> None:
    """Empty what a team keeps no longer; asked for twice on a day, the second does nothing."""
    from django.utils import timezone

    from compliance.retention import emptying

    emptying.empty(team_id=team_id, now=timezone.now())


@shared_task
def tick(**_later_arguments: Any) -> None:
    from django.utils import timezone

    from compliance import ticking

    ticking.tick(now=timezone.now())
