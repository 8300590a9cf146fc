"""Packs on their way: asked for, made by a worker, kept for a while. The row is the truth; a message only wakes."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

import structlog
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import roles
from accounts.models import Membership, Team, User
from audit import keys, trail
from audit.checkpoints import memory, signer
from audit.trail import Actor
from audit.verify import packing
from compliance import tasks
from compliance.enums import EXPORT_TRANSITIONS, ExportState
from compliance.models import Export, ExportDefinition
from compliance.packs import building, files, limiting, plans
from compliance.packs.plans import Plan
from compliance.packs.scopes import Scope
from compliance.packs.shown import Survey
from reviews.enums import NoticeKind
from reviews.talking import noticing

LEASE = timedelta(seconds=60)
REPORT_SECONDS = 1.0
KEPT = timedelta(days=30)
MOST_ATTEMPTS = 3
WAKE_AGAIN = timedelta(seconds=30)
TRANSIENT = (OperationalError, InterfaceError)

log = structlog.get_logger(__name__)
Clock = Callable[[], datetime]


class Taken(Exception):
    """The export is no longer ours: canceled, or given to another worker after the lease ran out."""


class IllegalState(RuntimeError):
    """A state that may not follow the present one; the table in `enums` says which may."""


def ask(
    *,
    team: Team,
    teams: Sequence[Team],
    scope: Scope,
    disclosure: str,
    by: User,
    at: datetime,
    definition: ExportDefinition | None = None,
) -> Export:
    """Put a pack in the queue. `teams` are all of the person's. Raises limiting.TooMany, which is recorded as well."""
    try:
        with trail.unit_of_work(at=at) as unit:
            limiting.check(by, teams, at=at)
            export = _queue(team, scope, disclosure, unit=unit, by=by.trail_actor, asked_by=by, definition=definition)
    except limiting.TooMany:
        limiting.record_refusal(team, by, at=at)
        raise
    return export


def ask_for_month(definition: ExportDefinition, *, scope: Scope, period: str, at: datetime) -> Export:
    """Put the pack of a month in the queue, for those who may export. Within the caller's unit; once for a period."""
    with trail.unit_of_work(at=at) as unit:
        disclosure, by = definition.disclosure, trail.SYSTEM
        return _queue(definition.team, scope, disclosure, unit=unit, by=by, definition=definition, period=period)


def cancel(*, export: Export, by: User, at: datetime) -> Export:
    """Stop a pack that waits or is being made; its worker finds out at its next report, and keeps nothing."""
    with trail.unit_of_work(at=at) as unit:
        export = _locked(export)
        if export.is_active:
            _become(export, ExportState.CANCELED, at=at)
            unit.record("export.canceled", target=export, by=by)
            transaction.on_commit(partial(files.remove, export.public_id))
    return export


def perform(*, export_id: int, now: datetime, clock: Clock = timezone.now) -> Export | None:
    """Make a pack, or make it anew where a worker was lost; None where another worker has it.

    A failure that may pass gives it back; any other ends it with the reason, and one that nobody expected goes up.
    """
    lease = _claim(export_id, now, clock)
    if lease is None:
        return None
    try:
        _make(lease)
    except Taken:
        log.info("export.taken_away", export=lease.export.public_id)
        files.remove_unfinished(lease.export.public_id)
    except TRANSIENT as broken:
        log.warning("export.given_back", export=lease.export.public_id, error=type(broken).__name__)
    except plans.Empty:
        _fail(lease, _("The log holds no event yet."))
    except (keys.NoKey, keys.BadKey, memory.Unreadable, signer.Refused) as refusal:
        _fail(lease, _("No checkpoint could be signed: %(reason)s") % {"reason": refusal})
    except packing.TooLarge as large:
        words = _("One pack cannot hold it: it would have %(limit)s. Ask for several packs, of shorter times each.")
        _fail(lease, words % {"limit": large})
    except OSError as full:
        _fail(lease, _("The file could not be written: %(reason)s") % {"reason": full})
    except Exception as broken:
        _fail(lease, type(broken).__name__)
        raise
    return Export.objects.of(lease.export.team).get(pk=export_id)


