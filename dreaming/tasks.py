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


@shared_task(acks_late=True)
def clear_leftovers(*, entry_id: int, **_later_arguments: Any) -> None:
    """Take away what a dream of the platform left there; harmless to ask for twice."""
    from django.utils import timezone

    from dreaming import leftovers

    leftovers.clear(entry_id=entry_id, now=timezone.now())


@shared_task
def tick(**_later_arguments: Any) -> None:
    """Queue the runs that are due and the requests that nobody answers yet, and wake for what a lost message or a lost
    worker left behind."""
    from django.utils import timezone

    from dreaming import answering, leftovers, ticking
    from dreaming.costs import budgets

    now = timezone.now()
    budgets.lapse(now=now)
    ticking.start_due(now=now)
    for run_id in ticking.forgotten(now=now):
        perform_run.apply_async(kwargs={"run_id": run_id}, expires=ticking.WAKE_AGAIN.total_seconds())
    for entry_id in leftovers.due(now=now):
        clear_leftovers.apply_async(kwargs={"entry_id": entry_id}, expires=ticking.WAKE_AGAIN.total_seconds())
    answering.collect(now=now)
    for answer_id in answering.waiting(now=now):
        answer_request.apply_async(kwargs={"answer_id": answer_id}, expires=ticking.WAKE_AGAIN.total_seconds())
