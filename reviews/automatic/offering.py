"""Automatic mode is offered to a namespace that has earned it: enough decisions, nearly all approved as they were
proposed, and none taken back since.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, OuterRef, Q, Subquery
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Team
from agents.models import Namespace
from reviews.enums import Mode, OriginKind, State
from reviews.models import Change
from reviews.policy.modes import STRICTEST_FIRST

DECIDED = (State.APPLIED, State.REVERTED, State.REJECTED, State.QUARANTINED)


@dataclass(frozen=True, slots=True)
class Record:
    """How people decided on what dreams proposed for one namespace, or agents wrote themselves, since one of these was
    last taken back.
    """

    decided: int
    unedited: int  # approved and applied as they were proposed
    reverted: int  # at any time
    after: int
    percent: int

    @property
    def has_earned_it(self) -> bool:
        return self.is_enough and self.unedited * 100 >= self.percent * self.decided

    @property
    def is_enough(self) -> bool:
        return self.decided >= self.after

    @property
    def others(self) -> int:
        """Edited before they were applied, or not applied at all."""
        return self.decided - self.unedited

    @property
    def missing(self) -> str:
        """What keeps it from automatic mode, in words; what it has is said, too."""
        counts = {"decided": self.decided, "after": self.after, "n": self.reverted}
        said = [_("%(decided)s of %(after)s decided") % counts]
        if self.reverted:
            words = ngettext(
                "%(decided)s of %(after)s decided since one was taken back",
                "%(decided)s of %(after)s decided since the last of %(n)s was taken back",
                self.reverted,
            )
            said = [words % counts]
        if self.others:
            said.append(
                ngettext("%(n)s was edited or rejected", "%(n)s were edited or rejected", self.others)
                % {"n": self.others}
            )
        return get_text_list(said, _("and"))


def record(namespace: Namespace, *, team: Team, document: Mapping[str, Any]) -> Record:
    """Counted over the changes of dreams in the namespace that were decided since the last revert, in one query."""
    return records([namespace], team=team, document=document)[namespace.pk]


def records(
    namespaces: Collection[Namespace],
    *,
    team: Team,
    document: Mapping[str, Any],
    origin: OriginKind = OriginKind.DREAM,
) -> dict[int, Record]:
    """The record of each by its primary key, in one query."""
    changes = Change.objects.of(team).filter(namespace__in=namespaces, proposal__origin_kind=origin)
    undone = changes.filter(state=State.REVERTED, namespace=OuterRef("namespace")).order_by("-state_at")
    since = Q(undone_at=None) | Q(state_at__gt=F("undone_at"))
    rows = (
        changes.annotate(undone_at=Subquery(undone.values("state_at")[:1]))
        .order_by()
        .values_list("namespace")
        .annotate(
            decided=Count("pk", filter=since & Q(state__in=DECIDED)),
            unedited=Count("pk", filter=since & Q(state=State.APPLIED, head__number=1)),
            reverted=Count("pk", filter=Q(state=State.REVERTED)),
        )
    )
    counts = {space: counted for space, *counted in rows}
    asked = {"after": document["automatic"]["after"], "percent": document["automatic"]["unedited_percent"]}
    return {space.pk: Record(*counts.get(space.pk, (0, 0, 0)), **asked) for space in namespaces}


def widened(*, team: Team, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[tuple[Namespace, Record]]:
    """The namespaces that get a wider mode by the second document, each with its record."""
    spaces = Namespace.objects.of(team).order_by("name", "pk")
    wider = [space for space in spaces if _rank(after, space) > _rank(before, space)]
    found = records(wider, team=team, document=after) if wider else {}
    return [(space, found[space.pk]) for space in wider]


def widened_for_own_writes(
    *, team: Team, before: Mapping[str, Any], after: Mapping[str, Any]
) -> list[tuple[Namespace, Record]]:
    """The namespaces that take what agents write themselves by the second document and not by the first."""
    taking = [
        {name for name, mode in one["own_writes"]["namespaces"].items() if mode != Mode.REVIEWED}
        for one in (before, after)
    ]
    wider = list(Namespace.objects.of(team).filter(public_id__in=taking[1] - taking[0]).order_by("name", "pk"))
    found = records(wider, team=team, document=after, origin=OriginKind.AGENT) if wider else {}
    return [(space, found[space.pk]) for space in wider]


def _rank(document: Mapping[str, Any], namespace: Namespace) -> int:
    return STRICTEST_FIRST.index(Mode(document["namespaces"].get(namespace.public_id, document["mode"])))