def expire_due(*, now: datetime) -> int:
    """Take away the files of packs that were kept long enough. Returns how many."""
    due = Export.objects.across_teams().filter(state=ExportState.READY, expires_at__lte=now).select_related("team")
    return sum(_expire(export, now) for export in due.order_by("pk")[:100])


def take_back(*, team: Team, erasure: str, at: datetime) -> int:
    """After the erasure of this id: take every file of the team away, begin anew what is being made; how many."""
    anew = begin_anew(team=team)
    ready = Export.objects.of(team).filter(state=ExportState.READY).select_related("team").order_by("pk")
    return anew + sum(_expire(export, at, {"erasure": erasure}) for export in ready)


def holding_texts(team: Team) -> QuerySet[Export]:
    """Packs that an erasure would take back or begin anew."""
    return Export.objects.of(team).filter(state__in=[ExportState.READY, ExportState.RUNNING])


def begin_anew(*, team: Team) -> int:
    """Make whatever is being made from the start, with what is there now. Returns how many."""
    running = Export.objects.of(team).filter(state=ExportState.RUNNING)
    return running.update(state=ExportState.QUEUED, plan={}, fence=F("fence") + 1, attempts=0, lease_until=None)


def forgotten(*, now: datetime) -> list[int]:
    """Packs that may be claimed and whose message should have come long ago."""
    late = Export.objects.across_teams().claimable(now).exclude(state=ExportState.QUEUED, asked_at__gt=now - WAKE_AGAIN)
    return list(late.order_by("pk").values_list("pk", flat=True)[:100])


def fetched(*, export: Export, by: User, at: datetime) -> None:
    """Record that somebody took the file."""
    with trail.unit_of_work(at=at) as unit:
        data = {"sha256": export.sha256, "bytes": export.size}
        unit.record("export.downloaded", target=export, by=by, data=data)


@dataclass(slots=True)
class _Lease:
    """An export that is ours until its fence moves."""

    export: Export
    clock: Clock
    _reported: tuple[str, float] = field(default=("", 0.0))

    def report(self, stage: str, done: int, total: int) -> None:
        """Hold it for another while and say how far it is, once a second. Raises Taken."""
        before, at = self._reported
        if stage == before and time.monotonic() - at < REPORT_SECONDS:
            return
        self._reported = (stage, time.monotonic())
        self.renew(stage=stage, done=done, total=total)

    def renew(self, **values: object) -> None:
        held = Export.objects.of(self.export.team).filter(pk=self.export.pk, fence=self.export.fence)
        if not held.filter(state=ExportState.RUNNING).update(lease_until=self.clock() + LEASE, **values):
            raise Taken(self.export.public_id)

    def locked(self) -> Export:
        """Ours, locked for the writing of its result. Raises Taken."""
        export = _locked(self.export)
        if (export.fence, export.state) != (self.export.fence, ExportState.RUNNING):
            raise Taken(export.public_id)
        return export


def _queue(
    team: Team,
    scope: Scope,
    disclosure: str,
    *,
    unit: trail.Unit,
    by: Actor,
    asked_by: User | None = None,
    definition: ExportDefinition | None = None,
    period: str = "",
) -> Export:
    export = Export.objects.create(
        team=team,
        scope=scope.as_json(),
        disclosure=disclosure,
        asked_by=asked_by,
        asked_at=unit.at,
        definition=definition,
        period=period,
    )
    data = {"format": "pack", "disclosure": disclosure, "scope": scope.as_json()}
    data |= {"definition": definition.public_id} if definition else {}
    unit.record("export.asked", target=export, by=by, data=data)
    transaction.on_commit(partial(tasks.wake_pack, export.pk))
    return export


def _claim(export_id: int, now: datetime, clock: Clock) -> _Lease | None:
    free = Export.objects.across_teams().claimable(now).filter(pk=export_id)
    taken = free.update(
        state=ExportState.RUNNING, fence=F("fence") + 1, attempts=F("attempts") + 1, lease_until=now + LEASE
    )
    if not taken:
        return None
    export = Export.objects.across_teams().select_related("team", "asked_by", "definition").get(pk=export_id)
    return _Lease(export, clock)


