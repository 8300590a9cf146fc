"""Setting the policy: each version stays, and the newest holds."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError
from django.utils.translation import gettext as _

from accounts.enums import ConfirmationState
from accounts.models import Confirmation, Team
from audit import trail
from audit.trail import SYSTEM, Actor
from reviews.models import Policy
from reviews.policy import checking, widening
from reviews.policy.documents import VERSION, current, document_of, whole


class Overtaken(Exception):
    """Another version was set meanwhile: compare it first."""

    def __init__(self, version: int) -> None:
        super().__init__(_("Version %(version)s was set meanwhile.") % {"version": version})
        self.version = version


class NeedsConfirmation(Exception):
    """A person changes what a second person has to agree to, and nobody has: use `changing.save`."""


def set_(
    *,
    team: Team,
    document: Mapping[str, Any],
    by: Actor,
    at: datetime,
    after: int | None = None,
    confirmed: Confirmation | None = None,
) -> Policy:
    """Make the document the next version of the team's policy. `after` is the version that its author saw.

    Raises Overtaken, checking.Invalid, and NeedsConfirmation where people change it who need a second person for it.
    Lucid itself only ever narrows it, and is not kept from that by what was wrong in it before.
    """
    with trail.unit_of_work(at=at) as unit:
        held = current(team)
        number = held.version if held else 0
        if after is not None and after != number:
            raise Overtaken(number)
        was, now = document_of(team), whole(document) | {"version": VERSION}
        _be_sound(was, now)
        _be_confirmed(team, was, now, by, confirmed)
        policy = _store(team, number + 1, now, by, at)
        unit.record(
            "policy.changed",
            target=policy,
            by=by,
            data={
                "number": policy.version,
                "changed": sorted(key for key in now if now[key] != was.get(key)),
                "mode": now["mode"],
                "sha256": digest(now),
            }
            | ({"confirmation": confirmed.public_id} if confirmed else {}),
        )
    return policy


def _be_sound(was: Mapping[str, Any], now: Mapping[str, Any]) -> None:
    found = checking.faults(now)
    new = [fault for fault in found if fault not in checking.faults(was)] if found else []
    if new:
        raise checking.Invalid(new)


def _be_confirmed(
    team: Team, was: Mapping[str, Any], now: dict[str, Any], by: Actor, confirmed: Confirmation | None
) -> None:
    kind = widening.kind_of(was, now)
    if not kind or by == SYSTEM:
        return
    if confirmed is None or confirmed.state != ConfirmationState.CONFIRMED:
        raise NeedsConfirmation(kind)
    if (confirmed.kind, confirmed.target_id, confirmed.payload["document"]) != (kind, team.public_id, now):
        raise NeedsConfirmation(kind)


def _store(team: Team, version: int, document: dict[str, Any], by: Actor, at: datetime) -> Policy:
    """No lock: of two at once the database lets one be this version."""
    values = {"document": document, "set_by_type": by.type, "set_by_id": by.id, "at": at}
    try:
        with trail.unit_of_work(at=at):
            return Policy.objects.create(team=team, version=version, **values)
    except IntegrityError:
        raise Overtaken(version) from None


def digest(document: Mapping[str, Any]) -> str:
    """SHA-256 (hex) of a document, whatever the order of its keys."""
    return hashlib.sha256(text_of(document).encode()).hexdigest()


def text_of(document: Mapping[str, Any]) -> str:
    """A document as the text that `digest` hashes."""
    return json.dumps(document, sort_keys=True)
