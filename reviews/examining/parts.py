"""What other changes of a namespace write: those that wait, and those that were applied of late."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Q

from accounts.models import Team
from agents.models import Namespace
from reviews import hunks
from reviews.checks import Proposed
from reviews.checks.context import Part
from reviews.drafts import Draft
from reviews.enums import VOTABLE, State
from reviews.models import Change, Evidence, RevisionTarget

OF_LATE = timedelta(days=14)  # before the newest change of the namespace
MOST = 300  # changes
SHOWN = 8  # to one change


@dataclass(frozen=True, slots=True)
class Written:
    """A part, and the sessions that its change quotes."""

    part: Part
    sessions: frozenset[str]


def read(team: Team, namespace: Namespace) -> list[Written]:
    """The newest first."""
    changes = Change.objects.of(team).filter(namespace=namespace)
    newest = changes.order_by("-pk").values_list("opened_at", flat=True).first()
    if newest is None:
        return []
    late = Q(state=State.APPLIED, applied_at__gte=newest - OF_LATE)
    heads = dict(changes.filter(Q(state__in=VOTABLE) | late).order_by("-pk").values_list("head", "pk")[:MOST])
    sessions: dict[int, set[str]] = defaultdict(set)
    quotes = Evidence.objects.of(team).filter(change__in=heads.values())
    for change, session in quotes.values_list("change", "session__public_id").distinct():
        sessions[change].add(session)
    targets = RevisionTarget.objects.of(team).filter(revision__in=heads, path_after__isnull=False).order_by("-pk")
    return [
        Written(Part.of(path or "", text), frozenset(sessions[heads[head]]))
        for head, path, written in targets.values_list("revision", "path_after", "hunks")
        if (text := "".join(line for hunk in hunks.read(written) for line in hunk.after)).strip()
    ]


def of_drafts(drafts: Iterable[Draft]) -> list[Written]:
    """What is being proposed together."""
    return [
        Written(Part.of(target.path_after, text), frozenset(quote.session for quote in draft.quotes))
        for draft in drafts
        for target in draft.targets
        if target.path_after is not None
        and (text := "".join(line for hunk in target.hunks() for line in hunk.after)).strip()
    ]


def met(parts: Sequence[Written], proposed: Proposed) -> tuple[Part, ...]:
    """Those that quote a session of the change first, then the newest; never the change itself."""
    own = {Part.of(target.path_after or "", "".join(target.after)) for target in proposed.targets}
    others = [one for one in parts if one.part not in own]
    sharing = [one.part for one in others if one.sessions & proposed.sessions]
    rest = [one.part for one in others if not one.sessions & proposed.sessions]
    return tuple(sorted(list(dict.fromkeys([*sharing, *rest]))[:SHOWN]))
