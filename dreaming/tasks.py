from __future__ import annotations

from typing import Any

from celery import shared_task


@shared_task(acks_late=True)
def perform_run(*, run_id: int, **_later_arguments: Any) -> None:
    """Do a run that waits; asked for twice, the second does nothing."""
    from django.utils import timezone

    from dreaming import runs

    runs.perform(run_id=run_id, now=timezone.now())


@shared_task(acks_late=True)
def answer_request(*, answer_id: int, **_later_arguments: Any) -> None:
    """Answer a request for changes that waits; asked for twice, the second does nothing."""
    from django.utils import timezone

    from dreaming import answering

    answering.perform(answer_id=answer_id, now=timezone.now())


@shared_task
def tick(**_later_arguments: Any) -> None:
    """Queue the runs that are due and the requests that nobody answers yet, and wake for what a lost message or a lost
    worker left behind."""
    from django.utils import timezone

    from dreaming import answering, ticking

    now = timezone.now()
    ticking.start_due(now=now)
    for run_id in ticking.forgotten(now=now):
        perform_run.apply_async(kwargs={"run_id": run_id}, expires=ticking.WAKE_AGAIN.total_seconds())
    answering.collect(now=now)
    for answer_id in answering.waiting(now=now):
        answer_request.apply_async(kwargs={"answer_id": answer_id}, expires=ticking.WAKE_AGAIN.total_seconds())
