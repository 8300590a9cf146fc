"""Whose word counted when a change was applied: the policy, the owners and the roles of then.

Roles come from the trail, which is append-only; only of who never had any set by an event the row has to be taken.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.models import Membership, Team
from agents.enums import Tier
from agents.models import Namespace
from audit.models import Event
from reviews.drift.pieces import pieces
from reviews.models import Policy, Revision, RevisionTarget
from reviews.policy import documents, owners
from reviews.policy.owners import Group

_ROLES = {"member.joined": "roles", "member.roles_set": "after", "member.removed": ""}


@dataclass(frozen=True, slots=True)
class Written:
    """A revision that was applied: who wrote it, and where."""

    contributors: frozenset[str]
    namespace: Namespace
    paths: frozenset[str]


class Speaking:
    """What was asked of applied revisions, and who could answer. `people` are all who voted, by public id."""

    def __init__(self, team: Team, revisions: Collection[str], people: Collection[str]) -> None:
        self.written = _written(team, revisions)
        self._roles = _roles(team, people)
        spaces = {one.namespace.pk for one in self.written.values()}
        self._spaces = list(Namespace.history.filter(id__in=spaces).order_by("history_date", "history_id"))
        rows = Policy.objects.of(team).order_by("version")
        self._documents: list[tuple[datetime, dict[str, Any]]] = list(rows.values_list("at", "document"))

    def suffices(
        self, revision: str, people: Collection[str], *, tier: str, seq: int, at: datetime, sole: bool
    ) -> bool:
        """Whether these people, none of whom is left out, were enough. `sole` lets one speak for owners, too."""
        document = self._document(at)
        asked, one = document["votes"][tier], self.written[revision]
        groups = self._owners(one, document, at) if asked.get("owner") else []
        groups += [{"people": [], "roles": [asked["role"]]}] if asked.get("role") else []
        may_count = sole and tier in (Tier.LOW, Tier.MEDIUM)
        spoken = may_count or all(any(self._speaks(group, who, seq) for who in people) for group in groups)
        return len(people) >= int(asked["people"]) and spoken

    def _document(self, at: datetime) -> dict[str, Any]:
        return documents.whole(next((held for since, held in reversed(self._documents) if since <= at), {}))

    def _owners(self, one: Written, document: Mapping[str, Any], at: datetime) -> list[Group]:
        """The owners that the namespace and the policy named then."""
        then = [row for row in self._spaces if row.id == one.namespace.pk and row.history_date <= at]
        return owners.groups(document, then[-1].instance if then else one.namespace, one.paths)

    def _speaks(self, group: Group, who: str, seq: int) -> bool:
        return who in group["people"] or not set(group["roles"]).isdisjoint(self._held(who, seq))

    def _held(self, who: str, seq: int) -> Collection[str]:
        return next((roles for since, roles in reversed(self._roles.get(who, ())) if since <= seq), ())


def _written(team: Team, revisions: Iterable[str]) -> dict[str, Written]:
    found = {}
    for some in pieces(revisions):
        paths: dict[int, set[str]] = defaultdict(set)
        targets = RevisionTarget.objects.of(team).filter(revision__public_id__in=some)
        for revision, *both in targets.values_list("revision", "path_before", "path_after"):
            paths[revision] |= {path for path in both if path}
        for row in Revision.objects.of(team).filter(public_id__in=some).select_related("change__namespace"):
            space = row.change.namespace
            found[row.public_id] = Written(frozenset(row.contributors), space, frozenset(paths[row.pk]))
    return found


def _roles(team: Team, people: Iterable[str]) -> dict[str, list[tuple[int, list[str]]]]:
    """By person what roles were theirs from which event on, oldest first."""
    found = {}
    for some in pieces(people):
        rows = Membership.objects.of(team).filter(user__public_id__in=some).select_related("user")
        members = {row.public_id: row for row in rows}
        events: dict[str, list[tuple[int, str, dict[str, Any]]]] = defaultdict(list)
        known = Event.objects.of_log(team.trail_log).filter(type__in=_ROLES, target_id__in=list(members))
        for event in known.oldest_first():
            events[event.target_id].append((event.seq, event.type, event.content()["data"]))
        for id, row in members.items():
            found[row.user.public_id] = _stretches(row, events[id])
    return found


def _stretches(row: Membership, events: list[tuple[int, str, dict[str, Any]]]) -> list[tuple[int, list[str]]]:
    own = [(seq, list(data.get(_ROLES[type], ()))) for seq, type, data in events]
    if not events or events[0][1] != "member.joined":
        first = events[0][2] if events else {}
        own.insert(0, (0, list(first.get("before") or first.get("roles") or row.roles)))
    return own
