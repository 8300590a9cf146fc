"""Where what a fold takes out is said elsewhere."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Exists, OuterRef

from accounts.models import Team
from agents.models import Agent, Namespace, NamespaceAccess, StatementRecord
from agents.text import neighbours
from agents.text.normalise import hashed
from reviews.checks import Proposed
from reviews.enums import FOLDS
from reviews.examining import standing
from reviews.examining.standing import Shelves

NEAREST = 3  # for each statement


def _read_as_well(team: Team, namespace: Namespace) -> list[Namespace]:
    """Other namespaces that every agent reads who reads this one: what is kept there is lost to nobody."""
    access = NamespaceAccess.objects.of(team).filter(agent__archived_at=None)
    readers = access.filter(namespace=namespace).values("agent")
    without = Agent.objects.of(team).filter(pk__in=readers).exclude(access__namespace=OuterRef("pk"))
    others = Namespace.objects.of(team).exclude(pk=namespace.pk).filter(access__agent__in=readers)
    return list(others.filter(~Exists(without)).distinct().order_by("pk"))


def kept(shelves: Shelves, namespace: Namespace, proposed: Proposed) -> tuple[str, ...]:
    """Of a change that takes out what is said elsewhere, the statements that say it there: the very same, which their
    hashes tell, and those nearest to it.
    """
    if proposed.reason_code not in FOLDS:
        return ()
    gone = standing.taken_out(proposed)
    asked = [one.text for one in gone]
    touched = {target.path_before for target in proposed.targets}
    live = [one for one in shelves.near(namespace, asked) if one.path not in touched]
    spaces = _read_as_well(shelves.team, namespace)
    live += [one for space in spaces for one in shelves.near(space, asked)]
    texts = list(dict.fromkeys(one.text for one in live))
    told = [one for text in texts for one in neighbours.told(text)]
    places = neighbours.nearest(gone, told, top=NEAREST)
    near = {told[place].text for found in places for place in found}
    same = {hashed(one.normal): one.text for one in gone}
    return tuple(sorted(near.union(same[sha] for sha in _copied(shelves.team, namespace, spaces, set(same), touched))))


def _copied(
    team: Team, namespace: Namespace, others: Sequence[Namespace], hashes: set[str], touched: set[str]
) -> set[str]:
    """Those that stand in a memory that the change leaves alone."""
    rows = StatementRecord.objects.of(team).filter(sha256__in=hashes, retired_at=None, memory__archived=False)
    rows = rows.filter(memory__namespace__in=[namespace, *others])
    rows = rows.exclude(memory__namespace=namespace, memory__path__in=touched)
    return set(rows.values_list("sha256", flat=True))
