"""What dreams left on the Claude platform after their run ended, by any way: found by the tick in our own journal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import anthropic
import structlog
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Team, User
from agents.models import Connection
from agents.pulling import patience
from audit import trail
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
from dreaming.models import JournalEntry, Run

SOON, LATE = timedelta(seconds=10), timedelta(days=1)
CLAIM = timedelta(minutes=5)

log = structlog.get_logger(__name__)


class NotThere(Exception):
    """By this connection nothing of what was left is known; the message is for people."""


@dataclass(frozen=True, slots=True)
class Left:
    """What one ended run left: the connection that it used (None: of before it was kept), the ids of its stores and
    dreams there, how often it was tried, and when it is tried again.
    """

    entry: JournalEntry
    connection: Connection | None
    stores: tuple[str, ...]
    dreams: tuple[str, ...]
    tries: int
    next_at: datetime | None


def due(*, now: datetime) -> list[int]:
    """Journals of ended runs of which something may be left."""
    rows = JournalEntry.objects.across_teams().filter(key__startswith=accounts.KEY).exclude(run__state__in=ACTIVE)
    waits = ((pk, value.get("clear_at", "")) for pk, value in rows.order_by("pk").values_list("pk", "value"))
    return [pk for pk, clear_at in waits if not clear_at or datetime.fromisoformat(clear_at) <= now]


def read(team: Team, entries: Sequence[JournalEntry]) -> list[Left]:
    """What journals of `waiting` say, in one query."""
    found = [(entry, accounts.of(entry.value)) for entry in entries]
    rows = Connection.objects.of(team).filter(public_id__in={account.connection for _entry, account in found})
    connections = {row.public_id: row for row in rows}
    return [
        Left(
            entry,
            connections.get(account.connection),
            tuple(account.left),
            tuple(part.dream for part in account.parts if part.dream),
            account.clear_tries,
            datetime.fromisoformat(account.clear_at) if account.clear_at else None,
        )
        for entry, account in found
    ]


def waiting(team: Team) -> QuerySet[JournalEntry]:
    """Journals of ended runs of a team that name what is left."""
    rows = JournalEntry.objects.of(team).filter(key__startswith=accounts.KEY).exclude(run__state__in=ACTIVE)
    return rows.select_related("team", "run__team", "run__agent__team")


def hand_over(*, run: Run, connection: Connection, by: User, at: datetime, clock: Clock = timezone.now) -> None:
    """Have another connection of the same workspace clear what a run left; it is due at once.

    Asks the platform first, so not within a unit. Raises NotThere where the connection leads elsewhere.
    """
    for entry in waiting(run.team).filter(run=run):
        account = accounts.of(entry.value)
        account.connection, account.clear_at, account.clear_tries = connection.public_id, "", 0
        try:
            workspace = _workspace(entry, account, clock)
            is_known = _knows(workspace.client, account)
        except anthropic.APIError as refused:
            raise NotThere(patience.told(refused)) from refused
        except EngineFailed as refused:
            raise NotThere(str(refused)) from refused
        if not is_known:
            raise NotThere(_("This connection leads to a workspace that knows nothing of what was left."))
        with trail.unit_of_work(at=at) as unit:
            same = JournalEntry.objects.of(run.team).filter(pk=entry.pk, key=entry.key)
            if same.update(value=accounts.plain(account), at=at):
                data = {"run": run.public_id, "connection": connection.public_id}
                unit.record("dream.leftovers_handed_over", target=run, by=by, data=data)


def let_go(*, run: Run, by: User, at: datetime) -> None:
    """Try no more to clear what a run left: somebody deletes it there by hand. Harmless where nothing is left."""
    with trail.unit_of_work(at=at) as unit:
        for entry in waiting(run.team).filter(run=run).select_for_update(of=("self",)):
            account = accounts.of(entry.value)
            JournalEntry.objects.of(run.team).filter(pk=entry.pk).update(key=accounts.CLEARED + account.digest)
            data = {"run": run.public_id, "stores": len(account.left)}
            unit.record("dream.leftovers_let_go", target=run, by=by, data=data)


def _knows(client: anthropic.Anthropic, account: Account) -> bool:
    """Whether the workspace has a dream or a store of the account: elsewhere all of it would look deleted."""
    asks: list[Callable[[], object]] = [
        partial(client.beta.dreams.retrieve, part.dream) for part in account.parts if part.dream
    ]
    asks += [partial(client.beta.memory_stores.retrieve, store) for store in account.left]
    for ask in asks:
        with suppress(anthropic.NotFoundError):
            ask()
            return True
    return False


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