def _make(lease: _Lease) -> None:
    export = lease.export
    if export.attempts > MOST_ATTEMPTS:
        _fail(lease, _("Its worker was lost %(count)d times.") % {"count": MOST_ATTEMPTS})
        return
    scope = Scope.of_json(export.scope)
    if not export.plan:
        plan = plans.make(team=export.team, scope=scope, at=lease.clock())
        lease.renew(plan=plan.as_json())
        export.plan = plan.as_json()
    plan = Plan.of(export)
    with files.fresh(export.public_id, export.fence) as out:
        found = building.build(
            out, team=export.team, plan=plan, scope=scope, disclosure=export.disclosure, progress=lease.report
        )
        lease.renew()
    _finish(lease, found)


def _finish(lease: _Lease, found: Survey) -> None:
    at = lease.clock()
    sha256, size = files.sha256_of(lease.export.public_id)
    with trail.unit_of_work(at=at) as unit:
        export = lease.locked()
        export.rows, export.sha256, export.size, export.expires_at = found.count, sha256, size, at + KEPT
        _become(export, ExportState.READY, at=at)
        unit.record("export.made", target=export, by=_asker(export), data=_told(export))
        _tell(export, NoticeKind.EXPORT, at=at)


def _told(export: Export) -> dict[str, object]:
    plan = Plan.of(export)
    scope = Scope.of_json(export.scope)
    data: dict[str, object] = {
        "what": "trail",
        "format": "pack",
        "door": "worker",
        "rows": export.rows,
        "sha256": export.sha256,
        "bytes": export.size,
        "first": plan.first,
        "last": plan.last,
        "checkpoint": plan.size,
        "completeness": "filtered" if scope.is_filtered else "contiguous",
        "disclosure": export.disclosure,
    }
    return data | scope.as_json() | ({"definition": export.definition.public_id} if export.definition else {})


def _fail(lease: _Lease, problem: str) -> None:
    at = lease.clock()
    try:
        with trail.unit_of_work(at=at) as unit:
            export = lease.locked()
            export.problem = problem[:300]
            _become(export, ExportState.FAILED, at=at)
            unit.record("export.failed", target=export, by=_asker(export), outcome="failure")
            _tell(export, NoticeKind.EXPORT_FAILED, at=at)
    except Taken:
        log.info("export.taken_away", export=lease.export.public_id)
    files.remove(lease.export.public_id)


def _expire(export: Export, now: datetime, data: Mapping[str, str] | None = None) -> int:
    with trail.unit_of_work(at=now) as unit:
        export = _locked(export)
        if export.state != ExportState.READY:
            return 0
        _become(export, ExportState.EXPIRED, at=now)
        unit.record("export.expired", target=export, by=trail.SYSTEM, data=data or {})
    files.remove(export.public_id)
    return 1


def _locked(export: Export) -> Export:
    rows = Export.objects.of(export.team).select_for_update(of=("self",))
    return rows.select_related("team", "asked_by", "definition").get(pk=export.pk)


def _become(export: Export, state: ExportState, *, at: datetime) -> None:
    """Move a locked export to a state by the table, and let go of it. Raises IllegalState."""
    if state not in EXPORT_TRANSITIONS[ExportState(export.state)]:
        raise IllegalState(f"{export.public_id}: {export.state} → {state}")
    export.state, export.lease_until = state, None
    if state != ExportState.EXPIRED:
        export.finished_at = at
    export.save()


def _asker(export: Export) -> Actor:
    return export.asked_by.trail_actor if export.asked_by else trail.SYSTEM


def _tell(export: Export, kind: NoticeKind, *, at: datetime) -> None:
    """Whoever asked; of a monthly export everybody who may export."""
    page = noticing.Page(export.team, "compliance:export_one", export.public_id)
    noticing.tell(people=[export.asked_by] if export.asked_by else auditors(export.team), kind=kind, page=page, at=at)


def auditors(team: Team) -> list[User]:
    """The people of a team who may export its trail."""
    members = Membership.objects.of(team).active().with_people()
    return [member.user for member in members if member.may(roles.EXPORT_TRAIL)]
