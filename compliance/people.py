"""Who people were: the roles that they held at each time, as the log tells, and the names that they went by."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.models import Membership, Team
from audit import private, trail
from audit.entries import time_text
from audit.models import Event

_ROLES = {"member.joined": "roles", "member.roles_set": "after", "member.removed": ""}
_AT_ONCE = 500
Stretch = Mapping[str, Any]


@dataclass(frozen=True)
class Called:
    """A name, and the event that carries it: the person had it since then."""

    name: str
    event: Event

    @property
    def since(self) -> datetime:
        return self.event.at


def stretches(team: Team, people: Collection[str], *, size: int | None = None) -> dict[str, list[Stretch]]:
    """By person, oldest first: {"roles", "from", "event"}, as the first `size` events of the log tell.

    A first stretch without an event was there before the log tells of that person. A member who was removed holds no
    role.
    """
    rows = Membership.objects.of(team).filter(user__public_id__in=people).select_related("user")
    members = {row.public_id: row for row in rows}
    changes = _changes(team, set(members), size)
    found: dict[str, list[Stretch]] = {}
    for id, row in sorted(members.items()):
        own = changes.get(id, [])
        if not own or "before" in own[0]:
            roles = own[0]["before"] if own else row.roles
            own.insert(0, {"roles": sorted(roles), "from": time_text(row.joined_at), "event": 0})
        found[row.user.public_id] = [{key: one[key] for key in ("roles", "from", "event")} for one in own]
    return found


def held(own: Sequence[Stretch], at: str) -> list[str]:
    """The roles at a time, as `time_text` writes it."""
    roles: list[str] = []
    for one in own:
        if one["from"] <= at:
            roles = one["roles"]
    return roles


def called(team: Team, person: str) -> list[Called]:
    """The names that a person gave on joining the team and since, oldest first; those that were erased are left out."""
    own = Event.objects.filter(actor_id=person, log__in=(team.trail_log, trail.INSTALLATION))
    events = {one.public_id: one for one in own.filter(type__in=("member.joined", "auth.preferences_set"))}
    found = []
    for row in private.of_events(list(events)):
        if row.name == "name":
            try:
                found.append(Called(private.open(row).value, events[row.event]))
            except private.Sealed:
                continue
    return sorted(found, key=lambda one: (one.since, one.event.seq))


def _changes(team: Team, members: set[str], size: int | None) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    events = Event.objects.of_log(team.trail_log).filter(type__in=_ROLES)
    if size is not None:
        events = events.filter(seq__lte=size)
    for event in events.oldest_first().iterator(chunk_size=_AT_ONCE):
        if event.target_id not in members:
            continue
        content = event.content()
        roles = content["data"].get(_ROLES[event.type], [])
        own = {"roles": sorted(roles), "from": content["time"], "event": event.seq}
        if event.type != "member.joined":
            own["before"] = content["data"].get("before") or content["data"].get("roles", [])
        found[event.target_id].append(own)
    return found
