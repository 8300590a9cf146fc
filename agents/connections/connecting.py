"""The connections of a team: adding one, changing it, another key, and its end. What sends text where nobody agreed
to waits for a second person.
"""

from __future__ import annotations

from collections.abc import Mapping
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
from agents.connections import sealing
from agents.connections.sealing import Secret
from agents.models import Connection, ConnectionQuerySet, WaitingKey
from audit import trail
from audit.trail import Actor, HasActor

MOST = 20
CONFIRMED_AS = "connection"
SETTINGS = ("name", "base_url", "account", "region", "holds", "dreams_hold")
_ELSEWHERE = ("base_url", "account", "region")  # another one sends text to where nobody agreed to
_LABELS = ("holds", "dreams_hold")
_PAYLOAD = 1


class TooMany(Exception):
    """The team has as many connections as one may."""


class NameTaken(Exception):
    """The team has another connection of this name."""


class Waits(Exception):
    """A second person has to agree first."""


class Gone(Exception):
    """The connection was removed."""


@dataclass(frozen=True)
class Saved:
    """`held` waits for a second person, or was done at once in a team of one; None where none was needed."""

    connection: Connection
    held: Confirmation | None = None


def register() -> None:
    confirming.performs(
        CONFIRMED_AS,
        label=gettext_lazy("A connection to who serves the model"),
        asks=roles.MANAGE_CONNECTIONS,
        permission=roles.CONFIRM_CONNECTIONS,
        perform=_perform,
        check=_check,
        place=lambda confirmation: _of(confirmation).get_absolute_url(),
        fresh=True,
    )


def connect(*, team: Team, provider: str, secret: Secret, settings: Mapping[str, Any], by: User, at: datetime) -> Saved:
    """Add a connection with its sealed key; it is not usable before a second person agreed.

    Raises TooMany, NameTaken, keys.BadKey and what `confirming.ask` raises.
    """
    row = Connection(team=team, provider=provider, created_at=at, waits=True, **_tidy(settings))
    try:
        with trail.unit_of_work(at=at) as unit:
            lock_team(team)
            if kept(team).count() >= MOST:
                raise TooMany
            sealing.seal(row, secret)
            row.save()
            data = {"provider": provider, **_facts(row)}
            unit.record("connection.added", target=row, by=by, data=data, private=_words(row))
            held = _ask(row, {}, by=by, at=at)
    except IntegrityError:
        raise NameTaken(row.name) from None
    return Saved(again(row), held)


def change(*, connection: Connection, settings: Mapping[str, Any], by: User, at: datetime) -> Saved:
    """Set what differs: what narrows at once, what sends text elsewhere once a second person agrees.

    Raises Gone, Waits, NameTaken and what `confirming.ask` raises.
    """
    try:
        with trail.unit_of_work(at=at):
            lock_team(connection.team)
            row = locked(connection)
            wished = {name: value for name, value in _tidy(settings).items() if value != getattr(row, name)}
            wider = {name: value for name, value in wished.items() if _widens(row, name, value)}
            if row.waits and wished.keys() - {"name"}:
                raise Waits(row)
            _set(row, {name: value for name, value in wished.items() if name not in wider}, by=by, at=at)
            held = _ask(row, wider, by=by, at=at) if wider else None
    except IntegrityError:
        raise NameTaken(str(settings.get("name", ""))) from None
    return Saved(again(row), held)


def note_check(
    *, connection: Connection, able: Mapping[str, Any], problem: str, by: Actor | HasActor, at: datetime
) -> Connection:
    """Keep what a check found, unless the key is another one by now. Raises Gone."""
    with trail.unit_of_work(at=at) as unit:
        row = locked(connection)
        if bytes(row.sealed) == bytes(connection.sealed):
            row.able, row.problem, row.checked_at = dict(able), problem, at
            row.save(update_fields=["able", "problem", "checked_at"])
            can = sorted(name for name, said in able.items() if said == "yes")
            unit.record("connection.checked", target=row, by=by, data={"ok": not problem, "able": can})
    return row


def remove(*, connection: Connection, by: Actor | HasActor, at: datetime) -> Connection:
    """Use it no more, and destroy its key, also for backups. One that waits is asked for no more. Raises Gone."""
    with trail.unit_of_work(at=at) as unit:
        row = locked(connection)
        transaction.on_commit(partial(sealing.destroy, _with_key(row)))
        sealing.strike(WaitingKey.objects.of(row.team).filter(connection=row))
        row.removed_at, row.waits, row.key, row.sealed, row.hint = at, False, "", b"", ""
        row.save(update_fields=["removed_at", "waits", "key", "sealed", "hint"])
        unit.record("connection.removed", target=row, by=by, data={"provider": row.provider})
    return row


def kept(team: Team) -> ConnectionQuerySet:
    return Connection.objects.of(team).kept().select_related("team")


def waiting(connection: Connection) -> Confirmation | None:
    """What is asked for and not decided yet, but for another key."""
    return held_for(connection, CONFIRMED_AS)


def held_for(connection: Connection, kind: str) -> Confirmation | None:
    """What waits for a second person, of one kind of confirmation."""
    rows = Confirmation.objects.of(connection.team).waiting()
    held = rows.filter(kind=kind, target_id=connection.public_id).with_people().first()
    if held is not None:
        held.team = connection.team
    return held


def drop_unconfirmed(*, now: datetime) -> int:
    """Remove what no second person agreed to. Returns how many."""
    rows = Connection.objects.across_teams().kept().filter(waits=True).select_related("team")
    over = rows.exclude(confirmation__state=ConfirmationState.WAITING)
    return sum(_drop(row, at=now) for row in over.order_by("pk"))


