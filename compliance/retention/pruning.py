"""Pruning the log of a team: what could go, two people who agree, and the command that does it."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.core.management.base import CommandError
from django.db import DatabaseError
from django.db.models import Min
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import confirming, roles
from accounts.models import Confirmation, Team, User
from audit import pruning, retention, trail
from audit.management.acts import Say
from audit.models import Checkpoint, Event, LogHead
from compliance import holding
from compliance.enums import HoldScope
from compliance.models import Destination
from compliance.packs import jobs
from compliance.retention import keeping

KIND = "pruning"
VERSION = 1  # of the payload


class CannotPrune(ValueError):
    """Nothing is past its time, or a legal hold stands in the way."""


def register() -> None:
    confirming.performs(
        KIND,
        label=gettext_lazy("A pruning of the log"),
        asks=roles.ERASE,
        permission=roles.CONFIRM_ERASURE,
        perform=_perform,
        check=_check,
        place=_place,
        fresh=True,
    )


def prunable(team: Team, *, now: datetime) -> Checkpoint | None:
    """The signed checkpoint up to which every event is past the time of its class; None where there is none."""
    log = team.trail_log
    days = keeping.of(team).days
    oldest = Event.objects.of_log(log).oldest_first().first()
    if oldest is None or oldest.at >= now - timedelta(days=min(days.values())):
        return None
    kept = [LogHead.objects.values_list("size", flat=True).get(log=log), *_unsent(team)]
    for name, count in days.items():
        fresh = Event.objects.of_log(log).filter(type__in=retention.types_of(name), at__gte=now - timedelta(days=count))
        kept.append(fresh.aggregate(first=Min("seq"))["first"] or kept[0])
    return pruning.sealed_before(log, min(kept))


def ask(*, team: Team, by: User, at: datetime) -> Confirmation:
    """Ask a second person to agree to prune what is past its time. Raises CannotPrune, what confirming.ask raises."""
    sealed = prunable(team, now=at)
    if sealed is None:
        raise CannotPrune(_("No sealed stretch of the log is past its time as a whole."))
    if _is_held(team, sealed.size):
        raise CannotPrune(_("A legal hold stands in the way."))
    first = pruning.end(team.trail_log) + 1
    return confirming.ask(
        team=team,
        kind=KIND,
        target=team.public_id,
        title=_("Prune the log"),
        diff=[confirming.line(_("Events %(a)s to %(b)s") % {"a": first, "b": sealed.size}, "", _("only hashes"))],
        payload={"version": VERSION, "first": first, "last": sealed.size, "root": bytes(sealed.root).hex()},
        by=by,
        at=at,
    )


def waiting(team: Team) -> Confirmation | None:
    return Confirmation.objects.of(team).waiting().filter(kind=KIND).first()


def command(say: Say) -> None:
    """Perform what two people agreed on, for every team. On PostgreSQL it takes the owner of the tables."""
    for team in Team.objects.order_by("pk"):
        last, _root, _named = pruning.agreed(team.trail_log)
        if last and _is_held(team, last):
            say(f"{team.trail_log}: a legal hold stands in the way; nothing was pruned")
        elif last and any(first <= last for first in _unsent(team)):
            say(f"{team.trail_log}: a stream has not sent all of it yet; nothing was pruned")
        elif last:
            say(f"{team.trail_log}: pruned {_prune(team)} events, up to event {last}")


def _prune(team: Team) -> int:
    try:
        count = pruning.perform(team.trail_log, by=trail.SYSTEM, at=timezone.now())
    except pruning.NotSound as problem:
        raise CommandError(str(problem), returncode=1) from problem
    except DatabaseError as refused:
        raise CommandError(f"the database refused; only the owner may prune: {refused}", returncode=1) from refused
    jobs.begin_anew(team=team)
    return count


def _unsent(team: Team) -> list[int]:
    """The first event that each stream of the team has still to send: what was pruned could never be sent."""
    return [acked + 1 for acked in Destination.objects.of(team).kept().values_list("acked", flat=True)]


def _is_held(team: Team, last: int) -> bool:
    held = holding.held(team)
    if held.pop(HoldScope.ALL):
        return True
    ids = set().union(*held.values())
    return bool(ids) and Event.objects.of_log(team.trail_log).filter(seq__lte=last).concerning(*ids).exists()


def _check(confirmation: Confirmation) -> None:
    if confirmation.payload["first"] != pruning.end(confirmation.team.trail_log) + 1:
        raise confirming.NoLongerHolds(_("The log was pruned in between."))
    if _is_held(confirmation.team, confirmation.payload["last"]):
        raise confirming.NoLongerHolds(_("A legal hold stands in the way."))


def _perform(confirmation: Confirmation, /, *, by: User, at: datetime) -> None:
    team = confirmation.team
    data = {name: confirmation.payload[name] for name in ("first", "last", "root")}
    with trail.unit_of_work(at=at) as unit:
        data["confirmation"] = confirmation.public_id
        target = trail.Target("log", team.trail_log)
        unit.record(pruning.AGREED, target=target, by=by, log=team.trail_log, data=data)


def _place(confirmation: Confirmation) -> str:
    return reverse("compliance:retention", args=[confirmation.team.slug])
