"""Finding what a command names by its slug, and saying what there is where it is not found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from accounts.models import Team
from agents.models import Agent, Namespace

Named = TypeVar("Named", Agent, Namespace)


class NotNamed(LookupError):
    """Nothing, or more than one thing, is meant; `str()` says what there is."""


def find_team(slug: str = "") -> Team:
    """The team of that slug, or the only one of the installation."""
    teams = list(Team.objects.order_by("slug"))
    if not teams:
        raise NotNamed("there is no team yet; make one with create_team")
    found = [team for team in teams if team.slug == slug] if slug else teams
    if not found:
        raise NotNamed(f"no team is called {slug!r}; known are {_listed([team.slug for team in teams])}")
    if len(found) > 1:
        raise NotNamed(f"there are several teams; choose one with --team: {_listed([team.slug for team in teams])}")
    return found[0]


def find_agent(slug: str, team: str = "") -> Agent:
    rows = list(Agent.objects.across_teams().active().select_related("team").order_by("team__slug", "slug"))
    return _find("agent", rows, slug, team)


def find_namespace(slug: str, team: str = "") -> Namespace:
    rows = list(Namespace.objects.across_teams().select_related("team").order_by("team__slug", "slug"))
    return _find("namespace", rows, slug, team)


def _find(kind: str, rows: Sequence[Named], slug: str, team: str) -> Named:
    if team:
        chosen = find_team(team)
        rows = [row for row in rows if row.team_id == chosen.pk]
    found = [row for row in rows if row.slug == slug]
    if len(found) == 1:
        return found[0]
    if found:
        teams = _listed([row.team.slug for row in found])
        raise NotNamed(f"several teams have the {kind} {slug!r}; choose one with --team: {teams}")
    several = len({row.team_id for row in rows}) > 1
    known = [f"{row.slug} ({row.team.slug})" if several else row.slug for row in rows]
    raise NotNamed(f"no {kind} is called {slug!r}; {f'known are {_listed(known)}' if known else 'there is none yet'}")


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names)
