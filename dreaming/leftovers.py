"""What dreams left on the Claude platform after their run ended, by any way: found by the tick in our own journal."""

from __future__ import annotations

from datetime import datetime, timedelta

import anthropic
import structlog
from django.utils import timezone

from dreaming import managing, settings
from dreaming.engines.managed import account as accounts
from dreaming.engines.managed import clearing
from dreaming.engines.managed.account import Account, Book
from dreaming.engines.managed.workspace import Workspace
from dreaming.engines.protocol import EngineFailed, EngineWaits
from dreaming.enums import ACTIVE
from dreaming.journals import RunJournal
from dreaming.leases import Clock
from dreaming.making import Making
from dreaming.models import JournalEntry

SOON, LATE = timedelta(seconds=10), timedelta(days=1)
CLAIM = timedelta(minutes=5)

log = structlog.get_logger(__name__)


def due(*, now: datetime) -> list[int]:
    """Journals of ended runs of which something may be left."""
    rows = JournalEntry.objects.across_teams().filter(key__startswith=accounts.KEY).exclude(run__state__in=ACTIVE)
    waits = ((pk, value.get("clear_at", "")) for pk, value in rows.order_by("pk").values_list("pk", "value"))
    return [pk for pk, clear_at in waits if not clear_at or datetime.fromisoformat(clear_at) <= now]


def clear(*, entry_id: int, now: datetime, clock: Clock = timezone.now, workspace: Workspace | None = None) -> bool:
    """Clear what one journal names; False where some of it is left, and is tried again later."""
    rows = JournalEntry.objects.across_teams().select_related("team", "run__agent__team", "run__team")
    entry = rows.filter(pk=entry_id, key__startswith=accounts.KEY).exclude(run__state__in=ACTIVE).first()
    if entry is None:
        return False
    account = accounts.of(entry.value)
    if not _claim(entry, account, now):
        return False
    book = Book(RunJournal(entry.run, clock), account)
    try:
        is_done = clearing.clear(book, workspace or _workspace(entry, account, clock))
    except (anthropic.APIError, EngineFailed, EngineWaits) as refused:
        log.info("leftovers_stay", run=entry.run.public_id, reason=type(refused).__name__)
        is_done = False
    if is_done:
        JournalEntry.objects.of(entry.team).filter(pk=entry.pk).update(key=accounts.CLEARED + account.digest)
        return True
    account.clear_at = (now + min(SOON * 2 ** min(account.clear_tries, 14), LATE)).isoformat()
    book.save()
    return False


def _claim(entry: JournalEntry, account: Account, now: datetime) -> bool:
    """Keep others from it for a while; False where somebody else has it."""
    account.clear_tries += 1
    account.clear_at = (now + CLAIM).isoformat()
    same = JournalEntry.objects.of(entry.team).filter(pk=entry.pk, at=entry.at)
    return bool(same.update(value=accounts.plain(account), at=max(now, entry.at + timedelta(microseconds=1))))


def _workspace(entry: JournalEntry, account: Account, clock: Clock) -> Workspace:
    run = entry.run
    chosen = settings.as_of(agent=run.agent, version=run.settings_version)
    return managing.workspace_to_clear(Making(run.agent, chosen, clock, run), account.connection, account.model)