def _tidy(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Labels in order, each once; Dreams get none that the connection itself may not hold."""
    found = {name: settings[name] for name in SETTINGS if name in settings}
    for name in _LABELS:
        if name in found:
            found[name] = sorted(set(found[name]))
    if "holds" in found and "dreams_hold" in found:
        found["dreams_hold"] = [one for one in found["dreams_hold"] if one in found["holds"]]
    return found


def _widens(row: Connection, name: str, value: Any) -> bool:
    return name in _ELSEWHERE or (name in _LABELS and bool(set(value) - set(getattr(row, name))))


def _set(
    row: Connection, values: Mapping[str, Any], *, by: User, at: datetime, confirmation: Confirmation | None = None
) -> None:
    """Set values on a locked row. What it may hold no more, Dreams may not either."""
    if not values:
        return
    for name, value in values.items():
        setattr(row, name, value)
    row.dreams_hold = [one for one in row.dreams_hold if one in row.holds]
    row.save(update_fields=[*SETTINGS])
    data = {"changed": sorted(values), **_facts(row), **_agreed(confirmation)}
    with trail.unit_of_work(at=at) as unit:
        unit.record("connection.changed", target=row, by=by, data=data, private=_words(row))


def _ask(row: Connection, wider: Mapping[str, Any], *, by: User, at: datetime) -> Confirmation:
    """Ask for the connection itself, or for what is `wider` than it was."""
    title = _("Change the connection “%(name)s”") if wider else _("Connect “%(name)s”")
    before = {name: getattr(row, name) for name in wider}
    held = confirming.ask(
        team=row.team,
        kind=CONFIRMED_AS,
        target=row.public_id,
        title=title % {"name": row.name},
        diff=_diff(before, wider) if wider else _whole(row),
        payload={"version": _PAYLOAD, "connection": row.public_id, "before": before, "values": dict(wider)},
        by=by,
        at=at,
    )
    if not wider:
        Connection.objects.of(row.team).filter(pk=row.pk).update(confirmation=held)
    return held


def _whole(row: Connection) -> list[dict[str, str]]:
    facts = {name: getattr(row, name) for name in SETTINGS[1:] if getattr(row, name)}
    who = confirming.line(_("Provider"), "", row.get_provider_display())
    return [who, *_diff(dict.fromkeys(facts, ""), facts)]


def _diff(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[dict[str, str]]:
    labels = {
        "base_url": _("Address"),
        "account": _("Project or resource"),
        "region": _("Region"),
        "holds": _("May hold text labelled"),
        "dreams_hold": _("Of these, Dreams and batches may have"),
    }
    return [confirming.line(labels[name], _in_words(before[name]), _in_words(after[name])) for name in after]


def _in_words(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(one or _("no label") for one in value) or _("nothing")
    return str(value)


def _check(confirmation: Confirmation) -> None:
    row = _of(confirmation)
    if row.removed_at is not None:
        raise confirming.NoLongerHolds(_("This connection was removed meanwhile."))
    before = confirmation.payload["before"]
    if any(getattr(row, name) != value for name, value in before.items()):
        raise confirming.NoLongerHolds(_("This connection was changed meanwhile."))
    if not before and not row.waits:
        raise confirming.NoLongerHolds(_("Somebody agreed to this connection already."))


def _perform(confirmation: Confirmation, *, by: User, at: datetime) -> None:
    row = locked(_of(confirmation))
    if values := confirmation.payload["values"]:
        return _set(row, values, by=by, at=at, confirmation=confirmation)
    row.waits = False
    row.save(update_fields=["waits"])
    data = {"provider": row.provider, **_facts(row), **_agreed(confirmation)}
    with trail.unit_of_work(at=at) as unit:
        unit.record("connection.started", target=row, by=by, data=data)
    return None


def _of(confirmation: Confirmation) -> Connection:
    rows = Connection.objects.of(confirmation.team).select_related("team")
    return rows.get(public_id=confirmation.payload["connection"])


def _facts(row: Connection) -> dict[str, Any]:
    return {"region": row.region, "holds": row.holds, "dreams_hold": row.dreams_hold}


def _agreed(confirmation: Confirmation | None) -> dict[str, str]:
    return {"confirmation": confirmation.public_id} if confirmation else {}


def _words(row: Connection) -> dict[str, str]:
    return {"name": row.name} | ({"address": row.base_url} if row.base_url else {})


def lock_team(team: Team) -> None:
    """Before a connection is locked: who confirms locks the team first."""
    Team.objects.select_for_update(no_key=True).get(pk=team.pk)


def locked(connection: Connection) -> Connection:
    """Raises Gone."""
    rows = Connection.objects.of(connection.team).select_related("team").select_for_update(of=("self",))
    row = rows.get(pk=connection.pk)
    if row.removed_at is not None:
        raise Gone(row)
    return row


def again(row: Connection) -> Connection:
    return Connection.objects.of(row.team).select_related("team").get(pk=row.pk)


def _drop(row: Connection, *, at: datetime) -> bool:
    """Looked at again under its lock, for an agreement that came meanwhile."""
    with trail.unit_of_work(at=at):
        try:
            if not locked(row).waits:
                return False
        except Gone:
            return False
        remove(connection=row, by=trail.SYSTEM, at=at)
    return True


def _with_key(row: Connection) -> Connection:
    return Connection(team=row.team, public_id=row.public_id, key=row.key)
