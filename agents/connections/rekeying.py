"""Another key for a connection: sealed beside the one that signs in until a second person agrees, and struck where
nobody does. It may belong to another workspace, and then text goes where nobody agreed to send it.
"""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import confirming, roles
from accounts.enums import ConfirmationState
from accounts.models import Confirmation, User
from agents.connections import connecting, sealing
from agents.connections.connecting import Saved, Waits
from agents.connections.sealing import Secret
from agents.models import Connection, WaitingKey
from audit import keys, trail

CONFIRMED_AS = "connection_key"
_PAYLOAD = 1


def register() -> None:
    confirming.performs(
        CONFIRMED_AS,
        label=gettext_lazy("Another key for a connection"),
        asks=roles.MANAGE_CONNECTIONS,
        permission=roles.CONFIRM_CONNECTIONS,
        perform=_perform,
        check=_check,
        place=lambda confirmation: _connection(confirmation).get_absolute_url(),
        fresh=True,
    )


def replace(*, connection: Connection, secret: Secret, by: User, at: datetime) -> Saved:
    """Have another key sign in once a second person agrees; until then the one of before does, if it still can.

    One that waits already is struck for it. Raises Gone, Waits, keys.BadKey and what `confirming.ask` raises.
    """
    with trail.unit_of_work(at=at):
        connecting.lock_team(connection.team)
        row = connecting.locked(connection)
        if row.waits:
            raise Waits(row)
        waiting = WaitingKey(team=row.team, connection=row, created_at=at)
        sealing.seal(waiting, secret)
        waiting.save()
        held = confirming.ask(
            team=row.team,
            kind=CONFIRMED_AS,
            target=row.public_id,
            title=_("Replace the key of “%(name)s”") % {"name": row.name},
            diff=[
                confirming.line(_("Provider"), row.get_provider_display(), row.get_provider_display()),
                confirming.line(
                    _("Key"), _("the one that signs in now"), _("another one, perhaps of another workspace")
                ),
            ],
            payload={"version": _PAYLOAD, "connection": row.public_id, "key": waiting.public_id},
            by=by,
            at=at,
        )
        WaitingKey.objects.of(row.team).filter(pk=waiting.pk).update(confirmation=held)
        sealing.strike(_keys(row).exclude(pk=waiting.pk))
    return Saved(connecting.again(row), held)


def waiting(connection: Connection) -> Confirmation | None:
    """What is asked for and not decided yet."""
    return connecting.held_for(connection, CONFIRMED_AS)


def strike_settled(*, now: datetime) -> int:
    """Strike the keys that no second person agreed to in time. Returns how many."""
    over = WaitingKey.objects.across_teams().exclude(confirmation__state=ConfirmationState.WAITING)
    count = 0
    for key in over.select_related("team").order_by("pk"):
        with trail.unit_of_work(at=now):
            count += sealing.strike(WaitingKey.objects.of(key.team).filter(pk=key.pk))
    return count


def _check(confirmation: Confirmation) -> None:
    row = _connection(confirmation)
    if row.removed_at is not None:
        raise confirming.NoLongerHolds(_("This connection was removed meanwhile."))
    try:
        sealing.open(_key(confirmation, row))
    except (WaitingKey.DoesNotExist, sealing.Lost, keys.BadKey) as lost:
        raise confirming.NoLongerHolds(_("The new key cannot be read any more: it has to be typed again.")) from lost


def _perform(confirmation: Confirmation, *, by: User, at: datetime) -> None:
    row = connecting.locked(_connection(confirmation))
    sealing.seal(row, sealing.open(_key(confirmation, row)))
    row.able, row.checked_at, row.problem = {}, None, ""
    row.save(update_fields=["key", "sealed", "hint", "able", "checked_at", "problem"])
    sealing.strike(_keys(row))
    data = {"provider": row.provider, "confirmation": confirmation.public_id}
    with trail.unit_of_work(at=at) as unit:
        unit.record("connection.key_replaced", target=row, by=by, data=data)


def _connection(confirmation: Confirmation) -> Connection:
    rows = Connection.objects.of(confirmation.team).select_related("team")
    return rows.get(public_id=confirmation.payload["connection"])


def _key(confirmation: Confirmation, connection: Connection) -> WaitingKey:
    return _keys(connection).get(public_id=confirmation.payload["key"])


def _keys(connection: Connection) -> QuerySet[WaitingKey]:
    return WaitingKey.objects.of(connection.team).filter(connection=connection)
