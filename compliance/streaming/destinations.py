"""The destinations of a team: adding one, pausing it, taking it up again, removing it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import confirming, roles
from accounts.enums import ConfirmationState
from accounts.models import Confirmation, Team, User
from audit import pruning, trail
from audit.models import LogHead
from audit.trail import Actor, HasActor
from compliance import tasks
from compliance.enums import STREAM_TRANSITIONS, StreamKind, StreamState
from compliance.models import Destination, DestinationQuerySet
from compliance.streaming import credentials, webhook
from compliance.streaming.credentials import Credentials

MOST = 3
CONFIRMED_AS = "stream"
_PAYLOAD = 1


class TooMany(Exception):
    """The team has as many destinations as one may."""


class NameTaken(Exception):
    """The team has another destination of this name."""


class NotThere(ValueError):
    """The log has not come to the event after which sending was to begin, or was `pruned` beyond it up to this one."""

    def __init__(self, after: int, *, pruned: int = 0) -> None:
        super().__init__(after)
        self.pruned = pruned


class IllegalState(RuntimeError):
    """A state that may not follow the present one; the table in `enums` says which may."""


@dataclass(frozen=True)
class Added:
    """`secret` signs what a webhook gets; it is nowhere else in plain. `held` waits for a second person."""

    destination: Destination
    secret: str = ""
    held: Confirmation | None = None


def register() -> None:
    confirming.performs(
        CONFIRMED_AS,
        label=gettext_lazy("Where the audit log is sent to"),
        asks=roles.MANAGE_STREAMS,
        permission=roles.CONFIRM_STREAMS,
        perform=_confirmed,
        check=_check,
        place=lambda confirmation: _of(confirmation).get_absolute_url(),
        fresh=True,
    )


def add(
    *,
    team: Team,
    name: str,
    kind: str,
    format: str,
    address: str,
    ca: str = "",
    authorization: str = "",
    after: int = 0,
    by: User,
    at: datetime,
) -> Added:
    """Send the log there, beginning after this event. What leaves the installation waits for a second person.

    Raises TooMany, NameTaken, NotThere, keys.BadKey and what `confirming.ask` raises.
    """
    row = Destination(team=team, name=name, kind=kind, format=format, address=address, ca=ca, acked=after)
    row.added_by, row.added_at, row.next_at = by, at, at
    row.state = StreamState.ACTIVE if kind == StreamKind.FILE else StreamState.WAITING
    secret = webhook.new_secret() if kind == StreamKind.WEBHOOK else ""
    try:
        with trail.unit_of_work(at=at) as unit:
            Team.objects.select_for_update(no_key=True).get(pk=team.pk)
            _check_room(team, after)
            if secret:
                credentials.seal(row, Credentials(secret, authorization))
            row.save()
            data = {"kind": kind, "format": format, "after": after}
            unit.record("stream.added", target=row, by=by, data=data, private={"name": name, "address": address})
            held = _ask(row, by=by, at=at) if row.state == StreamState.WAITING else None
    except IntegrityError:
        raise NameTaken(name) from None
    return Added(row, secret, held)


def pause(*, destination: Destination, by: User, at: datetime) -> Destination:
    """Send nothing more for now; what was under way is finished. Raises IllegalState."""
    return _change(destination, StreamState.PAUSED, "stream.paused", by=by, at=at)


def resume(*, destination: Destination, by: User, at: datetime) -> Destination:
    """Go on after the last event that was confirmed. Raises IllegalState, also where a second person has not agreed."""
    rested = {StreamState.PAUSED, StreamState.STOPPED}
    return _change(destination, StreamState.ACTIVE, "stream.resumed", by=by, at=at, of=rested)


def remove(*, destination: Destination, by: Actor | HasActor, at: datetime) -> Destination:
    """Send nothing more for good, and destroy its credentials. One that waits is asked for no more."""
    return _change(destination, StreamState.REMOVED, "stream.removed", by=by, at=at)


def kept(team: Team) -> DestinationQuerySet:
    return Destination.objects.of(team).kept().select_related("team", "added_by", "confirmation")


def drop_unconfirmed(*, now: datetime) -> int:
    """Remove what no second person agreed to. Returns how many."""
    waiting = Destination.objects.across_teams().filter(state=StreamState.WAITING).select_related("team")
    over = waiting.exclude(confirmation__state=ConfirmationState.WAITING)
    return sum(_drop(row, at=now) for row in over.order_by("pk"))


def become(row: Destination, state: StreamState, *, at: datetime) -> None:
    """Change the state of a locked row. Raises IllegalState."""
    if state not in STREAM_TRANSITIONS[row.state]:
        raise IllegalState(f"{row.public_id} is {row.state}, and {state} may not follow")
    row.state = state
    if state == StreamState.ACTIVE:
        row.attempts, row.failing_since, row.problem, row.next_at = 0, None, "", at
    if state == StreamState.REMOVED:
        transaction.on_commit(partial(credentials.destroy, _with_key(row)))
        row.key, row.sealed = "", b""
    row.save(update_fields=["state", "attempts", "failing_since", "problem", "next_at", "key", "sealed"])


def locked(destination: Destination) -> Destination:
    rows = Destination.objects.of(destination.team).select_related("team").select_for_update(of=("self",))
    return rows.get(pk=destination.pk)


def _change(
    destination: Destination,
    state: StreamState,
    event: str,
    *,
    by: Actor | HasActor,
    at: datetime,
    of: Collection[StreamState] = tuple(StreamState),
) -> Destination:
    """Raises IllegalState where the state may not follow, or is none `of` those that this act begins with."""
    with trail.unit_of_work(at=at) as unit:
        row = locked(destination)
        if row.state != state:
            if row.state not in of:
                raise IllegalState(f"{row.public_id} is {row.state}: {event} is for others")
            become(row, state, at=at)
            unit.record(event, target=row, by=by, data={"acked": row.acked})
            if state == StreamState.ACTIVE:
                transaction.on_commit(partial(tasks.wake_stream, row.pk))
    return row


def _check_room(team: Team, after: int) -> None:
    if kept(team).count() >= MOST:
        raise TooMany
    if after > (LogHead.objects.filter(log=team.trail_log).values_list("size", flat=True).first() or 0):
        raise NotThere(after)
    if after < (end := pruning.end(team.trail_log)):
        raise NotThere(after, pruned=end)


def _ask(row: Destination, *, by: User, at: datetime) -> Confirmation:
    facts: Mapping[str, Any] = {
        _("How"): row.get_kind_display(),
        _("Where to"): row.address,
        _("As"): row.get_format_display(),
        _("Beginning after event"): row.acked,
    }
    diff = [confirming.line(label, "", value) for label, value in facts.items()]
    payload = {"version": _PAYLOAD, "destination": row.public_id}
    title = _("Send the audit log to “%(name)s”") % {"name": row.name}
    held = confirming.ask(
        team=row.team,
        kind=CONFIRMED_AS,
        target=row.public_id,
        title=title,
        diff=diff,
        payload=payload,
        by=by,
        at=at,
    )
    Destination.objects.of(row.team).filter(pk=row.pk).update(confirmation=held)
    row.refresh_from_db(from_queryset=kept(row.team))
    return held


def _check(confirmation: Confirmation) -> None:
    if _of(confirmation).state != StreamState.WAITING:
        raise confirming.NoLongerHolds(_("This destination was removed meanwhile."))


def _confirmed(confirmation: Confirmation, *, by: User, at: datetime) -> None:
    _change(_of(confirmation), StreamState.ACTIVE, "stream.started", by=by, at=at)


def _of(confirmation: Confirmation) -> Destination:
    rows = Destination.objects.of(confirmation.team).select_related("team")
    return rows.get(public_id=confirmation.payload["destination"])


def _drop(row: Destination, *, at: datetime) -> bool:
    """Looked at again under its lock, for an agreement that came meanwhile."""
    with trail.unit_of_work(at=at):
        if locked(row).state != StreamState.WAITING:
            return False
        remove(destination=row, by=trail.SYSTEM, at=at)
    return True


def _with_key(row: Destination) -> Destination:
    return Destination(team=row.team, public_id=row.public_id, key=row.key)
